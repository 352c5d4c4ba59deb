"""Checks of wallet keys: what each proves and disproves; every value is computed here from the documented algorithm."""

from __future__ import annotations

import base64
import binascii
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakscan.checks import wallet_keys
from leakscan.checks.wallet_keys import CHECKS

BITCOIN = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
KEY = hashlib.sha256(b"a key of nobody").digest()
WORDS = "orbit ladder velvet canyon pepper mirror island rocket lumber saddle timber yellow"


def base58(raw: bytes, alphabet: str = BITCOIN) -> str:
    number, out = int.from_bytes(raw, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        out = alphabet[rest] + out
    return alphabet[0] * (len(raw) - len(raw.lstrip(b"\0"))) + out


def summed(raw: bytes, alphabet: str = BITCOIN) -> str:
    return base58(raw + hashlib.sha256(hashlib.sha256(raw).digest()).digest()[:4], alphabet)


def stellar(version: int) -> str:
    raw = bytes([version]) + KEY
    return base64.b32encode(raw + binascii.crc_hqx(raw, 0).to_bytes(2, "little")).decode()


# RFC 8032, 7.1, test 1
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")

TABLE: list[tuple[str, str, bool | None]] = [
    ("wif_key", summed(b"\x80" + KEY), True),
    ("wif_key", summed(b"\x80" + KEY + b"\x01"), True),
    ("wif_key", summed(b"\xb0" + KEY + b"\x01"), True),
    ("wif_key", summed(b"\x80" + KEY)[:-1] + "1", False),
    ("wif_key", summed(b"\x00" + KEY), False),
    ("wif_key", summed(b"\x80" + KEY + b"\x02"), False),
    ("extended_private_key", summed(bytes.fromhex("0488ade4") + bytes(41) + b"\0" + KEY), True),
    ("extended_private_key", summed(bytes.fromhex("0488b21e") + bytes(41) + b"\2" + KEY), False),
    ("bip38_key", summed(b"\x01\x42\xc0" + KEY + bytes(4)), True),
    ("bip38_key", summed(b"\x01\x41\xc0" + KEY + bytes(4)), False),
    ("xrp_seed", summed(b"\x21" + KEY[:16], RIPPLE), True),
    ("xrp_seed", summed(b"\x01\xe1\x4b" + KEY[:16], RIPPLE), True),
    ("xrp_seed", summed(b"\x21" + KEY[:16]), False),
    ("tezos_key", summed(bytes.fromhex("0d0f3a07") + KEY), True),
    ("tezos_key", summed(bytes.fromhex("0d0f3a07") + KEY[:31]), False),
    ("tezos_key", "", False),
    ("stellar_seed", stellar(144), True),
    ("stellar_seed", stellar(48), False),
    ("stellar_seed", stellar(144)[:-1], False),
    # NIP 19's example
    ("bech32_key", "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5", True),
    ("bech32_key", "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe6", False),
    ("secp256k1_key", KEY.hex(), None),
    ("secp256k1_key", "0x" + KEY.hex(), None),
    ("secp256k1_key", "f" * 64, False),
    ("secp256k1_key", "0" * 40 + KEY.hex()[:24], False),
    ("secp256k1_key", "ac0974bec39a17e36ba4a6b4d238ff94" + "4bacb478cbed5efcae784d7bf4f2ff80", False),
    ("solana_keypair", str(list(SEED + PUBLIC)), True),
    ("solana_keypair", base58(SEED + PUBLIC), True),
    ("solana_keypair", str(list(PUBLIC + SEED)), False),
    ("solana_keypair", str([0] * 64), False),
    ("solana_keypair", str([999] * 64), False),
    ("seed_phrase", WORDS, None),
    ("seed_phrase", f"{WORDS} {WORDS}", False),
    ("seed_phrase", WORDS.replace("canyon", "the"), False),
    ("seed_phrase", " ".join(sorted(WORDS.split())), False),
    ("seed_phrase", WORDS.rpartition(" ")[0], False),
    ("seed_phrase", "legal winner thank year wave sausage worth useful legal winner thank yellow", False),
]


@pytest.mark.parametrize(("name", "text", "verdict"), TABLE)
def test_each_check_proves_and_disproves_what_it_says(name: str, text: str, verdict: bool | None) -> None:
    assert CHECKS[name](text) is verdict


def test_published_keys_are_nobodys() -> None:
    for value in wallet_keys._PUBLISHED:
        assert not any(CHECKS[name](value) for name in ("wif_key", "extended_private_key", "secp256k1_key"))


@pytest.mark.parametrize("name", sorted(CHECKS))
@given(text=st.text(max_size=200))
def test_checks_are_total(name: str, text: str) -> None:
    assert CHECKS[name](text) in (True, False, None)
