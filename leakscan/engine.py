"""All rules in one automaton: where in a buffer of raw bytes might a rule match? The only importer of hyperscan.

The engine promises never to miss: if a rule finds a leak in a decoded value, there is a hit inside the raw bytes of
that value (or the value is `ENCODED`, `BASE64` or `ESCAPED`, or the rule needs a context word and its keyword is hit in the
unit). It may hit where there is nothing. Three kinds of hit come out of one pass:

* a rule that stands on its own;
* an *anchor* of context phrases: rules that need one have shapes (bare digit runs and the like) that would trip in
  every record, so they are looked for only where a phrase is;
* `ESCAPED` (an ASCII character written as a JSON escape), `ENCODED` (percent, HTML) and `BASE64`: decode first;
  `SLASHED` is base64 if `views.may_be_base64` says so.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import hyperscan
import numpy as np
from numpy.typing import NDArray

from leakscan import dialect, views
from leakscan.anchors import anchors
from leakscan.rules import prefilter
from leakscan.types import Rule

ESCAPED = 1 << 20
ENCODED = ESCAPED + 1
BASE64 = ESCAPED + 2
SLASHED = ESCAPED + 3
FIELD = ESCAPED + 4
"""Not from the engine: a value in a column whose name is a context word."""
_KEYWORD = ESCAPED + 5

_DIGIT_1, _DIGIT_2, _DIGIT_3 = "[A-Za-f]", "[A-HQ-Xg-nw-z0-3]", "[ABEFIJMNQRUVYZcdghklopstwx014589]"
_PSEUDO = {
    ESCAPED: [dialect.ESCAPED_ASCII],
    # Each as plain as it can be: one alternation with an escape in it costs more than all of these.
    ENCODED: [
        r"%[0-9A-Fa-f]{2}",
        r"&#?[A-Za-z0-9]{1,31};",
        r"\x5cu0026#?[A-Za-z0-9]",
    ],
    # Base64 whose slash is escaped, in which `_base64_ends` would see shorter runs. In base64 of ASCII a slash can only
    # be the last of four digits, since in any other place it sets the highest bit of a byte.
    SLASHED: [f"{_DIGIT_1}{_DIGIT_2}{_DIGIT_3}{slash}{_DIGIT_1}" for slash in (r"\x5c+/", r"\x5c+u002[fF]")],
}

Hits = list[tuple[int, int]]
"""(end, what): the byte behind a hit; a rule's index, a keyword, or one of the names above."""


@dataclass(frozen=True)
class Expression:
    """A Hyperscan expression over raw bytes, and what its hits are reported as."""

    id: int
    text: str
    caseless: bool = False


@dataclass(frozen=True)
class Plan:
    """What the databases of a list of rules look for, by the index of a rule or the number of an anchor."""

    main: list[Expression]
    digits: list[Expression]
    keywords: dict[int, tuple[str, ...]]
    """Anchor → the context phrases it may stand in."""
    phrase_rules: dict[str, tuple[int, ...]]
    """Context phrase → the rules that need one."""


def planned(rules: Sequence[Rule]) -> Plan:
    """How rules are looked for: which in which database, and the anchors of the context that others need."""
    main = [Expression(id_, text) for id_, texts in _PSEUDO.items() for text in texts]
    digits: list[Expression] = []
    needed_by: dict[str, list[int]] = {}
    for index, rule in enumerate(rules):
        if rule.context_required:
            for words in rule.context:
                needed_by.setdefault(words, []).append(index)
        else:
            (digits if rule.digits else main).append(Expression(index, prefilter(rule)))
    phrases: dict[str, set[str]] = {}
    for words in needed_by:
        for anchor in anchors(words):
            phrases.setdefault(anchor.lower() if anchor.isascii() else anchor, set()).add(words)
    keywords = {}
    for number, anchor in enumerate(sorted(phrases), _KEYWORD):
        keywords[number] = tuple(sorted(phrases[anchor]))
        main.append(Expression(number, re.escape(anchor), caseless=True))
    return Plan(main, digits, keywords, {words: tuple(indices) for words, indices in needed_by.items()})


class Engine:
    """The compiled databases of a list of rules; rules are known by their index in that list."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        plan = planned(rules)
        self._know(plan.keywords, plan.phrase_rules)
        self._main = _compiled(plan.main)
        self._digits = _compiled(plan.digits)

    def _know(self, keywords: dict[int, tuple[str, ...]], phrase_rules: dict[str, tuple[int, ...]]) -> None:
        self.keywords = keywords
        """Anchor hit → the context phrases it may stand in."""
        self.phrase_rules = phrase_rules
        """Context phrase → the rules that need it."""
        self.keyword_rules = {
            number: tuple(sorted({rule for words in phrases for rule in phrase_rules[words]}))
            for number, phrases in keywords.items()
        }
        """Anchor hit → the rules that need one of its phrases."""

    def dump(self) -> tuple[dict[str, Any], list[bytes]]:
        """What `restore` makes an equal engine of, on the same kind of CPU: plain data, and the databases."""
        facts = {"keywords": list(self.keywords.items()), "phrases": list(self.phrase_rules.items())}
        return facts, [hyperscan.dumpb(db) if db is not None else b"" for db in (self._main, self._digits)]

    @classmethod
    def restore(cls, facts: dict[str, Any], databases: Sequence[bytes]) -> Engine:
        """The engine that was dumped. Raises ValueError if this CPU or hyperscan cannot run it.

        The databases must be whole: hyperscan loads, and crashes on, damaged ones.
        """
        engine = cls.__new__(cls)
        engine._know(  # noqa: SLF001 - in place of __init__
            {number: tuple(phrases) for number, phrases in facts["keywords"]},
            {words: tuple(rules) for words, rules in facts["phrases"]},
        )
        try:
            engine._main, engine._digits = map(_restored, databases)  # noqa: SLF001
        except hyperscan.error:
            raise ValueError("compiled for another CPU or hyperscan") from None
        return engine

    def hits(self, data: Any, *, joined: bool = False) -> Hits:
        """Hits in `data` (bytes-like), by end; with `joined`, one for a stretch of base64 that no unit ends within."""
        out: Hits = []
        append = out.append

        def on(what: int, _start: int, end: int, _flags: int, _context: Any) -> None:
            append((end, what))

        self._main.scan(data, match_event_handler=on)
        if len(data) < _SMALL:
            out.extend((found.end(), BASE64) for found in _BASE64.finditer(data))
            if self._digits is not None:
                self._digits.scan(data, match_event_handler=on)
        else:
            out.extend((end, BASE64) for end in _base64_ends(data, joined=joined))
            if self._digits is not None:
                out.extend(self._digit_hits(data))
        out.sort()
        return out

    def _digit_hits(self, data: Any) -> Hits:
        """Hits of the rules that promise digits: looked for only around words of the buffer that have some.

        Without a literal to hold on to these rules are automata over every byte, slower than all the others together.
        """
        stretches = _digit_stretches(data)
        pieces = [bytes(data[low:high]) for low, high in stretches]
        found: Hits = []

        def on(what: int, _start: int, end: int, _flags: int, _context: Any) -> None:
            found.append((end, what))

        self._digits.scan(_SEAM.join(pieces), match_event_handler=on)
        if not found:
            return found
        starts = [0, *accumulate(len(piece) + len(_SEAM) for piece in pieces)]
        return [
            (end - starts[at] + stretches[at][0], what)
            for end, what in found
            if end - starts[at := bisect_right(starts, end - 1) - 1] <= len(pieces[at])
        ]


# -- base64, which has no literal to look for ---------------------------------------------------------------------

_WORD = 8
_SMALL = 16 << 10
"""Bytes below which setting up the vectorised tests costs more than they save."""
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{%d,}" % views.BASE64_MIN)
DIGITS = 5
"""Digits that a rule with `digits` promises to have in some aligned word of every match."""
_MARGIN = 32
_GAP = 128
"""Bytes between two stretches that cost less to scan than another stretch does."""
_SEAM = b"\n\n"
_TILE = 1 << 14
"""Words looked at together: what stays in the second-level cache."""
_ONES = np.uint64(0x0101010101010101)
_HIGH = np.uint64(0x8080808080808080)
_BELOW_PLUS = _ONES * np.uint64(ord("+"))
_SEVEN_BITS = ~_HIGH
_ZEROS = _ONES * np.uint64(ord("0"))
_BEYOND_NINE = _ONES * np.uint64(0x80 - 10)
_SLASHES = _ONES * np.uint64(ord("\\"))


def _digit_stretches(data: Any) -> list[tuple[int, int]]:
    """The stretches of `data` around aligned words of eight bytes with at least `DIGITS` digits, and its last bytes.

    A rule that promises digits has such a word in every match, at any alignment; what the engine looks for is within `_MARGIN` of it.
    """
    size = len(data)
    count = size // _WORD
    words = np.frombuffer(data, np.uint64, count)
    found = []
    for at in range(0, count, _TILE):
        tile = words[at : at + _TILE] & _SEVEN_BITS
        tile ^= _ZEROS
        tile += _BEYOND_NINE  # now the high bit of a byte is clear where it was a digit
        tile &= _HIGH
        found.append(np.flatnonzero(np.bitwise_count(tile) <= _WORD - DIGITS) + at)
    marked = np.concatenate([*found, [count]])  # the last bytes, which fill no word
    breaks = np.flatnonzero(np.diff(marked) > (2 * _MARGIN + _GAP) // _WORD)
    first = marked[np.concatenate([[0], breaks + 1])] * _WORD - _MARGIN
    last = marked[np.concatenate([breaks, [len(marked) - 1]])] * _WORD + _WORD + _MARGIN
    return list(zip(np.maximum(first, 0).tolist(), np.minimum(last, size).tolist(), strict=True))


def _base64_ends(data: Any, *, joined: bool) -> list[int]:
    """Ends of aligned 16-byte stretches that may lie in base64 of ASCII text; `joined`, only of the last in a row.

    `views` wants 26 ASCII bytes in a row (or all of at least 18), so at least 23 characters that are base64 digits
    with the top bits of ASCII; any such stretch covers two whole aligned words of eight.
    """
    count = len(data) // _WORD
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
    ends: list[int] = ((pairs + 2) * _WORD).tolist()
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


# -- databases ---------------------------------------------------------------------------------------------------


def _compiled(expressions: list[Expression]) -> Any:
    if not expressions:
        return None
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    flags = hyperscan.HS_FLAG_DOTALL
    database.compile(
        expressions=[e.text.encode() for e in expressions],
        ids=[e.id for e in expressions],
        elements=len(expressions),
        flags=[flags | (hyperscan.HS_FLAG_CASELESS if e.caseless else 0) for e in expressions],
    )
    return database


def _restored(content: bytes) -> Any:
    if not content:
        return None
    database = hyperscan.loadb(content, hyperscan.HS_MODE_BLOCK)
    database.scratch = hyperscan.Scratch(database)
    return database
