"""The checks of numbers of patients, their insurance and those who treat them: exact verdicts, and none that any text can break.

Numbers are made up and carry a `·`, dropped before use, so that this file is not one of personal data.
"""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakscan.checks import CHECKS, health

NAMES = sorted(health.CHECKS)

VERDICTS = [
    ("br_cns", "9690872·07056324", True),
    ("br_cns", "9690872·07056327", False),
    ("ca_bc_phn", "9296 2·12 679", None),
    ("ca_bc_phn", "9296 2·12 677", False),
    ("ca_ohip", "4372-59·2-495-ZN", None),
    ("ca_ohip", "4372-59·2-497-ZN", False),
    ("ca_ramq", "TJHP91·052205", None),
    ("ca_ramq", "TJHP91·057205", False),
    ("de_kvnr", "J6682·22539", None),
    ("de_kvnr", "J6682·22537", False),
    ("ehic", "8024822256·2276293478", True),
    ("ehic", "8024822256·2276293477", False),
    ("record_number", "2858·3674", None),
    ("record_number", "1234·5678", False),
    ("uk_chi", "11034·13821", None),
    ("uk_chi", "11034·13827", False),
    ("uk_nhs", "485 76·8 2044", None),
    ("uk_nhs", "485 76·8 2047", False),
    ("us_dea", "AO20·19188", None),
    ("us_dea", "AO20·19187", False),
    ("us_mbi", "9JN6-C·N6-RU35", None),
    ("us_mbi", "0JN6-C·N6-RU35", False),
    ("us_npi", "21017·90071", None),
    ("us_npi", "21017·90077", False),
]  # fmt: skip

PRINTED = [
    ("uk_nhs", "943 476·5919"),
    ("us_mbi", "1EG4-TE5·-MK73"),
    ("de_kvnr", "A00050·0015"),
    ("ca_bc_phn", "9698·658 215"),
    ("us_npi", "12453·19599"),
]  # fmt: skip


def plain(text: str) -> str:
    return text.replace("·", "")


@pytest.mark.parametrize(
    ("name", "text", "verdict"), VERDICTS, ids=[f"{n}-{i}" for i, (n, _, _) in enumerate(VERDICTS)]
)
def test_a_check_says_exactly_this(name: str, text: str, verdict: bool | None) -> None:
    assert CHECKS[name](plain(text)) is verdict


@pytest.mark.parametrize(("name", "text"), PRINTED)
def test_what_every_manual_prints_is_nobodys(name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The issuers' own examples show that the formula is theirs, and are not reported."""
    assert CHECKS[name](plain(text)) is False
    monkeypatch.setattr(health, "_PRINTED", frozenset())
    assert CHECKS[name](plain(text)) is not False


def test_the_one_table_has_these_checks() -> None:
    assert {name: CHECKS[name] for name in NAMES} == health.CHECKS


def test_every_check_is_seen_to_accept_and_to_refuse() -> None:
    seen = {(name, verdict is False) for name, _, verdict in VERDICTS}
    assert {(name, refused) for name in NAMES for refused in (False, True)} - seen == set()


NUMBERISH = st.text(st.sampled_from(string.digits + "-. /+()<ABCDEFGHMPXYZabcdefx:@٣²é\n"), max_size=40)


@pytest.mark.parametrize("name", NAMES)
@given(text=st.one_of(st.text(max_size=60), NUMBERISH, st.sampled_from([plain(t) for _, t, _ in VERDICTS])))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_a_check(name: str, text: str) -> None:
    assert CHECKS[name](text) in (True, False, None)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_slip_of_one_character_breaks_no_check(name: str, data: st.DataObject) -> None:
    """Almost-right text reaches deeper into a check than random text does."""
    text = data.draw(st.sampled_from([plain(t) for n, t, _ in VERDICTS if n == name]))
    at = data.draw(st.integers(0, len(text)))
    slip = data.draw(st.one_of(st.text(max_size=2), st.sampled_from(["0", "9", "A", "<", "²", "٣", "\n"])))
    assert CHECKS[name](text[:at] + slip + text[at + 1 :]) in (True, False, None)
