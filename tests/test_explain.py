"""`explain`: each way a match can end is told, with the reason, and no value unless asked for."""

from __future__ import annotations

import pytest

from leakscan.__main__ import main
from leakscan.detect import Detector
from leakscan.engine import Engine
from leakscan.explain import explain
from leakscan.types import Policy
from tests import toys

RULES = [
    toys.rule("sure", "ab[0-9]{2}", confidence="high"),
    toys.rule("general", "[a-z]{2}[0-9]{2}", generic=True),
    toys.rule("low", "x[0-9]", confidence="low"),
    toys.rule("even", "c[0-9]{4}", check="not_filler"),
    toys.rule("random", "d[a-z]{4}", entropy=2.0),
    toys.rule("needy", "[0-9]{3}", context=("zed",), context_required=True),
]
DETECTOR = Detector(RULES, Policy(key=b"k"), Engine(RULES))


def told(text: str, *path: str) -> list[tuple[str, int, int, str]]:
    return [(one.rule.id, one.start, one.end, one.outcome) for one in explain(DETECTOR, text, path).considered]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ab12", [("sure", 0, 4, "reported"), ("general", 0, 4, "beaten")]),
        ("x1", [("low", 0, 2, "hidden")]),
        ("daaaa dabce", [("random", 6, 11, "reported"), ("random", 0, 5, "entropy")]),
        ("123", [("needy", 0, 3, "context")]),
        ("zed 123", [("needy", 4, 7, "reported")]),
        ("c1111", [("even", 0, 5, "check")]),
        ("nothing", []),
    ],
)
def test_every_match_is_told_with_its_end(text: str, expected: list[tuple[str, int, int, str]]) -> None:
    assert told(text) == expected


def test_a_field_name_is_context() -> None:
    assert told("123", "zed") == [("needy", 0, 3, "reported")]


def test_a_beaten_match_names_what_beat_it() -> None:
    beaten = explain(DETECTOR, "ab12").considered[1]
    assert beaten.reason.startswith("sure stands on the same place")


def test_encodings_and_documents_are_looked_through() -> None:
    (inner,) = explain(DETECTOR, '{"zed": "%31%32%33"}').considered
    assert (inner.field, inner.hops, inner.start, inner.end) == (("zed",), ("json", "percent"), 0, 9)


def test_rules_that_were_only_pointed_at_are_named() -> None:
    assert [rule.id for rule in explain(DETECTOR, "ab1234").unmatched] == ["sure", "general"]


SECRET = "536-22-" + "8734"


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("LEAKSCAN_KEY", "test")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_the_command_says_why_and_shows_no_value(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", f"the number {SECRET}, once more"]) == 1
    out = capsys.readouterr().out
    assert SECRET not in out
    assert "US_SSN: reported, critical, medium confidence\n    at 11:22  999-99-9999\n" in out
    assert out.endswith("1 findings reported\n")


def test_the_command_takes_a_field_and_shows_values_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", SECRET.replace("-", ""), "--field", "worker.ssn", "--show-values"]) == 1
    out = capsys.readouterr().out
    assert f"at 0:9  {SECRET.replace('-', '')}\n    evidence: pattern, plausible:us_ssn, field:ssn\n" in out


def test_a_clean_text_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "a text like any other"]) == 0
    assert capsys.readouterr().out == "0 rules matched, 0 findings reported\n"
