"""Rules: load rule files, refuse bad ones with place and reason, and decide what a leak is.

`Matcher.find` is the only place that says what a rule makes of a text; the fast engine and the reference scanner
both call it, and differ only in which texts they show it.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from functools import cache, cached_property, lru_cache
from importlib import resources
from pathlib import Path as FilePath
from typing import Any, Literal

import regex

from leakscan import checks, dialect
from leakscan.anchors import MAX_PHRASE
from leakscan.jsontext import points_ahead, points_behind
from leakscan.types import CONFIDENCES, HIGH, LOW, MEDIUM, SEVERITIES, Check, Example, Match, Path, Rule, RuleError

BEFORE, AFTER = 64, 32
"""How far (code points) in front of and behind a leak its context words count."""
_AMPLE = 64
"""Bytes looked at further than one hit needs, since those of one rule come in swarms."""
TIMEOUT = 10.0
"""Seconds one pattern may spend on one text before it becomes a coverage.timeout."""

_ESCAPE_TAIL = r"(?<=\\[nrtbf0])|(?<=\\u[0-9A-Fa-f]{4})|(?<=\\x[0-9A-Fa-f]{2})|(?<=%[0-9A-Fa-f]{2})"
_PLAIN_LEFT = r"(?<![A-Za-z0-9_])(?<!%(?=[0-9A-Fa-f]{2}))"
"""The shared left edge: no word character in front, unless it ends an escape that is written out in the text.

Nor may a leak begin inside ``%3D``.
"""
_BEHIND_ESCAPE = f"(?<=[A-Za-z0-9_])(?:{_ESCAPE_TAIL})"
RIGHT = r"(?![A-Za-z0-9_])"
_RAW_TAIL = rf"{_ESCAPE_TAIL}|(?<=u005[cC][nrtbf0])|(?<=u005[cC]u[0-9A-Fa-f]{{4}})|(?<=u005[cC]x[0-9A-Fa-f]{{2}})"
"""In JSON source the backslash of an escape that is written out may itself be one."""
_RAW_LEFT = f"(?:{_PLAIN_LEFT}|{_RAW_TAIL})"
_WORD_LEFT = rf"(?:(?<![A-Za-z])|{_ESCAPE_TAIL})"
_WORD_RIGHT = r"(?![A-Za-z])"

_LOOK_BEHIND = re.compile(r"^\(\?<[!=][^()|]*\)")
_CALM = regex.compile(
    r"\b(?:id|ids|uid|uuid|guid|hash|hashes|sha|sha1|sha256|md5|checksum|digest|crc|etag|commit|revision|"
    r"timestamp|ts|time|epoch|date|offset|size|bytes|length|seed|embedding|embeddings|vector|logits|loss|"
    r"token ids|input ids|created|updated|modified|version)\b"
)
_KEYWORD_LEFT = rf"(?:(?<![A-Za-z])|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|{_RAW_TAIL})"
_KEYWORD_RIGHT = r"(?:(?![A-Za-z])|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]))"
_CAMEL = regex.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_-]")


Refusal = Literal["entropy", "check", "context"]
"""Why a match of a pattern is no leak: too little entropy, the check disproves it, a context word it needs is missing."""


class Matcher:
    """One rule, ready to be applied; its expressions are compiled when first needed."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._base = CONFIDENCES.index(rule.confidence)

    @cached_property
    def _check(self) -> Check | None:
        return _remembered(self.rule.check) if self.rule.check else None

    @cached_property
    def keep(self) -> str:
        """The prefix that previews may show: the one the rule states, or what every secret of it begins with."""
        rule = self.rule
        return rule.keep or (dialect.literal_prefix(rule.pattern) if rule.category == "secret" else "")

    @cached_property
    def _leak(self) -> regex.Pattern[str]:
        return self._compiled(_PLAIN_LEFT)

    @cached_property
    def _leak_behind_escape(self) -> regex.Pattern[str]:
        return self._compiled(_BEHIND_ESCAPE)

    def _compiled(self, left: str) -> regex.Pattern[str]:
        return regex.compile(self._expression(left), regex.ASCII | regex.VERSION0)

    def _expression(self, left: str) -> str:
        rule = self.rule
        left, right = (left, RIGHT) if rule.edges else ("", "")
        before = f"(?:{rule.before})" if rule.before else ""
        return f"{left}{before}(?P<leak>{rule.pattern}){right}"

    @cached_property
    def _context(self) -> regex.Pattern[str]:
        phrases = sorted(self.rule.context, key=len, reverse=True)
        words = "|".join(map(dialect.phrase, phrases))
        return regex.compile(f"{_WORD_LEFT}(?:{words}){_WORD_RIGHT}", regex.ASCII | regex.IGNORECASE)

    @cached_property
    def _raw(self) -> re.Pattern[bytes] | None:
        """What every match looks like in raw bytes."""
        expression = dialect.raw(_whole(self.rule))
        left, right = (_RAW_LEFT, RIGHT) if self.rule.edges else ("", "")
        return re.compile(f"{left}(?:{expression}){right}".encode()) if expression else None

    @cached_property
    def _raw_body(self) -> re.Pattern[bytes]:
        """`_raw` without what it wants to see in front: that is tried at every byte, this only where it may begin."""
        return re.compile(_LOOK_BEHIND.sub("", dialect.raw(_whole(self.rule))).encode())

    @cached_property
    def look(self) -> int:
        """How far (code points) behind a match `may_be_in` wants to see."""
        return dialect.look_width(_whole(self.rule))

    @cached_property
    def width(self) -> int:
        """The most code points of a match, with what must stand before it."""
        return dialect.width(dialect.parse(_whole(self.rule)))[1]

    @cached_property
    def lead(self) -> int:
        """The most code points from the start of a match, with what must stand before it, to the end of a hit in it."""
        if self.rule.prefilter:
            return self.rule.lead or self.width
        return dialect.lead(_whole(self.rule))

    def cleared(self, raw: bytes, at: int) -> int:
        """How far the raw bytes of a unit hold no match around any place from `at` on, or 0 if one may be around `at`.

        A second, narrower look at a place the engine pointed at, far cheaper than decoding the unit.
        """
        if self._is_tight:
            low, high = max(0, at - self.lead), at + self.width + _AMPLE
        else:
            low, high = points_behind(raw, at, self.lead), points_ahead(raw, at, self.width + _AMPLE)
        cleared = at + _AMPLE
        if not self._has_space:  # then a match lies in one word, which is most often shorter
            low = max(low, raw.rfind(b" ", low, at) + 1)
            space = raw.find(b" ", at, high)
            if space >= 0:
                high = cleared = space
        return 0 if self.may_be_in(raw, low, high + self.look) else cleared

    def may_be_in(self, raw: bytes, low: int, high: int) -> bool:
        """Whether a match may stand in ``low:high`` of a unit's raw bytes; never False if one does."""
        if self._raw_body.search(raw, low, high) is None:
            return False
        return self._raw is None or self._raw.search(raw, low, high) is not None

    @cached_property
    def _is_tight(self) -> bool:
        return dialect.is_tight(_whole(self.rule))

    @cached_property
    def _has_space(self) -> bool:
        return dialect.has_space(_whole(self.rule))

    def find(self, text: str, path: Path = (), within: Iterable[tuple[int, int]] | None = None) -> list[Match]:
        """Every leak of this rule in `text`, a decoded value at `path`, by start then end.

        With `within`, only those whose match (what must stand before it included) starts in one of these stretches,
        ends excluded. Matches of one rule may overlap each other; `leakscan.detect.settle` chooses among them.
        Raises TimeoutError when the pattern takes longer than `TIMEOUT` seconds.
        """
        out: dict[tuple[int, int], Match] = {}
        spans = self._spans(text, self._stretches(text, path)) if within is None else self._spans_within(text, within)
        for span in spans:
            if span not in out and span[0] < span[1]:
                match = self._judge(text, span, path)
                if isinstance(match, Match):
                    out[span] = match
        return [out[span] for span in sorted(out)]

    def verdicts(self, text: str, path: Path = ()) -> list[tuple[tuple[int, int], Match | Refusal]]:
        """What `find` makes of each match of the pattern, wherever in the text: a leak, or why it is none."""
        spans = sorted({span for span in self._spans(text, [(0, len(text) + 1)]) if span[0] < span[1]})
        return [(span, self._judge(text, span, path)) for span in spans]

    def _spans(self, text: str, within: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Where the leaks of all matches stand, one of them from each place where a match may start."""
        expressions = (self._leak, self._leak_behind_escape) if self._may_follow_escape(text) else (self._leak,)
        for low, high in within:
            for expression in expressions:
                for found in expression.finditer(text, low, high + self._reach, overlapped=True, timeout=TIMEOUT):
                    if found.start() >= high:
                        break
                    yield found.span("leak")

    def _spans_within(self, text: str, within: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """`_spans` in short stretches: ``re`` knows no time limit, but is up to ten times faster."""
        expressions = (self._quick, self._quick_behind_escape) if self._may_follow_escape(text) else (self._quick,)
        for low, high in within:
            for expression in expressions:
                at = low
                while (found := expression.search(text, at, high + self._reach)) and found.start() < high:
                    yield found.span("leak")
                    at = found.start() + 1

    def _may_follow_escape(self, text: str) -> bool:
        """Whether to look behind escapes: apart, because it makes every other text slow as well."""
        return self.rule.edges and ("\\" in text or "%" in text)

    @cached_property
    def _quick(self) -> re.Pattern[str]:
        return re.compile(self._expression(_PLAIN_LEFT), re.ASCII)

    @cached_property
    def _quick_behind_escape(self) -> re.Pattern[str]:
        return re.compile(self._expression(_BEHIND_ESCAPE), re.ASCII)

    def _stretches(self, text: str, path: Path) -> Iterator[tuple[int, int]]:
        """Where in `text` a match may start: anywhere or, for a rule that needs context, around its words."""
        if not self.rule.context_required or self.in_field(path):
            yield 0, len(text) + 1
            return
        if self.rule.field_only:
            return
        done = 0
        for word in self._context.finditer(text, overlapped=True):
            low, high = max(done, word.start() - AFTER - self.width), word.start() + BEFORE + 1
            if low < high:
                yield low, high
            done = max(done, high)

    @cached_property
    def _reach(self) -> int:
        """The most code points from the start of a match to the end of what it looks at behind itself."""
        return self.width + dialect.MAX_LOOK

    def in_field(self, path: Path) -> str:
        """The context word that a name in `path` holds, or the empty string."""
        if not self.rule.context or not path:
            return ""
        return self._in_names(tuple(step for step in path if isinstance(step, str)))

    @cached_property
    def _in_names(self) -> Callable[[Path], str]:
        @lru_cache(maxsize=256)
        def word(names: Path) -> str:
            found = self._context.search(field_words(names))
            return "" if found is None else found.group().lower()

        return word

    def _judge(self, text: str, span: tuple[int, int], path: Path) -> Match | Refusal:
        value = text[span[0] : span[1]]
        if self.rule.entropy and entropy(value) < self.rule.entropy:
            return "entropy"
        verdict = self._check(value) if self._check is not None else None
        if verdict is False:
            return "check"
        field = self.in_field(path)
        word = "" if field or self.rule.field_only or not self.rule.context else self._nearby(text, span)
        if self.rule.context_required and not field and not word:
            return "context"
        evidence = ["pattern"]
        rank = HIGH if verdict else self._base
        if self._check is not None:
            evidence.append(f"check:{self.rule.check}" if verdict else f"plausible:{self.rule.check}")
        if field:
            rank = HIGH
            evidence.append(f"field:{field}")
        elif word:
            rank = max(rank, MEDIUM)
            evidence.append(f"context:{word}")
        elif self.rule.calm and is_calm(path):
            rank = LOW
            evidence.append("calm field")
        return Match(span[0], span[1], rank, tuple(evidence))

    def _nearby(self, text: str, span: tuple[int, int]) -> str:
        start, end = span
        low, high = max(0, start - BEFORE), min(len(text), end + AFTER)
        for found in self._context.finditer(text, low, high + 1):  # one more, to see whether the word goes on
            if found.end() <= high and (found.end() <= start or found.start() >= end):
                return " ".join(found.group().lower().split())
        return ""


@cache
def _remembered(check: str) -> Check:
    """The check of that name, which remembers some answers: rules share it, and matches overlap."""
    return lru_cache(maxsize=128)(checks.CHECKS[check])


def is_calm(path: Path) -> bool:
    """Whether the last name in `path` says that numbers and letters there are no one's: ids, hashes, times, embeddings."""
    names = [step for step in path if isinstance(step, str)]
    return bool(names) and _CALM.search(split_name(names[-1])) is not None


@lru_cache(maxsize=65536)
def split_name(name: str) -> str:
    """The words of a snake, camel or kebab cased name, lower case, one space between; whatever else stands there stays.

    No more may become a space, and no letter outside ASCII one inside (the Kelvin sign's lower case is ``k``): the
    engine looks for words in names as written, see `dialect.phrase`.
    """
    words: str = _CAMEL.sub(" ", name)
    return words.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")


def field_words(path: Path) -> str:
    """The words of every name in `path`; a bar keeps a phrase from reaching across two names."""
    return " | ".join(split_name(step) for step in path if isinstance(step, str))


@lru_cache(maxsize=128)
def entropy(value: str) -> float:
    """Shannon entropy of the characters of `value`, in bits per character."""
    size = len(value)
    return -sum(n / size * math.log2(n / size) for n in map(value.count, set(value))) if size else 0.0


@lru_cache(maxsize=16384)
def keyword(phrase: str) -> re.Pattern[bytes]:
    """Finds a context phrase in raw bytes where it may be whole words of a text, or of a name in any case."""
    return re.compile(f"{_KEYWORD_LEFT}(?i:{dialect.raw_phrase(phrase)}){_KEYWORD_RIGHT}".encode())


# -- loading -----------------------------------------------------------------------------------------------------

_KEYS = {f.name for f in fields(Rule)} - {"pack"}
_REQUIRED = (
    "id",
    "summary",
    "category",
    "entity",
    "severity",
    "confidence",
    "pattern",
    "remediation",
    "references",
    "leaks",
    "clean",
)
_KINDS: dict[str, type | tuple[type, ...]] = {
    "entropy": (int, float),
    "edges": bool,
    "generic": bool,
    "calm": bool,
    "context_required": bool,
    "field_only": bool,
    "digits": bool,
    "lead": int,
    "aliases": dict,
    **dict.fromkeys(("references", "leaks", "clean", "weak", "context", "legal", "pair"), list),
}


def shipped() -> list[tuple[str, str, bytes]]:
    """The rule files inside the package: (pack, file name, content), in a fixed order."""
    root = resources.files("leakscan") / "patterns"
    if not root.is_dir():  # a source checkout: the build maps the folder into the wheel
        root = resources.files("leakscan") / ".." / "patterns"
    return [
        (pack.name, file.name, file.read_bytes())
        for pack in sorted(root.iterdir(), key=lambda p: p.name)
        if pack.is_dir()
        for file in sorted(pack.iterdir(), key=lambda p: p.name)
        if file.name.endswith(".toml")
    ]


def sources(packs: Sequence[str] = (), files: Sequence[str] = ()) -> list[tuple[str, str, bytes]]:
    """The shipped rule files of `packs` (all, if none is named) and the user's own `files`."""
    found = shipped()
    known = sorted({pack for pack, _, _ in found})
    for pack in packs:
        if pack not in known:
            raise RuleError(f"--pack {pack}: no such pack, there are {', '.join(known)}")
    chosen = [item for item in found if not packs or item[0] in packs]
    for name in files:
        try:
            chosen.append(("custom", name, FilePath(name).read_bytes()))
        except OSError as error:
            raise RuleError(f"{name}: cannot be read: {error.strerror}") from None
    return chosen


def load(found: Iterable[tuple[str, str, bytes]]) -> list[Rule]:
    """The rules of the given files, in order. Raises RuleError naming file, rule, key and reason."""
    rules: list[Rule] = []
    seen: dict[str, str] = {}
    for pack, name, content in found:
        for rule in _parse(pack, name, content):
            if rule.id in seen:
                raise RuleError(f"{name}: {rule.id}: already defined in {seen[rule.id]}")
            seen[rule.id] = name
            rules.append(rule)
    for rule in rules:
        for other in rule.pair:
            if other not in seen and rule.pack == "custom":
                raise RuleError(f"{seen[rule.id]}: {rule.id}: pair: no rule {other}")
    return rules


def _parse(pack: str, name: str, content: bytes) -> Iterator[Rule]:
    try:
        data = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleError(f"{name}: not TOML: {error}") from None
    for key in data.keys() - {"rule"}:
        raise RuleError(f"{name}: unknown key {key!r}; a rule file holds [[rule]] tables only")
    for table in data.get("rule", []):
        label = f"{name}: {table.get('id', '(a rule without id)')}"
        try:
            yield _rule(pack, table)
        except (ValueError, TypeError) as error:
            raise RuleError(f"{label}: {error}") from None


def _rule(pack: str, table: dict[str, Any]) -> Rule:
    for key, value in table.items():
        if key not in _KEYS:
            raise ValueError(f"unknown key {key!r}")
        kind = _KINDS.get(key, str)
        if not isinstance(value, kind):
            raise TypeError(f"{key} must be a {kind if isinstance(kind, tuple) else kind.__name__}")
    for key in _REQUIRED:
        if not table.get(key):
            raise ValueError(f"{key} is missing")
    _one_of(table, "category", ("secret", "pii", "confidential"))
    _one_of(table, "severity", SEVERITIES)
    _one_of(table, "confidence", CONFIDENCES)
    if table.get("check") and table["check"] not in checks.CHECKS:
        raise ValueError(f"no check named {table['check']!r}")
    if table.get("context_required") and not table.get("context"):
        raise ValueError("context_required without context words")
    for words in table.get("context", []):
        if not words.strip() or len(words) > MAX_PHRASE:
            raise ValueError(f"context {words!r}: a phrase of 1 to {MAX_PHRASE} characters")
    if table.get("lead") and not table.get("prefilter"):
        raise ValueError("lead without prefilter")
    if table.get("field_only") and not table.get("context_required"):
        raise ValueError("field_only without context_required")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    for key in ("leaks", "weak", "clean"):
        values[key] = tuple(_example(item, marked=key != "clean") for item in table.get(key, []))
    values["aliases"] = tuple(sorted(table.get("aliases", {}).items()))
    values["entropy"] = float(table.get("entropy", 0.0))
    rule = Rule(pack=pack, **values)
    _prove(rule)
    return rule


def _one_of(table: dict[str, Any], key: str, allowed: Sequence[str]) -> None:
    if table[key] not in allowed:
        raise ValueError(f"{key} must be one of {', '.join(allowed)}, not {table[key]!r}")


def _prove(rule: Rule) -> None:
    """Refuse patterns outside the dialect and rules no prefilter can be made for."""
    for key in ("pattern", "before"):
        try:
            dialect.parse(getattr(rule, key))
        except dialect.DialectError as error:
            raise ValueError(f"{key}: {error}") from None
    if dialect.width(dialect.parse(rule.pattern))[0] == 0:
        raise ValueError("pattern: it matches nothing at all")
    if re.search(prefilter(rule).encode(), b"") and not rule.context_required:
        raise ValueError(
            "pattern: no stretch of it can be looked for in raw bytes; give a prefilter or require context"
        )


def prefilter(rule: Rule) -> str:
    """The Hyperscan expression that finds every place in raw bytes where `rule` might match; empty: anywhere."""
    return rule.prefilter or dialect.prefilter(_whole(rule))


def _whole(rule: Rule) -> str:
    return f"(?:{rule.before})(?:{rule.pattern})"


def _example(item: Any, *, marked: bool) -> Example:
    """Read ``⟦…⟧`` as the spans to report and drop every ``·``."""
    if isinstance(item, dict):
        if item.keys() - {"text", "path"} or not isinstance(item.get("text"), str):
            raise ValueError("an example is a text or {path = …, text = …}")
        path = tuple(step for step in str(item.get("path", "")).split("/") if step)
        text = item["text"]
    else:
        path, text = (), str(item)
    out: list[str] = []
    spans: list[tuple[int, int]] = []
    start = None
    for char in text.replace("·", ""):
        if char == "⟦":
            start = len(out)
        elif char == "⟧":
            if start is None:
                raise ValueError("an example closes ⟧ what it did not open")
            spans.append((start, len(out)))
            start = None
        else:
            out.append(char)
    if start is not None or bool(spans) != marked:
        raise ValueError(f"an example {'must mark its leak with ⟦ ⟧' if marked else 'of clean text marks a leak'}")
    return Example("".join(out), tuple(spans), path)
