"""The checks of AI platforms' and labelling vendors' keys: what each proves, drops and leaves open."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakscan.checks import aitokens
from leakscan.checks.aitokens import CHECKS

DRAWN = "7c1e94ab-3f52-4d08-9b6a-e1d27f80c453"
SIGNATURE = "kV3xQ9tLw2ZrM8bYc5HnJd7PfGs4TaUe6RyXoKiWvBq"


def url64(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")


def signed(claims: object) -> str:
    return f"{url64({'alg': 'HS256', 'typ': 'JWT'})}.{url64(claims)}.{SIGNATURE}"


@given(st.text(max_size=120), st.sampled_from(sorted(CHECKS)))
def test_checks_are_total(text: str, name: str) -> None:
    assert CHECKS[name](text) in (True, False, None)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (DRAWN, None),
        (DRAWN.upper(), None),
        (DRAWN.replace("-4d", "-1d"), False),
        (DRAWN.replace("-9b", "-cb"), False),
        (DRAWN[:-1], False),
        (DRAWN.replace("-", ""), False),
        ("550e8400-e29b-41d4-a716-446655440000", False),
        ("12345678-1234-4234-8234-123456789012", False),
        ("00000000-0000-4000-8000-000000000000", False),
        ("", False),
    ],
)
def test_only_drawn_uuids_of_version_4_are_kept(text: str, verdict: object) -> None:
    assert aitokens.random_uuid(text) is verdict


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (f"sk-lf-{DRAWN}", None),
        (f"{DRAWN}:9f3b1c7d2e8a4056b7c1d9e3f2a8046b", None),
        (f"{DRAWN}:00000000000000000000000000000000", False),
        ("sk-lf-00000000-0000-4000-8000-000000000000", False),
        ("sk-lf-", False),
    ],
)
def test_a_uuid_with_something_around_it_is_judged_with_its_tail(text: str, verdict: object) -> None:
    assert aitokens.key_with_uuid(text) is verdict


@pytest.mark.parametrize(
    ("claims", "verdict"),
    [
        ({"api_address": "https://app.neptune.ai", "api_url": "https://app.neptune.ai", "api_key": DRAWN}, True),
        ({"api_address": "https://app.neptune.ai", "api_key": "<your-key>"}, False),
        ({"api_address": "https://app.neptune.ai"}, False),
        ({"api_key": DRAWN}, False),
        ([1], False),
    ],
)
def test_a_neptune_token_names_a_server_and_a_key(claims: object, verdict: object) -> None:
    assert aitokens.neptune_token(base64.b64encode(json.dumps(claims).encode()).decode()) is verdict


@pytest.mark.parametrize(
    ("claims", "verdict"),
    [
        ({"userId": "u1", "organizationId": "o1", "apiKeyId": "k1", "iat": 1, "exp": 2}, True),
        ({"userId": "u1", "organizationId": "o1"}, False),
        ({"sub": "u1"}, False),
    ],
)
def test_a_labelbox_key_names_user_organization_and_key(claims: object, verdict: object) -> None:
    assert aitokens.labelbox_key(signed(claims)) is verdict


@pytest.mark.parametrize(
    ("claims", "verdict"),
    [
        ({"access": "m"}, True),
        ({"access": [{"collection": "c", "access": "rw"}], "exp": 1}, True),
        ({"access": "everything"}, False),
        ({"access": {"role": 1}}, False),
        ({"sub": "u"}, False),
    ],
)
def test_a_qdrant_key_claims_access(claims: object, verdict: object) -> None:
    assert aitokens.qdrant_key(signed(claims)) is verdict


def test_a_zep_key_is_a_signed_uuid() -> None:
    body = url64({"uuid": DRAWN}).removeprefix("eyJ")
    assert aitokens.zep_key(f"z_{body}.{SIGNATURE}")
    assert not aitokens.zep_key(f"z_{body}.{'x' * 43}")
    assert not aitokens.zep_key(f"z_{url64({'id': 1}).removeprefix('eyJ')}.{SIGNATURE}")


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("7K2Q-M9XD-4TRB-W81P", None),
        ("7K2Q-M9XD-7K2Q-W81P", False),
        ("1234-ABCD-5678-EFGH", False),
        ("XXXX-XXXX-XXXX-XXXX", False),
        ("2024-2025-2026-2027", False),
    ],
)
def test_licence_keys_mix_digits_and_letters(text: str, verdict: object) -> None:
    assert aitokens.licence_groups(text) is verdict


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("aB3dE7f.kV3xQ9tLw2ZrM8bYc5HnJd7PfGs4TaUe", None),
        ("9f3b1c7d2e8a4056b7c1d9e3f2a8046b.kV3xQ9tLw2ZrM8bY", None),
        ("module.some_long_attribute_name_here_now", False),
        ("abcdefg.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", False),
    ],
)
def test_dotted_tokens_are_judged_by_their_longest_part(text: str, verdict: object) -> None:
    assert aitokens.dotted_token(text) is verdict
