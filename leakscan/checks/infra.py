"""What keys of clouds, clusters and data stores can prove about themselves: claims, sizes, identifiers that are drawn.

Formats are those the issuers document; each check names its source.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from leakscan.checks.tokens import b64, claims, not_placeholder, private_key
from leakscan.types import Check

# -- decoding, without exceptions ------------------------------------------------------------


def _payload(token: str) -> dict[str, object]:
    parts = token.split(".")
    return claims(parts[1]) if len(parts) == 3 else {}  # noqa: PLR2004  header, payload, signature


# -- identifiers that serve as keys ----------------------------------------------------------

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_SAMPLE_UUIDS = ("550e8400e29b", "123e4567e89b", "497f6ecae276", "6ba7b810", "f47ac10b58cc", "3fa85f645717", "deadbeef")
_MIN_DIFFERENT = 9


def uuid_as_key(text: str) -> bool | None:
    """Keep a UUID that looks drawn: no manual's sample, no typed run (RFC 9562; its version may be unset)."""
    digits = text.replace("-", "").lower()
    if _UUID.fullmatch(text) is None or digits.startswith(_SAMPLE_UUIDS) or not_placeholder(digits) is False:
        return False
    return None if len(set(digits)) >= _MIN_DIFFERENT else False


_MIN_SIGNS = 2
_MIN_KINDS = 6


def short_key(text: str) -> bool | None:
    """Keep a key too short for ``random_token``: letters and digits, several of each, and no stand-in."""
    letters = sum(sign.isalpha() for sign in text)
    digits = sum(sign.isdigit() for sign in text)
    drawn = letters >= _MIN_SIGNS and digits >= _MIN_SIGNS and len(set(text)) >= _MIN_KINDS
    return not_placeholder(text) if drawn else False


# -- clouds ----------------------------------------------------------------------------------


def ecr_password(text: str) -> bool | None:
    """Check that an ECR authorization token is base64 of ``AWS:`` and base64 (API_AuthorizationData)."""
    user, _, password = (b64(text) or b"").partition(b":")
    return user == b"AWS" and bool(re.fullmatch(rb"[A-Za-z0-9+/=_-]{100,}", password))


_SIGNATURES = (20, 32, 128, 256, 512)


def url_signature(text: str) -> bool | None:
    """Check that a signature in a URL is base64 of an HMAC-SHA-1, an HMAC-SHA-256 or an RSA signature."""
    plain = unquote(text)
    return None if len(b64(plain) or b"") in _SIGNATURES and not_placeholder(plain) is None else False


def azure_logic_signature(text: str) -> bool | None:
    """Check that a workflow's signature is base64 of 32 bytes, in the alphabet for URLs and without padding."""
    return None if len(b64(text) or b"") == 32 and not_placeholder(text) is None else False  # noqa: PLR2004


# -- clusters --------------------------------------------------------------------------------

_KUBERNETES = "kubernetes.io"


def kubernetes_token(text: str) -> bool | None:
    """Prove a service account's token by its claims.

    Source: kubernetes.io, "Managing Service Accounts": ``iss`` of legacy tokens, ``kubernetes.io`` of bound ones.
    """
    claims = _payload(text)
    return claims.get("iss") == "kubernetes/serviceaccount" or any(name.startswith(_KUBERNETES) for name in claims)


def pem_in_base64(text: str) -> bool | None:
    """Judge base64 of a PEM file by the private key in it, as kubeconfig holds it (client-key-data)."""
    return private_key((b64(text) or b"").decode("ascii", "replace"))


def cloudflare_tunnel_token(text: str) -> bool | None:
    """Check that a tunnel token is base64 of JSON with account, tunnel and secret (``cloudflared``'s TunnelToken)."""
    found = claims(text)
    return all(isinstance(found.get(name), str) for name in "ats")


# -- data stores and services ----------------------------------------------------------------


def supabase_service_role(text: str) -> bool | None:
    """Prove a Supabase key that skips row-level security, and drop the anonymous one, which is public.

    Source: supabase.com/docs/guides/api/api-keys (the ``role`` claim). The key of local development is everybody's.
    """
    claims = _payload(text)
    return claims.get("iss") == "supabase" and claims.get("role") == "service_role"


_ELASTIC = re.compile(rb"[A-Za-z0-9_-]{16,40}:[A-Za-z0-9_-]{20,48}")


def elastic_api_key(text: str) -> bool | None:
    """Check that an encoded API key is base64 of ``id:key``.

    Source: elastic.co, "Create API key" of the Elasticsearch API: ``encoded``.
    """
    raw = b64(text) or b""
    return bool(_ELASTIC.fullmatch(raw)) and not_placeholder(raw.decode("ascii", "replace")) is None


def mapbox_token(text: str) -> bool | None:
    """Check that the middle of a token is JSON that names a user (docs.mapbox.com, "Token format")."""
    return isinstance(_payload(text).get("u"), str)


def qstash_token(text: str) -> bool | None:
    """Check that a QStash token is base64 of JSON with user and password (upstash.com/docs/qstash)."""
    return isinstance(claims(text).get("UserID"), str) and isinstance(claims(text).get("Password"), str)


def jwt_alone(text: str) -> bool | None:
    """Check that header and payload of a JWT are JSON objects, whatever the payload says (RFC 7519)."""
    return None if "alg" in claims(text.partition(".")[0]) and _payload(text) else False


CHECKS: dict[str, Check] = {
    "azure_logic_signature": azure_logic_signature,
    "cloudflare_tunnel_token": cloudflare_tunnel_token,
    "ecr_password": ecr_password,
    "elastic_api_key": elastic_api_key,
    "jwt_alone": jwt_alone,
    "kubernetes_token": kubernetes_token,
    "mapbox_token": mapbox_token,
    "pem_in_base64": pem_in_base64,
    "qstash_token": qstash_token,
    "short_key": short_key,
    "supabase_service_role": supabase_service_role,
    "url_signature": url_signature,
    "uuid_as_key": uuid_as_key,
}
