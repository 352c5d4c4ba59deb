"""Checks of what a state knows people and firms by: birth dates, identity, insurance and tax numbers.

A number whose only proof is one decimal digit over ten digits or fewer stays plausible (None).
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from importlib import import_module

from leakscan.checks.digits import accepted, compact, day_of, digits_of, is_filler, plausible, proved
from leakscan.types import Check

# -- dates -------------------------------------------------------------------------------------------------------

_MONTHS = {name: i for i, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}


def birth_date(text: str) -> bool | None:
    """A day on which somebody alive may have been born."""
    parts = re.findall(r"[0-9]+|[a-z]{3}", text.lower())
    numbers = [int(p) for p in parts if p.isdigit() and len(p) <= 4]
    month = next((_MONTHS[p] for p in parts if p in _MONTHS), 0)
    if month and len(numbers) == 2:
        day, year = sorted(numbers)
        found = day_of(year, month, day)
    elif not month and len(numbers) == 3:
        found = _numeric_date(*numbers)
    else:
        return False
    return None if found is not None and 1905 <= found.year <= 2035 else False


def _numeric_date(a: int, b: int, c: int) -> date | None:
    if a > 31:
        return day_of(a, b, c)
    year = c if c > 99 else 1900 + c if c > 20 else 2000 + c
    return day_of(year, b, a) or day_of(year, a, b)


# -- the United States -------------------------------------------------------------------------------------------

_ADVERTISED = frozenset(
    "078051120 219099999 457555462 123456789 111223333 222334444 333224444 123121234 123456780 001010001 987654321 "
    "111111112 123004567 321214321 555667777 444556666".split()
)


def us_ssn(text: str) -> bool | None:
    """The Social Security Administration's rules on area, group and serial; no check digit exists."""
    d = digits_of(text)
    if len(d) != 9 or d[:3] in {"000", "666"} or d[0] == "9" or d[3:5] == "00" or d[5:] == "0000":
        return False
    return False if d in _ADVERTISED or is_filler(d) else None


@cache
def _ein_prefixes() -> frozenset[str]:
    """The campus prefixes that the IRS has assigned."""
    ein = import_module("stdnum.us.ein")
    return frozenset(f"{n:02d}" for n in range(100) if ein.is_valid(f"{n:02d}-4830175"))


def us_ein(text: str) -> bool | None:
    """A campus prefix of the IRS; no check digit exists. Project Gutenberg's number stands in each of its books."""
    d = digits_of(text)
    return False if len(d) != 9 or d[:2] not in _ein_prefixes() or is_filler(d) or d == "646221541" else None


def us_itin(text: str) -> bool | None:
    """An ITIN whose group the IRS has opened; ranges of groups are printed from 0000 to 9999."""
    return None if accepted("us.itin", text, "9[0-9]{8}") and text[-4:] not in ("0000", "9999") else False


# -- other countries ---------------------------------------------------------------------------------------------

_EGYPT = frozenset(
    "01 02 03 04 11 12 13 14 15 16 17 18 19 21 22 23 24 25 26 27 28 29 31 32 33 34 35 88".split()
)  # fmt: skip


def eg_national_id(text: str) -> bool | None:
    """Egypt: century, birth date and governorate; the last digit's formula is not published."""
    d = compact(text)
    if re.fullmatch(r"[23][0-9]{13}", d) is None or is_filler(d) or d[7:9] not in _EGYPT:
        return False
    born = day_of((1900 if d[0] == "2" else 2000) + int(d[1:3]), int(d[3:5]), int(d[5:7]))
    return born is not None


def vn_cccd(text: str) -> bool | None:
    """Viet Nam: province 001 to 096, then century and sex, then the year of birth (decree 137/2015)."""
    d = compact(text)
    if re.fullmatch(r"0[0-9]{2}[0-3][0-9]{8}", d) is None or is_filler(d):
        return False
    return None if 1 <= int(d[:3]) <= 96 else False


def ug_nin(text: str) -> bool | None:
    """Uganda: citizen, sex, year of birth; not a row of one digit."""
    if re.fullmatch(r"C[MF][0-9]{5}[A-Z0-9]{7}", text) is None or is_filler(digits_of(text)):
        return False
    return None if re.search(r"[A-Z]", text[2:]) and re.search(r"[0-9]{5}", text) else False


def gh_card(text: str) -> bool | None:
    """Ghana: the card's number; the formula of its check digit is not published."""
    return False if is_filler(digits_of(text)) else None


_NINO_NEVER = frozenset({"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})
_NINO_EXAMPLES = frozenset({"QQ123456C", "AB123456C", "AA123456A"})


def uk_nino(text: str) -> bool | None:
    """HMRC's manual NIM39110: prefixes that are never issued, a suffix of A to D; no check digit exists."""
    number = compact(text)
    if re.fullmatch(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]", number) is None:
        return False
    return False if number[:2] in _NINO_NEVER or number in _NINO_EXAMPLES or is_filler(number[2:8]) else None


def fr_nir(text: str) -> bool | None:
    """France: sex, month (1 to 12, or the codes of incomplete dates) and the two-digit key, 97 less n mod 97."""
    number = compact(text)
    if re.fullmatch(r"[1278][0-9]{4}[0-9AB]{2}[0-9]{8}", number) is None:
        return False
    if not (1 <= int(number[3:5]) <= 12 or 20 <= int(number[3:5]) <= 42 or int(number[3:5]) >= 50):
        return False
    return accepted("fr.nir", number, r"[1278][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{8}")


def br_cpf(text: str) -> bool | None:
    """Brazil: two mod-11 digits; rows of one digit pass them and are nobody's."""
    return accepted("br.cpf", text, "[0-9]{11}")


def br_cnpj(text: str) -> bool | None:
    """Brazil: two mod-11 digits; the textbook number 11.222.333/0001-81 and the state bank's are known to all."""
    number = compact(text)
    known = {"11222333000181", "00000000000191", "11444777000161", "12345678000195"}
    return number not in known and accepted("br.cnpj", number, "[A-Z0-9]{12}[0-9]{2}")


def mx_rfc(text: str) -> bool | None:
    """Mexico: initials, birth date and a mod-11 digit; the generic numbers of the SAT are nobody's."""
    number = text.strip()
    if re.fullmatch(r"[A-ZÑ&]{4}[0-9]{6}[A-Z0-9]{3}", number) is None or number[:4] in {"XAXX", "XEXX"}:
        return False
    return bool(import_module("stdnum.mx.rfc").is_valid(number, True))


def in_pan(text: str) -> bool | None:
    """India: the holder's kind in the fourth place; 1234 is documentation's."""
    return None if text[5:9] != "1234" and accepted("in_.pan", text, "[A-Z]{5}[0-9]{4}[A-Z]") else False


def pk_cnic(text: str) -> bool | None:
    """Pakistan: a province and a sex; no check digit exists."""
    return None if accepted("pk.cnic", text, "[1-7][0-9]{12}") else False


def es_nif(text: str) -> bool | None:
    """Spain: one letter out of 23 checks at most eight digits, which is weak."""
    number = compact(text)
    module = "es.nie" if number[:1] in {"X", "Y", "Z"} else "es.dni"
    return None if accepted(module, number, r"(?:[0-9]{8}|[XYZ][0-9]{7})[A-Z]") else False


def ke_kra_pin(text: str) -> bool | None:
    """Kenya: a form without a check; the sequences of documentation are nobody's."""
    return None if accepted("ke.pin", text, "[AP][0-9]{9}[A-Z]") else False


def ph_tin(text: str) -> bool | None:
    """The Philippines: nine digits and a branch code; form only, the check digit is not verified."""
    d = digits_of(text)
    return None if len(d) in (9, 12, 13, 14) and d[:3] != "000" and not is_filler(d[:9]) else False


CHECKS: dict[str, Check] = {
    "ar_cuit": proved("ar.cuit", "[0-9]{11}"),
    "birth_date": birth_date,
    "br_cnpj": br_cnpj,
    "br_cpf": br_cpf,
    "ca_sin": plausible("ca.sin", "[1-79][0-9]{8}"),
    "de_tax_id": proved("de.idnr", "[1-9][0-9]{10}"),
    "eg_national_id": eg_national_id,
    "es_nif": es_nif,
    "fr_nir": fr_nir,
    "gh_card": gh_card,
    "id_nik": proved("id.nik", "[0-9]{16}"),
    "in_aadhaar": proved("in_.aadhaar", "[2-9][0-9]{11}"),
    "in_pan": in_pan,
    "it_fiscal_code": proved("it.codicefiscale", "[A-Z]{6}[0-9A-Z]{2}[A-Z][0-9A-Z]{2}[A-Z][0-9A-Z]{3}[A-Z]"),
    "ke_kra_pin": ke_kra_pin,
    "mx_curp": proved("mx.curp", "[A-Z]{4}[0-9]{6}[A-Z]{6}[0-9A-Z][0-9]"),
    "mx_rfc": mx_rfc,
    "ph_tin": ph_tin,
    "pk_cnic": pk_cnic,
    "pl_pesel": proved("pl.pesel", "[0-9]{11}"),
    "ug_nin": ug_nin,
    "uk_nino": uk_nino,
    "us_ein": us_ein,
    "us_itin": us_itin,
    "us_ssn": us_ssn,
    "vn_cccd": vn_cccd,
    "za_id_number": proved("za.idnr", "[0-9]{13}"),
}
