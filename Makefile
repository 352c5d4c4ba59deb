.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
SAMPLES := build/samples

.PHONY: help setup demo test check bench bench-memory real-input quality docs clean

help:  ## What there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: .venv/dev  ## The virtual environment with everything to work on leakscan

demo: .venv/leakscan  ## Scan sample shards and write findings.jsonl, findings.sarif and the manifest to build/demo
	@mkdir -p build/demo
	@$(BIN)/python scripts/make_samples.py $(SAMPLES)
	@cd build && ../$(BIN)/leakscan scan samples -o demo/findings.jsonl -o demo/findings.sarif --manifest demo/manifest.jsonl; \
	  code=$$?; echo; echo "exit code $$code (1: findings); written:"; ls demo/* | sed 's,^,  build/,'; [ $$code -eq 1 ]

test: .venv/dev  ## Run the tests
	@$(BIN)/python -m pytest

check: .venv/dev  ## Lint, types, layers, spelling, rules and docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/leakscan rules test --no-time
	$(BIN)/python scripts/make_docs.py --check

bench: .venv/dev  ## Build the corpus, measure leakscan and its peers (minutes)
	$(BIN)/python -m benchmarks.compare

bench-memory: .venv/dev  ## Scan 10 GB, a line of 2 GB, a row group of 2 GB and a bomb, and print peak memory (minutes)
	$(BIN)/python -m benchmarks.memory

real-input: .venv/leakscan  ## Scan what other people's packages ship, and report what comes out (minutes)
	$(BIN)/python scripts/real_input.py

quality: .venv/leakscan  ## Measure false alarms on ordinary data, and how tight the rules are (minutes)
	$(BIN)/python -m scripts.quality

docs: .venv/leakscan  ## Generate docs/rules.md from the rule files
	$(BIN)/python scripts/make_docs.py

clean:  ## Remove what make made
	rm -rf build dist .venv *.egg-info

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "leakscan needs Python 3.11 or newer: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/leakscan: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

.venv/dev: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch .venv/leakscan $@
