"""The checks of what marks confidential material: exact verdicts, and none that any text can break."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakscan.checks import CHECKS, confidential

VERDICTS = [
    ("client_name", "Halvorsen Robotics Inc", None),
    ("client_name", "Acme Corp", False),
    ("client_name", "Example Inc", False),
    ("code_name", "Kestrel", None),
    ("code_name", "Focal", False),
    ("contract_parties", "Halvorsen Robotics, Inc. and Tessera Labs LLC", None),
    ("contract_parties", "BeOpen.com Inc and the Licensee", False),
    ("contract_parties", "France and Spain", False),
    ("internal_host", "https://wiki.halvorsen.corp", None),
    ("internal_host", "https://jira.halvorsen.com/browse/RLHF-2841", None),
    ("internal_host", "http://metadata.google.internal", False),
    ("internal_host", "https://issues.apache.org/jira/browse/X-1", False),
    ("owner_notice", "property of Northwind Labs Inc", None),
    ("owner_notice", "property of the Regents", False),
    ("pay_rate", "$42.50", None),
    ("pay_rate", "0.00", False),
    ("rubric_items", '"criterion": "Cites the dose", "weight": 5', None),
    ("rubric_items", '"criterion": "gini"', False),
    ("tax_form", "W-9 TIN: 53" + "6-22-8734", None),
    ("tax_form", "W-9 TIN: 123-45-6789", False),
    ("tax_form", "W-9 TIN: 536-00-8734", False),
    ("tax_form", "W-9", False),
]


@pytest.mark.parametrize(
    ("name", "text", "verdict"), VERDICTS, ids=[f"{n}-{i}" for i, (n, _, _) in enumerate(VERDICTS)]
)
def test_a_check_says_exactly_this(name: str, text: str, verdict: bool | None) -> None:
    assert CHECKS[name](text) is verdict


def test_every_check_is_seen_to_accept_and_to_refuse() -> None:
    seen = {(name, verdict is False) for name, _, verdict in VERDICTS}
    assert {(name, refused) for name in confidential.CHECKS for refused in (False, True)} - seen == set()


@pytest.mark.parametrize("name", sorted(confidential.CHECKS))
@given(text=st.one_of(st.text(max_size=120), st.sampled_from([t for _, t, _ in VERDICTS])), slip=st.text(max_size=3))
@settings(max_examples=150, deadline=None)
def test_no_text_breaks_a_check(name: str, text: str, slip: str) -> None:
    for broken in (text, text[: len(text) // 2] + slip + text[len(text) // 2 + 1 :]):
        assert CHECKS[name](broken) in (True, False, None)
