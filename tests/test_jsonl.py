"""JSON Lines: every line is held against the grammar, whether or not anything was found in it."""

from __future__ import annotations

import io

import pytest

from leakscan.formats import jsonl
from leakscan.types import Policy, Shard, Slice, Tally


@pytest.mark.parametrize("block_size", [1, 16, 1 << 20])
def test_a_line_that_only_looks_like_a_record_is_named_malformed(block_size: int) -> None:
    data = b'{"a": 1}\n{"a": 1,}\n\n{"a": NaN}\n{"a": 1},{"b": 2}\n{"a": "\xff"}\n[1]\n'
    tally = Tally()
    for _ in jsonl.blocks(io.BytesIO(data), Slice(Shard("u", "u", len(data))), Policy(block_size=block_size), tally):
        pass
    assert [(gap.kind, gap.at) for gap in tally.gaps] == [
        ("coverage.malformed", "record 1"),
        ("coverage.malformed", "record 4"),
        ("coverage.malformed", "record 5"),
    ]
    assert tally.records == 7


def test_lines_that_only_together_look_like_records_are_malformed() -> None:
    data = b"[1\n2]\n3,4\n"
    tally = Tally()
    for _ in jsonl.blocks(io.BytesIO(data), Slice(Shard("u", "u", len(data))), Policy(), tally):
        pass
    assert [gap.at for gap in tally.gaps] == ["record 0", "record 1", "record 2"]
