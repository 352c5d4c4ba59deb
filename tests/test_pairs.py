"""An identifier and its secret in one record name each other."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path as FilePath

import pytest

from leakscan import rules, scanning
from leakscan.detect import Detector
from leakscan.types import Finding, Policy

RULES = {rule.id: rule for rule in rules.load(rules.sources())}
PAIRED = [(rule.id, other) for rule in RULES.values() for other in rule.pair]


def example(rule_id: str) -> tuple[str, str]:
    """The text of a leak of a rule, and the leak in it."""
    leak = next(leak for leak in RULES[rule_id].leaks if not leak.path)
    start, end = leak.spans[0]
    return leak.text, leak.text[start:end]


@cache
def detector() -> Detector:
    return scanning.detector(Policy(key=b"k", packs=("secrets",)))


def scan(path: FilePath) -> list[Finding]:
    scanner = detector()
    return [f for outcome in scanning.run([str(path)], scanner.policy, None, scanner) for f in outcome.findings]


def pairs(findings: list[Finding]) -> dict[str, list[str]]:
    return {f.rule: [e.split(":")[1] for e in f.evidence if e.startswith("pair:")] for f in findings}


SECRET, ID = "aws-secret-access-key", "aws-access-key-id"


def test_every_pair_names_rules_that_exist() -> None:
    assert PAIRED
    assert [(rule, other) for rule, other in PAIRED if other not in RULES] == []


def test_partners_in_one_record_name_each_other_and_are_sure(tmp_path: FilePath) -> None:
    shard = tmp_path / "a.jsonl"
    shard.write_text(json.dumps({"id": example(ID)[0], "config": [{"note": example(SECRET)[0]}]}) + "\n")
    found = scan(shard)
    by_rule = {f.rule: f for f in found}
    assert pairs(found) == {ID: [SECRET], SECRET: [ID]}
    assert {f.confidence for f in found} == {"high"}
    assert by_rule[ID].evidence[-1] == f"pair:{SECRET}:{by_rule[SECRET].fingerprint[:12]}"


def test_partners_in_different_records_are_strangers(tmp_path: FilePath) -> None:
    shard = tmp_path / "a.jsonl"
    shard.write_text("".join(json.dumps({"text": example(rule)[0]}) + "\n" for rule in (ID, SECRET)))
    assert pairs(scan(shard)) == {ID: [], SECRET: []}


@pytest.mark.parametrize(("between", "paired"), [(1, True), (60, False)])
def test_in_a_text_partners_stand_close(tmp_path: FilePath, between: int, paired: bool) -> None:
    shard = tmp_path / "notes.txt"
    shard.write_text(example(ID)[0] + "\n" * between + example(SECRET)[0] + "\n")
    assert pairs(scan(shard)) == {ID: [SECRET] * paired, SECRET: [ID] * paired}
