"""Findings as SARIF 2.1.0, for code-scanning dashboards; written as it goes, whatever the number of results."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import orjson

from leakscan.masking import valid
from leakscan.reports import About
from leakscan.reports.target import Target
from leakscan.types import Finding, Rule

SCHEMA_URI = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://github.com/leakscan/leakscan"
LEVELS = {"low": "note", "medium": "warning", "high": "error", "critical": "error"}
_SCORES = {"low": "3.0", "medium": "5.5", "high": "8.0", "critical": "9.5"}
"""What GitHub sorts security results by."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_MARKUP = re.compile(r"[\\\[\]]")


class _Sarif:
    def __init__(self, target: Target, about: About) -> None:
        self._target = target
        self._index = {rule.id: number for number, rule in enumerate(about.rules)}
        self._summary = {rule.id: rule.summary for rule in about.rules}
        self._first = True
        driver = {
            "name": "leakscan",
            "version": about.version,
            "informationUri": HOME,
            "rules": [_rule(rule) for rule in about.rules],
            "properties": {"rulesDigest": about.rules_digest, "keyId": about.key_id},
        }
        self._put(f'{{"$schema":"{SCHEMA_URI}","version":"2.1.0","runs":[{{"tool":{{"driver":'.encode())
        self._put(orjson.dumps(driver) + b'},"columnKind":"unicodeCodePoints","results":[')

    def _put(self, data: bytes) -> None:
        self._target.file.write(data)

    def write(self, findings: Sequence[Finding]) -> None:
        for finding in findings:
            self._put(b"\n" if self._first else b",\n")
            self._put(orjson.dumps(self._result(finding)))
            self._first = False

    def _result(self, finding: Finding) -> dict[str, Any]:
        at = finding.location
        out: dict[str, Any] = {"ruleId": finding.rule}
        if finding.rule in self._index:
            out["ruleIndex"] = self._index[finding.rule]
        where = (
            f"record {at.record}" if at.line is None and at.record is not None else f"line {at.line}" if at.line else ""
        )
        text = " ".join(filter(None, (self._summary.get(finding.rule, finding.entity), "in", at.pointer, where)))
        return out | {
            "level": LEVELS[finding.severity],
            "message": {"text": _plain(text if at.pointer or where else text.removesuffix(" in"))},
            "locations": [_location(finding)],
            "partialFingerprints": {"leakscan/1": finding.fingerprint},
            "properties": {
                "category": finding.category,
                "entity": finding.entity,
                "severity": finding.severity,
                "confidence": finding.confidence,
                "evidence": finding.evidence,
                "member": None if at.member is None else valid(at.member),
                "format": at.format,
                "record": at.record,
                "row_group": at.row_group,
                "decode": at.decode,
                "start": at.start,
                "end": at.end,
                "preview": finding.preview,
                "context": finding.context,
                "remediation": finding.remediation,
            },
        }

    def close(self, coverage: Sequence[str] = ()) -> None:
        notes = [{"level": "warning", "message": {"text": _plain(valid(sentence))}} for sentence in coverage]
        invocation = {"executionSuccessful": not coverage, "toolExecutionNotifications": notes}
        self._put(b'\n],"invocations":[' + orjson.dumps(invocation) + b"]}]}\n")
        self._target.commit()

    def abort(self) -> None:
        self._target.discard()


def _rule(rule: Rule) -> dict[str, Any]:
    links = "".join(f"\n{link}" for link in rule.references)
    out: dict[str, Any] = {
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "help": {
            "text": f"{rule.remediation}{links}",
            "markdown": f"{rule.remediation}\n" + "".join(f"\n- <{link}>" for link in rule.references),
        },
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {
            "tags": ["security", rule.category, rule.entity],
            "security-severity": _SCORES[rule.severity],
            "precision": {"low": "low", "medium": "medium", "high": "very-high"}[rule.confidence],
        },
    }
    if rule.references:
        out["helpUri"] = rule.references[0]
    return out


def _location(finding: Finding) -> dict[str, Any]:
    at = finding.location
    physical: dict[str, Any] = {"artifactLocation": {"uri": artifact_uri(valid(at.uri))}}
    region: dict[str, int] = {}
    if at.line is not None:
        region["startLine"] = at.line
    if at.byte_start is not None and at.byte_end is not None:
        region |= {"byteOffset": at.byte_start, "byteLength": at.byte_end - at.byte_start}
    if region:
        physical["region"] = region
    out: dict[str, Any] = {"physicalLocation": physical}
    if at.pointer:
        out["logicalLocations"] = [{"fullyQualifiedName": at.pointer, "kind": "value"}]
    return out


def artifact_uri(name: str) -> str:
    """A shard's name as a URI reference: relative paths stay relative, absolute ones become ``file://``."""
    scheme = _SCHEME.match(name)
    if scheme:
        return scheme.group() + quote(name[scheme.end() :], safe="/:@?&=%+,;~!$'()*")
    return ("file://" if name.startswith("/") else "") + quote(name)


def _plain(text: str) -> str:
    """Text that SARIF viewers show as it is: brackets make links, braces placeholders."""
    return _MARKUP.sub(r"\\\g<0>", text).replace("{", "{{").replace("}", "}}")


def open_writer(target: Target, about: About) -> _Sarif:
    """A writer of SARIF."""
    return _Sarif(target, about)
