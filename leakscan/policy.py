"""Flags and environment become one frozen Policy here, at the door; nobody below reads either."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from leakscan import masking
from leakscan.types import CONFIDENCES, SEVERITIES, Confidence, LeakscanError, Policy, Severity


def resolve(
    environ: Mapping[str, str],
    *,
    packs: Sequence[str] = (),
    rule_files: Sequence[str] = (),
    min_confidence: str = "medium",
    fail_on: str = "low",
    columns: str = "each",
    jobs: int | None = None,
    show_values: bool = False,
    format: str = "",  # noqa: A002 - the field's name in Policy
) -> Policy:
    """The policy of a scan. Raises LeakscanError naming the flag or variable that is wrong."""
    _one_of("--min-confidence", min_confidence, CONFIDENCES)
    _one_of("--fail-on", fail_on, SEVERITIES)
    _one_of("--columns", columns, ("each", "once"))
    if jobs is not None and jobs < 1:
        raise LeakscanError(f"--jobs {jobs}: at least 1")
    key, key_id = masking.key(environ)
    return Policy(
        packs=tuple(dict.fromkeys(packs)),
        rule_files=tuple(dict.fromkeys(rule_files)),
        min_confidence=cast(Confidence, min_confidence),
        fail_on=cast(Severity, fail_on),
        columns="once" if columns == "once" else "each",
        jobs=jobs or cpus(),
        show_values=show_values,
        format=format,
        key=key,
        key_id=key_id,
        cache_dir=cache_dir(environ),
    )


def _one_of(flag: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise LeakscanError(f"{flag} {value}: one of {', '.join(allowed)}")


def cpus() -> int:
    """How many cores this process may use, which in a container is fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cache_dir(environ: Mapping[str, str]) -> str:
    """Where compiled rules are kept: the user's cache folder, or empty if there is none."""
    base = environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        base = os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".cache")
    return os.path.join(base, "leakscan") if os.path.isabs(base) else ""


def digest(sources: Iterable[tuple[str, str, bytes]]) -> str:
    """What identifies a set of rule files: their packs and content, in order, but not where they lie."""
    out = hashlib.sha256()
    for pack, _, content in sources:
        out.update(f"{pack} {len(content)}\n".encode())
        out.update(content)
    return f"sha256:{out.hexdigest()}"
