"""Vectorised tests of raw bytes, for what an automaton is bad at: words, runs of digits, base64.

They only narrow: what they let through is looked at again, what they hold back cannot be there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

WORD = 8
DIGITS = 5
"""Digits that a rule with `digits` promises to have in some aligned word of every match."""
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


# -- words: anchors inside longer ones -----------------------------------------------------------------------------

ALL = 0xFFFFFFFF
_NONE = 1 << 31
_BIT = np.full(256, _NONE, np.uint32)
"""One bit for a letter in either case, another for all that is none."""
for _at in range(26):
    _BIT[ord("a") + _at] = _BIT[ord("A") + _at] = 1 << _at
_UPPER = np.zeros(256, bool)
_UPPER[ord("A") : ord("Z") + 1] = True
_ESCAPES = (("%", 3), *(("\\", back + size) for back in (0, len("u005c")) for size in (2, 4, 6)))
"""How far in front an escape whose last character looks like a letter begins: ``%0A``, ``\\n``, ``\\x0a``, ``\\u000a``.

The backslash of one that is written out may itself be an escape in JSON source.
"""


class Edges:
    """What may stand in front of and behind each anchor: tells those that are but part of a longer word."""

    def __init__(self, rows: Sequence[Sequence[int]]) -> None:
        """By the number of an anchor: its bytes, and the letters that may stand before and behind it (`letters`)."""
        sizes, before, after = np.array(rows, np.int64).reshape(-1, 3).T
        self._sizes = sizes
        self._before, self._after = before.astype(np.uint32), after.astype(np.uint32)

    def rows(self) -> list[list[int]]:
        """What an equal one is made of."""
        found: list[list[int]] = np.stack([self._sizes, self._before, self._after], axis=1).tolist()
        return found

    def whole(
        self, data: Any, ends: NDArray[np.int64], anchors: NDArray[np.int64], seams: NDArray[Any] | None
    ) -> NDArray[np.bool_]:
        """Which of the anchors (by number) that end before `ends` in `data` may stand in one of their phrases.

        A phrase begins and ends where no letter stands beside it, at a change of case (``clientId``), or behind an
        escape; see `leakscan.rules.keyword`. At `seams`, sorted, one text ends and the next begins.
        """
        raw = np.frombuffer(data, np.uint8)
        starts = ends - self._sizes[anchors]
        left, right = raw[np.maximum(starts - 1, 0)], raw[np.minimum(ends, len(raw) - 1)]
        may_begin = (starts == 0) | _beside(self._before[anchors], left)
        may_begin |= _UPPER[raw[starts]] & ~(_UPPER[left] & _UPPER[raw[np.minimum(starts + 1, len(raw) - 1)]])
        for mark, back in _ESCAPES:
            may_begin |= raw[np.maximum(starts - back, 0)] == ord(mark)
        may_end = (ends == len(raw)) | _beside(self._after[anchors], right)
        may_end |= _UPPER[right] & ~(_UPPER[raw[ends - 1]] & _UPPER[raw[np.minimum(ends + 1, len(raw) - 1)]])
        if seams is not None:
            may_begin |= _among(seams, starts)
            may_end |= _among(seams, ends)
        fitting: NDArray[np.bool_] = may_begin & may_end
        return fitting


def _beside(allowed: NDArray[np.uint32], chars: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether each character is no letter or one of those allowed there."""
    fitting: NDArray[np.bool_] = allowed & _BIT[chars] != 0
    return fitting


def _among(seams: NDArray[Any], points: NDArray[np.int64]) -> NDArray[np.bool_]:
    at = np.minimum(np.searchsorted(seams, points), len(seams) - 1)
    fitting: NDArray[np.bool_] = seams[at] == points
    return fitting


def letters(allowed: str | None) -> int:
    """ASCII letters (None: all) that may stand beside an anchor, as the bits that `Edges` takes."""
    return ALL if allowed is None else sum(1 << ord(letter) - ord("a") for letter in set(allowed.lower())) | _NONE


# -- digits ------------------------------------------------------------------------------------------------------


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


def base64_ends(data: Any, *, joined: bool) -> list[int]:
    """Ends of aligned 16-byte stretches that may lie in base64 of ASCII text; `joined`, only of the last in a row.

    `views` wants 26 ASCII bytes in a row (or all of at least 18), so at least 23 characters that are base64 digits
    with the top bits of ASCII; any such stretch covers two whole aligned words of eight.
    """
    count = len(data) // WORD
    if count < 2:
        return []
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
    ends: list[int] = ((pairs + 2) * WORD).tolist()
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
