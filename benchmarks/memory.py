"""The inputs whose size must not matter, scanned one after the other: what `make bench-memory` does.

    python -m benchmarks.memory [--scale 1/1000] [--jobs 2] [--dir DIR]

10 GiB of JSONL, one line of 2 GiB, one Parquet row group of 2 GiB, and 10 GiB of zeros in a gzip file of a thousandth
of that. Each is made in a temporary folder, scanned by the command, and removed; the largest needs 10 GiB of disk. The
first and the last value of each hold a leak, so that what was found says whether all of it was read. Prints the peak
memory of all processes together (what they share counted once), wall time, CPU time and exit code of each. Exits 1 if
an exit code or the number of findings is not what it should be; whatever else it says is for people to judge.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import measure
from benchmarks.compare import leakscan_env, leakscan_program
from benchmarks.measure import Cost

MIB = 1 << 20
GIB = 1 << 30
LEAK = "my ssn is 536-22-" + "8734"  # in two parts, so that this file is not one of personal data
WORDS = (
    "the model answers in three short steps and explains why each of them follows from what was asked before "
    "données größer naïve 数据 текст 4096 v1.12.3 https://docs.python.org/3/ "
).split()
NEARLY = "the password is in the vault, ask user@host or dial 4096 1234 5678"
"""What the engine takes for a candidate and the rules do not take for a leak; in one text of twenty."""


@dataclass(frozen=True)
class Input:
    """One promise: a file of about `size` bytes (before compression), as `make` writes it, and what a scan must give."""

    name: str
    file: str
    size: int
    make: Callable[[Path, int], None]
    code: int
    findings: int


def main(argv: Sequence[str] | None = None) -> int:
    """Runs all inputs and prints a row for each; the exit code."""
    asked = arguments().parse_args(argv)
    print(f"{'input':<24}{'bytes':>15}{'on disk':>15}{'peak MiB':>10}{'wall s':>9}{'CPU s':>9}{'exit':>6}{'found':>7}")
    right = True
    with tempfile.TemporaryDirectory(prefix="leakscan-memory-", dir=asked.dir) as folder:
        place = Path(folder)
        env = {**os.environ, **dict(leakscan_env(place / "xdg")), "LEAKSCAN_KEY": "benchmark"}
        scan(place, b"{}\n", asked.jobs, env)
        for each in INPUTS:
            size = max(MIB, int(each.size * asked.scale))
            right &= report(each, size, place, asked.jobs, env)
    return 0 if right else 1


def report(each: Input, size: int, place: Path, jobs: int, env: dict[str, str]) -> bool:
    """Makes, scans and removes one input; prints its row. Whether the scan gave what it must."""
    path = place / each.file
    each.make(path, size)
    disk = path.stat().st_size
    cost, found = scanned(path, jobs, env)
    path.unlink()
    row = f"{each.name:<24}{size:>15,}{disk:>15,}{cost.peak / MIB:>10.0f}{cost.wall:>9.1f}{cost.cpu:>9.1f}"
    print(f"{row}{cost.code:>6}{found:>7}", flush=True)
    if (cost.code, found) == (each.code, each.findings):
        return True
    print(f"  should be exit code {each.code} and {each.findings} findings\n{cost.err[-2000:]}", file=sys.stderr)
    return False


def scan(place: Path, data: bytes, jobs: int, env: dict[str, str]) -> None:
    """Scans a small file, so that the rules are compiled before anything is measured."""
    path = place / "warm.jsonl"
    path.write_bytes(data)
    scanned(path, jobs, env)
    path.unlink()


def scanned(path: Path, jobs: int, env: dict[str, str]) -> tuple[Cost, int]:
    """What a scan took, and how many findings it wrote."""
    findings = path.with_name("findings.jsonl")
    command = [*leakscan_program(), "scan", str(path), "--jobs", str(jobs), "--quiet", "-o", str(findings)]
    cost = measure.run(command, env=env)
    with findings.open("rb") as file:
        return cost, sum(1 for _ in file)


# -- the inputs ----------------------------------------------------------------------------------------------------


def lines(path: Path, size: int) -> None:
    """Records of a chat, one a line."""
    block = b"".join(line.encode() for line in records(MIB))
    with path.open("wb") as file:
        file.write(line_of(LEAK).encode())
        while file.tell() < size:
            file.write(block)
        file.write(line_of(LEAK).encode())


def one_line(path: Path, size: int) -> None:
    """One record: half of it an array of messages, half of it a single string."""
    messages = b", ".join(line.rstrip().encode() for line in records(MIB))
    string = json.dumps(" ".join(texts(MIB)), ensure_ascii=False)[1:-1].encode()
    with path.open("wb") as file:
        file.write(b'{"messages": [' + line_of(LEAK).rstrip().encode())
        while file.tell() < size // 2:
            file.write(b", " + messages)
        file.write(b'], "text": "')
        while file.tell() < size:
            file.write(string + b" ")
        file.write(LEAK.encode() + b'"}\n')


def row_group(path: Path, size: int) -> None:
    """One column of text in one row group; the chunks of the column are one and the same, so that it needs no memory."""
    chunk, leak = pa.array(texts(MIB)), pa.array([LEAK])
    column = pa.chunked_array([leak, *[chunk] * (size // MIB), leak])
    table = pa.table({"text": column})
    pq.write_table(table, path, compression="zstd", use_dictionary=False, row_group_size=table.num_rows)


def zeros(path: Path, size: int) -> None:
    """Zeros, in a thousandth of their size."""
    with gzip.open(path, "wb", compresslevel=6) as file:
        for start in range(0, size, MIB):
            file.write(bytes(min(MIB, size - start)))


def records(size: int) -> list[str]:
    """Lines of about `size` bytes in all, always the same."""
    return [line_of(text) for text in texts(size)]


def line_of(text: str) -> str:
    """A record with this text."""
    return json.dumps({"role": "user", "content": text}, ensure_ascii=False) + "\n"


def texts(size: int) -> list[str]:
    """Prose of about `size` bytes in all, always the same."""
    chosen, out, made = random.Random(1), [], 0
    while made < size:
        words = chosen.choices(WORDS, k=chosen.randint(20, 400))
        out.append(" ".join([*words, NEARLY] if len(out) % 20 == 0 else words) + ".\n")
        made += len(out[-1].encode())
    return out


INPUTS = (
    Input("10 GiB of JSONL", "lines.jsonl", 10 * GIB, lines, 1, 2),
    Input("one line of 2 GiB", "line.jsonl", 2 * GIB, one_line, 1, 2),
    Input("one row group of 2 GiB", "group.parquet", 2 * GIB, row_group, 1, 2),
    Input("zeros, 1000:1, 10 GiB", "zeros.jsonl.gz", 10 * GIB, zeros, 3, 0),
)


def arguments() -> argparse.ArgumentParser:
    """The flags."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=Fraction, default=Fraction(1), help="of all sizes, such as 1/1000")
    parser.add_argument("--jobs", "-j", type=int, default=2)
    parser.add_argument("--dir", type=Path, help="where the temporary folder is made")
    return parser


if __name__ == "__main__":
    sys.exit(main())
