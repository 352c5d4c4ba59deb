"""Checks of payment cards and bank accounts.

A number whose only proof is one decimal digit stays plausible (None).
"""

from __future__ import annotations

import re
from importlib import import_module

from leakscan.checks.digits import accepted, compact, digits_of, is_filler
from leakscan.types import Check

_IIN = re.compile(
    r"4[0-9]{15}|5[1-5][0-9]{14}|(?:222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}"
    r"|3[47][0-9]{13}|(?:6011|64[4-9][0-9]|65[0-9]{2})[0-9]{12}|35(?:2[89]|[3-8][0-9])[0-9]{12}"
    r"|3(?:0[0-5]|[689][0-9])[0-9]{11}|62(?:[0-9]{14}|[0-9]{17})|220[0-4][0-9]{12}|(?:60|81|82)[0-9]{14}|506[01][0-9]{12}"
)
_TEST_PREFIXES = (
    # Payment providers' published test numbers, down to the digits that they share.
    "400000", "400005", "401288", "400700", "401200", "411111", "422222", "424242", "454545", "455673", "491761",
    "498843", "501971", "510510", "520082", "542523", "545454", "555555", "222300", "222240", "222100", "378282",
    "371449", "378734", "343434", "601111", "601100", "644564", "305693", "385200", "362272", "353011", "356600",
    "560000", "561059", "620000", "624000", "633110", "650000", "400955", "453201", "471600", "376680",
)  # fmt: skip


def payment_card(text: str) -> bool | None:
    """An issuer's range and the Luhn digit; one number in fifty passes by chance, so it stays plausible."""
    from stdnum import luhn  # noqa: PLC0415

    d = compact(text)
    if re.fullmatch(r"[0-9]{13,19}", d) is None or _IIN.fullmatch(d) is None:
        return False
    if is_filler(d) or d.startswith(_TEST_PREFIXES) or len(set(d)) < 5:
        return False
    return None if luhn.is_valid(d) else False


_PUBLISHED_IBANS = frozenset(
    # The examples of the SWIFT registry, of banks and of Wikipedia.
    "GB82WEST12345698765432 GB29NWBK60161331926819 GB33BUKB20201555555555 GB94BARC10201530093459 "
    "DE89370400440532013000 DE75512108001245126199 FR1420041010050500013M02606 FR7630006000011234567890189 "
    "NL91ABNA0417164300 NL02ABNA0123456789 ES9121000418450200051332 ES7921000813610123456789 CH9300762011623852957 "
    "CH5604835012345678009 IT60X0542811101000000123456 BE68539007547034 BE71096123456769 AT611904300234573201 "
    "AT483200000012345864 DK5000400440116243 FI2112345600000785 NO9386011117947 SE4550000000058398257466 "
    "SE3550000000054910000003 PL61109010140000071219812874 PL10105000997603123456789123 PT50000201231234567890154 "
    "IE29AIBK93115212345678 LU280019400644750000 GR1601101250000000012300695 CZ6508000000192000145399 "
    "TR330006100519786457841326 SA0380000000608010167519 AE070331234567890123456 PK36SCBL0000001123456702 "
    "BR1800360305000010009795493C1 HU42117730161111101800000000 RO49AAAA1B31007593840000 HR1210010051863000160".split()
)


def bank_iban(text: str) -> bool | None:
    """The country's length and structure, and ISO 7064 mod 97-10."""
    number = compact(text)
    if re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", number) is None or number in _PUBLISHED_IBANS:
        return False
    return bool(import_module("stdnum.iban").is_valid(number))


def bank_bic(text: str) -> bool | None:
    """ISO 9362 with an existing country; passive and test codes (…0 in the eighth place) are not in use."""
    number = text.strip()
    if re.fullmatch(r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", number) is None or number[7] == "0":
        return False
    return None if import_module("stdnum.bic").is_valid(number) else False


def mx_clabe(text: str) -> bool | None:
    """CLABE, 18 digits: weights 3-7-1, each product mod 10 (Banco de México, circular 2019/95)."""
    d = compact(text)
    if re.fullmatch(r"[0-9]{18}", d) is None or len(set(d)) < 3 or d in {"032180000118359719", "002010077777777771"}:
        return False
    return -sum(int(c) * (3, 7, 1)[i % 3] % 10 for i, c in enumerate(d[:17])) % 10 == int(d[17])


_KNOWN_ABA = frozenset({"011000015", "021000021", "026009593", "110000000", "122105155", "091000019"})
"""Printed in public documentation: the Federal Reserve's own, and the samples of payment providers."""


def us_aba(text: str) -> bool | None:
    """A routing number: a Federal Reserve prefix and the 3-7-1 check digit."""
    d = digits_of(text)
    ranges = ((1, 12), (21, 32), (61, 72), (80, 80))
    if len(d) != 9 or not any(lo <= int(d[:2]) <= hi for lo, hi in ranges) or d in _KNOWN_ABA:
        return False
    return None if accepted("us.rtn", d, "[0-9]{9}") else False


CHECKS: dict[str, Check] = {
    "bank_bic": bank_bic,
    "bank_iban": bank_iban,
    "mx_clabe": mx_clabe,
    "payment_card": payment_card,
    "us_aba": us_aba,
}
