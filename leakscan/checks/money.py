"""Checks of payment cards and bank accounts.

A number whose only proof is one decimal digit stays plausible (None).
"""

from __future__ import annotations

import re
from importlib import import_module

from leakscan.checks.digits import accepted, compact, digits_of, is_filler, proved
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
    "60628205", "37126071", "37826751", "37154486", "40238984", "40093488", "42176511", "45006000",
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


def ar_cbu(text: str) -> bool | None:
    """CBU or CVU, 22 digits: weights 7-1-3-9 from the left over bank and branch, 3-9-7-1 over the account (BCRA)."""
    d = compact(text)
    if re.fullmatch(r"[0-9]{22}", d) is None or len(set(d)) < 5 or d[:7] == "0000000":  # noqa: PLR2004
        return False

    def digit(part: str) -> int:
        return -sum(int(c) * (3, 1, 7, 9)[i % 4] for i, c in enumerate(reversed(part))) % 10

    if digit(d[:7]) != int(d[7]) or digit(d[8:21]) != int(d[21]):
        return False
    # One long number in a hundred fits; the 000 in front is of wallets alone.
    return True if d.startswith("000") else None


def bank_account(text: str) -> bool | None:
    """A domestic account number, which carries nothing to check: no filler, no year, no date."""
    d = digits_of(text)
    if not 6 <= len(d) <= 18 or is_filler(d) or len(set(d)) < 4:  # noqa: PLR2004
        return False
    return False if re.fullmatch(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{0,6}", d) else None


def uk_sort_code(text: str) -> bool | None:
    """Six digits in pairs, of which not all can be a date's, and perhaps an account of eight."""
    d = digits_of(text)
    if len(d) not in (6, 14) or is_filler(d) or len(set(d[:6])) < 3 or d[:6] in ("123456", "112233", "102030"):  # noqa: PLR2004
        return False
    return None


def card_code(text: str) -> bool | None:
    """The three or four digits on a card: no filler and, of four, no year."""
    if re.fullmatch(r"[0-9]{3,4}", text) is None or len(set(text)) < 2 or text in ("123", "1234", "321", "4321", "000"):  # noqa: PLR2004
        return False
    return False if re.fullmatch(r"(?:19|20)[0-9]{2}", text) else None


def card_track(text: str) -> bool | None:
    """A magnetic stripe (ISO/IEC 7813): the number between its sentinels passes as a card's."""
    found = re.match(r"(?:%[Bb]|;)([0-9]{13,19})[\^=]", text)
    return None if found is None else (payment_card(found[1]) is not False)


def in_ifsc(text: str) -> bool | None:
    """Four letters of the bank, a zero, six of the branch (RBI)."""
    if re.fullmatch(r"[A-Z]{4}0[A-Z0-9]{6}", text) is None or text[:4] in ("ABCD", "XXXX", "AAAA", "BANK", "IFSC"):
        return False
    return None if re.search(r"[0-9]", text[5:]) and not is_filler(text[4:]) else False


def paypal_payer(text: str) -> bool | None:
    """PayPal's account id: 13 of its own base-32 letters, digits among them."""
    if re.fullmatch(r"[2-9A-HJ-NP-Z]{13}", text) is None or len(set(text)) < 6:  # noqa: PLR2004
        return False
    return None if re.search(r"[0-9]", text) and re.search(r"[A-Z]", text) else False


_PLACEHOLDER_HANDLES = frozenset(
    "yourname your_name your-name username yourusername user name example test me you handle youraccount paypalme "
    "johndoe janedoe john_doe foo bar foobar placeholder xxx abc business pricing".split()
)


def payment_link(text: str) -> bool | None:
    """A personal payment page: the last part of its address is a name, and no placeholder."""
    name = text.rstrip("/").rpartition("/")[2].lstrip("$@~").lower()
    return False if len(name) < 3 or name in _PLACEHOLDER_HANDLES or set(name) <= set("x0") else None  # noqa: PLR2004


def money_amount(text: str) -> bool | None:
    """A sum above nothing, with a currency or a period in front or behind."""
    d = digits_of(text)
    return None if d.strip("0") and len(d) <= 12 else False  # noqa: PLR2004


CHECKS: dict[str, Check] = {
    "ar_cbu": ar_cbu,
    "bank_account": bank_account,
    "bank_bic": bank_bic,
    "bank_iban": bank_iban,
    "card_code": card_code,
    "card_track": card_track,
    "es_ccc": proved("es.ccc", "[0-9]{20}"),
    "in_ifsc": in_ifsc,
    "money_amount": money_amount,
    "mx_clabe": mx_clabe,
    "no_kontonr": proved("no.kontonr", "[0-9]{11}"),
    "nz_bank_account": proved("nz.bankaccount", "[0-9]{15,16}"),
    "payment_card": payment_card,
    "payment_link": payment_link,
    "paypal_payer": paypal_payer,
    "uk_sort_code": uk_sort_code,
    "us_aba": us_aba,
}
