"""Where things lie in a buffer of JSON: brackets and commas outside strings, siblings, the ends of strings.

Found with numpy and regular expressions, without parsing: nothing here says that it is JSON.
"""

from __future__ import annotations

import re
from array import array
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.intp]

BLANK = b" \t\n\r"
SPACE = re.compile(rb"[ \t\n\r]*")
SCALAR = re.compile(rb"[0-9A-Za-z+.-]*")
# Not a possessive group, which CPython before 3.11.5 mistakes (python/cpython#106052); and any other takes 110 bytes a round.
_CONTENT = re.compile(rb'[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+){0,1024}')
_HIGH = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}")
_MARKS = bytes(char in b'"\\{}[],' for char in range(256))
_NESTS = np.zeros(256, np.int8)
_NESTS[[ord("{"), ord("[")]] = 1
_NESTS[[ord("}"), ord("]")]] = -1


def structure(data: bytes) -> tuple[Positions, NDArray[np.uint8], NDArray[np.int32]]:
    """Brackets and commas outside strings: where they are, which they are, and the depth behind each.

    `data` begins outside a string.
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


class Siblings(NamedTuple):
    """The commas between siblings, the bracket that closes their container (or -1), the deepest nesting before that."""

    commas: Positions
    close: int
    depth: int


def siblings(data: bytes) -> Siblings:
    """What lies in `data`, which begins between two siblings or behind the opening bracket of their container."""
    at, kinds, depth = structure(data)
    closing = np.flatnonzero(depth < 0)
    close = -1
    if len(closing):
        last = int(closing[0])
        close = int(at[last])
        at, kinds, depth = at[:last], kinds[:last], depth[:last]
    return Siblings(at[(kinds == ord(",")) & (depth == 0)], close, int(depth.max(initial=0)))


def packed(numbers: Positions) -> array[int]:
    """As plain integers, eight bytes each."""
    return array("q", numbers.astype(np.int64).tobytes())


# -- inside strings ----------------------------------------------------------------------------------------------


def content_end(data: bytes, start: int, stop: int) -> int:
    """Where the content of a string stops being whole and valid."""
    while True:
        found = _CONTENT.match(data, start, stop)
        assert found is not None
        if found.end() == start:
            return start
        start = found.end()


def is_cut(data: bytes, end: int, stop: int) -> bool:
    """Whether content that goes to `end` may go on behind `stop`: nothing but the beginning of an escape lies between."""
    return end == stop or (data[end] == ord("\\") and stop - end < 6)


def whole_escape(data: bytes, start: int, end: int) -> int:
    """`end`, or a little before, so that neither a UTF-8 sequence nor a pair of escapes goes on behind it."""
    tail = data[max(start, end - 6) : end]
    if _HIGH.fullmatch(tail):
        run = data[start : end - 5]
        if (len(run) - len(run.rstrip(b"\\"))) % 2:
            return end - 6
    return whole_character(data, start, end)


def whole_character(data: bytes, start: int, end: int) -> int:
    """`end`, or up to three bytes before, where no UTF-8 sequence is open."""
    for back in range(1, min(3, end - start) + 1):
        byte = data[end - back]
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return end - back if length > back else end
        if byte < 0x80:
            break
    return end
