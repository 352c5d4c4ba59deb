"""No prefilter misses: strings made from each rule's own pattern, written in every way, must be hit by the engine."""

from __future__ import annotations

import base64
import html
import io
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leakscan import dialect, engine, sift
from leakscan.detect import Detector
from leakscan.engine import ESCAPED, Engine
from leakscan.formats import jsonl, text
from leakscan.rules import Matcher, entropy
from leakscan.types import Finding, Policy, Rule, Shard, Slice, Tally
from tests import shipped, toys

STYLES = ["plain", "ascii", "php", "go", "all", "mixed"]
RULES = {rule.id: rule for rule in shipped.rules()}
FREE = [rule.id for rule in RULES.values() if not rule.context_required]
NEEDY = [rule.id for rule in RULES.values() if rule.context_required]
DIGITS = [rule.id for rule in RULES.values() if rule.digits]


def few(examples: int) -> Any:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


# -- strings of a pattern ----------------------------------------------------------------------------------------


@cache
def strings(pattern: str) -> st.SearchStrategy[str]:
    """Strings of a pattern without its look-arounds, from the dialect's own tree."""
    return _of(dialect.parse(pattern))


def _of(node: dialect.Node) -> st.SearchStrategy[str]:
    match node:
        case dialect.Chars(codes, other):
            chars = [chr(code) for code in sorted(codes)]
            return st.sampled_from([*chars, *("é世😀\u2028\u212a" if other else "")])
        case dialect.Seq(items):
            return st.tuples(*map(_of, items)).map("".join)
        case dialect.Alt(options):
            return st.one_of(*map(_of, options))
        case dialect.Rep(inner, lo, hi):
            return st.lists(_of(inner), min_size=lo, max_size=min(hi, lo + 12)).map("".join)


@cache
def parts(rule_id: str) -> st.SearchStrategy[tuple[str, str]]:
    """What stands before a leak of the rule, and a leak: by the rule's own patterns or from its examples."""
    rule = RULES[rule_id]
    matcher = Matcher(rule)
    leak = re.compile(f"(?P<before>{rule.before})(?:{rule.pattern})", re.ASCII)
    made = [
        (found["before"], found.group()[len(found["before"]) :])
        for example in rule.leaks
        for match in matcher.find(example.text, example.path)
        for found in leak.finditer(example.text)
        if found.end() == match.end
    ]
    return st.one_of(st.tuples(strings(rule.before), strings(rule.pattern)), st.sampled_from(made or [("", "")]))


def is_match(rule: Rule, value: str) -> bool:
    """Whether the rule takes all of `value` (before and leak) when nothing or a quote follows.

    A prefilter made by hand may count on the rule's check and entropy, one made from the pattern on the pattern alone.
    """
    matcher = Matcher(rule)
    tails = ("", '"', "'", "`")  # what a rule may want to see behind it
    found = next((m for tail in tails if (m := matcher._leak.match(value + tail)) and m.end() == len(value)), None)
    if found is None:
        return False
    leak = found["leak"]
    judged = (matcher._check is None or matcher._check(leak) is not False) and entropy(leak) >= rule.entropy
    return judged or not rule.prefilter


class Chosen:
    """`toys.string` in one style, its other choices made by turns: hypothesis takes its time for that many."""

    def __init__(self, style: str) -> None:
        self.style = style
        self.count = 0

    def __call__(self, strategy: Any) -> Any:
        self.count += 1
        if "booleans" in repr(strategy):
            return self.count % 3 == 0
        return self.style if "plain" in repr(strategy) else "%04x"


@cache
def alone(rule_id: str) -> Engine:
    return Engine([RULES[rule_id]])


def written(value: str) -> Iterator[bytes]:
    """The value as UTF-8, and as JSON source in every style."""
    yield value.encode()
    for style in STYLES:
        yield toys.string(Chosen(style), value).encode()
    nested = json.dumps(value)
    for _ in range(dialect.MAX_NESTING - 1):
        nested = json.dumps(nested)
        yield nested.encode()


@pytest.mark.parametrize("vectorised", [False, True])
@pytest.mark.parametrize("rule_id", FREE)
def test_what_a_rule_matches_is_hit_however_it_is_written(
    rule_id: str, vectorised: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = RULES[rule_id]
    scanner, matcher = alone(rule_id), Matcher(rule)
    if vectorised:
        monkeypatch.setattr(engine, "_SMALL", 0)
    seen = 0

    @few(12)
    @given(parts(rule_id), st.integers(0, 7))
    def check(made: tuple[str, str], shift: int) -> None:
        nonlocal seen
        value = "".join(made)
        if not is_match(rule, value):
            return
        seen += 1
        for raw in written(value):
            padded = b"x" * shift + b" " + raw + b" "
            inside = [(end, what) for end, what in scanner.hits(padded) if shift + 1 < end <= shift + 1 + len(raw)]
            what = {found for _, found in inside}
            assert what & {0, ESCAPED}, raw
            if ESCAPED not in what:
                assert any(not matcher.cleared(padded, end) for end, found in inside if found == 0), raw

    check()
    assert seen or rule.prefilter  # one made by hand is held to the examples below, at least


@pytest.mark.parametrize("rule_id", NEEDY)
def test_the_shape_of_a_rule_that_needs_context_is_in_what_it_matches(rule_id: str) -> None:
    rule, scanner, matcher, seen = RULES[rule_id], alone(rule_id), Matcher(RULES[rule_id]), 0

    @few(12)
    @given(parts(rule_id))
    def check(made: tuple[str, str]) -> None:
        nonlocal seen
        value = "".join(made)
        if not is_match(rule, value):
            return
        seen += 1
        for raw in written(value):
            assert matcher.may_be_in(raw, 0, len(raw)) or ESCAPED in {what for _, what in scanner.hits(raw)}, raw

    check()
    assert seen


@pytest.mark.parametrize("rule_id", NEEDY)
def test_every_context_word_is_hit_in_every_spelling(rule_id: str) -> None:
    rule, scanner = RULES[rule_id], alone(rule_id)
    matcher = Matcher(rule)
    for words in rule.context:
        camel = "".join(word[:1].upper() + word[1:] for word in words.split(" "))
        spellings = [words, words.upper(), words.replace(" ", "_"), words.replace(" ", "-"), words.replace(" ", "")]
        for spelling in [*spellings, camel, camel[:1].lower() + camel[1:], f"user{camel}", f"user_{spellings[2]}2"]:
            if matcher.in_field((spelling,)):
                assert any(what >= engine.ANCHOR for _, what in scanner.hits(f'"{spelling}":'.encode())), spelling


@pytest.mark.parametrize("rule_id", DIGITS)
def test_a_rule_that_promises_digits_keeps_its_promise_at_every_alignment(
    rule_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule, scanner, seen = RULES[rule_id], alone(rule_id), 0
    assert not rule.context_required
    monkeypatch.setattr(engine, "_SMALL", 0)

    @few(30)
    @given(parts(rule_id))
    def check(made: tuple[str, str]) -> None:
        nonlocal seen
        value = "".join(made)
        if not is_match(rule, value):
            return
        seen += 1
        for shift in range(8):
            raw = b"x" * (8 * 20 + shift) + b" " + value.encode() + b" " + b"x" * 200
            first, last = 8 * 20 + shift + 1, 8 * 20 + shift + 1 + len(value.encode())
            words = np.frombuffer(raw[: len(raw) // 8 * 8], np.uint8).reshape(-1, 8)
            digits = ((words >= ord("0")) & (words <= ord("9"))).sum(axis=1)
            assert digits[first // 8 : -(-last // 8)].max() >= sift.DIGITS, (shift, value)
            assert any(what == 0 and first < end <= last for end, what in scanner.hits(raw)), (shift, value)

    check()
    assert seen


# -- examples, through everything --------------------------------------------------------------------------------

POLICY = Policy(min_confidence="low", key=b"k", show_values=True)


@cache
def detector(rule_id: str) -> Detector:
    return Detector([RULES[rule_id]], POLICY, alone(rule_id))


def found(rule_id: str, data: bytes, name: str = "jsonl") -> list[Finding]:
    tally = Tally(format=name)
    reader = jsonl.blocks if name == "jsonl" else text.blocks
    out: list[Finding] = []
    for block in reader(io.BytesIO(data), Slice(Shard("u", "u", len(data))), POLICY, tally):
        out += detector(rule_id).findings(block, "u", tally)[0]
    return out


def values(findings: list[Finding]) -> set[str]:
    return {str(finding.value) for finding in findings}


def document(path: tuple[Any, ...], value: str) -> Any:
    out: Any = value
    for step in reversed(path or ("text",)):
        out = {str(step): out}
    return out


def source(draw: Any, value: Any) -> str:
    if isinstance(value, str):
        return toys.string(draw, value)
    return "{" + ",".join(f"{source(draw, k)}:{source(draw, v)}" for k, v in value.items()) + "}"


@pytest.mark.parametrize("rule_id", list(RULES))
def test_every_leak_is_found_in_every_style_of_json_and_in_json_within_json(rule_id: str) -> None:
    for example in RULES[rule_id].leaks:
        want = {example.text[start:end] for start, end in example.spans}
        for style in STYLES:
            draw = Chosen(style)
            raw = source(draw, document(example.path, example.text))
            for _ in range(2 if style in ("all", "mixed") else 3):
                assert values(found(rule_id, raw.encode())) >= want, raw
                raw = source(draw, {"arguments": raw})


ENOUGH = "This is what you asked me for, in words: "
"""ASCII, without which base64 is not taken for text."""
ENCODINGS: dict[str, Callable[[str], str]] = {
    "base64": lambda value: base64.b64encode(f"{ENOUGH}{value}".encode()).decode(),
    "urlsafe base64": lambda value: base64.urlsafe_b64encode(f"{ENOUGH}{value}".encode()).decode(),
    "percent": lambda value: quote(value, safe=""),
    "percent, every byte": lambda value: "".join(f"%{byte:02x}" for byte in value.encode()),
    "html": html.escape,
    "html, every character": lambda value: "".join(f"&#{ord(char)};" for char in value),
    "html in percent": lambda value: quote(html.escape(value), safe=""),
}


@pytest.mark.parametrize("rule_id", list(RULES))
def test_every_leak_is_found_in_text_and_in_what_encodes_text(rule_id: str) -> None:
    for example in RULES[rule_id].leaks:
        want = {example.text[start:end] for start, end in example.spans}
        if not example.path and example.text.lstrip()[:1] not in ("{", "["):
            assert values(found(rule_id, example.text.encode(), "text")) >= want
        for how, encode in ENCODINGS.items():
            if example.text.lstrip()[:1] in ("{", "[") and how.startswith("html"):
                continue  # a document inside an encoding is a text
            shown = values(found(rule_id, json.dumps(document(example.path, encode(example.text))).encode()))
            if example.path and shown == {encode(example.text)}:
                continue  # of a field that says what it holds the encoding is the value
            # after `=` written as %3D a rule may take the D along: one finding, of the longer value
            assert all(any(value.endswith(leak) for value in shown) for leak in want), (how, example.text)
