"""Why a text is reported, or is not: every rule that looked at it, and what each match of its pattern came to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from leakscan import masking
from leakscan.detect import Detector, Leak, Text, inside
from leakscan.rules import Refusal, entropy
from leakscan.types import CONFIDENCES, Match, Path, Rule
from leakscan.views import View, views


@dataclass(frozen=True, slots=True)
class Considered:
    """A match of a rule's pattern in a text, and what became of it; `start` and `end` are code points of that text.

    `field` names the path within a JSON document that the text is, `hops` the encodings looked through. `outcome` is
    ``reported``, ``hidden`` (below the asked confidence), ``beaten`` or a `Refusal`; `reason` says more in words.
    """

    rule: Rule
    field: Path
    hops: tuple[str, ...]
    start: int
    end: int
    preview: str
    outcome: str
    confidence: str
    evidence: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was considered, in the order of the text, and the rules that the engine pointed at without a match."""

    considered: list[Considered]
    unmatched: list[Rule]


def explain(detector: Detector, text: str, path: Path = (), *, show_values: bool = False) -> Explanation:
    """Why `text`, the value of a field at `path`, gives the findings it gives. Previews are shapes but on request."""
    out: list[Considered] = []
    pointed: set[int] = set()
    matched: set[int] = set()
    for part in inside(Text(text, path, key=False)):
        leaks: list[Leak] = []
        refused: list[tuple[int, tuple[int, int], tuple[str, ...], str, Refusal]] = []
        for reading, hops, view in _readings(part):
            near = detector.narrower.near(reading, part.names)
            pointed.update(near)
            for rule, matcher in enumerate(detector.matchers):
                for span, verdict in matcher.verdicts(reading, part.names):
                    if matcher.rule.context_required and rule not in near and verdict in ("check", "entropy"):
                        continue  # any word is of some such rule's shape
                    matched.add(rule)
                    value = reading[slice(*span)]
                    origin = span if view is None else view.origin(*span)
                    if isinstance(verdict, Match):
                        leaks.append(Leak(rule, *origin, verdict, value, hops))
                    else:
                        refused.append((rule, origin, hops, value, verdict))
        within = part.path[len(path) :]
        out += _settled(detector, within, leaks, show_values=show_values)
        for rule, (start, end), hops, value, refusal in refused:
            known = detector.rules[rule]
            preview = value if show_values else masking.shape(value, detector.matchers[rule].keep)
            reason = _reason(known, refusal, value)
            out.append(Considered(known, within, hops, start, end, preview, refusal, "", (), reason))
    order = {"reported": 0, "hidden": 1, "beaten": 2}
    out.sort(key=lambda one: (order.get(one.outcome, 3), repr(one.field), one.start, one.rule.id))
    return Explanation(out, [detector.rules[rule] for rule in sorted(pointed - matched)])


def _readings(part: Text) -> Iterator[tuple[str, tuple[str, ...], View | None]]:
    yield part.text, part.hops, None
    for view in views(part.text):
        yield view.text, (*part.hops, *view.hops), view


def _settled(detector: Detector, field: Path, leaks: list[Leak], *, show_values: bool) -> Iterator[Considered]:
    unique = list({(leak.rule, leak.start, leak.end): leak for leak in reversed(leaks)}.values())
    winners = detector.settle(unique)
    shown = CONFIDENCES.index(detector.policy.min_confidence)
    for leak in unique:
        rule = detector.rules[leak.rule]
        if leak in winners:
            outcome = "reported" if leak.match.confidence >= shown else "hidden"
            reason = "" if outcome == "reported" else f"below --min-confidence {detector.policy.min_confidence}"
        else:
            over = next(w for w in winners if w.start < leak.end and leak.start < w.end)
            outcome = "beaten"
            reason = f"{detector.rules[over.rule].id} stands on the same place and is surer, or less generic, or longer"
        preview = leak.value if show_values else masking.shape(leak.value, detector.matchers[leak.rule].keep)
        confidence = CONFIDENCES[leak.match.confidence]
        yield Considered(
            rule, field, leak.hops, leak.start, leak.end, preview, outcome, confidence, leak.match.evidence, reason
        )


def _reason(rule: Rule, refusal: Refusal, value: str) -> str:
    if refusal == "entropy":
        return f"{entropy(value):.2f} bits a character, {rule.entropy} wanted"
    if refusal == "check":
        return f"the check {rule.check} disproves it"
    return f"none of its context words is near or in the field name: {', '.join(rule.context[:6])}" + (
        ", …" if len(rule.context) > 6 else ""
    )
