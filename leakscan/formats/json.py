"""JSON documents: one value, several behind one another, or arrays whose elements are the records.

Records are told apart by their brackets (`leakscan.formats.structure`) and scanned raw, many to a block; a
record of more than `MAX_RECORD` bytes is streamed on its own. Nothing depends on how large the document is.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np
import orjson

from leakscan.formats.bigjson import NOTED, Reader
from leakscan.formats.parsing import document_fields, is_json
from leakscan.formats.records import MAX_RECORD, JsonBlock
from leakscan.formats.source import Broken, Source
from leakscan.formats.structure import BLANK, SCALAR, SPACE, Positions, content_end, is_cut, packed, structure
from leakscan.formats.windows import text_windows
from leakscan.jsontext import Malformed, tokens
from leakscan.types import Block, Policy, Slice, Tally

_BOM = b"\xef\xbb\xbf"
_IS_BLANK = np.isin(np.arange(256), list(BLANK))
_INDENT = 64
"""So many characters of white space in front of every record are passed quickly."""


def blocks(stream: BinaryIO, part: Slice, policy: Policy, tally: Tally) -> Iterator[Block]:
    """The records of the document, about `policy.block_size` bytes to a block."""
    del part  # always the whole of it
    yield from _Document(stream, policy, tally).blocks()


class _Document:
    """A walk over the top level of a document: where it is (`_inside` an array?), and what may come next."""

    def __init__(self, stream: BinaryIO, policy: Policy, tally: Tally) -> None:
        self._stream = stream
        self._policy = policy
        self._tally = tally
        self._size = max(1, policy.block_size)
        self._source = Source(stream, b"", -1, tally, offset=0, line=1, lines=False)
        self._state = _State()
        self._stopped = False
        self._noted = False

    def blocks(self) -> Iterator[Block]:
        source, tally = self._source, self._tally
        source.fill(len(_BOM))
        if source.data.startswith(_BOM):
            source.skip(len(_BOM))
            source.last = b""
        try:
            yield from self._records()
        except Broken as error:
            tally.gap("malformed", f"record {tally.records}", f"{error}; scanned as text")
            tally.records += 1
            yield from text_windows(self._source, tally.records - 1)
        self._count_lines()

    def _records(self) -> Iterator[Block]:
        while self._source.space(self._size) >= 0:
            yield from self._batch()
        if self._state.inside and not self._stopped:
            raise Broken(self._source.at)

    def _batch(self) -> Iterator[Block]:
        """The records that are ready in one block, or a record too long for that."""
        source = self._source
        while True:
            data = source.data[source.pos :]
            walk = _Walk(data, self._state, ended=source.ended)
            if walk.taken or walk.fault >= 0:
                break
            if walk.giant or source.size > MAX_RECORD:
                yield from self._giant()
                return
            if source.ended:
                raise Broken(source.at + source.size)
            source.fill(min(2 * source.size, max(MAX_RECORD, source.size) + 1))
        if walk.bodies:
            yield self._block(walk)
        elif not walk.taken:
            raise Broken(source.at + walk.fault)
        self._state = walk.state
        source.skip(walk.taken)
        self._count_lines()

    def _giant(self) -> Iterator[Block]:
        source, tally = self._source, self._tally
        offset, rest = source.rest()
        reader = Reader(
            self._stream, rest, -1, tally, record=tally.records, line=source.line, offset=offset, lines=False
        )
        yield from reader.record(self._policy)
        tally.records += 1
        self._source, self._stopped = reader.source, reader.broken
        self._state = replace(self._state, after=True)
        self._count_lines()

    def _block(self, walk: _Walk) -> Block:
        """A block of the records found."""
        source, tally = self._source, self._tally
        starts, ends = walk.spans()
        data = source.data[source.pos + starts[0] : source.pos + ends[-1]]
        at, line = source.at + starts[0], source.line + source.data.count(b"\n", source.pos, source.pos + starts[0])
        if starts[0]:
            starts, ends = array("q", [x - starts[0] for x in starts]), array("q", [x - starts[0] for x in ends])
        block = JsonBlock(data, tally, record=tally.records, line=line, offset=at, starts=starts, ends=ends)
        if not is_json(b"[" + b",".join(walk.bodies) + b"]"):
            for lo, hi in zip(starts, ends, strict=True):
                if not _parses(data[lo:hi]):
                    block.check(lo)
        self._note_fields(data[: ends[0]])
        tally.records += len(starts)
        return block

    def _note_fields(self, first: bytes) -> None:
        if not self._noted or len(first) <= NOTED:
            self._noted = True
            self._tally.fields.update(dict.fromkeys(document_fields(first)))

    def _count_lines(self) -> None:
        source = self._source
        self._tally.lines = source.line - 1 + (source.last not in (b"", b"\n"))


@dataclass(frozen=True, slots=True)
class _State:
    """Between which tokens of the top level: inside an array? behind an element? right behind its bracket?"""

    inside: bool = False
    after: bool = False
    fresh: bool = False


class _Walk:
    """The whole records that `data` begins with: `bodies` are runs of them with the commas between.

    `taken` bytes lead behind the last; there, `fault` is the byte at which the structure breaks, or -1, and `giant`
    says that the next record is whole but longer than `MAX_RECORD`. `state` is the one at `taken`.
    """

    def __init__(self, data: bytes, state: _State, *, ended: bool) -> None:
        self.state = state
        self.taken = 0
        self.fault = -1
        self.giant = False
        self.bodies: list[bytes] = []
        self._data = data
        self._ended = ended
        self._starts: list[Positions] = []
        self._ends: list[Positions] = []
        at, kinds, depth = structure(data)
        depth += state.inside
        opens = (kinds == ord("{")) | (kinds == ord("["))
        self._shift = int(state.inside)  # the first closing bracket is that of an array opened before
        self._opening = at[opens & (depth == 1)]
        self._commas = at[(kinds == ord(",")) & (depth == 1)]
        self._closing = at[~opens & (kinds != ord(",")) & (depth == 0)]
        self._breaks: Positions | None = None
        while self._step():
            pass

    def spans(self) -> tuple[array[int], array[int]]:
        """Where the records begin and end."""
        return packed(np.concatenate(self._starts)), packed(np.concatenate(self._ends))

    def _step(self) -> bool:
        """Take one bracket, comma, value or run of elements."""
        found = SPACE.match(self._data, self.taken)
        assert found is not None
        at = found.end()
        if at == len(self._data):
            return False
        char, state = self._data[at], self.state
        if not state.inside:
            if char == ord("["):
                return self._arrays(at) or self._punctuation(at, _State(inside=True, fresh=True))
            return self._objects(at) if char == ord("{") else self._scalar(at)
        if char == ord("]") and (state.after or state.fresh):
            return self._punctuation(at, _State())
        if char == ord(",") and state.after:
            return self._punctuation(at, _State(inside=True))
        if state.after or char == ord("]"):
            self.fault = at
            return False
        return self._elements(at)

    def _punctuation(self, at: int, state: _State) -> bool:
        self.taken, self.state = at + 1, state
        return True

    def _elements(self, at: int) -> bool:
        index = int(np.searchsorted(self._closing, at))
        close = int(self._closing[index]) if index < len(self._closing) else -1
        low, high = np.searchsorted(self._commas, [at, close if close >= 0 else len(self._data)])
        commas = self._commas[low:high]
        if close < 0:
            if not len(commas):
                return False
            commas, close = commas[:-1], int(commas[-1])
        elif len(commas) and not self._data[int(commas[-1]) + 1 : close].strip(BLANK):
            commas, close = commas[:-1], int(commas[-1])  # the bracket behind a comma is a fault, not an element
        return self._add(_trimmed(self._data, np.append(at, commas + 1)), np.append(commas, close))

    def _objects(self, at: int) -> bool:
        """Take all objects that follow each other."""
        starts, ends = self._pairs(at)
        return len(starts) > 0 and self._add(starts, ends)

    def _arrays(self, at: int) -> bool:
        """Take all arrays that follow each other, up to one that needs a closer look (or is not whole)."""
        starts, ends = self._pairs(at)
        if not len(starts):
            return False
        low, high = np.searchsorted(self._commas, [at, ends[-1]])
        commas = self._commas[low:high]
        lows = _trimmed(self._data, np.sort(np.append(starts, commas) + 1))
        highs = np.sort(np.append(commas, ends - 1))
        empty = lows >= highs
        array_of = np.searchsorted(starts, highs, side="left") - 1
        single = np.bincount(array_of)[array_of] == 1
        closed = np.frombuffer(self._data, np.uint8)[ends - 1] == ord("]")
        odd = np.flatnonzero((empty & ~single) | (highs - lows > MAX_RECORD) | ~closed[array_of])
        count = int(array_of[odd[0]]) if len(odd) else len(starts)
        if not count:
            return False
        held = ~empty & (array_of < count)
        if held.any():
            self._starts.append(lows[held])
            self._ends.append(highs[held])
            self.bodies += self._slices(starts[:count], ends[:count])
        return self._punctuation(int(ends[count - 1]) - 1, _State())

    def _pairs(self, at: int) -> tuple[Positions, Positions]:
        """Where the whole containers of one kind stand that follow each other from `at` on."""
        first, opening, closing = int(np.searchsorted(self._opening, at)), self._opening, self._closing[self._shift :]
        if self._breaks is None:
            count = min(len(opening), len(closing))
            opening, closing = opening[:count], closing[:count]
            kinds = np.frombuffer(self._data, np.uint8)[opening]
            follow = (_trimmed(self._data, closing[:-1] + 1) == opening[1:]) & (kinds[1:] == kinds[:-1])
            self._breaks = np.append(np.flatnonzero(~follow) + 1, count)
        stop = self._breaks[min(int(np.searchsorted(self._breaks, first, side="right")), len(self._breaks) - 1)]
        return opening[first:stop], closing[first:stop] + 1

    def _slices(self, starts: Positions, ends: Positions) -> list[bytes]:
        return [self._data[lo:hi] for lo, hi in zip(starts.tolist(), ends.tolist(), strict=True)]

    def _add(self, starts: Positions, ends: Positions) -> bool:
        giants = np.flatnonzero(ends - starts > MAX_RECORD)
        count = int(giants[0]) if len(giants) else len(starts)
        if count:
            self._starts.append(starts[:count])
            self._ends.append(ends[:count])
            self.taken = int(ends[count - 1])
            inside = self.state.inside
            self.bodies += (
                self._slices(starts[:1], ends[count - 1 : count])
                if inside
                else self._slices(starts[:count], ends[:count])
            )
            self.state = replace(self.state, after=True)
        else:
            self.giant = True
        return count == len(starts)

    def _scalar(self, at: int) -> bool:
        end = self._scalar_end(at)
        return end > 0 and self._add(np.array([at]), np.array([end]))

    def _scalar_end(self, at: int) -> int:
        """The end of the string, number or literal at `at`; 0 if it may go on, or is none (`fault`)."""
        data, more = self._data, not self._ended
        if data[at] == ord('"'):
            end = content_end(data, at + 1, len(data))
            if data[end : end + 1] == b'"':
                return end + 1
            if not (more and is_cut(data, end, len(data))):
                self.fault = end
            return 0
        found = SCALAR.match(data, at)
        assert found is not None
        if found.end() < len(data) or not more:
            try:
                tokens(found.group().decode("ascii"))
                return found.end()
            except Malformed as error:
                self.fault = at + error.at
        return 0


def _trimmed(data: bytes, starts: Positions) -> Positions:
    """The first bytes at or behind `starts` that are no white space."""
    codes = np.frombuffer(data, np.uint8)
    for _ in range(_INDENT):
        blank = _IS_BLANK[codes[np.minimum(starts, len(data) - 1)]] & (starts < len(data))
        if not blank.any():
            return starts
        starts = starts + blank
    return np.array([found.end() for at in starts.tolist() if (found := SPACE.match(data, at))])


def _parses(record: bytes) -> bool:
    try:
        orjson.loads(record)
    except orjson.JSONDecodeError:
        return False
    return True
