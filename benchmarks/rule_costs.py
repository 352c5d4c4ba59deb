"""Which rules cost what: hits a MB, speed of each rule's prefilter alone, and of the whole without the worst.

    python -m benchmarks.rule_costs [--mb 16] [--without 12]

Hyperscan's cost is not the sum of its parts: a rule that is slow alone may be free among others and the other way
round. So the worst alone are also left out, one at a time, and together, and the whole is timed again.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path

import hyperscan

from benchmarks import corpus
from leakscan import rules
from leakscan.engine import ANCHOR, ESCAPED, Plan, planned
from leakscan.types import Rule

BLOCK = 1 << 20


@dataclass(frozen=True)
class Expression:
    """What one rule or keyword adds to the database."""

    name: str
    text: str
    caseless: bool
    family: str


@dataclass(frozen=True)
class Cost:
    """One rule (or keyword) alone."""

    name: str
    speed: float
    hits: float


def sample(megabytes: int) -> list[bytes]:
    """Blocks from every shard of the corpus: each is written in another style of JSON."""
    shards = sorted((corpus.cached(corpus.main_plan()) / "jsonl").iterdir())
    heads = [head(path, max(1, megabytes // len(shards)) * BLOCK) for path in shards]
    return [text[start : start + BLOCK] for text in heads for start in range(0, len(text), BLOCK)]


def head(path: Path, size: int) -> bytes:
    """The first bytes of a file."""
    with path.open("rb") as file:
        return file.read(size)


def timed(database: hyperscan.Database, data: Sequence[bytes]) -> tuple[float, Counter[int]]:
    """MB per CPU-second of a scan, and hits by id."""
    hits: Counter[int] = Counter()

    def on_match(what: int, _start: int, _end: int, _flags: int, _context: object) -> None:
        hits[what] += 1

    began = time.process_time()
    for block in data:
        database.scan(block, match_event_handler=on_match)
    return sum(map(len, data)) / 1e6 / (time.process_time() - began), hits


def expressions(chosen: Sequence[Rule]) -> list[Expression]:
    """What the engine's databases look for, named, but for `shapes`; what does not even compile is said, and left out."""
    plan = planned(chosen)
    out = []
    for family, inner in [*(("main", one) for one in plan.main), *(("digits", one) for one in plan.digits)]:
        name = name_of(plan, chosen, inner.id)
        name = f"{name}: `{inner.text}`" if name.startswith("pseudo") else name
        found = Expression(name, inner.text, inner.caseless, family)
        try:
            compiled([found])
        except hyperscan.error as error:
            print(f"{found.name}: {error}")
        else:
            out.append(found)
    return out


def alone(parts: Sequence[Expression], data: Sequence[bytes]) -> list[Cost]:
    """Every expression on its own, the slowest first."""
    size = sum(map(len, data)) / 1e6
    costs = []
    for part in parts:
        speed, hits = timed(compiled([part]), data)
        costs.append(Cost(part.name, speed, sum(hits.values()) / size))
    return sorted(costs, key=lambda cost: cost.speed)


def compiled(parts: Sequence[Expression]) -> hyperscan.Database:
    """A database of those expressions, with the engine's flags."""
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[part.text.encode() for part in parts],
        ids=list(range(len(parts))),
        elements=len(parts),
        flags=[hyperscan.HS_FLAG_DOTALL | (hyperscan.HS_FLAG_CASELESS if part.caseless else 0) for part in parts],
    )
    return database


def name_of(plan: Plan, chosen: Sequence[Rule], what: int) -> str:
    """The rule behind an id of the database; for a keyword, the rules that need it."""
    if what < len(chosen):
        return chosen[what].id
    if what < ANCHOR:
        return f"pseudo-rule {what - ESCAPED}"
    phrases = plan.phrases[what - ANCHOR]
    users = sorted({chosen[index].id for words in phrases for index in plan.needed_by[words]})
    return f"anchor of {phrases[0]!r}, for {', '.join(users)}"


def whole(parts: Sequence[Expression], data: Sequence[bytes], without: Container[str] = ()) -> float:
    """MB per CPU-second of one database of all parts but those of the names given."""
    return timed(compiled([part for part in parts if part.name not in without]), data)[0]


def main() -> None:
    """Prints the slowest of each database, and what leaving them out would gain."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=int, default=16)
    parser.add_argument("--without", type=int, default=12, help="how many of the slowest to leave out in turn")
    given = parser.parse_args()
    data = sample(given.mb)
    parts = expressions(rules.load(rules.sources()))
    for family in ("main", "digits"):
        table(family, [part for part in parts if part.family == family], data, given.without)


def table(family: str, parts: Sequence[Expression], data: Sequence[bytes], count: int) -> None:
    """The slowest `count` parts of one database."""
    if not parts:
        return
    print(f"\n## {family}: {len(parts)} expressions, {whole(parts, data):.0f} MB/s\n")
    print("| prefilter | alone, MB/s | hits a MB | all but this, MB/s |\n|---|--:|--:|--:|")
    costs = alone(parts, data)
    for cost in costs[:count]:
        rest = whole(parts, data, {cost.name}) if len(parts) > 1 else float("inf")
        print(f"| {cost.name[:70]} | {cost.speed:.0f} | {cost.hits:.1f} | {rest:.0f} |", flush=True)
    if len(parts) > count:
        print(f"\nwithout all of these: {whole(parts, data, {cost.name for cost in costs[:count]}):.0f} MB/s")
    talkative = sorted(costs, key=lambda cost: -cost.hits)[:count]
    print("most hits a MB: " + ", ".join(f"{cost.name[:40]} {cost.hits:.0f}" for cost in talkative))


if __name__ == "__main__":
    main()
