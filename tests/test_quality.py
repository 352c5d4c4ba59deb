"""The measure of the rule book: mutants are made, and noticed by examples that are near enough."""

from __future__ import annotations

from dataclasses import replace

from leakscan.types import Example, Rule
from scripts.quality import is_noticed, mutants
from tests import toys


def rule(*clean: str) -> Rule:
    made = toys.rule("key", "k_[0-9a-f]{4}", confidence="high")
    leak = Example("k_12ab", ((0, 6),))
    return replace(made, leaks=(leak,), clean=tuple(Example(text, ()) for text in clean))


def test_a_rule_is_changed_in_every_way() -> None:
    changes = [change for change, _ in mutants(rule())]
    assert sorted(changes) == ["any case", "edges", "pattern without 0-9", "pattern {4} -> {3}", "pattern {4} -> {5}"]


def test_a_rule_as_it_is_goes_unnoticed() -> None:
    assert not is_noticed(rule("k_12a", "k_12abc", "K_12AB"))


def test_near_misses_notice_what_far_ones_do_not() -> None:
    def noticed(book: Rule) -> set[str]:
        return {change for change, mutant in mutants(book) if is_noticed(mutant)}

    assert noticed(rule("nothing")) == {"pattern without 0-9", "pattern {4} -> {3}", "pattern {4} -> {5}"}
    assert noticed(rule("K_12AB", "xk_12abc")) >= {"any case", "edges"}
