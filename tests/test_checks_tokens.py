"""The secrets checks: what each proves, disproves and leaves open, and that none of them ever raises.

Values are computed here from the documented algorithms, so that no token stands in the file; a ``·`` inside one is
dropped, as in rule files.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakscan.checks import tokens
from leakscan.checks.tokens import CHECKS

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
BODY = "zQ7kT2mVbN4xLr9Wc1HsYd8GfJp3Ea"
SECONDS = 1.0
HEX_40 = "9f3b1c7d2e8a4056b7c1d9e3f2a8046b5d7c1e9f"


def in_base(number: int, alphabet: str, width: int) -> str:
    out = ""
    for _ in range(width):
        number, rest = divmod(number, len(alphabet))
        out = alphabet[rest] + out
    return out


def github(prefix: str, body: str = BODY) -> str:
    return prefix + body + in_base(zlib.crc32(body.encode()), BASE62, 6)


def gitlab(prefix: str, version: str = ".01") -> str:
    payload = base64.urlsafe_b64encode(bytes(range(60, 76)) + b"o:1\nu:4x9k\n").decode().rstrip("=")
    head = f"{prefix}{payload}{version}.{in_base(len(payload), BASE36, 2)}"
    return head + in_base(zlib.crc32(head.encode()), BASE36, 7)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def url64(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def macaroon(location: bytes, signature: int = 32) -> str:
    raw = b"\x02\x01" + bytes([len(location)]) + location + b"\x02\x02id\x00\x00\x06\x20" + bytes(range(signature))
    return "pypi-" + base64.urlsafe_b64encode(raw).decode().rstrip("=")


def pem(kind: str, raw: bytes, newline: str = "\n", headers: str = "", block: str = "") -> str:
    body = newline.join(b64(raw)[i : i + 64] for i in range(0, len(b64(raw)), 64))
    head, tail = f"-----BEGIN {kind}PRIVATE KEY{block}-----", f"-----END {kind}PRIVATE KEY{block}-----"
    return newline.join([head, *([headers, ""] if headers else []), body, tail])


def der(size: int) -> bytes:
    return b"\x30\x81" + bytes([size]) + bytes(range(size))


OPENSSH = b"openssh-key-v1\x00"
BCRYPT_KDF = OPENSSH + b"\x00\x00\x00\x0aaes256-ctr" + bytes(64)
PLAIN_SSH = OPENSSH + b"\x00\x00\x00\x04none" + bytes(64)

P12 = b"\x30\x82\x01\x04\x02\x01\x03\x30" + bytes(range(256))
CLAMPED = b"\x48" + bytes(range(41, 71)) + b"\x5a"


def ppk(encryption: str) -> str:
    key = b64(bytes(range(48)))
    head = f"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: {encryption}\nComment: k\nPublic-Lines: 1\n{key}\n"
    return f"{head}Private-Lines: 1\n{key}\nPrivate-MAC: {'0' * 64}\n"


TABLE: list[tuple[str, str, bool | None]] = [
    # GitHub and npm: the CRC-32 of the body, in base 62
    ("github_crc", github("ghp_"), True),
    ("github_crc", github("npm_"), True),
    ("github_crc", github("ghp_")[:-1] + "!", False),
    ("github_crc", github("ghp_", BODY.swapcase())[:-6] + github("ghp_")[-6:], False),
    ("github_crc", github("ghr_", BODY + BODY), True),
    ("github_crc", "ghr_" + BODY + BODY + "0q0Z0q", None),
    ("github_crc", "ghp_" + "x" * 36, False),
    ("github_crc", "ghp", False),
    # GitLab: the CRC-32 of everything before it, in base 36
    ("gitlab_crc", gitlab("glpat-"), True),
    ("gitlab_crc", gitlab("glrt-", ""), True),
    ("gitlab_crc", gitlab("glpat-").replace("glpat-", "glrt-"), False),
    ("gitlab_crc", "glpat-" + BODY, False),
    ("atlassian_crc", f"ATATT3{BODY}={zlib.crc32(f'ATATT3{BODY}'.encode()):08X}", True),
    ("atlassian_crc", f"ATATT3{BODY}=00000000", None),
    ("atlassian_crc", "ATATT3" + "x" * 40 + "=00000000", False),
    # BIP-173's own test vectors, which check any Bech32 string
    ("age_secret_key", "A12UEL5L", True),
    (
        "age_secret_key",
        "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
        True,
    ),
    ("age_secret_key", "A12UEL5Q", False),
    ("age_secret_key", "A1BIO", False),
    ("age_secret_key", "no mark", False),
    # AWS: base 32, and an account number that exists
    ("aws_access_key_id", "AKIA" + "QX3K7TZ5MBNV4RWH", None),
    ("aws_access_key_id", "ASIA" + "IJ2KLTZ5MBNV4RWH", None),
    ("aws_access_key_id", "AKIA" + "7777775ZYXWVUTSR", False),
    ("aws_access_key_id", "AKIA" + "QX3K7TZ5MBNV4RW1", False),
    ("aws_access_key_id", "AKIAIOSFODNN7EXAMPLE", False),
    ("aws_secret_key", BODY + "/pQ3+kZr8sL", False),
    ("aws_secret_key", BODY + "/pQ3+kZr8s", None),
    ("aws_secret_key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", False),
    ("aws_secret_key", HEX_40, False),
    ("aws_secret_key", "VoTkIlnpAipZWuno·QHGAGBmzWV/vtrhJwLexiFCz", None),
    ("aws_secret_key", "NKGAIv24Vi4tlmAQ·PoMAMlchOliG7dijfOrxIjJ4", None),
    ("aws_secret_key", "BRMb/PG+G29/fBWY·ES6ZLdkcgA0///UF4Lyf4B3L", None),
    ("aws_secret_key", "theSecretAccessKeyOfTheDeployAccountX/AB", False),
    ("aws_secret_key", "home/runner/Projects/Internal/Config2/St", False),
    # Azure: so many bytes
    ("azure_key_64", b64(bytes(range(64))), True),
    ("azure_key_64", b64(bytes(range(63))), False),
    ("azure_key_64", next(v for v in tokens._DOCUMENTED if v.startswith("Eby8")), False),
    ("azure_key_32", b64(bytes(range(40, 72))), True),
    ("azure_key_32", b64(bytes(range(40, 72))).replace("=", "%3D"), True),
    ("azure_key_32", b64(bytes(31)), False),
    # PyPI: a macaroon of PyPI
    ("pypi_macaroon", macaroon(b"pypi.org"), True),
    ("pypi_macaroon", macaroon(b"test.pypi.org"), True),
    ("pypi_macaroon", macaroon(b"evil.org"), False),
    ("pypi_macaroon", macaroon(b"pypi.org", 31), False),
    ("pypi_macaroon", "pypi-AgEIcHlwaS5vcmc", False),
    # Discord: the account number first
    ("discord_token", b64(b"198622483471925248") + ".Gh1kLm." + BODY, True),
    ("discord_token", b64(b"1986224834719252xx") + ".Gh1kLm." + BODY, False),
    ("discord_token", "", False),
    # tokens that are JSON inside
    ("sentry_token", f"sntrys_{url64({'url': 'https://sentry.io'})}_{BODY}", True),
    ("sentry_token", f"sntrys_{url64({'iat': 1})}_{BODY}", False),
    ("sentry_token", f"sntryu_{HEX_40}", None),
    ("onepassword_token", "ops_" + url64({"signInAddress": "a.1password.com"}), True),
    ("onepassword_token", "ops_" + url64({"email": "a"}), False),
    ("jwt", f"{url64({'alg': 'HS256'})}.{url64({'sub': 'u-1'})}.{BODY}", True),
    ("jwt", f"{url64({'typ': 'JWT'})}.{url64({'sub': 'u-1'})}.{BODY}", False),
    ("jwt", f"{url64({'alg': 'HS256'})}.{url64({'sub': '1234567890'})}.{BODY}", False),
    ("jwt", f"{url64(['alg'])}.{url64({'sub': 'u-1'})}.{BODY}", False),
    ("jwt", "eyJ", False),
    ("jwt", f"{url64({'alg': 'HS256'})}.{url64({'some': 'payload'})}.{BODY}", False),
    ("stripe_key", f"sk_live_{BODY}", None),
    ("stripe_key", f"sk_live_{HEX_40}", False),
    ("stripe_key", "sk_live_" + "x" * 24, False),
    ("stripe_key", "sk_live_" + "xXxX" + BODY, None),
    ("numbered_token", f"xoxb-859111111278-5986481465638-{BODY}", None),
    ("numbered_token", f"xoxb-123456789012-5986481465638-{BODY}", False),
    ("numbered_token", f"xoxb-859111111278-0000000000000-{BODY}", False),
    ("numbered_token", f"xoxb-859111111278-5986481465638-{'x' * 24}", False),
    # private keys: structure, and whether a passphrase guards them
    ("private_key", pem("", der(120)), True),
    ("private_key", pem("", der(120), "\\n"), True),
    ("private_key", pem("", der(120), '\\n" +\n  "'), True),
    ("private_key", pem("RSA ", der(120)[:-1]), None),
    ("private_key", pem("", b"short"), False),
    ("private_key", pem("ENCRYPTED ", der(120)), False),
    ("private_key", pem("OPENSSH ", PLAIN_SSH), True),
    ("private_key", pem("OPENSSH ", BCRYPT_KDF), False),
    ("private_key", pem("RSA ", bytes(64), headers="Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF"), False),
    ("private_key", "-----BEGIN PRIVATE KEY-----", False),
    (
        "private_key",
        pem("", base64.b64decode("MC4CAQAwBQYDK2VwBCIEIEJfbbO4BgBQGBg9NAbIJaDBqZb4bC4cOkjtAH+Efbz3")),
        False,
    ),
    ("encrypted_private_key", pem("ENCRYPTED ", der(120)), True),
    ("encrypted_private_key", pem("OPENSSH ", BCRYPT_KDF), True),
    (
        "encrypted_private_key",
        pem("RSA ", bytes(64), headers="Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF"),
        True,
    ),
    ("encrypted_private_key", pem("", der(120)), False),
    ("pgp_private_key", pem("PGP ", b"\x95\x01\x00" + bytes(60), headers="Version: GnuPG v2", block=" BLOCK"), True),
    ("pgp_private_key", pem("PGP ", b"\xc5\xc0\x00" + bytes(60), block=" BLOCK"), True),
    ("pgp_private_key", pem("PGP ", b"\x99\x01\x00" + bytes(60), block=" BLOCK"), False),
    # stand-ins
    ("not_placeholder", BODY, None),
    ("not_placeholder", "key-" + "0" * 32, False),
    ("not_placeholder", "key-" + "deadbeef" * 4, False),
    ("not_placeholder", "<your-key>", False),
    ("not_placeholder", "${TOKEN}", False),
    ("not_placeholder", "", None),
    ("not_words", "hf_" + "QzkTmVbNxLrWcHsYdGfJpBkLwQzXvNtRsD", None),
    ("not_words", "hf_YourHuggingFaceAccessTokenGoesHere", False),
    ("not_words", "hf_" + "EayiIIgEeqSutuSC·aiarSEpOEdfqbEsNzi", None),
    # words and randomness
    ("random_token", BODY, None),
    ("random_token", HEX_40, None),
    ("random_token", "live_" + HEX_40, None),
    ("random_token", BODY[:15], False),
    ("random_token", "550e8400-e29b-41d4-a716-446655440000", False),
    ("random_token", "integration_configuration_2", False),
    ("random_token", "gpt-4-turbo-2024-04-09", False),
    ("random_token", "1700000000000000000", False),
    ("random_token", "camelCaseIdentifierNumber12", False),
    ("random_token", "camelCaseIdentifierOfNoNumber", False),
    ("random_token", "XgBqTwKz·dRvPmLsHcYnJ", None),
    ("random_token", "Gumc0xth_·KaCx0_xTRXwMg", None),
    ("random_token", "PKCS12_unpack_p7data", False),
    ("random_token", "_ZTVN9grpc_core7ExecCtxE", False),
    ("random_token", "SEC_PKCS12SafeBag", False),
    ("random_token", "krb5ConfigGcsUri", False),
    ("random_token", "Garden2019-04-12Munden", False),
    ("random_token", "rsa4096/7F3A09B2C41D85E6", False),
    ("random_token", b64(b"example_value"), False),
    ("random_token", b64(b"drawn \xf3 of \x07 no text"), None),
    ("quoted_password", "tR4v·el-Mug7", None),
    ("quoted_password", "hunter2", False),
    ("quoted_password", "Password123", False),
    ("quoted_password", "current-password", False),
    ("quoted_password", "required|min:8", False),
    ("quoted_password", "aB3$", False),
    ("strong_password", "tR4v·el!Mug7", None),
    ("strong_password", "Base64Encoded2", False),
    ("strong_password", "X509Name", False),
    ("strong_password", HEX_40, False),
    ("strong_password", "lowercase1", False),
    ("strong_password", "8_kuk0mi·0Ujvzv3OXce20", None),
    ("strong_password", "dhafyYxh·cj7OCQyr-Ttq", None),
    ("strong_password", "quC5G1_W·deX82AV2wun", None),
    ("strong_password", "aB3/xyzQ·Rst12UVw", None),
    ("strong_password", "config/Settings2/dev-Values", False),
    ("strong_password", "mode=FastPath2", False),
    ("strong_password", "M=lLPLxe·ZsX0", None),
    ("strong_password", "GHSA-hrw6-wg82-cm62", False),
    ("strong_password", "_ZN5arrow8internal12TaskGroup3_K9", False),
    ("strong_password", "X509v3_addr_canonize", False),
    # percent-encoded: the reading that is not holds the password, unless it holds less or none
    ("strong_password", "mlV9sCq%5E·bfZYK", False),
    ("strong_password", "mlV9sCq%255E·bfZYK", False),
    ("strong_password", "mlV9sCq^·bfZYK", None),
    ("strong_password", "mlV9sCq%26·bfZYK", None),
    ("strong_password", "mlV9sCq%FF·bfZYK", None),
    ("strong_password", "mlV9%5EZ", None),
    ("strong_password", b64(b"password"), False),
    ("strong_password", b64(b"Aladdin:open sesame"), False),
    ("field_password", "e3=itpf0·JYBf7x7", None),
    ("field_password", "SMTP_PW=e3itpf0·JYBf!7x7", False),
    ("field_password", "container_setting=e3itpf0·JYBf!7x7", False),
    ("field_password", "lowercase1", False),
    ("field_password", "GUI_SET_TIMER=0x1f", False),
    ("field_password", "GUI_SET_TIMER=gT7!pond42x", None),
    ("field_password", "apr1$r31·Kx9", False),
    ("field_password", "qHDFfhPC$·nITSVHgYbDAK1Y0acGRnY0", False),
    ("field_password", "#cve-2021-30518-possible-takeover-via-form", False),
    ("field_password", "*argon2-cffi*", False),
    ("connection_password", "rT5n·0Kq2v", None),
    ("connection_password", "yourStrong(!)Password", False),
    ("connection_password", "root", False),
    # credentials in URLs and headers
    ("credential_uri", "postgres://app:kV9·w2LmQ7r@db.acme.io/x", True),
    ("credential_uri", "postgres://app:kV9·w2LmQ7r@warehouse/x", None),
    ("credential_uri", "redis://:p8Xe·Z3nLq0@10.20.4.7:6379", True),
    ("credential_uri", "postgres://app:kV9·w2LmQ7r@localhost/x", False),
    ("credential_uri", "postgres://app:kV9·w2LmQ7r@db.example.com/x", False),
    ("credential_uri", "postgres://deploy:deploy@db.acme.io/x", False),
    ("credential_uri", "https://user:password@acme.io", False),
    ("credential_uri", "https://user:kV9·w2LmQ7r@pypi.company.com", False),
    ("credential_uri", "acme.io", False),
    ("basic_credentials", b64(b"svc:Kt7pL29vX"), True),
    ("basic_credentials", b64(b"Aladdin:open sesame"), False),
    ("basic_credentials", b64(b"user:password"), False),
    ("basic_credentials", b64(b"no colon here"), False),
    ("basic_credentials", b64(b"\xff\xfe\xfd:abcdefgh"), False),
    # keys in files: PuTTY, PKCS #12, base64 of PEM, JWK, WireGuard, otpauth
    ("putty_key", ppk("none"), True),
    ("putty_key", ppk("aes256-cbc"), None),
    ("putty_key", ppk("none").replace("Private-Lines", "Public-Lines"), False),
    ("pkcs12", b64(P12), True),
    ("pkcs12", b64(P12)[:-8], None),
    ("pkcs12", b64(P12.replace(b"\x02\x01\x03\x30", b"\x02\x01\x00\x30")), False),
    ("base64_private_key", b64(pem("EC ", der(100)).encode()), True),
    ("base64_private_key", b64(b"-----BEGIN CERTIFICATE-----"), False),
    ("jwk_member", base64.urlsafe_b64encode(hashlib.sha256(b"d").digest()).decode().rstrip("="), None),
    ("jwk_member", "AQAB", False),
    ("wireguard_key", b64(CLAMPED), True),
    ("wireguard_key", b64(b"\x07" + CLAMPED[1:]), None),
    ("wireguard_key", b64(CLAMPED[1:]), False),
    ("otp_uri", "otpauth://totp/A:b?secret=" + base64.b32encode(CLAMPED[:20]).decode(), True),
    ("otp_uri", "otpauth://totp/A:b?secret=JBSWY3DPEHPK3PXP", False),
    ("workos_key", "sk_live_" + b64(b"key_01ABCDEF,Qx7vN2kp9d"), True),
    ("workos_key", "sk_live_" + b64(b"key_02ABCDEF,Qx7vN2kp9d"), False),
    ("cisco_type7", "0822455D0A16", True),
    ("cisco_type7", "99" + "0822455D", False),
    ("cisco_type7", "07" + "00" * 6, False),
    ("ldap_hash", "{SSHA}" + b64(CLAMPED[:28]), True),
    ("ldap_hash", "{SSHA}abc", False),
    # passwords in sentences and commands
    ("told_password", "blue·fish42", None),
    ("told_password", "sha256", False),
    ("told_password", "required", False),
    ("told_password", "2024-04-09", False),
    ("command_password", "tR4·vel-Mug7", None),
    ("command_password", "$PASSWORD1", False),
    ("command_credentials", "deploy:tR4·vel-Mug7", None),
    ("command_credentials", "deploy:password", False),
    ("short_password", "tR4·vel!Mug7", None),
    ("short_password", "render-pass-2", False),
]


@pytest.mark.parametrize(("name", "text", "verdict"), TABLE)
def test_a_check_gives_exactly_this_verdict(name: str, text: str, verdict: bool | None) -> None:
    assert CHECKS[name](text.replace("·", "")) is verdict


def test_every_check_has_a_row_for_each_side() -> None:
    sides = {name: {verdict is False for check, _, verdict in TABLE if check == name} for name in CHECKS}
    assert [name for name, seen in sides.items() if seen != {True, False}] == []


SHAPES = st.one_of(
    st.text(),
    st.text(st.characters(categories=["Cs", "Nd", "Lu", "Sm"])),
    st.from_regex(r"[a-z]{2,5}[_.-][A-Za-z0-9+/=_.-]{0,80}", fullmatch=True),
    st.from_regex(r"eyJ[A-Za-z0-9_-]{0,40}\.eyJ[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,20}", fullmatch=True),
    st.from_regex(
        r"-----BEGIN (RSA |OPENSSH |PGP )?PRIVATE KEY-----[\sA-Za-z0-9+/=\\]{0,90}-----END X", fullmatch=True
    ),
    st.from_regex(r"[a-z]{2,8}://[^@]{0,20}:[^@]{0,20}@.{0,20}", fullmatch=True),
    st.binary(max_size=80).map(lambda raw: base64.b64encode(raw).decode()),
)


@pytest.mark.parametrize("name", sorted(CHECKS))
@given(text=SHAPES)
def test_a_check_is_total(name: str, text: str) -> None:
    assert CHECKS[name](text) in {True, False, None}


HOSTILE = [
    unit * 400 + tail
    for unit in ("a", "ab", "aB", "A1", ">", ".", "-", "\\\\", "=", "a.", "a-b>", "aA0!", "1/", "eyJ.", "x: ", "'\" + ")
    for tail in ("", "!1A", "\x00")
]


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_no_check_runs_away(name: str) -> None:
    """A check that backtracks exponentially would never return; one that is quadratic shows in seconds."""
    for text in [*HOSTILE, *(f"-----BEGIN PRIVATE KEY-----{text}-----END " for text in HOSTILE)]:
        start = time.perf_counter()
        assert CHECKS[name](text) in {True, False, None}
        assert CHECKS[name](f"a://b:{text}@{text}") in {True, False, None}
        assert time.perf_counter() - start < SECONDS, text[:8]


@given(st.integers(0, 2**32 - 1))
def test_base_62_is_read_back(number: int) -> None:
    digits = tokens._digits(number, BASE62, 6)
    value = 0
    for sign in digits:
        value = value * 62 + BASE62.index(sign)
    assert (len(digits), value) == (6, number)
