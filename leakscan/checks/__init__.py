"""Named, pure checks of a candidate: True proves it, False disproves it, None leaves it plausible.

A check is total: any text in, never an exception out. The rule files name them; this table is the only registry.
"""

from leakscan.checks.people import CHECKS as PEOPLE
from leakscan.checks.tokens import CHECKS as TOKENS
from leakscan.types import Check

CHECKS: dict[str, Check] = TOKENS | PEOPLE
