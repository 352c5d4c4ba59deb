"""Holds reports against the ground truth: what was found, what was missed, what else was reported."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson

from benchmarks.corpus import Plant
from benchmarks.peers import Reported

ESCAPED_NEWLINE = re.compile(r"\\+[nr]|\s|\\")


@dataclass(frozen=True)
class Score:
    """One tool on one corpus. `elsewhere` = reports that belong to no plant; `places` = distinct records of them."""

    found: frozenset[Plant]
    missed: frozenset[Plant]
    elsewhere: int
    places: int
    reports: int

    def by(self, name: str) -> dict[str, tuple[int, int]]:
        """Found and all, by a field of the plants (`kind`, `context`)."""
        found = Counter(getattr(plant, name) for plant in self.found)
        missed = Counter(getattr(plant, name) for plant in self.missed)
        return {key: (found[key], found[key] + missed[key]) for key in sorted(found | missed)}

    def kinds(self) -> frozenset[str]:
        """The kinds of which it found any."""
        return frozenset(plant.kind for plant in self.found)

    def of(self, kinds: frozenset[str]) -> tuple[int, int]:
        """Found and all, of the plants of these kinds."""
        found = sum(plant.kind in kinds for plant in self.found)
        return found, found + sum(plant.kind in kinds for plant in self.missed)


def plants_of(corpus: Path) -> list[Plant]:
    """The ground truth of a corpus."""
    rows = map(orjson.loads, (corpus / "planted.jsonl").read_bytes().splitlines())
    return [plant_of(row) for row in rows]


def plant_of(row: dict[str, Any]) -> Plant:
    """A plant from its JSON object: lists become tuples again."""
    values: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in row.items()}
    return Plant(**values)


def normal(text: str) -> str:
    """A value without what JSON and line ends added to it, however often it was escaped."""
    return ESCAPED_NEWLINE.sub("", text)


def forms(plant: Plant) -> set[str]:
    """Every way of writing the value that counts as having reported it: as it is, encoded, its inner part."""
    return {normal(text) for text in (*plant.accepts, plant.written, unquote(plant.written))}


def of_peer(plants: list[Plant], reports: list[Reported]) -> Score:
    """Scores a peer by file and value: its record numbers are not held against it."""
    exact: dict[tuple[str, str], list[Plant]] = defaultdict(list)
    nearby: dict[tuple[str, int], list[Plant]] = defaultdict(list)
    for plant in plants:
        nearby[plant.file, plant.record].append(plant)
        for form in forms(plant):
            exact[plant.file, form].append(plant)
    matched = [exact.get((r.file, normal(r.value))) or around(nearby, r) for r in reports]
    return score(plants, matched, [(r.file, r.record) for r in reports])


def around(nearby: dict[tuple[str, int], list[Plant]], report: Reported) -> list[Plant]:
    """Plants of that record, give or take one, that the reported value contains."""
    value = normal(report.value)
    close = [plant for step in (0, 1, -1) for plant in nearby.get((report.file, report.record + step), [])]
    return [plant for plant in close if any(form in value for form in forms(plant))]


def of_leakscan(plants: list[Plant], findings: Path) -> Score:
    """Scores leakscan by file, record and length of the value: its report holds no value to compare."""
    nearby: dict[tuple[str, int], list[Plant]] = defaultdict(list)
    for plant in plants:
        nearby[plant.file, plant.record].append(plant)
    rows = [row for row in map(orjson.loads, findings.read_bytes().splitlines()) if not in_statistics(row)]
    places = [(Path(row["location"]["uri"]).stem, row["location"]["record"]) for row in rows]
    matched = [[p for p in nearby.get(place, []) if answers(row, p)] for row, place in zip(rows, places, strict=True)]
    return score(plants, matched, places)


def in_statistics(finding: dict[str, Any]) -> bool:
    """Whether it repeats, rightly, a value of the data: the smallest and largest ones of a Parquet footer."""
    return finding["location"]["record"] is None and "/statistics/" in finding["location"]["pointer"]


def answers(finding: dict[str, Any], plant: Plant) -> bool:
    """Whether a finding of the same record is the plant: same length, same place."""
    same_length = finding["value"]["length"] in {len(value) for value in plant.accepts}
    return same_length and finding["location"]["pointer"].startswith(plant.pointer)


def score(plants: list[Plant], matched: Iterable[list[Plant]], places: list[tuple[str, int]]) -> Score:
    """The score of reports, each with the plants it stands for, in the order of `places`."""
    matches = list(matched)
    found = frozenset(plant for hits in matches for plant in hits)
    other = [place for hits, place in zip(matches, places, strict=True) if not hits]
    return Score(found, frozenset(plants) - found, len(other), len(set(other)), len(matches))


def misses(result: Score, kinds: frozenset[str]) -> str:
    """The share found by kind and by context, of the kinds given, as one line each."""
    found = frozenset(plant for plant in result.found if plant.kind in kinds)
    missed = frozenset(plant for plant in result.missed if plant.kind in kinds)
    shown = Score(found, missed, 0, 0, 0)
    lines = []
    for name in ("kind", "context"):
        parts = [f"{key} {100 * part / whole:.0f} %" for key, (part, whole) in shown.by(name).items()]
        lines.append(f"by {name}: {', '.join(parts) or 'none'}")
    return "\n  ".join(lines)


def counts(result: Score) -> dict[str, Any]:
    """Counts only; the values stay where they are."""
    pairs = Counter(f"{plant.kind} / {plant.context}" for plant in result.missed)
    return {
        "found": len(result.found),
        "missed": len(result.missed),
        "elsewhere": result.elsewhere,
        "places": result.places,
        "reports": result.reports,
        "kind": result.by("kind"),
        "context": result.by("context"),
        "missed_pairs": dict(sorted(pairs.items())),
    }
