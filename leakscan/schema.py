"""The whole-column view: which fields of a shard hold personal data by nature, from what was found in them and how
they are named.

A field is a JSON Pointer with ``*`` for every step that is a number. It holds an entity by nature when nine in ten of
the shard's records have a finding of that entity at the start of it, or when the shard is the export of an annotation
tool whose documentation says so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from leakscan import masking
from leakscan.types import SEVERITIES, Column, Finding, Location, Outcome, Policy, Rule, Severity

SHARE = 0.9
"""Of the records, from which a field holds an entity by nature."""
FEWEST = 20
"""Records below which a share means nothing."""
_MOST_FIELDS = 10_000
"""Fields counted for one shard, so that names that are data cost no more memory than that."""

COLUMN = Rule(
    id="PII_COLUMN",
    pack="pii",
    summary="A field that holds personal data by nature, reported once for all its records",
    category="pii",
    entity="PII_COLUMN",
    severity="medium",
    confidence="high",
    pattern="",
    remediation="Drop or pseudonymise the field in every record; list the values with --columns each.",
    references=("https://www.rfc-editor.org/rfc/rfc6901",),
    leaks=(),
    clean=(),
)
"""What findings of whole fields are reported as; it matches no text."""


@dataclass(frozen=True, slots=True)
class Export:
    """What an annotation tool writes: fields that tell its exports (all must be there), and those about its people."""

    name: str
    marks: tuple[str, ...]
    people: tuple[tuple[str, str, Severity], ...]
    """(expression for the end of a field, entity, severity)"""


EXPORTS = (
    Export(  # https://labelstud.io/guide/export#Label-Studio-JSON-format-of-annotated-tasks
        "Label Studio",
        (r"/annotations/\*/completed_by(?:/\w+)?", r"/annotations/\*/result/.*"),
        (
            (r"/completed_by/email", "EMAIL_ADDRESS", "medium"),
            (r"/completed_by/(?:first|last)_name", "PERSON_NAME", "medium"),
            (r"/completed_by(?:/id)?", "WORKER_ID", "low"),
            (r"/annotations/\*/lead_time", "WORK_TELEMETRY", "low"),
        ),
    ),
    Export(  # the same page, JSON-MIN
        "Label Studio (JSON-MIN)",
        (r"/annotation_id", r"/annotator", r"/lead_time"),
        ((r"/annotator", "WORKER_ID", "low"), (r"/lead_time", "WORK_TELEMETRY", "low")),
    ),
    Export(  # https://doccano.github.io/doccano/tutorial/
        "doccano",
        (r"/annotation_approver", r"/annotations/\*/(?:user|label)"),
        ((r"/annotation_approver", "WORKER_ID", "medium"), (r"/annotations/\*/user", "WORKER_ID", "low")),
    ),
    Export(  # https://docs.argilla.io/latest/how_to_guides/record/
        "Argilla",
        (r"/responses/\w+/\*/user_id",),
        ((r"/user_id", "WORKER_ID", "medium"),),
    ),
    Export(  # https://prodi.gy/docs/api-database
        "Prodigy",
        (r"/_annotator_id", r"/_(?:task|input)_hash"),
        ((r"/_annotator_id", "WORKER_ID", "medium"), (r"/_session_id", "WORKER_ID", "low")),
    ),
    Export(  # https://docs.cvat.ai/docs/api_sdk/sdk/reference/models/
        "CVAT",
        (r".*/assignee/username", r".*/(?:owner/username|bug_tracker|segments/.*|overlap)"),
        (
            (r"/(?:assignee|owner)/username", "WORKER_ID", "medium"),
            (r"/(?:assignee|owner)/(?:first|last)_name", "PERSON_NAME", "medium"),
        ),
    ),
    Export(  # https://docs.labelbox.com/reference/export-overview
        "Labelbox",
        (r".*/label_details/created_by",),
        ((r"/(?:created|reviewed|skipped)_by", "EMAIL_ADDRESS", "medium"),),
    ),
    Export(  # https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html
        "SageMaker Ground Truth",
        (r".*/(?:answers|annotations)/\*/workerId",),
        (
            (r"/workerId", "WORKER_ID", "medium"),
            (r"/workerMetadata/identityData/sub", "WORKER_ID", "medium"),
            (r"/timeSpentInSeconds", "WORK_TELEMETRY", "low"),
        ),
    ),
    Export(  # https://toloka.ai/docs/guide/result-of-eval/
        "Toloka",
        (r"/ASSIGNMENT:worker_id", r"/(?:INPUT|OUTPUT|GOLDEN):.+"),
        ((r"/ASSIGNMENT:worker_id", "WORKER_ID", "medium"), (r"/ASSIGNMENT:started", "WORK_TELEMETRY", "low")),
    ),
    Export(  # https://success.appen.com/hc/en-us/articles/202703075
        "Appen",
        (r"/_worker_id", r"/_trust"),
        (
            (r"/_worker_id", "WORKER_ID", "medium"),
            (r"/_ip", "IP_ADDRESS", "medium"),
            (r"/_(?:city|region)", "LOCATION", "low"),
            (r"/_(?:trust|started_at|created_at)", "WORK_TELEMETRY", "low"),
        ),
    ),
    Export(  # https://docs.aws.amazon.com/AWSMechTurk/latest/RequesterUI/ReviewandProcessYourResults.html
        "Mechanical Turk",
        (r"/WorkerId", r"/HITId", r"/AssignmentId"),
        ((r"/WorkerId", "WORKER_ID", "high"), (r"/WorkTimeInSeconds", "WORK_TELEMETRY", "low")),
    ),
    Export(  # https://researcher-help.prolific.com: exporting demographic data
        "Prolific",
        (r"/(?:Participant id|participant_id|PROLIFIC_PID)", r"/(?:Submission id|session_id|SESSION_ID|STUDY_ID)"),
        (
            (r"/(?:Participant id|participant_id|PROLIFIC_PID)", "WORKER_ID", "medium"),
            (r"/(?:Age|Sex|Ethnicity simplified|Nationality|Country of (?:birth|residence))", "DEMOGRAPHICS", "medium"),
        ),
    ),
)
"""Annotation exports by what their tools' documentation shows."""


class Columns:
    """Counts, over the outcomes of one shard, the records in which each field begins with a finding of an entity."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, -1, 0])
        self._fields: dict[str, None] = {}
        self._records = 0

    def add(self, outcome: Outcome) -> None:
        """Take the next outcome of the shard."""
        self._records += outcome.tally.records
        self._fields |= outcome.tally.fields
        for finding in outcome.findings:
            key = key_of(finding)
            if key is None or (len(self._counts) >= _MOST_FIELDS and key not in self._counts):
                continue
            count = self._counts[key]
            if count[1] != finding.location.record:
                count[0] += 1
                count[1] = finding.location.record or 0
            count[2] = max(count[2], SEVERITIES.index(finding.severity))

    @property
    def export(self) -> Export | None:
        """The annotation tool whose export this is."""
        return next((export for export in EXPORTS if all(any(self._matching(mark)) for mark in export.marks)), None)

    def _matching(self, expression: str) -> Iterator[str]:
        return (field for field in self._fields if re.fullmatch(expression, field))

    def counted(self) -> dict[tuple[str, str], Column]:
        """Every field and entity found at the start of it."""
        return {
            (field, entity): Column(field, entity, SEVERITIES[severity], records, self._records)
            for (field, entity), (records, _, severity) in self._counts.items()
        }

    def found(self) -> dict[tuple[str, str], Column]:
        """The fields that hold an entity by nature."""
        least = max(FEWEST, SHARE * self._records)
        out = {key: column for key, column in self.counted().items() if column.records >= least}
        export = self.export
        for end, entity, severity in export.people if export else ():
            for field in self._matching(f".*{end}"):
                counted = self._counts[field, entity][0] if (field, entity) in self._counts else 0
                known = out.get((field, entity), Column(field, entity, severity, counted, self._records))
                out[field, entity] = replace(known, export=export.name if export else "")
        return out


def key_of(finding: Finding) -> tuple[str, str] | None:
    """The field and entity that a finding counts for; None if it does not tell what the field is for."""
    at = finding.location
    if finding.category != "pii" or at.record is None or at.start or at.decode:
        return None
    return field_of(at.pointer), finding.entity


def _of_footer(finding: Finding) -> tuple[str, str] | None:
    """The field and entity of a value that a Parquet footer repeats as the least or greatest of a flat column."""
    found = re.fullmatch(r"/row_groups/[0-9]+/columns(/.*)/statistics/m(?:in|ax)", finding.location.pointer)
    return (found.group(1), finding.entity) if found and finding.location.member == "footer" else None


@lru_cache(maxsize=4096)
def field_of(pointer: str) -> str:
    """A pointer with ``*`` for every step that is a number."""
    return re.sub(r"(?<=/)[0-9]+(?=/|$)", "*", pointer)


# -- over a scan ---------------------------------------------------------------------------------------------------


def viewed(outcomes: Iterable[Outcome], policy: Policy) -> Iterator[Outcome]:
    """The outcomes, the last of each shard with the fields that hold personal data by nature (`Outcome.columns`).

    If the policy wants fields once, that one has a finding for each of them, behind the others; the values' own are
    left out of every slice whose records they fill.
    """
    held: Outcome | None = None
    columns, folded = Columns(), set[tuple[str, str]]()
    for outcome in outcomes:
        if held is not None and held.slice.shard != outcome.slice.shard:
            yield _ended(held, columns, folded, policy)
            columns, folded = Columns(), set()
        elif held is not None:
            yield held
        columns.add(outcome)
        held = outcome
        if policy.columns == "once":
            full = _filled(outcome)
            folded |= full
            kept = [finding for finding in outcome.findings if (key_of(finding) or _of_footer(finding)) not in full]
            held = replace(outcome, findings=kept)
    if held is not None:
        yield _ended(held, columns, folded, policy)


def _filled(outcome: Outcome) -> set[tuple[str, str]]:
    own = Columns()
    own.add(outcome)
    return {key for key, column in own.found().items() if column.records}


def _ended(last: Outcome, columns: Columns, folded: set[tuple[str, str]], policy: Policy) -> Outcome:
    known = {**{at: columns.counted()[at] for at in folded}, **columns.found()}
    listed = tuple(known[at] for at in sorted(known))
    if policy.columns == "once":
        last = replace(last, findings=[*last.findings, *(_finding(column, last, policy.key) for column in listed)])
    return replace(last, columns=listed)


def _finding(column: Column, last: Outcome, key: bytes) -> Finding:
    evidence = [f"column:{column.entity}", f"records:{column.records}", f"of:{column.of}"]
    if column.export:
        evidence.append(f"export:{column.export}")
    shard = last.slice.shard.uri
    return Finding(
        fingerprint=masking.fingerprint(key, COLUMN, f"{shard}\0{column.field}\0{column.entity}"),
        rule=COLUMN.id,
        category=COLUMN.category,
        entity=column.entity,
        severity=column.severity,
        confidence="high",
        evidence=tuple(evidence),
        location=Location(shard, None, last.tally.format, None, None, column.field, (), 0, 0, None, None, None),
        preview="",
        length=0,
        context="",
        remediation=COLUMN.remediation,
    )
