"""Reports: projections of findings, one module a format, each the same small interface.

A writer is opened on a `Target`, takes findings in order, and is closed or aborted; until it is closed nothing stands
under the target's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from leakscan.reports.target import Target
from leakscan.types import Finding, LeakscanError, Rule

FORMATS = {
    "jsonl": "leakscan.reports.jsonl",
    "sarif": "leakscan.reports.sarif",
    "csv": "leakscan.reports.csv",
    "parquet": "leakscan.reports.parquet",
}
"""Format → its module, imported when asked for: pyarrow alone takes longer to import than a small scan."""
ENDINGS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".sarif": "sarif", ".csv": "csv", ".parquet": "parquet"}


@dataclass(frozen=True, slots=True)
class About:
    """What a report says of the run that made it; nothing in it depends on when or where it ran."""

    version: str
    rules: Sequence[Rule]
    rules_digest: str
    key_id: str
    show_values: bool = False


class Writer(Protocol):
    """A report being written."""

    def write(self, findings: Sequence[Finding]) -> None:
        """Take the next findings."""
        ...

    def close(self, coverage: Sequence[str] = ()) -> None:
        """Finish and put the report in place; `coverage` says in sentences what was not covered."""
        ...

    def abort(self) -> None:
        """Leave nothing behind."""
        ...


def format_of(target: str, default: str = "") -> str:
    """The format of a report, from the ending of its name or else the `default`."""
    name = target.lower()
    for ending, format_ in ENDINGS.items():
        if name.endswith(ending):
            return format_
    if default:
        return default
    raise LeakscanError(
        f"-o {target}: the ending names no report format, there are {', '.join(ENDINGS)}; or add --format"
    )


def open_report(target: str, format_: str, about: About) -> Writer:
    """Open a report of `format_` on the file `target`; ``-`` is standard output."""
    writer: Writer = import_module(FORMATS[format_]).open_writer(Target(target, private=about.show_values), about)
    return writer
