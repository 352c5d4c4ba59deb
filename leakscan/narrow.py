"""Hits to candidates: which rules to try on which leaves of a block, having ruled out what cheap looks can.

It narrows and never decides: whatever rule finds a leak in a leaf is among those chosen for it (`leakscan.detect`
decides). A hit is looked at a second time in the raw bytes around it; a unit that keeps none is never decoded.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase
from typing import Literal

from leakscan.engine import ANCHOR, BASE64, ENCODED, ESCAPED, FIELD, SLASHED, Engine, Hits
from leakscan.jsontext import points_ahead, points_behind
from leakscan.rules import AFTER, BEFORE, Matcher, field_words, keyword
from leakscan.types import Block, Leaf, Path, Rule
from leakscan.views import Run, base64_run, readings

Near = dict[int, list[int] | None]
"""The rules to try on a text, with the code points behind what was hit of each (or of a keyword it needs), give or take
`SLACK`; None where a leak may be anywhere."""
Reading = Literal["leaf", "inner", "view"]
"""A text as it stands in the shard, one of the JSON document in it, or what either encodes."""

SLACK = 16
"""Code points by which a point may be off: a hit may end inside an escape."""
_FEW = 16
"""Hits in a leaf up to which their places are worked out from the raw bytes."""

_WORD = 256
"""Bytes of a word beyond which wide rules are not looked for a second time: a backtracking matcher would take too long."""
_LOOKS = 32
"""How many hits of one rule or keyword in one unit are looked at a second time: where there are more, it is decoded anyhow."""
_NESTED = re.compile(rb'"(?:[ \t\r\n]|\\+(?:[tnr]|u00(?:09|0[aA]|0[dD])))*[{\[]')
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*"', re.DOTALL)
_REST = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*"', re.DOTALL)
_COLON = re.compile(rb"[ \t\r\n]*:")
_NAME_END = re.compile(rb'"(?:[ \t\r\n]|\\+(?:[tnr]|u00(?:09|0[aA]|0[dD]|20)))*:')


@dataclass(frozen=True, slots=True)
class Chosen:
    """What to try on the texts of a leaf: `near` gives the rules for a text with names around it.

    Without `views` no view of the texts can hold anything; without `base64` they hold none but inside a view.
    """

    near: Callable[[str, Path, Reading], Near]
    views: bool = True
    base64: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is left of a unit: its hits by end and, of the rules that need context, those whose shape is in reach of it."""

    hits: Hits
    needy: frozenset[int]
    runs: Sequence[Run]
    """The base64 in it, if that was hit."""
    ends: list[int] | None
    """The hits' ends, if each stands in a value and means nothing for other values."""

    @property
    def is_encoded(self) -> bool:
        """Whether nothing was hit but encodings, and these can be read without decoding the unit."""
        return all(what in (ENCODED, BASE64) for _, what in self.hits) and all(
            run.texts is not None for run in self.runs
        )


class Narrower:
    """The rules with their engine: from blocks to candidates, from candidates to the rules for each leaf."""

    def __init__(self, rules: Sequence[Rule], matchers: Sequence[Matcher], engine: Engine) -> None:
        self._matchers = matchers
        self._engine = engine
        self._field_rules = lru_cache(maxsize=4096)(self._rules_of_field)

    def candidates(self, block: Block) -> dict[int, Candidate]:
        """The units, in order, with hits that a second look does not rule out."""
        hits = self._engine.hits(block.data, joined=block.escaped, seams=block.seams)
        fields = self._field_rules(names_in(block.path)) if block.path else frozenset()
        if fields:
            hits += [(end, FIELD) for end in _every_unit(block)]
            hits.sort()
        by_unit: dict[int, Hits] = defaultdict(list)
        for unit, hit in zip(block.units([end for end, _ in hits]), hits, strict=True):
            if unit >= 0:
                by_unit[unit].append(hit)
        out: dict[int, Candidate] = {}
        encoded: dict[int, Iterator[bytes]] = {}
        for unit, found in by_unit.items():
            low, high = block.span(unit)
            raw = bytes(block.data[low:high])
            candidate = self._confirmed(
                raw, low, found, _Surroundings(raw, self._matchers, fields, source=block.escaped)
            )
            if candidate.hits:
                out[unit] = candidate
                if candidate.is_encoded:
                    encoded[unit] = readings(raw, candidate.runs)
        for unit in encoded.keys() - self._telling(encoded, fields):
            del out[unit]
        return dict(sorted(out.items()))

    def _telling(self, encoded: dict[int, Iterator[bytes]], fields: frozenset[int]) -> set[int]:
        """The units, of those in which nothing but encodings was hit, that have a candidate in their readings.

        Most are links and markup. Their readings are put one behind the other and searched in one go.
        """
        owners, pieces, ends = [], [], []
        size = 0
        for unit, read in encoded.items():
            for reading in read:
                owners.append(unit)
                pieces.append(reading)
                size += len(reading) + 1
                ends.append(size)
        by_piece: dict[int, Hits] = defaultdict(list)
        for end, what in self._engine.hits(b"\n".join([*pieces, b""])):
            if what != ENCODED:
                by_piece[bisect_left(ends, end)].append((end, what))
        out: set[int] = set()
        for piece in range(len(pieces)) if fields else by_piece:
            reading, low = pieces[piece], ends[piece] - len(pieces[piece]) - 1
            surroundings = _Everywhere(reading, self._matchers)
            if surroundings.with_shape(fields) or self._confirmed(reading, low, by_piece[piece], surroundings).hits:
                out.add(owners[piece])
        return out

    def _confirmed(self, raw: bytes, low: int, hits: Hits, surroundings: _Surroundings) -> Candidate:
        """The hits in a unit that a second look at its `raw` bytes, which begin at `low`, does not rule out."""
        kept: Hits = []
        needy: set[int] = set()
        runs: list[Run] = []
        looks: dict[int, int] = {}
        cleared: dict[int, int] = {}
        for end, what in hits:
            at = end - low
            if what < ESCAPED:
                if at <= cleared.get(what, 0):
                    continue
                if looks.setdefault(what, 0) < _LOOKS:
                    looks[what] += 1
                    cleared[what] = self._cleared(what, raw, at)
                    if at <= cleared[what]:
                        continue
            elif what in (BASE64, SLASHED):
                what = BASE64  # noqa: PLW2901 - from here on they are the same
                if at <= cleared.get(what, 0):
                    continue
                run = base64_run(raw, at - 1)
                cleared[what] = run.high
                if run.texts == []:
                    continue
                runs.append(run)
            elif what == FIELD:
                rules = surroundings.with_shape(surroundings.fields)
                if not rules:
                    continue
                needy |= rules
            elif what >= ANCHOR:
                looks[what] = looks.get(what, 0) + 1
                rules = self._in_reach(what, raw, at, surroundings, thorough=looks[what] <= _LOOKS)
                if not rules:
                    continue
                needy |= rules
            kept.append((end, what))
        ends = [end for end, _ in kept]
        local = bool(kept) and surroundings.are_values([end - low for end in ends])
        return Candidate(kept, frozenset(needy), runs, ends if local else None)

    def _cleared(self, rule: int, raw: bytes, at: int) -> int:
        """How far hits of a rule, of which one is before `at`, are ruled out by the bytes around them; 0 if they are not."""
        matcher = self._matchers[rule]
        if matcher.width > _WORD and not _is_in_word(raw, at):
            return 0
        return matcher.cleared(raw, at)

    def _in_reach(self, what: int, raw: bytes, at: int, surroundings: _Surroundings, *, thorough: bool) -> set[int]:
        """The rules that need a phrase around the anchor hit before `at`, and whose shape is where that counts for it."""
        out: set[int] = set()
        for words in self._engine.phrases(what):
            found = _phrase_at(words, raw, at)
            if found is None:
                continue
            rules = self._engine.rules_needing(words)
            if not thorough or surroundings.may_be_name(at):
                out |= surroundings.with_shape(rules)
                continue
            for rule in rules:
                matcher = self._matchers[rule]
                if rule in out or matcher.rule.field_only:
                    continue
                low = points_behind(raw, found[0], AFTER + matcher.width)
                high = points_ahead(raw, found[1], BEFORE + matcher.width + matcher.look)
                if matcher.may_be_in(raw, low, high):
                    out.add(rule)
        return out

    def _rules_of_field(self, names: Path) -> frozenset[int]:
        words = field_words(names).encode("utf-8", "surrogatepass")
        hit = {what for _, what in self._engine.hits(words) if what >= ANCHOR}
        rules = {rule for what in hit for rule in self._engine.rules_behind(what)}
        return frozenset(rule for rule in rules if self._matchers[rule].in_field(names))

    def chooser(self, block: Block, candidate: Candidate) -> Callable[[Leaf], Chosen | None]:
        """For each leaf of the unit, the rules to try on its texts; None where there is nothing to try.

        A hit counts for the leaf it stands in. A keyword in a member name counts for the leaves below it.
        """
        hits, needy = candidate.hits, candidate.needy
        ends = [end for end, _ in hits]
        state = {"all": False}  # an escaped member name may hide a context word: try everything below

        def choose(leaf: Leaf) -> Chosen | None:
            found = hits[bisect_left(ends, leaf.lo + 1) : bisect_left(ends, leaf.hi + 1)]
            own = {what for _, what in found}
            escaped = ESCAPED in own and block.escaped
            encoded = ENCODED in own or BASE64 in own
            state["all"] |= escaped and leaf.key
            rescan = escaped or state["all"]
            fields: Iterable[int] = ()
            if needy:
                fields = self._field_rules(names_in(leaf.path[:-1] if leaf.key else leaf.path)) & needy
            rules = self._rules_hit(own, needy).union(fields)
            if not rules and not encoded and not rescan:
                return None

            def near(text: str, names: Path, reading: Reading) -> Near:
                if rescan or reading == "view" or (reading == "inner" and len(rules) > 1):
                    return self.near(text, names)
                points = _points(block, leaf, found) if reading == "leaf" and rules else None
                if points is None:
                    return dict.fromkeys(rules)
                return self._near(found, needy, points) | dict.fromkeys(fields)

            return Chosen(near, views=encoded or rescan, base64=BASE64 in own or rescan)

        return choose

    def _rules_hit(self, hit: Iterable[int], needy: Container[int]) -> set[int]:
        out = set()
        for what in hit:
            if what < ESCAPED:
                out.add(what)
            elif what >= ANCHOR:
                out.update(rule for rule in self._engine.rules_behind(what) if rule in needy)
        return out

    def near(self, text: str, names: Path) -> Near:
        """The rules that may match a decoded text with names around it, and where."""
        data = text.encode("utf-8", "surrogatepass")
        hits = self._engine.hits(data)
        needy = {
            rule
            for end, what in hits
            if what >= ANCHOR
            for words in self._engine.phrases(what)
            if _phrase_at(words, data, end)
            for rule in self._engine.rules_needing(words)
        }
        near = self._near(hits, needy, _code_points(data, [end for end, _ in hits]))
        return near | dict.fromkeys(self._field_rules(names_in(names)))

    def _near(self, hits: Hits, needy: Container[int], points: Sequence[int]) -> Near:
        near: dict[int, list[int]] = defaultdict(list)
        for point, (_, what) in zip(points, hits, strict=True):
            if what < ESCAPED:
                near[what].append(point)
            elif what >= ANCHOR:
                for rule in self._engine.rules_behind(what):
                    if rule in needy:
                        near[rule].append(point)
        return dict(near)


class _Surroundings:
    """The raw bytes of a unit as far as context words need them: what stands in a name, which shapes there are.

    `fields` are the rules for which the name of the unit's column is context.
    """

    def __init__(
        self, raw: bytes, matchers: Sequence[Matcher], fields: frozenset[int] = frozenset(), *, source: bool
    ) -> None:
        self.fields = fields
        self._raw = raw
        self._matchers = matchers
        self._source = source
        self._strings: list[tuple[int, int]] | None = None
        self._shapes: dict[int, bool] = {}

    def with_shape(self, rules: Iterable[int]) -> set[int]:
        """Those of the rules that have their shape anywhere in the unit."""
        for rule in rules:
            if rule not in self._shapes:
                self._shapes[rule] = self._matchers[rule].may_be_in(self._raw, 0, len(self._raw))
        return {rule for rule in rules if self._shapes[rule]}

    def may_be_name(self, at: int) -> bool:
        """Whether the byte before `at` may be in a member name, for whose values it is context, of any document."""
        if not self._source:
            return False
        rest = _REST.match(self._raw, at)
        if (
            rest is not None
            and not _COLON.match(self._raw, rest.end())
            and not _NAME_END.search(self._raw, at, rest.end())
        ):
            return False
        string = self._string(at)
        return string is None or self._is_name(string) or _NESTED.match(self._raw, string[0]) is not None

    def are_values(self, ends: Iterable[int]) -> bool:
        """Whether the bytes before `ends` surely are in string values of the unit's own document."""
        return self._source and all((string := self._string(at)) and not self._is_name(string) for at in ends)

    def _is_name(self, string: tuple[int, int]) -> bool:
        return _COLON.match(self._raw, string[1]) is not None

    def _string(self, at: int) -> tuple[int, int] | None:
        """The string, quotes included, that holds the byte before `at`."""
        if self._strings is None:
            self._strings = [found.span() for found in _STRING.finditer(self._raw)]
        index = bisect_left(self._strings, (at, 0)) - 1
        return self._strings[index] if index >= 0 and at <= self._strings[index][1] else None


class _Everywhere(_Surroundings):
    """Those of a reading, in which quotes stand for anything: each word may be in a name."""

    def __init__(self, raw: bytes, matchers: Sequence[Matcher]) -> None:
        super().__init__(raw, matchers, source=False)

    def may_be_name(self, at: int) -> bool:
        return True


def _phrase_at(words: str, raw: bytes, at: int) -> tuple[int, int] | None:
    """Bytes around `at` within which a context phrase stands whose anchor ends there."""
    reach, plain, escaped = _looked_for(words)
    low, high = max(0, at - reach), at + reach
    around = raw[low:high]
    run_together = around.translate(_LOWER, b" _-\\")
    if plain not in run_together and escaped not in run_together:  # most are not: that spares them an expression
        mixed = plain != escaped and b"\\" in around and not around.isascii()
        if not mixed:
            return None
    found = keyword(words).search(raw, low, high)
    return None if found is None else (found.start(), min(high, len(raw)))


@lru_cache(maxsize=16384)
def _looked_for(words: str) -> tuple[int, bytes, bytes]:
    """How far from an anchor in it a phrase may reach; what is there in lower case without gaps, as it is or escaped."""
    letters = words.encode().translate(_LOWER, b" _-\\")
    if words.isascii():
        return len(words) + 2, letters, letters
    units = (char if char.isascii() else "".join(f"u{unit:04x}" for unit in _units(char)) for char in words)
    return 16 * len(words), letters, "".join(units).encode().translate(_LOWER, b" _-\\")


def _units(char: str) -> tuple[int, ...]:
    """The UTF-16 code units of a character."""
    return struct.unpack(f">{len(char.encode('utf-16-be')) // 2}H", char.encode("utf-16-be"))


def _points(block: Block, leaf: Leaf, hits: Hits) -> Sequence[int] | None:
    """The code points of the leaf's text behind hits in it, give or take `SLACK`; None if that is not worth knowing."""
    raw = bytes(block.data[leaf.lo : leaf.hi])
    ends = [end - leaf.lo for end, _ in hits]
    if raw.isascii() and (b"\\" not in raw or not block.escaped):
        return ends
    if len(ends) > _FEW and block.escaped:
        return None
    quotes = 2 if block.escaped and raw.startswith(b'"') else 0
    if len(_read(raw, escaped=block.escaped)) - quotes != len(
        leaf.text
    ):  # a text that is no string, though it may look so
        return None
    if not block.escaped:
        return _code_points(raw, ends)
    return [len(_read(raw[:end], escaped=True)) for end in ends]


def _read(raw: bytes, *, escaped: bool) -> str:
    """As many characters as the raw bytes stand for."""
    return (_ESCAPES.sub(b"x", raw) if escaped else raw).decode("utf-8", "ignore")


def _code_points(data: bytes, ends: Sequence[int]) -> Sequence[int]:
    """Of UTF-8: how many code points begin before each end (ends ascend)."""
    if not ends or data.isascii():
        return ends
    points = []
    at = count = 0
    for end in ends:
        count += len(data[at:end].translate(None, _CONTINUATION))
        at = end
        points.append(count)
    return points


_LOWER = bytes.maketrans(ascii_uppercase.encode(), ascii_lowercase.encode())
_CONTINUATION = bytes(range(0x80, 0xC0))
_ESCAPES = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL)


def names_in(path: Path) -> tuple[str, ...]:
    """The member names of a path, without its indices."""
    return tuple(step for step in path if isinstance(step, str))


def _is_in_word(raw: bytes, at: int) -> bool:
    """Whether spaces (or the ends) stand within `_WORD` bytes in front of and behind a byte."""
    return (at <= _WORD or b" " in raw[at - _WORD : at]) and (at + _WORD >= len(raw) or b" " in raw[at : at + _WORD])


def _every_unit(block: Block) -> Iterator[int]:
    """An end inside each unit of a block that has nothing to look for: any value may match."""
    data = len(block.data)
    end = 1
    while end <= data:
        unit = block.units([end])[0]
        if unit < 0:
            end += 1
            continue
        yield end
        end = block.span(unit)[1] + 1
