"""Checks of what patients, their insurance and those who treat them are known by."""

from __future__ import annotations

import re
from importlib import import_module

from leakscan.checks.digits import accepted, compact, day_of, digits_of, is_filler
from leakscan.types import Check

_PRINTED = frozenset(
    # Examples of the issuers, their cards and their manuals.
    "9434765919 9434765870 4505577104 9999999999 9000000009 9990548609 1EG4TE5MK73 1EG4TE5MK72 1EG4TE5MK00 A123456780 "
    "A000500015 X110411675 1234567893 1245319599 1003000126 9698658215 9876543217 AB1234563 BB1388568 F91234563 "
    "1234567890AA".split()
)


def _number(text: str, shape: str) -> str:
    """The compacted text if it has that shape and is in no manual."""
    number = compact(text)
    if re.fullmatch(shape, number, re.ASCII) is None or number in _PRINTED or is_filler(digits_of(number)):
        return ""
    return number


def _is_luhn(number: str) -> bool:
    return bool(import_module("stdnum.luhn").is_valid(number))


def us_npi(text: str) -> bool | None:
    """45 CFR 162.406: ten digits from 1 or 2, Luhn with 80840 in front."""
    number = _number(text, "[12][0-9]{9}")
    return None if number and _is_luhn("80840" + number) else False


def us_dea(text: str) -> bool | None:
    """A prescriber's number: kind, initial (or 9), six digits and the last of odd places plus twice the even ones."""
    number = _number(text, "[ABCDEFGHJKLMPRSTUX][A-Z9][0-9]{7}")
    if not number:
        return False
    d = [int(c) for c in number[2:]]
    return None if (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10 == d[6] else False


def us_mbi(text: str) -> bool | None:
    """Medicare: eleven places, letters without S, L, O, I, B and Z; no check digit exists."""
    letter, either = "[AC-HJKMNP-RT-Y]", "[0-9AC-HJKMNP-RT-Y]"
    shape = f"[1-9]{letter}{either}[0-9]{letter}{either}[0-9]{letter}{{2}}[0-9]{{2}}"
    number = compact(text)
    return None if re.fullmatch(shape, number, re.ASCII) and number not in _PRINTED else False


def uk_nhs(text: str) -> bool | None:
    """England and Wales: ten digits and a check modulo 11; 999 in front is for tests."""
    if compact(text) in _PRINTED or digits_of(text).startswith("999"):
        return False
    return None if accepted("gb.nhs", text, "[0-9]{10}") else False


def uk_chi(text: str) -> bool | None:
    """Scotland: birth date, serial and a check modulo 11."""
    number = _number(text, "[0-9]{10}")
    if not number or all(day_of(c + int(number[4:6]), int(number[2:4]), int(number[:2])) is None for c in (1900, 2000)):
        return False
    return None if -sum(int(c) * (10 - i) for i, c in enumerate(number[:9])) % 11 == int(number[9]) else False


def ca_bc_phn(text: str) -> bool | None:
    """British Columbia: ten digits from 9 and a check modulo 11."""
    return None if compact(text) not in _PRINTED and accepted("ca.bc_phn", text, "9[0-9]{9}") else False


def ca_ohip(text: str) -> bool | None:
    """Ontario: ten digits, the last by Luhn, and a version code of up to two letters."""
    number = _number(text, "[1-9][0-9]{9}[A-Z]{0,2}")
    return None if number and _is_luhn(number[:10]) else False


def ca_ramq(text: str) -> bool | None:
    """Québec: surname and initial, birth date (50 more in a woman's month), serial."""
    number = _number(text, "[A-Z]{4}[0-9]{8}")
    if not number:
        return False
    month = int(number[6:8])
    month = month - 50 if month > 50 else month
    return None if any(day_of(c + int(number[4:6]), month, int(number[8:10])) for c in (1900, 2000)) else False


def br_cns(text: str) -> bool | None:
    """Brazil: the national health card, fifteen digits whose sum weighted 15 to 1 is a multiple of 11."""
    number = _number(text, "[12789][0-9]{14}")
    return bool(number) and sum(int(c) * (15 - i) for i, c in enumerate(number)) % 11 == 0


def de_kvnr(text: str) -> bool | None:
    """Germany: a letter and nine digits for life, the last a Luhn-like sum with the letter as two digits."""
    number = _number(text, "[A-Z][0-9]{9}")
    if not number:
        return False
    products = [int(c) * (1 + i % 2) for i, c in enumerate(f"{ord(number[0]) - 64:02d}{number[1:9]}")]
    return None if sum(p // 10 + p % 10 for p in products) % 10 == int(number[9]) else False


def ehic(text: str) -> bool | None:
    """A European health insurance card: 80, the country's number in ISO 3166 or telephony, serial, Luhn."""
    number = _number(text, "80[0-9]{18}")
    return bool(number) and _is_luhn(number)


def record_number(text: str) -> bool | None:
    """Form only: mostly digits, no date, no filler."""
    digits = digits_of(text)
    if len(digits) < 5 or is_filler(digits) or len(set(digits)) < 3:
        return False
    return False if re.fullmatch("(?:19|20)[0-9]{2}[-/.]?(?:0[1-9]|1[0-2])[-/.]?[0-3][0-9]", text, re.ASCII) else None


CHECKS: dict[str, Check] = {
    "br_cns": br_cns,
    "ca_bc_phn": ca_bc_phn,
    "ca_ohip": ca_ohip,
    "ca_ramq": ca_ramq,
    "de_kvnr": de_kvnr,
    "ehic": ehic,
    "record_number": record_number,
    "uk_chi": uk_chi,
    "uk_nhs": uk_nhs,
    "us_dea": us_dea,
    "us_mbi": us_mbi,
    "us_npi": us_npi,
}
