"""The Python interface: scan paths, texts, records and tables, without a command line or files.

Findings are the same, from the same engine, as those of `leakscan scan`. Like there, nothing is skipped in silence:
what could not be read stands in `gaps`.
"""

from __future__ import annotations

import io
import itertools
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from leakscan import policy
from leakscan.formats import jsonl
from leakscan.scanning import detector, run
from leakscan.types import Block, Finding, Gap, Policy, Shard, Slice, Tally

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 1024
"""Records that are looked at together."""


class Scan:
    """A running scan of paths: iterate over it, once, for the findings in order.

    `gaps` grows as it goes: (uri, gap) for everything that was not read; after the last finding it is whole.
    """

    def __init__(self, paths: Sequence[str], resolved: Policy) -> None:
        self.gaps: list[tuple[str, Gap]] = []
        self._findings = self._run(paths, resolved)

    def _run(self, paths: Sequence[str], resolved: Policy) -> Iterator[Finding]:
        for outcome in run(paths, resolved):
            self.gaps += [(outcome.slice.shard.uri, gap) for gap in outcome.tally.gaps]
            yield from outcome.findings

    def __iter__(self) -> Iterator[Finding]:
        return self._findings


def scan(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    packs: Sequence[str] = (),
    rules: Sequence[str] = (),
    min_confidence: str = "medium",
    jobs: int = 1,
    show_values: bool = False,
    key: str = "",
) -> Scan:
    """Scan files, folders and globs. `key` overrules the configured key of the fingerprints.

    Raises LeakscanError for a wrong argument or rule file. What cannot be read is a gap, not an exception. With more
    than one job call it below ``if __name__ == "__main__":``.
    """
    listed = [paths] if isinstance(paths, str | os.PathLike) else paths
    return Scan([os.fspath(path) for path in listed], _policy(packs, rules, min_confidence, show_values, key, jobs))


class Scanner:
    """The rules, compiled once, to scan what is in memory. Not for use by several threads at a time.

    Locations have no line and no bytes, since there is no file. `gaps` collects what could not be examined.
    """

    def __init__(
        self,
        *,
        packs: Sequence[str] = (),
        rules: Sequence[str] = (),
        min_confidence: str = "medium",
        show_values: bool = False,
        key: str = "",
    ) -> None:
        self._policy = _policy(packs, rules, min_confidence, show_values, key, 1)
        self._detector = detector(self._policy)
        self.gaps: list[Gap] = []

    def scan_text(self, text: str, uri: str = "text") -> list[Finding]:
        """The findings in a text; `start` and `end` of their locations are its code points."""
        found = self._in(_json([text]), uri, "text")
        return [replace(f, location=replace(f.location, record=None)) for f in found]

    def scan_records(self, records: Iterable[Any], uri: str = "records") -> Iterator[Finding]:
        """The findings in records (dicts, lists, strings and numbers, nested); drawn from lazily, in order."""
        source = iter(records)
        done = 0
        while batch := list(itertools.islice(source, _BATCH)):
            for finding in self._in(_json(batch), uri, "records"):
                at = finding.location
                yield replace(finding, location=replace(at, record=done + (at.record or 0)))
            done += len(batch)

    def scan_table(self, table: pa.Table, uri: str = "table") -> Iterator[Finding]:
        """The findings in an Arrow table: its cells, column names and metadata; column by column in each batch."""
        from leakscan.formats.columns import column_blocks  # noqa: PLC0415 - brings pyarrow
        from leakscan.formats.schema import schema_blocks  # noqa: PLC0415 - the same

        tally = Tally(format="table")
        blocks: list[Iterator[Block]] = [iter(schema_blocks(table.schema, "schema"))]
        for batch in table.to_batches():
            for number, name in enumerate(batch.schema.names):
                blocks.append(column_blocks(batch.column(number), name, tally.records, self._policy.block_size))
            tally.records += batch.num_rows
        yield from self._findings(itertools.chain.from_iterable(blocks), uri, tally)

    def _in(self, data: bytes, uri: str, format_: str) -> Iterator[Finding]:
        tally = Tally(format=format_)
        part = Slice(Shard(uri, "", len(data)))
        for finding in self._findings(jsonl.blocks(io.BytesIO(data), part, self._policy, tally), uri, tally):
            location = replace(finding.location, format=format_, line=None, byte_start=None, byte_end=None)
            yield replace(finding, location=location)

    def _findings(self, blocks: Iterable[Block], uri: str, tally: Tally) -> Iterator[Finding]:
        for block in blocks:
            yield from self._detector.findings(block, uri, tally)[0]
        self.gaps += tally.gaps


def _policy(
    packs: Sequence[str], rules: Sequence[str], min_confidence: str, show_values: bool, key: str, jobs: int
) -> Policy:
    return policy.resolve(
        {**os.environ, "LEAKSCAN_KEY": key} if key else os.environ,
        packs=packs,
        rule_files=rules,
        min_confidence=min_confidence,
        show_values=show_values,
        jobs=jobs,
    )


def _json(records: Iterable[Any]) -> bytes:
    return b"".join(map(_line, records))


def _line(record: Any) -> bytes:
    try:
        return orjson.dumps(record, default=_plain, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:  # lone surrogates, integers beyond 64 bits
        return json.dumps(record, default=_plain).encode() + b"\n"


def _plain(value: Any) -> str:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | bytearray | memoryview) else str(value)
