"""Fields that hold personal data by nature: told from what was found in them, and from how annotation tools name them."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from functools import cache
from pathlib import Path as FilePath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leakscan import scanning, schema
from leakscan.detect import Detector
from leakscan.types import Column, Finding, Outcome, Policy

ROWS = 200


def email(number: int) -> str:
    return f"mara.karlsen{number}@fjordmail.no"


POLICY = Policy(key=b"k", packs=("pii",))


@cache
def detector() -> Detector:
    return scanning.detector(POLICY)


def run(path: FilePath, **about: Any) -> list[Outcome]:
    return list(scanning.run([str(path)], replace(POLICY, **about), None, detector()))


def scan(path: FilePath, **about: Any) -> tuple[list[Finding], list[Column]]:
    outcomes = run(path, **about)
    return [f for outcome in outcomes for f in outcome.findings], [c for outcome in outcomes for c in outcome.columns]


def lines(path: FilePath, records: list[Any]) -> FilePath:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def workers(path: FilePath) -> FilePath:
    """Every record has its worker's address; one has another's in its free text."""
    records = [{"text": f"label {n}", "worker": {"mail": [email(n)]}} for n in range(ROWS)]
    records[7]["text"] = f"ask {email(999)} about this"
    return lines(path, records)


def test_a_field_full_of_one_entity_is_named_with_its_counts(tmp_path: FilePath) -> None:
    found, columns = scan(workers(tmp_path / "a.jsonl"))
    assert len(found) == ROWS + 1
    assert columns == [Column("/worker/mail/*", "EMAIL_ADDRESS", found[0].severity, ROWS, ROWS)]


def test_once_reports_the_field_once_and_its_outliers_as_ever(tmp_path: FilePath) -> None:
    found, _ = scan(workers(tmp_path / "a.jsonl"), columns="once")
    assert [(f.rule, f.location.pointer, f.location.record) for f in found] == [
        ("EMAIL_ADDRESS", "/text", 7),
        ("PII_COLUMN", "/worker/mail/*", None),
    ]
    assert found[-1].evidence == ("column:EMAIL_ADDRESS", f"records:{ROWS}", f"of:{ROWS}")


def test_a_field_that_only_mentions_people_is_none(tmp_path: FilePath) -> None:
    _, columns = scan(lines(tmp_path / "a.jsonl", [{"text": f"write to {email(n)} soon"} for n in range(ROWS)]))
    assert columns == []


@pytest.mark.parametrize("share", [0.85, 0.95])
def test_nine_in_ten_records_make_a_field_personal(tmp_path: FilePath, share: float) -> None:
    records = [{"by": email(n) if n < share * ROWS else "nobody"} for n in range(ROWS)]
    _, columns = scan(lines(tmp_path / "a.jsonl", records))
    assert [column.records for column in columns] == ([round(share * ROWS)] if share > schema.SHARE else [])


def test_few_records_say_nothing(tmp_path: FilePath) -> None:
    _, columns = scan(lines(tmp_path / "a.jsonl", [{"by": email(n)} for n in range(schema.FEWEST - 1)]))
    assert columns == []


def test_a_parquet_column_is_a_field(tmp_path: FilePath) -> None:
    table = pa.table({"annotator_email": [email(n) for n in range(ROWS)], "text": ["fine"] * ROWS})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=ROWS // 4)
    found, columns = scan(tmp_path / "a.parquet", columns="once")
    assert [(column.field, column.records, column.of) for column in columns] == [("/annotator_email", ROWS, ROWS)]
    assert [f.rule for f in found] == ["PII_COLUMN"]


def test_columns_are_the_same_for_any_slices(tmp_path: FilePath, monkeypatch: pytest.MonkeyPatch) -> None:
    shard = workers(tmp_path / "a.jsonl")
    whole = scan(shard)
    monkeypatch.setattr(scanning, "SPLIT", 1)
    monkeypatch.setattr("leakscan.formats.jsonl.SLICE", 1 << 11)
    assert scan(shard) == whole
    folded, columns = scan(shard, columns="once")
    assert columns == whole[1]
    assert [f.location.pointer for f in folded if f.rule == "PII_COLUMN"] == ["/worker/mail/*"]


def test_each_shard_has_its_own_columns(tmp_path: FilePath) -> None:
    workers(tmp_path / "a.jsonl")
    lines(tmp_path / "b.jsonl", [{"text": "nobody"}] * ROWS)
    assert [bool(outcome.columns) for outcome in run(tmp_path)] == [True, False]


WORKER = "A2K9" + "ZQ7LMNP4T"
EXPORTS = {
    "Label Studio": {
        "id": 1,
        "data": {"text": "x"},
        "annotations": [{"completed_by": 17, "lead_time": 9.4, "result": [{"value": {"choices": ["a"]}}]}],
    },
    "Label Studio (JSON-MIN)": {"text": "x", "annotator": 3, "annotation_id": 12, "lead_time": 4.1, "choice": "a"},
    "doccano": {"id": 1, "text": "x", "annotations": [{"label": 2, "user": 5}], "annotation_approver": "karlsen"},
    "Argilla": {"text": "x", "responses": {"quality": [{"value": 3, "user_id": "mara"}]}},
    "Prodigy": {"text": "x", "_task_hash": 77, "_annotator_id": "ner-mara", "_session_id": "ner-mara"},
    "CVAT": {"name": "t", "assignee": {"username": "mara", "first_name": "Mara"}, "overlap": 0},
    "Labelbox": {"projects": {"p1": {"labels": [{"label_details": {"created_by": email(1)}}]}}},
    "SageMaker Ground Truth": {"answers": [{"workerId": "w-1", "timeSpentInSeconds": 12.5}]},
    "Toloka": {"INPUT:image": "u", "OUTPUT:result": "cat", "ASSIGNMENT:worker_id": "w-1"},
    "Appen": {"_unit_id": 1, "_worker_id": 44, "_trust": 0.9, "_ip": "-", "_city": "Nakuru"},
    "Mechanical Turk": {"HITId": "h", "AssignmentId": "a", "WorkerId": WORKER, "Answer.label": "cat"},
    "Prolific": {"Submission id": "s", "Participant id": "p", "Age": 31, "Nationality": "Kenya"},
}


@pytest.mark.parametrize("name", EXPORTS)
def test_exports_of_annotation_tools_are_known_by_their_fields(tmp_path: FilePath, name: str) -> None:
    _, columns = scan(lines(tmp_path / "a.jsonl", [EXPORTS[name]] * 3))
    assert {column.export for column in columns} == {name}
    assert any(column.entity in ("WORKER_ID", "EMAIL_ADDRESS") for column in columns)


def test_every_known_export_is_tested() -> None:
    assert [export.name for export in schema.EXPORTS] == list(EXPORTS)


def test_a_table_with_a_name_in_common_is_no_export(tmp_path: FilePath) -> None:
    for number, record in enumerate([{"annotator": 3, "text": "x"}, {"WorkerId": 1, "shift": 2}, {"Age": 3}]):
        assert scan(lines(tmp_path / f"{number}.jsonl", [record] * 3))[1] == []


def test_a_csv_export_is_known(tmp_path: FilePath) -> None:
    with (tmp_path / "batch.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, EXPORTS["Mechanical Turk"])
        writer.writeheader()
        writer.writerows([EXPORTS["Mechanical Turk"]] * 5)
    _, columns = scan(tmp_path / "batch.csv")
    assert ("/WorkerId", "Mechanical Turk") in [(column.field, column.export) for column in columns]


def test_a_word_that_ends_its_value_is_whole_though_the_next_value_goes_on(tmp_path: FilePath) -> None:
    ssn = "536" + "22" + "8734"
    values = ["xxx", f"ssn {ssn} yes"] * 900  # in the column's buffer: …xxxssn 536…
    pq.write_table(pa.table({"t": values}), tmp_path / "a.parquet", use_dictionary=False)
    found, _ = scan(tmp_path / "a.parquet")
    assert len([f for f in found if f.rule == "US_SSN_PLAIN" and f.location.record is not None]) == 900
