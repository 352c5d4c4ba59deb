"""JSON source ↔ decoded leaves, with places: every scalar and member name of a document and where it is written.

Unlike a parser it keeps duplicate members, the digits of numbers as written, and lone surrogates; it takes Python's
``NaN`` and ``Infinity``. Documents nested ever so deep need no recursion.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]

from leakscan.types import Path, Step

# No possessive groups: CPython before 3.11.5 mistakes their matches (python/cpython#106052).
_TOKEN = re.compile(
    r'[ \t\n\r]*+(?:([{}\[\],:])|("[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*")'
    r"|(-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?)|(true|false|null|NaN|-?Infinity))"
)
_SPACE = re.compile(r"[ \t\n\r]*")
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)")
"""What stands for one code point: two that form a surrogate pair are one."""
_INTEGRAL = re.compile(r"(-?[0-9]+)\.0+")

_STRUCTURE = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*"|[{}\[\],:]', re.DOTALL)
_QUOTE, _COLON_BYTE, _COMMA_BYTE = b'":,'

_ASCII = bytes(range(0x80))

_VALUE, _KEY, _COLON, _AFTER, _FIRST_VALUE, _FIRST_KEY, _DONE = range(7)
_CLOSING = {"}": (_AFTER, _FIRST_KEY), "]": (_AFTER, _FIRST_VALUE), "{": (), "[": (), ":": (), ",": ()}
MAX_DEPTH = 512
"""Containers within containers."""


class Malformed(ValueError):
    """Not a JSON document; ``at`` is the code point at which it stops being one."""

    def __init__(self, at: int) -> None:
        super().__init__(f"not JSON from character {at}")
        self.at = at


Link = tuple["Link | None", Step]
"""A path from its end: what it ends with, behind a link that siblings share; None is the root."""


@dataclass(slots=True)
class Token:
    """A scalar or member name: its decoded text and the code points ``lo:hi`` of the source, quotes included."""

    text: str
    link: Link | None
    lo: int
    hi: int
    key: bool

    @property
    def path(self) -> Path:
        """From the root of the document; of a member name, that of its value."""
        steps: list[Step] = []
        link = self.link
        while link is not None:
            steps.append(link[1])
            link = link[0]
        return tuple(reversed(steps))


def linked(path: Path) -> Link | None:
    """A path as a link."""
    link: Link | None = None
    for step in path:
        link = (link, step)
    return link


def tokens(source: str, root: Link | None = None) -> list[Token]:
    """Every string, number and member name of the one document in `source`, in order. Raises Malformed.

    Literals (true, false, null) have no text worth scanning and are left out. A number with a zero fraction
    (``536228734.0``, as pandas writes integers beside gaps) is read as the integer. What is nested deeper than
    `MAX_DEPTH` counts as malformed. `root` is where the document stands in a larger one.
    """
    out: list[Token] = []
    open_: list[Link | None] = []
    link = root
    state, position, match = _VALUE, 0, _TOKEN.match
    while found := match(source, position):
        position = found.end()
        kind = found.lastindex or 0
        if kind == 1:
            char = found.group(1)
            if char == ":" and state == _COLON:
                state = _VALUE
            elif char == "," and state == _AFTER and link is not None:
                within, step = link
                state, link = (_VALUE, (within, step + 1)) if isinstance(step, int) else (_KEY, link)
            elif char in "{[" and state in (_VALUE, _FIRST_VALUE) and len(open_) < MAX_DEPTH:
                open_.append(link)
                state, link = (_FIRST_KEY, (link, "")) if char == "{" else (_FIRST_VALUE, (link, 0))
            elif link is not None and state in _CLOSING[char] and isinstance(link[1], str) == (char == "}"):
                state, link = _AFTER, open_.pop()
                if not open_:
                    state = _DONE
            else:
                raise Malformed(found.start(1))
        elif state in (_KEY, _FIRST_KEY) and kind == 2 and link is not None:
            lo = found.start(2)
            name = source[lo + 1 : position - 1]
            if "\\" in name:
                name = scanstring(source, lo + 1)[0]
            link = (link[0], name)
            out.append(Token(name, link, lo, position, key=True))
            state = _COLON
        elif state in (_VALUE, _FIRST_VALUE):
            if kind == 2:
                lo = found.start(2)
                text = source[lo + 1 : position - 1]
                if "\\" in text:
                    text = scanstring(source, lo + 1)[0]
                out.append(Token(text, link, lo, position, key=False))
            elif kind == 3:
                text = found.group(3)
                integral = _INTEGRAL.fullmatch(text)
                out.append(Token(integral.group(1) if integral else text, link, found.start(3), position, key=False))
            state = _AFTER if open_ else _DONE
        else:
            raise Malformed(found.start(kind))
    end = _SPACE.match(source, position)
    if state != _DONE or end is None or end.end() != len(source):
        raise Malformed(end.end() if end else position)
    return out


def strings_at(document: bytes, ends: Sequence[int]) -> list[tuple[str, Path, int, int]] | None:
    """The values of a JSON document that hold the bytes before `ends`: decoded, each with its path and its bytes.

    Far cheaper than `tokens` where there are few. None if a byte is in no string value, or nesting might be too deep
    for `tokens`. The document must be one, in UTF-8.
    """
    if document.count(b"{") + document.count(b"[") > MAX_DEPTH:
        return None
    spans = [found.span() for found in _STRUCTURE.finditer(document)]
    out = []
    for index in sorted({bisect_left(spans, (end, 0)) - 1 for end in ends}):
        if index < 0:
            return None
        lo, hi = spans[index]
        if document[lo] != _QUOTE or (index + 1 < len(spans) and document[spans[index + 1][0]] == _COLON_BYTE):
            return None
        out.append((_decoded(document, lo, hi), _path_of(document, spans, index), lo, hi))
    return out if all(any(lo < end <= hi for _, _, lo, hi in out) for end in ends) else None


def _path_of(document: bytes, spans: Sequence[tuple[int, int]], index: int) -> Path:
    """The path of a value, from the structure in front of it: walking back, out of one container after the other."""
    steps: list[Step] = []
    closed = commas = 0
    name: Step | None = None
    for at in range(index - 1, -1, -1):
        char = document[spans[at][0]]
        if char in b"}]":
            closed += 1
        elif char in b"{[":
            if closed:
                closed -= 1
            else:
                steps.append(commas if name is None else name)
                commas, name = 0, None
        elif closed:
            pass
        elif char == _COMMA_BYTE:
            commas += 1
        elif char == _COLON_BYTE and commas == 0:
            name = _decoded(document, *spans[at - 1])
    return tuple(reversed(steps))


def _decoded(document: bytes, lo: int, hi: int) -> str:
    token = document[lo:hi].decode("utf-8")
    text: str = scanstring(token, 1)[0] if "\\" in token else token[1:-1]
    return text


def points_ahead(raw: bytes, at: int, points: int) -> int:
    """An end such that raw bytes (text, or JSON source) from `at` on hold at least so many code points, if there are."""
    end = at + points + _CUT
    while end < len(raw) and (wanted := at + points + _surplus(raw[at:end])) > end:
        end = wanted
    return min(end, len(raw))


def points_behind(raw: bytes, at: int, points: int) -> int:
    """A start such that raw bytes up to `at` hold at least so many code points, if there are."""
    start = at - points - _CUT
    while start > 0 and (wanted := at - points - _surplus(raw[start:at])) < start:
        start = wanted
    return max(start, 0)


def _surplus(raw: bytes) -> int:
    """How many more bytes than code points these are, at most, however deep documents are in documents.

    A code point is written in up to six bytes for each backslash, or in up to four outside ASCII.
    """
    surplus = _CUT + (11 * raw.count(b"\\") + 1) // 2
    return surplus if raw.isascii() else surplus + 1 + 3 * len(raw.translate(None, _ASCII)) // 4


_CUT = 11
"""Bytes of an escape whose backslash was cut off."""


def source_span(token: str, start: int, end: int) -> tuple[int, int]:
    """Where code points ``start:end`` (not empty) of a token's text stand in the token as written (quotes included)."""
    return source_spans(token, [(start, end)])[0]


def source_spans(token: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """`source_span` of many spans, in one walk over the token."""
    if not token.startswith('"'):
        return list(spans)
    if "\\" not in token:
        return [(start + 1, end + 1) for start, end in spans]
    last = max((end for _, end in spans), default=0) - 1
    escapes: list[tuple[int, int]] = []
    decoded: list[int] = []  # the code point that each escape stands for
    saved = 1
    for found in _ESCAPE.finditer(token):
        lo, hi = found.span()
        if lo - saved > last:
            break
        escapes.append((lo, hi))
        decoded.append(lo - saved)
        saved += hi - lo - 1

    def written(point: int) -> tuple[int, int]:
        index = bisect_right(decoded, point) - 1
        if index < 0:
            return point + 1, point + 2
        ahead = point - decoded[index]
        lo, hi = escapes[index]
        return (hi + ahead - 1, hi + ahead) if ahead else (lo, hi)

    return [(written(start)[0], written(end - 1)[1]) for start, end in spans]
