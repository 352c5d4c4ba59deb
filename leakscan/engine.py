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
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import hyperscan
import numpy as np
from numpy.typing import NDArray

from leakscan import dialect, views
from leakscan.anchors import anchors
from leakscan.rules import prefilter
from leakscan.sift import Edges, base64_ends, digit_stretches, letters
from leakscan.types import Rule

ESCAPED = 1 << 20
ENCODED = ESCAPED + 1
BASE64 = ESCAPED + 2
SLASHED = ESCAPED + 3
FIELD = ESCAPED + 4
"""Not from the engine: a value in a column whose name is a context word."""
_KEYWORD = ESCAPED + 5
_BITS = 24
_MASK = (1 << _BITS) - 1
"""A hit packed into a number: its end, then that many bits for what was hit."""
_NOTHING = np.array([], np.int64)

_SMALL = 16 << 10
"""Bytes below which setting up the vectorised tests costs more than they save."""
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{%d,}" % views.BASE64_MIN)
_SEAM = b"\n\n"
"""Between pieces of a buffer put together to be searched."""

_DIGIT_1, _DIGIT_2, _DIGIT_3 = "[A-Za-f]", "[A-HQ-Xg-nw-z0-3]", "[ABEFIJMNQRUVYZcdghklopstwx014589]"
_PSEUDO = {
    ESCAPED: [dialect.ESCAPED_ASCII],
    # Each as plain as it can be: one alternation with an escape in it costs more than all of these.
    ENCODED: [
        r"%[0-9A-Fa-f]{2}",
        r"&#?[A-Za-z0-9]{1,31};",
        r"\x5cu0026#?[A-Za-z0-9]",
    ],
    # Base64 whose slash is escaped, in which `sift.base64_ends` would see shorter runs. In base64 of ASCII a slash can only
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
    edges: list[list[int]]
    """Of each anchor, by number: its bytes, and the letters that may stand before and behind it (`sift.letters`)."""


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
    edges: dict[str, list[int]] = {}
    for words in needed_by:
        for anchor in anchors(words):
            text = anchor.text.lower() if anchor.text.isascii() else anchor.text
            phrases.setdefault(text, set()).add(words)
            edge = edges.setdefault(text, [len(text.encode()), 0, 0])
            edge[1] |= letters(anchor.before)
            edge[2] |= letters(anchor.after)
    keywords = {}
    for number, text in enumerate(sorted(phrases), _KEYWORD):
        keywords[number] = tuple(sorted(phrases[text]))
        main.append(Expression(number, re.escape(text), caseless=True))
    return Plan(
        main,
        digits,
        keywords,
        {words: tuple(indices) for words, indices in needed_by.items()},
        [edges[text] for text in sorted(phrases)],
    )


class Engine:
    """The compiled databases of a list of rules; rules are known by their index in that list."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        plan = planned(rules)
        self._know(plan.keywords, plan.phrase_rules, plan.edges)
        self._main = _compiled(plan.main)
        self._digits = _compiled(plan.digits)

    def _know(
        self,
        keywords: dict[int, tuple[str, ...]],
        phrase_rules: dict[str, tuple[int, ...]],
        edges: Sequence[Sequence[int]],
    ) -> None:
        self._edges = Edges(edges)
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
        facts = {
            "keywords": list(self.keywords.items()),
            "phrases": list(self.phrase_rules.items()),
            "edges": self._edges.rows(),
        }
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
            facts["edges"],
        )
        try:
            engine._main, engine._digits = map(_restored, databases)  # noqa: SLF001
        except hyperscan.error:
            raise ValueError("compiled for another CPU or hyperscan") from None
        return engine

    def hits(self, data: Any, *, joined: bool = False, seams: NDArray[Any] | None = None) -> Hits:
        """Hits in `data` (bytes-like), by end; with `joined`, one for a stretch of base64 that no unit ends within.

        At `seams` (bytes, sorted) one unit ends and the next begins; everywhere else a byte stands between them.
        """
        if len(data) < _SMALL:
            return self._hits_in_little(data)
        found: list[int] = []
        append = found.append

        def on(what: int, _start: int, end: int, _flags: int, _context: Any) -> None:
            append(end << _BITS | what)

        self._main.scan(data, match_event_handler=on)
        packed = np.array(found, np.int64)
        ends, whats = packed >> _BITS, packed & _MASK
        at = np.flatnonzero(whats >= _KEYWORD)
        whole = self._edges.whole(data, ends[at], whats[at] - _KEYWORD, seams)
        base64 = np.array(base64_ends(data, joined=joined), np.int64) << _BITS | BASE64
        digits = self._digit_hits(data) if self._digits is not None else _NOTHING
        packed = np.concatenate([np.delete(packed, at[~whole]), base64, digits])
        packed.sort()
        return list(zip((packed >> _BITS).tolist(), (packed & _MASK).tolist(), strict=True))

    def _hits_in_little(self, data: Any) -> Hits:
        out: Hits = []

        def on(what: int, _start: int, end: int, _flags: int, _context: Any) -> None:
            out.append((end, what))

        self._main.scan(data, match_event_handler=on)
        out.extend((found.end(), BASE64) for found in _BASE64.finditer(data))
        if self._digits is not None:
            self._digits.scan(data, match_event_handler=on)
        out.sort()
        return out

    def _digit_hits(self, data: Any) -> NDArray[np.int64]:
        """Hits (packed) of the rules that promise digits: looked for only around words of the buffer that have some.

        Without a literal to hold on to these rules are automata over every byte, slower than all the others together.
        """
        lows, highs = digit_stretches(data)
        pieces = [bytes(data[low:high]) for low, high in zip(lows.tolist(), highs.tolist(), strict=True)]
        found: list[int] = []

        def on(what: int, _start: int, end: int, _flags: int, _context: Any) -> None:
            found.append(end << _BITS | what)

        self._digits.scan(_SEAM.join(pieces), match_event_handler=on)
        if not found:
            return _NOTHING
        packed = np.array(found, np.int64)
        ends, sizes = packed >> _BITS, highs - lows
        starts = np.cumsum(sizes + len(_SEAM)) - (sizes + len(_SEAM))
        at = np.searchsorted(starts, ends - 1, side="right") - 1
        inside = ends - starts[at] <= sizes[at]
        hits: NDArray[np.int64] = ((ends - starts[at] + lows[at]) << _BITS | (packed & _MASK))[inside]
        return hits


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
