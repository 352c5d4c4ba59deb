"""Findings as CSV, one row a finding, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from leakscan.reports import About
from leakscan.reports.record import FLAT, flat
from leakscan.reports.target import Target
from leakscan.types import Finding

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class _Csv:
    def __init__(self, target: Target, about: About) -> None:
        self._target = target
        self._columns = [name for name, _ in FLAT] + (["raw"] if about.show_values else [])
        self._text = io.StringIO()
        self._rows = csv.writer(self._text, lineterminator="\n")
        self._rows.writerow(self._columns)
        self._flush()

    def write(self, findings: Sequence[Finding]) -> None:
        for finding in findings:
            row = flat(finding)
            self._rows.writerow([_cell(row.get(name)) for name in self._columns])
        self._flush()

    def _flush(self) -> None:
        self._target.file.write(self._text.getvalue().encode())
        self._text.seek(0)
        self._text.truncate()

    def close(self, coverage: Sequence[str] = ()) -> None:
        self._target.commit()

    def abort(self) -> None:
        self._target.discard()


def _cell(value: Any) -> Any:
    """A cell no spreadsheet takes for a formula: text that could begin one gets an apostrophe in front."""
    if isinstance(value, tuple):
        value = ";".join(value)
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return "'" + value
    return value


def open_writer(target: Target, about: About) -> _Csv:
    """A writer of CSV."""
    return _Csv(target, about)
