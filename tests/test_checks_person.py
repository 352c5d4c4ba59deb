"""The checks of names, addresses, places and ages: exact verdicts, and none that any text can break."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakscan.checks import CHECKS, person

VERDICTS = [
    ("cjk_name", "陈晓梅", None),
    ("cjk_name", "高橋 直人", None),
    ("cjk_name", "박서윤", None),
    ("cjk_name", "张三", False),
    ("cjk_name", "名前", False),
    ("full_person_name", "Ikram Benhadda", None),
    ("full_person_name", "Ikram", False),
    ("geo_point", "-1.286389, 36.817223", None),
    ("geo_point", "152.516272, 213.377722", False),
    ("geo_point", "0.123456", False),
    ("human_age", "29 years", None),
    ("human_age", "0", False),
    ("human_age", "340", False),
    ("known_name", "Wanjiku Mwangi", None),
    ("known_name", "O'Brien-Garcia", None),
    ("known_name", "Maria de Lourdes", None),
    ("known_name", "First Name", False),
    ("known_name", "Grace Hopper", False),
    ("known_name", "LabelModel", False),
    ("person_name", "Thabiso Mokwena", None),
    ("person_name", "McDonald", None),
    ("person_name", "Senior Reviewer", False),
    ("person_name", "ForkPoolWorker", False),
    ("person_name", "John Doe", False),
    ("postal_code", "74136", None),
    ("postal_code", "12345", False),
    ("postal_code", "20000", False),
    ("street_address", "2417 Harper Ridge Road", None),
    ("street_address", "123 Main Street", False),
    ("uk_postcode", "LS6 3QP", None),
    ("uk_postcode", "QQ6 3QP", False),
    ("uk_postcode", "SW1A 2AA", False),
    ("us_address", "2417 Harper Ridge Rd, Tulsa, OK 74136", True),
    ("us_address", "2417 Harper Ridge Rd, Tulsa, Oklahoma 74136", False),
    ("us_address", "2417 Harper Ridge Rd, Austin, Texas 78704", True),
    ("us_address", "2417 Harper Ridge Rd, Tulsa, OK 94136", False),
]


@pytest.mark.parametrize(
    ("name", "text", "verdict"), VERDICTS, ids=[f"{n}-{i}" for i, (n, _, _) in enumerate(VERDICTS)]
)
def test_a_check_says_exactly_this(name: str, text: str, verdict: bool | None) -> None:
    assert CHECKS[name](text) is verdict


def test_every_check_is_seen_to_accept_and_to_refuse() -> None:
    seen = {(name, verdict is False) for name, _, verdict in VERDICTS}
    assert {(name, refused) for name in person.CHECKS for refused in (False, True)} - seen == set()


@pytest.mark.parametrize("name", sorted(person.CHECKS))
@given(text=st.one_of(st.text(max_size=120), st.sampled_from([t for _, t, _ in VERDICTS])), slip=st.text(max_size=3))
@settings(max_examples=150, deadline=None)
def test_no_text_breaks_a_check(name: str, text: str, slip: str) -> None:
    for broken in (text, text[: len(text) // 2] + slip + text[len(text) // 2 + 1 :]):
        assert CHECKS[name](broken) in (True, False, None)
