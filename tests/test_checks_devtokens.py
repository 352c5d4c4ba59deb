"""The developer token checks: what each proves, disproves and leaves open, and that none of them ever raises.

Values are computed here from the documented algorithms, so that no token stands in the file; a ``·`` inside one is
dropped, as in rule files.
"""

from __future__ import annotations

import base64
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakscan.checks.devtokens import CHECKS

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BODY = "zQ7kT2mVbN4xLr9Wc1HsYd8GfJp3E"
HEX_60 = "9f3b1c7d2e8a4056b7c1d9e3f2a8046b5d7c1e9f04b7a2d6c8e1f3907b5d"
SIGNATURE = "Wc1HsYd8GfJp3EzQ7kT2mVbN4xLr9"
UUID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


def crc(text: str) -> int:
    return zlib.crc32(text.encode())


def tail62(text: str) -> str:
    number, out = crc(text), ""
    for _ in range(6):
        number, rest = divmod(number, 62)
        out = BASE62[rest] + out
    return out


def jsr(prefix: str, body: str = BODY) -> str:
    return prefix + body + tail62(prefix + body)


def packagist(body: str = HEX_60) -> str:
    head = f"packagist_ort_{body}"
    return f"{head}{crc(head):08x}"


def grafana(secret: str = BODY + "x1R") -> str:
    head = f"glsa_{secret}"
    return f"{head}_{crc(head).to_bytes(4, 'little').hex()}"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def b64_json(value: object) -> str:
    return b64(json.dumps(value).encode()).rstrip("=")


def snyk(claims: object) -> str:
    return f"snyk_uat.1f3c9a7e.{b64_json(claims)}.{SIGNATURE}"


def datadog(covered: str) -> str:
    return f"ddpat_7Kp2mQx9Zt_{BODY}{tail62(covered)}"


REFERENCE = f"reftkn:01:1735689600:{BODY[:27]}".encode()
DC_TOKEN = b"047190335821:" + bytes(range(90, 110))

TABLE: list[tuple[str, str, bool | None]] = [
    # JSR: the CRC-32 covers the prefix too
    ("jsr_crc", jsr("jsrp_"), True),
    ("jsr_crc", jsr("jsrd_"), True),
    ("jsr_crc", jsr("jsrp_")[:-1] + "!", False),
    ("jsr_crc", "jsrd_" + jsr("jsrp_")[5:], False),
    ("jsr_crc", jsr("jsrp_", "x" * 29), False),
    # crates.io: the example of its source, whose last character is the checksum; stand-ins fall though it fits
    ("crates_io_checksum", "cio_tp_" + "gGK6jurSwKyl9V3Az19z7YEFQI9aoOOd", True),
    ("crates_io_checksum", "cio_tp_" + "gGK6jurSwKyl9V3Az19z7YEFQI9aoOOe", False),
    ("crates_io_checksum", "cio_tp_0000000000000000000000000000000w", False),
    ("crates_io_checksum", "", False),
    # Cloudflare: CRC-32 in hex over the forty characters; another tail says nothing
    ("cloudflare_crc", f"cfut_{BODY}{crc(BODY):08x}", True),
    ("cloudflare_crc", f"cfat_{BODY}{crc(BODY) ^ 1:08x}", None),
    ("cloudflare_crc", "cfk_" + "x" * 48, False),
    ("cloudflare_crc", "", None),
    # Datadog: a tail that fits one of the parts it may cover proves; another says nothing
    ("datadog_crc", datadog(f"ddpat_7Kp2mQx9Zt_{BODY}"), True),
    ("datadog_crc", datadog(f"7Kp2mQx9Zt_{BODY}"), True),
    ("datadog_crc", datadog(BODY), True),
    ("datadog_crc", datadog("something else"), None),
    ("datadog_crc", "ddpat_your_token_here_" + BODY, False),
    # Private Packagist: CRC-32 in hex over prefix and random part
    ("packagist_crc", packagist(), True),
    ("packagist_crc", packagist().replace("_ort_", "_out_"), False),
    ("packagist_crc", packagist()[:-1], False),
    ("packagist_crc", packagist("0" * 60), False),
    # Grafana: CRC-32, low byte first; JSON in the others
    ("grafana_token", grafana(), True),
    ("grafana_token", grafana()[:-1] + "g", False),
    ("grafana_token", "glsa_" + "x" * 32 + "_00000000", False),
    ("grafana_token", "glc_" + b64_json({"o": "7", "n": "ci", "k": BODY}), True),
    ("grafana_token", b64_json({"k": BODY, "n": "ci", "id": 1}), True),
    ("grafana_token", "glc_" + b64_json({"o": "7", "k": 1}), False),
    ("grafana_token", "glc_" + b64_json([BODY]), False),
    ("grafana_token", "glc_eyJ" + BODY, False),
    # JFrog
    ("jfrog_reference", b64(REFERENCE), True),
    ("jfrog_reference", b64(REFERENCE.replace(b"1735689600", b"tomorrow??")), False),
    ("jfrog_reference", b64(b"reftkn:01:"), False),
    ("jfrog_reference", "not base64!", False),
    # Atlassian Data Center
    ("atlassian_dc_token", "BBDC-" + b64(DC_TOKEN), True),
    ("atlassian_dc_token", "BBDC-" + b64(DC_TOKEN[1:]), False),
    ("atlassian_dc_token", "BBDC-" + b64(b"x" + DC_TOKEN[1:]), False),
    # Snyk
    ("snyk_token", snyk({"h": "snyk.io", "e": 1}), True),
    ("snyk_token", snyk({"e": 1}), False),
    ("snyk_token", snyk("h"), False),
    ("snyk_token", "snyk_uat.12345678.payload.signature", False),
    ("snyk_token", snyk({"h": "snyk.io"}) + ".extra", False),
    # UUIDs as keys
    ("uuid_key", UUID, None),
    ("uuid_key", UUID.upper(), None),
    ("uuid_key", UUID.replace("-40de-", "-10de-"), False),
    ("uuid_key", UUID.replace("-944b-", "-144b-"), False),
    ("uuid_key", "12345678-1234-4234-8234-123456789012", False),
    ("uuid_key", "00000000-0000-4000-8000-000000000000", False),
    ("uuid_key", UUID + "0", False),
    ("registry_token", UUID, None),
    ("registry_token", BODY, None),
    ("registry_token", "${NPM_TOKEN}", False),
    ("registry_token", "authentication-configuration", False),
    # samples out of manuals
    ("unprinted_token", "pdus+_0XBPWQQ_b2b2060b-e7af-44a1-8ddf·-9c56fedd8d4f", False),
    ("unprinted_token", "pdus+_0KD83NQR_" + UUID, None),
    ("unprinted_token", "sktsec_xxxxxxxxxxxx_api", False),
]


@pytest.mark.parametrize(("name", "text", "verdict"), TABLE)
def test_each_check_proves_disproves_or_leaves_open(name: str, text: str, verdict: bool | None) -> None:
    assert CHECKS[name](text.replace("·", "")) is verdict


def test_every_check_is_tried_above() -> None:
    assert {name for name, _, _ in TABLE} == CHECKS.keys()


@pytest.mark.parametrize("name", sorted(CHECKS))
@given(text=st.text(max_size=120) | st.from_regex(r"[ -~]{0,80}", fullmatch=True))
def test_a_check_takes_any_text(name: str, text: str) -> None:
    for value in (text, f"glsa_{text}", f"a.b.{text}.c", b64(text.encode("utf-8", "surrogatepass"))):
        assert CHECKS[name](value) in (True, False, None)
