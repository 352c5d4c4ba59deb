"""Findings as JSON Lines: one object of the finding schema a line."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from leakscan.reports import About
from leakscan.reports.record import record
from leakscan.reports.target import Target
from leakscan.types import Finding


class _JsonLines:
    def __init__(self, target: Target) -> None:
        self._target = target

    def write(self, findings: Sequence[Finding]) -> None:
        self._target.file.write(b"".join([orjson.dumps(record(f), option=orjson.OPT_APPEND_NEWLINE) for f in findings]))

    def close(self, coverage: Sequence[str] = ()) -> None:
        self._target.commit()

    def abort(self) -> None:
        self._target.discard()


def open_writer(target: Target, about: About) -> _JsonLines:
    """A writer of JSON Lines."""
    return _JsonLines(target)
