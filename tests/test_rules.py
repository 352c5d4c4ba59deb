"""Every rule proves itself: its examples, to the character, alone and inside host contexts."""

from __future__ import annotations

import json

import pytest

from leakscan.rules import Matcher, load, shipped
from leakscan.types import MEDIUM, Example, Rule

HOSTS = {
    "alone": ("", ""),
    "prose": ("Please look at this: ", " and tell me."),
    "quotes": ('"', '"'),
    "fence": ("```\n", "\n```"),
    "parentheses": ("(", ")"),
    "url": ("https://h.example/?q=", "&x=1"),
    "table": ("| ", " |"),
    "xml": ("<v>", "</v>"),
    "ini": ("k = ", "\n"),
    "escaped newline": ("line\\n", "\\nline"),
    "escaped quote": ('\\"', '\\"'),
    "sentence": ("It was ", "."),
    "list": ("a, ", ", b"),
}
RULES = load(shipped())


def spans(rule: Rule, text: str, example: Example) -> list[tuple[int, int, int]]:
    return [(m.start, m.end, m.confidence) for m in Matcher(rule).find(text, example.path)]


def settled(found: list[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """Of overlapping spans of one rule the surest, then the longest, stays: what a report shows."""
    kept: list[tuple[int, int]] = []
    for start, end, _ in sorted(found, key=lambda f: (-f[2], f[0] - f[1], f[0])):
        if all(end <= s or start >= e for s, e in kept):
            kept.append((start, end))
    return sorted(kept)


def cases(kind: str) -> list[object]:
    return [
        pytest.param(rule, example, id=f"{rule.id}-{index}")
        for rule in RULES
        for index, example in enumerate(getattr(rule, kind))
    ]


@pytest.mark.parametrize(("rule", "example"), cases("leaks"))
def test_leaks_are_found_to_the_character_in_every_host(rule: Rule, example: Example) -> None:
    for host, (left, right) in HOSTS.items():
        text = left + example.text + right
        found = [f for f in spans(rule, text, example) if f[2] >= MEDIUM]
        expected = [(s + len(left), e + len(left)) for s, e in example.spans]
        assert settled(found) == expected, (host, text)


@pytest.mark.parametrize(("rule", "example"), cases("weak"))
def test_weak_leaks_are_found_at_low_confidence(rule: Rule, example: Example) -> None:
    found = spans(rule, example.text, example)
    assert settled(found) == list(example.spans)
    assert all(confidence < MEDIUM for _, _, confidence in found)


@pytest.mark.parametrize(("rule", "example"), cases("clean"))
def test_near_misses_are_left_alone(rule: Rule, example: Example) -> None:
    assert spans(rule, example.text, example) == []
    assert spans(rule, json.dumps({"text": example.text}), example) == []


def test_every_rule_has_examples_of_both_kinds() -> None:
    assert [rule.id for rule in RULES if not rule.leaks or len(rule.clean) < 2] == []
