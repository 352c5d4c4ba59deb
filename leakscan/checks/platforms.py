"""Checks of names that platforms give: workers of crowdsourcing, buckets of object stores."""

from __future__ import annotations

import re

from leakscan.checks.digits import is_filler
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


CHECKS: dict[str, Check] = {
    "bucket_uri": bucket_uri,
    "mturk_worker": mturk_worker,
    "prolific_worker": prolific_worker,
}
