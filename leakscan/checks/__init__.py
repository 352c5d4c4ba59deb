"""Named, pure checks of a candidate: True proves it, False disproves it, None leaves it plausible.

A check is total: any text in, never an exception out. The rule files name them; this table is the only registry.
"""

from leakscan.checks import contact, digits, money, national, network, passports, platforms, tokens, wallets
from leakscan.types import Check

CHECKS: dict[str, Check] = (
    tokens.CHECKS
    | contact.CHECKS
    | digits.CHECKS
    | money.CHECKS
    | national.CHECKS
    | network.CHECKS
    | passports.CHECKS
    | platforms.CHECKS
    | wallets.CHECKS
)
