"""Checks of what the states of Africa, Asia, the Middle East and the Pacific know people by.

Two habits of `national` hold here as well: what was typed to fill a form is nobody's, and one decimal check digit over
ten digits or fewer leaves a number plausible (None). Where a formula is not published, only what is embedded (birth
date, sex, region) is looked at.
"""

from __future__ import annotations

import re
from importlib import import_module

from leakscan.checks.digits import accepted, compact, day_of, digits_of, is_filler, plausible, proved
from leakscan.types import Check

_FIRST_YEAR, _LAST_YEAR = 1905, 2035
"""Of birth, for those who may be alive while this is in use."""


# -- what several countries share --------------------------------------------------------------------------------


def _born(year: int, month: int, day: int) -> bool:
    return _FIRST_YEAR <= year <= _LAST_YEAR and day_of(year, month, day) is not None


def _born_short(yymmdd: str) -> bool:
    """Whether six digits are a birth date, in whichever century."""
    year, month, day = (int(yymmdd[i : i + 2]) for i in (0, 2, 4))
    return any(_born(century + year, month, day) for century in (1900, 2000))


def _digits(text: str, shape: str) -> str:
    """The compacted text if it has the shape and was not typed to fill a form, or nothing."""
    number = compact(text)
    return number if re.fullmatch(shape, number, re.ASCII) and not is_filler(digits_of(number)) else ""


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def _luhn(digits: str) -> bool:
    return bool(import_module("stdnum.luhn").is_valid(digits))


def letters_and_digits(text: str) -> bool | None:
    """Letters and at least three digits, not all the same: neither a word nor a plain number."""
    digits = digits_of(text)
    few = len(digits) < 3 or len(digits) == len(text) or len(set(digits)) < 2
    return False if few or re.search(r"012345|123456|234567|345678", digits) else None


# -- Africa ------------------------------------------------------------------------------------------------------

_ANGOLA = frozenset("BA BE BO CA CC CE CN CO CS CU HA HL HO LA LN LS ME MO NE UE ZA ZE".split())


def ao_bi(text: str) -> bool | None:
    """Angola: nine digits, the province of issue, three digits."""
    number = _digits(text, r"[0-9]{9}[A-Z]{2}[0-9]{3}")
    return None if number and number[9:11] in _ANGOLA else False


def bw_omang(text: str) -> bool | None:
    """Botswana: the fifth digit is the sex."""
    return None if _digits(text, r"[0-9]{4}[12][0-9]{4}") else False


def cm_niu(text: str) -> bool | None:
    """Cameroon: P or M, month and year of birth or founding, a serial, a letter."""
    number = _digits(text, r"[PM][0-9]{12}[A-Z]")
    return None if number and 1 <= int(number[1:3]) <= 12 else False


def na_id(text: str) -> bool | None:
    """Namibia: birth date, then five digits."""
    number = _digits(text, r"[0-9]{11}")
    return None if number and _born_short(number[:6]) else False


def rw_nid(text: str) -> bool | None:
    """Rwanda: status, year of birth, sex (7 or 8), serial; the formula of the last digits is not published."""
    number = _digits(text, r"[123][0-9]{4}[78][0-9]{10}")
    return None if number and _FIRST_YEAR <= int(number[1:5]) <= _LAST_YEAR else False


def sn_nin(text: str) -> bool | None:
    """Senegal: sex, three digits of the place, year of birth, serial."""
    number = _digits(text, r"[12][0-9]{12,13}")
    return None if number and _FIRST_YEAR <= int(number[4:8]) <= _LAST_YEAR else False


def sz_pin(text: str) -> bool | None:
    """Eswatini: birth date, then seven digits."""
    number = _digits(text, r"[0-9]{13}")
    return None if number and _born_short(number[:6]) else False


def tz_nida(text: str) -> bool | None:
    """Tanzania: birth date, then the place and a serial."""
    number = _digits(text, r"(?:19|20)[0-9]{18}")
    return None if number and _born(int(number[:4]), int(number[4:6]), int(number[6:8])) else False


def gh_ssnit(text: str) -> bool | None:
    """Ghana: a letter, two digits, birth date, serial and a check digit whose formula is not published."""
    number = _digits(text, r"[A-Z][0-9]{12}")
    return None if number and _born_short(number[3:9]) else False


# -- South Asia --------------------------------------------------------------------------------------------------

_INDIA = frozenset(
    "AN AP AR AS BR CG CH DD DL DN GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK TN TR TS TG UA UK "
    "UP UT WB".split()
)


def in_driving_licence(text: str) -> bool | None:
    """India: state, office, year of issue, serial."""
    number = _digits(text, r"[A-Z]{2}[0-9]{13}")
    return None if number and number[:2] in _INDIA and 1950 <= int(number[4:8]) <= _LAST_YEAR else False


def in_esic(text: str) -> bool | None:
    """India: ten digits of an insured person, or seventeen of an employer."""
    return None if _digits(text, r"[0-9]{10}|[0-9]{17}") else False


def lk_nic(text: str) -> bool | None:
    """Sri Lanka: year of birth and day of the year, to which 500 is added for women; no check digit is published."""
    number = _digits(text, r"[0-9]{9}[VXvx]|(?:19|20)[0-9]{10}")
    if not number:
        return False
    year, day = (1900 + int(number[:2]), number[2:5]) if len(number) == 10 else (int(number[:4]), number[4:7])
    return None if _FIRST_YEAR <= year <= _LAST_YEAR and 1 <= int(day) % 500 <= 366 and int(day) < 867 else False


# -- South-East Asia ---------------------------------------------------------------------------------------------


def id_kk(text: str) -> bool | None:
    """Indonesia, family card: district and the day of its entry, then a serial."""
    number = _digits(text, r"[1-9][0-9]{15}")
    day, month = int(number[6:8] or 0), int(number[8:10] or 0)
    return None if 1 <= day <= 31 and 1 <= month <= 12 else False


_SINGAPORE = {"S": (0, "JZIHGFEDCBA"), "F": (0, "XWUTRQPNMLK"), "M": (3, "XWUTRQPNJLK")}
_SINGAPORE |= {"T": (4, _SINGAPORE["S"][1]), "G": (4, _SINGAPORE["F"][1])}


def sg_nric(text: str) -> bool | None:
    """Singapore: one of eleven letters checks seven digits, which is weak."""
    number = _digits(text, r"[STFGM][0-9]{7}[A-Z]")
    if not number:
        return False
    offset, letters = _SINGAPORE[number[0]]
    total = offset + _weighted(number[1:8], (2, 7, 6, 5, 4, 3, 2))
    return None if letters[total % 11] == number[8] else False


# -- East Asia ---------------------------------------------------------------------------------------------------


def cn_ric(text: str) -> bool | None:
    """China (GB 11643): region, birth date and a mod 11-2 check character."""
    number = compact(text).upper()
    if re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number, re.ASCII) is None:
        return False
    if not _FIRST_YEAR <= int(number[6:10]) <= _LAST_YEAR:
        return False
    return accepted("cn.ric", number, r"[1-9][0-9]{16}[0-9X]")


def hk_hkid(text: str) -> bool | None:
    """Hong Kong: one or two letters and six digits, mod 11; ten is written as A."""
    number = re.sub(r"[()\s]", "", text)
    if re.fullmatch(r"[A-Z]{1,2}[0-9]{6}[0-9A]", number, re.ASCII) is None or is_filler(number[-7:-1]):
        return False
    values = [36] * (9 - len(number)) + [int(char, 36) for char in number[:-1]]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return None if (total + int(number[-1], 16)) % 11 == 0 else False


_KOREA = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)


def _korean(text: str, kinds: str, offset: int) -> tuple[str, bool]:
    """The digits of a number whose birth date is right (or nothing), and whether its check digit is.

    Numbers given out since October 2020 are random behind the seventh digit.
    """
    number = _digits(text, rf"[0-9]{{6}}[{kinds}][0-9]{{6}}")
    if not number:
        return "", False
    century = 1900 if number[6] in "1256" else 2000
    if not _born(century + int(number[:2]), int(number[2:4]), int(number[4:6])):
        return "", False
    return number, (offset - _weighted(number, _KOREA) % 11) % 10 == int(number[12])


def kr_rrn(text: str) -> bool | None:
    """South Korea: birth date, sex and a check digit, which only those born before October 2020 must have."""
    number, checked = _korean(text, "1-4", 11)
    is_young = number[6:7] in {"3", "4"} and number[:6] > "201004"
    return None if number and (checked or is_young) else False


def kr_frn(text: str) -> bool | None:
    """South Korea, foreigners: birth date and sex; the check digit of older numbers proves them."""
    number, checked = _korean(text, "5-8", 13)
    return (checked or None) if number else False


_MONGOLIA = frozenset("АБВГДЕЁЖЗИЙКЛМНОӨПРСТУҮФХЦЧШЩЪЫЬЭЮЯ")


def mn_register(text: str) -> bool | None:
    """Mongolia: two letters and the birth date, 20 added to the month for those born since 2000."""
    if len(text) != 10 or not set(text[:2].upper()) <= _MONGOLIA or re.fullmatch(r"[0-9]{8}", text[2:]) is None:
        return False
    month = int(text[4:6])
    year = int(text[2:4]) + (2000 if month > 20 else 1900)
    return None if not is_filler(text[2:]) and _born(year, month % 20, int(text[6:8])) else False


_TAIWAN = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
"""In the order of the two digits that stand for each letter, from 10 on."""


def tw_id(text: str) -> bool | None:
    """Taiwan: the letter as two digits, then weights 8 to 1 and a check digit, mod 10; foreigners have 8, 9, A to D."""
    if re.fullmatch(r"[A-Z][1289A-D][0-9]{8}", text, re.ASCII) is None or is_filler(text[2:]):
        return False
    first = _TAIWAN.index(text[0]) + 10
    second = (_TAIWAN.index(text[1]) + 10) % 10 if text[1].isalpha() else int(text[1])
    total = first // 10 + first % 10 * 9 + second * 8 + _weighted(text[2:], (7, 6, 5, 4, 3, 2, 1, 1))
    return None if total % 10 == 0 else False


# -- Central Asia and the Caucasus -------------------------------------------------------------------------------


def kz_iin(text: str) -> bool | None:
    """Kazakhstan: birth date, century and sex, a serial and a check digit, mod 11 in two goes."""
    number = _digits(text, r"[0-9]{6}[1-6][0-9]{5}")
    if not number or not _born(1800 + (int(number[6]) - 1) // 2 * 100 + int(number[:2]), *_month_day(number)):
        return False
    check = _weighted(number[:11], (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)) % 11
    if check == 10:
        check = _weighted(number[:11], (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)) % 11
    return check == int(number[11])


def _month_day(yymmdd: str) -> tuple[int, int]:
    return int(yymmdd[2:4]), int(yymmdd[4:6])


def uz_pinfl(text: str) -> bool | None:
    """Uzbekistan: century and sex, then day, month and year of birth."""
    number = _digits(text, r"[3-6][0-9]{13}")
    if not number:
        return False
    century = 1900 if number[0] in "34" else 2000
    return None if _born(century + int(number[5:7]), int(number[3:5]), int(number[1:3])) else False


def kg_pin(text: str) -> bool | None:
    """Kyrgyzstan: sex, then day, month and year of birth."""
    number = _digits(text, r"[12][0-9]{13}")
    return None if number and _born(int(number[5:9]), int(number[3:5]), int(number[1:3])) else False


# -- the Middle East ---------------------------------------------------------------------------------------------


def ae_emirates_id(text: str) -> bool | None:
    """The Emirates: 784, year of birth, serial and a Luhn digit."""
    number = _digits(text, r"784[0-9]{12}")
    return bool(number) and _FIRST_YEAR <= int(number[3:7]) <= _LAST_YEAR and _luhn(number)


def bh_cpr(text: str) -> bool | None:
    """Bahrain: year and month of birth, then five digits."""
    number = _digits(text, r"[0-9]{9}")
    return None if number and 1 <= int(number[2:4]) <= 12 else False


def ir_national_code(text: str) -> bool | None:
    """Iran: nine digits with weights 10 to 2 and a check digit, mod 11."""
    number = _digits(text, r"[0-9]{10}")
    rest = _weighted(number[:9], (10, 9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return None if number and int(number[9]) == (rest if rest < 2 else 11 - rest) else False


def kw_civil_id(text: str) -> bool | None:
    """Kuwait: century, birth date, serial and a mod-11 digit."""
    number = _digits(text, r"[123][0-9]{11}")
    if not number or not _born(1700 + int(number[0]) * 100 + int(number[1:3]), *_month_day(number[1:7])):
        return False
    return 11 - _weighted(number[:11], (2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)) % 11 == int(number[11])


def qa_qid(text: str) -> bool | None:
    """Qatar: century, year of birth, the three-digit ISO number of the nationality, a serial."""
    number = _digits(text, r"[23][0-9]{10}")
    return None if number and 4 <= int(number[3:6]) <= 894 else False


def sa_id(text: str) -> bool | None:
    """Saudi Arabia: 1 for citizens or 2 for residents; a Luhn digit checks nine, which is weak."""
    number = _digits(text, r"[12][0-9]{9}")
    return None if number and _luhn(number) else False


# -- the Pacific -------------------------------------------------------------------------------------------------


def au_ihi(text: str) -> bool | None:
    """Australia, health identifiers: 80036 and a number from 0 to 3 for persons and providers, a Luhn digit."""
    number = _digits(text, r"80036[0-9]{11}")
    return bool(number) and _luhn(number)


def au_medicare(text: str) -> bool | None:
    """Australia, Medicare: one weighted digit checks eight, then the issue, then the place on the card."""
    number = _digits(text, r"[2-6][0-9]{8}[1-9][1-9]?")
    return None if number and _weighted(number[:8], (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(number[8]) else False


_NHI = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def nz_nhi(text: str) -> bool | None:
    """New Zealand, health index: the digit of the old form, mod 11; of the new form only the shape."""
    if re.fullmatch(rf"[{_NHI}]{{3}}[0-9]{{2}}(?:[0-9]{{2}}|[{_NHI}]{{2}})", text, re.ASCII) is None:
        return False
    if text[:3] == "ABC" or is_filler(text[3:]):
        return False
    if text[6].isalpha():
        return None
    total = sum((_NHI.index(char) + 1) * (7 - i) for i, char in enumerate(text[:3]))
    rest = (total + _weighted(text[3:6], (4, 3, 2))) % 11
    return None if rest and (11 - rest) % 10 == int(text[6]) else False


CHECKS: dict[str, Check] = {
    "ae_emirates_id": ae_emirates_id,
    "ao_bi": ao_bi,
    "au_abn": proved("au.abn", "[1-9][0-9]{10}"),
    "au_ihi": au_ihi,
    "au_medicare": au_medicare,
    "au_tfn": plausible("au.tfn", "[0-9]{8,9}"),
    "az_voen": plausible("az.voen", "[0-9]{10}"),
    "bh_cpr": bh_cpr,
    "bw_omang": bw_omang,
    "cm_niu": cm_niu,
    "cn_ric": cn_ric,
    "gh_ssnit": gh_ssnit,
    "gh_tin": plausible("gh.tin", "[PCGQV]00[0-9]{7}[0-9X]"),
    "gn_nifp": plausible("gn.nifp", "[0-9]{9}"),
    "hk_hkid": hk_hkid,
    "id_kk": id_kk,
    "id_npwp": plausible("id.npwp", "0?[0-9]{15}"),
    "il_id": plausible("il.idnr", "[0-9]{9}"),
    "in_driving_licence": in_driving_licence,
    "in_epic": plausible("in_.epic", "[A-Z]{3}[0-9]{7}"),
    "in_esic": in_esic,
    "in_gstin": proved("in_.gstin", "[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][0-9A-Z]Z[0-9A-Z]"),
    "in_vid": proved("in_.vid", "[2-9][0-9]{15}"),
    "ir_national_code": ir_national_code,
    "jp_my_number": proved("jp.in_", "[0-9]{12}"),
    "kg_pin": kg_pin,
    "kr_frn": kr_frn,
    "kr_rrn": kr_rrn,
    "kw_civil_id": kw_civil_id,
    "kz_iin": kz_iin,
    "letters_and_digits": letters_and_digits,
    "lk_nic": lk_nic,
    "ma_ice": proved("ma.ice", "[0-9]{15}"),
    "mn_register": mn_register,
    "mu_nid": proved("mu.nid", "[A-Z][0-9]{12}[0-9A-Z]"),
    "my_nric": plausible("my.nric", "[0-9]{12}"),
    "mz_nuit": plausible("mz.nuit", "[0-9]{9}"),
    "na_id": na_id,
    "nz_ird": plausible("nz.ird", "[0-9]{8,9}"),
    "nz_nhi": nz_nhi,
    "qa_qid": qa_qid,
    "rw_nid": rw_nid,
    "sa_id": sa_id,
    "sg_nric": sg_nric,
    "sg_uen": plausible("sg.uen", "[0-9]{8,9}[A-Z]|[RST][0-9]{2}[A-Z]{2}[0-9]{4}[A-Z]"),
    "sn_ninea": plausible("sn.ninea", "[0-9]{7}(?:[0-9]{2})?(?:[012][A-Z][0-9])?"),
    "sn_nin": sn_nin,
    "sz_pin": sz_pin,
    "th_national_id": proved("th.pin", "[1-9][0-9]{12}"),
    "tn_mf": plausible("tn.mf", "[0-9]{7}[A-Z](?:[A-Z]{2}[0-9]{3})?"),
    "tr_tckn": proved("tr.tckimlik", "[1-9][0-9]{10}"),
    "tr_vkn": plausible("tr.vkn", "[0-9]{10}"),
    "tw_id": tw_id,
    "tw_ubn": plausible("tw.ubn", "[0-9]{8}"),
    "tz_nida": tz_nida,
    "uz_pinfl": uz_pinfl,
    "vn_mst": plausible("vn.mst", "[0-9]{10}(?:[0-9]{3})?"),
    "za_tax_number": plausible("za.tin", "[01239][0-9]{9}"),
}
