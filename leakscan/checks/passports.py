"""Checks of travel documents."""

from __future__ import annotations

import re

from leakscan.checks.digits import digits_of, is_filler
from leakscan.types import Check


def _icao(field: str) -> str:
    """The check digit of ICAO Doc 9303 part 3: weights 7-3-1 over 0-9, A-Z as 10-35 and the filler as 0."""
    return str(sum((0 if c == "<" else int(c, 36)) * (7, 3, 1)[i % 3] for i, c in enumerate(field)) % 10)


def travel_document(text: str) -> bool | None:
    """The machine readable zone of a passport (TD3) or an identity card (TD1): all its check digits."""
    zone = re.sub(r"\\[rn]|\s", "", text)
    if re.fullmatch(r"[A-Z0-9<]{88}|[A-Z0-9<]{90}", zone) is None or zone[2:5] in {"UTO", "XXX"}:
        return False
    return _is_passport(zone[44:]) if len(zone) == 88 else _is_card(zone)


def _is_passport(line: str) -> bool:
    fields = (line[:9], line[9]), (line[13:19], line[19]), (line[21:27], line[27])
    whole = line[:10] + line[13:20] + line[21:43]
    return all(_icao(field) == digit for field, digit in fields) and _icao(whole) == line[43]


def _is_card(zone: str) -> bool:
    number = (zone[5:14], zone[14]) if zone[14] != "<" else ("", "0")  # a long number has its digit further on
    fields = number, (zone[30:36], zone[36]), (zone[38:44], zone[44])
    whole = zone[5:30] + zone[30:37] + zone[38:45] + zone[48:59]
    return all(_icao(field) == digit for field, digit in fields) and _icao(whole) == zone[59]


def passport_number(text: str) -> bool | None:
    """Format only: not a filler, and not a word."""
    digits = digits_of(text)
    return False if len(digits) < 6 or is_filler(digits) or len(set(digits)) < 3 else None


CHECKS: dict[str, Check] = {
    "passport_number": passport_number,
    "travel_document": travel_document,
}
