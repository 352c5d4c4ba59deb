"""Ways to map a function over batches of work, in order: in this process, or in a pool of processes.

In a pool a slice may take its worker with it (pyarrow aborts on some damaged footers, the kernel ends whoever eats
the memory) and the others are still scanned. In this process, where one job or one slice is done, it takes all.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING

from leakscan import book
from leakscan.detect import Detector
from leakscan.storage import Lost
from leakscan.types import Outcome, Policy, Shard, Slice, Tally

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

_AHEAD = 4
"""Batches in flight for each worker: enough to keep it busy, few enough to bound memory."""
_PR_SET_PDEATHSIG = 1

Part = Slice | Lost
Batch = Sequence[Part]
Work = Callable[[Detector, Batch], list[Outcome]]
"""Gives the outcomes of a batch's parts in order, each the same whatever batch the part is in."""
Progress = Callable[[int, int], None]

_worker: tuple[Work, Detector]


def ordered(
    work: Work, batches: Iterable[Batch], scanner: Detector, jobs: int, progress: Progress | None = None
) -> Iterator[Outcome]:
    """The outcomes of `work(scanner, batch)` for each batch, in order, computed by up to `jobs` processes.

    One part is not worth a pool. A part that kills its worker gives an outcome with `crash`. Leaving the iteration
    early ends the workers at once.
    """
    todo = iter(batches)
    first = list(islice(todo, 2)) if jobs > 1 else []
    todo = chain(first, todo)
    if sum(map(len, first)) > 1:
        outcomes = _pooled(work, todo, scanner, jobs if len(first) > 1 else 1)
    else:
        outcomes = (outcome for batch in todo for outcome in work(scanner, batch))
    for outcome in outcomes:
        if progress is not None:
            progress(outcome.tally.bytes, len(outcome.findings))
        yield outcome


def _pooled(work: Work, todo: Iterator[Batch], scanner: Detector, jobs: int) -> Iterator[Outcome]:
    flying: deque[Batch] = deque()
    while True:
        with _pool(work, scanner, jobs) as pool:
            finished = yield from _flown(pool, flying, todo, jobs * _AHEAD)
        if finished:
            return
        # A pool that lost a worker is lost whole, and does not say which batch it was. Batches go one by one until
        # one is found guilty; the others are worth a new pool.
        guilty = False
        while flying and not guilty:
            for outcome in _one_by_one(work, flying.popleft(), scanner):
                guilty = guilty or bool(outcome.crash)
                yield outcome


def _flown(
    pool: ProcessPoolExecutor, flying: deque[Batch], todo: Iterator[Batch], ahead: int
) -> Generator[Outcome, None, bool]:
    """The outcomes of the batches in `flying` and `todo`; False, and those still to be done in `flying`, if a worker dies."""
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415 - see _pool

    try:
        futures = deque([pool.submit(_run, batch) for batch in flying])
        while True:
            for batch in islice(todo, max(0, ahead - len(flying))):
                flying.append(batch)
                futures.append(pool.submit(_run, batch))
            if not flying:
                return True
            outcomes = futures.popleft().result()
            flying.popleft()
            yield from outcomes
    except BrokenProcessPool:
        return False


def _one_by_one(work: Work, batch: Batch, scanner: Detector) -> Iterator[Outcome]:
    """The outcomes of a batch, of which each part is tried again in a process of its own before it is given up."""
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415 - see _pool

    todo = deque(batch)
    while todo:
        fresh = True
        with _pool(work, scanner, 1) as pool:
            while todo:
                try:
                    outcomes = pool.submit(_run, [todo[0]]).result()
                except BrokenProcessPool:
                    if fresh:
                        yield _died(todo.popleft())
                    break
                fresh = False
                todo.popleft()
                yield from outcomes


def _died(part: Part) -> Outcome:
    tally = Tally(unread=True)
    tally.gap("crash", "shard", "the process that read it died: a crash in native code, or out of memory")
    return Outcome(part if isinstance(part, Slice) else Slice(Shard(part.uri, "", 0)), [], tally, crash="worker died")


@contextmanager
def _pool(work: Work, scanner: Detector, jobs: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of workers that end when it is left, whatever they are doing."""
    import multiprocessing  # noqa: PLC0415 - a hook that scans one small file has no use for them
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415

    forks = sys.platform == "linux"  # a forked worker inherits the compiled rules
    context = multiprocessing.get_context("fork" if forks else "spawn")
    stdin = _dup(0) if forks else None
    start = (os.getpid(), stdin, work, scanner if forks else scanner.policy)
    pool = ProcessPoolExecutor(jobs, context, _start, start)
    try:
        yield pool
    finally:
        for process in list((pool._processes or {}).values()):  # noqa: SLF001 - no public way to end work that is running
            process.kill()
        # A worker may have been killed half-way through an answer: with no writer left, nobody waits for its rest.
        pool._result_queue._writer.close()  # type: ignore[attr-defined]  # noqa: SLF001 - typeshed hides it too
        # Waiting, for the interpreter's exit stumbles over a pool that is still closing; without `cancel_futures`, for
        # the pool finds its workers dead, and stumbles over futures that others cancelled.
        pool.shutdown()
        if stdin is not None:
            os.close(stdin)


def _dup(descriptor: int) -> int | None:
    try:
        return os.dup(descriptor)
    except OSError:
        return None


def _start(parent: int, stdin: int | None, work: Work, known: Detector | Policy) -> None:
    """Make a worker ready: the terminal's interrupt is for the parent, without whom there is nothing to do."""
    global _worker  # noqa: PLW0603 - what a pool gives its workers has no other place
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it went before we asked to be told
            os._exit(1)
    if stdin is not None:  # multiprocessing put /dev/null there, and `/dev/stdin < shard.jsonl` would read as empty
        os.dup2(stdin, 0)
    if isinstance(known, Policy):
        rules, engine = book.opened(known)
        known = Detector(rules, known, engine)
    _worker = (work, known)


def _run(batch: Batch) -> list[Outcome]:
    work, scanner = _worker
    return work(scanner, batch)
