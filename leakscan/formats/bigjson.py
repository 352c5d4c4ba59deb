"""One JSON record of any size, in pieces: a 2 GB line, a string as long, a document of 10 GB.

No record is decoded and no tree is built. Of a container that does not fit a buffer, every run of whole members or
elements becomes a `Fragment`, raw as it stands; what is itself too big is entered, and a long string is shown in
windows. So a candidate hit costs the decoding of one member, as in a block of records, and memory is a few buffers.

What lies where is found with numpy (quotes, brackets and commas outside strings, see `layout`); that it is JSON is
left to a parser, one run at a time (`is_json`), and to `leakscan.jsontext` where that refuses.
"""

from __future__ import annotations

import gc
import json
import re
from array import array
from bisect import bisect_right
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, pairwise
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, BinaryIO, Literal

import numpy as np
import orjson
from numpy.typing import NDArray

from leakscan.formats.text import MARGIN, TextBlock
from leakscan.jsontext import Link, Malformed, Token, linked, source_spans, tokens
from leakscan.types import Block, Leaf, Path, Place, Policy, Step, Tally

PIECE = 1 << 18
"""Bytes a member or element may have to be decoded at once; a bigger container is entered."""
MAX_STRING = 1 << 20
"""Bytes a string (or number) may have, as written, to be one value; a longer one is shown in windows."""
WINDOW = 1 << 20
"""Bytes of a window's core, as written: at least 12 (a pair of escapes) for each code point of a margin."""
MAX_DEPTH = 512
"""How many containers too big for a buffer may stand in one another."""
_MAX_NAMES = 1 << 22
"""Code points that the names of those may have in all."""
_LONG_NAME = 4096
"""Code points that a path keeps of a name too long to be one value."""
NOTED = 1 << 14
"""Bytes of a piece that is parsed once more only for the names of its fields."""

Positions = NDArray[np.intp]
Kind = Literal["elements", "members", "name", "value"]

_MARKS = bytes(char in b'"\\{}[],' for char in range(256))
_NESTS = np.zeros(256, np.int8)
_NESTS[[ord("{"), ord("[")]] = 1
_NESTS[[ord("}"), ord("]")]] = -1
BLANK = b" \t\n\r"
SPACE = re.compile(rb"[ \t\n\r]*")
_CONTENT = re.compile(rb'[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+')
SCALAR = re.compile(rb"[0-9A-Za-z+.-]*")
_HIGH = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}")
_NAME = re.compile(r'[ \t\n\r]*("(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+")[ \t\n\r]*(:?)')
_NOT_UTF8 = "not UTF-8; undecodable bytes were kept as they are"


class Broken(ValueError):
    """The source stops being JSON at byte `at` of the shard, for a reason; what is before was given out."""

    def __init__(self, at: int, reason: str = "not JSON") -> None:
        super().__init__(f"{reason} from byte {at}")


class Source:
    """A buffer over the rest of a stream: `data` from `pos` on is what has been read and not yet taken.

    With `lines` it ends at the next newline, which is taken with it. `line` is the line of `pos`.
    """

    def __init__(
        self, stream: BinaryIO, rest: bytes, left: int, tally: Tally, *, offset: int, line: int, lines: bool
    ) -> None:
        self.data = b""
        self.pos = 0
        self.line = line
        self.left = left
        self.last = b""
        """The byte before `pos`, if any was taken."""
        self._stream = stream
        self._tally = tally
        self._base = offset
        self._pending = memoryview(rest)
        self._lines = lines
        self._first = line
        self._closed = 0
        self._ended = False

    @property
    def at(self) -> int:
        """The shard offset of `pos`."""
        return self._base + self.pos

    @property
    def size(self) -> int:
        """How many bytes are ready."""
        return len(self.data) - self.pos

    @property
    def newlines(self) -> int:
        """How many newlines were taken."""
        return self.line - self._first + self._closed

    @property
    def ended(self) -> bool:
        """Whether nothing comes behind `data`."""
        return self._ended

    def fill(self, size: int) -> None:
        """Have at least `size` bytes ready, or all there are."""
        have = self.size
        if have >= size or self._ended:
            return
        parts = [self.data[self.pos :]]
        while have < size and not self._ended:
            chunk = self._read(size - have)
            newline = chunk.find(b"\n") if self._lines else -1
            if newline >= 0:
                self._pending = memoryview(chunk[newline + 1 :] + bytes(self._pending))
                chunk = chunk[:newline]
                self._closed = 1
            self._ended = newline >= 0 or not chunk
            parts.append(chunk)
            have += len(chunk)
        self._base += self.pos
        self.pos = 0
        self.data = b"".join(parts)

    def _read(self, size: int) -> bytes:
        if self._pending:
            chunk = bytes(self._pending[:size])
            self._pending = self._pending[size:]
            return chunk
        try:
            chunk = self._stream.read(size if self.left < 0 else min(size, self.left))
        except OSError as error:
            self._tally.gap("unreadable", f"byte {self._tally.bytes}", error.strerror or type(error).__name__)
            return b""
        self.left -= len(chunk) if self.left > 0 else 0
        self._tally.bytes += len(chunk)
        return chunk

    def skip(self, size: int) -> None:
        """Take `size` of the bytes that are ready."""
        if size:
            if not self._lines:
                self.line += self.data.count(b"\n", self.pos, self.pos + size)
            self.pos += size
            self.last = self.data[self.pos - 1 : self.pos]

    def space(self, size: int) -> int:
        """Take white space; the byte behind it with `size` bytes ready, or -1 at the end."""
        while True:
            self.fill(size)
            found = SPACE.match(self.data, self.pos)
            assert found is not None
            self.skip(found.end() - self.pos)
            if self.pos < len(self.data):
                self.fill(size)
                return self.data[self.pos]
            if self._ended:
                return -1

    def rest(self) -> tuple[int, bytes]:
        """Behind the record: the shard offset, and the bytes read from there on."""
        return self.at + self._closed, self.data[self.pos :] + bytes(self._pending)


class Reader:
    """Reads one record (see the module) that begins with `rest`; `left` more bytes (-1: all) may be read.

    Afterwards `offset`, `rest` and `left` say where to go on, `newlines` how many newlines were taken, and `broken`
    whether the record was not JSON and has been shown as text to its end.
    """

    def __init__(
        self,
        stream: BinaryIO,
        rest: bytes,
        left: int,
        tally: Tally,
        *,
        record: int,
        line: int,
        offset: int,
        lines: bool = True,
    ) -> None:
        self.source = Source(stream, rest, left, tally, offset=offset, line=line, lines=lines)
        self.offset = offset
        self.rest = rest
        self.left = left
        self.newlines = 0
        self.broken = False
        self._tally = tally
        self._record = record
        self._lines = lines
        self._chunk = 0
        self._path: list[Step] = []
        self._objects: list[bool] = []
        self._fresh = False
        self._noted = False
        self._stray = False
        self._fault = -1

    def record(self, policy: Policy) -> Iterator[Block]:
        """The blocks of the record: with `lines` all up to and including a newline, else one JSON value."""
        del policy  # pieces are the same for any block size, so that what is told of a malformed record is, too
        self._chunk = min(PIECE, MAX_STRING)
        source = self.source
        try:
            yield from self._document()
        except Broken as error:
            self.broken = True
            self._tally.gap("malformed", f"record {self._record}", f"{error}; scanned as text")
            yield from text_windows(source, self._record)
        self.offset, self.rest = source.rest()
        self.left = source.left
        self.newlines = source.newlines

    # -- containers --------------------------------------------------------------------------------------------------

    def _document(self) -> Iterator[Block]:
        """One value, or nothing. The last step of `_path` is that of the next element (or member) of the innermost container."""
        if self.source.space(self._chunk) < 0:
            return
        after = not (yield from self._value())
        while self._objects:
            char = self.source.space(self._chunk)
            if not after:
                after = yield from self._siblings()
            elif char == ord(","):
                self.source.skip(1)
                self._fresh = False
                after = False
                if not self._objects[-1]:
                    self._path[-1] = int(self._path[-1]) + 1
            else:
                self._close(char)
        if self._lines and self.source.space(self._chunk) >= 0:
            raise Broken(self.source.at)

    def _close(self, char: int) -> None:
        if char != ord("}" if self._objects[-1] else "]"):
            raise Broken(self.source.at)
        self.source.skip(1)
        self._objects.pop()
        self._path.pop()

    def _siblings(self) -> Generator[Block, None, bool]:
        """The next members or elements, as many as are ready; False if it took to enter one that is too big."""
        source = self.source
        commas, close = siblings(source.data[source.pos :])
        if close >= 0 and self._fresh and not source.data[source.pos : source.pos + close].strip(BLANK):
            source.skip(close)
            return True
        if close >= 0:
            yield from self._run(close, commas)
            return True
        if len(commas):
            yield from self._run(int(commas[-1]), commas[:-1])
            return True
        if source.ended:
            raise Broken(source.at + source.size)
        if self._objects[-1]:
            yield from self._name()
        return not (yield from self._value())

    def _run(self, size: int, commas: Positions) -> Iterator[Block]:
        """Whole siblings in the next `size` bytes, parted at `commas`."""
        source, members = self.source, self._objects[-1]
        body = source.data[source.pos : source.pos + size]
        starts, ends = np.append(0, commas + 1), np.append(commas, size)
        count, fault = len(starts), -1
        blank = not body.strip(BLANK)
        if blank or not is_json(b"{" + body + b"}" if members else b"[" + body + b"]"):
            count, fault = self._sound(body, starts, ends, members)
        if count:
            data = body if fault < 0 else body[: int(ends[count - 1])]
            yield self._fragment(data, "members" if members else "elements", starts[:count], ends[:count])
        if fault >= 0:
            source.skip(int(starts[count]))
            at = source.at + fault
            source.space(self._chunk)
            raise Broken(at)
        source.skip(size)
        if not members:
            self._path[-1] = int(self._path[-1]) + count - 1

    def _sound(self, body: bytes, starts: Positions, ends: Positions, members: bool) -> tuple[int, int]:
        """How many siblings are JSON before the first that is not, and the byte in that one where it stops (or -1)."""
        for number, (lo, hi) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
            source = self._decode(body[lo:hi])
            try:
                _member(source) if members else tokens(source)
            except Malformed as error:
                return number, len(source[: error.at].encode("utf-8", "surrogateescape"))
        return len(starts), -1

    def _fragment(
        self, data: bytes, kind: Kind, starts: Positions | None = None, ends: Positions | None = None
    ) -> Fragment:
        source = self.source
        at = ([0], [len(data)]) if starts is None or ends is None else (packed(starts), packed(ends))
        block = Fragment(data, kind, tuple(self._path), self._record, source.line, source.at, *at)
        if kind != "name" and (not self._noted or at[1][0] <= NOTED):
            self._noted = True
            first, above = data[: at[1][0]], self._path[:-1] if kind == "members" else self._path
            wrapped = b"{" + first + b"}" if kind == "members" else first
            self._tally.fields.update(dict.fromkeys(fields(wrapped, _pointer(above))))
        return block

    # -- what is too big for a buffer, or alone ----------------------------------------------------------------------

    def _value(self) -> Generator[Block, None, bool]:
        """One value; True if that is a container, which has only been entered."""
        source = self.source
        char = source.space(self._chunk)
        if char in (ord("{"), ord("[")):
            names = sum(len(step) for step in self._path if isinstance(step, str))
            if len(self._path) >= MAX_DEPTH or names > _MAX_NAMES:
                raise Broken(source.at, "nested too deep")
            source.skip(1)
            self._objects.append(char == ord("{"))
            self._path.append("" if char == ord("{") else 0)
            self._fresh = True
            return True
        if char != ord('"'):
            size = self._scalar()
        elif (size := self._string()) < 0:
            yield from self._windows()
            return False
        self._decode(source.data[source.pos : source.pos + size])
        yield self._fragment(source.data[source.pos : source.pos + size], "value")
        source.skip(size)
        return False

    def _scalar(self) -> int:
        """The size of the number or literal that comes next."""
        source = self.source
        source.fill(MAX_STRING)
        found = SCALAR.match(source.data, source.pos)
        assert found is not None
        if found.end() == len(source.data) and not source.ended:
            raise Broken(source.at, "a number too long")
        try:
            tokens(found.group().decode("ascii"))
        except Malformed as error:
            raise Broken(source.at + error.at) from None
        return len(found.group())

    def _name(self) -> Iterator[Block]:
        """A member's name and the colon."""
        source = self.source
        if source.data[source.pos] != ord('"'):
            raise Broken(source.at)
        size = self._string()
        if size < 0:
            yield from self._windows(name=True)
        else:
            raw = source.data[source.pos : source.pos + size]
            self._path[-1] = _unescaped(self._decode(raw[1:-1]))
            yield self._fragment(raw, "name")
            source.skip(size)
        if source.space(self._chunk) != ord(":"):
            raise Broken(source.at)
        source.skip(1)

    def _string(self) -> int:
        """The size of the string that comes next, quotes included; -1 if that is more than `MAX_STRING`."""
        source = self.source
        while True:
            end = content_end(source.data, source.pos + 1, len(source.data))
            if source.data[end : end + 1] == b'"':
                return end + 1 - source.pos
            if source.ended or not is_cut(source.data, end, len(source.data)):
                raise Broken(source.at - source.pos + end)
            if source.size >= MAX_STRING + 2:
                return -1
            source.fill(MAX_STRING + 2)

    # -- windows -----------------------------------------------------------------------------------------------------

    def _windows(self, *, name: bool = False) -> Iterator[Block]:
        """A string (or name) too long to be one value."""
        self.source.skip(1)
        segments = self._segments()
        first = next(segments)
        if name:
            self._path[-1] = first.text[:_LONG_NAME]
            self._note(f"a member name of more than {MAX_STRING} bytes is cut to {_LONG_NAME} characters in pointers")
        elif first.text.lstrip(" \t\r\n")[:1] in ("{", "["):
            self._note(f"JSON inside strings of more than {MAX_STRING} bytes is scanned as text")
        path = tuple(self._path)
        if not name:
            self._tally.fields[_pointer(path)] = None
        yield from _windows(chain([first], segments), path, self._record, name)
        if self._fault >= 0:
            raise Broken(self._fault)

    def _segments(self) -> Iterator[_Segment]:
        """The content of a string, its closing quote taken; where it breaks off, `_fault` is set to the byte."""
        source, base, self._fault = self.source, 0, -1
        while True:
            source.fill(WINDOW)
            data, start = source.data, source.pos
            stop = min(len(data), start + WINDOW)
            end = content_end(data, start, stop)
            closed = data[end : end + 1] == b'"'
            more = stop < len(data) or not source.ended
            broken = not closed and not (more and is_cut(data, end, stop))
            if not closed and not broken:
                end = _whole(data, start, end)
            raw = data[start:end]
            text = _unescaped(self._decode(raw))
            if raw:
                yield _Segment(raw, text, source.at, source.line, base, escaped=True)
            base += len(text)
            source.skip(end - start + closed)
            if broken:
                self._fault = source.at
            if closed or broken:
                return

    def _decode(self, raw: bytes) -> str:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            if not self._stray:
                self._stray = True
                self._tally.gap("malformed", f"record {self._record}", _NOT_UTF8)
            return raw.decode("utf-8", "surrogateescape")

    def _note(self, note: str) -> None:
        if note not in self._tally.notes:
            self._tally.notes.append(note)


class Fragment:
    """A run of whole siblings inside one record, raw; a unit is the offset at which a sibling begins.

    `path` leads to the first of them: of the others, elements count on and members have names of their own. A lone
    `name` or `value` has exactly that path.
    """

    escaped = True

    def __init__(
        self,
        data: bytes,
        kind: Kind,
        path: Path,
        record: int,
        line: int,
        offset: int,
        starts: Sequence[int],
        ends: Sequence[int],
    ) -> None:
        self.data = data
        self.path: Path | None = path if kind == "value" else path[:-1]
        self._kind = kind
        self._first = path
        self._record = record
        self._line = line
        self._offset = offset
        self._starts = starts
        self._ends = ends
        self._newlines: Positions | None = None

    def units(self, ends: Sequence[int]) -> list[int]:
        """The start of the sibling that holds the byte before each end; -1 for a comma."""
        out = []
        for end in ends:
            index = bisect_right(self._starts, end - 1) - 1
            out.append(self._starts[index] if end <= self._ends[index] else -1)
        return out

    def span(self, unit: int) -> tuple[int, int]:
        """The bytes of the sibling, with the white space around it."""
        return unit, self._ends[bisect_right(self._starts, unit) - 1]

    def leaves(self, unit: int) -> list[Leaf]:
        """The decoded values and names of the sibling."""
        lo, hi = self.span(unit)
        source = self.data[lo:hi].decode("utf-8", "surrogateescape")
        found = self._tokens(unit, source)
        byte = _bytes(source, [point for token in found for point in (token.lo, token.hi)])
        return [Leaf(t.text, t.path, lo + byte[t.lo], lo + byte[t.hi], t.key) for t in found]

    def _tokens(self, unit: int, source: str) -> list[Token]:
        first = self._first
        if self._kind == "members":
            return _member(source, linked(first[:-1]))
        if self._kind == "elements":
            number = bisect_right(self._starts, unit) - 1
            return tokens(source, linked((*first[:-1], int(first[-1]) + number)))
        found = tokens(source, linked(first))
        for token in found:
            token.key |= self._kind == "name"
        return found

    def places(self, unit: int, leaf: Leaf, spans: Sequence[tuple[int, int]]) -> Iterable[list[Place]]:
        """One occurrence: record, line and raw bytes of each span."""
        token = self.data[leaf.lo : leaf.hi].decode("utf-8", "surrogateescape")
        written = source_spans(token, spans)
        byte = _bytes(token, [point for span in written for point in span])
        if self._newlines is None:
            self._newlines = np.flatnonzero(np.frombuffer(self.data, np.uint8) == ord("\n"))
        out = []
        for low, high in written:
            first, last = leaf.lo + byte[low], leaf.lo + byte[high]
            line = self._line + int(np.searchsorted(self._newlines, first))
            out.append(Place(self._record, leaf.path, None, line, self._offset + first, self._offset + last))
        yield out


# -- where things are in a buffer ------------------------------------------------------------------------------------


def is_json(document: bytes) -> bool:
    """Whether this surely is JSON as `leakscan.jsontext` reads it; False leaves it open."""
    try:
        _parsed(document)
    except (ValueError, RecursionError):
        return False
    return True


def fields(document: bytes, above: str = "") -> Iterator[str]:
    """The pointers of the values in a JSON document, ``*`` for any index, as far as a parser takes it."""
    try:
        todo = [(above, _parsed(document))]
    except (ValueError, RecursionError):
        return
    while todo:
        pointer, value = todo.pop()
        if isinstance(value, dict):
            todo += [(pointer + _pointer((name,)), inner) for name, inner in reversed(value.items())]
        elif isinstance(value, list):
            todo += [(pointer + "/*", inner) for inner in reversed(value)]
        elif value is not None and not isinstance(value, bool):
            yield pointer


def _parsed(document: bytes) -> Any:
    """The value; numbers may be strings. Raises ValueError, or RecursionError, for some JSON as well."""
    collecting = gc.isenabled()
    gc.disable()  # a tree has no cycles; looking for them, orjson does 114 MB/s of small members, else 161
    try:
        return orjson.loads(document)
    except orjson.JSONDecodeError:  # NaN and lone surrogates it does not take
        return json.loads(document.decode("utf-8"), parse_int=str, parse_float=str)
    finally:
        if collecting:
            gc.enable()


def _pointer(path: Iterable[Step]) -> str:
    return "".join("/*" if isinstance(step, int) else "/" + step.replace("~", "~0").replace("/", "~1") for step in path)


def structure(data: bytes) -> tuple[Positions, NDArray[np.uint8], NDArray[np.int32]]:
    """Brackets and commas outside strings: where they are, which they are, and the depth behind each.

    `data` begins outside a string. Nothing is said about its being JSON.
    """
    at = np.flatnonzero(np.frombuffer(data.translate(_MARKS), np.bool_))
    kinds = np.frombuffer(data, np.uint8)[at]
    quotes = kinds == ord('"')
    slashes = kinds == ord("\\")
    if slashes.any():
        quotes &= ~_escaped(at, slashes)
    outside = np.cumsum(quotes, dtype=np.uint8) & 1 == 0  # the sum wraps, which its lowest bit survives
    outside &= (kinds != ord('"')) & ~slashes
    at, kinds = at[outside], kinds[outside]
    return at, kinds, np.cumsum(_NESTS[kinds], dtype=np.int32)


def _escaped(at: Positions, slashes: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of the marks at `at` stand behind an odd number of backslashes."""
    glued = np.zeros(len(at), bool)
    glued[1:] = slashes[:-1] & (at[1:] == at[:-1] + 1)  # right behind a backslash
    index = np.arange(len(at))
    begin = np.maximum.accumulate(np.where(glued, 0, index))  # the first mark of the run that ends here
    escaped: NDArray[np.bool_] = glued & ((index - begin) & 1 == 1)
    return escaped


def siblings(data: bytes) -> tuple[Positions, int]:
    """Where the commas between siblings are, up to the bracket that closes their container, and that bracket (or -1).

    `data` begins between two siblings, or behind the opening bracket.
    """
    at, kinds, depth = structure(data)
    closing = np.flatnonzero(depth < 0)
    close = -1
    if len(closing):
        last = int(closing[0])
        close = int(at[last])
        at, kinds, depth = at[:last], kinds[:last], depth[:last]
    return at[(kinds == ord(",")) & (depth == 0)], close


def packed(numbers: Positions) -> array[int]:
    """As plain integers, eight bytes each."""
    return array("q", numbers.astype(np.int64).tobytes())


def _member(source: str, within: Link | None = None) -> list[Token]:
    """The tokens of ``"name": value`` in an object at `within`. Raises Malformed."""
    found = _NAME.match(source)
    if found is None:
        raise Malformed(len(source) - len(source.lstrip(" \t\n\r")))
    if not found.group(2):
        raise Malformed(found.end())
    lo, hi = found.span(1)
    name = _unescaped(source[lo + 1 : hi - 1])
    begin = found.end()
    link = (within, name)
    try:
        inner = tokens(source[begin:], link)
    except Malformed as error:
        raise Malformed(begin + error.at) from None
    own = Token(name, link, lo, hi, key=True)
    return [own, *(Token(t.text, t.link, begin + t.lo, begin + t.hi, t.key) for t in inner)]


def _unescaped(content: str) -> str:
    return scanstring(content + '"', 0)[0] if "\\" in content else content


def _bytes(source: str, points: Iterable[int]) -> dict[int, int]:
    """The byte at which each of the given code points stands."""
    if source.isascii():
        return {point: point for point in points}
    out = {0: 0}
    ordered = sorted({0, *points})
    for low, high in pairwise(ordered):
        out[high] = out[low] + len(source[low:high].encode("utf-8", "surrogateescape"))
    return out


# -- windows ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Segment:
    """A stretch of a long string (`escaped`) or text: `raw` as written, decoded, and where it begins.

    At least `MARGIN` code points long, if another follows.
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
        byte = _bytes(source, chars)
        line, seen = self.line, 0
        for char in chars:
            line += self.raw.count(b"\n", seen, byte[char])
            seen = byte[char]
            yield line, self.at + seen


class _NameWindow(TextBlock):
    """A window of a member name."""

    def leaves(self, unit: int) -> list[Leaf]:
        return [replace(leaf, key=True) for leaf in super().leaves(unit)]


def text_windows(source: Source, record: int) -> Iterator[Block]:
    """All that is left of the source, as text: one value of the record, without a path."""
    yield from _windows(_text_segments(source), (), record)


def _text_segments(source: Source) -> Iterator[_Segment]:
    base = 0
    while True:
        source.fill(WINDOW)
        end = min(len(source.data), source.pos + WINDOW)
        if end < len(source.data) or not source.ended:
            end = _boundary(source.data, source.pos, end)
        raw = source.data[source.pos : end]
        if not raw:
            return
        text = raw.decode("utf-8", "surrogateescape")
        yield _Segment(raw, text, source.at, source.line, base, escaped=False)
        base += len(text)
        source.skip(len(raw))


def _windows(segments: Iterable[_Segment], path: Path, record: int, name: bool = False) -> Iterator[Block]:
    """One window a segment, with the margins that its neighbours have to give."""
    before: _Segment | None = None
    here: _Segment | None = None
    for after in chain(segments, [None]):
        if here:
            yield _window(before, here, after, path, record, name)
        before, here = here, after


def _window(
    before: _Segment | None, here: _Segment, after: _Segment | None, path: Path, record: int, name: bool
) -> Block:
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


def _locate(parts: Sequence[_Segment], begin: int, _text: str, points: Sequence[int]) -> Iterator[tuple[int, int]]:
    for part in parts:
        low, high = part.base - begin, part.base - begin + len(part.text) + (part is parts[-1])
        yield from part.locate([point - low for point in points if low <= point < high])


def content_end(data: bytes, start: int, stop: int) -> int:
    """Where the content of a string stops being whole and valid."""
    found = _CONTENT.match(data, start, stop)
    assert found is not None
    return found.end()


def is_cut(data: bytes, end: int, stop: int) -> bool:
    """Whether content that goes to `end` may go on behind `stop`: nothing but the beginning of an escape lies between."""
    return end == stop or (data[end] == ord("\\") and stop - end < 6)


def _whole(data: bytes, start: int, end: int) -> int:
    """`end`, or a little before, so that neither a UTF-8 sequence nor a pair of escapes goes on behind it."""
    tail = data[max(start, end - 6) : end]
    if _HIGH.fullmatch(tail):
        run = data[start : end - 5]
        if (len(run) - len(run.rstrip(b"\\"))) % 2:
            return end - 6
    return _boundary(data, start, end)


def _boundary(data: bytes, start: int, end: int) -> int:
    """`end`, or up to three bytes before, where no UTF-8 sequence is open."""
    for back in range(1, min(3, end - start) + 1):
        byte = data[end - back]
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return end - back if length > back else end
        if byte < 0x80:
            break
    return end
