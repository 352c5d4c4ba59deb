"""The Python interface finds what the command line finds, wherever the data are."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Any

import pyarrow as pa
import pytest

import leakscan
from leakscan.types import Finding

SSN = "536-22-" + "8734"
RECORDS: list[Any] = [
    {"text": "nothing"},
    {"worker": {"ssn": SSN}, 1: "a number for a name"},
    [f"ssn {SSN}", {"arguments": json.dumps({"note": f"ssn\n{SSN}"})}],
    f"ssn {SSN} \ud800",
    {"big": 2**80, "bytes": f"ssn {SSN}".encode(), "money": Decimal("1.5"), "nan": float("nan")},
]


@pytest.fixture(scope="module")
def scanner() -> leakscan.Scanner:
    return leakscan.Scanner(packs=["pii"], key="test")


def places(found: Any) -> list[tuple[int | None, str, int, int]]:
    return [(f.location.record, f.location.pointer, f.location.start, f.location.end) for f in found]


def test_every_name_of_the_interface_is_there() -> None:
    assert [name for name in leakscan.__all__ if not hasattr(leakscan, name)] == []
    assert leakscan.Finding is Finding
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        leakscan.nothing  # noqa: B018


def test_a_text_gives_findings_by_code_point(scanner: leakscan.Scanner) -> None:
    (found,) = scanner.scan_text(f'"😀" ssn\n{SSN}', uri="note")
    at = found.location
    assert (found.rule, at.uri, at.format, at.record, at.line, at.byte_start) == (
        "US_SSN",
        "note",
        "text",
        None,
        None,
        None,
    )
    assert places([found]) == [(None, "", 8, 19)]


def test_records_give_record_and_pointer(scanner: leakscan.Scanner) -> None:
    assert places(scanner.scan_records(RECORDS)) == [
        (1, "/worker/ssn", 0, 11),
        (2, "/0", 4, 15),
        (2, "/1/arguments/note", 4, 15),
        (3, "", 4, 15),
        (4, "/bytes", 4, 15),
    ]
    assert scanner.gaps == []


def test_record_numbers_go_on_across_batches(scanner: leakscan.Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = places(scanner.scan_records(RECORDS * 3))
    monkeypatch.setattr("leakscan.api._BATCH", 2)
    assert places(scanner.scan_records(iter(RECORDS * 3))) == whole


def test_a_table_gives_rows_and_columns_in_any_chunks(scanner: leakscan.Scanner) -> None:
    table = pa.table({"n": range(6), "worker": [{"ssn": SSN if n in (1, 4) else None} for n in range(6)]})
    chunked = pa.Table.from_batches(table.to_batches(max_chunksize=2))
    for case in (table, chunked):
        assert places(scanner.scan_table(case)) == [(1, "/worker/ssn", 0, 11), (4, "/worker/ssn", 0, 11)]
    assert scanner.gaps == []


def test_a_scan_of_paths_gives_findings_and_then_its_gaps(tmp_path: FilePath) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(RECORDS[1], default=str))
    missing = tmp_path / "missing.jsonl"
    scan = leakscan.scan([tmp_path / "a.jsonl", str(missing)], packs=["pii"], key="test")
    assert places(scan) == [(0, "/worker/ssn", 0, 11)]
    assert [(uri, gap.kind) for uri, gap in scan.gaps] == [(str(missing), "coverage.missing")]
    assert places(leakscan.scan(tmp_path, packs=["pii"])) == [(0, "/worker/ssn", 0, 11)]


def test_the_key_decides_the_fingerprint_and_show_values_the_value(scanner: leakscan.Scanner) -> None:
    other = leakscan.Scanner(packs=["pii"], key="other", show_values=True)
    (first,), (second,) = scanner.scan_text(f"ssn {SSN}"), other.scan_text(f"ssn {SSN}")
    assert first.fingerprint != second.fingerprint
    assert (first.value, second.value) == (None, SSN)
    assert leakscan.record(second)["value"]["raw"] == SSN


def test_a_wrong_argument_is_named() -> None:
    with pytest.raises(leakscan.LeakscanError, match="--min-confidence sure: one of low, medium, high"):
        leakscan.Scanner(min_confidence="sure")
    with pytest.raises(leakscan.RuleError, match="no such pack"):
        leakscan.scan("x", packs=["nosuch"]).__iter__().__next__()
