"""Checks of the keys and seeds that open cryptocurrency wallets, by the check sums and curves in them.

Nothing here reads a word list: a seed phrase is judged by its shape and by words no such list holds.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

from leakscan.checks.tokens import not_placeholder
from leakscan.types import Check

_BITCOIN = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_LONGEST = 160


def _dotted(*values: str) -> frozenset[str]:
    """Values from standards and test networks; the middle dot keeps scanners off this file."""
    return frozenset(value.replace("\N{MIDDLE DOT}", "") for value in values)


_PUBLISHED = _dotted(
    # the Bitcoin wiki's and BIP 38's examples, and the keys one and two
    "5HueCGU8rMjxEXxiPuD5BDku4·MkFqeZyd4dZ1jvhTVqvbTLvyTJ",
    "5Kb8kLf9zgWQnogidDA76MzPL·6TsZZY36hWXMssSzNydYXYB9KF",
    "5HpHagT65TZzG1PH3CSu63k8D·bpvD8s5ip4nEB3kEsreAnchuDf",
    "KwDiBf89QgGbjEhKnhXJuH7Lr·ciVrZi3qYjgd9M7rFU73sVHnoWn",
    # BIP 32, test vector 1
    "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3·TGtRBeJgk33yuGBxrMPHi",
    # the first accounts of Hardhat, Anvil and Ganache
    "ac0974bec39a17e36ba4a6b4d238ff94·4bacb478cbed5efcae784d7bf4f2ff80",
    "59c6995e998f97a5a0044966f0945389·dc9e86dae88c7a8412f4603b6b78690d",
    "5de4111afa1a4b94908f83103eb1f170·6367c2e68ca870fc3fb9a804cdab365a",
    "7c852118294e51e653712a81e05800f4·19141751be58f605c371e15141b007a6",
    "47e179ec197488593b187f80a00eb0da·91f1b9d0b13f8733639f19c30a34926a",
    "4f3edf983ac636a65a842ce7c78d9aa7·06d3b113bce9c46f30d7d21715b23b1d",
)


def _base58(text: str, alphabet: str = _BITCOIN) -> bytes | None:
    """The bytes that base58 stands for; None where it is not base58, or far too long."""
    number = 0
    for sign in text[:_LONGEST]:
        digit = alphabet.find(sign)
        if digit < 0:
            return None
        number = number * 58 + digit
    zeros = len(text) - len(text.lstrip(alphabet[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big") if len(text) <= _LONGEST else None


def _checked(text: str, alphabet: str = _BITCOIN) -> bytes:
    """What base58 with four bytes of double SHA-256 stands for; empty where the sum is wrong."""
    raw = _base58(text, alphabet) or b""
    body, tail = raw[:-4], raw[-4:]
    return body if body and hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4] == tail else b""


_WIF_VERSIONS = frozenset({0x80, 0xEF, 0xB0, 0x9E, 0xCC, 0xF1})


def wif_key(text: str) -> bool | None:
    """A Bitcoin, Litecoin, Dogecoin or Dash key in the wallet import format.

    Source: Bitcoin wiki, "Wallet import format": version, 32 bytes, perhaps a 1 (compressed), base58check.
    """
    body = _checked(text)
    form = len(body) == 33 or (len(body) == 34 and body[-1] == 1)
    return form and body[0] in _WIF_VERSIONS and text not in _PUBLISHED


_EXTENDED = frozenset(
    bytes.fromhex(version) for version in ("0488ade4", "049d7878", "04b2430c", "04358394", "044a4e28", "045f18bc")
)


def extended_private_key(text: str) -> bool | None:
    """A BIP 32 extended private key (xprv; yprv and zprv of SLIP 132): 78 bytes, the key behind a zero, base58check."""
    body = _checked(text)
    return len(body) == 78 and body[:4] in _EXTENDED and body[45] == 0 and text not in _PUBLISHED


def bip38_key(text: str) -> bool | None:
    """A Bitcoin key under a passphrase (BIP 38): 39 bytes that begin with 0142 or 0143, base58check."""
    body = _checked(text)
    return len(body) == 39 and body[:2] in (b"\x01\x42", b"\x01\x43")


def xrp_seed(text: str) -> bool | None:
    """An XRP Ledger seed: 16 bytes behind 21 (secp256k1) or 01E14B (Ed25519), base58check in Ripple's alphabet.

    Source: xrpl.org, "base58 Encodings". The genesis account's published seed is dropped.
    """
    body = _checked(text, _RIPPLE)
    form = (len(body) == 17 and body[:1] == b"\x21") or (len(body) == 19 and body[:3] == b"\x01\xe1\x4b")
    return form and text != "snoPBrXtMeMyMHUVTgbuqAfg1SUTb"


_TEZOS = {bytes.fromhex("0d0f3a07"): 36, bytes.fromhex("2bf64e07"): 68}


def tezos_key(text: str) -> bool | None:
    """A Tezos Ed25519 secret key or its seed (edsk…): the protocol's prefix bytes, base58check."""
    body = _checked(text)
    return _TEZOS.get(body[:4], 0) == len(body) > 0


# Version byte 18 << 3, 32 bytes, CRC-16 of XModem.
_STELLAR_SEED = 18 << 3


def stellar_seed(text: str) -> bool | None:
    """A Stellar secret seed (SEP 23): base32 of version, 32 bytes and CRC-16/XModem, low byte first."""
    try:
        raw = base64.b32decode(text.encode("ascii"))
    except (binascii.Error, ValueError):
        return False
    return len(raw) == 35 and raw[0] == _STELLAR_SEED and _crc16(raw[:-2]) == int.from_bytes(raw[-2:], "little")


def _crc16(data: bytes) -> int:
    return binascii.crc_hqx(data, 0)


_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_STEPS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def bech32_key(text: str) -> bool | None:
    """A key in Bech32 (BIP 173), whatever its human-readable part: Nostr, Sui, Cardano, Zcash."""
    prefix, mark, data = text.lower().rpartition("1")
    if not mark or text not in (text.lower(), text.upper()) or any(sign not in _BECH32 for sign in data):
        return False
    low = [ord(sign) & 31 for sign in prefix]
    state = 1
    for value in [*(ord(sign) >> 5 for sign in prefix), 0, *low, *map(_BECH32.index, data)]:
        top, state = state >> 25, (state & 0x1FFFFFF) << 5 ^ value
        for bit, step in enumerate(_STEPS):
            state ^= step if top >> bit & 1 else 0
    return state == 1 and len(set(data)) > 8  # noqa: PLR2004  not all the same five bits


_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_SMALL = 1 << 128
_DIFFERENT = 10


def secp256k1_key(text: str) -> bool | None:
    """32 bytes in hex that may be an Ethereum key: below the order of secp256k1, not small, nobody's test account.

    Source: SEC 2, 2.4.1.
    """
    body = text.lower().removeprefix("0x")
    if re.fullmatch(r"[0-9a-f]{64}", body) is None or body in _PUBLISHED or len(set(body)) < _DIFFERENT:
        return False
    return None if _SMALL < int(body, 16) < _ORDER and not_placeholder(text) is None else False


# -- Ed25519: that a keypair's second half is the public key of the first proves it -------------------------------

_P = 2**255 - 19
_D = -121665 * pow(121666, _P - 2, _P) % _P
_BASE_Y = 4 * pow(5, _P - 2, _P) % _P
_BASE_X = 0x216936D3CD6E53FEC0A4E231FDD6DC5C692CC7609525A7B2C9562D608F25D51A

_Point = tuple[int, int, int, int]


def _sum(p: _Point, q: _Point) -> _Point:
    """Two points of the curve, in extended coordinates (RFC 8032, 5.1.4)."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % _P
    b = (p[1] + p[0]) * (q[1] + q[0]) % _P
    c = 2 * p[3] * q[3] * _D % _P
    d = 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _public(seed: bytes) -> bytes:
    """The Ed25519 public key of a seed (RFC 8032, 5.1.5)."""
    digest = bytearray(hashlib.sha512(seed).digest()[:32])
    digest[0] &= 248
    digest[31] = digest[31] & 127 | 64
    scalar = int.from_bytes(digest, "little")
    point, power = (0, 1, 1, 0), (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % _P)
    while scalar:
        if scalar & 1:
            point = _sum(point, power)
        power = _sum(power, power)
        scalar >>= 1
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _is_keypair(raw: bytes) -> bool:
    return len(raw) == 64 and len(set(raw)) > _DIFFERENT and _public(raw[:32]) == raw[32:]


def solana_keypair(text: str) -> bool | None:
    """A Solana keypair, as an array of 64 bytes or in base58: the second half is the public key of the first."""
    numbers = re.findall(r"[0-9]{1,3}", text[:400])
    if text.lstrip().startswith("["):
        return _is_keypair(bytes(map(int, numbers))) if all(int(n) < 256 for n in numbers) else False  # noqa: PLR2004
    return _is_keypair(_base58(text) or b"")


# -- seed phrases --------------------------------------------------------------------------------------------------

_COUNTS = frozenset({12, 15, 18, 21, 24, 25})
# Common words that stand in no list of BIP 39, and endings that hardly any of its words has.
_NO_SEED_WORDS = frozenset(
    "the and for are was were has had not but his her its him she our your their them from been being would should "
    "which who whom these those because while also than some such very does did done get got gets use uses users "
    "may might could here how why out off own per via etc one two three four ten new old lets let seed phrase phrases "
    "words mnemonic mnemonics wallets please never someone anyone everyone".split()
)
_NO_SEED_ENDINGS = re.compile(r"(?:ing|ed|ly|tion|ies|ers)$")
_WORDS_WITH_ENDINGS = frozenset(
    "bring king ring spring swing string thing wing hundred need seed shed speed sting embed feed weed fly family "
    "jelly only supply early july rely reply ugly silly lonely assembly bully action auction caution edition fiction "
    "mention motion nation option question ration section station vacation".split()
)
_PHRASES = frozenset(
    {
        "legal winner thank year wave sausage worth useful legal winner thank yellow",
        "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
        "army van defense carry jealous true garbage claim echo media make crunch",
        "witch collapse practice feed shame open despair creek road again ice least",
        "candy maple cake sugar pudding cream honey rich smooth crumble sweet treat",
    }
)


def seed_phrase(text: str) -> bool | None:
    """Keep 12 to 25 words that could be of a wallet's seed (BIP 39's counts): no function words, few repeated.

    The word lists are not shipped, so the check sum of the phrase is not computed.
    """
    words = re.findall(r"[a-z]+", text)
    if len(words) not in _COUNTS or len(set(words)) < 0.8 * len(words) or " ".join(words) in _PHRASES:
        return False
    if words == sorted(words):  # an index, a word list
        return False
    odd = [w for w in words if w in _NO_SEED_WORDS or (_NO_SEED_ENDINGS.search(w) and w not in _WORDS_WITH_ENDINGS)]
    plural = sum(word.endswith("s") and not word.endswith("ss") for word in words)
    return False if odd or plural > 0.2 * len(words) else None


CHECKS: dict[str, Check] = {
    "bech32_key": bech32_key,
    "bip38_key": bip38_key,
    "extended_private_key": extended_private_key,
    "secp256k1_key": secp256k1_key,
    "seed_phrase": seed_phrase,
    "solana_keypair": solana_keypair,
    "stellar_seed": stellar_seed,
    "tezos_key": tezos_key,
    "wif_key": wif_key,
    "xrp_seed": xrp_seed,
}
