"""Made-up secrets and PII: well-formed, random per seed, belonging to nobody.

Every kind says which rule should find it, so that a missing rule shows as a missing rule and not as a miss.
"""

from __future__ import annotations

import base64
import json
import random
import string
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import phonenumbers
import stdnum.iban

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
ALNUM = string.ascii_letters + string.digits
URLSAFE = ALNUM + "-_"
BASE32 = string.ascii_uppercase + "234567"
FIRST = ("jonas", "amara", "lucia", "wei", "priya", "tomasz", "noor", "elise", "kofi", "marta", "ivan", "sofia")
LAST = ("lindqvist", "okafor", "herrera", "zhang", "raman", "nowak", "haddad", "moreau", "mensah", "silva", "petrov")
STEMS = ("north", "blue", "iron", "quartz", "maple", "delta", "harbor", "lumen", "cobalt", "orchard", "falcon")
TAILS = ("works", "labs", "soft", "freight", "health", "metrics", "bank", "studio", "systems", "foods")


@dataclass(frozen=True)
class Kind:
    """One sort of leak. `accepts` lists what a correct report may span, the value itself first."""

    name: str
    category: str
    entity: str
    rules: tuple[str, ...]
    make: Callable[[random.Random], str]
    keyed: str | None = None
    """The key that must stand in front (`password`); None when the format speaks for itself."""
    inner: Callable[[str], str] | None = None
    """The part that a rule may report instead of the whole, as the password of a URI."""

    def accepts(self, value: str) -> tuple[str, ...]:
        """Every span that counts as having found `value`."""
        return (value, self.inner(value)) if self.inner else (value,)


def chars(rng: random.Random, alphabet: str, length: int) -> str:
    """`length` characters of `alphabet`."""
    return "".join(rng.choices(alphabet, k=length))


def crc_tail(body: str) -> str:
    """GitHub's (and npm's) check: CRC-32 of the body as six base-62 digits."""
    number, tail = zlib.crc32(body.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        tail = BASE62[digit] + tail
    return tail


def crc_token(prefix: str) -> Callable[[random.Random], str]:
    """A maker of `prefix` + 30 random characters + their check."""

    def make(rng: random.Random) -> str:
        body = chars(rng, BASE62, 30)
        return prefix + body + crc_tail(body)

    return make


def luhn_digit(digits: str) -> str:
    """The digit that makes `digits` + it pass Luhn."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def card(rng: random.Random) -> str:
    """A Luhn-valid card number of a real issuer range, plain or grouped; random, so no vendor's test number."""
    prefix, length = rng.choice([("4", 16), ("51", 16), ("54", 16), ("37", 15), ("60112", 16)])
    body = prefix + chars(rng, string.digits, length - len(prefix) - 1)
    number = body + luhn_digit(body)
    sizes = (4, 6, 5) if length == 15 else (4, 4, 4, 4)
    return grouped(number, sizes, rng.choice(["", "", " ", "-"]))


def aws_key(rng: random.Random) -> str:
    """An access key id; its first bits, read as base 32, are an account number of twelve digits."""
    while True:
        body = chars(rng, BASE32, 16)
        account = (int.from_bytes(base64.b32decode(body)[:6], "big") & 0x7FFF_FFFF_FF80) >> 7
        if account < 10**12:
            return f"AKIA{body}"


def grouped(text: str, sizes: tuple[int, ...], glue: str) -> str:
    """`text` cut in pieces of `sizes`, joined by `glue`."""
    pieces, start = [], 0
    for size in sizes:
        pieces.append(text[start : start + size])
        start += size
    return glue.join(piece for piece in pieces if piece)


IBAN_SHAPES = {"DE": "9" * 18, "GB": "A" * 4 + "9" * 14, "NL": "A" * 4 + "9" * 10, "AT": "9" * 16, "FI": "9" * 14}


def iban(rng: random.Random) -> str:
    """A valid IBAN, national check digits included, plain or in groups of four."""
    while True:
        country = rng.choice(sorted(IBAN_SHAPES))
        shape = IBAN_SHAPES[country]
        body = "".join(rng.choice(string.ascii_uppercase if c == "A" else string.digits) for c in shape)
        number = country + stdnum.iban.calc_check_digits(f"{country}00{body}") + body
        if stdnum.iban.is_valid(number):
            return grouped(number, (4,) * 9, rng.choice(["", " "]))


def email(rng: random.Random) -> str:
    """A person's address at a company that does not exist."""
    local = f"{rng.choice(FIRST)}{rng.choice('._')}{rng.choice(LAST)}{rng.choice(['', str(rng.randrange(2, 99))])}"
    return f"{local}@{rng.choice(STEMS)}{rng.choice(TAILS)}.{rng.choice(['com', 'io', 'de', 'org', 'co.uk'])}"


def ssn(rng: random.Random) -> str:
    """An SSN the issuer could have given: area not 000, 666 or 9xx, group not 00, serial not 0000."""
    area = rng.choice([n for n in range(101, 899) if n != 666])
    return f"{area:03d}-{rng.randrange(1, 99):02d}-{rng.randrange(1001, 9999):04d}"


def phone(rng: random.Random) -> str:
    """A number with country code that libphonenumber calls valid."""
    while True:
        region = rng.choice(["US", "GB", "DE", "FR", "IN", "PH", "KE", "NG", "BR", "MX", "ES"])
        example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
        assert example is not None
        digits = str(example.national_number)
        moved = digits[:3] + chars(rng, string.digits, len(digits) - 3)
        number = phonenumbers.parse(f"+{example.country_code}{moved}")
        # In North America nobody is behind the exchange 555: the numbering administrator took its numbers back in 2016.
        nobody = region == "US" and moved[3:6] == "555"
        if phonenumbers.is_valid_number(number) and not nobody and "55501" not in moved and moved[:1] != "0":
            style = rng.choice([phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL])
            return phonenumbers.format_number(number, style)


def b64url(data: bytes) -> str:
    """Base64url without padding, as JOSE writes it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwt(rng: random.Random) -> str:
    """Three segments, of which two are real JSON."""
    issued = rng.randrange(1_700_000_000, 1_760_000_000)
    header = {"alg": rng.choice(["HS256", "RS256"]), "typ": "JWT"}
    claims = {"sub": chars(rng, string.digits, 10), "scope": "write", "iat": issued, "exp": issued + 86_400 * 365}
    parts = [b64url(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims)]
    return ".".join([*parts, b64url(rng.randbytes(32 if header["alg"] == "HS256" else 256))])


def der(tag: int, body: bytes) -> bytes:
    """One DER element."""
    size = len(body)
    head = (
        bytes([size])
        if size < 128
        else bytes([0x80 | len(long := size.to_bytes(2 if size > 255 else 1, "big"))]) + long
    )
    return bytes([tag]) + head + body


def der_integer(rng: random.Random, size: int) -> bytes:
    """A positive INTEGER of `size` random bytes."""
    return der(2, bytes([rng.randrange(1, 127)]) + rng.randbytes(size - 1))


def pem(rng: random.Random) -> str:
    """A private key whose DER parses; its numbers are noise, so it opens nothing."""
    label, body = rng.choice([rsa_body, ec_body])(rng)
    text = base64.b64encode(body).decode()
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}PRIVATE KEY-----", *lines, f"-----END {label}PRIVATE KEY-----"])


def rsa_body(rng: random.Random) -> tuple[str, bytes]:
    """PKCS#1: version, modulus, exponents, primes, CRT values."""
    numbers = [der_integer(rng, size) for size in (256, 256, 128, 128, 128, 128, 128)]
    return "RSA ", der(0x30, b"\x02\x01\x00" + numbers[0] + b"\x02\x03\x01\x00\x01" + b"".join(numbers[1:]))


def ec_body(rng: random.Random) -> tuple[str, bytes]:
    """PKCS#8 with a P-256 key."""
    algorithm = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107")
    public = der(0xA1, der(3, b"\x00\x04" + rng.randbytes(64)))
    inner = der(0x30, b"\x02\x01\x01" + der(4, rng.randbytes(32)) + public)
    return "", der(0x30, b"\x02\x01\x00" + algorithm + der(4, inner))


def password(rng: random.Random) -> str:
    """What a generator makes: every class of character, no quote or backslash."""
    picks = [rng.choice(string.ascii_lowercase), rng.choice(string.ascii_uppercase), rng.choice(string.digits)]
    picks += [rng.choice("!#*+-_=@^"), *rng.choices(ALNUM, k=rng.randrange(12, 18))]
    rng.shuffle(picks)
    return chars(rng, ALNUM, 1) + "".join(picks) + chars(rng, ALNUM, 1)


def postgres(rng: random.Random) -> str:
    """A database address with a password and a host that is not local."""
    host = f"db-{rng.randrange(2, 40)}.{rng.choice(STEMS)}{rng.choice(TAILS)}.com"
    scheme = rng.choice(["postgres", "postgresql"])
    return f"{scheme}://{rng.choice(LAST)}_app:{chars(rng, ALNUM + '_~', 18)}@{host}:5432/{rng.choice(STEMS)}_prod"


def uri_password(uri: str) -> str:
    """The password of a database address."""
    return uri.split("://", 1)[1].split("@", 1)[0].split(":", 1)[1]


def slack(rng: random.Random) -> str:
    """A bot token: two snowflake-like numbers and a secret."""
    return f"xoxb-{chars(rng, '123456789', 12)}-{chars(rng, '123456789', 13)}-{chars(rng, ALNUM, 24)}"


def openai(rng: random.Random) -> str:
    """A project key, or the older user key; both carry the fixed infix."""
    if rng.random() < 0.7:
        return f"sk-proj-{chars(rng, URLSAFE, 74)}T3BlbkFJ{chars(rng, URLSAFE, 73)}{chars(rng, ALNUM, 1)}"
    return f"sk-{chars(rng, ALNUM, 20)}T3BlbkFJ{chars(rng, ALNUM, 20)}"


def fixed(prefix: str, alphabet: str, length: int, suffix: str = "") -> Callable[[random.Random], str]:
    """A maker of `prefix` + `length` of `alphabet` + `suffix`; the last one random is never punctuation."""

    def make(rng: random.Random) -> str:
        return prefix + chars(rng, alphabet, length - 1) + chars(rng, alphabet.rstrip("-_"), 1) + suffix

    return make


def sendgrid(rng: random.Random) -> str:
    """Two dotted segments of 22 and 43."""
    return f"SG.{chars(rng, URLSAFE, 22)}.{chars(rng, URLSAFE, 42)}{chars(rng, ALNUM, 1)}"


KINDS = (
    Kind("aws-access-key", "secret", "AWS_ACCESS_KEY", ("aws-access-token",), aws_key),
    Kind(
        "aws-secret-key",
        "secret",
        "AWS_SECRET_KEY",
        ("aws-secret-access-key",),
        fixed("", ALNUM + "/+", 40),
        "aws_secret_access_key",
    ),
    Kind("github-pat", "secret", "GITHUB_TOKEN", ("github-pat",), crc_token("ghp_")),
    Kind("gitlab-pat", "secret", "GITLAB_TOKEN", ("gitlab-pat",), fixed("glpat-", URLSAFE, 20)),
    Kind("npm-token", "secret", "NPM_TOKEN", ("npm-access-token",), crc_token("npm_")),
    Kind("slack-bot", "secret", "SLACK_TOKEN", ("slack-bot-token",), slack),
    Kind("stripe-live", "secret", "STRIPE_KEY", ("stripe-access-token",), fixed("sk_live_", ALNUM, 24)),
    Kind("openai", "secret", "OPENAI_KEY", ("openai-api-key",), openai),
    Kind("anthropic", "secret", "ANTHROPIC_KEY", ("anthropic-api-key",), fixed("sk-ant-api03-", URLSAFE, 93, "AA")),
    Kind("huggingface", "secret", "HF_TOKEN", ("huggingface-access-token",), fixed("hf_", string.ascii_letters, 34)),
    Kind("google-api", "secret", "GCP_API_KEY", ("gcp-api-key",), fixed("AIza", URLSAFE, 35)),
    Kind("sendgrid", "secret", "SENDGRID_KEY", ("sendgrid-api-token",), sendgrid),
    Kind("jwt", "secret", "JWT", ("jwt",), jwt),
    Kind("pem-key", "secret", "PRIVATE_KEY", ("private-key",), pem),
    Kind("postgres-uri", "secret", "DATABASE_URI", ("postgres-uri",), postgres, inner=uri_password),
    Kind("password", "secret", "PASSWORD", ("generic-password",), password, "password"),
    Kind("email", "pii", "EMAIL_ADDRESS", ("EMAIL_ADDRESS",), email),
    Kind("us-ssn", "pii", "US_SSN", ("US_SSN",), ssn),
    Kind("card", "pii", "CREDIT_CARD", ("CREDIT_CARD",), card),
    Kind("iban", "pii", "IBAN", ("IBAN",), iban),
    Kind("phone", "pii", "PHONE_NUMBER", ("PHONE_NUMBER",), phone),
)
