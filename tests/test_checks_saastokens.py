"""The checks of chat, office, customer and social tokens: exact verdicts, and none that any text can break.

Tokens are computed here from the documented shapes, so that none stands in the file; a ``·`` inside one is dropped.
"""

from __future__ import annotations

import base64
import json
import string
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakscan.checks.saastokens import CHECKS

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
NOISE = bytes((7 * i * i + 31 * i + 11) % 256 for i in range(271))
DRAWN = "kR7vTq2mXbW9zLc4Ns8YhG5dJp3Fa6UeQo1BtVxKrMwZyHnCg0"
UUID = "3f9c17e8-5b2d-4a60-91d4-c07e6a85b32f"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def url64(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def jwt(claims: object, header: object = None) -> str:
    return f"{url64(header or {'alg': 'HS256'})}.{url64(claims)}.{DRAWN[:43]}"


def in_base62(number: int) -> str:
    out = ""
    while number:
        number, rest = divmod(number, 62)
        out = BASE62[rest] + out
    return out


def synapse(body: str) -> str:
    return f"{body}_{in_base62(zlib.crc32(body.encode())).rjust(6, '0')}"


def mas(body: str) -> str:
    return f"{body}_{in_base62(zlib.crc32(body.encode()))[::-1].rjust(6, '0')}"


def bearer(number: bytes, zeros: int = 16, secret: str = DRAWN) -> str:
    return b64(bytes(zeros) + number + NOISE[: 28 - len(number) + 16 - zeros]).replace("=", "%3D") + secret


def polar(prefix: str, body: str) -> str:
    return f"{prefix}{body}{in_base62(zlib.crc32(body.encode())).rjust(6, '0')}"


SYNAPSE = "syt_a2Fp_TqXbWzLcNsYhGdJpFaUe"
MAS = f"mct_{DRAWN[:30]}"
TELETHON = bytes([2, 149, 154, 167, 50, 1, 187]) + NOISE[:256]
PYROGRAM = bytes([4]) + NOISE[:4] + b"\0" + NOISE[4:260] + NOISE[:8] + b"\0"
MONDAY = {"tid": 417, "aai": 11, "uid": 8, "per": "me:write"}
CALENDLY = {"iss": "https://auth.calendly.com", "jti": UUID}
FRONT = {"scopes": ["*"], "iss": "front"}
SIGNATURE = b"\x04" + NOISE[20:52]

TABLE: list[tuple[str, str, bool | None]] = [
    ("monday_token", jwt(MONDAY), True),
    ("monday_token", jwt({"tid": "417", "uid": 8}), False),
    ("monday_token", jwt(MONDAY, {"typ": "JWT"}), False),
    ("calendly_token", jwt(CALENDLY), True),
    ("calendly_token", jwt({"iss": "https://auth.calendly.com.example"}), False),
    ("front_token", jwt(FRONT), True),
    ("front_token", jwt({"scopes": ["*"], "iss": "someone"}), False),
    ("twitter_bearer", bearer(b"\x00\x67\xb5\x76\x01\x00\x00\x00"), True),
    ("twitter_bearer", bearer(b"\x00\xd4\x48\x2e\x00\x00\x00\x00"), False),  # inside X's own pages
    ("twitter_bearer", bearer(b"\x00\xc2\xe1\x78\x00\x00\x00\x00"), False),  # the sample of the manual
    ("twitter_bearer", bearer(b"\x00\x67\xb5\x76\x01\x00\x00\x00", secret="x" * 50), False),
    ("twitter_bearer", bearer(b"\x67\xb5\x76\x01", zeros=4), False),
    ("matrix_token", synapse(SYNAPSE), True),
    ("matrix_token", synapse(SYNAPSE.replace("syt", "syr")), True),
    ("matrix_token", synapse(SYNAPSE)[:-1] + "!", False),
    ("matrix_token", f"{SYNAPSE}_000000", False),
    ("matrix_token", mas(MAS), True),
    ("matrix_token", synapse(MAS), False),
    ("ebay_token", f"v^1.1#i^1#p^3#r^0#I^3#f^0#t^H4sIAAAAAAAA{DRAWN}AA==", None),
    ("ebay_token", f"v^1.1#i^1#p^3#r^0#I^3#f^0#t^{'x' * 60}==", False),
    ("polar_token", polar("polar_oat_", DRAWN[:37]), True),
    ("polar_token", polar("polar_rt_u_", DRAWN[:37]), True),
    ("polar_token", f"polar_pat_{DRAWN[:43]}", None),  # made before the sum was
    ("polar_token", polar("polar_oat_", "x" * 37), False),
    ("polar_token", "polar_oat_" + "0" * 43, False),
    ("data_center_token", b64(b"616672377690:" + NOISE[:20]), True),
    ("data_center_token", b64(b"61667237769a:" + NOISE[:20]), False),
    ("data_center_token", b64(b"616672377690:" + NOISE[:19]), False),
    ("intercom_token", b64(f"tok:{UUID.replace('-', '_')}:1:0".encode()), True),
    ("intercom_token", b64(f"tok:{UUID}:1:0".encode()), False),
    ("intercom_token", b64(b"tok:your_token:1:0"), False),
    ("pubnub_secret", "sec-c-" + b64(UUID.encode()), True),
    ("pubnub_secret", f"sec-c-{UUID}", True),
    ("pubnub_secret", "sec-c-00000000-0000-0000-0000-000000000000", False),
    ("pubnub_secret", "sec-c-" + b64(NOISE[:36]), False),
    ("telegram_session", "1" + base64.urlsafe_b64encode(TELETHON).decode(), True),
    ("telegram_session", "1" + base64.urlsafe_b64encode(b"\x09" + TELETHON[1:]).decode(), False),
    ("telegram_session", "1" + base64.urlsafe_b64encode(TELETHON[:5] + b"\x07" + TELETHON[6:]).decode(), False),
    ("telegram_session", base64.urlsafe_b64encode(PYROGRAM).decode().rstrip("="), True),
    ("telegram_session", base64.urlsafe_b64encode(PYROGRAM[:-1] + b"\x07").decode().rstrip("="), False),
    ("ses_smtp_password", b64(SIGNATURE), None),
    ("ses_smtp_password", b64(b"\x05" + SIGNATURE[1:]), False),
    ("ses_smtp_password", b64(SIGNATURE[:-1]), False),
    ("secret_uuid", UUID, None),
    ("secret_uuid", UUID.upper(), None),
    ("secret_uuid", "550e8400-e29b-41d4-a716-446655440000", False),
    ("secret_uuid", "00000000-0000-0000-0000-000000000000", False),
    ("secret_uuid", "12345678-1234-1234-1234-123456789012", False),
    ("secret_uuid", UUID[:-1], False),
    ("drawn_hex", "9f3b1c7d2e8a4056", None),
    ("drawn_hex", "9f3b1c7d2e8a405", False),
    ("drawn_hex", "0123456789012345", False),
    ("drawn_hex", "deadbeefdeadbeefdeadbeef", False),
    ("drawn_hex", "9f3b1c7d2e8a405g", False),
    ("app_secret_15", "k3v9x1qz7m·w2t8p", None),
    ("app_secret_15", "authentication1", False),
    ("app_secret_15", "829301746502938", False),
    ("uuid_or_random", UUID, None),
    ("uuid_or_random", "550e8400-e29b-41d4-a716-446655440000", False),
    ("uuid_or_random", DRAWN[:40], None),
    ("uuid_or_random", "the-name-of-some-setting-of-ours", False),
    ("base64_uuid", b64(UUID.encode()), True),
    ("base64_uuid", b64(NOISE[:36]), False),
    ("bluesky_app_password", "k3vq-x7mz-·wt5p-hj2r", None),
    ("bluesky_app_password", "kqvr-xzmw-wtcp-hjgr", False),
    ("bluesky_app_password", "from-that-time-when", False),
    ("bluesky_app_password", "k1vq-x8mz-wt9p-hj0r", False),
    ("mail_app_password", "qzvx kwpt ·rmjd hgbf", None),
    ("mail_app_password", "qzvxkwpt·rmjdhgbf", None),
    ("mail_app_password", "abcd efgh ijkl mnop", False),
    ("mail_app_password", "read those into there", False),
    ("mail_app_password", "real then some want", False),
    ("mail_app_password", "qzvx kwpt rmjd hgb1", False),
    ("wordpress_app_password", "kR7v Tq2m XbW9 ·zLc4 Ns8Y hG5d", None),
    ("wordpress_app_password", "abcd EFGH 1234 ijkl MNOP 6789", False),
    ("wordpress_app_password", "kr7v tq2m xbw9 zlc4 ns8y hg5d", False),
    ("wordpress_salt", "k#7v!q2m:Xb(W9}zLc4[Ns8Y*hG5d;Jp3F?a6Ue@Qo1B$tVxK%rMwZ^yHn~Cg0+", None),
    ("wordpress_salt", "put your unique phrase here", False),
    ("wordpress_salt", "x" * 64, False),
]


@pytest.mark.parametrize(("name", "text", "verdict"), TABLE)
def test_a_check_says_exactly_this(name: str, text: str, verdict: bool | None) -> None:
    assert CHECKS[name](text.replace("·", "")) is verdict


def test_the_table_has_every_check() -> None:
    assert {name for name, _, _ in TABLE} == set(CHECKS)


TEXTS = st.one_of(
    st.text(max_size=80),
    st.text(string.ascii_letters + string.digits + "-_.=+/%: ", max_size=400),
    st.sampled_from([text for _, text, _ in TABLE]).flatmap(lambda t: st.integers(0, len(t)).map(lambda n: t[:n])),
)


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_no_text_breaks_a_check(name: str) -> None:
    @settings(max_examples=80, deadline=None, derandomize=True, database=None)
    @given(TEXTS)
    def check(text: str) -> None:
        assert CHECKS[name](text) in (True, False, None)

    check()
