"""Checks of what the states of the Americas and of Europe know people and firms by.

A number whose only proof is one decimal digit over ten digits or fewer stays plausible (None). Where python-stdnum has
a module it decides; the rest follows the issuers' own descriptions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import import_module

from leakscan.checks.digits import accepted, compact, day_of, digits_of, is_filler
from leakscan.types import Check

_PRINTED = frozenset(
    # Examples of issuers, encyclopaedias and libraries: nobody's.
    "101174102 10117410 0614050707104 06140507071048 91021027775 72062506561 00113918205 22400022111 101850043 131246796 "
    "2131234321 V114702834 1714307103 1792060346001 20512333797 10101174102 760864285 125319092 211003420017 211406340011 "
    "800280610 26603 800000358 1955839661 6433435F 6433435FT 6433435FW 6433435OA 6433435IH 1234567T 1234567FA 1237010180 "
    "7569217076985 3023217600053 85073003328 98472899765 01490700185 111222333 J99216582 X2482300W X1234567L A58818501 "
    "000000000ZZ4 00743110157 01013099997 8567346215 1234563218 192598184 7103192745 991231123 1630615123457 7523169263 "
    "8032056031 7542011030 7111042925 0101006500006 101134702 4030000375897 1759013776 1008600038413 MA1953684 123456789047 "
    "500100732259 7707083893 11223344595 16117519997 32867300679 2110625629 15108695088 131052308T 010101123N 1201743399 "
    "4504013150 36805280109 37605030299 33309240064 8803200016 8112289841 8112189876 8112289874 121212121212 191212121212 "
    "123026635 33392005961 U132950X D059888N 15070649C103 65180839W003 12190367K006 T220001293 L01X00T471 MORGA657054SM9IJ "
    "ABA300000 ABS123456 112234455 B0702627F J91402501L K22218003V J00101999W 3010185A001PB1 0000000A000PB2 EM0000000 "
    "XR1001R58 4200107384 1122334455 97625655678 102385010671 12056412547 1002005850 000162975 "
    "136695976 SPECI2014".split()
)


def _west(module: str, shape: str, *, proves: bool = False) -> Check:
    """A check that believes stdnum.`module`, but when it refuses only unless `proves`, of what is in no textbook."""

    def check(text: str) -> bool | None:
        if compact(text) in _PRINTED or not accepted(module, text, shape):
            return False
        return True if proves else None

    return check


def _number(text: str, shape: str) -> str:
    """The compacted text if it has that shape and was neither printed in a textbook nor typed to fill a form."""
    number = compact(text)
    if re.fullmatch(shape, number, re.ASCII) is None or number in _PRINTED or is_filler(digits_of(number)):
        return ""
    return number


def _weighted(number: str, weights: Sequence[int]) -> int:
    return sum(int(c, 36) * w for c, w in zip(number, weights, strict=False))


def _is_past(year: int, month: int, day: int) -> bool:
    return day_of(year, month, day) is not None and 1900 <= year <= 2035


def _in_a_century(yy: str, month: int, day: int) -> bool:
    return any(day_of(century + int(yy), month, day) is not None for century in (1900, 2000))


# -- North America -----------------------------------------------------------------------------------------------


def us_atin(text: str) -> bool | None:
    """An adopted child's number: nine digits from 9, the group is 93; no check digit exists."""
    return None if _number(text, "9[0-9]{2}93[0-9]{4}") else False


def us_driver_license(text: str) -> bool | None:
    """A letter and then digits, of which a surname's Soundex code, where there is one, has none above 6."""
    number = _number(text, "[A-Z][0-9]{7,14}|[A-Z]{2}[0-9]{6}")
    if not number:
        return False
    return None if len(number) < 12 or re.match("[A-Z][0-6]{3}", number) or len(number) == 15 else False


def us_driver_license_digits(text: str) -> bool | None:
    """Seven to twelve digits: form only."""
    return None if _number(text, "[0-9]{7,12}") and len(set(digits_of(text))) > 3 else False


def vin(text: str) -> bool | None:
    """49 CFR 565: 17 characters without I, O and Q, of which the ninth checks the others modulo 11."""
    number = compact(text)
    if re.fullmatch("[A-HJ-NPR-Z0-9]{17}", number) is None or len(set(number)) < 6:
        return False
    if not re.search("[A-Z]", number) or not re.search("[0-9]{3}$", number) or number in _PRINTED_VINS:
        return False
    values = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", "123456781234579234567890123456789", strict=True))
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    rest = sum(int(values[c]) * w for c, w in zip(number, weights, strict=True)) % 11
    return None if number[8] == "0123456789X"[rest] else False


_PRINTED_VINS = frozenset({"1M8GDM9AXKP042788", "1HGCM82633A004352", "1HGBH41JXMN109186", "5GZCZ43D13S812715"})


def ca_driver_licence(text: str) -> bool | None:
    """Ontario: a surname's letter, four and five digits, then a birth date whose month may have 50 added."""
    number = _number(text, "[A-Z][0-9]{14}")
    if not number:
        return False
    month = int(number[11:13])
    return None if _in_a_century(number[9:11], month - 50 if month > 50 else month, int(number[13:15])) else False


def mx_nss(text: str) -> bool | None:
    """Mexico: eleven digits of the social security institute, the last by Luhn."""
    number = _number(text, "[0-9]{11}")
    return bool(number) and bool(import_module("stdnum.luhn").is_valid(number))


def mx_elector(text: str) -> bool | None:
    """Mexico: a voter's six consonants, birth date, state (1 to 32, or 87 and 88 abroad), sex and three digits."""
    number = _number(text, "[A-Z]{6}[0-9]{8}[HM][0-9]{3}")
    if not number or not (1 <= int(number[12:14]) <= 33 or number[12:14] in {"87", "88"}):
        return False
    return None if _in_a_century(number[6:8], int(number[8:10]), int(number[10:12])) else False


# -- Central America and the Caribbean ---------------------------------------------------------------------------


def gt_cui(text: str) -> bool | None:
    """Guatemala: eight digits, their check modulo 11, department and municipality."""
    number = _number(text, "[0-9]{13}")
    if not number or not 1 <= int(number[9:11]) <= 22 or not 1 <= int(number[11:13]) <= 35:
        return False
    return _weighted(number[:8], range(2, 10)) % 11 == int(number[8])


def sv_dui(text: str) -> bool | None:
    """El Salvador: eight digits and their check modulo 10."""
    number = _number(text, "[0-9]{9}")
    if not number:
        return False
    return None if -_weighted(number[:8], range(9, 1, -1)) % 10 == int(number[8]) else False


def hn_dni(text: str) -> bool | None:
    """Honduras: department, municipality, year of registration, serial; no check digit exists."""
    number = _number(text, "[0-9]{13}")
    if not number or not 1 <= int(number[:2]) <= 18 or not 1 <= int(number[2:4]) <= 28:
        return False
    return None if 1900 <= int(number[4:8]) <= 2035 else False


def cr_dimex(text: str) -> bool | None:
    """Costa Rica: a foreigner's number, 1, the country and two serials; no check digit exists."""
    return None if accepted("cr.cr", text, "1[0-9]{10,11}") else False


def pa_cedula(text: str) -> bool | None:
    """Panama: province or kind, volume, entry; no check digit exists."""
    parts = text.strip().split("-")
    if len(parts) < 3 or is_filler("".join(parts[1:])):
        return False
    return (
        None
        if parts[0] in {"E", "PE", "N"} or (parts[0].isascii() and parts[0].isdigit() and 1 <= int(parts[0]) <= 13)
        else False
    )


# -- South America -----------------------------------------------------------------------------------------------


def ve_rif(text: str) -> bool | None:
    """Venezuela: kind of holder, eight digits, their check modulo 11."""
    return None if _west("ve.rif", "[VEJPG][0-9]{9}")(text) is None else False


def _mod_11(number: str, weights: Sequence[int]) -> int:
    """11 less the sum modulo 11, where 10 and 11 are written 0."""
    return -_weighted(number, weights) % 11 % 10


def br_pis(text: str) -> bool | None:
    """Brazil: PIS, PASEP or NIS, ten digits and their check modulo 11."""
    number = _number(text, "[0-9]{11}")
    return bool(number) and _mod_11(number[:10], (3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) == int(number[10])


def br_cnh(text: str) -> bool | None:
    """Brazil: a driving licence, nine digits and two checks modulo 11, the second less 2 when the first was 10."""
    number = _number(text, "[0-9]{11}")
    if not number:
        return False
    first = _weighted(number, range(9, 0, -1)) % 11
    second = (_weighted(number[:9], range(1, 10)) % 11 - (2 if first == 10 else 0)) % 11
    return number[9:] == f"{first % 10 if first < 10 else 0}{second % 11 if second < 10 else 0}"


def br_titulo(text: str) -> bool | None:
    """Brazil: a voter's title, eight digits, state (1 to 28) and two checks modulo 11."""
    number = _number(text, "[0-9]{12}")
    if not number or not 1 <= int(number[8:10]) <= 28:
        return False
    bumped = number[8:10] in {"01", "02"}  # São Paulo and Minas Gerais write 1 for a rest of 0

    def digit(total: int) -> int:
        rest = total % 11
        return 1 if rest == 0 and bumped else rest % 10

    first = digit(_weighted(number[:8], range(2, 10)))
    second = digit(int(number[8]) * 7 + int(number[9]) * 8 + first * 9)
    return number[10:] == f"{first}{second}"


def br_rg(text: str) -> bool | None:
    """Brazil: a state's identity card, eight digits and a check that the states compute as they like."""
    return None if _number(text, "[0-9]{7,9}[0-9X]?") else False


def uy_ci(text: str) -> bool | None:
    """Uruguay: seven digits with weights 2-9-8-7-6-3-4 and their check modulo 10."""
    number = _number(text, "[0-9]{7,8}")
    if not number:
        return False
    number = number.zfill(8)
    return None if -_weighted(number[:7], (2, 9, 8, 7, 6, 3, 4)) % 10 == int(number[7]) else False


# -- the British Isles -------------------------------------------------------------------------------------------


def uk_driving_licence(text: str) -> bool | None:
    """DVLA: five of the surname, the birth date shuffled (50 more in a woman's month), initials, three to tell apart."""
    number = compact(text)
    if re.fullmatch("[A-Z]{1,5}9{0,4}[0-9]{6}(?:[A-Z]{2}|[A-Z]9|99)[0-9][A-Z]{2}", number) is None or len(number) != 16:
        return False
    month, day = int(number[6:8]), int(number[8:10])
    month = month - 50 if month > 50 else month
    return None if number not in _PRINTED and _in_a_century(number[5] + number[10], month, day) else False


# -- the German-speaking countries -------------------------------------------------------------------------------


def icao_digit(field: str) -> str:
    """The check digit of ICAO Doc 9303 part 3: weights 7-3-1 over 0-9 and A-Z as 10-35."""
    return str(_weighted(field, (7, 3, 1) * 10) % 10)


def de_document(text: str) -> bool | None:
    """Germany: nine characters of an identity card or passport and, if it is there, their ICAO check digit."""
    number = compact(text).removesuffix("D")
    if re.fullmatch("[CFGHJKLMNPRTVWXYZ][0-9CFGHJKLMNPRTVWXYZ]{7,8}[0-9]", number, re.ASCII) is None:
        return False
    if number in _PRINTED or len(digits_of(number)) < 3 or is_filler(digits_of(number)):
        return False
    return None if len(number) == 9 or icao_digit(number[:9]) == number[9] else False


def de_social_security(text: str) -> bool | None:
    """Germany: pension area, birth date, initial, serial; the digits of the products are summed modulo 10."""
    number = _number(text, "[0-9]{8}[A-Z][0-9]{3}")
    if not number or not 2 <= int(number[:2]) <= 89:
        return False
    day = int(number[2:4])
    if not _in_a_century(number[6:8], int(number[4:6]) or 1, (day - 50 if day > 50 else day) or 1):
        return False
    digits = number[:8] + f"{ord(number[8]) - 64:02d}" + number[9:11]
    products = (int(c) * w for c, w in zip(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True))
    return sum(p // 10 + p % 10 for p in products) % 10 == int(number[11])


# -- western and southern Europe ---------------------------------------------------------------------------------


def be_nn(text: str) -> bool | None:
    """Belgium: a national or BIS number, birth date, serial and 97 less the rest modulo 97."""
    if compact(text) in _PRINTED:
        return False
    return accepted("be.nn", text, "[0-9]{11}") or accepted("be.bis", text, "[0-9]{11}")


def lu_national_id(text: str) -> bool | None:
    """Luxembourg: birth date, serial, a Luhn digit and a Verhoeff digit, each over the first eleven."""
    number = _number(text, "(?:19|20)[0-9]{11}")
    if not number or not _is_past(int(number[:4]), int(number[4:6]), int(number[6:8])):
        return False
    if not import_module("stdnum.luhn").is_valid(number[:12]):
        return False
    return True if import_module("stdnum.verhoeff").is_valid(number[:11] + number[12]) else None


def fr_cni(text: str) -> bool | None:
    """France: an identity card, twelve digits (year, month, department) until 2021, nine characters since."""
    number = _number(text, "[0-9]{12}|[A-Z0-9]{9}")
    if len(number) == 12:
        return None if 1 <= int(number[2:4]) <= 12 else False
    return None if number and re.search("[A-Z]", number) and len(digits_of(number)) >= 4 else False


def es_social_security(text: str) -> bool | None:
    """Spain: province, seven or eight digits, and the number before them modulo 97."""
    number = _number(text, "[0-9]{12}")
    if not number or not (1 <= int(number[:2]) <= 53 or number[:2] == "66"):
        return False
    serial = int(number[2:10])
    whole = int(number[:2]) * 10**7 + serial if serial < 10**7 else int(number[:10])
    return whole % 97 == int(number[10:])


def pt_niss(text: str) -> bool | None:
    """Portugal: ten digits with the primes 29 to 2 as weights, and 9 less their sum modulo 10."""
    number = _number(text, "[12][0-9]{10}")
    return bool(number) and 9 - _weighted(number[:10], (29, 23, 19, 17, 13, 11, 7, 5, 3, 2)) % 10 == int(number[10])


def it_document(text: str) -> bool | None:
    """Italy: an identity card or driving licence, letters and digits; no check digit exists."""
    return None if len(digits_of(text)) >= 5 and not is_filler(digits_of(text)) else False


def mt_id(text: str) -> bool | None:
    """Malta: up to seven digits and a letter for how the holder came to the register; no check digit exists."""
    return None if _number(text, "[0-9]{5,7}[MGAPLHBZ]") else False


# -- central Europe ----------------------------------------------------------------------------------------------


def pl_document(text: str) -> bool | None:
    """Poland: an identity card (3 letters) or passport (2), of which the first digit checks the others modulo 10."""
    number = _number(text, "[A-Z]{2,3}[0-9]{6,7}")
    if len(number) != 9 or not number:
        return False
    weights = (7, 3, 1, 9, 7, 3, 1, 7, 3) if number[2].isalpha() else (7, 3, 9, 1, 7, 3, 1, 7, 3)
    return None if _weighted(number, weights) % 10 == 0 else False


def hu_taj(text: str) -> bool | None:
    """Hungary: a social insurance number, weights 3 and 7 by turns, modulo 10."""
    number = _number(text, "[0-9]{9}")
    return None if number and _weighted(number[:8], (3, 7) * 4) % 10 == int(number[8]) else False


def hu_tax_id(text: str) -> bool | None:
    """Hungary: a person's tax number, 8, days since 1867, serial, and their sum by place modulo 11."""
    number = _number(text, "8[0-9]{9}")
    return None if number and _weighted(number[:9], range(1, 10)) % 11 == int(number[9]) else False


# -- the Balkans and eastern Europe ------------------------------------------------------------------------------


def al_nid(text: str) -> bool | None:
    """Albania: decade and year, month (50 more for women), day, serial and a letter modulo 23, which is unofficial."""
    number = _number(text, "[A-T][0-9]{8}[A-W]")
    if not number:
        return False
    month = int(number[2:4])
    year = 1800 + 10 * (ord(number[0]) - 65) + int(number[1]) + (100 if number[0] < "J" else 0)
    month = month - 50 if month > 50 else month - 30 if month > 30 else month
    if not 1 <= month <= 12 or not any(day_of(y, month, int(number[4:6])) for y in (year, 2000)):
        return False
    rest = (ord(number[0]) - 65 + _weighted(number[1:9], range(1, 9))) % 23
    return True if number[9] == chr(65 + rest) else None


def xk_personal_number(text: str) -> bool | None:
    """Kosovo: nine digits and their check modulo 11."""
    number = _number(text, "[1-9][0-9]{9}")
    return None if number and -_weighted(number[:9], (4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11 == int(number[9]) else False


def by_personal_number(text: str) -> bool | None:
    """Belarus: sex and century, birth date, region, serial, citizenship, and the ICAO digit of them all."""
    number = _number(text, "[1-6][0-9]{6}[ABCHKEM][0-9]{3}(?:PB|BA|BI)[0-9]")
    if not number or not _in_a_century(number[5:7], int(number[3:5]), int(number[1:3])):
        return False
    return icao_digit(number[:13]) == number[13]


def ua_passport(text: str) -> bool | None:
    """Ukraine: a series of two Cyrillic letters and six digits, of a travel passport two Latin ones, or nine digits."""
    digits = digits_of(text)
    if is_filler(digits) or len(set(digits)) < 3:
        return False
    return None if len(digits) == 9 or (len(digits) == 6 and re.match("[А-ЯЄІЇҐ]{2}|[A-Z]{2}", text)) else False


def md_idnp(text: str) -> bool | None:
    """Moldova: thirteen digits of a person, the last by weights 7-3-1 modulo 10."""
    return _west("md.idno", "[029][0-9]{12}", proves=True)(text)


def ru_inn(text: str) -> bool | None:
    """Russia: ten digits and one check of a firm, or twelve and two of a person."""
    if _west("ru.inn", "[0-9]{10}|[0-9]{12}")(text) is False:
        return False
    return True if len(compact(text)) == 12 else None


def ru_snils(text: str) -> bool | None:
    """Russia: a pension account, nine digits and their weighted sum modulo 101."""
    number = _number(text, "[0-9]{11}")
    return bool(number) and _weighted(number[:9], range(9, 0, -1)) % 101 % 100 == int(number[9:])


def ru_passport(text: str) -> bool | None:
    """Russia: an internal passport, region, year of the form (97 to 35), six digits; no check digit exists."""
    number = _number(text, "[0-9]{10}")
    if not number or not 1 <= int(number[:2]) <= 99:
        return False
    return None if int(number[2:4]) >= 97 or int(number[2:4]) <= 35 else False


# -- the Nordic countries ----------------------------------------------------------------------------------------


def se_personnummer(text: str) -> bool | None:
    """Sweden: birth date (60 more in the day of a coordination number), serial and Luhn over ten digits."""
    number = _number(text.replace("+", "-"), "(?:19|20)?[0-9]{10}")[-10:]
    if not number or number in _PRINTED or not import_module("stdnum.luhn").is_valid(number):
        return False
    day = int(number[4:6])
    return None if _in_a_century(number[:2], int(number[2:4]), day - 60 if day > 60 else day) else False


def fi_hetu(text: str) -> bool | None:
    """Finland: birth date, sign of the century, serial and the number modulo 31; serials from 900 are for tests."""
    number = text.strip()
    if re.fullmatch("[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-Y]", number) is None or number[7] == "9":
        return False
    if number.replace("-", "") in _PRINTED or is_filler(number[:6]):
        return False
    known = number[:6] + {"+": "+"}.get(number[6], "-" if number[6] in "-UVWXY" else "A") + number[7:]
    return bool(import_module("stdnum.fi.hetu").is_valid(known))


# -- the European Union ------------------------------------------------------------------------------------------


def eu_vat(text: str) -> bool | None:
    """A VAT number by the rules of its member state; one with a single check digit stays plausible."""
    number = compact(text)
    if re.fullmatch("[A-Z]{2}[0-9A-Z+*]{2,13}", number) is None or number[2:] in _PRINTED or number[:2] in {"EU", "IM"}:
        return False
    if len(digits_of(number)) < 7 or is_filler(digits_of(number)):
        return False
    try:
        return None if import_module("stdnum.eu.vat").is_valid(number) else False
    except (ValueError, ArithmeticError, LookupError):
        return False  # a letter where the country's module counted on a digit


CHECKS: dict[str, Check] = {
    "ad_nrt": _west("ad.nrt", "[ACDEFGLOPU][0-9]{6}[A-Z]"),
    "al_nid": al_nid,
    "ar_dni": _west("ar.dni", "[0-9]{7,8}"),
    "at_vnr": _west("at.vnr", "[1-9][0-9]{9}"),
    "be_nn": be_nn,
    "bg_egn": _west("bg.egn", "[0-9]{10}"),
    "bg_lnch": _west("bg.pnf", "[0-9]{10}"),
    "br_cnh": br_cnh,
    "br_pis": br_pis,
    "br_rg": br_rg,
    "br_titulo": br_titulo,
    "by_personal_number": by_personal_number,
    "by_unp": _west("by.unp", "[1-7][0-9]{8}|[A-CEHKMO]{2}[0-9]{7}"),
    "ca_bn": _west("ca.bn", "[0-9]{9}(?:R[CMPTZ][0-9]{4})?"),
    "ca_driver_licence": ca_driver_licence,
    "ch_ahv": _west("ch.ssn", "756[0-9]{10}", proves=True),
    "cl_rut": _west("cl.rut", "[1-9][0-9]{6,7}[0-9Kk]"),
    "co_nit": _west("co.nit", "[1-9][0-9]{8,9}"),
    "cr_cedula": _west("cr.cpf", "0?[1-9][0-9]{8}"),
    "cr_dimex": cr_dimex,
    "cu_ni": _west("cu.ni", "[0-9]{11}"),
    "cy_tax_id": _west("cy.vat", "[0-9]{8}[A-Z]"),
    "cz_birth_number": _west("cz.rc", "[0-9]{9,10}"),
    "de_document": de_document,
    "de_social_security": de_social_security,
    "de_steuernummer": _west("de.stnr", "[0-9]{10,11}|[0-9]{13}"),
    "dk_cpr": _west("dk.cpr", "[0-9]{10}"),
    "do_cedula": _west("do.cedula", "[0-9]{11}", proves=True),
    "do_rnc": _west("do.rnc", "[145][0-9]{8}"),
    "ec_ci": _west("ec.ci", "[0-3][0-9]{9}"),
    "ec_ruc": _west("ec.ruc", "[0-3][0-9]{9}00[1-9]"),
    "ee_ik": _west("ee.ik", "[1-8][0-9]{10}", proves=True),
    "es_cif": _west("es.cif", "[ABCDEFGHJNPQRSUVW][0-9]{7}[0-9A-J]"),
    "es_social_security": es_social_security,
    "eu_vat": eu_vat,
    "fi_hetu": fi_hetu,
    "fr_cni": fr_cni,
    "fr_nif": _west("fr.nif", "[0-3][0-9]{12}", proves=True),
    "gr_afm": _west("gr.vat", "[0-9]{9}"),
    "gr_amka": _west("gr.amka", "[0-3][0-9]{10}", proves=True),
    "gt_cui": gt_cui,
    "gt_nit": _west("gt.nit", "[1-9][0-9]{5,8}[0-9K]"),
    "hn_dni": hn_dni,
    "hr_oib": _west("hr.oib", "[0-9]{11}", proves=True),
    "hu_taj": hu_taj,
    "hu_tax_id": hu_tax_id,
    "ie_pps": _west("ie.pps", "[0-9]{7}[A-W][ABHWTX]?"),
    "is_kennitala": _west("is_.kennitala", "[0-7][0-9]{9}"),
    "it_document": it_document,
    "it_iva": _west("it.iva", "(?:IT)?[0-9]{11}", proves=True),
    "jmbg": _west("si.emso", "[0-3][0-9]{12}", proves=True),
    "lt_ak": _west("lt.asmens", "[3-6][0-9]{10}", proves=True),
    "lu_national_id": lu_national_id,
    "lv_pk": _west("lv.pvn", "[0-3][0-9]{10}", proves=True),
    "md_idnp": md_idnp,
    "mk_edb": _west("mk.edb", "(?:MK)?[45][0-9]{12}", proves=True),
    "mt_id": mt_id,
    "mx_elector": mx_elector,
    "mx_nss": mx_nss,
    "nl_bsn": _west("nl.bsn", "[0-9]{9}"),
    "nl_document": _west("nl.identiteitskaartnummer", "[A-NP-Z]{2}[A-NP-Z0-9]{6}[0-9]"),
    "no_fnr": _west("no.fodselsnummer", "[0-7][0-9]{10}", proves=True),
    "pa_cedula": pa_cedula,
    "pe_dni": _west("pe.cui", "[0-9]{8}[0-9A-K]"),
    "pe_ruc": _west("pe.ruc", "(?:10|15|16|17|20)[0-9]{9}", proves=True),
    "pl_document": pl_document,
    "pl_nip": _west("pl.nip", "(?:PL)?[1-9][0-9]{9}"),
    "pl_regon": _west("pl.regon", "[0-9]{9}|[0-9]{14}"),
    "pt_cc": _west("pt.cc", "[0-9]{9}[A-Z0-9]{2}[0-9]", proves=True),
    "pt_nif": _west("pt.nif", "[1-35689][0-9]{8}"),
    "pt_niss": pt_niss,
    "py_ruc": _west("py.ruc", "[1-9][0-9]{6,8}"),
    "ro_cnp": _west("ro.cnp", "[1-9][0-9]{12}", proves=True),
    "rs_pib": _west("rs.pib", "[1-9][0-9]{8}"),
    "ru_inn": ru_inn,
    "ru_passport": ru_passport,
    "ru_snils": ru_snils,
    "se_personnummer": se_personnummer,
    "si_tax_number": _west("si.ddv", "(?:SI)?[1-9][0-9]{7}"),
    "sv_dui": sv_dui,
    "sv_nit": _west("sv.nit", "[019][0-9]{13}", proves=True),
    "ua_rntrc": _west("ua.rntrc", "[1-9][0-9]{9}"),
    "ua_passport": ua_passport,
    "uk_driving_licence": uk_driving_licence,
    "uk_utr": _west("gb.utr", "[0-9]{10}"),
    "us_atin": us_atin,
    "us_driver_license": us_driver_license,
    "us_driver_license_digits": us_driver_license_digits,
    "us_ptin": _west("us.ptin", "P[0-9]{8}"),
    "uy_ci": uy_ci,
    "uy_rut": _west("uy.rut", "[0-9]{12}", proves=True),
    "ve_rif": ve_rif,
    "vin": vin,
    "xk_personal_number": xk_personal_number,
}
