"""Checks of cryptocurrency addresses, by the check sums in them."""

from __future__ import annotations

import re
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


CHECKS: dict[str, Check] = {
    "btc_base58": btc_base58,
    "btc_bech32": btc_bech32,
    "eth_address": eth_address,
}
