"""Peak memory is bounded, whatever the shape of the data: no shard, row group, line or bomb is held as a whole."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path as FilePath

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.test_interrupt import children

ROOT = FilePath(__file__).parent.parent
LIMIT = 400 << 20
SSN = "my ssn is 536-22-8734"


def scan(path: FilePath, tmp_path: FilePath, jobs: int = 1) -> tuple[int, list[str], dict[str, int], int]:
    """Exit code, rules found, coverage, and the peak of memory of all processes together in bytes."""
    env = os.environ | {"PYTHONPATH": str(ROOT), "LEAKSCAN_KEY": "test", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    out, manifest = tmp_path / "f.jsonl", tmp_path / "m.jsonl"
    args = ["scan", str(path), "-q", "-j", str(jobs), "-o", str(out), "--manifest", str(manifest)]
    process = subprocess.Popen([sys.executable, "-m", "leakscan", *args], env=env)
    peaks = [0]
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            peaks.append(sum(_share(pid) for pid in (process.pid, *children(process.pid))))
            peaks.append(_field(process.pid, "status", "VmHWM:"))  # the kernel's own high-water mark, of one process
            time.sleep(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    process.wait()
    done.set()
    watcher.join()
    rules = [json.loads(line)["rule"] for line in out.read_text().splitlines()]
    totals = json.loads(manifest.read_text().splitlines()[-1])["totals"]
    return process.returncode, rules, totals["coverage"], max(peaks)


def _share(pid: int) -> int:
    """The memory of a process, pages shared by several counted in part."""
    return _field(pid, "smaps_rollup", "Pss:")


def _field(pid: int, file: str, name: str) -> int:
    try:
        lines = FilePath(f"/proc/{pid}/{file}").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith(name)), 0)


def test_one_line_of_two_hundred_megabytes_with_one_string(tmp_path: FilePath) -> None:
    path = tmp_path / "line.jsonl"
    with path.open("w") as stream:
        stream.write('{"text": "')
        for _ in range(200):
            stream.write("some words of text, \\n and é more; " * 29_000)
        stream.write(SSN + '"}\n{"text": "' + SSN + '"}\n')
    assert path.stat().st_size > 200_000_000
    code, rules, coverage, peak = scan(path, tmp_path)
    assert (code, rules, coverage) == (1, ["US_SSN", "US_SSN"], {})
    assert peak < LIMIT


@pytest.mark.parametrize("name", ["zeros.jsonl.gz", "zeros.txt.gz", "zeros.csv.gz"])
def test_zeros_compressed_a_thousand_times(tmp_path: FilePath, name: str) -> None:
    path = tmp_path / name
    with gzip.open(path, "wb") as stream:
        for _ in range(64):
            stream.write(bytes(16 << 20))
    code, rules, coverage, peak = scan(path, tmp_path)
    assert (code, rules, coverage["coverage.bomb"]) == (3, [], 1)
    assert peak < LIMIT


@pytest.mark.parametrize("dictionary", [True, False])
def test_one_row_group_of_three_hundred_megabytes(tmp_path: FilePath, dictionary: bool) -> None:
    path = tmp_path / "wide.parquet"
    texts = [f"row {number}: " + "some words of text and more " * 36 for number in range(300_000)]
    texts[-1] += SSN
    pq.write_table(
        pa.table({"text": texts}), path, compression="zstd", row_group_size=1 << 30, use_dictionary=dictionary
    )
    del texts
    assert pq.read_metadata(path).num_row_groups == 1
    code, rules, coverage, peak = scan(path, tmp_path)
    assert (code, rules[:1], coverage) == (1, ["US_SSN"], {})
    assert peak < LIMIT


def test_two_workers_on_one_big_file(tmp_path: FilePath) -> None:
    path = tmp_path / "big.jsonl"
    line = json.dumps({"text": "some words of text and more " * 20, "n": 1}) + "\n"
    with path.open("w") as stream:
        for _ in range(20):
            stream.write(line * 16_000 + json.dumps({"text": SSN}) + "\n")
    code, rules, coverage, peak = scan(path, tmp_path, jobs=2)
    assert (code, rules, coverage) == (1, ["US_SSN"] * 20, {})
    assert peak < LIMIT
