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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import hyperscan

from leakscan import dialect, views
from leakscan.anchors import anchors, beside
from leakscan.rules import prefilter
from leakscan.types import Rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leakscan.sift import Sieve

ESCAPED = 1 << 20
ENCODED = ESCAPED + 1
BASE64 = ESCAPED + 2
SLASHED = ESCAPED + 3
FIELD = ESCAPED + 4
"""Not from the engine: a value in a column whose name is a context word."""
ANCHOR = ESCAPED + 5
"""Anchors of context phrases are hit as this number and up."""
_SMALL = 16 << 10
"""Bytes below which setting up the vectorised tests costs more than they save."""
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{%d,}" % views.BASE64_MIN)

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
    phrases: list[list[str]]
    """Of each anchor, by number: the context phrases it may stand in."""
    needed_by: dict[str, list[int]]
    """Context phrase → the rules that need one."""
    edges: list[list[int]]
    """Of each anchor, by number: its bytes, and what comes before and after it (`leakscan.anchors.beside`)."""


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
    found: dict[str, tuple[set[str], list[int]]] = {}
    for words in needed_by:
        for anchor in anchors(words):
            text = anchor.text.lower() if anchor.text.isascii() else anchor.text
            phrases, edge = found.setdefault(text, (set(), [len(text.encode()), 0, 0]))
            phrases.add(words)
            edge[1] |= beside(anchor.before)
            edge[2] |= beside(anchor.after)
    texts = sorted(found)
    main += [Expression(number, re.escape(text), caseless=True) for number, text in enumerate(texts, ANCHOR)]
    return Plan(main, digits, [sorted(found[text][0]) for text in texts], needed_by, [found[text][1] for text in texts])


class Engine:
    """The compiled databases of a list of rules; rules are known by their index in that list."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        plan = planned(rules)
        self._know(plan.phrases, plan.needed_by, plan.edges)
        self._main = _compiled(plan.main)
        self._digits = _compiled(plan.digits)

    def _know(
        self,
        phrases: Sequence[Sequence[str]],
        needed_by: Mapping[str, Sequence[int]],
        edges: Sequence[Sequence[int]],
    ) -> None:
        self._phrases, self._needed_by, self._edges = phrases, needed_by, edges
        self._rules_of_anchor: dict[int, tuple[int, ...]] = {}

    def phrases(self, anchor: int) -> Sequence[str]:
        """The context phrases that an anchor, as it is hit, may stand in."""
        return self._phrases[anchor - ANCHOR]

    def rules_needing(self, phrase: str) -> Sequence[int]:
        """The rules that need a context phrase."""
        return self._needed_by[phrase]

    def rules_behind(self, anchor: int) -> tuple[int, ...]:
        """The rules that need one of the phrases that an anchor, as it is hit, may stand in."""
        found = self._rules_of_anchor.get(anchor)
        if found is None:
            found = tuple(sorted({rule for words in self.phrases(anchor) for rule in self._needed_by[words]}))
            self._rules_of_anchor[anchor] = found
        return found

    def dump(self) -> tuple[dict[str, Any], list[bytes]]:
        """What `restore` makes an equal engine of, on the same kind of CPU: plain data, and the databases."""
        facts = {"phrases": self._phrases, "needed_by": self._needed_by, "edges": self._edges}
        return facts, [hyperscan.dumpb(db) if db is not None else b"" for db in (self._main, self._digits)]

    @classmethod
    def restore(cls, facts: dict[str, Any], databases: Sequence[bytes]) -> Engine:
        """The engine that was dumped. Raises ValueError if this CPU or hyperscan cannot run it.

        The databases must be whole: hyperscan loads, and crashes on, damaged ones.
        """
        engine = cls.__new__(cls)
        engine._know(facts["phrases"], facts["needed_by"], facts["edges"])  # noqa: SLF001 - in place of __init__
        try:
            engine._main, engine._digits = map(_restored, databases)  # noqa: SLF001
        except hyperscan.error:
            raise ValueError("compiled for another CPU or hyperscan") from None
        return engine

    def hits(self, data: Any, *, joined: bool = False, seams: NDArray[Any] | None = None) -> Hits:
        """Hits in `data` (bytes-like), by end; with `joined`, one for a stretch of base64 that no unit ends within.

        At `seams` (bytes, sorted) one unit ends and the next begins; everywhere else a byte stands between them.
        """
        main = partial(_scan, self._main)
        digits = None if self._digits is None else partial(_scan, self._digits)
        if len(data) >= _SMALL:
            return self._sieve.hits(data, main, digits, joined=joined, seams=seams)
        found = zip(*main(data), strict=True), zip(*digits(data), strict=True) if digits else ()
        return sorted(chain(*found, ((run.end(), BASE64) for run in _BASE64.finditer(data))))

    @cached_property
    def _sieve(self) -> Sieve:
        from leakscan.sift import Sieve  # noqa: PLC0415 - numpy, which small files do without, and start-up counts

        return Sieve(self._edges, anchor=ANCHOR, base64=BASE64)


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


def _scan(database: Any, data: Any) -> tuple[list[int], list[int]]:
    """The ends of all hits, and what was hit."""
    ends: list[int] = []
    hit: list[int] = []
    note_end, note_what = ends.append, hit.append

    def on(what: int, _start: int, end: int, _flags: int, _context: Any) -> None:
        note_end(end)
        note_what(what)

    database.scan(data, match_event_handler=on)
    return ends, hit


def _restored(content: bytes) -> Any:
    if not content:
        return None
    database = hyperscan.loadb(content, hyperscan.HS_MODE_BLOCK)
    database.scratch = hyperscan.Scratch(database)
    return database
