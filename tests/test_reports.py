"""Reports: every format is a projection of one object, appears only when complete, and shows no value."""

from __future__ import annotations

import csv
import json
import os
import stat
from pathlib import Path as FilePath
from typing import Any

import jsonschema
import pyarrow.parquet as pq
import pytest

from leakscan.masking import shape
from leakscan.reports import FORMATS, About, format_of, open_report
from leakscan.reports.manifest import Manifest
from leakscan.reports.record import FLAT, flat, record, schema
from leakscan.reports.sarif import artifact_uri
from leakscan.reports.summary import Summary, at_or_above
from leakscan.reports.target import Target
from leakscan.types import Example, Finding, Gap, LeakscanError, Location, Outcome, Rule, Shard, Slice, Tally

VALUE = "0123-45-6701"
RULE = Rule(
    id="US_SSN",
    pack="pii",
    summary="US Social Security number",
    category="pii",
    entity="US_SSN",
    severity="high",
    confidence="medium",
    pattern="x",
    remediation="Tell [the] {person}.",
    references=("https://www.ssa.gov/",),
    leaks=(Example("x", ((0, 1),)),),
    clean=(),
    legal=("ssn",),
)
ABOUT = About("0.1.0", (RULE,), "sha256:00", "abcd0123")


def finding(number: int = 0, **changes: Any) -> Finding:
    at = {
        "uri": "data/train 1.jsonl",
        "member": None,
        "format": "jsonl",
        "record": number,
        "row_group": None,
        "pointer": "/messages/0/content",
        "decode": ("json",),
        "start": 10,
        "end": 22,
        "line": number + 1,
        "byte_start": 1822,
        "byte_end": 1834,
    }
    at.update({name: changes.pop(name) for name in list(changes) if name in at})
    fields: dict[str, Any] = {
        "fingerprint": f"{number:064x}",
        "rule": "US_SSN",
        "category": "pii",
        "entity": "US_SSN",
        "severity": "high",
        "confidence": "medium",
        "evidence": ("pattern", "context:ssn"),
        "preview": shape(VALUE),
        "length": len(VALUE),
        "context": "ssn 9999-99-9999 of",
        "data_elements": ("ssn",),
        "remediation": "Tell [the] {person}.",
    }
    return Finding(location=Location(**at), **(fields | changes))


def write(path: FilePath, format_: str, findings: list[Finding], about: About = ABOUT, step: int = 1) -> FilePath:
    report = open_report(str(path), format_, about)
    for start in range(0, len(findings), step):
        report.write(findings[start : start + step])
    report.close(["coverage.malformed: 1 place, such as a.jsonl, line [3]"])
    return path


def outcome(uri: str = "a.jsonl", index: int = 0, **changes: Any) -> Outcome:
    tally = Tally(format="jsonl", bytes=100, records=10, fields={"/text": None})
    for name in list(changes):
        if hasattr(tally, name):
            setattr(tally, name, changes.pop(name))
    return Outcome(Slice(Shard(uri, uri, 100), index), changes.pop("findings", []), tally, **changes)


# -- the object --------------------------------------------------------------------------------------------------


def test_the_record_has_the_keys_of_the_design_in_their_order() -> None:
    assert json.dumps(record(finding(12))) == (
        '{"schema": "leakscan/finding/1", "fingerprint": "' + f"{12:064x}" + '", "rule": "US_SSN", "category": "pii", '
        '"entity": "US_SSN", "severity": "high", "confidence": "medium", "evidence": ["pattern", "context:ssn"], '
        '"location": {"uri": "data/train 1.jsonl", "member": null, "format": "jsonl", "record": 12, "row_group": null, '
        '"pointer": "/messages/0/content", "decode": ["json"], "start": 10, "end": 22, "line": 13, '
        '"byte_start": 1822, "byte_end": 1834}, "value": {"preview": "9999-99-9999", "length": 12}, '
        '"context": "ssn 9999-99-9999 of", "person": null, "status": "new", "data_elements": ["ssn"], '
        '"remediation": "Tell [the] {person}."}'
    )


def test_records_obey_the_shipped_schema() -> None:
    validator = jsonschema.Draft202012Validator(schema())
    validator.check_schema(schema())
    nulls = dict.fromkeys(("record", "line", "byte_start", "byte_end"))
    for item in (finding(), finding(value=VALUE), finding(pointer="", decode=(), member="m", row_group=1, **nulls)):
        validator.validate(json.loads(json.dumps(record(item))))
    assert not validator.is_valid(record(finding(fingerprint="short")))
    assert not validator.is_valid(record(finding(pointer="no/slash")))


def test_flat_columns_are_the_record_opened_out() -> None:
    assert set(flat(finding())) == {name for name, _ in FLAT}
    assert set(flat(finding(value=VALUE))) == {name for name, _ in FLAT} | {"raw"}


# -- the formats -------------------------------------------------------------------------------------------------


def test_jsonl_is_one_record_a_line(tmp_path: FilePath) -> None:
    findings = [finding(n) for n in range(3)]
    lines = write(tmp_path / "f.jsonl", "jsonl", findings).read_text().splitlines()
    assert [json.loads(line) for line in lines] == [json.loads(json.dumps(record(f))) for f in findings]


def test_sarif_obeys_the_published_schema(tmp_path: FilePath) -> None:
    published = json.loads((FilePath(__file__).parent / "data/sarif-schema-2.1.0.json").read_bytes())
    nulls = dict.fromkeys(("record", "line", "byte_start", "byte_end"))
    findings = [finding(), finding(1, severity="low", rule="OTHER"), finding(2, pointer="", row_group=1, **nulls)]
    for case in ([], findings):
        log = json.loads(write(tmp_path / "f.sarif", "sarif", case).read_bytes())
        jsonschema.Draft4Validator(published).validate(log)
        assert len(log["runs"][0]["results"]) == len(case)


def test_a_sarif_result_names_rule_level_place_and_fingerprint_and_no_value(tmp_path: FilePath) -> None:
    log = json.loads(write(tmp_path / "f.sarif", "sarif", [finding(12, value=VALUE)]).read_bytes())
    run = log["runs"][0]
    result = run["results"][0]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["help"]["text"].startswith("Tell [the] {person}.")
    assert (result["ruleId"], result["level"]) == ("US_SSN", "error")
    assert result["message"] == {"text": "US Social Security number in /messages/0/content line 13"}
    assert result["partialFingerprints"] == {"leakscan/1": f"{12:064x}"}
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "data/train%201.jsonl"},
                "region": {"startLine": 13, "byteOffset": 1822, "byteLength": 12},
            },
            "logicalLocations": [{"fullyQualifiedName": "/messages/0/content", "kind": "value"}],
        }
    ]
    assert run["invocations"][0]["executionSuccessful"] is False
    note = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    assert note == "coverage.malformed: 1 place, such as a.jsonl, line \\[3\\]"
    assert VALUE not in json.dumps(log)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a b/ü#?.jsonl", "a%20b/%C3%BC%23%3F.jsonl"),
        ("/abs/x", "file:///abs/x"),
        ("s3://bucket/k 1", "s3://bucket/k%201"),
        ("c:x", "c%3Ax"),
        ("-", "-"),
    ],
)
def test_shard_names_become_uri_references(name: str, expected: str) -> None:
    assert artifact_uri(name) == expected


def test_csv_has_a_column_a_field(tmp_path: FilePath) -> None:
    with open(write(tmp_path / "f.csv", "csv", [finding(12)]), newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 1
    assert list(rows[0]) == [name for name, _ in FLAT]
    assert (rows[0]["evidence"], rows[0]["line"], rows[0]["row_group"]) == ("pattern;context:ssn", "13", "")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", " =", "\uff1d"])
def test_no_csv_cell_can_become_a_formula(tmp_path: FilePath, start: str) -> None:
    hostile = start + "cmd|' /C calc'!A0"
    with open(write(tmp_path / "f.csv", "csv", [finding(uri=hostile, context=hostile)]), newline="") as file:
        row = next(csv.DictReader(file))
    assert (row["uri"], row["context"]) == ("'" + hostile, "'" + hostile)


def test_parquet_holds_the_flat_rows(tmp_path: FilePath) -> None:
    findings = [finding(n) for n in range(3)]
    table = pq.read_table(write(tmp_path / "f.parquet", "parquet", findings))
    assert table.column_names == [name for name, _ in FLAT]
    listed = {name for name, kind in FLAT if kind == "list"}
    assert table.to_pylist() == [{k: list(v) if k in listed else v for k, v in flat(f).items()} for f in findings]


@pytest.mark.parametrize("format_", FORMATS)
def test_reports_do_not_depend_on_how_findings_arrive(
    tmp_path: FilePath, format_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leakscan.reports.parquet.BATCH", 3)
    findings = [finding(n) for n in range(8)]
    one, many = (write(tmp_path / f"{step}", format_, findings, step=step) for step in (1, 8))
    assert one.read_bytes() == many.read_bytes()


@pytest.mark.parametrize("format_", FORMATS)
def test_names_that_are_not_unicode_are_written_all_the_same(tmp_path: FilePath, format_: str) -> None:
    content = write(tmp_path / "f", format_, [finding(uri="bad\udcff.jsonl", member="\udcff")]).read_bytes()
    assert "bad\ufffd.jsonl" in content.decode("utf-8", "replace") or b"bad%EF%BF%BD.jsonl" in content


@pytest.mark.parametrize("format_", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("show", [False, True])
def test_values_stand_in_reports_only_when_asked_for(tmp_path: FilePath, format_: str, show: bool) -> None:
    about = About("0", (RULE,), "d", "k", show_values=show)
    path = write(tmp_path / "f", format_, [finding(value=VALUE if show else None)], about)
    content = json.dumps(pq.read_table(path).to_pylist()) if format_ == "parquet" else path.read_text()
    assert (VALUE in content) is show
    assert (stat.S_IMODE(path.stat().st_mode) == 0o600) is show


@pytest.mark.parametrize("format_", FORMATS)
def test_an_aborted_report_leaves_what_was_there(tmp_path: FilePath, format_: str) -> None:
    path = tmp_path / "f"
    path.write_text("before")
    report = open_report(str(path), format_, ABOUT)
    report.write([finding()])
    assert path.read_text() == "before"
    report.abort()
    assert [(item.name, item.read_text()) for item in tmp_path.iterdir()] == [("f", "before")]


def test_a_report_through_a_symlink_replaces_what_it_points_to(tmp_path: FilePath) -> None:
    (tmp_path / "real").write_text("before")
    (tmp_path / "link").symlink_to("real")
    write(tmp_path / "link", "jsonl", [])
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == ""


def test_what_is_no_regular_file_is_written_directly() -> None:
    target = Target(os.devnull)
    target.file.write(b"x")
    target.commit()
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_a_folder_that_is_not_there_is_an_error_that_names_it(tmp_path: FilePath) -> None:
    with pytest.raises(LeakscanError, match=r"none/f\.jsonl: cannot be written: No such file"):
        Target(str(tmp_path / "none" / "f.jsonl"))


@pytest.mark.parametrize(
    ("name", "default", "expected"),
    [("a.jsonl", "", "jsonl"), ("A.SARIF", "csv", "sarif"), ("x.parquet", "", "parquet"), ("-", "csv", "csv")],
)
def test_the_format_comes_from_the_ending(name: str, default: str, expected: str) -> None:
    assert format_of(name, default) == expected


def test_an_ending_that_says_nothing_is_refused() -> None:
    with pytest.raises(LeakscanError, match=r"report\.txt: the ending names no report format"):
        format_of("report.txt")


# -- the manifest ------------------------------------------------------------------------------------------------


def test_the_manifest_has_a_line_a_shard_and_the_totals(tmp_path: FilePath) -> None:
    path = tmp_path / "m.jsonl"
    manifest = Manifest(Target(str(path)), ABOUT)
    gap = Gap("coverage.malformed", "line 3", "not JSON")
    manifest.add(outcome("a.jsonl", findings=[finding()], hidden=2))
    manifest.add(outcome("a.jsonl", 1, fields={"/text": None, "/id": None}, gaps=[gap, gap]))
    manifest.add(
        outcome("b.jsonl", unread=True, bytes=0, records=0, fields={}, gaps=[Gap("coverage.missing", "", "x")])
    )
    manifest.add(outcome("c.jsonl", notes=["latin-1"]))
    manifest.close()
    shard = {
        "uri": "a.jsonl",
        "member": None,
        "format": "jsonl",
        "bytes": 200,
        "records": 20,
        "calm": [],
        "columns": [],
    }
    none = {"bytes": 0, "records": 0, "fields": []}
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        shard
        | {
            "fields": ["/text", "/id"],
            "calm": ["/id"],
            "status": "partial",
            "coverage": [{"kind": "coverage.malformed", "at": "line 3", "detail": "not JSON"}],
            "notes": [],
        },
        shard
        | none
        | {
            "uri": "b.jsonl",
            "status": "unread",
            "coverage": [{"kind": "coverage.missing", "at": "", "detail": "x"}],
            "notes": [],
        },
        shard
        | {
            "uri": "c.jsonl",
            "bytes": 100,
            "records": 10,
            "fields": ["/text"],
            "status": "scanned",
            "coverage": [],
            "notes": ["latin-1"],
        },
        {
            "totals": {
                "shards": 3,
                "scanned": 1,
                "partial": 1,
                "unread": 1,
                "bytes": 300,
                "records": 30,
                "findings": {"critical": 0, "high": 1, "medium": 0, "low": 0},
                "hidden": 2,
                "coverage": {"coverage.malformed": 1, "coverage.missing": 1},
            },
            "tool": {"name": "leakscan", "version": "0.1.0"},
            "digests": {"rules": "sha256:00"},
            "key_id": "abcd0123",
        },
    ]


def test_a_crashed_slice_is_in_the_manifest_even_without_a_gap(tmp_path: FilePath) -> None:
    manifest = Manifest(Target(str(tmp_path / "m")), ABOUT)
    manifest.add(outcome(crash="ValueError at a.py:1 in f"))
    manifest.close()
    line = json.loads((tmp_path / "m").read_text().splitlines()[0])
    assert line["coverage"] == [{"kind": "coverage.crash", "at": "slice 0", "detail": "ValueError at a.py:1 in f"}]
    assert line["status"] == "partial"


# -- the summary -------------------------------------------------------------------------------------------------


def summary_of(*outcomes: Outcome, about: About = ABOUT) -> str:
    summary = Summary(about)
    for item in outcomes:
        summary.add(item)
    return "\n".join(summary.lines(["data dir"]))


def test_the_summary_says_what_where_what_not_and_what_next() -> None:
    text = summary_of(
        outcome("a.jsonl", findings=[finding(12, uri="a.jsonl")], hidden=3),
        outcome("b.jsonl", unread=True, gaps=[Gap("coverage.missing", "", "no such file")], bytes=0, records=0),
    )
    assert text == (
        "leakscan 0.1.0: 1 finding in 1 shard; read 2 shards, 100 bytes, 10 records. INCOMPLETE: see Not covered.\n"
        "critical 0  high 1  medium 0  low 0\n"
        "\n"
        "By rule\n"
        "          1  high      US_SSN                         US Social Security number\n"
        "\n"
        "By shard\n"
        "          1  a.jsonl\n"
        "\n"
        "Gravest (one place a value)\n"
        "  high     medium  US_SSN                        9999-99-9999\n"
        "                   a.jsonl:13 /messages/0/content\n"
        "\n"
        "3 below the shown confidence are not listed; --min-confidence low shows them.\n"
        "\n"
        "Not covered\n"
        "  coverage.missing         1 place\n"
        "      b.jsonl: no such file\n"
        "\n"
        "Next\n"
        "  leakscan rules show US_SSN                        # what it is and what to do about it\n"
        "  leakscan scan 'data dir' -o findings.jsonl -o findings.sarif\n"
        "      # every place, for a script and for a code-scanning dashboard\n"
        "  leakscan scan 'data dir' --manifest manifest.jsonl\n"
        "      # the full list of what was not covered, and why"
    )


def test_a_clean_scan_says_so_and_how_to_prove_it() -> None:
    assert summary_of(outcome()) == (
        "leakscan 0.1.0: nothing found; read 1 shard, 100 bytes, 10 records.\n"
        "\n"
        "Next\n"
        "  leakscan scan 'data dir' --manifest manifest.jsonl  # proof of what was covered"
    )


def test_the_summary_does_not_propose_what_was_done() -> None:
    summary = Summary(ABOUT)
    summary.add(outcome(findings=[finding()], gaps=[Gap("coverage.missing", "", "x")]))
    text = "\n".join(summary.lines(["x"], reported=True, accounted=True))
    assert (
        text.split("Next\n")[1]
        == "  leakscan rules show US_SSN                        # what it is and what to do about it"
    )


def test_the_gravest_ten_are_by_severity_then_confidence_then_first_seen_each_value_once() -> None:
    low = [finding(n, severity="low") for n in range(30)]
    worse = [
        finding(100, severity="critical", line=100),
        finding(101, severity="critical", confidence="high", line=101),
    ]
    again = [finding(100, severity="critical", line=200)]
    text = summary_of(outcome(findings=low + worse + again))
    lines = text.split("Gravest")[1].split("\n\n")[0].splitlines()[2::2]
    places = [line.strip().split(":")[1].split(" ")[0] for line in lines]
    assert places == ["101", "100", "1", "2", "3", "4", "5", "6", "7", "8"]


def test_the_summary_fits_a_terminal_and_cannot_be_rewritten_by_a_record() -> None:
    hostile = "x" * 300 + "\x1b[2J\u202e\r"
    item = finding(uri=hostile, pointer="/" + hostile, rule="R" * 60)
    gap = Gap("coverage.malformed", "line 1\x1b[0m", "d" * 300)
    text = summary_of(outcome(hostile, findings=[item], gaps=[gap] * 9))
    assert max(map(len, text.splitlines()[:-5])) <= 106
    assert all(line.isprintable() for line in text.split("\n"))
    assert "… and 6 more" in text


def test_shards_with_findings_are_counted_and_the_ten_worst_named() -> None:
    summary = Summary(ABOUT)
    for number in range(14):
        summary.add(outcome(f"s{number:02d}", findings=[finding(n) for n in range(number)]))
    text = "\n".join(summary.lines(["x"]))
    assert "91 findings in 13 shards" in text
    listed = text.split("By shard\n")[1].split("\n\n")[0].splitlines()
    assert [line.split()[-1] for line in listed[:-1]] == [f"s{n:02d}" for n in range(13, 3, -1)]
    assert listed[-1].strip() == "… and 3 more shards"


def test_severities_at_or_above_a_floor_are_counted() -> None:
    counts = {"low": 1, "medium": 2, "high": 4, "critical": 8}
    assert [at_or_above(counts, floor) for floor in counts] == [15, 14, 12, 8]
