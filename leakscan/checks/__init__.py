"""Named, pure checks of a candidate: True proves it, False disproves it, None leaves it plausible.

A check is total: any text in, never an exception out. The rule files name them; this table is the only registry.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leakscan.types import Check

    CHECKS: dict[str, Check]
    """Every check by its name in rule files."""


def __getattr__(name: str) -> object:
    """`CHECKS` when it is first asked for: a scan that finds nothing does without twenty modules of tables."""
    if name == "CHECKS":
        return _table()
    raise AttributeError(name)


@cache
def _table() -> dict[str, Check]:
    table: dict[str, Check] = {}
    for found in sorted(iter_modules(__path__), key=lambda found: found.name):
        for name, check in import_module(f"{__name__}.{found.name}").CHECKS.items():
            if name in table:
                raise KeyError(f"two checks are named {name}")
            table[name] = check
    return table
