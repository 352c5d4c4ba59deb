"""The finding as other programs see it: the object of schema ``leakscan/finding/1`` and its flat projection."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from leakscan.masking import valid
from leakscan.types import Finding

SCHEMA = "leakscan/finding/1"

FLAT: tuple[tuple[str, str], ...] = (
    ("fingerprint", "text"),
    ("rule", "text"),
    ("category", "text"),
    ("entity", "text"),
    ("severity", "text"),
    ("confidence", "text"),
    ("evidence", "list"),
    ("uri", "text"),
    ("member", "text"),
    ("format", "text"),
    ("record", "number"),
    ("row_group", "number"),
    ("pointer", "text"),
    ("decode", "list"),
    ("start", "number"),
    ("end", "number"),
    ("line", "number"),
    ("byte_start", "number"),
    ("byte_end", "number"),
    ("preview", "text"),
    ("length", "number"),
    ("context", "text"),
    ("person", "text"),
    ("status", "text"),
    ("data_elements", "list"),
    ("remediation", "text"),
)
"""The columns of tabular reports: the fields of the object in their order, `location` and `value` opened out."""


def record(finding: Finding) -> dict[str, Any]:
    """The object of the finding schema, keys in its order; ``value.raw`` is there only under ``--show-values``."""
    at = finding.location
    value: dict[str, Any] = {"preview": finding.preview, "length": finding.length}
    if finding.value is not None:
        value["raw"] = valid(finding.value)
    return {
        "schema": SCHEMA,
        "fingerprint": finding.fingerprint,
        "rule": finding.rule,
        "category": finding.category,
        "entity": finding.entity,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "evidence": finding.evidence,
        "location": {
            "uri": valid(at.uri),
            "member": at.member if at.member is None else valid(at.member),
            "format": at.format,
            "record": at.record,
            "row_group": at.row_group,
            "pointer": at.pointer,
            "decode": at.decode,
            "start": at.start,
            "end": at.end,
            "line": at.line,
            "byte_start": at.byte_start,
            "byte_end": at.byte_end,
        },
        "value": value,
        "context": finding.context,
        "person": finding.person,
        "status": finding.status,
        "data_elements": finding.data_elements,
        "remediation": finding.remediation,
    }


def flat(finding: Finding) -> dict[str, Any]:
    """The finding as one row with the columns of `FLAT`, and ``raw`` where the value may be shown."""
    full = record(finding)
    del full["schema"]
    return {**full.pop("location"), **full.pop("value"), **full}


def schema() -> dict[str, Any]:
    """The JSON Schema of `record`, as shipped."""
    loaded: dict[str, Any] = json.loads((resources.files("leakscan.reports") / "schema.json").read_bytes())
    return loaded
