"""The documentation is run: commands in a folder of sample shards, Python as a script, generated pages compared."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path as FilePath

import pytest

ROOT = FilePath(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "patterns/README.md", *sorted((ROOT / "docs").glob("*.md"))]
FINE = (0, 1, 3)


def blocks(language: str) -> list[object]:
    found = []
    for page in PAGES:
        for number, match in enumerate(
            re.finditer(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
        ):
            found.append(pytest.param(match.group(1), id=f"{page.relative_to(ROOT)}-{number}"))
    return found


@pytest.fixture
def folder(tmp_path: FilePath, monkeypatch: pytest.MonkeyPatch) -> FilePath:
    """A folder with sample shards in data/ and the command on the path."""
    subprocess.run([sys.executable, ROOT / "scripts/make_samples.py", tmp_path / "data"], check=True)
    command = tmp_path / "bin" / "leakscan"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m leakscan "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(command.parent), prepend=":")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("LEAKSCAN_KEY", "docs")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


@pytest.mark.parametrize("block", blocks("bash"))
def test_commands_of_the_docs_run(block: str, folder: FilePath) -> None:
    if block.startswith("make "):
        for line in block.splitlines():
            assert (
                subprocess.run(["make", "-n", *line.split()[1:]], cwd=ROOT, capture_output=True, check=False).returncode
                == 0
            )
        return
    script = (
        f"set -o pipefail\nok() {{ case $? in {'|'.join(map(str, FINE))}) ;; *) exit 99 ;; esac; }}\ntrap ok DEBUG\n"
    )
    done = subprocess.run(
        ["bash", "-c", script + block + "\nok"], cwd=folder, capture_output=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stderr.decode()
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("block", blocks("python"))
def test_python_of_the_docs_runs(block: str, folder: FilePath) -> None:
    done = subprocess.run([sys.executable, "-c", block], cwd=folder, capture_output=True, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "")


def test_generated_pages_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/make_docs.py", "--check"],
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr.decode()) == (0, "")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: FilePath) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_kind_of_coverage_is_explained() -> None:
    page = (ROOT / "docs/coverage.md").read_text("utf-8")
    known = set(re.findall(r"`coverage\.(\w+)`", page))
    source = "\n".join(file.read_text("utf-8") for file in (ROOT / "leakscan").rglob("*.py"))
    calls = r'(?:\bgap\(|\b_stop\(|\bLost\([^"\n]*?, |coverage\.|return )"?'
    used = set(re.findall(calls + r"(missing|unreadable|skipped|lfs_pointer|truncated|bomb|timeout|crash)\b", source))
    used |= set(re.findall(r'"(decode_error|malformed|encrypted|unsupported)"', source))
    assert used == known


def test_every_flag_is_in_the_help_of_the_docs() -> None:
    page = (ROOT / "docs/cli.md").read_text("utf-8")
    flags = (
        "--output",
        "--format",
        "--pack",
        "--rules",
        "--min-confidence",
        "--fail-on",
        "--jobs",
        "--manifest",
        "--quiet",
    )
    assert [flag for flag in flags if flag not in page] == []
