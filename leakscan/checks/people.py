"""Checks of what identifies a person: addresses, numbers of the state, of banks and of wallets, dates, documents.

python-stdnum and phonenumbers do the check digits; both are imported when first needed, since start-up time counts.
A number whose only proof is one decimal digit over ten digits or fewer stays plausible (None).
"""

from __future__ import annotations

import ipaddress
import re
from datetime import date
from functools import cache
from importlib import import_module
from itertools import pairwise

from leakscan.types import Check

_RUN = "01234567890123456789"
_FILLER = frozenset(s[i : i + 6] for s in (_RUN, _RUN[::-1], *(d * 6 for d in "0123456789")) for i in range(len(s) - 5))


def _digits(text: str) -> str:
    return "".join(c for c in text if "0" <= c <= "9")


def _compact(text: str) -> str:
    """`text` without the separators that people write inside numbers."""
    return re.sub(r"[\s./‑–-]", "", text)


def is_filler(digits: str) -> bool:
    """Whether the digits were typed to fill a form: 111111, 123456, 121212."""
    few = len(set(digits)) < (3 if len(digits) >= 7 else 2)
    return few or any(digits[i : i + 6] in _FILLER for i in range(len(digits) - 5))


def _stdnum(module: str, text: str, shape: str) -> bool:
    """Whether stdnum.`module` accepts the compacted text; `shape` keeps from it what it was not made for."""
    number = _compact(text)
    if re.fullmatch(shape, number, re.ASCII) is None or is_filler(_digits(number)):
        return False
    return bool(import_module(f"stdnum.{module}").is_valid(number))


def _proved(module: str, shape: str) -> Check:
    return lambda text: _stdnum(module, text, shape)


def _plausible(module: str, shape: str) -> Check:
    return lambda text: None if _stdnum(module, text, shape) else False


def not_filler(text: str) -> bool | None:
    """Disproves only what was typed to fill a form."""
    return False if is_filler(_digits(text)) else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


# -- e-mail ------------------------------------------------------------------------------------------------------

_COUNTRIES = frozenset(
    "ac ad ae af ag ai al am ao ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd "
    "cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd "
    "ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke "
    "kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt "
    "mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs "
    "ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv "
    "tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw".split()
)
_GENERIC = frozenset(
    "com org net edu gov mil int info biz name pro aero coop museum jobs mobi travel tel cat asia post xxx academy "
    "accountants agency airforce apartments app army art associates attorney auction audio band bank bar best bet bid "
    "bio black blog blue boutique broker build builders business buzz bzh cab cafe camera camp capital cards care "
    "career careers casa cash casino center cfd chat church city claims clinic cloud club coach codes coffee college "
    "community company computer consulting contact contractors cool country coupons courses credit cymru dance data "
    "date dating deals degree delivery dental dentist desi design dev digital direct directory doctor dog domains "
    "earth education email energy engineer engineering enterprises equipment estate eus events exchange expert "
    "exposed express fail faith family fan farm fashion film finance financial fish fit fitness flights florist fm "
    "foundation fun fund futbol fyi gal gallery game games gay gent gift gifts global gmbh gold golf google green "
    "group guide guru haus health healthcare help hiv hockey holdings holiday homes horse hospital host hosting house "
    "icu immo inc industries ink institute insure international investments irish ist jetzt jewelry kim kitchen koeln "
    "land law lawyer legal lgbt life lighting limited limo link live llc loan loans lol london love ltd luxe maison "
    "management market marketing mba media melbourne memorial men miami moda mom money moscow mov movie nagoya network "
    "news ngo ninja nyc observer okinawa one ong online ooo organic osaka paris partners parts party pet pharmacy "
    "photo photography photos physio pics pictures pink pizza place plumbing plus poker press productions promo "
    "properties property pub quebec quest racing realty recipes red rehab reise rent rentals repair report republican "
    "rest restaurant review reviews rich rip rocks rodeo ruhr run saarland sale salon sarl sbs school science scot "
    "security services sex sexy shiksha shoes shop show singles site ski soccer social software solar solutions space "
    "storage store stream studio study style supplies supply support surf surgery swiss sydney systems taipei tattoo "
    "tax taxi team tech technology tennis theater tienda tips tires today tokyo tools top tours town toys trade "
    "trading training tube university uno vacations ventures vet viajes video villas vin vip vision vlaanderen vodka "
    "vote voto voyage wales wang watch webcam website wed wedding wien wiki win wine work works world wtf xyz yoga "
    "yokohama zip zone".split()
)
_NATIVE = frozenset(
    "рф рус укр бел бг срб мон мкд қаз орг ком онлайн сайт дети москва ευ ελ გე հայ ישראל भारत संगठन বাংলা ভারত "
    "இந்தியா இலங்கை ලංකා ไทย 中国 中國 公司 网络 网站 在线 香港 台湾 台灣 新加坡 한국 닷컴 みんな السعودية امارات مصر الاردن "
    "المغرب تونس الجزائر پاکستان ایران عمان قطر سورية فلسطين بھارت شبكة".split()
)
_RESERVED_LABELS = frozenset({"example", "test", "invalid", "localhost", "local", "localdomain", "noreply"})
_PLACEHOLDER_DOMAINS = frozenset(
    "domain.com domain.org domain.net mydomain.com yourdomain.com yourdomain.org your-domain.com company.com "
    "yourcompany.com mycompany.com your-company.com email.tld host.com hostname.com server.com mail.gmail.com foo.com "
    "foo.org bar.com bar.org baz.com foobar.com acme.com acme.org somewhere.com somedomain.com address.com site.com "
    "website.com mysite.com yoursite.com emailaddress.com sample.com a.com b.com c.com x.com y.com xx.com xxx.com "
    "abc.com foo.bar bar.baz y.z b.c users.noreply.github.com".split()
)
_PLACEHOLDER_LOCALS = frozenset(
    "user username user1 user2 you your yourname your.name your-name your_name youremail your.email your-email "
    "your_email myemail my.email name email mail someone somebody foo bar baz foobar test tester test1 testuser "
    "test.user example sample abc abcd john.doe johndoe jane.doe janedoe jdoe john_doe first.last firstname.lastname "
    "firstname noreply no-reply no_reply no.reply donotreply do-not-reply do_not_reply mailer-daemon git hg svn ssh "
    "nobody none null root".split()
)
_FILE_LIKE = frozenset({"zip", "mov", "py", "so"})


def email_address(text: str) -> bool | None:
    """An address a person may have: a known top-level domain, no placeholder, no machine, no file name."""
    local, _, domain = text.lower().rpartition("@")
    labels = domain.split(".")
    if not 1 <= len(local) <= 64 or len(domain) > 253 or len(labels) < 2 or "" in local.split("."):
        return False
    if any(not 1 <= len(label) <= 63 or label[0] == "-" or label[-1] == "-" for label in labels):
        return False
    return _is_tld(labels) and not _is_placeholder_mail(local, domain, labels)


def _is_tld(labels: list[str]) -> bool:
    tld = labels[-1]
    if tld in _FILE_LIKE and len(labels) == 2:
        return False
    return (
        tld in _COUNTRIES or tld in _GENERIC or tld in _NATIVE or re.fullmatch(r"xn--[a-z0-9-]{2,59}", tld) is not None
    )


def _is_placeholder_mail(local: str, domain: str, labels: list[str]) -> bool:
    plain = local.partition("+")[0]
    return (
        not _RESERVED_LABELS.isdisjoint(labels)
        or domain in _PLACEHOLDER_DOMAINS
        or ".".join(labels[-2:]) in _PLACEHOLDER_DOMAINS
        or local in _PLACEHOLDER_LOCALS
        or plain in _PLACEHOLDER_LOCALS
        or local.startswith(("noreply", "no-reply", "donotreply"))
        or re.fullmatch(r"[0-9]+x", labels[0]) is not None  # icon@2x.…
        or re.fullmatch(r"x{2,64}|[0-9.]{12,64}", local) is not None
        or re.search(r"[0-9]{14}", local) is not None  # a message id begins with its time
    )


def email_spelled_out(text: str) -> bool | None:
    """An address written for people only: name [at] host dot de."""
    joined = re.sub(r"(?i)\s*[\[({<]\s*(?:at|@)\s*[\])}>]\s*|\s+at\s+", "@", text)
    joined = re.sub(r"(?i)\s*[\[({<]\s*(?:dot|\.)\s*[\])}>]\s*|\s+dot\s+", ".", joined)
    bare = re.match(r"[A-Za-z]+ at ", text) is not None  # "look at this dot com"
    return None if not bare and joined.count("@") == 1 and email_address(joined) else False


# -- telephone ---------------------------------------------------------------------------------------------------

_FICTIONAL = re.compile(
    # North America 555 (and its directory inquiries, which others copy); the drama ranges of Ofcom (UK), ACMA (Australia), ARCEP (France), Bundesnetzagentur (Germany).
    r"[0-9]{2,8}5551212|1[0-9]{3}555|1[0-9]{3}[0-9]{3}0{4}|447700900|442079460|441632960|441(?:1[3-8]|21|31|41|51|61)4960|441914980|"
    r"443069990|448081570|6125550|6135550|6175550|6185550|61[2378]7010|6149157|331990|332619|333530|334657|335364|"
    r"336399|493023125|496990009|494066969|492214710|498999998|4917139200"
)
_TRUNK = ("GB", "FR", "DE", "IN", "JP", "KE", "NG", "PK", "PH", "ZA", "GH", "UG", "AU", "ID", "BD", "EG", "IT", "UA")
_PLAIN = ("US", "IN", "MX", "BR", "ES", "PL", "CO", "IT", "PT", "AR", "VN", "KE")
_PHONE_CHARS = re.compile(r"\+?[0-9 ().\-/\u00a0\u202f\u2010\u2011]{6,40}")


def _is_personal(text: str, region: str | None) -> bool:
    """Whether libphonenumber calls it a valid number in `region`, neither fictional nor a service."""
    import phonenumbers as p  # noqa: PLC0415

    try:
        number = p.parse(text, region)
    except p.NumberParseException:
        return False
    if _FICTIONAL.match(f"{number.country_code}{number.national_number}"):
        return False
    kinds = p.PhoneNumberType
    service = (kinds.TOLL_FREE, kinds.PREMIUM_RATE, kinds.SHARED_COST, kinds.UAN, kinds.VOICEMAIL)
    return p.is_valid_number(number) and p.number_type(number) not in service


_COORDINATES = re.compile(r"\+(?:[0-9]{4}-[0-9]{5}|[0-9]{6}-[0-9]{7}|[0-9]\.[0-9]{6,14})")
"""ISO 6709's +DDMM-DDDMM and +DDMMSS-DDDMMSS, and plain decimals."""
_EPOCH = re.compile(r"1[346789][0-9]{8}")
"""Seconds since 1970, in the years in which that looks like no mobile number without its zero."""


def phone_international(text: str) -> bool | None:
    """A dialable number with its country code; validity of a range proves no subscriber, so it stays plausible."""
    digits = _digits(text)
    if _PHONE_CHARS.fullmatch(text) is None or text[0] != "+" or not 7 <= len(digits) <= 15 or is_filler(digits):
        return False
    if _COORDINATES.fullmatch(text):
        return False
    return None if _is_personal(text, None) else False


def phone_national(text: str) -> bool | None:
    """A number dialable inside one of the countries most contractors live in."""
    digits = _digits(text)
    if _PHONE_CHARS.fullmatch(text) is None or not 9 <= len(digits) <= 12 or is_filler(digits) or _reads_as_date(text):
        return False
    if text.startswith("+"):
        return phone_international(text)
    if len(digits) == 10 and digits[3:6] == "555":  # North America's fictional exchange is a valid number elsewhere
        return False
    if _EPOCH.fullmatch(text):
        return False
    regions = _TRUNK if digits[0] == "0" else _PLAIN
    return None if any(_is_personal(text, region) for region in regions) else False


def _reads_as_date(text: str) -> bool:
    return re.match(r"(?:19|20)[0-9]{2}[-./ ](?:0?[1-9]|1[0-2])[-./ ]", text) is not None


# -- dates -------------------------------------------------------------------------------------------------------

_MONTHS = {name: i for i, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}


def birth_date(text: str) -> bool | None:
    """A day on which somebody alive may have been born."""
    parts = re.findall(r"[0-9]+|[a-z]{3}", text.lower())
    numbers = [int(p) for p in parts if p.isdigit() and len(p) <= 4]
    month = next((_MONTHS[p] for p in parts if p in _MONTHS), 0)
    if month and len(numbers) == 2:
        day, year = sorted(numbers)
        found = _date(year, month, day)
    elif not month and len(numbers) == 3:
        found = _numeric_date(*numbers)
    else:
        return False
    return None if found is not None and 1905 <= found.year <= 2035 else False


def _numeric_date(a: int, b: int, c: int) -> date | None:
    if a > 31:
        return _date(a, b, c)
    year = c if c > 99 else 1900 + c if c > 20 else 2000 + c
    return _date(year, b, a) or _date(year, a, b)


# -- the United States -------------------------------------------------------------------------------------------

_ADVERTISED = frozenset(
    "078051120 219099999 457555462 123456789 111223333 222334444 333224444 123121234 123456780 001010001 987654321 "
    "111111112 123004567 321214321 555667777 444556666".split()
)


def us_ssn(text: str) -> bool | None:
    """The Social Security Administration's rules on area, group and serial; no check digit exists."""
    d = _digits(text)
    if len(d) != 9 or d[:3] in {"000", "666"} or d[0] == "9" or d[3:5] == "00" or d[5:] == "0000":
        return False
    return False if d in _ADVERTISED or is_filler(d) else None


def us_aba(text: str) -> bool | None:
    """A routing number: a Federal Reserve prefix and the 3-7-1 check digit."""
    d = _digits(text)
    ranges = ((1, 12), (21, 32), (61, 72), (80, 80))
    if len(d) != 9 or not any(lo <= int(d[:2]) <= hi for lo, hi in ranges) or d in _KNOWN_ABA:
        return False
    return None if _stdnum("us.rtn", d, "[0-9]{9}") else False


_KNOWN_ABA = frozenset({"011000015", "021000021", "026009593", "110000000", "122105155", "091000019"})
"""Printed in public documentation: the Federal Reserve's own, and the samples of payment providers."""


# -- cards and bank accounts -------------------------------------------------------------------------------------

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

    d = _compact(text)
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
    number = _compact(text)
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
    d = _compact(text)
    if re.fullmatch(r"[0-9]{18}", d) is None or len(set(d)) < 3 or d in {"032180000118359719", "002010077777777771"}:
        return False
    return -sum(int(c) * (3, 7, 1)[i % 3] % 10 for i, c in enumerate(d[:17])) % 10 == int(d[17])


# -- wallets -----------------------------------------------------------------------------------------------------

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
    if re.fullmatch(r"0x[0-9a-fA-F]{40}", text) is None or len(set(body.lower())) < 8 or is_filler(_digits(body)):
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


# -- the net -----------------------------------------------------------------------------------------------------

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


# -- travel documents --------------------------------------------------------------------------------------------


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
    digits = _digits(text)
    return False if len(digits) < 6 or is_filler(digits) or len(set(digits)) < 3 else None


# -- national numbers without a module in python-stdnum ----------------------------------------------------------

_EGYPT = frozenset(
    "01 02 03 04 11 12 13 14 15 16 17 18 19 21 22 23 24 25 26 27 28 29 31 32 33 34 35 88".split()
)  # fmt: skip


def eg_national_id(text: str) -> bool | None:
    """Egypt: century, birth date and governorate; the last digit's formula is not published."""
    d = _compact(text)
    if re.fullmatch(r"[23][0-9]{13}", d) is None or is_filler(d) or d[7:9] not in _EGYPT:
        return False
    born = _date((1900 if d[0] == "2" else 2000) + int(d[1:3]), int(d[3:5]), int(d[5:7]))
    return born is not None


def vn_cccd(text: str) -> bool | None:
    """Viet Nam: province 001 to 096, then century and sex, then the year of birth (decree 137/2015)."""
    d = _compact(text)
    if re.fullmatch(r"0[0-9]{2}[0-3][0-9]{8}", d) is None or is_filler(d):
        return False
    return None if 1 <= int(d[:3]) <= 96 else False


def ug_nin(text: str) -> bool | None:
    """Uganda: citizen, sex, year of birth; not a row of one digit."""
    if re.fullmatch(r"C[MF][0-9]{5}[A-Z0-9]{7}", text) is None or is_filler(_digits(text)):
        return False
    return None if re.search(r"[A-Z]", text[2:]) and re.search(r"[0-9]{5}", text) else False


def gh_card(text: str) -> bool | None:
    """Ghana: the card's number; the formula of its check digit is not published."""
    return False if is_filler(_digits(text)) else None


_NINO_NEVER = frozenset({"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})
_NINO_EXAMPLES = frozenset({"QQ123456C", "AB123456C", "AA123456A"})


def uk_nino(text: str) -> bool | None:
    """HMRC's manual NIM39110: prefixes that are never issued, a suffix of A to D; no check digit exists."""
    number = _compact(text)
    if re.fullmatch(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]", number) is None:
        return False
    return False if number[:2] in _NINO_NEVER or number in _NINO_EXAMPLES or is_filler(number[2:8]) else None


def fr_nir(text: str) -> bool | None:
    """France: sex, month (1 to 12, or the codes of incomplete dates) and the two-digit key, 97 less n mod 97."""
    number = _compact(text)
    if re.fullmatch(r"[1278][0-9]{4}[0-9AB]{2}[0-9]{8}", number) is None:
        return False
    if not (1 <= int(number[3:5]) <= 12 or 20 <= int(number[3:5]) <= 42 or int(number[3:5]) >= 50):
        return False
    return _stdnum("fr.nir", number, r"[1278][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{8}")


def br_cpf(text: str) -> bool | None:
    """Brazil: two mod-11 digits; rows of one digit pass them and are nobody's."""
    return _stdnum("br.cpf", text, "[0-9]{11}")


def br_cnpj(text: str) -> bool | None:
    """Brazil: two mod-11 digits; the textbook number 11.222.333/0001-81 and the state bank's are known to all."""
    number = _compact(text)
    known = {"11222333000181", "00000000000191", "11444777000161", "12345678000195"}
    return number not in known and _stdnum("br.cnpj", number, "[A-Z0-9]{12}[0-9]{2}")


def mx_rfc(text: str) -> bool | None:
    """Mexico: initials, birth date and a mod-11 digit; the generic numbers of the SAT are nobody's."""
    number = text.strip()
    if re.fullmatch(r"[A-ZÑ&]{4}[0-9]{6}[A-Z0-9]{3}", number) is None or number[:4] in {"XAXX", "XEXX"}:
        return False
    return bool(import_module("stdnum.mx.rfc").is_valid(number, True))


def in_pan(text: str) -> bool | None:
    """India: the holder's kind in the fourth place; 1234 is documentation's."""
    return None if text[5:9] != "1234" and _stdnum("in_.pan", text, "[A-Z]{5}[0-9]{4}[A-Z]") else False


def pk_cnic(text: str) -> bool | None:
    """Pakistan: a province and a sex; no check digit exists."""
    return None if _stdnum("pk.cnic", text, "[1-7][0-9]{12}") else False


def es_nif(text: str) -> bool | None:
    """Spain: one letter out of 23 checks at most eight digits, which is weak."""
    number = _compact(text)
    module = "es.nie" if number[:1] in {"X", "Y", "Z"} else "es.dni"
    return None if _stdnum(module, number, r"(?:[0-9]{8}|[XYZ][0-9]{7})[A-Z]") else False


def ke_kra_pin(text: str) -> bool | None:
    """Kenya: a form without a check; the sequences of documentation are nobody's."""
    return None if _stdnum("ke.pin", text, "[AP][0-9]{9}[A-Z]") else False


def ph_tin(text: str) -> bool | None:
    """The Philippines: nine digits and a branch code; form only, the check digit is not verified."""
    d = _digits(text)
    return None if len(d) in (9, 12, 13, 14) and d[:3] != "000" and not is_filler(d[:9]) else False


def mturk_worker(text: str) -> bool | None:
    """Amazon's form: A, then capitals and digits of both kinds."""
    if re.fullmatch(r"A[0-9A-Z]{11,14}", text) is None or len(set(text)) < 6:
        return False
    return None if re.search(r"[0-9]", text) and re.search(r"[A-Z]", text[1:]) and not is_filler(text[1:]) else False


def prolific_worker(text: str) -> bool | None:
    """Prolific's form: 24 lower-case hexadecimal digits (an object id)."""
    if re.fullmatch(r"[0-9a-f]{24}", text) is None or len(set(text)) < 6 or is_filler(text):
        return False
    return None if re.search(r"[0-9]", text) else False


@cache
def _ein_prefixes() -> frozenset[str]:
    """The campus prefixes that the IRS has assigned."""
    ein = import_module("stdnum.us.ein")
    return frozenset(f"{n:02d}" for n in range(100) if ein.is_valid(f"{n:02d}-4830175"))


def us_ein(text: str) -> bool | None:
    """A campus prefix of the IRS; no check digit exists."""
    d = _digits(text)
    return False if len(d) != 9 or d[:2] not in _ein_prefixes() or is_filler(d) else None


_SAMPLE_BUCKET = re.compile(
    r"(?:my|your|our|some|the|a|an|test|demo|sample|example|foo|bar|baz|bucket|name|path|data|dir|folder|x|key)"
    r"(?:[-_.]?(?:bucket|name|test|example|path|data|[0-9]{1,4}))*|.*(?:example|nonexist|non-exist|placeholder|dummy).*"
)


def bucket_uri(text: str) -> bool | None:
    """An object store's address whose bucket has a name of its own."""
    bucket = text.partition("://")[2].partition("/")[0].partition("@")[0].lower()
    return False if _SAMPLE_BUCKET.fullmatch(bucket) is not None else None


CHECKS: dict[str, Check] = {
    "ar_cuit": _proved("ar.cuit", "[0-9]{11}"),
    "bank_bic": bank_bic,
    "bank_iban": bank_iban,
    "birth_date": birth_date,
    "br_cnpj": br_cnpj,
    "br_cpf": br_cpf,
    "btc_base58": btc_base58,
    "btc_bech32": btc_bech32,
    "bucket_uri": bucket_uri,
    "ca_sin": _plausible("ca.sin", "[1-79][0-9]{8}"),
    "de_tax_id": _proved("de.idnr", "[1-9][0-9]{10}"),
    "eg_national_id": eg_national_id,
    "email_address": email_address,
    "email_spelled_out": email_spelled_out,
    "es_nif": es_nif,
    "eth_address": eth_address,
    "fr_nir": fr_nir,
    "gh_card": gh_card,
    "id_nik": _proved("id.nik", "[0-9]{16}"),
    "in_aadhaar": _proved("in_.aadhaar", "[2-9][0-9]{11}"),
    "in_pan": in_pan,
    "ipv4_host": ipv4_host,
    "ipv4_public": ipv4_public,
    "ipv6_public": ipv6_public,
    "it_fiscal_code": _proved("it.codicefiscale", "[A-Z]{6}[0-9A-Z]{2}[A-Z][0-9A-Z]{2}[A-Z][0-9A-Z]{3}[A-Z]"),
    "ke_kra_pin": ke_kra_pin,
    "mac_unicast": mac_unicast,
    "mturk_worker": mturk_worker,
    "mx_clabe": mx_clabe,
    "mx_curp": _proved("mx.curp", "[A-Z]{4}[0-9]{6}[A-Z]{6}[0-9A-Z][0-9]"),
    "mx_rfc": mx_rfc,
    "not_filler": not_filler,
    "passport_number": passport_number,
    "payment_card": payment_card,
    "ph_tin": ph_tin,
    "phone_international": phone_international,
    "phone_national": phone_national,
    "pk_cnic": pk_cnic,
    "pl_pesel": _proved("pl.pesel", "[0-9]{11}"),
    "prolific_worker": prolific_worker,
    "travel_document": travel_document,
    "ug_nin": ug_nin,
    "uk_nino": uk_nino,
    "us_aba": us_aba,
    "us_ein": us_ein,
    "us_itin": _plausible("us.itin", "9[0-9]{8}"),
    "us_ssn": us_ssn,
    "vn_cccd": vn_cccd,
    "za_id_number": _proved("za.idnr", "[0-9]{13}"),
}
