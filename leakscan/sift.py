"""Large buffers, sifted in bulk for what an automaton is bad at: whole words, runs of digits, base64.

Nothing is held back here that a rule could find a leak at; what is let through is looked at again.
Small buffers do without this module, and a start-up without numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from string import ascii_letters
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leakscan.anchors import NOTHING, beside

WORD = 8
DIGITS = 5
"""Digits that a rule with `digits` promises to have in some aligned word of every match."""
_SEAM = b"\n\n"
"""Between stretches put together to be scanned."""
_MARGIN = 32
_GAP = 128
"""Bytes between two stretches that cost less to scan than another stretch does."""
_TILE = 1 << 14
"""Words looked at together: what stays in the second-level cache."""
_ONES = np.uint64(0x0101010101010101)
_HIGH = np.uint64(0x8080808080808080)
_BELOW_PLUS = _ONES * np.uint64(ord("+"))
_SEVEN_BITS = ~_HIGH
_ZEROS = _ONES * np.uint64(ord("0"))
_BEYOND_NINE = _ONES * np.uint64(0x80 - 10)
_SLASHES = _ONES * np.uint64(ord("\\"))


# -- words -----------------------------------------------------------------------------

_BIT = np.full(256, NOTHING, np.uint32)
"""What a character is to `leakscan.anchors.beside`."""
for _letter in ascii_letters:
    _BIT[ord(_letter)] = beside(_letter)
_GAP_CHAR = np.zeros(256, bool)
_GAP_CHAR[list(b" _-")] = True
_UPPER = np.zeros(256, bool)
_UPPER[ord("A") : ord("Z") + 1] = True
_ESCAPES = (("%", 3, ""), ("\\", 2, ""), ("\\", 4, "x"), *(("\\", back, "u") for back in (6, 7, 9, 11)))
"""Escapes whose last character looks like a letter in front: how each begins, how far in front, and goes on.

``%0A``, ``\\n``, ``\\x0a``, ``\\u000a``; the backslash of one that is written out may itself be ``\\u005c`` in JSON source.
"""


Scan = Callable[[Any], tuple[list[int], list[int]]]
"""Searches bytes for expressions: the ends of hits, and what was hit."""


class Sieve:
    """Hits in large buffers, without anchors that are but part of a longer word."""

    def __init__(self, edges: Sequence[Sequence[int]], anchor: int, base64: int) -> None:
        """`edges` has for each anchor its bytes and what comes before and after it (`leakscan.anchors.beside`).

        Anchors are hit as `anchor` and up; base64 is reported as `base64`.
        """
        sizes, before, after = np.array(edges, np.int64).reshape(-1, 3).T
        self._sizes, self._anchor, self._base64 = sizes, anchor, base64
        self._before, self._after = before.astype(np.uint32), after.astype(np.uint32)

    def hits(
        self, data: Any, main: Scan, digits: Scan | None, *, joined: bool, seams: NDArray[Any] | None
    ) -> list[tuple[int, int]]:
        """The hits in `data` by end: those of two scans, the second one for rules that promise digits, and base64."""
        ends, hit = map(_ints, main(data))
        at = np.flatnonzero(hit >= self._anchor)
        out = np.delete(at, self._whole(data, ends[at], hit[at] - self._anchor, seams))  # parts of longer words
        found = [(np.delete(ends, out), np.delete(hit, out))]
        base64 = base64_ends(data, joined=joined)
        found.append((base64, np.full(len(base64), self._base64)))
        if digits is not None:
            found.append(_digit_hits(data, digits))
        ends, hit = map(np.concatenate, zip(*found, strict=True))
        order = np.lexsort((hit, ends))
        return list(zip(ends[order].tolist(), hit[order].tolist(), strict=True))

    def _whole(
        self, data: Any, ends: NDArray[np.int64], anchors: NDArray[np.int64], seams: NDArray[Any] | None
    ) -> NDArray[np.int64]:
        """Which of the anchors (by number) that end before `ends` in `data` may stand in one of their phrases: indices.

        A phrase begins and ends where no letter stands beside it, at a change of case (``clientId``), or behind an
        escape; see `leakscan.rules.keyword`. At `seams`, sorted, one text ends and the next begins.
        """
        raw = np.frombuffer(data, np.uint8)
        last = len(raw) - 1
        starts = ends - self._sizes[anchors]
        left, right = raw[np.maximum(starts - 1, 0)], raw[np.minimum(ends, last)]
        begins = (starts == 0) | _UPPER[raw[starts]] & ~(_UPPER[left] & _UPPER[raw[np.minimum(starts + 1, last)]])
        stops = (ends > last) | _UPPER[right] & ~(_UPPER[raw[ends - 1]] & _UPPER[raw[np.minimum(ends + 1, last)]])
        for mark, back, then in _ESCAPES:
            escape = raw[np.maximum(starts - back, 0)] == ord(mark)
            begins |= escape & (raw[np.maximum(starts - back + 1, 0)] == ord(then)) if then else escape
        if seams is not None:
            begins |= _among(seams, starts)
            stops |= _among(seams, ends)
        fits = _fits_beside(self._before[anchors], begins, left, raw[np.maximum(starts - 2, 0)])
        fits &= _fits_beside(self._after[anchors], stops, right, raw[np.minimum(ends + 1, last)])
        return np.flatnonzero(fits)


def _fits_beside(
    wanted: NDArray[np.uint32], edge: NDArray[np.bool_], first: NDArray[np.uint8], second: NDArray[np.uint8]
) -> NDArray[np.bool_]:
    """Whether an anchor has beside it what its phrases want, given that a word may have an `edge` there."""
    fits: NDArray[np.bool_] = (wanted & _BIT[first] != 0) | (edge & (wanted & NOTHING != 0))
    fits |= _GAP_CHAR[first] & (wanted & _BIT[second] != 0)
    return fits


def _among(seams: NDArray[Any], points: NDArray[np.int64]) -> NDArray[np.bool_]:
    at = np.minimum(np.searchsorted(seams, points), len(seams) - 1)
    fitting: NDArray[np.bool_] = seams[at] == points
    return fitting


def _ints(values: Sequence[int]) -> NDArray[np.int64]:
    return np.array(values, np.int64)


# -- digits ------------------------------------------------------------------------------------------------------


def _digit_hits(data: Any, scan: Scan) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Hits of rules that promise digits: ends, and what. Only the words of the buffer that have some are scanned.

    Without a literal to hold on to these rules are automata over every byte, slower than all the others together.
    """
    lows, highs = digit_stretches(data)
    pieces = [bytes(data[low:high]) for low, high in zip(lows.tolist(), highs.tolist(), strict=True)]
    ends, hit = map(_ints, scan(_SEAM.join(pieces)))
    sizes = highs - lows
    starts = np.cumsum(sizes + len(_SEAM)) - (sizes + len(_SEAM))
    at = np.searchsorted(starts, ends - 1, side="right") - 1
    inside = ends - starts[at] <= sizes[at]
    return (ends - starts[at] + lows[at])[inside], hit[inside]


def digit_stretches(data: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Starts and ends of the stretches of `data` around aligned words of eight bytes with at least `DIGITS` digits, and its last bytes.

    A rule that promises digits has such a word in every match, at any alignment; what the engine looks for is within `_MARGIN` of it.
    """
    size = len(data)
    count = size // WORD
    words = np.frombuffer(data, np.uint64, count)
    found = []
    for at in range(0, count, _TILE):
        tile = words[at : at + _TILE] & _SEVEN_BITS
        tile ^= _ZEROS
        tile += _BEYOND_NINE  # now the high bit of a byte is clear where it was a digit
        tile &= _HIGH
        found.append(np.flatnonzero(np.bitwise_count(tile) <= WORD - DIGITS) + at)
    marked = np.concatenate([*found, [count]])  # the last bytes, which fill no word
    breaks = np.flatnonzero(np.diff(marked) > (2 * _MARGIN + _GAP) // WORD)
    first = marked[np.concatenate([[0], breaks + 1])] * WORD - _MARGIN
    last = marked[np.concatenate([breaks, [len(marked) - 1]])] * WORD + WORD + _MARGIN
    return np.maximum(first, 0), np.minimum(last, size)


# -- base64, which has no literal to look for ---------------------------------------------------------------------


def base64_ends(data: Any, *, joined: bool) -> NDArray[np.int64]:
    """Ends of aligned 16-byte stretches that may lie in base64 of ASCII text; `joined`, only of the last in a row.

    `views` wants 26 ASCII bytes in a row (or all of at least 18), so at least 23 characters that are base64 digits
    with the top bits of ASCII; any such stretch covers two whole aligned words of eight.
    """
    count = len(data) // WORD
    if count < 2:
        return _ints([])
    words = np.frombuffer(data, np.uint64, count)
    # A byte below "+" borrows and so sets a high bit, as bytes outside ASCII have: most 16 bytes of text hold one.
    found = []
    for at in range(0, count - 1, _TILE):
        tile = words[at : at + _TILE + 1]
        dense = (((tile - _BELOW_PLUS) | tile) & _HIGH) == 0
        found.append(np.flatnonzero(dense[:-1] & dense[1:]) + at)
    pairs = np.concatenate(found)
    slashes = words[pairs] ^ _SLASHES  # the next most usual byte; in ensure_ascii JSON the only other one
    pairs = pairs[((slashes - _ONES) & ~slashes & _HIGH) == 0]
    digits = words.view(np.uint16).reshape(-1, 4)
    fitting = _fits(digits[pairs])
    pairs = pairs[fitting != 0]
    fitting = fitting[fitting != 0] & _fits(digits[pairs + 1])
    pairs = pairs[fitting != 0]
    if joined:
        pairs = pairs[np.diff(pairs, append=count) != 1]
    ends: NDArray[np.int64] = (pairs + 2) * WORD
    return ends


def _fits(digits: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """For rows of eight characters, as four pairs: the alignments (bits) at which they are base64 of ASCII."""
    fitting: NDArray[np.uint8] = _EVEN[digits[:, 0]] & _ODD[digits[:, 1]] & _EVEN[digits[:, 2]] & _ODD[digits[:, 3]]
    return fitting


def _tables() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """For two characters (little-endian) at an even or odd pair: the alignments at which they may be base64 of ASCII.

    The digits of three ASCII bytes have a zero where each byte's highest bit goes.
    """
    value = np.full(256, 255, np.uint8)
    for number, char in enumerate(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"):
        value[char] = number
    value[ord("-")], value[ord("_")] = 62, 63
    top = (0x20, 0x08, 0x02, 0x00)
    out = []
    for place in (0, 2):
        table = np.zeros((256, 256), np.uint8)
        for alignment in range(4):
            first = (value < 64) & (value & top[(place - alignment) % 4] == 0)
            second = (value < 64) & (value & top[(place + 1 - alignment) % 4] == 0)
            table |= (np.outer(second, first) << alignment).astype(np.uint8)
        out.append(table.ravel())
    return out[0], out[1]


_EVEN, _ODD = _tables()
