"""Checks of the addresses and numbers of machines: hosts, interfaces, telephones and their cards."""

from __future__ import annotations

import ipaddress
import re
from importlib import import_module
from itertools import pairwise

from leakscan.checks.digits import accepted, compact, is_filler
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
    "525400123456 0a0b0c0d0e0f 001a2b3c4d5e 00005e005301 00005e005300 08002b010203 003456abcdef".split()
)
_VIRTUAL = ("525400", "0242ac")
"""What QEMU and Docker give to machines that are not there."""
_TYPED_RUNS = ("123456", "456789", "6789ab", "abcdef", "aabbcc", "778899")


def mac_unicast(text: str) -> bool | None:
    """The address of one interface, not of a group, and not one typed for an example."""
    digits = re.sub(r"[:-]", "", text.lower())
    if re.fullmatch(r"[0-9a-f]{12}", digits) is None or digits in _TYPED_MACS or len(set(digits)) < 4:
        return False
    if any(run in digits for run in _TYPED_RUNS) or digits.startswith(_VIRTUAL):
        return False
    return False if int(digits[:2], 16) & 1 else None


def device_imei(text: str) -> bool | None:
    """An IMEI: 15 digits with Luhn's last (3GPP TS 23.003), a reporting body that exists, no filler."""
    d = compact(text)
    if re.fullmatch(r"[0-9]{15}", d) is None or is_filler(d) or len(set(d)) < 5 or d in _PRINTED_IMEIS:  # noqa: PLR2004
        return False
    return None if d[:2] in _REPORTING_BODIES and import_module("stdnum.luhn").is_valid(d) else False


_REPORTING_BODIES = frozenset("01 10 30 33 35 44 45 49 50 51 52 53 54 86 87 91 98 99".split())
_PRINTED_IMEIS = frozenset({"490154203237518", "356938035643809", "352099001761481", "354648020000251"})


def sim_imsi(text: str) -> bool | None:
    """An IMSI: 15 digits that begin with a country and network in use (ITU-T E.212)."""
    return None if accepted("imsi", text, "[2-7][0-9]{14}") else False


def sim_iccid(text: str) -> bool | None:
    """A SIM card's number (ITU-T E.118): 89, 19 or 20 digits, Luhn's at the end."""
    d = compact(text)
    if re.fullmatch(r"89[0-9]{17,18}", d) is None or is_filler(d):
        return False
    return None if import_module("stdnum.luhn").is_valid(d) else False


def device_uuid(text: str) -> bool | None:
    """A UUID somebody drew: no zeros, no counting, no one digit over and over."""
    h = text.replace("-", "").lower()
    if re.fullmatch(r"[0-9a-f]{32}", h) is None or len(set(h)) < 8 or is_filler(h):  # noqa: PLR2004
        return False
    return False if any(run in h for run in ("123456", "abcdef", "00000000", "deadbeef", "123e4567")) else None


def device_serial(text: str) -> bool | None:
    """A manufacturer's serial number: capitals and digits of both kinds, no filler, no date."""
    if re.fullmatch(r"[A-Z0-9]{8,20}", text) is None or len(set(text)) < 5 or is_filler(text):  # noqa: PLR2004
        return False
    enough = len(re.findall(r"[0-9]", text)) > 1 and len(re.findall(r"[A-Z]", text)) > 1
    return None if enough and "XXX" not in text and "ABC" not in text else False


def android_id(text: str) -> bool | None:
    """Sixteen hexadecimal digits that somebody drew; not the one that many emulators and early telephones share."""
    if re.fullmatch(r"[0-9a-f]{16}", text) is None or text == "9774d56d682e549c" or is_filler(text):
        return False
    return None if len(set(text)) > 5 and re.search(r"[0-9]", text) and re.search(r"[a-f]", text) else False  # noqa: PLR2004


def cookie_value(text: str) -> bool | None:
    """A value a server or a script drew: long runs of digits or mixed letters and digits, no words or placeholders."""
    low = text.lower()
    if len(set(low)) < 7 or "xxxx" in low or "your" in low or "example" in low or "123456789" in low:  # noqa: PLR2004
        return False
    return None if len(re.findall(r"[0-9]", text)) >= 4 else False  # noqa: PLR2004


CHECKS: dict[str, Check] = {
    "android_id": android_id,
    "cookie_value": cookie_value,
    "device_imei": device_imei,
    "device_serial": device_serial,
    "device_uuid": device_uuid,
    "ipv4_host": ipv4_host,
    "ipv4_public": ipv4_public,
    "ipv6_public": ipv6_public,
    "mac_unicast": mac_unicast,
    "sim_iccid": sim_iccid,
    "sim_imsi": sim_imsi,
}
