"""`make bench-memory` runs, small: what it scans gives what it must, and nothing is left behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path as FilePath

ROOT = FilePath(__file__).parent.parent


def test_the_four_memory_runs_at_a_thousandth_of_their_size(tmp_path: FilePath) -> None:
    command = [sys.executable, "-m", "benchmarks.memory", "--scale", "1/1000", "--dir", str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    head, *rows = [line.split() for line in ran.stdout.splitlines()]
    assert head == "input bytes on disk peak MiB wall s CPU s exit found".split()
    assert [(" ".join(row[:-7]), row[-7], row[-2:]) for row in rows] == [
        ("10 GiB of JSONL", "10,737,418", ["1", "2"]),
        ("one line of 2 GiB", "2,147,483", ["1", "2"]),
        ("one row group of 2 GiB", "2,147,483", ["1", "2"]),
        ("zeros, 1000:1, 10 GiB", "10,737,418", ["3", "0"]),
    ]
    assert all(float(row[-5]) > 0 for row in rows)
    assert list(tmp_path.iterdir()) == []
