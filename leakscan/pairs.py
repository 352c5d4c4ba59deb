"""An identifier and its secret in one record are one working credential: each finding of the two names the other.

Which rules go together is in the rule files (`pair`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from leakscan.types import Finding, Rule

LINES = 20
"""In a text, which is one record, how many lines apart the two may stand."""

Place = tuple[str | None, int | None, int | None]


def partners(rules: Iterable[Rule]) -> dict[str, frozenset[str]]:
    """Rule → the rules whose findings it pairs with, both ways."""
    out: dict[str, set[str]] = defaultdict(set)
    for rule in rules:
        for other in rule.pair:
            out[rule.id].add(other)
            out[other].add(rule.id)
    return {rule: frozenset(others) for rule, others in out.items()}


def linked(findings: Sequence[Finding], known: Mapping[str, frozenset[str]]) -> list[Finding]:
    """The findings of a slice, in order; those with a partner in their record say so, and are sure.

    The evidence is ``pair:``, the partner's rule and the beginning of its fingerprint.
    """
    by_record: dict[Place, list[int]] = defaultdict(list)
    for number, finding in enumerate(findings):
        if finding.rule in known:
            by_record[finding.location.member, finding.location.row_group, finding.location.record].append(number)
    out = list(findings)
    for numbers in by_record.values():
        for number in numbers:
            finding = findings[number]
            near = [findings[other] for other in numbers if _are_partners(finding, findings[other], known)]
            if near:
                partner = min(near, key=lambda other: _distance(finding, other))
                evidence = f"pair:{partner.rule}:{partner.fingerprint[:12]}"
                out[number] = replace(finding, confidence="high", evidence=(*finding.evidence, evidence))
    return out


def _are_partners(finding: Finding, other: Finding, known: Mapping[str, frozenset[str]]) -> bool:
    return other.rule in known[finding.rule] and (
        finding.location.format != "text" or _distance(finding, other)[0] <= LINES
    )


def _distance(finding: Finding, other: Finding) -> tuple[int, int]:
    """How far apart two findings of a record stand: lines, then code points if they are in the same field."""
    at, there = finding.location, other.location
    same = at.pointer == there.pointer
    return abs((at.line or 0) - (there.line or 0)), abs(at.start - there.start) if same else 1 << 62
