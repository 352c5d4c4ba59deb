"""What tokens of code hosts, registries, build services and monitoring prove about themselves offline.

Check sums and structure that the vendor documents, or states in its own published source. Pure and total, as all
checks are; what the other secrets checks share is in ``tokens``.
"""

import re
import zlib
from functools import reduce
from operator import xor

from leakscan.checks.tokens import b64, claims, not_placeholder, random_token
from leakscan.types import Check

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TAIL_62 = 6
_TAIL_HEX = 8


def _crc(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def _base62(number: int) -> str:
    """Write a 32-bit number as six base-62 digits."""
    out = ""
    for _ in range(_TAIL_62):
        number, rest = divmod(number, len(_BASE62))
        out = _BASE62[rest] + out
    return out


# --- stand-ins that the manuals of these vendors print ---------------------------------------

_PRINTED = frozenset(
    value.replace("\N{MIDDLE DOT}", "")
    for value in (
        # Dynatrace, "Access tokens"
        "dt0s01.ST2EY72KQINMH574WMNVI7YN.G3DFPBEJYMODIDAEX454M7YW·BUVEFOWKPRVMWFASS64NFH52PX6BNDVFFM572RZM",
        "dt0c01.ST2EY72KQINMH574WMNVI7YN.G3DFPBEJYMODIDAEX454M7YW·BUVEFOWKPRVMWFASS64NFH52PX6BNDVFFM572RZM",
        # PagerDuty, "OAuth functionality"
        "pdus+_0XBPWQQ_b2b2060b-e7af-44a1-8ddf·-9c56fedd8d4f",
        "pdus+_1XBPWQQ_f85dd2f1-b906-478a-a9e6·-678952529e4e",
        "pdus+_0XBPWQQ_dfd3c718-4a46-400d-a8ec·-45bab1fd417e",
        # Socket's demonstration key
        "sktsec_t_--RAN5U4ivauy4w37-6aoKyYPDt5ZbaT5JBVMqiwKo·_api",
    )
)


def unprinted_token(text: str) -> bool | None:
    """Drop stand-ins, and the samples that the manuals of these vendors print."""
    return False if text in _PRINTED else not_placeholder(text)


_UUID = re.compile(r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-4[0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12}")


def uuid_key(text: str) -> bool | None:
    """Keep UUIDs that were drawn (RFC 9562, version 4), which some vendors use as keys."""
    return not_placeholder(text) if _UUID.fullmatch(text) else False


def registry_token(text: str) -> bool | None:
    """Keep what registries hand out: drawn UUIDs (npm's legacy tokens) and random tokens."""
    return None if uuid_key(text) is None else random_token(text)


# --- check sums ------------------------------------------------------------------------------


def jsr_crc(text: str) -> bool | None:
    """Check the CRC-32 tail, six base-62 digits over all before it, the prefix included (jsr.io's own source)."""
    body, tail = text[:-_TAIL_62], text[-_TAIL_62:]
    return tail == _base62(_crc(body)) and not_placeholder(body) is None


def datadog_crc(text: str) -> bool | None:
    """Accept a matching CRC-32 tail of ``prefix_ALIAS_SECRET…``; a different one says nothing.

    Datadog documents "a CRC32 checksum following the GitHub checksum standard", not which parts it covers.
    """
    if not_placeholder(text) is False:
        return False
    body, tail = text[:-_TAIL_62], text[-_TAIL_62:]
    parts = (body, body.partition("_")[2], body.rpartition("_")[2])
    return True if any(tail == _base62(_crc(part)) for part in parts) else None


_CRATES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_CRATES_PREFIX = "cio_tp_"


def crates_io_checksum(text: str) -> bool | None:
    """Check the last character of a Trusted Publishing token: the others, xored, as a digit of base 62.

    Source: rust-lang/crates.io, crates/crates_io_trustpub/src/access_token.rs.
    """
    body, tail = text.removeprefix(_CRATES_PREFIX)[:-1], text[-1:]
    total = reduce(xor, body.encode("utf-8", "surrogatepass"), 0)
    return tail == _CRATES[total % len(_CRATES)] and not_placeholder(body) is None


def cloudflare_crc(text: str) -> bool | None:
    """Accept a credential of Cloudflare's whose tail is the CRC-32, in hex, of what was drawn; another says nothing.

    Cloudflare documents "40 characters followed by a checksum" (Token formats), not how it is made.
    """
    if not_placeholder(text) is False:
        return False
    body, tail = text.partition("_")[2][:-_TAIL_HEX], text[-_TAIL_HEX:]
    return True if tail == f"{_crc(body):08x}" else None


def packagist_crc(text: str) -> bool | None:
    """Check the CRC-32 tail, eight hex digits over prefix and random part (Private Packagist's documentation)."""
    body, tail = text[:-_TAIL_HEX], text[-_TAIL_HEX:]
    return tail == f"{_crc(body):08x}" and not_placeholder(body) is None


def grafana_token(text: str) -> bool | None:
    """Check a service account token's CRC-32 (hex, low byte first), and the JSON inside Cloud and legacy keys.

    Source: grafana/grafana, pkg/components/satokengen. A Cloud token names its key ``k``.
    """
    if not_placeholder(text) is False:
        return False
    if text.startswith("glsa_"):
        body, _, tail = text.rpartition("_")
        return tail == _crc(body).to_bytes(4, "little").hex()
    return isinstance(claims(text.removeprefix("glc_")).get("k"), str)


# --- structure -------------------------------------------------------------------------------

_REFTKN = re.compile(rb"reftkn:[0-9]{2}:[0-9]{10}:[0-9A-Za-z]{20,40}")


def jfrog_reference(text: str) -> bool | None:
    """Check that a reference token is base64 of ``reftkn:version:expiry:secret``."""
    return bool(_REFTKN.fullmatch(b64(text) or b""))


_DC_TOKEN = re.compile(rb"[0-9]{12}:")
_DC_SIZE = 33


def atlassian_dc_token(text: str) -> bool | None:
    """Check that a Data Center access token is base64 of its number, twelve digits, and twenty bytes drawn."""
    raw = b64(text.removeprefix("BBDC-")) or b""
    return len(raw) == _DC_SIZE and bool(_DC_TOKEN.match(raw))


def snyk_token(text: str) -> bool | None:
    """Check that the third part of ``snyk_uat.id.claims.signature`` is JSON that names a host.

    Source: snyk/go-application-framework and snyk/cli, which read it from there.
    """
    parts = text.split(".")
    return len(parts) == 4 and isinstance(claims(parts[2]).get("h"), str)  # noqa: PLR2004


CHECKS: dict[str, Check] = {
    "atlassian_dc_token": atlassian_dc_token,
    "cloudflare_crc": cloudflare_crc,
    "crates_io_checksum": crates_io_checksum,
    "datadog_crc": datadog_crc,
    "grafana_token": grafana_token,
    "jfrog_reference": jfrog_reference,
    "jsr_crc": jsr_crc,
    "packagist_crc": packagist_crc,
    "registry_token": registry_token,
    "snyk_token": snyk_token,
    "unprinted_token": unprinted_token,
    "uuid_key": uuid_key,
}
