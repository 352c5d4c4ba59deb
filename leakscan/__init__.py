"""leakscan finds secrets, PII and confidential material in dataset shards."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leakscan.api import Scan, Scanner, scan
    from leakscan.reports.record import record
    from leakscan.types import Finding, Gap, LeakscanError, Location, RuleError

__version__ = "0.1.0"

_HOMES = {
    "Finding": "leakscan.types",
    "Gap": "leakscan.types",
    "LeakscanError": "leakscan.types",
    "Location": "leakscan.types",
    "RuleError": "leakscan.types",
    "Scan": "leakscan.api",
    "Scanner": "leakscan.api",
    "record": "leakscan.reports.record",
    "scan": "leakscan.api",
}
"""The interface, imported on use: the command line starts without most of it."""

__all__ = ["Finding", "Gap", "LeakscanError", "Location", "RuleError", "Scan", "Scanner", "record", "scan"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'leakscan' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
