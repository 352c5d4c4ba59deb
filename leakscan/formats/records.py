"""JSON records as blocks: raw source that is scanned as it stands, and decoded one record at a time on demand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from leakscan.jsontext import Malformed, Token, source_spans, tokens
from leakscan.types import Leaf, Path, Place, Tally

MAX_RECORD = 2 << 20
"""Bytes of a record that are decoded at once; a longer one is streamed (`leakscan.formats.bigjson`)."""


class JsonBlock:
    """Whole JSON records in one buffer; a unit is the offset at which a record begins.

    `starts`/`ends` are the records' spans in `data`; without them records are its lines. `record`, `line` and `offset`
    say what the first record, the first line and the first byte of `data` are in the shard.
    """

    escaped = True
    path: Path | None = None

    def __init__(
        self,
        data: bytes,
        tally: Tally,
        *,
        record: int,
        line: int,
        offset: int,
        starts: Sequence[int] | None = None,
        ends: Sequence[int] | None = None,
    ) -> None:
        self.data = data
        self._tally = tally
        self._record = record
        self._line = line
        self._offset = offset
        self._starts = starts
        self._ends = ends
        self._seen: dict[int, int] = {}
        self._counted = (0, 0)
        self._sources: tuple[int, bytes] = (-1, b"")

    def units(self, ends: Sequence[int]) -> list[int]:
        """The start of the record that holds the byte before each end (ends ascend); -1 between records."""
        if self._starts is not None and self._ends is not None:
            out = []
            for end in ends:
                index = bisect_right(self._starts, end - 1) - 1
                inside = index >= 0 and end <= self._ends[index]
                out.append(self._starts[index] if inside else -1)
            return out
        out, lo, hi = [], 0, -1
        for end in ends:
            if not lo < end <= hi:
                lo = self.data.rfind(b"\n", 0, end - 1) + 1
                hi = self.data.find(b"\n", end - 1)
                hi = len(self.data) if hi < 0 else hi + 1
            out.append(lo)
        return out

    def span(self, unit: int) -> tuple[int, int]:
        """The bytes of the record, without its line ending."""
        if self._starts is not None and self._ends is not None:
            return unit, self._ends[bisect_right(self._starts, unit) - 1]
        end = self.data.find(b"\n", unit)
        end = len(self.data) if end < 0 else end
        return unit, end - 1 if end > unit and self.data[end - 1] == 13 else end

    def leaves(self, unit: int) -> Iterator[Leaf]:
        """The decoded values and names of the record; of a malformed one, its text."""
        lo, hi = self.span(unit)
        raw = self.data[lo:hi]
        try:
            source = raw.decode("utf-8")
        except UnicodeDecodeError:
            source = raw.decode("utf-8", "surrogateescape")
            self.malformed(unit, "not UTF-8; undecodable bytes were kept as they are")
        found = self._tokens(unit, source)
        if found is None:
            yield Leaf(source, (), lo, hi)
        elif len(source) == len(raw):
            for t in found:
                yield Leaf(t.text, t.path, lo + t.lo, lo + t.hi, t.key)
        else:
            at = chars = 0
            for t in found:
                start = at + len(source[chars : t.lo].encode("utf-8", "surrogateescape"))
                at, chars = start + len(source[t.lo : t.hi].encode("utf-8", "surrogateescape")), t.hi
                yield Leaf(t.text, t.path, lo + start, lo + at, t.key)

    def places(self, unit: int, leaf: Leaf, spans: Sequence[tuple[int, int]]) -> Iterable[list[Place]]:
        """One occurrence: record, line and raw bytes of each span."""
        record, line = self._number(unit)
        token = self.data[leaf.lo : leaf.hi].decode("utf-8", "surrogateescape")
        whole = not leaf.path and leaf.text == token and (leaf.lo, leaf.hi) == self.span(unit)
        out = []
        for low, high in spans if whole else source_spans(token, spans):
            first = leaf.lo + len(token[:low].encode("utf-8", "surrogateescape"))
            last = first + len(token[low:high].encode("utf-8", "surrogateescape"))
            at = line if self._starts is None else line + self.data.count(b"\n", unit, first)
            out.append(Place(record, leaf.path, None, at, self._offset + first, self._offset + last))
        yield out

    def _tokens(self, unit: int, source: str) -> list[Token] | None:
        try:
            return tokens(source)
        except Malformed as error:
            self.malformed(unit, f"not JSON from character {error.at}; scanned as text")
            return None

    def malformed(self, unit: int, detail: str) -> None:
        """Note once that the record at `unit` is not what it should be."""
        if unit not in self._seen:
            self._seen[unit] = 1
            self._tally.gap("malformed", f"record {self._number(unit)[0]}", detail)

    def _number(self, unit: int) -> tuple[int, int]:
        """The record number and the line of a record."""
        at, lines = self._counted if self._counted[0] <= unit else (0, 0)
        lines += self.data.count(b"\n", at, unit)
        self._counted = (unit, lines)
        if self._starts is None:
            return self._record + lines, self._line + lines
        return self._record + bisect_right(self._starts, unit) - 1, self._line + lines


def field_names(found: Iterable[Token]) -> Iterable[str]:
    """The pointers of the tokens, ``*`` for any index: what a manifest lists as the fields of a shard."""
    for token in found:
        if not token.key:
            yield "".join("/*" if isinstance(s, int) else "/" + s.replace("~", "~0").replace("/", "~1") for s in token.path)
