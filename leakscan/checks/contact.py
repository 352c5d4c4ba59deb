"""Checks of how a person is reached: e-mail addresses and telephone numbers.

phonenumbers is imported when first needed, since start-up time counts. A number that may be dialled proves no
subscriber, so it stays plausible (None).
"""

from __future__ import annotations

import re

from leakscan.checks.digits import digits_of, is_filler
from leakscan.types import Check

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
    "test.user test-user test_user my-project-id your-project-id example sample abc abcd john.doe johndoe jane.doe "
    "janedoe jdoe john_doe first.last firstname.lastname "
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
    national = str(number.national_number)  # alone: the 52 of Mexico makes 2222 look typed
    if is_filler(national) or _FICTIONAL.match(f"{number.country_code}{national}"):
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
    digits = digits_of(text)
    if _PHONE_CHARS.fullmatch(text) is None or text[0] != "+" or not 7 <= len(digits) <= 15:
        return False
    if _COORDINATES.fullmatch(text) or re.fullmatch(r"\+[0-9]{4,15}\.[0-9]{1,9}", text):  # a decimal with its sign
        return False
    return None if _is_personal(text, None) else False


def phone_national(text: str) -> bool | None:
    """A number dialable inside one of the countries most contractors live in."""
    digits = digits_of(text)
    if _PHONE_CHARS.fullmatch(text) is None or not 9 <= len(digits) <= 12 or is_filler(digits) or _reads_as_date(text):
        return False
    if text.startswith("+"):
        return phone_international(text)
    if len(digits) == 10 and digits[3:6] == "555":  # North America's fictional exchange is a valid number elsewhere
        return False
    if _EPOCH.fullmatch(text) or re.fullmatch(r"[0-9]{5}-[0-9]{4}", text):  # a ZIP code
        return False
    regions = _TRUNK if digits[0] == "0" else _PLAIN
    return None if any(_is_personal(text, region) for region in regions) else False


def _reads_as_date(text: str) -> bool:
    return re.match(r"(?:19|20)[0-9]{2}[-./ ](?:0?[1-9]|1[0-2])[-./ ]", text) is not None


# -- addresses ---------------------------------------------------------------------------------------------------

_CJK_ADDRESS = re.compile(
    # A province or city of China or Taiwan and a road; a prefecture of Japan; a province of Korea, a district, a road.
    "(?:北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|"
    "内蒙古|广西|西藏|宁夏|新疆|香港|澳门|臺北|台北|新北|桃園|臺中|台中|臺南|台南|高雄)[^0-9 ]*(?:路|街|道|巷|弄|里|胡同|段)[^0-9 ]{0,4} ?[0-9]{1,5}(?:号|號|弄|巷).*|"
    "(?:東京都|北海道|京都府|大阪府|[一-鿿]{2,3}県)[^0-9 ]{2,} ?[0-9]{1,4}(?:-[0-9]|−[0-9]|‐[0-9]|丁目|番).*|"
    "(?:서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충청[남북]|충북|충남|전라[남북]|전북|전남|경상[남북]|경북|경남|제주)[^ ]* .*[구군시읍면동] .*"
)


def cjk_address(text: str) -> bool | None:
    """An address of China, Taiwan, Japan or Korea: it begins with a province, prefecture or city of the first rank."""
    return None if _CJK_ADDRESS.fullmatch(text) else False


_NO_PROFILES = frozenset(
    # What stands behind the host of a social network and is no person.
    "share sharer intent home login signup search explore about help privacy terms tos legal settings hashtag status "
    "compose download downloads developers business groups pages events watch marketplace policies jobs contact blog "
    "features pricing topics trending collections orgs organizations username user name your yourname your_name "
    "your-username yourusername myusername handle example joinchat sponsors apps notifications messages i m p".split()
)


def social_profile(text: str) -> bool | None:
    """The address of an account on a social network: none of the network's own pages, and no placeholder."""
    name = text.rstrip("/").rpartition("/")[2].lstrip("@").lower()
    return False if name in _NO_PROFILES or name.endswith((".com", ".php", ".html", ".tv")) else None


CHECKS: dict[str, Check] = {
    "cjk_address": cjk_address,
    "email_address": email_address,
    "email_spelled_out": email_spelled_out,
    "phone_international": phone_international,
    "phone_national": phone_national,
    "social_profile": social_profile,
}
