"""What is physically possible on the same bytes: each floor runs alone in a process and prints its own CPU as JSON.

    python -m benchmarks.floors hyperscan|parquet|parquet-threads FILE...

Loading (imports, the database, the page cache) is not charged to a floor.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

BLOCK = 1 << 20


def bare_hyperscan(files: Sequence[Path]) -> Callable[[], int]:
    """Scans the files' bytes with the main database of all shipped rules and a callback that only counts.

    The engine's other databases see a part of the bytes only, so they are no part of the floor.
    """
    from leakscan import rules  # the other floors should not pay for it
    from leakscan.engine import Engine

    database = Engine(rules.load(rules.sources()))._main  # the floor is what lies below `hits`
    data = [block for path in files for block in blocks(path)]
    count = 0

    def on_match(_id: int, _start: int, _end: int, _flags: int, _context: object) -> None:
        nonlocal count
        count += 1

    def work() -> int:
        for block in data:
            database.scan(block, match_event_handler=on_match)
        return count

    return work


def blocks(path: Path) -> list[bytes]:
    """A file in blocks of the size that leakscan reads."""
    with path.open("rb") as file:
        return list(iter(lambda: file.read(BLOCK), b""))


def parquet(files: Sequence[Path], *, threads: bool = False) -> Callable[[], int]:
    """Decodes every column, one row group after another, and does nothing with it."""
    import pyarrow.parquet as pq  # the other floors should not pay for it

    def read() -> int:
        total = 0
        for path in files:
            file = pq.ParquetFile(path)
            for group in range(file.num_row_groups):
                total += file.read_row_group(group, use_threads=threads).nbytes
        return total

    return read


def parquet_threads(files: Sequence[Path]) -> Callable[[], int]:
    """The same with pyarrow's thread pool."""
    return parquet(files, threads=True)


FLOORS = {"hyperscan": bare_hyperscan, "parquet": parquet, "parquet-threads": parquet_threads}


def main() -> None:
    """Runs one floor and prints what it cost."""
    work = FLOORS[sys.argv[1]]([Path(name) for name in sys.argv[2:]])
    cpu, wall = time.process_time(), time.perf_counter()
    count = work()
    print(
        json.dumps(
            {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "count": count, "pid": os.getpid()}
        )
    )


if __name__ == "__main__":
    main()
