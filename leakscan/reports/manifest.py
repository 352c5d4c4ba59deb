"""The manifest: what was covered and what was not, one line a shard, and a last line with the totals.

It holds no time and no host, so that the same scan gives the same bytes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import orjson

from leakscan.masking import valid
from leakscan.reports import About
from leakscan.reports.target import Target
from leakscan.rules import is_calm
from leakscan.types import SEVERITIES, Column, Gap, Outcome, Tally


class Manifest:
    """Takes outcomes in order, those of one shard one after the other, and writes a line as each shard ends."""

    def __init__(self, target: Target, about: About) -> None:
        self._target = target
        self._about = about
        self._shard: list[Outcome] = []
        self._sums: Counter[str] = Counter()
        self._found: Counter[str] = Counter()
        self._gaps: Counter[str] = Counter()

    def add(self, outcome: Outcome) -> None:
        """Take the next outcome; its findings are counted, not kept."""
        self._found.update(finding.severity for finding in outcome.findings)
        self._sums["hidden"] += outcome.hidden
        if self._shard and self._shard[0].slice.shard != outcome.slice.shard:
            self._end()
        self._shard.append(replace(outcome, findings=[]))

    def _end(self) -> None:
        line = entry(self._shard)
        self._shard = []
        self._sums.update({"shards": 1, line["status"]: 1, "bytes": line["bytes"], "records": line["records"]})
        self._gaps.update(gap["kind"] for gap in line["coverage"])
        self._target.file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def close(self) -> None:
        """Write the last line and put the manifest in place."""
        if self._shard:
            self._end()
        names = ("shards", "scanned", "partial", "unread", "bytes", "records")
        totals = {
            "totals": {
                **{name: self._sums[name] for name in names},
                "findings": {name: self._found[name] for name in reversed(SEVERITIES)},
                "hidden": self._sums["hidden"],
                "coverage": dict(sorted(self._gaps.items())),
            },
            "tool": {"name": "leakscan", "version": self._about.version},
            "digests": {"rules": self._about.rules_digest},
            "key_id": self._about.key_id,
        }
        self._target.file.write(orjson.dumps(totals, option=orjson.OPT_APPEND_NEWLINE))
        self._target.commit()

    def abort(self) -> None:
        """Leave nothing behind."""
        self._target.discard()


def entry(outcomes: list[Outcome]) -> dict[str, Any]:
    """One shard's line, from the outcomes of its slices."""
    tallies = [outcome.tally for outcome in outcomes]
    gaps = list(dict.fromkeys(gap for outcome in outcomes for gap in gaps_of(outcome)))
    unread = all(tally.unread for tally in tallies)
    return {
        "uri": valid(outcomes[0].slice.shard.uri),
        "member": None,
        "format": next((tally.format for tally in tallies if tally.format), ""),
        "bytes": sum(tally.bytes for tally in tallies),
        "records": sum(tally.records for tally in tallies),
        "fields": list(map(valid, _fields(tallies))),
        "calm": [valid(name) for name in _fields(tallies) if is_calm(tuple(name.split("/")))],
        "columns": [_column(column) for outcome in outcomes for column in outcome.columns],
        "status": "unread" if unread else "partial" if gaps or any(tally.unread for tally in tallies) else "scanned",
        "coverage": [{"kind": gap.kind, "at": valid(gap.at), "detail": valid(gap.detail)} for gap in gaps],
        "notes": list(dict.fromkeys(valid(note) for tally in tallies for note in tally.notes)),
    }


def _fields(tallies: list[Tally]) -> list[str]:
    return list(dict.fromkeys(name for tally in tallies for name in tally.fields))


def _column(column: Column) -> dict[str, Any]:
    return {
        "field": valid(column.field),
        "entity": column.entity,
        "records": column.records,
        "of": column.of,
        "export": column.export or None,
    }


def gaps_of(outcome: Outcome) -> list[Gap]:
    """What the outcome did not cover; a crash counts even if its worker could not say so."""
    gaps = outcome.tally.gaps
    if outcome.crash and not any(gap.kind == "coverage.crash" for gap in gaps):
        return [*gaps, Gap("coverage.crash", f"slice {outcome.slice.index}", outcome.crash)]
    return gaps
