"""The command line: what scripts and people rely on: exit codes, where output goes, and that no value is in it."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import termios
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

import pyarrow.parquet as pq
import pytest

from leakscan import __version__
from leakscan.__main__ import main
from leakscan.commands.rules import logic
from leakscan.rules import load, shipped
from leakscan.types import Outcome, Shard, Slice, Tally

SSN = "536-22-" + "8734"
MAIL = "maria.oliveira@northwind-annotators.com"
CARD = "40000566" + "55665556"
LEAK = {"text": f"my ssn is {SSN} and my mail {MAIL}", "n": 1}
ROOT = FilePath(__file__).parent.parent
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> FilePath:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def data(tmp_path: FilePath, monkeypatch: pytest.MonkeyPatch, cache: FilePath) -> FilePath:
    """A folder to work in, with a shard that leaks and one that does not."""
    monkeypatch.setenv("LEAKSCAN_KEY", "test")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "leaky.jsonl").write_text("\n".join(json.dumps(row) for row in ({"text": "hello"}, LEAK)) + "\n")
    (tmp_path / "clean.jsonl").write_text('{"text": "nothing to see"}\n')
    return tmp_path


@pytest.fixture
def run(data: FilePath, capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """The command in this process: exit code, standard output, standard error."""
    handler = signal.getsignal(signal.SIGTERM)

    def call(*args: str) -> tuple[int, str, str]:
        capfd.readouterr()
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.simplefilter("ignore", ResourceWarning)
            code = main(args)
        out, err = capfd.readouterr()
        return code, out, err

    yield call
    signal.signal(signal.SIGTERM, handler)


def command(*args: str, **options: Any) -> subprocess.Popen[bytes]:
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-m", "leakscan", *args], env=env, **options)


# -- exit codes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["clean.jsonl"], 0),
        (["leaky.jsonl"], 1),
        (["leaky.jsonl", "clean.jsonl"], 1),
        (["leaky.jsonl", "--fail-on", "critical", "--pack", "confidential"], 0),
        (["leaky.jsonl", "--fail-on", "critical"], 1),
        (["missing.jsonl"], 3),
        (["leaky.jsonl", "missing.jsonl"], 1),
        (["clean.jsonl", "missing.jsonl"], 3),
        (["leaky.jsonl", "missing.jsonl", "--pack", "secrets"], 3),
        ([], 2),
        (["clean.jsonl", "--no-such-flag"], 2),
        (["clean.jsonl", "--pack", "nosuch"], 2),
        (["clean.jsonl", "--rules", "nosuch.toml"], 2),
        (["clean.jsonl", "--jobs", "0"], 2),
        (["clean.jsonl", "--fail-on", "dire"], 2),
        (["clean.jsonl", "-o", "report.txt"], 2),
        (["clean.jsonl", "-o", "nosuch/f.jsonl"], 2),
        (["clean.jsonl", "-o", "a.jsonl", "-o", "a.jsonl"], 2),
        (["s3://bucket/key"], 2),
    ],
)
def test_the_exit_code_says_what_the_scan_came_to(run: Run, args: list[str], code: int) -> None:
    assert run("scan", *args)[0] == code


def test_findings_below_the_threshold_do_not_hide_that_the_scan_was_incomplete(run: Run, data: FilePath) -> None:
    (data / "mail.jsonl").write_text(json.dumps({"text": f"mail {MAIL}"}))
    assert run("scan", "mail.jsonl", "--fail-on", "critical")[0] == 0
    assert run("scan", "mail.jsonl", "missing", "--fail-on", "critical")[0] == 3


def test_the_version_is_the_packages(run: Run) -> None:
    assert run("--version") == (0, f"leakscan {__version__}\n", "")


@pytest.mark.parametrize("args", [["--help"], ["scan", "--help"], ["rules", "--help"], ["rules", "test", "-h"]])
def test_help_is_no_error(run: Run, args: list[str]) -> None:
    code, out, err = run(*args)
    assert (code, out.startswith("Usage: leakscan"), err) == (0, True, "")


# -- where output goes -------------------------------------------------------------------------------------------


def test_a_pipe_gets_json_lines_and_nothing_else(run: Run) -> None:
    code, out, err = run("scan", "leaky.jsonl")
    found = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (1, "")
    assert [(f["rule"], f["location"]["line"], f["location"]["pointer"]) for f in found] == [
        ("US_SSN", 2, "/text"),
        ("EMAIL_ADDRESS", 2, "/text"),
    ]


def test_a_pipe_is_told_on_standard_error_that_the_scan_was_incomplete(run: Run) -> None:
    assert run("scan", "missing") == (3, "", "leakscan: INCOMPLETE; --manifest FILE lists what was not read, and why\n")
    assert run("scan", "missing", "-q") == (3, "", "")


def test_files_get_reports_and_people_the_summary(run: Run, data: FilePath) -> None:
    code, out, err = run("scan", "leaky.jsonl", "-o", "a.jsonl", "-o", "b.sarif", "-o", "c.csv", "-o", "d.parquet")
    assert (code, err) == (1, "")
    assert out.startswith(f"leakscan {__version__}: 2 findings in 1 shard; read 1 shard")
    assert len((data / "a.jsonl").read_text().splitlines()) == 2
    assert len(json.loads((data / "b.sarif").read_text())["runs"][0]["results"]) == 2
    assert len((data / "c.csv").read_text().splitlines()) == 3
    assert pq.read_table(data / "d.parquet").num_rows == 2


def test_the_summary_gives_way_where_standard_output_is_a_report(run: Run) -> None:
    code, out, err = run("scan", "leaky.jsonl", "-o", "-")
    assert [json.loads(line)["rule"] for line in out.splitlines()] == ["US_SSN", "EMAIL_ADDRESS"]
    assert err.startswith(f"leakscan {__version__}: 2 findings")
    assert run("scan", "leaky.jsonl", "-o", "-", "--quiet")[2] == ""
    assert code == 1


def test_format_says_what_standard_output_is(run: Run) -> None:
    assert run("scan", "leaky.jsonl", "--format", "csv")[1].startswith("fingerprint,rule,category,")
    assert run("scan", "leaky.jsonl", "--format", "summary")[1].startswith("leakscan ")
    assert json.loads(run("scan", "leaky.jsonl", "--format", "sarif")[1])["version"] == "2.1.0"


def test_format_says_what_a_file_without_a_telling_name_is(run: Run, data: FilePath) -> None:
    assert run("scan", "leaky.jsonl", "-o", "report", "--format", "csv")[0] == 1
    assert (data / "report").read_text().startswith("fingerprint,")


def test_quiet_leaves_the_exit_code_and_the_files(run: Run, data: FilePath) -> None:
    assert run("scan", "leaky.jsonl", "-q", "-o", "f.jsonl", "--manifest", "m.jsonl") == (1, "", "")
    assert [len((data / name).read_text().splitlines()) for name in ("f.jsonl", "m.jsonl")] == [2, 2]


def on_terminal(*args: str, stream: str) -> tuple[int, bytes]:
    """The exit code, and what the command writes to the terminal that `stream` is."""
    parent, child = pty.openpty()
    termios.tcsetwinsize(child, (24, 80))
    rest = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: child}
    process = command(*args, **rest)
    os.close(child)
    shown = b""
    try:
        while chunk := os.read(parent, 4096):
            shown += chunk
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(parent)
    return process.wait(), shown


def test_a_terminal_gets_the_summary_in_colour(data: FilePath) -> None:
    code, shown = on_terminal("scan", "leaky.jsonl", stream="stdout")
    assert code == 1
    assert shown.startswith(b"leakscan ")
    assert b"\x1b[" in shown
    assert b'{"schema"' not in shown
    assert SSN.encode() not in shown


def test_a_terminal_gets_progress_and_it_shows_no_value(data: FilePath) -> None:
    code, shown = on_terminal("scan", "leaky.jsonl", "clean.jsonl", stream="stderr")
    assert code == 1
    assert b"B/s" in shown
    assert SSN.encode() not in shown
    assert on_terminal("scan", "leaky.jsonl", "--quiet", stream="stderr") == (1, b"")


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_standard_input_is_read_beside_other_shards(data: FilePath, name: str) -> None:
    with open("leaky.jsonl", "rb") as shard:
        process = command("scan", name, "clean.jsonl", "-j", "2", stdin=shard, stdout=subprocess.PIPE)
    out, _ = process.communicate(timeout=60)
    assert [json.loads(line)["location"]["uri"] for line in out.splitlines()] == [name, name]
    assert process.returncode == 1


def test_standard_input_is_read_as_json_lines(data: FilePath) -> None:
    process = command("scan", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    out, _ = process.communicate(json.dumps(LEAK).encode())
    assert process.returncode == 1
    assert [json.loads(line)["location"]["uri"] for line in out.splitlines()] == ["-", "-"]


# -- the same whatever the machine -------------------------------------------------------------------------------


def test_reports_are_the_same_bytes_for_any_number_of_jobs(run: Run, data: FilePath) -> None:
    folder = data / "many"
    folder.mkdir()
    for number in range(600):
        text = f"ssn {SSN[:-2]}{number % 90 + 10}" if number % 7 == 0 else "nothing"
        (folder / f"{number:04d}.jsonl").write_text(json.dumps({"text": text}))
    made = []
    for jobs in ("1", "3"):
        names = [f"{jobs}.{ending}" for ending in ("jsonl", "sarif", "csv", "parquet", "m.jsonl")]
        outputs = [flag for name in names[:-1] for flag in ("-o", name)]
        assert run("scan", "many", "-j", jobs, "-q", *outputs, "--manifest", names[-1])[0] == 1
        made.append([(data / name).read_bytes() for name in names])
    assert made[0] == made[1]
    assert len(made[0][0].splitlines()) == 86


# -- nothing raw anywhere ----------------------------------------------------------------------------------------


def test_no_output_holds_a_planted_value(run: Run, data: FilePath) -> None:
    rows = [
        LEAK,
        {SSN: "a name that leaks", "ssn": SSN, "card": int(CARD)},
        {"arguments": json.dumps({"text": f"ssn: {SSN}, again {SSN} {MAIL}"}), "again": SSN},
        {"text": "ssn " + SSN.replace("-", "%2D"), "card number": CARD},
    ]
    (data / "planted.jsonl").write_text("\n".join(map(json.dumps, rows)) + f'\n{{"broken": "ssn {SSN}')
    (data / "planted.txt").write_text(f"{MAIL}\tssn {SSN}\n{CARD}")
    files = ["a.jsonl", "b.sarif", "c.csv", "d.parquet"]
    outputs = [flag for name in files for flag in ("-o", name)]
    code, out, err = run("scan", "planted.jsonl", "planted.txt", "--min-confidence", "low", *outputs, "--manifest", "m")
    piped = run("scan", "planted.jsonl", "planted.txt", "--min-confidence", "low")[1]
    shown = [out, err, piped, str(pq.read_table(data / "d.parquet").to_pylist())]
    shown += [(data / name).read_text() for name in (*files[:-1], "m")]
    assert code == 1
    assert len(piped.splitlines()) > 8
    for value in (SSN, SSN.replace("-", ""), SSN.replace("-", "%2D"), MAIL, CARD):
        assert [text for text in shown if value in text] == []


def test_values_are_in_reports_when_asked_for_and_never_in_the_summary(run: Run, data: FilePath) -> None:
    _, out, err = run("scan", "leaky.jsonl", "--show-values", "-o", "a.jsonl", "-o", "b.sarif")
    assert [json.loads(line)["value"]["raw"] for line in (data / "a.jsonl").read_text().splitlines()] == [SSN, MAIL]
    assert SSN not in out + err + (data / "b.sarif").read_text()


class Secret(Exception):
    """An exception whose text quotes data."""


def failing(error: BaseException) -> Callable[..., Iterator[Outcome]]:
    def fail(*_args: Any) -> Iterator[Outcome]:
        yield Outcome(Slice(Shard("a.jsonl", "a.jsonl", 1)), [], Tally(bytes=1))
        local = SSN
        raise error from ValueError(local)

    return fail


def test_a_crash_shows_type_and_frames_and_no_data_and_leaves_no_output(
    run: Run, data: FilePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leakscan.commands.scan.run", failing(Secret(SSN)))
    code, out, err = run("scan", "leaky.jsonl", "-o", "f.jsonl", "-o", "f.parquet", "--manifest", "m.jsonl")
    assert (code, out) == (70, "")
    assert "internal error: Secret\n" in err
    assert "internal error: ValueError\n" in err
    assert "test_cli.py:" in err
    assert "in fail\n" in err
    assert SSN not in err
    assert sorted(item.name for item in data.iterdir()) == ["clean.jsonl", "leaky.jsonl"]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_crash_in_one_shard_ends_with_its_code_when_the_others_are_read_and_reported(
    run: Run, data: FilePath, monkeypatch: pytest.MonkeyPatch, jobs: str
) -> None:
    def blocks(stream: Any, part: Slice, *_args: Any) -> Iterator[Any]:
        if part.shard.uri == "bad.txt":
            raise Secret(SSN)
        yield from ()

    monkeypatch.setattr("leakscan.formats.text.blocks", blocks)
    monkeypatch.setattr("leakscan.scanning._BATCH_SHARDS", 1)
    (data / "bad.txt").write_text("no JSON")
    code, out, err = run("scan", "bad.txt", "leaky.jsonl", "-o", "f.jsonl", "--manifest", "m.jsonl", "-j", jobs)
    assert (code, len((data / "f.jsonl").read_text().splitlines())) == (70, 2)
    assert err.startswith("leakscan: internal error in bad.txt: Secret at test_cli.py:")
    assert "coverage.crash" in out
    lines = [json.loads(line) for line in (data / "m.jsonl").read_text().splitlines()]
    assert [line["status"] for line in lines[:-1]] == ["unread", "scanned"]
    assert SSN not in out + err + (data / "m.jsonl").read_text()


def test_a_shard_that_kills_its_worker_is_a_crash_and_the_others_are_read(
    run: Run, data: FilePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    def blocks(stream: Any, part: Slice, *_args: Any) -> Iterator[Any]:
        os.kill(os.getpid(), signal.SIGKILL)
        yield

    monkeypatch.setattr("leakscan.formats.text.blocks", blocks)
    (data / "bad.txt").write_text("no JSON")
    monkeypatch.setattr("leakscan.scanning._BATCH_SHARDS", 2)
    code, out, err = run("scan", "clean.jsonl", "bad.txt", "leaky.jsonl", "-o", "f.jsonl", "-j", "2")
    assert (code, len((data / "f.jsonl").read_text().splitlines())) == (70, 2)
    assert err == "leakscan: internal error in bad.txt: worker died\n"
    assert "bad.txt, shard: the process that read it died" in out


def test_an_interrupt_leaves_the_report_of_before(run: Run, data: FilePath, monkeypatch: pytest.MonkeyPatch) -> None:
    (data / "f.jsonl").write_text("before")
    monkeypatch.setattr("leakscan.commands.scan.run", failing(KeyboardInterrupt()))
    assert run("scan", "leaky.jsonl", "-o", "f.jsonl") == (130, "", "leakscan: interrupted\n")
    assert (data / "f.jsonl").read_text() == "before"


def test_warnings_of_others_are_shown_without_their_text(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def warn(*_args: Any) -> Iterator[Outcome]:
        warnings.warn(SSN, RuntimeWarning, stacklevel=1)
        yield Outcome(Slice(Shard("a.jsonl", "a.jsonl", 1)), [], Tally(bytes=1))

    monkeypatch.setattr("leakscan.commands.scan.run", warn)
    code, _, err = run("scan", "leaky.jsonl")
    assert code == 0
    assert "leakscan: warning: RuntimeWarning at " in err
    assert SSN not in err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_scan_within_a_second_and_leaves_nothing(data: FilePath, number: int, code: int) -> None:
    process = command("scan", "-", "leaky.jsonl", "-o", "f.jsonl", stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stderr is not None
    process.stdin.write(b'{"text": "the rest never comes"}\n')
    process.stdin.flush()
    while "f.jsonl" not in _open_files(process.pid, data):
        time.sleep(0.05)
    time.sleep(0.3)
    begin = time.monotonic()
    process.send_signal(number)
    assert process.wait(5) == code
    assert time.monotonic() - begin < 1
    assert process.stderr.read() == f"leakscan: {'interrupted' if code == 130 else 'terminated'}\n".encode()
    process.stdin.close()
    process.stderr.close()
    assert sorted(item.name for item in data.iterdir()) == ["clean.jsonl", "leaky.jsonl"]


def _open_files(pid: int, folder: FilePath) -> str:
    """f.jsonl, once the process writes a nameless file into the folder."""
    for number in os.listdir(f"/proc/{pid}/fd"):
        try:
            if os.readlink(f"/proc/{pid}/fd/{number}").startswith(f"{folder}/#"):
                return "f.jsonl"
        except OSError:
            continue
    return ""


def test_a_reader_that_goes_away_is_no_crash(data: FilePath) -> None:
    (data / "big.jsonl").write_text((json.dumps(LEAK) + "\n") * 2_000)
    process = command("scan", "big.jsonl", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) == 141
    assert process.stderr.read() == b""
    process.stderr.close()


# -- rules -------------------------------------------------------------------------------------------------------


def test_rules_list_gives_every_rule(run: Run) -> None:
    code, out, _ = run("rules", "list", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert list(rows[0]) == ["id", "category", "severity", "confidence", "entity", "summary", "pack"]
    assert {row["pack"] for row in rows} == {"secrets", "pii", "confidential"}
    plain = run("rules", "list", "--pack", "pii")[1].splitlines()
    assert [line.split()[0] for line in plain] == [row["id"] for row in rows if row["pack"] == "pii"]


def test_rules_show_gives_all_of_a_rule(run: Run) -> None:
    code, out, _ = run("rules", "show", "US_SSN")
    assert code == 0
    assert out.startswith("US_SSN: US Social Security number")
    assert "⟦" in out
    assert "  remediation" in out


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"confidence": "high"}, "high by its form"),
        ({"confidence": "low"}, "low by its form"),
        (
            {"confidence": "low", "context": ("w",)},
            "low by its form; medium beside a context word; high in a field named by one",
        ),
        (
            {"confidence": "low", "context": ("w",), "context_required": True, "check": "luhn"},
            (
                "medium beside a context word; high in a field named by one or if luhn proves it; "
                "none without a context word or if luhn disproves it"
            ),
        ),
        (
            {"confidence": "low", "context": ("w",), "context_required": True, "field_only": True},
            "high in a field named by one; none without a context word in a field name",
        ),
        ({"confidence": "medium", "entropy": 3.5}, "medium by its form; none below 3.5 bits a character"),
    ],
)
def test_the_confidence_of_a_rule_is_said_in_words(about: dict[str, Any], said: str) -> None:
    rule = replace(next(iter(load(shipped()))), **{"check": "", "context": (), "entropy": 0.0, "calm": False, **about})
    assert logic(rule) == said


def test_rules_show_knows_whole_fields(run: Run) -> None:
    assert "once for all its records" in run("rules", "show", "PII_COLUMN")[1]


def test_rules_show_helps_with_a_wrong_name(run: Run) -> None:
    code, out, err = run("rules", "show", "US_SNN")
    assert (code, out) == (2, "")
    assert err.startswith("leakscan: no rule US_SNN; did you mean US_SSN")


RULE = r"""
[[rule]]
id = "acme-key"
summary = "ACME key"
category = "secret"
entity = "ACME_KEY"
severity = "high"
confidence = "high"
pattern = 'acme_[0-9a-f]{8}'
remediation = "Tell ACME."
references = ["https://acme.invalid/"]
leaks = ['⟦acme_0·1234567⟧'LEAK]
clean = ['acme_0123456', 'acme_0123456g']
"""


def test_rules_test_runs_the_examples_of_a_users_rule(run: Run, data: FilePath) -> None:
    (data / "good.toml").write_text(RULE.replace("LEAK", ""))
    code, out, err = run("rules", "test", "--rules", "good.toml", "--pack", "confidential", "--no-time")
    assert (code, err) == (0, "")
    assert "in 3 encodings: none failed" in out
    (data / "bad.toml").write_text(RULE.replace("LEAK", ", 'x⟦acme_0·1234567⟧'"))
    code, out, err = run("rules", "test", "--rules", "bad.toml", "--pack", "confidential", "--no-time")
    assert (code, err) == (2, "")
    assert "acme-key: leak example, prose, jsonl: 'Please look at this: xacme_01234567 and tell me.'" in out


def test_rules_test_names_the_slowest(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leakscan.proof.CORPUS", 1 << 16)
    out = run("rules", "test", "--pack", "confidential")[1]
    assert "the slowest, over" in out
    assert "ns/byte to look for" in out


def test_a_users_rule_is_used_beside_the_shipped_ones(run: Run, data: FilePath) -> None:
    (data / "own.toml").write_text(RULE.replace("LEAK", ""))
    (data / "own.jsonl").write_text(json.dumps({"k": "acme_" + "01234567", "m": f"ssn {SSN}"}))
    out = run("scan", "own.jsonl", "--rules", "own.toml")[1]
    assert [json.loads(line)["rule"] for line in out.splitlines()] == ["acme-key", "US_SSN"]
