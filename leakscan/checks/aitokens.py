"""What keys of AI platforms and labelling vendors prove of themselves: the claims they carry, how they are built."""

from __future__ import annotations

import re

from leakscan.checks.tokens import _json_object, not_placeholder, random_token
from leakscan.types import Check

_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
# Wikipedia's and RFC 4122's examples, which manuals repeat; without dashes, that they are no literals here.
_SHOWN = frozenset(("550e8400e29b41d4a716446655440000", "f81d4fae7dec11d0a76500a0c91e6bf6"))
_ANY_UUID = re.compile(r"[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{27}")
_MIN_DIFFERENT = 9
"""Hex digits: fewer of the sixteen occur in one drawn UUID of ten thousand."""


def random_uuid(text: str) -> bool | None:
    """Keep what was drawn as a version 4 UUID is (RFC 9562, 5.4) and is no stand-in; for keys that are UUIDs."""
    if _UUID4.fullmatch(text.lower()) is None:
        return False
    body = text.lower().replace("-", "")
    return False if body in _SHOWN or len(set(body)) < _MIN_DIFFERENT else not_placeholder(body)


def key_with_uuid(text: str) -> bool | None:
    """Judge the UUID, and what stands behind it, of ``prefix-UUID`` and ``UUID:secret``."""
    found = _ANY_UUID.search(text)
    if found is None or random_uuid(found.group()) is False:
        return False
    tail = text[found.end() :].lstrip(":")
    return not_placeholder(tail) if tail else None


def neptune_token(text: str) -> bool:
    """Check that it is base64 of JSON with the address of a server and a key.

    Source: neptune's own client, which decodes ``NEPTUNE_API_TOKEN`` so.
    """
    claims = _json_object(text) or {}
    key = claims.get("api_key")
    return "api_address" in claims and isinstance(key, str) and random_uuid(key) is not False


def labelbox_key(text: str) -> bool:
    """Check that it is a JWT whose payload names a user, an organisation and an API key, as Labelbox's do."""
    parts = text.split(".")
    claims = _json_object(parts[1] if len(parts) > 1 else "") or {}
    return "alg" in (_json_object(parts[0]) or {}) and {"userId", "organizationId", "apiKeyId"} <= claims.keys()


def qdrant_key(text: str) -> bool:
    """Check that it is a JWT with Qdrant's claim ``access``: r, m, or a list of collections.

    Source: qdrant.tech/documentation/guides/security (granular access control with JWT).
    """
    parts = text.split(".")
    claims = _json_object(parts[1] if len(parts) > 1 else "") or {}
    access = claims.get("access")
    return "alg" in (_json_object(parts[0]) or {}) and (isinstance(access, list) or access in ("r", "m"))


def zep_key(text: str) -> bool:
    """Check that, with the ``eyJ`` that ``z_`` stands for put back, it is a signed JSON object with a UUID."""
    claims = _json_object("eyJ" + text.removeprefix("z_").partition(".")[0]) or {}
    return "uuid" in claims and not_placeholder(text.rpartition(".")[2]) is not False


_GROUP = re.compile(r"(?=.*[0-9])(?=.*[A-Z])[0-9A-Z]{4}")
_MIN_MIXED = 2


def licence_groups(text: str) -> bool | None:
    """Keep a licence key (a host may follow) of groups of which two or more mix digits and letters, as drawn ones do."""
    groups = text.partition("@")[0].split("-")
    mixed = sum(_GROUP.fullmatch(group) is not None for group in groups)
    if mixed < _MIN_MIXED or len(set(groups)) < len(groups):
        return False
    return not_placeholder("".join(groups))


def dotted_token(text: str) -> bool | None:
    """Judge ``id.secret`` or ``secret=number`` by its longest part: that it was drawn."""
    parts = re.split(r"[.=:|]", text)
    return False if not_placeholder(text) is False else random_token(max(parts, key=len))


CHECKS: dict[str, Check] = {
    "dotted_token": dotted_token,
    "key_with_uuid": key_with_uuid,
    "labelbox_key": labelbox_key,
    "licence_groups": licence_groups,
    "neptune_token": neptune_token,
    "qdrant_key": qdrant_key,
    "random_uuid": random_uuid,
    "zep_key": zep_key,
}
