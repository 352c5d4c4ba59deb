"""Hits to findings: decode the few values a rule may match, let the rule decide, settle overlaps, mask.

`examine` says what leaks a decoded value holds, given which rules to try on which text; the reference scanner calls
it with all of them. Everything before it only narrows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from leakscan import masking, pairs
from leakscan.anchors import MAX_PHRASE
from leakscan.dialect import MAX_NESTING
from leakscan.engine import Engine
from leakscan.jsontext import Malformed, Token, source_span, tokens
from leakscan.narrow import SLACK, Chosen, Narrower, Near, Reading, names_in
from leakscan.rules import AFTER, BEFORE, Matcher
from leakscan.types import (
    CONFIDENCES,
    Block,
    Finding,
    Lazy,
    Leaf,
    Location,
    Match,
    Path,
    Place,
    Policy,
    Rule,
    Tally,
)
from leakscan.views import views

_SHORT = 1024
"""Code points of a text in which a rule is looked for as it is near a hit: much faster, but without a time limit."""


@dataclass(slots=True)
class Leak:
    """A match in a value: its rule, where in the value (code points), and what it is made of."""

    rule: int
    start: int
    end: int
    match: Match
    value: str
    hops: tuple[str, ...]
    beaten: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Text:
    """A string to examine: a leaf, or a leaf of the JSON document inside one (`token`, within `parent`)."""

    text: str
    path: Path
    key: bool
    hops: tuple[str, ...] = ()
    parent: Text | None = None
    token: Token | None = None

    @property
    def names(self) -> Path:
        """The names that count as field context: for a member name, those around it."""
        return self.path[:-1] if self.key else self.path

    def in_leaf(self, start: int, end: int) -> tuple[int, int]:
        """The span of the outermost leaf's text that holds ``start:end`` of this one."""
        if self.parent is None or self.token is None:
            return start, end
        low, high = source_span(self.parent.text[self.token.lo : self.token.hi], start, end)
        return self.parent.in_leaf(self.token.lo + low, self.token.lo + high)


def inside(text: Text, depth: int = MAX_NESTING - 1) -> Iterator[Text]:
    """The text itself or, if it is a JSON object or array, what that document holds, to a bounded depth."""
    if depth and text.text.lstrip(" \t\r\n")[:1] in ("{", "["):
        try:
            found = tokens(text.text)
        except Malformed:
            yield text
            return
        for token in found:
            inner = Text(token.text, text.path + token.path, token.key, (*text.hops, "json"), text, token)
            yield from inside(inner, 0 if token.key else depth - 1)
    else:
        yield text


class Detector:
    """The rules of a policy with their engine: turns blocks into findings."""

    def __init__(self, rules: Sequence[Rule], policy: Policy, engine: Engine | None) -> None:
        self.rules = rules
        self.policy = policy
        self.matchers: Sequence[Matcher] = Lazy(len(rules), lambda index: Matcher(rules[index]))
        self.everything: Near = dict.fromkeys(range(len(rules)))
        """All rules, anywhere."""
        self._narrower = Narrower(rules, self.matchers, engine) if engine is not None else None
        self._shown = CONFIDENCES.index(policy.min_confidence)
        self._leaks_in_name = lru_cache(maxsize=65536)(self._find_in_name)

    @cached_property
    def partners(self) -> dict[str, frozenset[str]]:
        """Rule → the rules that it makes a credential with."""
        return pairs.partners(self.rules)

    @property
    def narrower(self) -> Narrower:
        """What narrows for it. Raises TypeError for a detector without an engine, which tries all rules everywhere."""
        if self._narrower is None:
            raise TypeError("this detector has no engine")
        return self._narrower

    def findings(self, block: Block, uri: str, tally: Tally) -> tuple[list[Finding], int]:
        """The findings of a block in the order of the source, and how many more are below the shown confidence."""
        found: list[Finding] = []
        hidden = 0
        for unit, candidate in self.narrower.candidates(block).items():
            leaves = block.leaves(unit, candidate.ends)
            shown, low = self.unit_findings(block, unit, leaves, self.narrower.chooser(block, candidate), uri, tally)
            found += shown
            hidden += low
        return found, hidden

    def _near(self, text: str, names: Path, _reading: Reading) -> Near:
        """The rules that may match a decoded text with names around it."""
        return self.everything if self._narrower is None else self._narrower.near(text, names)

    # -- deciding: what leaks a value holds ----------------------------------------------------------------------

    def unit_findings(
        self,
        block: Block,
        unit: int,
        leaves: Iterable[Leaf],
        choose: Callable[[Leaf], Chosen | None],
        uri: str,
        tally: Tally,
    ) -> tuple[list[Finding], int]:
        """The findings in leaves of one unit. `choose` narrows the rules; the reference scanner's chooses all."""
        held: list[tuple[Leaf, Text, list[Leak]]] = []
        for leaf in leaves:
            chosen = choose(leaf)
            if chosen is None:
                continue
            for text in inside(Text(leaf.text, leaf.path, leaf.key)):
                leaks = self.examine(text, chosen, tally)
                if leaks:
                    held.append((leaf, text, leaks))
        if not held:
            return [], 0
        values = {leak.value for _, _, leaks in held for leak in leaks}
        known: dict[tuple[str, ...], list[str]] = {}
        found: list[Finding] = []
        hidden = 0
        for leaf, text, leaks in held:
            shown, low = self._render(block, unit, leaf, text, leaks, known, values, uri, tally.format)
            found += shown
            hidden += low
        return found, hidden

    def examine(self, text: Text, chosen: Chosen, tally: Tally) -> list[Leak]:
        """Every leak in a text and its views, before overlaps are settled; spans are of the text itself."""
        out: dict[tuple[int, int, int], Leak] = {}
        for view in (None, *(views(text.text, digits=chosen.base64) if chosen.views else ())):
            reading = text.text if view is None else view.text
            kind: Reading = "view" if view is not None else "leaf" if text.parent is None else "inner"
            for rule, points in sorted(chosen.near(reading, text.names, kind).items()):
                for match in self._find(rule, reading, text.names, points, tally):
                    start, end = (match.start, match.end) if view is None else view.origin(match.start, match.end)
                    key = (rule, start, end)
                    if key not in out:
                        hops = text.hops if view is None else text.hops + view.hops
                        out[key] = Leak(rule, start, end, match, reading[match.start : match.end], hops)
        return list(out.values())

    def _find(self, rule: int, text: str, path: Path, points: Sequence[int] | None, tally: Tally) -> list[Match]:
        within = None if points is None else self._stretches(rule, points)
        if within is None and self._narrower is not None and len(text) <= _SHORT:
            within = [(0, len(text) + 1)]
        try:
            return self.matchers[rule].find(text, path, within)
        except TimeoutError:
            tally.gap("timeout", f"record {tally.records}", f"rule {self.rules[rule].id} took too long on one value")
            return []

    def _stretches(self, rule: int, points: Sequence[int]) -> list[tuple[int, int]]:
        """Where a match of a rule may start, given the hits: in order, and apart."""
        matcher = self.matchers[rule]
        before, behind = matcher.lead + SLACK, SLACK
        if self.rules[rule].context_required:  # then words were hit
            before, behind = matcher.width + AFTER + MAX_PHRASE + SLACK, BEFORE + MAX_PHRASE + SLACK
        out: list[tuple[int, int]] = []
        for point in sorted(points):
            low, high = max(0, point - before), point + behind
            if out and low <= out[-1][1]:
                out[-1] = (out[-1][0], high)
            else:
                out.append((low, high))
        return out

    def settle(self, leaks: Iterable[Leak]) -> list[Leak]:
        """One leak a span: the surer, then a provider before a generic rule, then the longer; by start."""
        rules = self.rules
        kept: list[Leak] = []
        starts: list[int] = []
        order = sorted(
            leaks,
            key=lambda leak: (
                -leak.match.confidence,
                rules[leak.rule].generic,
                leak.start - leak.end,
                leak.start,
                len(leak.hops),
                rules[leak.rule].id,
            ),
        )
        for leak in order:
            at = bisect_left(
                starts, leak.end
            )  # kept ones are disjoint: only the last that starts before our end counts
            if at and kept[at - 1].end > leak.start:
                winner, rule_id = kept[at - 1], rules[leak.rule].id
                if rule_id != rules[winner.rule].id and rule_id not in winner.beaten:
                    winner.beaten.append(rule_id)
            else:
                starts.insert(at, leak.start)
                kept.insert(at, leak)
        return kept

    # -- rendering: nothing raw beyond this point ----------------------------------------------------------------

    def _render(
        self,
        block: Block,
        unit: int,
        leaf: Leaf,
        text: Text,
        leaks: list[Leak],
        known: dict[tuple[str, ...], list[str]],
        values: set[str],
        uri: str,
        format_: str,
    ) -> tuple[list[Finding], int]:
        settled = self.settle(leaks)
        if leaf.core is not None:
            settled = [k for k in settled if leaf.core[0] <= text.in_leaf(k.start, k.end)[0] < leaf.core[1]]
        shown = [leak for leak in settled if leak.match.confidence >= self._shown]
        hidden = len(settled) - len(shown)
        if not shown:
            return [], hidden
        spans = {(leak.start, leak.end): self.matchers[leak.rule].keep for leak in leaks}
        veil = masking.Veil(text.text, list(spans), spans, values)
        found: list[Finding] = []
        for places in block.places(unit, leaf, [text.in_leaf(leak.start, leak.end) for leak in shown]):
            path = (places[0].path if places else leaf.path) + text.path[len(leaf.path) :]
            names = names_in(path)
            if names not in known:
                known[names] = [self.masked_name(name, names[:at], values) for at, name in enumerate(names)]
            masked = iter(known[names])
            pointer = masking.pointer([step if isinstance(step, int) else next(masked) for step in path])
            for leak, place in zip(shown, places, strict=True):
                found.append(self._finding(text, leak, place, pointer, veil, uri, format_))
        return found, hidden

    def _finding(
        self, text: Text, leak: Leak, place: Place, pointer: str, veil: masking.Veil, uri: str, format_: str
    ) -> Finding:
        rule = self.rules[leak.rule]
        base = place.base if text.parent is None else 0
        location = Location(
            uri=uri,
            member=place.member,
            format=format_,
            record=place.record,
            row_group=place.row_group,
            pointer=pointer,
            decode=(*leak.hops, "key") if text.key else leak.hops,
            start=base + leak.start,
            end=base + leak.end,
            line=place.line,
            byte_start=place.byte_start,
            byte_end=place.byte_end,
        )
        evidence = leak.match.evidence
        if leak.beaten:
            evidence += tuple(f"over:{rule_id}" for rule_id in sorted(leak.beaten))
        return Finding(
            fingerprint=masking.fingerprint(self.policy.key, rule, leak.value),
            rule=rule.id,
            category=rule.category,
            entity=rule.entity,
            severity=rule.severity,
            confidence=CONFIDENCES[leak.match.confidence],
            evidence=evidence,
            location=location,
            preview=masking.shape(leak.value, self.matchers[leak.rule].keep),
            length=len(leak.value),
            context=veil.context((leak.start, leak.end)),
            data_elements=rule.legal,
            remediation=rule.remediation,
            value=masking.valid(leak.value) if self.policy.show_values else None,
        )

    def masked_name(self, name: str, above: Path = (), values: Iterable[str] = ()) -> str:
        """`name`, that of a member below those `above`, with what leaks in it and any of `values` masked."""
        spans = set(self._leaks_in_name(name, above))
        for value in values:
            at = name.find(value)
            while at >= 0:
                spans.add((at, at + len(value)))
                at = name.find(value, at + 1)
        return _veiled(name, spans) if spans else name

    def _find_in_name(self, name: str, above: Path) -> tuple[tuple[int, int], ...]:
        """Where in a name something leaks: a column may be called after a person's address."""
        return tuple(
            text.in_leaf(leak.start, leak.end)
            for text in inside(Text(name, (*above, name), key=True))
            for leak in self.examine(text, Chosen(self._near), Tally())
        )


def _veiled(name: str, spans: Iterable[tuple[int, int]]) -> str:
    out, done = "", 0
    for start, end in sorted(spans):
        if end > done:
            out += name[done : max(done, start)] + masking.shape(name[max(done, start) : end])
            done = end
    return out + name[done:]
