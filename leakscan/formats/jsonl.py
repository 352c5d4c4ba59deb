"""JSON Lines: one record a line, scanned raw. Slices are byte ranges that begin and end at line ends."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import orjson

from leakscan.formats.parsing import token_fields
from leakscan.formats.records import MAX_RECORD, Lines
from leakscan.jsontext import Malformed, tokens
from leakscan.types import Block, Policy, Shard, Slice, Tally

SLICE = 32 << 20
"""Bytes of a slice, roughly."""
_PROBE = 1 << 16
_BOM = b"\xef\xbb\xbf"


def slices(shard: Shard, policy: Policy) -> list[Slice]:
    """Cut a plain (seekable) shard at line ends. Reads little, but in lines longer than a slice."""
    cuts = [0]
    with open(shard.path, "rb", buffering=0) as stream:
        while (cut := _line_end(stream, cuts[-1] + SLICE)) < shard.size:
            cuts.append(cut)
    bounds = zip(cuts, [*cuts[1:], None], strict=True)
    return [Slice(shard, index, start, stop, "jsonl") for index, (start, stop) in enumerate(bounds)]


def _line_end(stream: BinaryIO, at: int) -> int:
    """The first byte behind a newline that stands at or after `at - 1`, or the end of the file or beyond."""
    at -= 1
    stream.seek(at)
    while chunk := stream.read(_PROBE):
        found = chunk.find(b"\n")
        if found >= 0:
            return at + found + 1
        at += len(chunk)
    return at + 1


def blocks(stream: BinaryIO, part: Slice, policy: Policy, tally: Tally) -> Iterator[Block]:
    """Newline-aligned chunks of about `policy.block_size` bytes; longer records are streamed on their own."""
    if part.start:
        stream.seek(part.start)
    left = -1 if part.stop is None else part.stop - part.start
    offset, rest = part.start, b""
    if not part.start:
        rest = stream.read(len(_BOM))
        tally.bytes += len(rest)
        left -= len(rest) if left > 0 else 0
        if rest == _BOM:
            offset, rest = len(_BOM), b""
    while True:
        wanted = max(policy.block_size - len(rest), len(rest), 1)  # twice as much of a long line each time
        chunk = stream.read(wanted if left < 0 else min(wanted, left))
        left -= len(chunk) if left > 0 else 0
        tally.bytes += len(chunk)
        chunk, last = rest + chunk if rest else chunk, not chunk
        if rest and _is_giant(chunk):
            from leakscan.formats import bigjson  # noqa: PLC0415 - rarely needed, and start-up counts

            giant = bigjson.Reader(stream, chunk, left, tally, record=tally.lines, line=tally.lines + 1, offset=offset)
            yield from giant.record(policy)
            offset, rest, left = giant.offset, giant.rest, giant.left
            tally.lines += 1
            tally.records += 1
            continue
        cut = len(chunk) if last else chunk.rfind(b"\n") + 1
        data, rest = chunk[:cut], chunk[cut:]
        if data:
            yield _block(data, tally, offset)
            offset += len(data)
        if last:
            return


def _is_giant(data: bytes) -> bool:
    """Whether the first line of `data` is too long to decode at once."""
    return len(data) > MAX_RECORD and data.find(b"\n", 0, MAX_RECORD + 1) < 0


def _block(data: bytes, tally: Tally, offset: int) -> Block:
    lines = data.removesuffix(b"\n").split(b"\n")
    _note_fields(lines[0], tally)
    doubtful = set()
    if not _are_documents(lines):
        at = 0
        for line in lines:
            if not _are_documents([line]):
                doubtful.add(at)
            at += len(line) + 1
    block = Lines(data, tally, record=tally.lines, line=tally.lines + 1, offset=offset, doubtful=doubtful)
    tally.lines += len(lines)
    tally.records += len(lines)
    return block


def _are_documents(lines: Iterable[bytes]) -> bool:
    """Whether each line surely is one JSON document; False leaves it open."""
    try:
        deque(map(orjson.loads, lines), maxlen=0)
    except orjson.JSONDecodeError:
        return False
    return True


def _note_fields(line: bytes, tally: Tally) -> None:
    try:
        tally.fields.update(dict.fromkeys(token_fields(tokens(line.decode("utf-8", "surrogateescape").rstrip("\r")))))
    except Malformed:
        return
