"""Checks of names that platforms give: workers of crowdsourcing, buckets of object stores."""

from __future__ import annotations

import re
from importlib import import_module

from leakscan.checks.digits import digits_of, is_filler
from leakscan.types import Check


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


_SAMPLE_BUCKET = re.compile(
    r"(?:my|your|our|some|the|a|an|test|demo|sample|example|foo|bar|baz|bucket|name|path|data|dir|folder|x|key)"
    r"(?:[-_.]?(?:bucket|name|test|example|path|data|[0-9]{1,4}))*|.*(?:example|nonexist|non-exist|placeholder|dummy).*"
)


def bucket_uri(text: str) -> bool | None:
    """An object store's address whose bucket has a name of its own."""
    bucket = text.partition("://")[2].partition("/")[0].partition("@")[0].lower()
    return False if _SAMPLE_BUCKET.fullmatch(bucket) is not None else None


def mturk_assignment(text: str) -> bool | None:
    """The form of Amazon's HIT and assignment ids: 30 capitals and digits."""
    if re.fullmatch(r"[0-9A-Z]{30}", text) is None or len(set(text)) < 12:  # noqa: PLR2004
        return False
    return None if 4 <= len(re.findall(r"[0-9]", text)) <= 20 else False  # noqa: PLR2004


_ID_WORDS = re.compile(
    r"(?i)(?:.*[^a-z])?(?:worker|user|annotator|example|test|demo|dummy|sample|xxx+|your|name|admin|none|null|task|batch|"
    r"node|thread|process|pool|gpu|cpu|rank|utf|sha|md5|iso|rfc|python|version|chapter|section|table|figure|id)"
    r"(?:[-_. ]?0{0,8}[0-9]{0,3})?"
)


def platform_id(text: str) -> bool | None:
    """An account number or code of a person on a platform: five digits or a mixed code, no filler, no word with a number."""
    digits = digits_of(text)
    if not 4 <= len(text) <= 40 or _ID_WORDS.fullmatch(text) or is_filler(digits or "0"):  # noqa: PLR2004
        return False
    if digits in "01234567890" or not digits.strip("0")[1:]:
        return False
    if re.fullmatch(r"[0-9]+", text):
        dated = re.fullmatch(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])|(?:19|20)[0-9]{2}", text)
        return None if len(text) >= 5 and not dated else False  # noqa: PLR2004
    return None if len(digits) >= 3 and len(set(text)) > 3 else False  # noqa: PLR2004


_PLAIN_HANDLES = frozenset(
    "yourname your_name your-name username user_name user1 user123 yourusername yourhandle your_handle example test "
    "test123 admin john_doe jane_doe johndoe janedoe foo_bar user_1 my_username some_user first_name last_name "
    "firstname lastname email_address phone_number display_name screen_name user_id handle_name".split()
)


def person_handle(text: str) -> bool | None:
    """A name somebody chose: with an @, a digit or a joint, and no placeholder or attribute."""
    name = text.lstrip("@").lower()
    if (
        len(name) < 4
        or name in _PLAIN_HANDLES
        or "example" in name
        or name.startswith(("your", "http", "get_", "set_"))
    ):  # noqa: PLR2004
        return False
    if re.fullmatch(
        r"[0-9._-]+|v?[0-9]+(?:\.[0-9]+)+\w*|.*\.(?:com|org|net|io|py|js|json|png|jpg|html|txt|md|ts|php)", name
    ):
        return False
    return None if text.startswith("@") or re.search(r"[a-z][0-9._-]", name) else False


_NO_PROFILES = frozenset(
    "about account accounts ads apps api assets blog business careers collections company contact customer-stories "
    "developer developers docs download enterprise events explore features feed feeds fluidicon groups hashtag help "
    "home i in intent issues join jobs legal login logout marketplace me messages new news notifications orgs pages "
    "p people photo photos plugins policies pricing privacy profile profile.php public pulls reel reels search "
    "security settings share sharer sharer.php shop signin signup site sites solutions sponsors stars status stories "
    "support team teams terms topics tos tr trending user username users video videos watch web widgets yourname "
    "your-name your_name yourusername your-username your-profile yourprofile yourhandle name handle example test "
    "joinchat addstickers proxy socks s c iv johndoe john-doe janedoe jane-doe tv dialog oauth".split()
)


def profile_url(text: str) -> bool | None:
    """The page of one person: what names the account is no page of the platform itself, and no placeholder."""
    pieces = re.split(r"@|/(?:in|profile|u|users?|people)/|\.[a-z]{2,3}/(?:(?:in|u|users?|profile)/)?", text)
    name = re.sub(r"[/?].*", "", pieces[-1])
    return False if len(name) < 3 or name.lower() in _NO_PROFILES or set(name.lower()) <= set("x") else None  # noqa: PLR2004


def orcid_id(text: str) -> bool | None:
    """An ORCID iD: sixteen characters, ISO 7064 mod 11-2."""
    d = text.rpartition("/")[2].replace("-", "")
    if re.fullmatch(r"000[09][0-9]{11}[0-9X]", d) is None or d == "0000000218250097":
        return False
    return bool(import_module("stdnum.iso7064.mod_11_2").is_valid(d))


_DISCORD_EPOCH = 1_420_070_400_000
_END = 2_000_000_000_000


def discord_snowflake(text: str) -> bool | None:
    """Seventeen to nineteen digits that tell a time between 2015 and 2033 (Discord's reference)."""
    if re.fullmatch(r"[0-9]{17,19}", text) is None or is_filler(text):
        return False
    milliseconds = (int(text) >> 22) + _DISCORD_EPOCH
    return None if _DISCORD_EPOCH + 10**10 < milliseconds < _END else False


def slack_member(text: str) -> bool | None:
    """U or W and capitals with digits among them; words in capitals are none."""
    if re.fullmatch(r"[UW][A-Z0-9]{8,10}", text) is None or len(set(text)) < 6 or is_filler(digits_of(text) or "0"):  # noqa: PLR2004
        return False
    few = (
        len(digits_of(text)) < 2
        or text.startswith(("U012A", "W012A", "U0123", "W1234"))
        or "123ABC" in text
        or "ABC123" in text
    )  # noqa: PLR2004
    return False if few else None


def object_id(text: str) -> bool | None:
    """A MongoDB id, 24 hexadecimal digits that begin with a time between 2009 and 2033; or a UUID."""
    if re.fullmatch(r"[0-9a-f]{24}", text) and len(set(text)) > 5 and not is_filler(text):  # noqa: PLR2004
        return None if 0x4A000000 < int(text[:8], 16) < 0x77000000 else False
    return None if re.fullmatch(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text) and len(set(text)) > 8 else False  # noqa: PLR2004


CHECKS: dict[str, Check] = {
    "bucket_uri": bucket_uri,
    "discord_snowflake": discord_snowflake,
    "mturk_assignment": mturk_assignment,
    "mturk_worker": mturk_worker,
    "object_id": object_id,
    "orcid_id": orcid_id,
    "person_handle": person_handle,
    "platform_id": platform_id,
    "profile_url": profile_url,
    "prolific_worker": prolific_worker,
    "slack_member": slack_member,
}
