"""Executors: the same outcomes in order for any number of processes, whatever becomes of the workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path as FilePath

import pytest

from leakscan import executors
from leakscan.detect import Detector
from leakscan.engine import Engine
from leakscan.storage import Lost
from leakscan.types import Gap, Outcome, Policy, Shard, Slice, Tally

ROOT = FilePath(__file__).parent.parent
Batch = executors.Batch


@pytest.fixture(scope="module")
def scanner() -> Detector:
    return Detector([], Policy(), Engine([]))


def batches(*names: str) -> list[list[Slice | Lost]]:
    """One batch an argument, one slice a letter."""
    return [[Slice(Shard(letter, letter, 1)) for letter in name] for name in names]


def read(scanner: Detector, batch: Batch) -> list[Outcome]:
    """Reads everything but K, at which it is killed, and X, at which it leaves."""
    out = []
    for part in batch:
        assert isinstance(part, Slice)
        if part.shard.uri == "K":
            os.kill(os.getpid(), signal.SIGKILL)
        if part.shard.uri == "X":
            os._exit(0)
        out.append(Outcome(part, [], Tally(bytes=1)))
    return out


def told(outcomes: Iterator[Outcome]) -> str:
    """The shards in order, lower case where the worker died."""
    return "".join(o.slice.shard.uri.lower() if o.crash else o.slice.shard.uri for o in outcomes)


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_outcomes_come_in_order(scanner: Detector, jobs: int) -> None:
    names = [chr(ord("a") + n % 10) * (n % 4) for n in range(50)]
    assert told(executors.ordered(read, batches(*names), scanner, jobs)) == "".join(names)


@pytest.mark.parametrize("jobs", [2, 3])
@pytest.mark.parametrize(
    "names",
    [
        ("K", "A"),
        ("A", "K"),
        ("AKB", "C"),
        ("KK", "XX", "KA"),
        ("A", "BXC", "D", *"EFGHIJLMNOPQRST", "UKV", "W", "KX"),
    ],
)
def test_a_part_that_kills_its_worker_is_the_only_one_lost(
    scanner: Detector, names: tuple[str, ...], jobs: int
) -> None:
    expected = "".join(names).replace("K", "k").replace("X", "x")
    assert told(executors.ordered(read, batches(*names), scanner, jobs)) == expected


def test_a_part_that_killed_its_worker_is_an_unread_crash(scanner: Detector) -> None:
    outcome = list(executors.ordered(read, batches("A", "K"), scanner, 2))[1]
    detail = "the process that read it died: a crash in native code, or out of memory"
    assert (outcome.crash, outcome.findings, outcome.tally) == (
        "worker died",
        [],
        Tally(unread=True, gaps=[Gap("coverage.crash", "shard", detail)]),
    )


def read_unless_first(scanner: Detector, batch: Batch) -> list[Outcome]:
    """Is killed at the first attempt alone: the file that the lost part names remembers."""
    flag = batch[0].uri if isinstance(batch[0], Lost) else ""
    if flag and not os.path.exists(flag):
        FilePath(flag).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return [Outcome(Slice(Shard("L" if isinstance(p, Lost) else p.shard.uri, "", 0)), [], Tally()) for p in batch]


def test_a_worker_killed_from_outside_costs_nothing(scanner: Detector, tmp_path: FilePath) -> None:
    work: list[list[Slice | Lost]] = [*batches("A", "B"), [Lost(str(tmp_path / "flag"), "missing", "")], *batches("C")]
    assert told(executors.ordered(read_unless_first, work, scanner, 2)) == "ABLC"


def write_pid_and_sleep(scanner: Detector, batch: Batch) -> list[Outcome]:
    part = batch[0]
    assert isinstance(part, Slice)
    if part.shard.uri != "A":
        FilePath(part.shard.path).write_text(str(os.getpid()))
        time.sleep(60)
    return [Outcome(part, [], Tally())]


def naps(folder: FilePath) -> list[list[Slice | Lost]]:
    return [[Slice(Shard("A", "", 0))], *([Slice(Shard("Z", str(folder / f"{n}.pid"), 0))] for n in range(2))]


def sleepers(folder: FilePath) -> list[int]:
    """The processes of two workers, when they have begun to sleep."""

    def begun() -> list[int]:
        return [int(text) for file in sorted(folder.glob("*.pid")) if (text := file.read_text())]

    wait(lambda: len(begun()) == 2)
    return begun()


def wait(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether the process runs; one that only waits to be reaped does not."""
    try:
        return FilePath(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_leaving_early_ends_the_workers_at_once(scanner: Detector, tmp_path: FilePath) -> None:
    outcomes = executors.ordered(write_pid_and_sleep, naps(tmp_path), scanner, 2)
    assert next(outcomes).slice.shard.uri == "A"
    workers = sleepers(tmp_path)
    assert list(map(alive, workers)) == [True, True]
    outcomes.close()  # type: ignore[attr-defined]
    wait(lambda: not any(map(alive, workers)), 1)


def test_a_pool_that_is_done_leaves_no_thread_behind(scanner: Detector) -> None:
    """One that is still closing when the interpreter ends makes it print a traceback, once in some hundred runs."""
    before = threading.active_count()
    for _ in range(5):
        assert told(executors.ordered(read, batches("A", "B", "C"), scanner, 2)) == "ABC"
        assert threading.active_count() == before


def answer_at_length(scanner: Detector, batch: Batch) -> list[Outcome]:
    part = batch[0]
    assert isinstance(part, Slice)
    return [Outcome(part, [], Tally(notes=["x" * 5_000_000]))]


def test_leaving_while_workers_answer_waits_for_no_rest(scanner: Detector) -> None:
    for _ in range(10):  # longer than a pipe holds: a worker is killed in the middle of its answer
        outcomes = executors.ordered(answer_at_length, batches(*"ABCDEFGH"), scanner, 2)
        next(outcomes)
        outcomes.close()  # type: ignore[attr-defined]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing tells a worker that its parent was killed")
def test_workers_do_not_outlive_a_parent_that_is_killed(tmp_path: FilePath) -> None:
    code = (
        "import sys, pathlib, tests.test_executors as t; from leakscan import executors;"
        "from leakscan.detect import Detector; from leakscan.engine import Engine; from leakscan.types import Policy;"
        "list(executors.ordered(t.write_pid_and_sleep, t.naps(pathlib.Path(sys.argv[1])),"
        " Detector([], Policy(), Engine([])), 2))"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT)
    try:
        workers = sleepers(tmp_path)
    finally:
        parent.kill()
        parent.wait()
    wait(lambda: not any(map(alive, workers)), 1)
