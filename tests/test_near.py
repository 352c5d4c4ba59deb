"""Texts are examined only near what the engine hits in them: the same findings as on all of the text."""

from __future__ import annotations

import random

import pytest

from leakscan.detect import Detector
from leakscan.scanning import detector, scan_slice
from leakscan.types import Policy, Shard, Slice

FILLER = ["It was late, he said.", "Überall dasselbe, schrieb er; 日本語 auch.", "x = foo(bar, 12) % 7", "%41&amp;", ""]


@pytest.mark.parametrize("seed", range(2))
def test_findings_near_hits_are_those_of_the_whole_text(seed: int, tmp_path, monkeypatch) -> None:
    scanner = detector(Policy(key=b"k", min_confidence="low"))
    draw = random.Random(seed)
    parts = [example.text for rule in scanner.rules for example in (*rule.leaks, *rule.weak, *rule.clean)]
    parts = draw.sample(parts, 400)
    gap = " ".join if seed % 2 else "\n".join
    text = gap(part + gap(draw.choices(FILLER, k=draw.choice([0, 1, 3, 80]))) for part in parts)
    file = tmp_path / "x.txt"
    file.write_text(text, "utf-8")
    shard = Slice(Shard("x.txt", str(file), 0))
    near = scan_slice(scanner, shard).findings
    monkeypatch.setattr(
        Detector, "_find", lambda self, rule, text, path, _points, _tally: self.matchers[rule].find(text, path)
    )
    assert len(near) > 50
    assert near == scan_slice(scanner, shard).findings
