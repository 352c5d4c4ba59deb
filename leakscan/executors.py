"""Ways to map a function over batches of work, in order: in this process, or in a pool of processes."""

from __future__ import annotations

import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Any

from leakscan import book
from leakscan.detect import Detector
from leakscan.types import Outcome, Policy

_AHEAD = 4
"""Batches in flight for each worker: enough to keep it busy, few enough to bound memory."""

Work = Callable[[Detector, Any], list[Outcome]]
_worker: tuple[Work, Detector]


def ordered(
    work: Work,
    batches: Iterable[Any],
    scanner: Detector,
    jobs: int,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Outcome]:
    """The outcomes of `work(scanner, batch)` for each batch, in order, computed by up to `jobs` processes.

    One batch is not worth a pool. Leaving the iteration early ends the workers at once.
    """
    todo = iter(batches)
    first = list(islice(todo, 2)) if jobs > 1 else []
    todo = chain(first, todo)
    if jobs <= 1 or len(first) < 2:
        for batch in todo:
            yield from _told(work(scanner, batch), progress)
        return
    yield from _pooled(work, todo, scanner, jobs, progress)


def _pooled(
    work: Work, todo: Iterator[Any], scanner: Detector, jobs: int, progress: Callable[[int, int], None] | None
) -> Iterator[Outcome]:
    import multiprocessing  # noqa: PLC0415 - a hook that scans one small file has no use for them
    from concurrent.futures import Future, ProcessPoolExecutor  # noqa: PLC0415

    global _worker  # noqa: PLW0603 - a forked worker inherits the compiled rules through it
    forks = sys.platform == "linux"
    context = multiprocessing.get_context("fork" if forks else "spawn")
    if forks:
        _worker = (work, scanner)
    pool = ProcessPoolExecutor(
        jobs, context, _start, () if forks else (work, scanner.policy)
    )
    waiting: deque[Future[list[Outcome]]] = deque()
    finished = False
    try:
        while True:
            for batch in islice(todo, max(0, jobs * _AHEAD - len(waiting))):
                waiting.append(pool.submit(_run, batch))
            if not waiting:
                finished = True
                return
            yield from _told(waiting.popleft().result(), progress)
    finally:
        workers = {} if finished else pool._processes or {}  # noqa: SLF001 - no public way to end work that is running
        for process in list(workers.values()):
            process.kill()
        pool.shutdown(wait=finished, cancel_futures=True)


def _told(outcomes: list[Outcome], progress: Callable[[int, int], None] | None) -> list[Outcome]:
    if progress is not None:
        for outcome in outcomes:
            progress(outcome.tally.bytes, len(outcome.findings))
    return outcomes


def _start(work: Work | None = None, policy: Policy | None = None) -> None:
    """Make a worker ready: the terminal's interrupt is for the parent, who ends us; rules are compiled once."""
    global _worker  # noqa: PLW0603
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if work is not None and policy is not None:
        rules, engine = book.opened(policy)
        _worker = (work, Detector(rules, policy, engine))


def _run(batch: Any) -> list[Outcome]:
    work, scanner = _worker
    return work(scanner, batch)
