"""Checks of clouds, clusters and data stores: what proves a key, what drops it, and that none of them ever raises.

Values are put together here, so that no token stands in the file.
"""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakscan.checks import infra
from leakscan.checks.infra import CHECKS

UUID = "c1d9e3f2-a804-46b5-9d7c-1e9f3b70a62d"
DRAWN = "zQ7kT2mVbN4xLr9Wc1HsYd8GfJp3Ea"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def url64(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def token(claims: object, header: object = None) -> str:
    return f"{url64(header or {'alg': 'HS256'})}.{url64(claims)}.{DRAWN}"


@given(st.sampled_from(sorted(CHECKS)), st.text() | st.from_regex(r"[A-Za-z0-9+/=._-]{0,200}", fullmatch=True))
def test_no_check_ever_raises(name: str, text: str) -> None:
    assert CHECKS[name](text) in (True, False, None)


@pytest.mark.parametrize(
    "text",
    ["\ud800.eyJ9.x", "eyJ" + "[" * 5000, f"a.{base64.b64encode(b'[' * 9000).decode()}.b", "\x00" * 40, "=" * 9],
)
@pytest.mark.parametrize("name", sorted(CHECKS))
def test_hostile_text_is_judged_as_any_other(name: str, text: str) -> None:
    assert CHECKS[name](text) in (True, False, None)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (UUID, None),
        (UUID.upper(), None),
        ("00000000-0000-0000-0000-000000000000", False),
        ("550e8400-e29b-41d4-a716-446655440000", False),
        ("12345678-1234-1234-1234-123456789012", False),
        ("aaaabbbb-aaaa-4bbb-aaaa-bbbbaaaabbbb", False),
        (UUID[:-1], False),
        ("xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx", False),
    ],
)
def test_a_uuid_is_kept_where_it_looks_drawn(text: str, verdict: bool | None) -> None:
    assert infra.uuid_as_key(text) is verdict


@pytest.mark.parametrize(
    ("text", "verdict"),
    [("9f3b1c7d2e8a40", None), ("K7Q2ZX9B", None), ("aaaaaaaaaaaaaa", False), ("12345678901234", False), ("", False)],
)
def test_a_short_key_needs_letters_and_digits(text: str, verdict: bool | None) -> None:
    assert infra.short_key(text) is verdict


def test_an_ecr_password_names_its_user() -> None:
    assert infra.ecr_password(b64(b"AWS:" + b"eyJk3v9xz2mq8wr5t7y0u1i4o6p" * 8)) is True
    assert infra.ecr_password(b64(b"BWS:" + b"eyJk3v9xz2mq8wr5t7y0u1i4o6p" * 8)) is False
    assert infra.ecr_password(b64(b"AWS:short")) is False


@pytest.mark.parametrize(("size", "verdict"), [(20, None), (32, None), (256, None), (21, False), (0, False)])
def test_a_signature_has_the_size_of_its_algorithm(size: int, verdict: bool | None) -> None:
    raw = bytes((i * 73 + 41) % 256 for i in range(size))
    assert infra.url_signature(b64(raw).replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")) is verdict


def test_a_workflow_signature_is_32_bytes() -> None:
    raw = bytes((i * 73 + 41) % 256 for i in range(32))
    assert infra.azure_logic_signature(base64.urlsafe_b64encode(raw).decode().rstrip("=")) is None
    assert infra.azure_logic_signature(base64.urlsafe_b64encode(raw[:31]).decode().rstrip("=")) is False


def test_a_service_account_token_says_so_in_its_claims() -> None:
    assert infra.kubernetes_token(token({"iss": "kubernetes/serviceaccount"})) is True
    assert infra.kubernetes_token(token({"kubernetes.io": {"namespace": "prod"}})) is True
    assert infra.kubernetes_token(token({"kubernetes.io/serviceaccount/namespace": "prod"})) is True
    assert infra.kubernetes_token(token({"iss": "https://accounts.google.com"})) is False
    assert infra.kubernetes_token("eyJ.eyJ") is False


def test_a_supabase_key_is_one_by_its_role() -> None:
    assert infra.supabase_service_role(token({"iss": "supabase", "role": "service_role"})) is True
    assert infra.supabase_service_role(token({"iss": "supabase", "role": "anon"})) is False
    assert infra.supabase_service_role(token({"iss": "supabase-demo", "role": "service_role"})) is False


def test_a_tunnel_token_holds_account_tunnel_and_secret() -> None:
    assert infra.cloudflare_tunnel_token(b64(json.dumps({"a": "x", "t": UUID, "s": "y"}).encode())) is True
    assert infra.cloudflare_tunnel_token(b64(json.dumps({"a": "x", "t": UUID}).encode())) is False


def test_an_elastic_key_is_id_and_key() -> None:
    assert infra.elastic_api_key(b64(f"{DRAWN[:20]}:{DRAWN[8:30]}".encode())) is True
    assert infra.elastic_api_key(b64(f"{DRAWN[:20]};{DRAWN[8:30]}".encode())) is False
    assert infra.elastic_api_key(b64(b"VuaCfGcBCdbkQm-e5aOx:your_api_key_goes_here_ok")) is False


def test_a_mapbox_token_names_its_user() -> None:
    assert infra.mapbox_token(f"pk.{url64({'u': 'acme', 'a': 'ck3v9xz2'})}.{DRAWN[:22]}") is True
    assert infra.mapbox_token(f"pk.{url64({'user': 'acme'})}.{DRAWN[:22]}") is False


def test_a_qstash_token_holds_user_and_password() -> None:
    assert infra.qstash_token(b64(json.dumps({"UserID": UUID, "Password": "x"}).encode())) is True
    assert infra.qstash_token(b64(json.dumps({"UserID": UUID}).encode())) is False


def test_a_jwt_alone_is_judged_by_its_form() -> None:
    assert infra.jwt_alone(token({"sub": "svc"})) is None
    assert infra.jwt_alone(token({})) is False
    assert infra.jwt_alone(token({"sub": "svc"}, {"typ": "JWT"})) is False


def test_a_pem_in_base64_is_judged_by_its_key() -> None:
    block = "-----BEGIN PUBLIC KEY-----\n" + b64(bytes(range(64))) + "\n-----END PUBLIC KEY-----\n"
    assert infra.pem_in_base64(b64(block.encode())) is False
    der = b"\x30\x3e" + bytes(range(62))
    private = "-----BEGIN " + "PRIVATE KEY-----\n" + b64(der) + "\n-----END PRIVATE KEY-----\n"
    assert infra.pem_in_base64(b64(private.encode())) is True
