"""What the checks of numbers share: digits and separators, fillers, python-stdnum behind the shape of a number.

python-stdnum is imported when first needed, since start-up time counts.
"""

from __future__ import annotations

import re
from datetime import date
from importlib import import_module

from leakscan.types import Check

_RUN = "01234567890"
_FILLER = frozenset(s[i : i + 6] for s in (_RUN, _RUN[::-1], *(d * 6 for d in "0123456789")) for i in range(len(s) - 5))


def digits_of(text: str) -> str:
    """The ASCII digits of `text`."""
    return "".join(c for c in text if "0" <= c <= "9")


def compact(text: str) -> str:
    """`text` without the separators that people write inside numbers."""
    return re.sub(r"[\s./‑–-]", "", text)


def is_filler(digits: str) -> bool:
    """Whether the digits were typed to fill a form: 111111, 123456, 121212."""
    few = len(set(digits)) < (3 if len(digits) >= 7 else 2)
    return few or any(digits[i : i + 6] in _FILLER for i in range(len(digits) - 5))


def not_filler(text: str) -> bool | None:
    """Disproves only what was typed to fill a form."""
    return False if is_filler(digits_of(text)) else None


def accepted(module: str, text: str, shape: str) -> bool:
    """Whether stdnum.`module` accepts the compacted text; `shape` keeps from it what it was not made for."""
    number = compact(text)
    if re.fullmatch(shape, number, re.ASCII) is None or is_filler(digits_of(number)):
        return False
    try:
        return bool(import_module(f"stdnum.{module}").is_valid(number))
    except LookupError:  # a region that is not in its tables
        return False


def proved(module: str, shape: str) -> Check:
    """A check that believes stdnum.`module`."""
    return lambda text: accepted(module, text, shape)


def plausible(module: str, shape: str) -> Check:
    """A check that believes stdnum.`module` only when it refuses."""
    return lambda text: None if accepted(module, text, shape) else False


def day_of(year: int, month: int, day: int) -> date | None:
    """The day, if there is one."""
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


CHECKS: dict[str, Check] = {
    "not_filler": not_filler,
}
