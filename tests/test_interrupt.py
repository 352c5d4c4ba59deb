"""Ctrl-C and SIGTERM end a scan at once, with all its processes, and leave nothing half-written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path as FilePath

import pytest

ROOT = FilePath(__file__).parent.parent
LINE = json.dumps({"text": "some words and ssn 536-22-8734, then more words " * 4}) + "\n"


def children(pid: int) -> set[int]:
    """The processes below one."""
    parents: dict[int, list[int]] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            fields = FilePath(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(name))
    found: set[int] = set()
    todo = [pid]
    while todo:
        below = parents.get(todo.pop(), [])
        found.update(below)
        todo += below
    return found


def alive(pid: int) -> bool:
    try:
        return FilePath(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_parallel_scan_with_its_workers(tmp_path: FilePath, number: int, code: int) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for shard in range(8):
        (data / f"{shard}.jsonl").write_text(LINE * 60_000)
    out = tmp_path / "out"
    out.mkdir()
    env = os.environ | {"PYTHONPATH": str(ROOT), "LEAKSCAN_KEY": "test", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    args = ["scan", str(data), "-j", "2", "-o", str(out / "f.jsonl"), "-o", str(out / "f.parquet")]
    process = subprocess.Popen(
        [sys.executable, "-m", "leakscan", *args, "--manifest", str(out / "m.jsonl")],
        env=env, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    workers: set[int] = set()
    patience = time.monotonic() + 60
    while len(workers) < 2 and process.poll() is None and time.monotonic() < patience:
        time.sleep(0.02)
        workers = children(process.pid)
    assert len(workers) >= 2
    time.sleep(0.5)
    assert process.poll() is None, "it was done before the signal: give it more to do"
    begin = time.monotonic()
    os.killpg(process.pid, number)  # as a terminal does: to the whole group
    process.wait(10)
    took = time.monotonic() - begin
    assert process.returncode == code
    _, errors = process.communicate()
    assert errors == f"leakscan: {'interrupted' if code == 130 else 'terminated'}\n".encode()
    assert took < 3, "a second, and some patience with a busy machine"
    time.sleep(0.2)
    assert [pid for pid in workers if alive(pid)] == []
    assert list(out.iterdir()) == []
