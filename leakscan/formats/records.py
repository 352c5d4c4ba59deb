"""JSON records as blocks: raw source that is scanned as it stands, and decoded one record at a time on demand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any

from leakscan.jsontext import Malformed, Token, source_spans, strings_at, tokens
from leakscan.types import Leaf, Path, Place, Tally

MAX_RECORD = 2 << 20
"""Bytes of a record that are decoded at once; a longer one is streamed (`leakscan.formats.bigjson`)."""
NOT_UTF8 = "not UTF-8; undecodable bytes were kept as they are"


class JsonBlock:
    """Pieces of JSON in one buffer, here the records of a document; a unit is the offset at which a piece begins.

    `starts`/`ends` are the pieces' spans in `data`. `record`, `line` and `offset` say what the first piece, the first
    line and the first byte of `data` are in the shard. Blocks of other pieces say where those are (`units`, `span`),
    which record they belong to (`_record_of`) and how one is read (`_tokens`); what follows from that is here.
    """

    escaped = True
    seams = None
    path: Path | None = None

    def __init__(
        self,
        data: bytes,
        tally: Tally,
        *,
        record: int,
        line: int,
        offset: int,
        starts: Sequence[int] = (),
        ends: Sequence[int] = (),
    ) -> None:
        self.data = data
        self._tally = tally
        self._record = record
        self._line = line
        self._offset = offset
        self._starts = starts
        self._ends = ends
        self._seen: set[int] = set()
        self._counted = (0, 0)

    def units(self, ends: Sequence[int]) -> list[int]:
        """The start of the piece that holds the byte before each end; -1 between pieces."""
        starts, stops = self._starts, self._ends
        out = []
        for end in ends:
            index = bisect_right(starts, end - 1) - 1
            out.append(starts[index] if index >= 0 and end <= stops[index] else -1)
        return out

    def span(self, unit: int) -> tuple[int, int]:
        """The bytes of the piece."""
        return unit, self._ends[self._index(unit)]

    def leaves(self, unit: int, ends: Sequence[int] | None = None) -> list[Leaf]:
        """The decoded values and names of the piece; of a malformed one, its text."""
        lo, hi = self.span(unit)
        source, found = self._read(unit, lo, hi)
        if found is None:
            return [Leaf(source, (), lo, hi)]
        if len(source) == hi - lo:
            return [Leaf(t.text, t.path, lo + t.lo, lo + t.hi, t.key) for t in found]
        out = []
        at, chars = lo, 0
        for t in found:
            start = at + len(source[chars : t.lo].encode("utf-8", "surrogateescape"))
            at, chars = start + len(source[t.lo : t.hi].encode("utf-8", "surrogateescape")), t.hi
            out.append(Leaf(t.text, t.path, start, at, t.key))
        return out

    def check(self, unit: int) -> None:
        """Note what is wrong with the piece, if anything is."""
        self._read(unit, *self.span(unit))

    def places(self, unit: int, leaf: Leaf, spans: Sequence[tuple[int, int]]) -> list[list[Place]]:
        """One occurrence: record, line and raw bytes of each span."""
        token = self.data[leaf.lo : leaf.hi].decode("utf-8", "surrogateescape")
        whole = not leaf.path and leaf.text == token and (leaf.lo, leaf.hi) == self.span(unit)
        written = spans if whole else source_spans(token, spans)
        byte = byte_offsets(token, [point for span in written for point in span])
        out = []
        for low, high in written:
            first, last = leaf.lo + byte[low], leaf.lo + byte[high]
            record, line = self._record_of(unit, first), self._line + self._newlines(first)
            out.append(Place(record, leaf.path, None, line, self._offset + first, self._offset + last))
        return [out]

    def _read(self, unit: int, lo: int, hi: int) -> tuple[str, list[Token] | None]:
        """The source of the piece and what it holds; None if it is malformed."""
        raw = self.data[lo:hi]
        try:
            source = raw.decode("utf-8")
        except UnicodeDecodeError:
            source = raw.decode("utf-8", "surrogateescape")
            self._malformed(unit, NOT_UTF8)
        try:
            return source, self._tokens(unit, source)
        except Malformed as error:
            self._malformed(unit, f"not JSON from character {error.at}; scanned as text")
            return source, None

    def _malformed(self, unit: int, detail: str) -> None:
        """Note once that the piece is not what it should be."""
        if unit not in self._seen:
            self._seen.add(unit)
            self._tally.gap("malformed", f"record {self._record_of(unit, unit)}", detail)

    def _tokens(self, unit: int, source: str) -> list[Token]:
        """What the piece holds, with its paths in the record. Raises Malformed."""
        return tokens(source)

    def _record_of(self, unit: int, at: int) -> int:
        """The number of the record that a piece belongs to; `at` is any byte of the piece."""
        return self._record + self._index(unit)

    def _index(self, unit: int) -> int:
        return bisect_right(self._starts, unit) - 1

    def _newlines(self, at: int) -> int:
        """How many newlines stand before a byte; counted from the last one asked for, since most are close to it."""
        last, count = self._counted
        count += self.data.count(b"\n", last, at) if last <= at else -self.data.count(b"\n", at, last)
        self._counted = (at, count)
        return count


class Lines(JsonBlock):
    """JSON Lines: the records are the lines of the buffer, which are only told apart where something was hit.

    `doubtful` are the starts of those that may not be JSON documents: they are looked at one by one.
    """

    def __init__(self, data: bytes, tally: Tally, *, doubtful: Collection[int] = (), **about: Any) -> None:
        super().__init__(data, tally, **about)
        self._doubtful = doubtful
        for unit in sorted(doubtful):
            lo, hi = self.span(unit)
            if data[lo:hi].strip():
                self.check(unit)

    def units(self, ends: Sequence[int]) -> list[int]:
        """The start of the line that holds the byte before each end (ends ascend)."""
        out, lo, hi = [], 0, -1
        for end in ends:
            if not lo < end <= hi:
                lo = self.data.rfind(b"\n", 0, end - 1) + 1
                hi = self.data.find(b"\n", end - 1)
                hi = len(self.data) if hi < 0 else hi + 1
            out.append(lo)
        return out

    def span(self, unit: int) -> tuple[int, int]:
        """The bytes of the line, without its ending."""
        end = self.data.find(b"\n", unit)
        end = len(self.data) if end < 0 else end
        return unit, end - 1 if end > unit and self.data[end - 1] == 13 else end

    def leaves(self, unit: int, ends: Sequence[int] | None = None) -> list[Leaf]:
        """The decoded values and names of the record, or the values at `ends`; of a malformed one, its text."""
        if ends is not None and unit not in self._doubtful:
            lo, hi = self.span(unit)
            found = strings_at(self.data[lo:hi], [end - lo for end in ends])
            if found is not None:
                return [Leaf(text, path, lo + low, lo + high) for text, path, low, high in found]
        return super().leaves(unit)

    def _record_of(self, unit: int, at: int) -> int:
        return self._record + self._newlines(at)


def byte_offsets(source: str, points: Sequence[int]) -> dict[int, int]:
    """The byte at which each of the given code points stands."""
    if source.isascii():
        return {point: point for point in points}
    out = {0: 0}
    for low, high in pairwise(sorted({0, *points})):
        out[high] = out[low] + len(source[low:high].encode("utf-8", "surrogateescape"))
    return out
