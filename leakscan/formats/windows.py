"""What is too long to be one JSON value, in overlapping windows (`leakscan.formats.text`): long strings, broken rests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from leakscan.formats.parsing import unescaped
from leakscan.formats.records import byte_offsets
from leakscan.formats.source import Broken, Source
from leakscan.formats.structure import content_end, is_cut, whole_character, whole_escape
from leakscan.formats.text import MARGIN, TextBlock
from leakscan.jsontext import source_spans
from leakscan.types import Block, Leaf, Path

WINDOW = 1 << 20
"""Bytes of a window's core, as written: at least 12 (a pair of escapes) for each code point of a margin."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a long string (`escaped`) or text: `raw` as written, decoded, and where it begins.

    `at` is its byte and `line` its line in the shard, `base` its code point in the whole. At least `MARGIN` code points
    long, if another follows.
    """

    raw: bytes
    text: str
    at: int
    line: int
    base: int
    escaped: bool

    def locate(self, points: Sequence[int]) -> Iterator[tuple[int, int]]:
        """The line and the byte in the shard of each of some ascending code points of `text`."""
        source = self.raw.decode("utf-8", "surrogateescape")
        within = [(point, point + 1) for point in points if point < len(self.text)]
        chars = [low for low, _ in within]
        if self.escaped:
            chars = [low - 1 for low, _ in source_spans(f'"{source}"', within)]
        chars += [len(source)] * (len(points) - len(within))
        byte = byte_offsets(source, chars)
        line, seen = self.line, 0
        for char in chars:
            line += self.raw.count(b"\n", seen, byte[char])
            seen = byte[char]
            yield line, self.at + seen


def string_segments(source: Source, decode: Callable[[bytes], str]) -> Iterator[Segment]:
    """The content of the string whose opening quote was taken last, up to and with its closing quote.

    `decode` makes text of bytes that may not be UTF-8. Raises Broken, behind all there is, where the string breaks off.
    """
    base = 0
    while True:
        source.fill(WINDOW)
        data, start = source.data, source.pos
        stop = min(len(data), start + WINDOW)
        end = content_end(data, start, stop)
        closed = data[end : end + 1] == b'"'
        more = stop < len(data) or not source.ended
        broken = not closed and not (more and is_cut(data, end, stop))
        if not closed and not broken:
            end = whole_escape(data, start, end)
        raw = data[start:end]
        text = unescaped(decode(raw))
        if raw:
            yield Segment(raw, text, source.at, source.line, base, escaped=True)
        base += len(text)
        source.skip(end - start + closed)
        if broken:
            raise Broken(source.at)
        if closed:
            return


def text_windows(source: Source, record: int) -> Iterator[Block]:
    """All that is left of the source, as text: one value of the record, without a path."""
    return windows(_text_segments(source), (), record)


def _text_segments(source: Source) -> Iterator[Segment]:
    base = 0
    while True:
        source.fill(WINDOW)
        end = min(len(source.data), source.pos + WINDOW)
        if end < len(source.data) or not source.ended:
            end = whole_character(source.data, source.pos, end)
        raw = source.data[source.pos : end]
        if not raw:
            return
        text = raw.decode("utf-8", "surrogateescape")
        yield Segment(raw, text, source.at, source.line, base, escaped=False)
        base += len(text)
        source.skip(len(raw))


def windows(segments: Iterator[Segment], path: Path, record: int, *, name: bool = False) -> Iterator[Block]:
    """One window a segment, with the margins that its neighbours have to give; of a member `name`, or a value.

    Raises Broken, behind the last window, where `segments` did.
    """
    before: Segment | None = None
    here: Segment | None = None
    broken: Broken | None = None
    while True:
        try:
            after = next(segments, None)
        except Broken as error:
            after, broken = None, error
        if here:
            yield _window(before, here, after, path, record, name)
        if after is None:
            break
        before, here = here, after
    if broken:
        raise broken


def _window(before: Segment | None, here: Segment, after: Segment | None, path: Path, record: int, name: bool) -> Block:
    left = before.text[-MARGIN:] if before else ""
    text = left + here.text + (after.text[:MARGIN] if after else "")
    errors = "surrogatepass" if here.escaped else "surrogateescape"
    begin = here.base - len(left)
    parts = [segment for segment in (before, here, after) if segment]
    block = (_NameWindow if name else TextBlock)(
        text.encode("utf-8", errors),
        (len(left), len(left) + len(here.text)),
        begin,
        partial(_locate, parts, begin),
        path=path,
        record=record,
        errors=errors,
    )
    if name:
        block.path = path[:-1]
    return block


class _NameWindow(TextBlock):
    """A window of a member name."""

    def leaves(self, unit: int, ends: Sequence[int] | None = None) -> list[Leaf]:
        return [replace(leaf, key=True) for leaf in super().leaves(unit)]


def _locate(parts: Sequence[Segment], begin: int, _text: str, points: Sequence[int]) -> Iterator[tuple[int, int]]:
    for part in parts:
        low, high = part.base - begin, part.base - begin + len(part.text) + (part is parts[-1])
        yield from part.locate([point - low for point in points if low <= point < high])
