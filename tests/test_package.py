"""The built wheel works in a bare environment, with its rules inside."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path as FilePath

import pytest

from leakscan import __version__
from leakscan.rules import shipped

ROOT = FilePath(__file__).parent.parent
PARTS = ("leakscan", "patterns", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> FilePath:
    folder = tmp_path_factory.mktemp("package")
    source = folder / "source"
    source.mkdir()
    for name in PARTS:  # building writes beside the sources, so it gets its own
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source)
    pip(sys.executable, "wheel", "--no-deps", "-w", str(folder), str(source))
    (made,) = folder.glob("*.whl")
    return made


def pip(python: str | FilePath, *args: str) -> None:
    done = subprocess.run(
        [python, "-m", "pip", "--quiet", "--disable-pip-version-check", *args], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def test_the_wheel_holds_rules_schema_and_types_and_no_tests(wheel: FilePath) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    rules = {name for name in names if name.endswith(".toml")}
    assert rules == {f"leakscan/patterns/{pack}/{file}" for pack, file, _ in shipped()}
    assert {"leakscan/py.typed", "leakscan/reports/schema.json"} < set(names)
    modules = {str(file.relative_to(ROOT)) for file in (ROOT / "leakscan").rglob("*.py")}
    assert {name for name in names if name.endswith(".py")} == modules
    assert {name.split("/")[0] for name in names} == {"leakscan", f"leakscan-{__version__}.dist-info"}


def test_the_wheel_scans_in_a_bare_environment(wheel: FilePath, tmp_path: FilePath) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    pip(tmp_path / "venv/bin/python", "install", str(wheel))
    leak = {"text": "ssn 536-22-" + "8734"}
    (tmp_path / "a.jsonl").write_text(json.dumps(leak))
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    command = tmp_path / "venv/bin/leakscan"
    scan = subprocess.run([command, "scan", "a.jsonl"], cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert scan.stderr.decode() == ""
    assert (scan.returncode, json.loads(scan.stdout)["rule"]) == (1, "US_SSN")
    listed = subprocess.run([command, "rules", "list"], cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert len(listed.stdout.splitlines()) > 80
