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


def spans(matcher: Matcher, text: str, example: Example) -> list[tuple[int, int, int]]:
    return [(m.start, m.end, m.confidence) for m in matcher.find(text, example.path)]


def settled(found: list[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """Of overlapping spans of one rule the surest, then the longest, stays: what a report shows."""
    kept: list[tuple[int, int]] = []
    for start, end, _ in sorted(found, key=lambda f: (-f[2], f[0] - f[1], f[0])):
        if all(end <= s or start >= e for s, e in kept):
            kept.append((start, end))
    return sorted(kept)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_leaks_are_found_to_the_character_in_every_host(rule: Rule) -> None:
    matcher = Matcher(rule)
    for example in rule.leaks:
        for host, (left, right) in HOSTS.items():
            text = left + example.text + right
            found = [f for f in spans(matcher, text, example) if f[2] >= MEDIUM]
            expected = [(s + len(left), e + len(left)) for s, e in example.spans]
            assert settled(found) == expected, (host, text)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.weak], ids=lambda rule: rule.id)
def test_weak_leaks_are_found_at_low_confidence(rule: Rule) -> None:
    matcher = Matcher(rule)
    for example in rule.weak:
        found = spans(matcher, example.text, example)
        assert settled(found) == list(example.spans), example.text
        assert all(confidence < MEDIUM for _, _, confidence in found), example.text


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_near_misses_are_left_alone(rule: Rule) -> None:
    matcher = Matcher(rule)
    for example in rule.clean:
        assert spans(matcher, example.text, example) == [], example.text
        assert spans(matcher, json.dumps({"text": example.text}), example) == [], example.text


def test_every_rule_has_examples_of_both_kinds() -> None:
    assert [rule.id for rule in RULES if not rule.leaks or len(rule.clean) < 2] == []
