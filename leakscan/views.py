"""Texts inside texts: base64, percent and HTML-entity encodings of a string, and the way back.

A view is a decoded reading of a text; `View.origin` maps a span of it to the code points of the text that hold it.
What counts as encoded is fixed here and nowhere else; the engine's cheap tests promise only never to miss it:

* percent: every run of ``%XX`` that is UTF-8;
* html: every character reference that HTML5 knows, ended by a semicolon;
* base64 (both alphabets, line-wrapped or not): a maximal run of at least `BASE64_MIN` characters that decodes to
  printable UTF-8 with at least `ASCII_RUN` ASCII bytes in a row (all of them, if it is shorter).
"""

from __future__ import annotations

import base64
import html
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

MAX_HOPS = 3
"""How many encodings may be nested in one another."""
BASE64_MIN = 24
ASCII_RUN = 26

_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*")  # not (?:…)+, which is six times slower to find
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BASE64 = re.compile(
    r"(?<![A-Za-z0-9+/_-])(?=[A-Za-z0-9+/_-]{24})(?:(?:[A-Za-z0-9+/_-]{60,500}\r?\n)+[A-Za-z0-9+/_-]+|[A-Za-z0-9+/_-]{24,})={0,2}"
)
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ASCII_RUN = re.compile(rb"[\x00-\x7f]{%d}" % ASCII_RUN)
_LONG_ASCII_RUN = re.compile(rb"[\x00-\x7f]{%d}" % (2 * ASCII_RUN))
_URLSAFE = bytes.maketrans(b"-_", b"+/")


@dataclass(slots=True)
class View:
    """A decoded text; `pieces` are (start in text, start in origin, length in origin), the first at 0.

    A piece is a copy, code point for code point, or (`copies` False) stands as a whole for its origin.
    """

    text: str
    hops: tuple[str, ...]
    pieces: list[tuple[int, int, int]]
    copies: list[bool]
    within: View | None = None

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span of the outermost text whose characters hold ``start:end`` of this view."""
        low = self._outer(start)[0]
        high = self._outer(end - 1)[1]
        return self.within.origin(low, high) if self.within else (low, high)

    def _outer(self, at: int) -> tuple[int, int]:
        index = bisect_right(self.pieces, at, key=lambda piece: piece[0]) - 1
        begin, origin, size = self.pieces[index]
        if self.copies[index]:
            return origin + at - begin, origin + at - begin + 1
        return origin, origin + size


def views(
    text: str, depth: int = MAX_HOPS, hops: tuple[str, ...] = (), within: View | None = None, *, digits: bool = True
) -> Iterator[View]:
    """Every view of `text`, outermost hop first, those inside a view after it.

    Without `digits` the text itself is known to hold no base64; what it encodes may.
    """
    if depth == 0:
        return
    for view in _readings(text, hops, within, digits=digits):
        yield view
        yield from views(view.text, depth - 1, view.hops, view)


def _readings(text: str, hops: tuple[str, ...], within: View | None, *, digits: bool) -> Iterator[View]:
    if "%" in text and (view := _replaced(text, _percent_units(text), (*hops, "percent"), within)):
        yield view
    if "&" in text and (view := _replaced(text, _entity_units(text), (*hops, "html"), within)):
        yield view
    for found in _BASE64.finditer(text) if digits else ():
        if view := _base64(found, (*hops, "base64"), within):
            yield view


_RAW_RUN = re.compile(rb"[A-Za-z0-9+/_\\-]+")
_RAW_SLASH = re.compile(rb"\\+(?:/|u002[fF])")
_RAW_ESCAPE = re.compile(rb"^(?:u[0-9A-Fa-f]{4}|[bfnrt])")
_REACH = 1 << 16


@dataclass(frozen=True, slots=True)
class Run:
    """The bytes ``low:high`` of text or JSON source around a stretch of base64, and what `views` would read in them.

    `texts` is None where that is not known without decoding the source.
    """

    low: int
    high: int
    texts: list[str] | None


def base64_run(raw: bytes, at: int) -> Run:
    """The run of base64 around the byte at `at` of text or JSON source."""
    low = at
    while low > 0 and at - low < _REACH:  # runs are short, but for those that are very long
        step = max(0, low - 256)
        gaps = list(_RAW_GAP.finditer(raw, step, low))
        if gaps:
            low = gaps[-1].end()
            break
        low = step
    found = _RAW_RUN.match(raw, low, at + _REACH)
    if found is None:
        return Run(at, at + 1, [])
    run = found.group()
    if len(run) >= _REACH:
        return Run(low, found.end(), None)
    if b"\\" not in run:
        return Run(low, found.end(), _texts_in(run))
    run = _RAW_SLASH.sub(b"/", run)
    lines = _RAW_NEWLINE.sub(b"\n", run)
    texts = _texts_in(lines) if lines != run else []
    for number, piece in enumerate(run.split(b"\\")):
        texts += _texts_in(piece)
        if number:  # what follows a backslash is an escape, or the backslash was an escaped one
            texts += _texts_in(_RAW_ESCAPE.sub(b"", piece, count=1))
    return Run(low, found.end(), texts)


def _texts_in(source: bytes) -> list[str]:
    """What the base64 in ASCII bytes stands for."""
    if len(source) < BASE64_MIN:
        return []
    runs = (found.group().rstrip("=") for found in _BASE64.finditer(source.decode()))
    return [text for run in runs if (text := _text(run.encode(), wrapped="\n" in run)) is not None]


_RAW_NEWLINE = re.compile(rb"(?:\\+(?:r|u000[dD]))?\\+(?:n|u000[aA])")
_RAW_GAP = re.compile(rb"[^A-Za-z0-9+/_\\-]")


def _text(run: bytes, *, wrapped: bool = False) -> str | None:
    """The text that a run of base64 digits stands for, if `views` looks through it."""
    digits = run.translate(_URLSAFE, b"\r\n")
    if len(digits) < BASE64_MIN or len(digits) % 4 == 1 or _looks_binary(digits[:64]):
        return None
    decoded = base64.b64decode(digits + b"=" * (-len(digits) % 4))
    if _NOT_TEXT.search(decoded) or not (
        _ASCII_RUN.search(decoded) if wrapped or len(decoded) > ASCII_RUN else decoded.isascii()
    ):
        return None
    if wrapped and not _LONG_ASCII_RUN.search(decoded):
        return None
    try:
        return decoded.decode("utf-8")
    except UnicodeDecodeError:
        return None


def readings(raw: bytes, runs: Sequence[Run] = ()) -> Iterator[bytes]:
    """`raw` bytes (text or JSON source) as the views of the strings in it would have them written, given its base64.

    Good enough to look for candidates in: what a rule finds in such a view stands, raw, in one of these, or a run of
    base64 does.
    """
    yield from _raw_readings(raw, MAX_HOPS)
    if runs:
        out, done = [], 0
        for run in runs:
            out += [raw[done : run.low], *(text.encode() for text in run.texts or ())]
            done = run.high
        decoded = b" ".join([*out, raw[done:]])
        yield decoded
        yield from _raw_readings(decoded, MAX_HOPS - 1)


def _raw_readings(raw: bytes, depth: int) -> Iterator[bytes]:
    if depth:
        for expression, decoded in ((_RAW_PERCENT, _raw_percent), (_RAW_ENTITY, _raw_entity)):
            reading = expression.sub(decoded, raw)
            if reading != raw:
                yield reading
                yield from _raw_readings(reading, depth - 1)


_RAW_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*")
_RAW_ENTITY = re.compile(rb"(?:&|\\{1,15}u0026)(#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def _raw_percent(found: re.Match[bytes]) -> bytes:
    decoded = bytes.fromhex(found.group().replace(b"%", b"").decode())
    try:
        decoded.decode("utf-8")
    except UnicodeDecodeError:
        return found.group()
    return decoded


def _raw_entity(found: re.Match[bytes]) -> bytes:
    return _entity(found.group(1)) or found.group()


@lru_cache(maxsize=4096)
def _entity(name: bytes) -> bytes:
    reference = f"&{name.decode()};"
    decoded = html.unescape(reference)
    return b"" if decoded == reference else decoded.encode("utf-8", "surrogatepass")


def _percent_units(text: str) -> Iterator[tuple[int, int, str]]:
    for found in _PERCENT.finditer(text):
        raw = bytes.fromhex(found.group().replace("%", ""))
        try:
            decoded = raw.decode("utf-8")
        except UnicodeDecodeError:
            continue
        at = found.start()
        for char in decoded:
            size = 3 * len(char.encode())
            yield at, at + size, char
            at += size


def _entity_units(text: str) -> Iterator[tuple[int, int, str]]:
    for found in _ENTITY.finditer(text):
        decoded = html.unescape(found.group())
        if decoded != found.group():
            yield found.start(), found.end(), decoded


def _replaced(
    text: str, units: Iterator[tuple[int, int, str]], hops: tuple[str, ...], within: View | None
) -> View | None:
    """`text` with each unit (start, end, decoded) replaced, or None if there is none."""
    out: list[str] = []
    pieces: list[tuple[int, int, int]] = []
    copies: list[bool] = []
    at = size = 0
    for start, end, decoded in units:
        if start > at:
            pieces.append((size, at, start - at))
            copies.append(True)
            out.append(text[at:start])
            size += start - at
        pieces.append((size, start, end - start))
        copies.append(False)
        out.append(decoded)
        size += len(decoded)
        at = end
    if not pieces:
        return None
    if at < len(text):
        pieces.append((size, at, len(text) - at))
        copies.append(True)
        out.append(text[at:])
    return View("".join(out), hops, pieces, copies, within)


def _base64(found: re.Match[str], hops: tuple[str, ...], within: View | None) -> View | None:
    run = found.group()
    wrapped = "\n" in run
    body = run.rstrip("=").encode()
    text = _text(body, wrapped=wrapped)
    if text is None:
        return None
    places = [i for i, byte in enumerate(body) if byte not in b"\r\n"] if wrapped else None
    digits = len(body) if places is None else len(places)
    return View(text, hops, _triples(text, digits, found.start(), places), [False] * len(text), within)


def _looks_binary(head: bytes) -> bool:
    """Whether the start of a run cannot be printable UTF-8 (images and the like, without decoding all of them)."""
    decoded = base64.b64decode(head[: len(head) // 4 * 4])
    return bool(_NOT_TEXT.search(decoded)) or 0x80 <= decoded[0] < 0xC2 or decoded[0] > 0xF4


def _triples(text: str, digits: int, start: int, places: list[int] | None) -> list[tuple[int, int, int]]:
    """One piece per character: the base64 digits (three bytes are four digits) that hold any of its bits."""
    pieces = []
    byte = 0
    for index, char in enumerate(text):
        size = 1 if char < "\x80" else len(char.encode())
        low, high = byte * 4 // 3, min(-(-(byte + size) * 4 // 3), digits)
        if places is not None:
            low, high = places[low], places[high - 1] + 1
        pieces.append((index, start + low, high - low))
        byte += size
    return pieces
