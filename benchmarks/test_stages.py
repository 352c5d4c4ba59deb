"""The stages of a scan, one benchmark each, so that a slower scan says where it became slower.

    python -m pytest benchmarks/test_stages.py --benchmark-enable      # a table
    python -m pytest benchmarks/test_stages.py --benchmark-enable --benchmark-autosave  # keep it
    python -m pytest benchmarks/test_stages.py --benchmark-enable --benchmark-compare   # against that

Every stage works on the same blocks of the same seeded corpora and checks what it returns: a stage that became fast by
doing nothing fails. No time is asserted.
"""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import corpus
from leakscan import formats, jsontext, rules, views
from leakscan.detect import Detector
from leakscan.engine import Engine, Hits
from leakscan.reports.record import record
from leakscan.types import Block, Finding, Policy, Rule, Shard, Slice, Tally

MAIN, DENSE = corpus.Plan(mb=8, seed=3), corpus.Plan(mb=4, seed=3, every=1, short=True)
BLOCK = 1 << 20
POLICY = Policy(min_confidence="low", key=b"benchmark", block_size=BLOCK)
RULES = ("github-pat", "EMAIL_ADDRESS", "CREDIT_CARD", "jwt", "private-key", "generic-password")


@pytest.fixture(scope="session")
def chosen() -> list[Rule]:
    """All shipped rules."""
    return rules.load(rules.sources())


@pytest.fixture(scope="session")
def engine(chosen: list[Rule]) -> Engine:
    """The engine of all rules."""
    return Engine(chosen)


@pytest.fixture(scope="session")
def detector(chosen: list[Rule], engine: Engine) -> Detector:
    """The detector of all rules, as a worker has it."""
    return Detector(chosen, POLICY, engine)


@pytest.fixture(scope="session", params=["main", "dense"])
def shard(request: pytest.FixtureRequest) -> Path:
    """A JSONL shard: leaks one in a thousand records, or one in each."""
    return corpus.cached(MAIN if request.param == "main" else DENSE) / "jsonl" / "shard-00000.jsonl"


@pytest.fixture(scope="session")
def block(shard: Path, detector: Detector) -> Block:
    """Its first block in which something is found."""
    return next(block for block in read(shard, "jsonl") if findings_of(detector, block))


@pytest.fixture(scope="session")
def hits(engine: Engine, block: Block) -> Hits:
    """Where rules may match in the block."""
    return engine.hits(block.data, joined=True)


def read(path: Path, format_: str) -> list[Block]:
    """All blocks of a shard."""
    part = Slice(Shard(path.name, str(path), path.stat().st_size), format=format_)
    with path.open("rb") as stream:
        return list(formats.module(format_).blocks(stream, part, POLICY, Tally(format=format_)))


def findings_of(detector: Detector, block: Block) -> list[Finding]:
    """The findings of one block."""
    return detector.findings(block, "shard", Tally(format="jsonl"))[0]


def candidates(block: Block, hits: Hits) -> list[int]:
    """The records that hold a hit."""
    return sorted(set(block.units([end for end, _ in hits])) - {-1})


def test_read_jsonl_blocks(benchmark: BenchmarkFixture, shard: Path) -> None:
    found = benchmark(read, shard, "jsonl")
    assert b"".join(bytes(part.data) for part in found) == shard.read_bytes()


def test_read_parquet_blocks(benchmark: BenchmarkFixture, shard: Path) -> None:
    twin = shard.parent.parent / "parquet" / f"{shard.stem}.parquet"
    size = benchmark(lambda: sum(len(part.data) for part in read(twin, "parquet")))
    assert size > shard.stat().st_size // 2


def test_engine_hits(benchmark: BenchmarkFixture, engine: Engine, block: Block) -> None:
    assert benchmark(engine.hits, block.data, joined=True)


def test_narrow_to_candidates(benchmark: BenchmarkFixture, detector: Detector, block: Block) -> None:
    """The engine's pass and the second look at raw bytes."""
    assert benchmark(detector.narrower.candidates, block)


def test_locate_hits(benchmark: BenchmarkFixture, block: Block, hits: Hits) -> None:
    ends = [end for end, _ in hits]
    assert len(benchmark(block.units, ends)) == len(ends)


def test_parse_candidates(benchmark: BenchmarkFixture, block: Block, hits: Hits) -> None:
    units = candidates(block, hits)
    leaves = benchmark(lambda: [block.leaves(unit) for unit in units])
    assert all(leaves)


def test_parse_candidates_with_orjson(benchmark: BenchmarkFixture, block: Block, hits: Hits) -> None:
    """The floor under `parse_candidates`: what a parser that keeps no places needs."""
    lines = [bytes(block.data[slice(*block.span(unit))]) for unit in candidates(block, hits)]
    assert len(benchmark(lambda: list(map(orjson.loads, lines)))) == len(lines)


def test_tokens_of_one_record(benchmark: BenchmarkFixture, block: Block) -> None:
    source = bytes(block.data[: bytes(block.data).index(b"\n")]).decode()
    assert benchmark(jsontext.tokens, source)


def test_views_of_texts(benchmark: BenchmarkFixture, block: Block, hits: Hits) -> None:
    texts = [leaf.text for unit in candidates(block, hits)[:200] for leaf in block.leaves(unit)]
    benchmark(lambda: [list(views.views(text)) for text in texts])


@pytest.mark.parametrize("name", RULES)
def test_find_of_one_rule(benchmark: BenchmarkFixture, detector: Detector, name: str) -> None:
    """On texts that hold a leak of it, since others seldom reach `find`."""
    matcher = next((m for m in detector.matchers if m.rule.id == name), None)
    if matcher is None:
        pytest.fail(f"no rule {name}: name another in RULES")
    texts = [f"{'lorem ipsum, ' * 40}{example.text}" for example in matcher.rule.leaks] * 20
    assert all(benchmark(lambda: [matcher.find(text) for text in texts]))


def test_block_to_findings(benchmark: BenchmarkFixture, detector: Detector, block: Block) -> None:
    assert benchmark(findings_of, detector, block)


def test_render_findings(benchmark: BenchmarkFixture, detector: Detector, block: Block) -> None:
    found = findings_of(detector, block)
    lines = benchmark(lambda: [orjson.dumps(record(finding)) for finding in found])
    assert len(lines) == len(found)
