"""A scan as a whole: slices put together again."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path as FilePath
from typing import Any

import pytest

from leakscan import scanning
from leakscan.formats import jsonl
from leakscan.types import Block, Policy, Slice

SSN = "536-22-" + "8734"


def raises(part: Slice) -> None:
    raise ArithmeticError(part.shard.uri)


def dies(part: Slice) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(("end", "jobs"), [(raises, 1), (raises, 2), (dies, 2)])
def test_records_behind_a_slice_that_crashed_keep_their_numbers(
    tmp_path: FilePath, monkeypatch: pytest.MonkeyPatch, end: Callable[[Slice], None], jobs: int
) -> None:
    read = jsonl.blocks

    def blocks(stream: Any, part: Slice, policy: Policy, tally: Any) -> Iterator[Block]:
        if part.index == 1:
            end(part)
        return read(stream, part, policy, tally)

    shard = tmp_path / "a.jsonl"
    shard.write_text("".join(json.dumps({"ssn": SSN, "n": n}) + "\n" for n in range(200)))
    monkeypatch.setattr(jsonl, "blocks", blocks)
    monkeypatch.setattr(jsonl, "SLICE", 1000)
    monkeypatch.setattr(scanning, "SPLIT", 1000)
    outcomes = list(scanning.run([str(shard)], Policy(packs=("pii",), key=b"k", jobs=jobs)))
    assert [bool(outcome.crash) for outcome in outcomes] == [False, True, *[False] * (len(outcomes) - 2)]
    found = [finding.location for outcome in outcomes for finding in outcome.findings]
    first = len(outcomes[0].findings)
    assert [(at.record, at.line) for at in found[:first]] == [(n, n + 1) for n in range(first)]
    behind = len(found) - first
    assert (first > 10, behind > 50) == (True, True)
    assert [(at.record, at.line) for at in found[first:]] == [(n, n + 1) for n in range(200 - behind, 200)]
