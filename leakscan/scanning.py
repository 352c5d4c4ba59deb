"""A scan: paths to shards to slices to outcomes. `scan_slice` is the pure function that pools map.

The order and content of the outcomes depend on the paths, their bytes and the policy alone: slices are cut without
regard to the number of workers and given back in order.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any, BinaryIO, cast

from leakscan import book, compression, executors, formats, pairs, schema, storage
from leakscan.detect import Detector
from leakscan.formats import text
from leakscan.types import Finding, Outcome, Policy, Shard, Slice, Tally

SPLIT = 16 << 20
"""Bytes from which a shard is cut into slices."""
_HEAD = 1 << 16
_BATCH_BYTES = 8 << 20
_BATCH_SHARDS = 256
_SPOOL = 64 << 20
_NEEDS_SEEK = ("parquet", "arrow")

Progress = Callable[[int, int], None]
"""Called with the bytes and findings of each finished slice, in the order in which they finish."""


def detector(policy: Policy) -> Detector:
    """The rules of the policy, compiled. Raises RuleError."""
    loaded, engine = book.opened(policy)
    return Detector(loaded, policy, engine)


def run(
    paths: Sequence[str], policy: Policy, progress: Progress | None = None, scanner: Detector | None = None
) -> Iterator[Outcome]:
    """Scan `paths` and yield the outcome of every slice; those of a shard follow each other, the first with index 0.

    Raises RuleError before the first outcome. What cannot be read is an outcome with gaps, not an exception.
    """
    scanner = scanner or detector(policy)
    with contextlib.closing(_outcomes(paths, policy, progress, scanner)) as outcomes:  # and with it the workers
        yield from schema.viewed(outcomes, policy)


def _outcomes(
    paths: Sequence[str], policy: Policy, progress: Progress | None, scanner: Detector
) -> Generator[Outcome, None, None]:
    batches = _batches(storage.expand(paths), policy)
    seen = Tally()
    jobs = 1 if storage.STDIN in paths else policy.jobs  # standard input can be read in this process, and once
    for outcome in executors.ordered(scan_batch, batches, scanner, jobs, progress):
        if outcome.slice.index == 0:
            seen = Tally()
        yield _rebased(outcome, seen)
        lines = _lines(outcome.slice) if outcome.crash and outcome.slice.format == "jsonl" else 0
        seen.records += max(outcome.tally.records, lines)
        seen.lines += max(outcome.tally.lines, lines)


def _batches(found: Iterable[Shard | storage.Lost], policy: Policy) -> Iterator[list[Slice | storage.Lost]]:
    """Work for one worker at a time: a slice of a big shard, or many small shards, in order."""
    batch: list[Slice | storage.Lost] = []
    size = 0
    for shard in found:
        if isinstance(shard, Shard) and shard.size >= SPLIT:
            if batch:
                yield batch
                batch, size = [], 0
            for part in _slices(shard, policy):
                yield [part]
            continue
        batch.append(Slice(shard, format=policy.format) if isinstance(shard, Shard) else shard)
        size += shard.size if isinstance(shard, Shard) else 0
        if size >= _BATCH_BYTES or len(batch) >= _BATCH_SHARDS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _slices(shard: Shard, policy: Policy) -> list[Slice]:
    """The slices of a big shard; one, if it cannot be cut or cannot even be looked at (its worker says why)."""
    whole = [Slice(shard, format=policy.format)]
    try:
        with storage.open_shard(shard) as stream:
            head = stream.read(_HEAD)
    except OSError:
        return whole
    if compression.decompressor(head):
        return whole
    name = policy.format or formats.identify(head, shard.uri, complete=False)
    cut = getattr(formats.module(name), "slices", None)
    if cut is None:
        return whole
    try:
        return list(cut(shard, policy)) or whole
    except (OSError, ValueError):
        return whole


def _rebased(outcome: Outcome, before: Tally) -> Outcome:
    """Record and line numbers of a JSON Lines slice count from its start; make them count from the shard's."""
    if outcome.slice.index == 0 or outcome.tally.format != "jsonl":
        return outcome
    findings = []
    for finding in outcome.findings:
        at = finding.location
        location = replace(at, record=_plus(at.record, before.records), line=_plus(at.line, before.lines))
        findings.append(replace(finding, location=location))
    for number, gap in enumerate(outcome.tally.gaps):
        word, _, record = gap.at.partition(" ")
        if word == "record":
            outcome.tally.gaps[number] = replace(gap, at=f"record {int(record) + before.records}")
    outcome.findings = findings
    return outcome


def _lines(part: Slice) -> int:
    """The lines of a slice of JSON Lines whose worker did not get to count them: numbers of those behind it rest on it."""
    count = 0
    with contextlib.suppress(OSError), storage.open_shard(part.shard) as stream:
        stream.seek(part.start)
        left = part.shard.size - part.start if part.stop is None else part.stop - part.start
        while left > 0 and (chunk := stream.read(min(left, 1 << 20))):
            count += chunk.count(b"\n")
            left -= len(chunk)
    return count


def _plus(number: int | None, base: int) -> int | None:
    return None if number is None else number + base


# -- in a worker -------------------------------------------------------------------------------------------------


def scan_batch(scanner: Detector, batch: Sequence[Slice | storage.Lost]) -> list[Outcome]:
    """The outcome of each part of a batch."""
    return [scan_slice(scanner, part) if isinstance(part, Slice) else _lost(part) for part in batch]


def _lost(lost: storage.Lost) -> Outcome:
    tally = Tally()
    if lost.kind == storage.NOTE:
        tally.notes.append(lost.detail)
    else:
        tally.unread = True
        tally.gap(lost.kind.removeprefix("coverage."), "shard", lost.detail)
    return Outcome(Slice(Shard(lost.uri, "", 0)), [], tally)


def scan_slice(scanner: Detector, part: Slice) -> Outcome:
    """Read and scan one slice. Never raises: what cannot be read is a gap, an internal error is named in `crash`."""
    tally = Tally()
    outcome = Outcome(part, [], tally)
    try:
        _scan(scanner, part, outcome)
    except OSError as error:
        tally.gap("unreadable", "shard", error.strerror or type(error).__name__)
        tally.unread = not tally.bytes
    except Exception as error:  # noqa: BLE001 - one shard must not end a scan of thousands; it is reported as a crash
        outcome.crash = frames(error)
        tally.gap("crash", "shard", f"internal error: {outcome.crash}")
        tally.unread = not tally.bytes
    if len(outcome.findings) > 1 and any(finding.category == "secret" for finding in outcome.findings):
        outcome.findings = pairs.linked(outcome.findings, scanner.partners)
    tally.fields = dict.fromkeys(_masked(scanner, name) for name in tally.fields)
    tally.gaps = [replace(gap, at=_masked(scanner, gap.at)) for gap in tally.gaps]
    return outcome


def _masked(scanner: Detector, names: str) -> str:
    """Names of fields as a reader gave them, a pointer or bare, with what leaks in them masked."""
    steps = scanner.masked_name(names).split("/")
    return "/".join(_masked_step(scanner, step, tuple(steps[:at])) for at, step in enumerate(steps))


def _masked_step(scanner: Detector, step: str, above: tuple[str, ...]) -> str:
    if "~1" not in step:
        return scanner.masked_name(step, above)
    name = scanner.masked_name(step.replace("~1", "/").replace("~0", "~"), above)
    return name.replace("~", "~0").replace("/", "~1")


def frames(error: BaseException) -> str:
    """An exception as its type and places: messages and locals may quote what was being scanned."""
    where = [
        f"{FilePath(frame.filename).name}:{frame.lineno} in {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    return f"{type(error).__name__} at {' < '.join(reversed(where[-4:]))}"


def _scan(scanner: Detector, part: Slice, outcome: Outcome) -> None:
    tally, policy = outcome.tally, scanner.policy
    with storage.open_shard(part.shard) as raw:
        if part.index or part.stop is not None:
            stream, name = raw, part.format
        else:
            stream, name = _recognised(raw, part, policy, tally)
        tally.format = name
        if name == "lfs":
            tally.gap("lfs_pointer", "shard", "a Git LFS pointer: the content is not here; run `git lfs pull`")
            tally.unread = True
            return
        if name in formats.UNOPENED:
            tally.gap("unsupported", "shard", f"{formats.UNOPENED[name]}: not opened")
            tally.unread = True
            return
        for block in formats.module(name).blocks(stream, part, policy, tally):
            found, hidden = scanner.findings(block, part.shard.uri, tally)
            outcome.findings += map(_without_bytes, found) if isinstance(stream, text.Transcoded) else found
            outcome.hidden += hidden


def _without_bytes(finding: Finding) -> Finding:
    """A finding in a transcoded stream: the bytes it stands at are not those of the shard."""
    return replace(finding, location=replace(finding.location, byte_start=None, byte_end=None))


def _recognised(raw: BinaryIO, part: Slice, policy: Policy, tally: Tally) -> tuple[BinaryIO, str]:
    """The uncompressed content of a shard as its reader needs it, and the reader's name."""
    head = raw.read(_HEAD)
    stream = _restart(raw, head)
    if kind := compression.decompressor(head):
        stream = compression.open_decompressed(stream, kind, policy, tally)
        head = _read_full(stream, _HEAD)
        stream = _restart(stream, head)
    complete = len(head) < _HEAD
    encoding = text.detect(head, complete=complete)
    if encoding.unit > 1 and not part.format:
        plain = text.decode_head(head, complete).encode("utf-8", "surrogatepass")
        name = formats.identify(plain, part.shard.uri, complete=complete)
        if name in ("json", "jsonl"):
            return text.transcoded(stream, encoding, tally), name
        if name == "csv":  # whose reader finds out the encoding by itself
            return stream, name
    name = part.format or formats.identify(head, part.shard.uri, complete=complete)
    if name in _NEEDS_SEEK and not stream.seekable():
        stream = _spooled(stream)
    return stream, name


def _read_full(stream: BinaryIO, size: int) -> bytes:
    out = b""
    while len(out) < size and (chunk := stream.read(size - len(out))):
        out += chunk
    return out


def _restart(stream: BinaryIO, head: bytes) -> BinaryIO:
    if stream.seekable():
        stream.seek(0)
        return stream
    return cast(BinaryIO, _Rejoined(head, stream))


def _spooled(stream: BinaryIO) -> BinaryIO:
    """A copy that can be sought in: in memory if small, else in a file that has no name."""
    copy = tempfile.SpooledTemporaryFile(_SPOOL)  # noqa: SIM115 - its reader keeps it, and it goes with the reader
    while chunk := stream.read(1 << 20):
        copy.write(chunk)
    copy.seek(0)
    return cast(BinaryIO, copy)


class _Rejoined(io.RawIOBase):
    """A stream that cannot seek, with what was read of it put back in front."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        super().__init__()
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size`; fewer only at the seam and at the end."""
        if not self._head:
            return self._stream.read(size)
        if size < 0:
            out, self._head = self._head + self._stream.read(), b""
        else:
            out, self._head = self._head[:size], self._head[size:]
        return out

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` as far as one read goes."""
        chunk = self.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)
