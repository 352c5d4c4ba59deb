"""Checks of the tokens of chat, office, customer and social services: what decodes, what adds up, what looks drawn.

None of them reaches the service: each verifies only what the token says of itself. The parts that several packs
share (stand-ins, base64, CRC-32) are those of `leakscan.checks.tokens`.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from leakscan.checks.tokens import _BASE62, _crc, _digits, _json_object, b64, not_placeholder, not_words, random_token
from leakscan.types import Check

# --- JSON web tokens of one issuer -----------------------------------------------------------


def _claims(text: str) -> dict[str, object]:
    """The payload of a JSON web token whose header names an algorithm; empty for anything else."""
    parts = text.split(".")
    header = _json_object(parts[0])
    if len(parts) != 3 or not header or "alg" not in header:  # noqa: PLR2004  header, payload, signature
        return {}
    return _json_object(parts[1]) or {}


def monday_token(text: str) -> bool | None:
    """Check that the claims are those of a monday.com API token: token, user and account numbers.

    Source: developer.monday.com/api-reference/docs/authentication (tokens are JSON web tokens).
    """
    claims = _claims(text)
    return all(isinstance(claims.get(name), int) for name in ("tid", "uid"))


def calendly_token(text: str) -> bool | None:
    """Check that Calendly's own server issued the token (developer.calendly.com, personal access tokens)."""
    return _claims(text).get("iss") == "https://auth.calendly.com"


def front_token(text: str) -> bool | None:
    """Check that Front issued the token and gave it scopes (dev.frontapp.com, authentication)."""
    claims = _claims(text)
    return claims.get("iss") == "front" and "scopes" in claims


# --- structure and sums ----------------------------------------------------------------------

_TWITTER_ID = 24
_TWITTER_HEAD = 44


def twitter_bearer(text: str) -> bool | None:
    """Check that an app-only token leads with base64 of 44 bytes: an application's number, then a digest.

    The number stands in the last eight of the first 24 bytes, so that sixteen zero bytes come first. Source: the
    shape of the sample at docs.x.com (application-only authentication). The token inside X's own web pages, which
    is everybody's, is dropped by that number.
    """
    head, mark, secret = unquote(text).rpartition("=")
    raw = b64(head + mark)
    if raw is None or len(raw) != _TWITTER_HEAD or raw[:12] != bytes(12):
        return False
    web_client = bytes.fromhex("00d4482e00000000")
    sample = bytes.fromhex("00c2e17800000000")
    return raw[16:_TWITTER_ID] not in {web_client, sample} and not_placeholder(secret) is not False


_MATRIX = re.compile(r"(?:sy[rt]_[0-9A-Za-z_-]{2,400}_[A-Za-z]{20}|m(?:at|ar|ct|cr)_[0-9A-Za-z]{30})_[0-9A-Za-z]{6}")


def matrix_token(text: str) -> bool | None:
    """Check the CRC-32 tail, six base-62 digits over all before it; MAS writes the lowest digit first.

    Source: how Synapse and matrix-authentication-service describe their tokens.
    """
    if not _MATRIX.fullmatch(text):
        return False
    body, _, tail = text.rpartition("_")
    number = _digits(_crc(body), _BASE62, 1)
    turned = number[::-1] if text.startswith("m") else number
    return tail == turned.rjust(len(tail), _BASE62[0])


_POLAR_TAIL = 6


def polar_token(text: str) -> bool | None:
    """Accept Polar's CRC-32 tail, six base-62 digits over the random part; tokens made before it bear none.

    Source: polarsource/polar, server/polar/kit/crypto.py.
    """
    body = text.rpartition("_")[2]
    proved = body[-_POLAR_TAIL:] == _digits(_crc(body[:-_POLAR_TAIL]), _BASE62, _POLAR_TAIL)
    return True if proved and not_placeholder(text) is None else random_token(text)


_GZIP_HEAD = re.compile(r"H4sIA{6,12}")


def ebay_token(text: str) -> bool | None:
    """Judge what stands behind the version and the flags, and behind the head of the gzip stream in it.

    Source: the samples at developer.ebay.com (api-docs/static/oauth-refresh-token-request.html).
    """
    body = text.rpartition("^")[2].rstrip("=*")
    return not_placeholder(_GZIP_HEAD.sub("", body, count=1))


def data_center_token(text: str) -> bool | None:
    """Check that a token of Jira or Confluence Data Center is base64 of a 12-digit number, a colon and 20 bytes.

    Source: the shape of what Data Center issues (confluence.atlassian.com, Using personal access tokens).
    """
    raw = b64(text)
    return raw is not None and re.fullmatch(rb"[0-9]{12}:[\x00-\xff]{20}", raw) is not None


_INTERCOM = re.compile(rb"tok:[0-9a-f]{8}(?:_[0-9a-f]{4}){3}_[0-9a-f]{12}:[0-9]{1,4}:[0-9]{1,4}")


def intercom_token(text: str) -> bool | None:
    """Check that a token is base64 of ``tok:``, a UUID written with underscores and two numbers."""
    raw = b64(text)
    return raw is not None and _INTERCOM.fullmatch(raw) is not None


def pubnub_secret(text: str) -> bool | None:
    """Check that a secret key is a UUID, plain or in base64, behind its prefix (pubnub.com/docs, keysets)."""
    body = text.rpartition("sec-c-")[2]
    raw = body if "-" in body else (b64(body) or b"").decode("ascii", "replace")
    return secret_uuid(raw) is not False


_DATA_CENTERS = range(1, 6)
_TELETHON, _PYROGRAM = 263, 271


def telegram_session(text: str) -> bool | None:
    """Check that a string session unpacks to a data centre of Telegram's five and a port or flags.

    Telethon: a 1, then base64 of data centre, IPv4 address, port and a key of 256 bytes. Pyrogram: base64 of data
    centre, application, test flag, key, user and bot flag. Source: docs.telethon.dev and docs.pyrogram.org.
    """
    raw = b64(text[1:]) if text.startswith("1") and len(text) == 353 else b64(text)  # noqa: PLR2004
    if raw is None or len(raw) not in {_TELETHON, _PYROGRAM} or raw[0] not in _DATA_CENTERS:
        return False
    if len(raw) == _TELETHON:
        return raw[5:7] in {b"\x01\xbb", b"\x00\x50"}
    return raw[5] < 2 and raw[-1] < 2  # noqa: PLR2004  flags


_SMTP_VERSION = 4
_SMTP_SIZE = 33


def ses_smtp_password(text: str) -> bool | None:
    """Check that an SMTP password of Amazon SES is base64 of its version, 4, and a SHA-256 signature.

    Source: docs.aws.amazon.com/ses, Obtaining Amazon SES SMTP credentials.
    """
    raw = b64(text)
    drawn = raw is not None and len(raw) == _SMTP_SIZE and raw[0] == _SMTP_VERSION
    return random_token(text) if drawn else False


# --- short ones, which only their looks can disprove -----------------------------------------

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_MIN_DIFFERENT = 7
_SAMPLE_UUID = "550e8400-e29b-41d4-a716-446655440000"


def secret_uuid(text: str) -> bool | None:
    """Keep a UUID that serves as a secret; drop the empty one, typed ones and the one of every manual."""
    different = len(set(text.lower()) - {"-"})
    if not _UUID.fullmatch(text) or different < _MIN_DIFFERENT or text.lower() == _SAMPLE_UUID:
        return False
    return not_placeholder(text)


def drawn_hex(text: str) -> bool | None:
    """Keep 16 hexadecimal digits or more that look drawn: letters and digits of both kinds, and enough of them."""
    body = text.lower()
    mixed = re.search(r"[a-f]", body) and re.search(r"[0-9]", body)
    if not re.fullmatch(r"[0-9a-f]{16,400}", body) or not mixed or len(set(body)) < _MIN_DIFFERENT:
        return False
    return not_placeholder(text)


def app_secret_15(text: str) -> bool | None:
    """Keep fifteen characters (Dropbox's app keys and secrets) of letters and at least two digits, no words."""
    if not re.fullmatch(r"[0-9a-z]{15}", text) or not re.search(r"[0-9].*[0-9]", text) or not re.search("[a-z]", text):
        return False
    return not_words(text) if len(set(text)) >= _MIN_DIFFERENT else False


def uuid_or_random(text: str) -> bool | None:
    """Judge a secret that is a UUID at one service's older apps and drawn text at newer ones."""
    return secret_uuid(text) if _UUID.fullmatch(text) else random_token(text)


def base64_uuid(text: str) -> bool | None:
    """Check that a secret is a UUID in base64, as OneSignal's older keys are."""
    return secret_uuid((b64(text) or b"").decode("ascii", "replace")) is not False


def bluesky_app_password(text: str) -> bool | None:
    """Keep four times four of the base-32 alphabet that hold a digit (97 of 100 do) and are no words."""
    joined = text.replace("-", "")
    if not re.fullmatch(r"[a-z2-7]{16}", joined) or not re.search(r"[2-7]", joined):
        return False
    return _drawn_letters(joined)


_PREPARED = frozenset(
    "abcd efgh ijkl mnop qrst uvwx xxxx yyyy zzzz your pass word pswd test this that with from code here".split()
)


def mail_app_password(text: str) -> bool | None:
    """Keep sixteen letters in four groups that nobody would read as words (Google's and Yahoo's form)."""
    joined = "".join(text.split())
    groups = [joined[i : i + 4].lower() for i in range(0, 16, 4)]
    if not re.fullmatch(r"[a-z]{16}|[A-Z]{16}", joined) or _PREPARED & set(groups):
        return False
    return _drawn_letters(joined)


def wordpress_app_password(text: str) -> bool | None:
    """Keep six groups of four letters and digits that look drawn: both cases and digits (WordPress 5.6 and later)."""
    joined = "".join(text.split())
    kinds = all(re.search(kind, joined) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    return random_token(joined) if kinds and re.fullmatch(r"[0-9A-Za-z]{24}", joined) else False


def wordpress_salt(text: str) -> bool | None:
    """Keep a salt that looks drawn: not the phrase that wp-config-sample.php holds, and of many characters."""
    few = len(set(text)) < 24  # noqa: PLR2004  64 drawn of 90 hold twice as many
    return False if few or "unique phrase" in text.lower() or text.count(" ") > 8 else None  # noqa: PLR2004


_MIN_VARIED = 9


def _drawn_letters(joined: str) -> bool | None:
    return not_words(joined) if len(set(joined)) >= _MIN_VARIED else False


CHECKS: dict[str, Check] = {
    "app_secret_15": app_secret_15,
    "base64_uuid": base64_uuid,
    "bluesky_app_password": bluesky_app_password,
    "calendly_token": calendly_token,
    "data_center_token": data_center_token,
    "drawn_hex": drawn_hex,
    "ebay_token": ebay_token,
    "front_token": front_token,
    "intercom_token": intercom_token,
    "mail_app_password": mail_app_password,
    "matrix_token": matrix_token,
    "monday_token": monday_token,
    "polar_token": polar_token,
    "pubnub_secret": pubnub_secret,
    "secret_uuid": secret_uuid,
    "ses_smtp_password": ses_smtp_password,
    "telegram_session": telegram_session,
    "twitter_bearer": twitter_bearer,
    "uuid_or_random": uuid_or_random,
    "wordpress_app_password": wordpress_app_password,
    "wordpress_salt": wordpress_salt,
}
