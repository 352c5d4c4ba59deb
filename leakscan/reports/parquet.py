"""Findings as Parquet, one row a finding, for SQL engines and data frames."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from leakscan.reports import About
from leakscan.reports.record import FLAT, SCHEMA, flat
from leakscan.reports.target import Target
from leakscan.types import Finding

BATCH = 16_384
"""Findings a row group: the same whatever sizes `write` is called with, so that the same findings are the same bytes."""

_TYPES = {"text": pa.string(), "number": pa.int64(), "list": pa.list_(pa.string())}


class _Parquet:
    def __init__(self, target: Target, about: About) -> None:
        self._target = target
        columns = [*FLAT, ("raw", "text")] if about.show_values else FLAT
        self._schema = pa.schema(
            [(name, _TYPES[kind]) for name, kind in columns],
            metadata={"schema": SCHEMA, "tool": f"leakscan {about.version}", "key_id": about.key_id},
        )
        self._rows = pq.ParquetWriter(target.file, self._schema, compression="zstd")
        self._waiting: list[Finding] = []

    def write(self, findings: Sequence[Finding]) -> None:
        self._waiting += findings
        while len(self._waiting) >= BATCH:
            self._put(self._waiting[:BATCH])
            del self._waiting[:BATCH]

    def _put(self, findings: list[Finding]) -> None:
        self._rows.write_table(pa.Table.from_pylist([flat(finding) for finding in findings], schema=self._schema))

    def close(self, coverage: Sequence[str] = ()) -> None:
        if self._waiting:
            self._put(self._waiting)
        self._rows.close()
        self._target.commit()

    def abort(self) -> None:
        if not self._target.file.closed:
            self._rows.close()
        self._target.discard()


def open_writer(target: Target, about: About) -> _Parquet:
    """A writer of Parquet."""
    return _Parquet(target, about)
