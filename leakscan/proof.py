"""Rules proved: every example through the fast engine, in every encoding and host, and the price of each rule.

`failures` holds the shipped engine to what rule files state; `costs` says which rule slows a scan down.
"""

from __future__ import annotations

import json
import math
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from leakscan.detect import Detector
from leakscan.engine import ANCHOR, Engine
from leakscan.rules import Matcher
from leakscan.scanning import scan_slice
from leakscan.types import Example, Finding, Path, Policy, Rule, Shard, Slice

HOSTS: Mapping[str, tuple[str, str]] = {
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
"""What stands around an example: a leak is found in all of them, a near miss is tried alone."""

CORPUS = 8 << 20
"""Bytes of generated text that a rule's cost is measured on."""


@dataclass(frozen=True, slots=True)
class Case:
    """One example as a record: its text, where it stands, and the spans (code points) to be reported."""

    kind: str
    host: str
    text: str
    path: Path
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that does not give what its rule file says; examples are synthetic, so their text may be shown."""

    rule: str
    kind: str
    host: str
    encoding: str
    text: str
    expected: tuple[tuple[int, int], ...]
    found: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a rule adds to a scan of ordinary text: nanoseconds a byte to look for it, and to decide on what is hit."""

    rule: str
    scan: float
    find: float
    hits: int

    @property
    def total(self) -> float:
        """Nanoseconds a byte in all."""
        return self.scan + self.find


def cases(rule: Rule) -> Iterator[Case]:
    """The examples of a rule, leaks in every host."""
    for kind, examples, hosts in (
        ("leak", rule.leaks, HOSTS),
        ("weak", rule.weak, ("alone",)),
        ("clean", rule.clean, ("alone",)),
    ):
        for example in examples:
            for host in hosts:
                yield _case(kind, example, host)


def _case(kind: str, example: Example, host: str) -> Case:
    left, right = HOSTS[host]
    spans = tuple((start + len(left), end + len(left)) for start, end in example.spans)
    return Case(kind, host, left + example.text + right, example.path or ("text",), spans)


def failures(rule: Rule) -> Iterator[Failure]:
    """Every case of a rule, as JSON Lines plain and escaped and as Parquet, that comes out otherwise than stated."""
    policy = Policy(min_confidence="low", key=b"proof")
    scanner = Detector([rule], policy, Engine([rule]))
    listed = list(cases(rule))
    with tempfile.TemporaryDirectory(prefix="leakscan-") as folder:
        for encoding, shard in _shards(listed, FilePath(folder)):
            outcome = scan_slice(scanner, Slice(shard))
            if outcome.crash:
                yield Failure(rule.id, "every", "every host", encoding, outcome.crash, (), ())
                continue
            found: dict[int, list[Finding]] = defaultdict(list)
            for finding in outcome.findings:
                if finding.location.record is not None:  # not those in the statistics of a Parquet footer
                    found[finding.location.record].append(finding)
            for number, case in enumerate(listed):
                if failure := _judge(rule, case, encoding, found[number]):
                    yield failure


def _judge(rule: Rule, case: Case, encoding: str, found: Sequence[Finding]) -> Failure | None:
    spans = tuple((f.location.start, f.location.end, f.confidence) for f in found)
    expected = case.spans
    if case.kind == "leak":
        right = _spans(f for f in found if f.confidence != "low") == expected
    else:
        right = _spans(found) == expected and all(f.confidence == "low" for f in found)
    if not right and any(
        "json" in f.location.decode for f in found
    ):  # the example is a document: spans are in its strings
        right = sorted(f.length for f in found) == sorted(end - start for start, end in expected)
    return None if right else Failure(rule.id, case.kind, case.host, encoding, case.text, expected, spans)


def _spans(found: Iterable[Finding]) -> tuple[tuple[int, int], ...]:
    return tuple((f.location.start, f.location.end) for f in found)


def _shards(listed: Sequence[Case], folder: FilePath) -> Iterator[tuple[str, Shard]]:
    documents = [_document(case) for case in listed]
    plain = "\n".join(json.dumps(document, ensure_ascii=False) for document in documents)
    escaped = "\n".join(_escaped(document) for document in documents)
    for encoding, content in (("jsonl", plain), ("jsonl, escaped", escaped)):
        yield encoding, _shard(folder / f"{encoding.replace(', ', '-')}.jsonl", content.encode())
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and of no use to those who only import this module
    import pyarrow.parquet as pq  # noqa: PLC0415

    file = folder / "examples.parquet"
    pq.write_table(pa.Table.from_pylist(_columns(documents)), file)
    yield "parquet", Shard(file.name, str(file), file.stat().st_size)


def _shard(file: FilePath, content: bytes) -> Shard:
    file.write_bytes(content)
    return Shard(file.name, str(file), len(content))


def _document(case: Case) -> dict[str, Any]:
    out: Any = case.text
    for step in reversed(case.path):
        out = {str(step): out}
    document: dict[str, Any] = out
    return document


def _escaped(document: Any) -> str:
    """JSON with every character of every string as an escape."""
    if isinstance(document, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{_escaped(value)}" for name, value in document.items()) + "}"
    units = document.encode("utf-16-be")
    return '"' + "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2)) + '"'


def _columns(documents: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The documents with the columns of all, which is what Arrow takes the schema from."""
    names = dict.fromkeys(name for document in documents for name in document)
    return [{name: document.get(name) for name in names} for document in documents]


# -- what a rule costs -------------------------------------------------------------------------------------------


def costs(rules: Sequence[Rule]) -> list[Cost]:
    """The cost of each rule, measured alone over generated text, the dearest first."""
    corpus = _corpus()
    bare = _seconds(Engine([]), corpus)
    return sorted((_cost(rule, corpus, bare) for rule in rules), key=lambda cost: -cost.total)


def _cost(rule: Rule, corpus: bytes, bare: float) -> Cost:
    engine = Engine([rule])
    scan = max(0.0, _seconds(engine, corpus) - bare)
    hits = [end for end, what in engine.hits(corpus) if what == 0 or what >= ANCHOR]
    lines = {corpus.rfind(b"\n", 0, end - 1) + 1 for end in hits}
    texts = [corpus[start : corpus.index(b"\n", start)].decode() for start in sorted(lines)]
    matcher = Matcher(rule)
    matcher.find("")
    begin = time.perf_counter()
    for text in texts:
        matcher.find(text)
    return Cost(rule.id, scan * 1e9 / len(corpus), (time.perf_counter() - begin) * 1e9 / len(corpus), len(texts))


def _seconds(engine: Engine, corpus: bytes) -> float:
    """The better of three passes."""
    best = math.inf
    for _ in range(3):
        begin = time.perf_counter()
        engine.hits(corpus)
        best = min(best, time.perf_counter() - begin)
    return best


@cache
def _corpus() -> bytes:
    """`CORPUS` bytes of lines of prose, code, chat and numbers, always the same."""
    draw = random.Random(20)
    words = (
        "the of and to in that is was for it with as his on be at by had not are but from or have an they which one you "
        "were her all she there would their we him been has when who will more no if out so said what up its about into "
        "than them can only other new some could time these two may then do first any my now such like our over man me "
        "function return class import value key token name user data error request response password email phone"
    ).split()
    lines = []
    size = 0
    while size < CORPUS // 16:
        prose = " ".join(draw.choices(words, k=40))
        lines.append(
            draw.choice(
                (
                    prose,
                    prose.capitalize() + ". " + prose.capitalize() + ".",
                    json.dumps(
                        {"role": "user", "id": draw.getrandbits(128).to_bytes(16, "big").hex(), "content": prose}
                    ),
                    f"    {draw.choice(words)}_{draw.choice(words)} = {draw.choice(words)}({draw.randrange(10**9)}, {draw.random()})",
                    f"{draw.randrange(1990, 2030)}-{draw.randrange(1, 13):02d}-01T12:30:{draw.randrange(60):02d}Z INFO {prose}",
                )
            )
        )
        size += len(lines[-1]) + 1
    return ("\n".join(lines) + "\n").encode() * 16
