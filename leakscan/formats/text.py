"""Plain text of any size in overlapping windows, and the encodings it comes in.

Every code point of a text is the *core* of exactly one window; a window shows `MARGIN` code points more on either
side, so that whatever starts in the core is seen whole and with its context. UTF-8 is passed on as it stands, bytes
that are not UTF-8 included; other encodings are turned into UTF-8 on the way.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, Protocol, cast

from leakscan.dialect import MAX_WIDTH
from leakscan.types import Block, Leaf, Path, Place, Policy, Slice, Tally

HEAD = 1 << 16
"""Bytes at the front of a text from which its encoding is told."""
MARGIN = MAX_WIDTH + 64
"""Code points a window shows on either side of its core: a rule's widest match, and `leakscan.rules.BEFORE`."""
Locate = Callable[[str, Sequence[int]], Iterable[tuple[int | None, int | None]]]
"""Tells the line and the byte in the shard of each of some ascending code points of a window's text."""

_CHUNK = 1 << 18
_NEAR = 4096
"""How many bytes a window may be shorter to end at a newline."""
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the other's
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTINUATION = bytes(range(0x80, 0xC0))
_FOUR = bytes(range(0xF0, 0xF5))
"""First bytes of four in UTF-8, which are two units of UTF-16."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_ASCII_RUNS = re.compile(r"[\x00-\x7f]+")
_ESCAPED = re.compile(r"[\udc80-\udcff]+")


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec of Python's (`utf-8`, `utf-16-le`, `latin-1`, …) and the bytes of the byte order mark in front."""

    name: str
    bom: int = 0

    @property
    def unit(self) -> int:
        """Bytes of an ASCII character."""
        return 4 if "32" in self.name else 2 if "16" in self.name else 1

    @property
    def errors(self) -> str:
        """How code points that are no characters are kept: bytes in UTF-8, lone surrogates elsewhere."""
        return "surrogateescape" if self.name == "utf-8" else "surrogatepass"


def detect(head: bytes, *, complete: bool = False) -> Encoding:
    """The encoding of a text that begins with `head`; `complete` says that this is all of it.

    A byte order mark decides; then zero bytes where UTF-32 or UTF-16 would have them, which must be many if the bytes
    read well as UTF-8 (lists can be separated by zero bytes); then UTF-8, which may hold stray bytes that are not.
    What is left is Latin-1, which any bytes can be read as.
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, len(mark))
    is_utf8 = _mostly_utf8(head, complete)
    if b"\0" in head:
        least = 0.7 if is_utf8 and not _CONTROL.search(head.decode("utf-8", "replace").replace("\0", "")) else 0.1
        for wide in (("utf-32-le", "utf-32-be"), ("utf-16-le", "utf-16-be")):
            shares = [_ascii_share(head, name) for name in wide]
            if max(shares) >= least:
                return Encoding(wide[shares.index(max(shares))])
    return Encoding("utf-8" if is_utf8 else "latin-1")


def decode(data: bytes) -> tuple[str, Encoding]:
    """A whole text, decoded as `blocks` decodes it in pieces."""
    encoding = detect(data[:HEAD], complete=len(data) < HEAD)
    body = data[encoding.bom :]
    return _decode(body[: len(body) // encoding.unit * encoding.unit], encoding), encoding


def decode_head(head: bytes, complete: bool) -> str:
    """The beginning of a text, to look at: a character cut in half at its end is left out or garbled."""
    encoding = detect(head, complete=complete)
    body = head[encoding.bom :]
    return _decode(body[: len(body) // encoding.unit * encoding.unit], encoding)


def blocks(stream: BinaryIO, part: Slice, policy: Policy, tally: Tally) -> Iterator[Block]:
    """Windows whose cores are about `policy.block_size` bytes (at least one code point) of UTF-8 each."""
    source = _Source(b"", stream, tally)
    head = _fill(source, HEAD)
    encoding = detect(head, complete=len(head) < HEAD)
    if encoding.name == "utf-8":
        source.head = head[encoding.bom :]
    else:
        source.head = head
        tally.notes.append(f"read as {'Latin-1' if encoding.unit == 1 else encoding.name.upper()}")
    tally.records = 1
    tally.bytes = encoding.bom
    utf8 = source if encoding.name == "utf-8" else Transcoded(source, encoding, tally)
    yield from _windows(utf8, encoding, max(4, policy.block_size), tally)


class TextBlock:
    """One window of a longer text: a single unit with a single leaf.

    `core` is its own range of code points in the window, `base` the code point of the whole text at which the window
    begins. `errors` says how `data` that is not UTF-8 is decoded.
    """

    escaped = False
    seams = None

    def __init__(
        self,
        data: bytes,
        core: tuple[int, int],
        base: int,
        locate: Locate,
        *,
        path: Path = (),
        record: int | None = 0,
        errors: str = "surrogateescape",
    ) -> None:
        self.data = data
        self.core = core
        self.base = base
        self.path: Path | None = path
        self._path = path
        self._record = record
        self.locate = locate
        self._errors = errors

    def units(self, ends: Sequence[int]) -> list[int]:
        """Unit 0, for every end."""
        return [0] * len(ends)

    def span(self, unit: int) -> tuple[int, int]:
        """All bytes."""
        return 0, len(self.data)

    def leaves(self, unit: int, ends: Sequence[int] | None = None) -> list[Leaf]:
        """The window, decoded."""
        return [Leaf(self.data.decode("utf-8", self._errors), self._path, 0, len(self.data), core=self.core)]

    def places(self, unit: int, leaf: Leaf, spans: Sequence[tuple[int, int]]) -> Iterable[list[Place]]:
        """One list; the text is walked once, however many spans there are."""
        points = sorted({point for span in spans for point in span})
        found = dict(zip(points, self.locate(leaf.text, points), strict=True))
        yield [
            Place(
                record=self._record,
                path=self._path,
                line=found[start][0],
                byte_start=found[start][1],
                byte_end=found[end][1],
                base=self.base,
            )
            for start, end in spans
        ]


# -- windows -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Extent:
    """How far a stretch of text reaches: code points, bytes in the shard, newlines."""

    points: int = 0
    bytes: int = 0
    newlines: int = 0

    def __add__(self, other: _Extent) -> _Extent:
        return _Extent(self.points + other.points, self.bytes + other.bytes, self.newlines + other.newlines)

    def __sub__(self, other: _Extent) -> _Extent:
        return _Extent(self.points - other.points, self.bytes - other.bytes, self.newlines - other.newlines)


def _windows(source: _Readable, encoding: Encoding, size: int, tally: Tally) -> Iterator[Block]:
    """Cut the UTF-8 of `source`. `data` is the margin behind us (`left` bytes), then what is nobody's core yet."""
    data, left, behind = b"", 0, _Extent()
    done = _Extent(bytes=encoding.bom)
    strays = 0
    while True:
        data, ended = _top_up(source, data, left + size)
        if len(data) == left:
            break
        cut = _cut(data, left, left + size)
        own, bad = _measure(data, left, cut, encoding)
        strays += bad
        begin = done - behind
        core = (behind.points, behind.points + own.points)
        locate = partial(_locate, encoding, begin)
        done += own
        tally.bytes = done.bytes
        tally.lines = done.newlines + (data[cut - 1 : cut] != b"\n")
        shown = len(data) if ended else _whole(data)
        yield TextBlock(data[:shown], core, begin.points, locate, errors=encoding.errors)
        keep = _margin(data, cut)
        behind, _ = _measure(data, keep, cut, encoding)
        data, left = data[keep:], cut - keep
    if strays:
        tally.notes.append(f"{strays} bytes are not UTF-8; they were kept as they are")


def _top_up(source: _Readable, data: bytes, end: int) -> tuple[bytes, bool]:
    """Read on until at least `MARGIN` whole code points stand behind `end`; or tell that the source is at its end."""
    wanted = 0
    for margin in (MARGIN, 4 * MARGIN):
        wanted = end + margin + 4
        if len(data) < wanted:
            data += _fill(source, wanted - len(data))
        if data[end:].isascii():
            break
    return data, len(data) < wanted


def _whole(data: bytes) -> int:
    """Where the last code point of `data` begins if more bytes of it might follow, else the length."""
    for back in (1, 2, 3):
        if data[-back] < 0x80:
            break
        if data[-back] >= 0xC0:
            return len(data) - back
    return len(data)


def _cut(data: bytes, start: int, end: int) -> int:
    """The end of the core that begins at `start`: at a newline near `end`, else between two code points."""
    if len(data) <= end:
        return len(data)
    newline = data.rfind(b"\n", max(start, end - min(_NEAR, (end - start) // 4)), end)
    return newline + 1 if newline >= 0 else _boundary(data, end)


def _boundary(data: bytes, at: int) -> int:
    """The nearest place at or before `at` where cutting splits no code point."""
    for cut in range(at, max(at - 4, -1), -1):
        if data[cut] & 0xC0 != 0x80:
            return cut
    return at  # four continuation bytes in a row are no UTF-8: each decodes for itself


def _margin(data: bytes, cut: int) -> int:
    """Where a margin of at least `MARGIN` code points in front of `cut` begins."""
    low = max(0, cut - MARGIN)
    if data[low:cut].isascii():
        return low
    low = max(0, cut - 4 * MARGIN)
    return _boundary(data, low) if low else 0


def _measure(data: bytes, start: int, end: int, encoding: Encoding) -> tuple[_Extent, int]:
    """The extent of `data[start:end]`, and how many bytes of it are not UTF-8."""
    newlines = data.count(b"\n", start, end)
    piece = data if data.isascii() else data[start:end]
    if piece.isascii():
        return _Extent(end - start, (end - start) * encoding.unit, newlines), 0
    if encoding.name != "utf-8":
        points = len(piece.translate(None, _CONTINUATION))
        pairs = len(piece) - len(piece.translate(None, _FOUR)) if encoding.unit == 2 else 0
        return _Extent(points, (points + pairs) * encoding.unit, newlines), 0
    try:
        return _Extent(len(piece.decode("utf-8")), end - start, newlines), 0
    except UnicodeDecodeError:
        text = piece.decode("utf-8", encoding.errors)
        return _Extent(len(text), end - start, newlines), _count(_ESCAPED, text)


def _locate(encoding: Encoding, begin: _Extent, text: str, points: Sequence[int]) -> Iterator[tuple[int, int]]:
    line, byte, at = begin.newlines + 1, begin.bytes, 0
    for point in points:
        piece = text[at:point]
        line += piece.count("\n")
        byte += len(piece) * encoding.unit if piece.isascii() else len(piece.encode(encoding.name, encoding.errors))
        at = point
        yield line, byte


def _fill(stream: _Readable, size: int) -> bytes:
    """Exactly `size` bytes, fewer only at the end of the stream."""
    chunk = stream.read(size)
    if len(chunk) == size or not chunk:
        return chunk
    parts = [chunk]
    missing = size - len(chunk)
    while missing and (chunk := stream.read(missing)):
        parts.append(chunk)
        missing -= len(chunk)
    return b"".join(parts)


# -- encodings ---------------------------------------------------------------------------------------------------


def transcoded(stream: BinaryIO, encoding: Encoding, tally: Tally, head: bytes = b"") -> BinaryIO:
    """The text of `stream` as UTF-8, without its byte order mark. `head` is what was already read of the stream.

    Lone surrogates come out as three bytes each (`surrogatepass`); bytes that are not UTF-8, in UTF-8, as they stand.
    """
    return cast(BinaryIO, Transcoded(_Source(head, stream, tally), encoding, tally))


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Source:
    """`head`, which was read of `stream` before, then the rest; where reading fails it ends, with a coverage entry."""

    def __init__(self, head: bytes, stream: BinaryIO, tally: Tally) -> None:
        self.head = head
        self._stream = stream
        self._tally = tally
        self._count = len(head)
        self._failed = False

    def read(self, size: int) -> bytes:
        if self.head:
            taken = self.head[:size]
            self.head = self.head[size:]
            return taken
        try:
            data = b"" if self._failed else self._stream.read(size)
        except OSError as error:
            self._failed = True
            self._tally.gap("unreadable", f"byte {self._count}", error.strerror or type(error).__name__)
            self._tally.unread = self._tally.unread or not self._count
            return b""
        self._count += len(data)
        return data


class Transcoded(io.RawIOBase):
    def __init__(self, stream: _Readable, encoding: Encoding, tally: Tally) -> None:
        self._stream = stream
        self._encoding = encoding
        self._tally = tally
        self._raw = b""
        self._seen = 0
        self._out = b""
        self._ended = False
        _fill(stream, encoding.bom)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        parts, wanted = [self._out], size - len(self._out)
        while not self._ended and (size < 0 or wanted > 0):
            parts.append(self._more())
            wanted -= len(parts[-1])
        data = b"".join(parts)
        taken = data if size < 0 else data[:size]
        self._out = data[len(taken) :]
        return taken

    def _more(self) -> bytes:
        chunk = _fill(self._stream, _CHUNK)
        self._ended = len(chunk) < _CHUNK
        self._seen += len(chunk)
        if self._encoding.name == "utf-8":
            return chunk
        raw = self._raw + chunk
        whole = len(raw) // self._encoding.unit * self._encoding.unit
        if not self._ended:
            whole -= _open_pair(raw[:whole], self._encoding)
        elif whole < len(raw):
            at = self._encoding.bom + self._seen - len(raw) + whole
            self._tally.gap("truncated", f"byte {at}", "the last character is incomplete")
        self._raw = raw[whole:]
        return _decode(raw[:whole], self._encoding).encode("utf-8", self._encoding.errors)


def _open_pair(raw: bytes, encoding: Encoding) -> int:
    """The bytes at the end of `raw` that are the first half of a surrogate pair: 2 or 0."""
    if encoding.unit != 2 or not raw:
        return 0
    return 2 if raw[-1 if encoding.name == "utf-16-le" else -2] & 0xFC == 0xD8 else 0


def _decode(raw: bytes, encoding: Encoding) -> str:
    if encoding.unit == 4:
        return _decode_utf32(raw, encoding)
    return raw.decode(encoding.name, encoding.errors)


def _decode_utf32(raw: bytes, encoding: Encoding) -> str:
    try:
        return raw.decode(encoding.name, encoding.errors)
    except UnicodeDecodeError:  # numbers beyond Unicode: one replacement character each
        order = "little" if encoding.name == "utf-32-le" else "big"
        numbers = (int.from_bytes(raw[at : at + 4], order) for at in range(0, len(raw), 4))  # type: ignore[arg-type]
        return "".join(chr(number) if number < 0x110000 else "\ufffd" for number in numbers)


def _ascii_share(head: bytes, name: str) -> float:
    """The share of ASCII among the characters of `head` read as `name`; 0 if it cannot be text in that encoding."""
    encoding = Encoding(name)
    whole = len(head) // encoding.unit * encoding.unit
    try:
        text = head[: whole - _open_pair(head[:whole], encoding)].decode(name)
    except UnicodeDecodeError:
        return 0.0
    if not text or _CONTROL.search(text):
        return 0.0
    return _count(_ASCII_RUNS, text) / len(text)


def _mostly_utf8(head: bytes, complete: bool) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=complete)
    except UnicodeDecodeError:
        text = head.decode("utf-8", "surrogateescape")
        bad = _count(_ESCAPED, text)
        good = len(text) - bad - _count(_ASCII_RUNS, text)
        return bad * 1000 <= len(head) or bad * 10 <= good
    return True


def _count(kind: re.Pattern[str], text: str) -> int:
    """How many characters of `text` stand in runs of `kind`."""
    return sum(len(run) for run in kind.findall(text))
