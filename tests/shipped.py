"""The shipped rules, compiled once for all tests, and strings made of what they look for."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from leakscan.detect import Detector
from leakscan.engine import Engine
from leakscan.rules import load, shipped
from leakscan.types import Policy, Rule
from tests import toys

POLICY = Policy(min_confidence="low", key=b"k" * 32, show_values=True)


@cache
def rules() -> list[Rule]:
    return load(shipped())


@cache
def some() -> list[Rule]:
    """One rule in eight and the oldest ones: the reference scanner tries each rule on each text, which takes its time."""
    known = (
        "generic-password-field",
        "generic-secret-field",
        "generic-api-key",
        "EMAIL_ADDRESS",
        "US_SSN",
        "CREDIT_CARD",
    )
    return [rule for number, rule in enumerate(rules()) if number % 8 == 0 or rule.id in known]


@cache
def detector() -> Detector:
    return Detector(some(), POLICY, Engine(some()))


@cache
def leaks() -> list[tuple[Rule, str, tuple[tuple[int, int], ...], tuple[str, ...]]]:
    """Every leak example: its rule, text, spans, and the names it stands under."""
    return [
        (rule, example.text, example.spans, tuple(map(str, example.path))) for rule in some() for example in rule.leaks
    ]


def values() -> list[str]:
    """The leaks of the examples, alone."""
    return list(dict.fromkeys(text[start:end] for _, text, spans, _ in leaks() for start, end in spans))


_GLUE = [
    " ",
    "\n",
    "\t",
    ", ",
    "=",
    ": ",
    '"',
    "'",
    "\\n",
    "\\",
    "/",
    "a",
    "1",
    "é",
    "😀",
    "{",
    "}",
    "%2D",
    "&amp;",
    ".",
]


def texts(*, surrogates: bool = True, unopened: bool = False) -> st.SearchStrategy[str]:
    """Examples, leaks and context words with glue and what the toy rules care about between them.

    With `unopened` none begins a JSON document.
    """
    words = [word for rule in rules() for word in rule.context]
    examples = list(dict.fromkeys(text for _, text, _, _ in leaks()))
    piece = st.one_of(
        among(examples),
        among(values()),
        among(words),
        st.sampled_from(_GLUE),
        st.sampled_from(_GLUE),
        among(toys.WORDS),
    )
    out = st.lists(piece, max_size=5).map("".join)
    if unopened:
        out = out.map(lambda text: text.replace("{", "(").replace("[", "("))
    return out if surrogates else out.map(lambda text: text.encode("utf-8", "replace").decode())


def among(items: list[str]) -> st.SearchStrategy[str]:
    """One of the items; unlike `sampled_from` it has a short name, which hypothesis works out again and again."""
    return st.integers(0, len(items) - 1).map(lambda index: items[index])


def names() -> st.SearchStrategy[str]:
    """Member names: those of examples, context words in several spellings, and leaks."""
    words = [word for rule in rules() for word in rule.context]
    spelt = [spell(word) for word in words for spell in (str.title, _camel, _snake, _dotted, _within)]
    under = [step for _, _, _, path in leaks() for step in path]
    return st.one_of(among(spelt), among([*under, "text", "id", "content"]), among(values()))


def _camel(words: str) -> str:
    return "".join(word.capitalize() for word in words.split(" "))


def _snake(words: str) -> str:
    return words.upper().replace(" ", "_")


def _dotted(words: str) -> str:
    return words.replace(" ", ".")


def _within(words: str) -> str:
    return f"user{_camel(words)}2"


def trees() -> st.SearchStrategy[Any]:
    """JSON values as `toys.encode` takes them."""
    scalars = st.one_of(texts(), texts(), toys.numbers.map(toys.Raw), st.sampled_from(["true", "null"]).map(toys.Raw))
    objects = lambda inner: st.lists(st.tuples(names(), inner), max_size=3).map(lambda items: ("object", items))  # noqa: E731
    return st.recursive(scalars, lambda inner: st.one_of(st.lists(inner, max_size=3), objects(inner)), max_leaves=5)


@st.composite
def lines(draw: Any) -> list[str]:
    """A few records as JSON source, each in a line."""
    return [toys.encode(draw, draw(trees())) for _ in range(draw(st.integers(1, 3)))]
