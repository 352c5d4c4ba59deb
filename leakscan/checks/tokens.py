"""What a secret can prove about itself offline: check sums, structure, and being a stand-in.

Owns every check the ``secrets`` rule pack names. A check is pure and total: any string in,
``True`` (proved), ``None`` (plausible) or ``False`` (disproved) out. None of them raises, reads
the clock, or touches the network.
"""

import base64
import binascii
import json
import re
import zlib
from urllib.parse import unquote

from leakscan.types import Check

# --- stand-ins: what documentation and tests write instead of a secret -----------------------

# Only words of five letters and more, or with a sign: a random token may hold a short one.
_STAND_IN_WORDS = (
    "example", "sample", "dummy", "placeholder", "changeme", "change-me", "change_me", "redacted",
    "your_", "your-", "yourkey", "yourtoken", "yoursecret", "yourapi", "yourpass", "yourstrong", "insert_",
    "insert-", "replace", "fakekey", "fake_", "fake-", "faketoken", "notreal", "mysecret",
    "my_secret", "my-secret", "my_token", "my-token", "mytoken", "my_password", "mypassword",
    "django-insecure", "a-za-z", "a-z0-9",
    "****", "....", "____", "${", "{{", "$(", "%(", "#{", "<", ">", "\N{HORIZONTAL ELLIPSIS}",
    "\N{BULLET}",
)  # fmt: skip
# Not of mixed case: four in a row of either turn up in drawn tokens of a hundred characters.
_CROSSES = ("xxxx", "XXXX")
_STAND_IN_RUNS = ("123456", "654321", "abcdef", "fedcba", "qwerty", "asdfgh", "abcd1234")
_SAME_CHARACTER = re.compile(r"(.)\1{5}", re.DOTALL)
# Fewer different characters than this in the tail means typed, not drawn.
_MIN_DIFFERENT = 7
_TAIL = 24


def _documented(*values: str) -> frozenset[str]:
    """Values that vendors print in their manuals; the middle dot keeps scanners off this file."""
    return frozenset(value.replace("\N{MIDDLE DOT}", "") for value in values)


_DOCUMENTED = _documented(
    # Azurite and the storage emulator
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsu·Fq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
    # the Azure Cosmos DB emulator
    "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nD·uVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==",
    # CircleCI's changelog
    "CCIPAT_ULUhR6rJLxYbyzyrP19iMZ_8fb1e3510325f7f0936·1de22b9420346c53ca2cb",
    # Stripe's, Telegram's and Google's reference pages
    "sk_test_4eC39HqLyjWD·arjtT1zdp7dc",
    "sk_test_BQokikJOvBiI2HlW·gH4olfQ2",
    "110201543:AAHdqTcvCH1vGWJx·fSeofSAs0K5PALDsaw",
    "AIzaSyDaGmWKa4JsXZ-HjGw·7ISLn_3namBGewQe",
    # RFC 5849, RFC 6749, RFC 6750 and RFC 7009
    "0685bd9184·jfhq22",
    "ad180jjd73·3klru7",
    "45ghiukldj·ahdnhzdauz",
    "gX1fBa·t3bV",
    "2YotnFZFEjr1·zCsicMWpAA",
    "tGzv3JOkF0XG·5Qx2TlKWIA",
    "7Fjfp0ZBr1Kt·DRbnfVdmIw",
    "SplxlOBeZQQY·bYS6WxSBIA",
    "lsdkfol23w54·jlksdef",
    "kkk9d7dh3k39·sjv7",
    # WireGuard's quick start
    "yAnz5TF+lXXJte14tji3·zlMNq+hd2rYUIgJBgB3fBmk=",
    # Python's manual of urllib
    "geheim$·parole",
    "kadidd!e·hopper",
    # Apache's, Git's, argon2-cffi's, Django's and PostgreSQL's manuals: hashes
    "$apr1$qHDFfhPC$·nITSVHgYbDAK1Y0acGRnY0",
    "nITSVHgYbDAK·1Y0acGRnY0",
    "xxj31Z·MTZzkVA",
    "$2y$05$c4WoMPo3SXsafkva·.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC",
    "{SHA}VBPuJHI7uixaa6LQG·Wx4s+5GKNE=",
    "qQ5vTYO·3c8dsU",
    "rqXexS6·ZhobKA",
    "$1$OXLyS...$·Owx8s2/m9/gfkcRVXzgoE/",
    "$1$9K7FzU28$·VfF6EoPYCJEYcVQwATgOP/",
    "$5$.NqmNH1vwfzGpV8B$·znZIcumu1tNLATgV2l6e1/mY8RzhUDHMOaVOeL1cxV3",
    "sqkNi8z·Pf01HI",
    "$argon2id$v=19$m=65536,t=3,p=4$MIIRqgvgQbgj220jfp0MPA$·YfwJSVjtjSU0zzV/P3S9nnQ/USre2wvJMjfCIjrTQbg",
    "pbkdf2_sha256$30000$Vo0VlMnkR4Bk$·qEvtdyZRWTcOsCnI/oQ7fVOu1XAURIZYoOZ3iq8Dr4M=",
    "SCRAM-SHA-256$4096:44560wPMLfjqiAzyPDZ/eQ==$·4CA054rZlSFEq8Z3FEhToBTa2X6KnWFxFkPwIbKoDe0="
    ":L/nbSZRCjp6RhOhKK56GoR1zibCCSePKshCJ9lnl3yw=",
    # Postfix's manual: keys
    "MC4CAQAwBQYDK2VwBCIEIEJfbbO4BgBQ·GBg9NAbIJaDBqZb4bC4cOkjtAH+Efbz3",
    "MEcCAQAwBQYDK2VxBDsEOQf+m0P+G0qi+NZ0Rolyei·E5zdlPQR8h8y4jByBifpIeLNler7nzHQJ1SLcOiXFHXlxp/84VZuh32A==",
    # 1Password's white paper: a Secret Key, both ways of writing it; Amazon's manual: an access token of a client
    "A3-ASWWYB-798JRY·-LJVD4-23DC2-86TVM-H43EB",
    "A3-ASWWYB-798JRY·LJVD4-23DC2-86TVM-H43EB",
    "Atc|MQEWYJxEnP3I1ND03ZzbY_NxQkA7Kn7Aioev·_OfMRcyVQ4NxGzJMEaKJ8f0lSOiV-yW270o6fnkI",
    # Supabase's command line: the secret key of everybody's local stack; Deno's manual
    "sb_secret_N7UND0UgjKTVK-Uodk·m0Hg_xSvEMPvz",
    "ddo_u7mo08lBNHm8GMGLht·rEVfcgBsCuSp36dumX",
    # the header of nearly every JWT, alone
    "eyJhbGciOiJIUzI1NiIs·InR5cCI6IkpXVCJ9",
)


def _says_so(text: str) -> bool:
    """Whether it holds a word that says: put yours here."""
    low = text.casefold()
    return any(word in low for word in _STAND_IN_WORDS) or any(crosses in text for crosses in _CROSSES)


def _stand_in(text: str) -> bool:
    """Whether somebody wrote this to show where a secret would be."""
    low = text.casefold()
    if _says_so(text) or any(run in low for run in _STAND_IN_RUNS) or text in _DOCUMENTED:
        return True
    different = len(set(low[-_TAIL:]))
    return bool(_SAME_CHARACTER.search(low)) or different < min(_MIN_DIFFERENT, len(low) / 2)


def not_placeholder(text: str) -> bool | None:
    """Drop stand-ins; say nothing of the rest."""
    return False if _stand_in(text) else None


_LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]{8,20}(?![0-9A-Za-z])")
_TYPED_NUMBER = re.compile(r"0?123456|(.)\1{7}")


def numbered_token(text: str) -> bool | None:
    """Drop stand-ins among tokens that hold account numbers beside what was drawn, as Slack's do.

    The numbers are judged apart and more mildly: six equal digits in a row are common among them.
    """
    typed = any(_TYPED_NUMBER.match(number) for number in _LONG_NUMBER.findall(text))
    return False if typed or text in _DOCUMENTED or _stand_in(_LONG_NUMBER.sub("", text)) else None


# --- decoding, without exceptions ------------------------------------------------------------


def b64(text: str) -> bytes | None:
    """Decode either base64 alphabet, with or without padding; None where it is not base64."""
    body = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _json_object(text: str) -> dict[str, object] | None:
    """Decode base64 of a JSON object, as in a JWT; None where it is anything else."""
    raw = b64(text)
    try:
        value = json.loads(raw) if raw else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def claims(text: str) -> dict[str, object]:
    """The JSON object in base64, as in a JWT; empty where it is anything else."""
    return _json_object(text) or {}


_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


def _digits(number: int, alphabet: str, width: int) -> str:
    """Write a number in the alphabet's base, zero-padded on the left."""
    out = ""
    while number:
        number, rest = divmod(number, len(alphabet))
        out = alphabet[rest] + out
    return out.rjust(width, alphabet[0])


def _crc(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


# --- check sums ------------------------------------------------------------------------------

_CRC62_WIDTH = 6
_CRC36_WIDTH = 7
# Expiring user-to-server refresh tokens are longer and nobody documents what their tail covers.
_REFRESH = "ghr_"


def github_crc(text: str) -> bool | None:
    """Check the CRC-32 tail, six base-62 digits over what follows the prefix (GitHub and npm).

    Source: github.blog, "Behind GitHub's new authentication token formats" (2021) and
    "Announcing npm's new access token format" (2021).
    """
    prefix, _, body = text.partition("_")
    if not body or _stand_in(body):
        return False
    proved = body[-_CRC62_WIDTH:] == _digits(_crc(body[:-_CRC62_WIDTH]), _BASE62, _CRC62_WIDTH)
    return True if proved else None if f"{prefix}_" == _REFRESH else False


def gitlab_crc(text: str) -> bool | None:
    """Check the CRC-32 tail of a routable token, seven base-36 digits over all before it.

    Source: GitLab handbook, "Cells: Routable tokens", and GitLab's own generator.
    """
    if "." not in text or _stand_in(text.partition("-")[2].partition(".")[0]):
        return False
    body, tail = text[:-_CRC36_WIDTH], text[-_CRC36_WIDTH:]
    return tail == _digits(_crc(body), _BASE36, _CRC36_WIDTH)


_ATLASSIAN_TAIL = 8


def atlassian_crc(text: str) -> bool | None:
    """Accept a matching CRC-32 tail (eight hex digits after ``=``); a different one says nothing.

    Atlassian does not publish what the tail covers, so it can prove but not disprove.
    """
    body, _, tail = text.rpartition("=")
    if _stand_in(body or text):
        return False
    proved = len(tail) == _ATLASSIAN_TAIL and tail.upper() == f"{_crc(body):08X}"
    return True if proved else None


_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_STEPS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def _polymod(values: list[int]) -> int:
    """Run the Bech32 check sum of BIP-173 over five-bit values."""
    state = 1
    for value in values:
        top, state = state >> 25, (state & 0x1FFFFFF) << 5 ^ value
        for bit, step in enumerate(_BECH32_STEPS):
            state ^= step if top >> bit & 1 else 0
    return state


def age_secret_key(text: str) -> bool | None:
    """Check the Bech32 sum of an age identity (age-encryption.org/v1, BIP-173)."""
    prefix, mark, data = text.lower().rpartition("1")
    if not mark or any(sign not in _BECH32 for sign in data):
        return False
    high = [ord(sign) >> 5 for sign in prefix]
    low = [ord(sign) & 31 for sign in prefix]
    return _polymod([*high, 0, *low, *map(_BECH32.index, data)]) == 1


# --- structure, by provider ------------------------------------------------------------------

_AWS_BODY = re.compile(r"A[A-Z0-9]{3}([A-Z2-7]{16})")
_MAX_ACCOUNT = 999_999_999_999


def aws_access_key_id(text: str) -> bool | None:
    """Refuse what is not base 32, or decodes to an account number of 13 digits.

    Keys since 2019 hold the account in 40 bits behind a leading 1 (keys before it lead with 0).
    """
    found = _AWS_BODY.fullmatch(text)
    if not found or _stand_in(text):
        return False
    bits = int.from_bytes(base64.b32decode(found[1])[:6], "big")
    return False if bits >> 47 and bits >> 7 & (1 << 40) - 1 > _MAX_ACCOUNT else None


_AWS_SECRET_SIZE = 40
_MAX_SLASHES = 6


def aws_secret_key(text: str) -> bool | None:
    """Keep 40 base-64 characters that look drawn: both cases, few slashes, not words.

    No digit is asked for: one key in a thousand holds none.
    """
    drawn = (
        len(text) == _AWS_SECRET_SIZE
        and any(map(str.islower, text))
        and any(map(str.isupper, text))
        and text.count("/") <= _MAX_SLASHES
        and not _wordy(text)
    )
    return None if drawn and not _stand_in(text) else False


def azure_key_64(text: str) -> bool | None:
    """Check that an account key is base64 of 64 bytes, and not the emulator's."""
    raw = b64(text)
    return raw is not None and len(raw) == 64 and not _stand_in(text)  # noqa: PLR2004


def azure_key_32(text: str) -> bool | None:
    """Check that a shared access key or signature is base64 of 32 bytes (HMAC-SHA-256)."""
    plain = unquote(text)
    raw = b64(plain)
    return raw is not None and len(raw) == 32 and not _stand_in(plain)  # noqa: PLR2004


_MACAROON_SIGNATURE = b"\x06\x20"
_MACAROON_TAIL = 34


def pypi_macaroon(text: str) -> bool | None:
    """Check that a token is a macaroon: version 2, PyPI's location first, the signature last.

    Source: docs.pypi.org (API tokens are macaroons) and libmacaroons' binary format, version 2.
    """
    raw = b64(text.removeprefix("pypi-")) or b""
    location = raw[3 : 3 + raw[2]] if raw[:2] == b"\x02\x01" and len(raw) > _MACAROON_TAIL else b""
    signature = raw[-_MACAROON_TAIL:-32]
    return location in {b"pypi.org", b"test.pypi.org"} and signature == _MACAROON_SIGNATURE


_SNOWFLAKE = re.compile(rb"[0-9]{17,20}")


def discord_token(text: str) -> bool | None:
    """Check that the first part is base64 of a snowflake, an account number of 17 to 20 digits.

    Source: discord.com/developers/docs/reference (snowflakes; bot tokens lead with the user id).
    """
    first, _, rest = text.partition(".")
    raw = b64(first)
    return raw is not None and bool(_SNOWFLAKE.fullmatch(raw)) and not _stand_in(rest)


def sentry_token(text: str) -> bool | None:
    """Check that the middle of an organisation token is JSON that names a server."""
    parts = text.split("_")
    if len(parts) < 3:  # noqa: PLR2004  prefix, claims, signature
        return not_placeholder(text)
    claims = _json_object(parts[1])
    return claims is not None and "url" in claims


def onepassword_token(text: str) -> bool | None:
    """Check that a service account token is base64 of JSON with a sign-in address."""
    claims = _json_object(text.removeprefix("ops_"))
    return claims is not None and "signInAddress" in claims


def stripe_key(text: str) -> bool | None:
    """Drop stand-ins and Paystack's keys, which lead the same way and go on with 40 hex digits."""
    body = text.rpartition("_")[2]
    return False if _stand_in(text) or re.fullmatch(r"[0-9a-f]{40}", body) else None


_JWT_IO_SUBJECT = "1234567890"
_TOY_CLAIMS: tuple[object, ...] = ({"some": "payload"}, {"foo": "bar"}, {"hello": "world"}, {"test": "test"})


def jwt(text: str) -> bool | None:
    """Check that header and payload are JSON objects and the header names an algorithm.

    Source: RFC 7515 and RFC 7519. The token that jwt.io shows is dropped by its subject,
    those of libraries' manuals by all that they claim.
    """
    parts = text.split(".")
    header, payload = _json_object(parts[0]), _json_object(parts[1] if len(parts) > 1 else "")
    if not header or not payload or "alg" not in header:
        return False
    return payload.get("sub") != _JWT_IO_SUBJECT and payload not in _TOY_CLAIMS


# --- private keys ----------------------------------------------------------------------------

_PEM = re.compile(r"-----BEGIN ([A-Z ]{0,24})PRIVATE KEY(?: BLOCK)?-----(.*)-----END ", re.DOTALL)
_PEM_HEADERS = re.compile(r"(?:Proc-Type|DEK-Info|Version|Comment|Charset|Hash): [^\r\n]*")
_ESCAPES = re.compile(r"\\{1,16}[rn]")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_ARMOR_SUM = re.compile(r"=[A-Za-z0-9+/]{4}\s*$")
_JOINED = re.compile(r"[\"'] {0,4}\+ {0,4}(?=\s)")
_OPENSSH = b"openssh-key-v1\x00"
_OPENSSH_PLAIN = _OPENSSH + b"\x00\x00\x00\x04none"
_MIN_KEY = 32
_DER_SEQUENCE = 0x30
_DER_LONG = 0x80
_PGP_SECRET_TAG = 5


def _pem(text: str) -> tuple[str, str, bytes] | None:
    """Split a PEM block, newlines real or written out, into its kind, its headers and its bytes."""
    found = _PEM.search(_ESCAPES.sub("\n", text))
    if not found:
        return None
    headers = " ".join(_PEM_HEADERS.findall(found[2]))
    body = _ARMOR_SUM.sub("", _JOINED.sub("", _PEM_HEADERS.sub("", found[2])).rstrip())
    raw = b64(_NOT_BASE64.sub("", body))
    return (found[1].strip(), headers, raw) if raw and len(raw) >= _MIN_KEY else None


def _encrypted(kind: str, headers: str, raw: bytes) -> bool:
    if kind == "OPENSSH":
        return not raw.startswith(_OPENSSH_PLAIN)
    return kind == "ENCRYPTED" or "ENCRYPTED" in headers or "DEK-Info" in headers


def _der_fits(raw: bytes) -> bool:
    """Whether one DER SEQUENCE fills the bytes exactly (X.690, 8.1.3)."""
    size, start = raw[1], 2
    if size & _DER_LONG:
        start += size & ~_DER_LONG
        size = int.from_bytes(raw[2:start], "big")
    return raw[0] == _DER_SEQUENCE and start + size == len(raw)


def _well_formed(kind: str, headers: str, raw: bytes) -> bool:
    if kind == "OPENSSH":
        return raw.startswith(_OPENSSH)
    # A traditional encrypted key is cipher text: there is nothing to parse.
    return "DEK-Info" in headers or _der_fits(raw)


def private_key(text: str) -> bool | None:
    """Prove a usable private key: DER that fits (RFC 5958, 8017, 5915) or OpenSSH's own magic.

    Encrypted blocks are for ``encrypted_private_key``; a body that decodes but is not a key
    (cut, or mangled on the way) stays plausible.
    """
    block = _pem(text)
    if block is None or _encrypted(*block) or base64.b64encode(block[2]).decode() in _DOCUMENTED:
        return False
    return True if _well_formed(*block) else None


def encrypted_private_key(text: str) -> bool | None:
    """Prove a private key that needs a passphrase: PKCS #8, ``DEK-Info`` or an OpenSSH cipher."""
    block = _pem(text)
    if block is None or not _encrypted(*block):
        return False
    return True if _well_formed(*block) else None


def pgp_private_key(text: str) -> bool | None:
    """Prove a secret-key packet in the armour (RFC 9580, 4.2 and 5.5: tag 5)."""
    block = _pem(text)
    if block is None:
        return False
    head = block[2][0]
    tag = head & 0x3F if head & 0x40 else head >> 2 & 0xF
    return bool(head & 0x80) and tag == _PGP_SECRET_TAG


# --- words and randomness: the generic rules -------------------------------------------------

# The commonest letter pairs of English: three quarters of the pairs in words and identifiers,
# a fifth of the pairs in drawn letters.
_PAIRS = frozenset(
    "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve "
    "co me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur ec ke ey ss oo lo la us ut ct ta di "
    "no pr tr ge un ac el ns rs pe il fo op mo so ee am id um if ie iv ag ca da po pl ap wi ol ot "
    "ow su ai ry ly ci ga qu ab ad mp mb av ex tu bo ig ir".split()
)
_WORDY = 0.45
_MIN_PAIRS = 5
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_ADVISORY = re.compile(r"GHSA(?:-[0-9a-z]{4}){3}")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_CLASS_TESTS = (str.islower, str.isupper, str.isdigit)


def _pairs(text: str) -> tuple[int, int]:
    """How many pairs of letters stand in it, and how many of them are common in English."""
    low = text.lower()
    pairs = [low[i : i + 2] for i in range(len(low) - 1) if low[i : i + 2].isalpha()]
    return len(pairs), sum(pair in _PAIRS for pair in pairs)


# Pieces, and pieces a character: names seldom have so many, what was drawn and is long enough mostly.
_TO_PIECES, _TO_BITS = (6, 0.3), (8, 0.4)
_PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")


def _chopped(text: str, pieces: int, share: float) -> bool:
    """Whether it falls into that many pieces (words in any case, numbers), and so many for its length."""
    found = _PIECE.findall(text)
    return len(found) >= pieces and len(found) >= share * sum(map(len, found))


def _wordy(text: str) -> bool:
    """Whether the letters read like words: too many of the pairs that English is made of, not chopped to bits."""
    pairs, common = _pairs(text)
    return pairs >= _MIN_PAIRS and common > _WORDY * pairs + 1 and not _chopped(text, *_TO_BITS)


def _unreadable(text: str) -> bool:
    """Whether nobody would name anything so: many short pieces, or hardly a common pair of letters.

    Of the names in source code 3 % are, of what password generators make all but 1 in 200.
    """
    pairs, common = _pairs(text)
    rare = pairs >= 2 * _MIN_PAIRS and common < 0.3 * pairs  # noqa: PLR2004  a fifth, when drawn
    return not _wordy(text) and (rare or _chopped(text, *_TO_PIECES))


def _classes(text: str) -> int:
    """How many of lower case, upper case and digits occur."""
    return sum(any(test(sign) for sign in text) for test in _CLASS_TESTS)


_MIN_HEX = 32
_MIN_TOKEN = 16
_MIN_DIGITS = 2
_MIN_LETTERS = 4
_PART = re.compile(r"[A-Za-z]*|[0-9]*|[A-Za-z]{1,4}[0-9]{1,3}|[0-9]{1,2}[A-Za-z]{1,2}")
_SEPARATORS = re.compile(r"[^A-Za-z0-9]+")
_NOT_DRAWN = re.compile(r"(?i)(?:pkcs|sha|utf|aes|krb|oauth|x5)[0-9]{1,3}|(?:18|19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]")
"""Where words get their digits from: ``PKCS12SafeBag``, ``krb5ConfigUri``, ``Comedy1999-12-31Munden``."""
_KEY_LISTED = re.compile(r"(?:rsa|dsa|elg|ed|cv|nistp)[0-9]{3,5}/(?:0x)?[0-9A-F]{8,40}")
"""A public key's algorithm and id, as GnuPG lists them."""


_SYMBOL = re.compile(r"_*[A-Za-z0-9]{0,14}(?:_{1,2}[A-Za-z0-9]{1,14}){2,20}_*")
_MANGLED = re.compile(r"_Z[NKTLSt0-9]\w*")


def _is_symbol(text: str) -> bool:
    """Whether it is a name as linkers see them: ``PKCS12_SAFEBAG_create0_p8inf``, ``_ZN5arrow8…``."""
    if _MANGLED.fullmatch(text):
        return True
    # A drawn token holds two joints at most, but for one in a hundred.
    return bool(_SYMBOL.fullmatch(text)) and (text.count("_") > 2 or not _chopped(text, *_TO_BITS))  # noqa: PLR2004


def _composed(text: str) -> bool:
    """Whether it is put together of words and numbers: ``gpt-4-turbo-2024-04-09``."""
    parts = _SEPARATORS.split(text)
    return len(parts) > 1 and all(_PART.fullmatch(part) for part in parts)


def random_token(text: str) -> bool | None:
    """Keep what looks drawn by a machine; drop words, identifiers, UUIDs, numbers, stand-ins."""
    if len(text) < _MIN_TOKEN or _stand_in(text) or _UUID.fullmatch(text) or _is_symbol(text):
        return False
    if _KEY_LISTED.fullmatch(text) or _stand_in_in_base64(text):
        return False
    core = max(_SEPARATORS.split(text), key=len)
    if _HEX.fullmatch(core) and (len(core) >= _MIN_HEX or core == text):
        return None if len(core) >= _MIN_HEX and _classes(core) > 1 else False
    digits = sum(sign.isdigit() for sign in _NOT_DRAWN.sub("", text))
    letters = sum(sign.isalpha() for sign in text)
    mixed = digits + (_classes(text) > 2) >= _MIN_DIGITS or _chopped(text, *_TO_PIECES)  # noqa: PLR2004
    enough = letters >= _MIN_LETTERS and mixed
    return None if enough and not _composed(text) and not _wordy(text) else False


def _stand_in_in_base64(text: str) -> bool:
    """Whether it says in base64 what stands there: ``ZXhhbXBsZV92YWx1ZQ==``, example_value."""
    raw = b64(text) or b""
    return raw.isascii() and raw.decode("ascii").isprintable() and _says_so(raw.decode("ascii"))


def not_words(text: str) -> bool | None:
    """Drop stand-ins and what reads like words: for tokens of letters alone."""
    return False if _stand_in(text) or (_wordy(text) and not _chopped(text, *_TO_PIECES)) else None


_TIMID = frozenset(
    "password passwd passw0rd p@ssw0rd pass pwd passphrase secret secrets token changeit letmein "
    "welcome admin administrator root toor user username guest test tests testing tester demo "
    "default none null nil true false undefined string required optional hidden postgres mysql "
    "mongo mongodb redis rabbitmq oracle db database sa me foo bar baz foobar hunter2 aladdin "
    "opensesame sesame swordfish qwerty login pw x abc host hostname server localhost key apikey "
    "api_key foobar1 foopass xpassword my_pass mypass somepassword somepass yourpassword password_here "
    "pass_word correcthorsebatterystaple wordpress sqlserver passwort kennwort contrase\N{LATIN SMALL LETTER N WITH TILDE}a "
    "contrasena senha motdepasse wachtwoord".split()
)
_TRAILING = re.compile(r"[\d!@#$%^&*._-]{0,8}$")
_MIN_PASSWORD = 6
_MIN_STRONG = 8
_SIGNS = re.compile(r"[!@#$%^&*?+~]")
# Linear on purpose: a repeat of alternatives that overlap runs for minutes on 64 letters.
_CODE_NAME = re.compile(r"[A-Za-z_$][A-Za-z_]*[.:>-][A-Za-z_.:>-]*\d?")
_NAME = re.compile(r"[A-Za-z0-9_./=-]*")
_UNLIKE_NAME = re.compile(r"(?<![a-z])[a-z](?![a-z])|[0-9]{7}")


def _timid(text: str) -> bool:
    """Whether a password is one of tutorials and tests: a common word, perhaps with digits."""
    low = text.casefold()
    first = re.split(r"[|:,]", low, maxsplit=1)[0]
    return _stand_in(text) or first in _TIMID or _TRAILING.sub("", low) in _TIMID


def _is_name(text: str) -> bool:
    """Whether it is built as names and paths are: words of two letters and more, numbers, joints."""
    return bool(_NAME.fullmatch(text)) and not _UNLIKE_NAME.search(text) and not _unreadable(text)


def quoted_password(text: str) -> bool | None:
    """Keep a quoted value that is no word of the interface and no tutorial's password."""
    if len(text) < _MIN_PASSWORD or _timid(text) or _CODE_NAME.fullmatch(text):
        return False
    kinds = _classes(text) + bool(_SIGNS.search(text))
    mixed = any(sign.isdigit() for sign in text) and any(sign.isalpha() for sign in text)
    plain = _is_name(text) and _wordy(text)
    return None if kinds > 1 and (mixed or _SIGNS.search(text)) and not plain else False


def strong_password(text: str) -> bool | None:
    """Keep a bare value only where nothing but a password looks so: letters, digits and a sign.

    Without quotes a value may be a variable, a path or a version, so three kinds are asked for.
    What is percent-encoded is left to the reading in which it is not: that holds the password.
    """
    if not _is_strong(text):
        return False
    plain = _percent_decoded(text)
    return False if plain != text and _BARE.fullmatch(plain) and _is_strong(plain) else None


def _is_strong(text: str) -> bool:
    if len(text) < _MIN_STRONG or _timid(text) or _is_symbol(text) or _timid_in_base64(text):
        return False
    if _UUID.fullmatch(text) or _HEX.fullmatch(text) or _ADVISORY.fullmatch(text):
        return False
    letters = any(sign.isalpha() for sign in text)
    digits = any(sign.isdigit() for sign in text)
    kinds = _classes(text) + bool(_SIGNS.search(text))
    return letters and digits and kinds > 2 and not _is_name(text.lstrip("#").strip("*"))  # noqa: PLR2004


def _timid_in_base64(text: str) -> bool:
    """Whether it is a tutorial's password, or user and password, in base64: ``cGFzc3dvcmQ=``."""
    raw = b64(text) or b""
    plain = raw.decode("ascii", "replace")
    return raw.isascii() and plain.isprintable() and _timid(plain.rpartition(":")[2].replace(" ", ""))


# What the rules that take a ``%`` take for a password.
_BARE = re.compile(r"(?!=)[0-9A-Za-z!@#%^*+?~_.$/=-]{7,63}[0-9A-Za-z!@#%^*+?~_$/=-]")
_KEYS = re.compile(
    r"(?:.*[^a-z0-9])?(?:id|uid|db|pw|pwd|key|user|name|host|mail|auth|url|sha256|sha512)|"
    r".*(?:pass|passwd|password|passphrase|secret|token|apikey|username|hostname|server|account|login)"
)
_VARIABLE = re.compile(r"[a-z_]+|[A-Z_]+")
_NUMBER = re.compile(r"0[xX][0-9A-Fa-f]+|[0-9]+")
_CRYPTED = re.compile(
    r"(?:apr1|sha1|md5|argon2\w{1,2}|pbkdf2\w*|2[abxy])\$|(?:g?y|[15678])\$[0-9A-Za-z]{1,16}\$|[./0-9A-Za-z]{2,16}\$[./0-9A-Za-z]{22,86}$"
)
"""The rest of a hash whose first sign is no part of the match: not the password."""


def field_password(text: str) -> bool | None:
    """Judge as ``strong_password`` does, but leave ``name=password`` to the match of the password alone."""
    name, mark, value = text.partition("=")
    named = _KEYS.fullmatch(name.lower()) or (_VARIABLE.fullmatch(name) and (_wordy(name) or _NUMBER.fullmatch(value)))
    return False if (mark and named) or _CRYPTED.match(text) else strong_password(text)


def _percent_decoded(text: str) -> str:
    """Undo ``%XX``, if all of it is UTF-8."""
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return text


# --- credentials in URLs and headers ---------------------------------------------------------

_URI = re.compile(r"[a-z0-9+.-]{2,40}://([^:@/]*):([^@/]*)@([^/:?,\s]+)", re.IGNORECASE)
_LOCAL = re.compile(
    r"localhost|127\.[\d.]+|0\.0\.0\.0|\[?::1\]?|host|hostname|server|domain|ip|address|"
    r"my-?\w{0,12}|your\w*|host\.docker\.internal|(?:.+\.)?(?:example|test|invalid|localhost|local)|"
    r"(?:.+\.)?example\.(?:com|org|net|edu|io)|(?:.+\.)?(?:domain|host|server|mydomain|(?:my)?company)\.(?:com|tld)",
    re.IGNORECASE,
)


def credential_uri(text: str) -> bool | None:
    """Judge ``scheme://user:password@host``: drop stand-in passwords and local or sample hosts.

    Source: RFC 3986, 3.2.1. A host with a dot proves the rest; a bare name (a container's)
    leaves it plausible.
    """
    found = _URI.match(text)
    if not found:
        return False
    user, password, host = (unquote(part) for part in found.groups())
    weak = _timid(password) or password.casefold() == user.casefold() or _says_so(user + host)
    if weak or len(password) < 4 or _LOCAL.fullmatch(host):  # noqa: PLR2004
        return False
    return True if "." in host else None


def connection_password(text: str) -> bool | None:
    """Drop the passwords that manuals put into connection strings."""
    return False if _timid(text) or len(text) < _MIN_PASSWORD else None


def basic_credentials(text: str) -> bool | None:
    """Check that Basic credentials decode to ``user:password`` and are nobody's example (RFC 7617)."""
    raw = b64(text)
    try:
        plain = raw.decode("utf-8") if raw else ""
    except UnicodeDecodeError:
        return False
    user, _, password = plain.partition(":")
    if not user or not plain.isprintable() or len(password) < 4:  # noqa: PLR2004
        return False
    return not _timid(password.replace(" ", "")) and password != user


# --- keys and passwords in files and commands ------------------------------------------------

_PPK_LINES = re.compile(r"Private-Lines: ?[0-9]{1,3}\s(.*)Private-", re.DOTALL)


def putty_key(text: str) -> bool | None:
    """Prove a PuTTY key without a passphrase; one that needs it stays plausible.

    Source: the PuTTY manual, appendix C (PPK file format).
    """
    plain = _ESCAPES.sub("\n", text)
    lines = _PPK_LINES.search(plain)
    raw = b64(_NOT_BASE64.sub("", lines[1])) if lines else None
    if raw is None or len(raw) < _MIN_KEY:
        return False
    return True if "Encryption: none" in plain else None


_PKCS12 = b"\x02\x01\x03\x30"


def pkcs12(text: str) -> bool | None:
    """Prove base64 of a PKCS #12 store: a DER SEQUENCE that begins with version 3 (RFC 7292, 4).

    A store that was cut, or whose end stands on another line, stays plausible.
    """
    raw = b64(_NOT_BASE64.sub("", text))
    if raw is None or raw[4:8] != _PKCS12:
        return False
    return True if _der_fits(raw) else None


def base64_private_key(text: str) -> bool | None:
    """Prove base64 of a PEM block that holds a private key without a passphrase."""
    raw = b64(_NOT_BASE64.sub("", text)) or b""
    plain = raw.decode("ascii", "replace")
    if "PRIVATE KEY-----" not in plain:
        return False
    return private_key(plain)


_JWK_MEMBER = 16


def jwk_member(text: str) -> bool | None:
    """Drop what is not base64url of 16 bytes or more (RFC 7518, 6), and the keys that RFC 7515 to 7517 print."""
    raw = b64(text)
    fit = raw is not None and len(raw) >= _JWK_MEMBER and not _stand_in(text[-_TAIL:])
    return None if fit and text not in _RFC_KEYS else False


_RFC_KEYS = _documented(
    "870MB6gfuTJ4HtUnUvYM·yJpr5eUZNP4Bk43bVdj3eAE",
    "jpsQnnGQmL-YBIffH113·6cspYG6-0iY7X1fCE9-E9LI",
    "nWGxne_9WmC6hEr0kuws·xERJxWl7MmkZcDusAxyuf2A",
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T·-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
)


def wireguard_key(text: str) -> bool | None:
    """Check base64 of 32 bytes; a scalar clamped as ``wg genkey`` does (RFC 7748, 5) proves a private key."""
    raw = b64(text)
    if raw is None or len(raw) != 32 or _stand_in(text):  # noqa: PLR2004
        return False
    return True if not raw[0] & 7 and raw[31] & 0xC0 == 0x40 else None  # noqa: PLR2004


_OTP_SECRET = re.compile(r"[?&]secret=([A-Za-z2-7]{8,128})")
_OTP_SAMPLES = ("JBSWY3DP", "GEZDGNBV", "HXDMVJEC", "MFRGG", "BASE32", "AAAAAAAA")


def otp_uri(text: str) -> bool | None:
    """Check that an otpauth URI holds base32 of ten bytes or more, and not the one that manuals show.

    Source: Google Authenticator wiki, "Key URI format"; RFC 4226, 4 (the secret's length).
    """
    found = _OTP_SECRET.search(text)
    secret = found[1].upper() if found else ""
    return len(secret) >= 16 and not secret.startswith(_OTP_SAMPLES) and not _stand_in(secret)  # noqa: PLR2004


def workos_key(text: str) -> bool | None:
    """Check that the tail is base64 of ``key_01…,secret``, as WorkOS issues it."""
    raw = b64(text.rpartition("_")[2]) or b""
    return raw.startswith(b"key_01") and b"," in raw


_TYPE_7 = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"


def cisco_type7(text: str) -> bool | None:
    """Prove a Cisco type 7 password by undoing it: two digits of offset, then hex, XOR with the well-known string.

    Such a password is readable to anybody; printable characters come out of a real one.
    """
    offset, body = int(text[:2]) if text[:2].isdecimal() and text[:2].isascii() else -1, text[2:]
    if not 0 <= offset < 16 or len(body) % 2 or not body or not re.fullmatch(r"[0-9A-Fa-f]+", body):  # noqa: PLR2004
        return False
    raw = bytes.fromhex(body)
    plain = "".join(chr(byte ^ ord(_TYPE_7[(offset + i) % len(_TYPE_7)])) for i, byte in enumerate(raw))
    drawn = any(raw)  # zeros would show the string itself
    return drawn and plain.isascii() and plain.isprintable() and not _timid(plain)


def ldap_hash(text: str) -> bool | None:
    """Check that an RFC 2307 hash ({SSHA}…) is base64 of a digest, with or without salt."""
    raw = b64(text.rpartition("}")[2])
    return raw is not None and 16 <= len(raw) <= 128 and text not in _DOCUMENTED  # noqa: PLR2004


_ALGORITHM = re.compile(
    r"(?:sha|md|base|utf|aes|rsa|des|rc|blake|scrypt|bcrypt|argon|pbkdf|ntlmv|http|oauth|x|v|ipv|win|python|java|"
    r"version|section|type|level|step|line|page|chapter|room|table|figure|item|part|test)[-_/]?[0-9.]{1,6}",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"[0-9./:,-]*(?:st|nd|rd|th|x|px|pm|am|kb|mb|gb|ms|s|h|m|k|cm|mm|km|%)?", re.IGNORECASE)


def told_password(text: str) -> bool | None:
    """Keep what somebody tells as a password in a sentence: letters with digits or signs, and no word of the trade."""
    if len(text) < _MIN_PASSWORD or _timid(text) or _ALGORITHM.fullmatch(text) or _NUMBERS.fullmatch(text):
        return False
    if _UUID.fullmatch(text) or _CODE_NAME.fullmatch(text) or _is_symbol(text):
        return False
    letters = any(sign.isalpha() for sign in text)
    digits = any(sign.isdigit() for sign in text)
    return None if letters and (digits or _SIGNS.search(text[:-1])) else False


def command_password(text: str) -> bool | None:
    """Keep a password given to a command: no variable, path, option, or tutorial's word."""
    low = text.casefold()
    if len(text) < 5 or _timid(text) or low.startswith(("$", "-", "/", "./", "~/")) or _CODE_NAME.fullmatch(text):  # noqa: PLR2004
        return False
    mixed = any(sign.isdigit() for sign in text) and any(sign.isalpha() for sign in text)
    return None if mixed or (_classes(text) > 1 and _SIGNS.search(text)) else False


def short_password(text: str) -> bool | None:
    """Judge a quoted value behind a short name (pass, pwd): as ``strong_password`` does, or it holds a sign as well.

    ``pass`` also means a run, a filter, a layer: names with a number are no passwords here.
    """
    if quoted_password(text) is False or _is_name(text):
        return False
    return None if _is_strong(text) or _SIGNS.search(text) else False


def command_credentials(text: str) -> bool | None:
    """Judge ``user:password`` as given to curl: neither a stand-in, nor the same word twice."""
    user, _, password = text.partition(":")
    return False if not user or _says_so(user) or user == password else command_password(password)


CHECKS: dict[str, Check] = {
    "age_secret_key": age_secret_key,
    "atlassian_crc": atlassian_crc,
    "aws_access_key_id": aws_access_key_id,
    "aws_secret_key": aws_secret_key,
    "azure_key_32": azure_key_32,
    "azure_key_64": azure_key_64,
    "base64_private_key": base64_private_key,
    "basic_credentials": basic_credentials,
    "cisco_type7": cisco_type7,
    "command_credentials": command_credentials,
    "command_password": command_password,
    "connection_password": connection_password,
    "credential_uri": credential_uri,
    "discord_token": discord_token,
    "encrypted_private_key": encrypted_private_key,
    "field_password": field_password,
    "github_crc": github_crc,
    "gitlab_crc": gitlab_crc,
    "jwk_member": jwk_member,
    "jwt": jwt,
    "ldap_hash": ldap_hash,
    "not_placeholder": not_placeholder,
    "not_words": not_words,
    "numbered_token": numbered_token,
    "onepassword_token": onepassword_token,
    "otp_uri": otp_uri,
    "pgp_private_key": pgp_private_key,
    "pkcs12": pkcs12,
    "private_key": private_key,
    "putty_key": putty_key,
    "pypi_macaroon": pypi_macaroon,
    "quoted_password": quoted_password,
    "random_token": random_token,
    "sentry_token": sentry_token,
    "stripe_key": stripe_key,
    "short_password": short_password,
    "strong_password": strong_password,
    "told_password": told_password,
    "wireguard_key": wireguard_key,
    "workos_key": workos_key,
}
