"""Checks of the addresses of machines: hosts and interfaces."""

from __future__ import annotations

import ipaddress
import re
from itertools import pairwise

from leakscan.types import Check

_RESOLVERS = frozenset(
    "1.1.1.1 1.0.0.1 8.8.8.8 8.8.4.4 9.9.9.9 149.112.112.112 208.67.222.222 208.67.220.220 4.2.2.1 4.2.2.2 "
    "93.184.216.34 93.184.215.14 94.140.14.14 76.76.2.0 185.228.168.9 169.254.169.254 168.63.129.16".split()
)
"""Addresses that everybody types: public resolvers, example.com, the metadata services of clouds."""


def ipv4_public(text: str) -> bool | None:
    """An address of the public internet that may be one host's."""
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        return False
    last = int(address) & 0xFF
    if not address.is_global or address.is_multicast or last in (0, 255) or text in _RESOLVERS:
        return False
    return False if _is_counting([int(p) for p in text.split(".")]) else None


def _is_counting(parts: list[int]) -> bool:
    return len(set(parts)) == 1 or len({b - a for a, b in pairwise(parts)}) == 1


def ipv4_host(text: str) -> bool | None:
    """As `ipv4_public`, and large enough in its parts to be no version, section or object identifier."""
    if ipv4_public(text) is False:
        return False
    first, *rest = (int(p) for p in text.split("."))
    return None if first >= 24 and sum(part >= 24 for part in rest) >= 2 else False


def ipv6_public(text: str) -> bool | None:
    """An address of the public internet that may be one host's."""
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return False
    known = ("2001:4860:4860:", "2606:4700:4700:", "2620:fe:", "2001:500:", "2620:119:")
    groups = [g for g in text.split(":") if g]
    if not address.is_global or len(groups) < 4 or text.lower().startswith(known):
        return False
    return False if address in ipaddress.IPv6Network("2001:db8::/32") else None


_TYPED_MACS = frozenset(
    "001122334455 0123456789ab aabbccddeeff deadbeef0000 deadbeefcafe 00deadbeef00 112233445566 010203040506 123456789abc "
    "525400123456 0a0b0c0d0e0f 001a2b3c4d5e 00005e005301 00005e005300".split()
)


def mac_unicast(text: str) -> bool | None:
    """The address of one interface, not of a group, and not one typed for an example."""
    digits = re.sub(r"[:-]", "", text.lower())
    if re.fullmatch(r"[0-9a-f]{12}", digits) is None or digits in _TYPED_MACS or len(set(digits)) < 4:
        return False
    return False if int(digits[:2], 16) & 1 else None


CHECKS: dict[str, Check] = {
    "ipv4_host": ipv4_host,
    "ipv4_public": ipv4_public,
    "ipv6_public": ipv6_public,
    "mac_unicast": mac_unicast,
}
