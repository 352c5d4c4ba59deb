"""The fast engine returns what the reference scanner returns: the test that licenses every optimisation."""

from __future__ import annotations

import io
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leakscan import reference
from leakscan.detect import Detector
from leakscan.engine import Engine
from leakscan.formats import jsonl
from leakscan.types import Finding, Policy, Rule, Shard, Slice, Tally
from tests.toys import POLICY, RULES, shards

relaxed = settings(
    max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def fast(detector: Detector, data: bytes, policy: Policy) -> list[Finding]:
    tally = Tally(format="jsonl")
    part = Slice(Shard("u", "u", len(data)), 0, 0, None, "jsonl")
    found: list[Finding] = []
    for block in jsonl.blocks(io.BytesIO(data), part, policy, tally):
        found += detector.findings(block, "u", tally)[0]
    return found


def slow(rules: list[Rule], data: bytes) -> list[Finding]:
    return reference.scan(rules, POLICY, reference.jsonl(data), "u", "jsonl")


TOY = Detector(RULES, POLICY, Engine(RULES))


@relaxed
@given(shards(), st.sampled_from([1, 2, 7, 64, 1 << 20]))
def test_fast_equals_reference_on_json_lines_with_toy_rules(data: bytes, block_size: int) -> None:
    assert fast(TOY, data, replace(POLICY, block_size=block_size)) == slow(RULES, data)
