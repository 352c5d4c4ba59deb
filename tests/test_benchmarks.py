"""The benchmarks run: small, and without looking at the clock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path as FilePath

import pytest

from benchmarks import rule_costs
from leakscan import rules

ROOT = FilePath(__file__).parent.parent


def test_the_cost_of_rules_is_told_for_both_databases(capsys: pytest.CaptureFixture[str]) -> None:
    data = [b'{"text": "ada.lovelace@fjordmail.no calls +47 22 ' + b'86 34 10 about card 4539"}\n'] * 20
    parts = rule_costs.expressions(rules.load(rules.sources(("pii",))))
    some = parts[:5] + parts[-5:]
    for family in ("main", "digits"):
        rule_costs.table(family, [part for part in some if part.family == family], data, 1)
    told = capsys.readouterr().out
    assert "## main" in told
    assert "all but this, MB/s" in told


def test_every_stage_can_be_timed() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "--benchmark-disable", "benchmarks/test_stages.py"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-2000:]
    assert "passed" in ran.stdout
    assert "skipped" not in ran.stdout
