"""The rule book, ready to scan with: rules and engine, compiled on first use and kept in the user's cache folder.

A compiled book is one file, named by a digest of all that its bytes depend on, so that a hook starts in a fraction
of a second. It holds no examples: tools that show rules load the rule files.
"""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Sequence
from dataclasses import fields
from itertools import accumulate, pairwise
from pathlib import Path as FilePath
from typing import Any

import orjson

from leakscan import __version__
from leakscan.engine import Engine
from leakscan.rules import load, sources
from leakscan.types import Lazy, Policy, Rule

_NAMES = [f.name for f in fields(Rule) if f.name not in ("leaks", "weak", "clean")]
_DIGEST = 32


def opened(policy: Policy) -> tuple[Sequence[Rule], Engine]:
    """The rules of the policy, without examples if they come from the cache, and their engine. Raises RuleError."""
    found = sources(policy.packs, policy.rule_files)
    path = FilePath(policy.cache_dir) / f"{_digest(found)}.book" if policy.cache_dir else None
    if path and (kept := _read(path)):
        return kept
    rules = tuple(load(found))
    engine = Engine(rules)
    if path:
        _write(path, rules, engine)
    return rules, engine


def _digest(found: Sequence[tuple[str, str, bytes]]) -> str:
    """Of the rule files, the code that compiles them, and the machine they are compiled for."""
    digest = hashlib.sha256(f"{__version__} {platform.machine()} {_cpu()}".encode())
    folder = FilePath(__file__).parent
    for module in ("dialect", "anchors", "engine", "sift", "rules", "book", "types"):
        at = (folder / f"{module}.py").stat()
        digest.update(f" {module} {at.st_size} {at.st_mtime_ns}".encode())
    for pack, name, content in found:
        digest.update(f"\0{pack}\0{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:_DIGEST]


def _cpu() -> str:
    """The features of this CPU, where that can be known cheaply: a cache folder may be shared between machines."""
    try:
        with open("/proc/cpuinfo", "rb") as info:
            flags = next((line for line in info if line.startswith((b"flags", b"Features"))), b"")
    except OSError:
        return platform.processor()
    return hashlib.sha256(flags).hexdigest()


def _read(path: FilePath) -> tuple[Sequence[Rule], Engine] | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    if hashlib.sha256(content[_DIGEST:]).digest() != content[:_DIGEST]:
        return None
    head, _, blobs = content[_DIGEST:].partition(b"\n")
    facts = orjson.loads(head)
    ends = [0, *accumulate(facts["sizes"])]
    try:
        engine = Engine.restore(facts, [blobs[start:end] for start, end in pairwise(ends)])
    except ValueError:
        return None
    rows = facts["rules"]
    return Lazy(len(rows), lambda index: _rule(rows[index])), engine


def _rule(row: list[Any]) -> Rule:
    return Rule(leaks=(), clean=(), **dict(zip(_NAMES, map(_frozen, row), strict=True)))


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _write(path: FilePath, rules: Sequence[Rule], engine: Engine) -> None:
    """Keep the book; a folder that cannot be written to only costs the next start its time."""
    facts, databases = engine.dump()
    rows = [[getattr(rule, name) for name in _NAMES] for rule in rules]
    content = orjson.dumps({**facts, "sizes": list(map(len, databases)), "rules": rows})
    content += b"\n" + b"".join(databases)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in sorted(path.parent.glob("*.book"), key=lambda p: p.stat().st_mtime)[:-_KEPT]:
            old.unlink(missing_ok=True)
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_bytes(hashlib.sha256(content).digest() + content)
        partial.replace(path)
    except OSError:
        return


_KEPT = 8
"""Books in the cache folder: enough for a few versions and sets of packs."""
