"""Checks of cryptocurrency addresses, by the check sums in them."""

from __future__ import annotations

import re
from base64 import b32decode, urlsafe_b64decode
from binascii import crc_hqx
from hashlib import sha256
from importlib import import_module

from leakscan.checks.digits import digits_of, is_filler
from leakscan.types import Check

_WELL_KNOWN_WALLETS = frozenset(
    {
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",  # the genesis block
        "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
        "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
        "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
        "1111111111111111111114oLvT2",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",  # BIP 173
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",  # BIP 350
    }
)
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def btc_base58(text: str) -> bool | None:
    """A Bitcoin address of the old kind: base58 with four bytes of double SHA-256."""
    if re.fullmatch(r"[13][1-9A-HJ-NP-Za-km-z]{25,34}", text) is None or text in _WELL_KNOWN_WALLETS:
        return False
    return bool(import_module("stdnum.bitcoin").is_valid(text))


def btc_bech32(text: str) -> bool | None:
    """A segwit address: the BCH code of BIP 173 (bech32, version 0) or BIP 350 (bech32m, later versions)."""
    low = text.lower()
    if re.fullmatch(rf"bc1[{_BECH32}]{{11,71}}", low) is None or text not in (low, text.upper()):
        return False
    data = [_BECH32.index(c) for c in low[3:]]
    residue = _bech32_residue([3, 3, 0, 2, 3, *data])
    return low not in _WELL_KNOWN_WALLETS and residue == (1 if data[0] == 0 else 0x2BC830A3)


def _bech32_residue(values: list[int]) -> int:
    residue = 1
    for value in values:
        top = residue >> 25
        residue = (residue & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            residue ^= generator if top >> i & 1 else 0
    return residue


def eth_address(text: str) -> bool | None:
    """An Ethereum address; mixed case carries the check of ERC-55, one case carries none."""
    body = text[2:]
    if re.fullmatch(r"0x[0-9a-fA-F]{40}", text) is None or len(set(body.lower())) < 8 or is_filler(digits_of(body)):
        return False
    if body in (body.lower(), body.upper()):
        return None
    return body == _erc55(body.lower()) and text not in _ERC55_EXAMPLES


_ERC55_EXAMPLES = frozenset(
    {
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    }
)


def _erc55(body: str) -> str:
    digest = _keccak256(body.encode("ascii")).hex()
    return "".join(c.upper() if n > "7" else c for c, n in zip(body, digest[: len(body)], strict=True))


_MASK = (1 << 64) - 1


def _rotate(lane: int, by: int) -> int:
    by %= 64
    return (lane << by | lane >> (64 - by)) & _MASK


def _keccak256(message: bytes) -> bytes:
    """Keccak-256 of one block, as Ethereum uses it: FIPS 202's permutation with the padding of before the standard."""
    if len(message) > 134:
        raise ValueError("one block holds 134 bytes")
    block = message + b"\x01" + bytes(134 - len(message)) + b"\x80" + bytes(64)
    lanes = [int.from_bytes(block[8 * i : 8 * i + 8], "little") for i in range(25)]
    shift = 1
    for _ in range(24):
        lanes, shift = _keccak_round(lanes, shift)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])


def _keccak_round(a: list[int], shift: int) -> tuple[list[int], int]:
    """Theta, rho and pi, chi, iota; `shift` is the register that yields the round constants."""
    parity = [a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] for x in range(5)]
    a = [lane ^ parity[(i + 4) % 5] ^ _rotate(parity[(i + 1) % 5], 1) for i, lane in enumerate(a)]
    b, x, y = list(a), 1, 0
    lane = a[1]
    for t in range(24):
        x, y = y, (2 * x + 3 * y) % 5
        b[x + 5 * y] = _rotate(lane, (t + 1) * (t + 2) // 2)
        lane = a[x + 5 * y]
    a = [b[i] ^ (~b[i - i % 5 + (i + 1) % 5] & _MASK & b[i - i % 5 + (i + 2) % 5]) for i in range(25)]
    for j in range(7):
        shift = (shift << 1 ^ (shift >> 7) * 0x171) & 0xFF
        if shift & 2:
            a[0] ^= 1 << ((1 << j) - 1)
    return a, shift


# -- base58 with four bytes of double SHA-256, in other chains ---------------------------------------------------

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_LONGEST = 120
_PUBLISHED = frozenset(
    {
        "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh",  # the XRP ledger's genesis account
        "rrrrrrrrrrrrrrrrrrrrrhoLvTp",  # its account zero
        "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",  # the contracts of USDT and USDC on Tron
        "TEkxiTehnzSmSe2XqrBj4w32RUN966rdz8",
    }
)


def _base58(text: str, alphabet: str = _BASE58) -> bytes | None:
    """The bytes that base58 writes so, or None where it is none."""
    if not 0 < len(text) <= _LONGEST or not set(text) <= set(alphabet):
        return None
    number = 0
    for char in text:
        number = number * 58 + alphabet.index(char)
    zeros = len(text) - len(text.lstrip(alphabet[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _is_checked(data: bytes | None, versions: tuple[bytes, ...], size: int) -> bool:
    """Whether it is one of the versions, `size` bytes, and the double SHA-256 of both."""
    if data is None or not data.startswith(versions):
        return False
    body, check = data[:-4], data[-4:]
    fits = any(body.startswith(version) and len(body) == len(version) + size for version in versions)
    return fits and sha256(sha256(body).digest()).digest()[:4] == check


def _base58_check(*versions: str, size: int = 20, alphabet: str = _BASE58) -> Check:
    """A check of base58check with these version bytes (hexadecimal) before `size` bytes."""
    prefixes = tuple(map(bytes.fromhex, versions))

    def check(text: str) -> bool | None:
        return text not in _PUBLISHED and _is_checked(_base58(text, alphabet), prefixes, size)

    return check


def sol_address(text: str) -> bool | None:
    """A Solana account: 32 bytes in base58, without a check sum; both cases and digits, since words are base58 too."""
    data = _base58(text)
    if data is None or len(data) != 32 or len(set(text)) < 16 or text.startswith("1111"):  # noqa: PLR2004
        return False
    kinds = (re.search(kind, text) for kind in ("[0-9]", "[a-z]", "[A-Z]"))
    return None if all(kinds) and text not in _PROGRAMS else False


_PROGRAMS = frozenset(
    "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL "
    "So11111111111111111111111111111111111111112 EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v "
    "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB".split()
)
"""Solana's own programs and the mints of USDC and USDT."""


def xmr_address(text: str) -> bool | None:
    """A Monero address: base58 in blocks of 11 characters, network byte, two keys, four bytes of Keccak-256."""
    if re.fullmatch(r"[48][1-9A-HJ-NP-Za-km-z]{94}", text) is None:
        return False
    data = b""
    for at in range(0, 95, 11):
        block, size = text[at : at + 11], 8 if at < 88 else 5  # noqa: PLR2004
        number = 0
        for char in block:
            number = number * 58 + _BASE58.index(char)
        if number >> 8 * size:
            return False
        data += number.to_bytes(size, "big")
    return data[0] in (18, 42) and _keccak256(data[:65])[:4] == data[65:]


# -- bech32 and its cousins --------------------------------------------------------------------------------------


def _spread(prefix: str) -> list[int]:
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def bech32_address(text: str) -> bool | None:
    """An address in the BCH code of BIP 173 or BIP 350 under any prefix: ltc1…, addr1…, cosmos1…"""
    low = text.lower()
    prefix, one, data = low.rpartition("1")
    if not one or text not in (low, text.upper()) or len(low) > 120 or not set(data) <= set(_BECH32):  # noqa: PLR2004
        return False
    if re.fullmatch(r"[a-z]{1,16}", prefix) is None or len(set(data)) < 10:  # noqa: PLR2004
        return False
    return _bech32_residue([*_spread(prefix), *(_BECH32.index(c) for c in data)]) in (1, 0x2BC830A3)


def bch_address(text: str) -> bool | None:
    """A Bitcoin Cash address: the 40-bit BCH code of its CashAddr specification."""
    low = text.lower()
    prefix, _, data = low.rpartition(":")
    if text not in (low, text.upper()) or re.fullmatch(rf"[qp][{_BECH32}]{{41}}", data) is None:
        return False
    residue = 1
    for value in [*(ord(c) & 31 for c in prefix or "bitcoincash"), 0, *(_BECH32.index(c) for c in data)]:
        top = residue >> 35
        residue = (residue & 0x07FFFFFFFF) << 5 ^ value
        for i, generator in enumerate((0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)):
            residue ^= generator if top >> i & 1 else 0
    return residue == 1


# -- CRC-16 ------------------------------------------------------------------------------------------------------


def xlm_address(text: str) -> bool | None:
    """A Stellar account: base32, the version byte of accounts, CRC-16 (SEP-23)."""
    if re.fullmatch(r"G[A-Z2-7]{55}", text) is None:
        return False
    data = b32decode(text + "=" * (-len(text) % 8))
    return data[0] == 6 << 3 and crc_hqx(data[:-2], 0) == int.from_bytes(data[-2:], "little") and len(set(text)) > 9  # noqa: PLR2004


def ton_address(text: str) -> bool | None:
    """A TON account in its user-friendly form: tag, workchain, hash, CRC-16, in base64 (TEP-2)."""
    if re.fullmatch(r"[EU]Q[A-Za-z0-9_-]{46}", text) is None:
        return False
    data = urlsafe_b64decode(text)
    return crc_hqx(data[:-2], 0) == int.from_bytes(data[-2:], "big") and len(set(text)) > 9  # noqa: PLR2004


CHECKS: dict[str, Check] = {
    "bch_address": bch_address,
    "bech32_address": bech32_address,
    "btc_base58": btc_base58,
    "btc_bech32": btc_bech32,
    "dash_address": _base58_check("4c"),
    "doge_address": _base58_check("1e"),
    "eth_address": eth_address,
    "extended_public_key": _base58_check("0488b21e", "049d7cb2", "04b24746", size=74),
    "ltc_address": _base58_check("30", "32"),
    "sol_address": sol_address,
    "ton_address": ton_address,
    "trx_address": _base58_check("41"),
    "xlm_address": xlm_address,
    "xmr_address": xmr_address,
    "xrp_address": _base58_check("00", alphabet=_RIPPLE),
    "xtz_address": _base58_check("06a19f", "06a1a1", "06a1a4"),
    "zec_address": _base58_check("1cb8", "1cbd"),
}
