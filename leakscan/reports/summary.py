"""The summary people read: what was found, where it is gravest, what was not covered, what to do next.

Its memory is bounded: counters by rule, the ten gravest places, the ten worst shards, three examples a gap.
"""

from __future__ import annotations

import heapq
import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from leakscan.masking import printable
from leakscan.reports import About
from leakscan.reports.manifest import gaps_of
from leakscan.types import CONFIDENCES, SEVERITIES, Column, Finding, Outcome

TOP = 10
EXAMPLES = 3
WIDTH = 96

Style = Callable[[str, str], str]
"""(text, severity) → the text as a terminal should show it."""

_Rank = tuple[int, int, bool, int]


def plain(text: str, _severity: str) -> str:
    """No colours."""
    return text


class Coverage:
    """What was not covered: gaps by kind, with a few examples of each."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter()
        self._examples: dict[str, list[str]] = {}

    def add(self, outcome: Outcome) -> None:
        """Take the gaps of an outcome."""
        uri = outcome.slice.shard.uri
        for gap in gaps_of(outcome):
            self.kinds[gap.kind] += 1
            examples = self._examples.setdefault(gap.kind, [])
            if len(examples) < EXAMPLES:
                place = f"{uri}, {gap.at}" if gap.at else uri
                examples.append(printable(f"{place}: {gap.detail}" if gap.detail else place))

    def sentences(self) -> list[str]:
        """One sentence a kind, for reports that have room for it."""
        return [
            f"{kind}: {_places(count)}, such as {self._examples[kind][0]}" for kind, count in sorted(self.kinds.items())
        ]

    def lines(self) -> Iterator[str]:
        """For the summary: each kind with its examples."""
        for kind, count in sorted(self.kinds.items()):
            yield f"  {kind:24} {_places(count)}"
            for example in self._examples[kind]:
                yield f"      {_fit(example, WIDTH - 6)}"
            if count > len(self._examples[kind]):
                yield f"      … and {count - len(self._examples[kind]):,} more"


class Summary:
    """Takes outcomes in order, those of one shard one after the other, and says what they come to."""

    def __init__(self, about: About) -> None:
        self._about = about
        self.coverage = Coverage()
        self.severities: Counter[str] = Counter()
        self.unread = 0
        self.hidden = 0
        self._rules: Counter[str] = Counter()
        self._sums: Counter[str] = Counter()
        self._shard, self._shard_found, self._shard_unread = "", 0, True
        self._shards: list[tuple[int, int, str]] = []
        self._with_findings = 0
        self._gravest: list[tuple[_Rank, Finding]] = []
        self._columns: list[tuple[str, Column]] = []
        self._more_columns = 0
        self._seen = 0

    @property
    def found(self) -> int:
        """How many findings were shown."""
        return self.severities.total()

    def add(self, outcome: Outcome) -> None:
        """Take the next outcome."""
        if outcome.slice.index == 0 or outcome.slice.shard.uri != self._shard:
            self._end_shard()
            self._shard = outcome.slice.shard.uri
            self._sums["shards"] += 1
        self._shard_found += len(outcome.findings)
        self._shard_unread = self._shard_unread and outcome.tally.unread
        self._sums.update(bytes=outcome.tally.bytes, records=outcome.tally.records)
        self.hidden += outcome.hidden
        room = TOP - len(self._columns)
        self._columns += [(outcome.slice.shard.uri, column) for column in outcome.columns[:room]]
        self._more_columns += max(0, len(outcome.columns) - room)
        self.coverage.add(outcome)
        self.severities.update([finding.severity for finding in outcome.findings])
        self._rules.update([finding.rule for finding in outcome.findings])
        for finding in outcome.findings:
            self._weigh(finding)

    def _end_shard(self) -> None:
        if self._shard_found:
            self._with_findings += 1
            entry = (self._shard_found, -self._sums["shards"], self._shard)
            (heapq.heappush if len(self._shards) < TOP else heapq.heappushpop)(self._shards, entry)
        self.unread += bool(self._sums["shards"]) and self._shard_unread
        self._shard_found, self._shard_unread = 0, True

    def _weigh(self, finding: Finding) -> None:
        """Keep the finding if it is among the gravest; of one value only its first place of that gravity."""
        self._seen += 1
        record = finding.location.record is not None  # of a value, its place in the data rather than in a footer
        rank = (SEVERITIES.index(finding.severity), CONFIDENCES.index(finding.confidence), record, -self._seen)
        if len(self._gravest) == TOP and rank <= self._gravest[0][0]:
            return
        for number, (kept_rank, kept) in enumerate(self._gravest):
            if kept.fingerprint == finding.fingerprint:
                if rank[:3] > kept_rank[:3]:
                    self._gravest[number] = (rank, finding)
                    heapq.heapify(self._gravest)
                return
        (heapq.heappush if len(self._gravest) < TOP else heapq.heappushpop)(self._gravest, (rank, finding))

    # -- rendering -----------------------------------------------------------------------------------------------

    def lines(
        self, paths: Sequence[str], style: Style = plain, *, reported: bool = False, accounted: bool = False
    ) -> Iterator[str]:
        """The summary of a scan of `paths`, a line at a time. Ends the intake: call it once.

        `reported` and `accounted`: findings and manifest were written, so there is no need to say how.
        """
        self._end_shard()
        self._shard_unread = False
        yield self._headline()
        if self.found:
            yield "  ".join(style(f"{name} {self.severities[name]:,}", name) for name in reversed(SEVERITIES))
            yield from ("", "By rule", *self._by_rule(style))
            yield from ("", "By shard", *self._by_shard())
            yield from ("", "Gravest (one place a value)", *self._by_gravity(style))
        if self._columns:
            yield from ("", "Fields that hold personal data by nature", *self._by_column())
        if self.hidden:
            yield ""
            yield f"{self.hidden:,} below the shown confidence are not listed; --min-confidence low shows them."
        if self.coverage.kinds:
            yield from ("", style("Not covered", "high"), *self.coverage.lines())
        todo = list(self._next(paths, reported, accounted))
        if todo:
            yield from ("", "Next", *todo)

    def _headline(self) -> str:
        shards = _count(self._sums["shards"], "shard")
        read = f"{shards}, {_size(self._sums['bytes'])}, {_count(self._sums['records'], 'record')}"
        result = _count(self.found, "finding") if self.found else "nothing found"
        if self._with_findings:
            result += f" in {_count(self._with_findings, 'shard')}"
        incomplete = " INCOMPLETE: see Not covered." if self.coverage.kinds or self.unread else ""
        return f"leakscan {self._about.version}: {result}; read {read}.{incomplete}"

    def _by_rule(self, style: Style) -> Iterator[str]:
        rules = {rule.id: rule for rule in self._about.rules}

        def order(item: tuple[str, int]) -> tuple[int, int, str]:
            rule = rules.get(item[0])
            return (-SEVERITIES.index(rule.severity) if rule else 0, -item[1], item[0])

        ranked = sorted(self._rules.items(), key=order)
        for name, count in ranked[: 2 * TOP]:
            rule = rules.get(name)
            severity = rule.severity if rule else ""
            yield f"  {count:>9,}  {style(f'{severity:8}', severity)}  " + _fit(
                f"{name:30} {rule.summary if rule else ''}", 73
            )
        if len(ranked) > 2 * TOP:
            yield f"             … and {len(ranked) - 2 * TOP} more rules"

    def _by_shard(self) -> Iterator[str]:
        for count, _, uri in sorted(self._shards, reverse=True):
            yield f"  {count:>9,}  {_fit(printable(uri), 83, keep_end=True)}"
        if self._with_findings > len(self._shards):
            yield f"             … and {self._with_findings - len(self._shards):,} more shards"

    def _by_column(self) -> Iterator[str]:
        for uri, column in self._columns:
            share = f"{100 * column.records // max(1, column.of)} % of {_count(column.of, 'record')}"
            why = f"{column.export} export" if column.export and not column.records else share
            yield f"  {_fit(printable(column.field), 40):40}  {column.entity:20} {why}"
            yield f"      {_fit(printable(uri), WIDTH - 6, keep_end=True)}"
        if self._more_columns:
            yield f"      … and {self._more_columns:,} more; --manifest lists them"

    def _by_gravity(self, style: Style) -> Iterator[str]:
        for _, finding in sorted(self._gravest, key=lambda item: item[0], reverse=True):
            label = style(f"{finding.severity:8}", finding.severity)
            yield f"  {label} {finding.confidence:6}  {_fit(finding.rule, 28):28}  {finding.preview}"
            where, pointer = place(finding), printable(finding.location.pointer)
            if len(where) + len(pointer) > 76:
                where, pointer = _fit(where, 38, keep_end=True), _fit(pointer, 37, keep_end=True)
            yield f"                   {where} {pointer}".rstrip()

    def _next(self, paths: Sequence[str], reported: bool, accounted: bool) -> Iterator[str]:
        quoted = " ".join(shlex.quote(printable(path)) for path in paths[:3]) + (" …" if len(paths) > 3 else "")
        if self._gravest:
            rule = max(self._gravest, key=lambda item: item[0])[1].rule
            yield f"  leakscan rules show {rule}".ljust(52) + "# what it is and what to do about it"
        if self._gravest and not reported:
            yield f"  leakscan scan {quoted} -o findings.jsonl -o findings.sarif"
            yield "      # every place, for a script and for a code-scanning dashboard"
        if self.coverage.kinds and not accounted:
            yield f"  leakscan scan {quoted} --manifest manifest.jsonl"
            yield "      # the full list of what was not covered, and why"
        if not self.found and self.hidden:
            yield f"  leakscan scan {quoted} --min-confidence low"
        if not (self._gravest or self.coverage.kinds or self.hidden or accounted):
            yield f"  leakscan scan {quoted} --manifest manifest.jsonl".ljust(52) + "  # proof of what was covered"


def place(finding: Finding) -> str:
    """Where a finding is: the shard, and the line or row."""
    at = finding.location
    where = at.uri if at.member is None else f"{at.uri}!{at.member}"
    if at.line is not None:
        where += f":{at.line}"
    elif at.record is not None:
        where += f" row {at.record}"
    return printable(where)


def _places(count: int) -> str:
    return _count(count, "place")


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _size(count: float) -> str:
    if count < 1000:
        return _count(int(count), "byte")
    for unit in ("kB", "MB", "GB"):
        count /= 1000
        if count < 1000:
            return f"{count:,.1f} {unit}"
    return f"{count / 1000:,.1f} TB"


def _fit(text: str, width: int, *, keep_end: bool = False) -> str:
    if len(text) <= width:
        return text
    return "…" + text[1 - width :] if keep_end else text[: width - 1] + "…"


def at_or_above(severities: Mapping[str, int], floor: str) -> int:
    """How many of the counted findings are of severity `floor` or worse."""
    return sum(severities[name] for name in SEVERITIES[SEVERITIES.index(floor) :])
