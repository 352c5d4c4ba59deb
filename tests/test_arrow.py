"""Arrow files, streams and Feather: every batch and column, and what a truncated file still holds."""

from __future__ import annotations

import io
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import feather

from leakscan.formats import arrow
from leakscan.types import Gap, Policy, Shard, Slice, Tally
from tests.test_columns import Found, columns, expected, found

TABLE = pa.table(
    {
        "text": pa.array(["one", None, "three", ""] * 3),
        "source": pa.array(["web", "web", None, "books"] * 3).dictionary_encode(),
        "messages": pa.array([[{"content": "hi", "n": 1234567}], None, [], [{"content": "yo", "n": 1}] * 2] * 3),
        "view": pa.array(["a view of more than twelve bytes", "short", None, ""] * 3, pa.string_view()),
    }
)


class Pipe(io.RawIOBase):
    """A stream that cannot go back."""

    def __init__(self, raw: bytes) -> None:
        self.held = io.BytesIO(raw)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self.held.readinto(buffer)


def read(stream: Any, size: int = 1 << 20) -> tuple[Counter[Found], Tally]:
    tally = Tally()
    blocks = arrow.blocks(stream, Slice(Shard("x", "", 0)), Policy(block_size=size), tally)
    held = found(blocks)  # type: ignore[arg-type]
    return Counter({item: count for item, count in held.items() if item[0] is not None}), tally


def walked(table: pa.Table) -> Counter[Found]:
    out: Counter[Found] = Counter()
    for name, column in zip(table.column_names, table.columns, strict=True):
        items = expected(column.combine_chunks())
        out.update((row, (name, *path[1:]), text, key) for row, path, text, key in items)
    return out


def ipc(table: pa.Table, layout: str, rows: int | None = None, **options: Any) -> bytes:
    sink = io.BytesIO()
    new = pa.ipc.new_file if layout == "file" else pa.ipc.new_stream
    with new(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table, max_chunksize=rows)
    return sink.getvalue()


@pytest.mark.parametrize("size", [1, 2, 3, 1 << 20])
@pytest.mark.parametrize("codec", [None, "lz4", "zstd"])
@pytest.mark.parametrize("rows", [1, 5, None])
@pytest.mark.parametrize("layout", ["file", "stream"])
def test_every_layout_gives_every_value(layout: str, rows: int | None, codec: str | None, size: int) -> None:
    held, tally = read(io.BytesIO(ipc(TABLE, layout, rows, compression=codec)), size)
    assert held == walked(TABLE)
    assert (tally.records, tally.gaps, tally.unread) == (12, [], False)
    assert list(tally.fields) == ["/text", "/source", "/messages/*/content", "/messages/*/n", "/view"]


def test_a_plain_file_is_mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.arrow"
    path.write_bytes(ipc(TABLE, "file", 5))
    monkeypatch.setattr(arrow, "KEEP", 1)
    with path.open("rb") as stream:
        held, tally = read(stream)
    assert held == walked(TABLE)
    assert tally.gaps == []


def test_large_batches_are_decoded_column_by_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow, "LARGE", 0)
    held, tally = read(io.BytesIO(ipc(TABLE, "file", 5, compression="zstd")))
    assert held == walked(TABLE)
    assert tally.records == 12


@pytest.mark.parametrize("codec", [None, "lz4", "zstd"])
def test_compression_is_told_from_the_first_batch(codec: str | None) -> None:
    source = pa.BufferReader(ipc(TABLE, "file", 5, compression=codec))
    assert arrow._is_compressed(source) is (codec is not None)


def test_a_stream_is_read_from_a_pipe() -> None:
    held, tally = read(Pipe(ipc(TABLE, "stream", 5)))
    assert held == walked(TABLE)
    assert tally.gaps == []


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.filterwarnings("ignore:Feather V1")
def test_both_feathers(tmp_path: Path, version: int) -> None:
    path = tmp_path / "t.feather"
    table = TABLE.select(["text"])
    feather.write_feather(table, path, version=version)
    with path.open("rb") as stream:
        held, tally = read(stream)
    assert held == walked(table)
    assert (tally.records, tally.gaps) == (12, [])


def test_schema_names_and_metadata_are_read() -> None:
    schema = pa.schema([pa.field("mail", pa.string(), metadata={"by": "bob"})], metadata={"note": "n"})
    tally = Tally()
    stream = io.BytesIO(ipc(schema.empty_table(), "file"))
    blocks = list(arrow.blocks(stream, Slice(Shard("x", "", 0)), Policy(), tally))
    assert {block.member for block in blocks} == {"schema"}  # type: ignore[attr-defined]
    assert sorted(item[2] for item in found(blocks)) == ["bob", "by", "mail", "n", "note"]  # type: ignore[arg-type]


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(columns(), st.integers(1, 4), st.sampled_from(["file", "stream"]), st.sampled_from([1, 2, 3, 1 << 20]))
def test_random_columns_are_read_back(array: pa.Array, rows: int, layout: str, size: int) -> None:
    table = pa.table({"c": array})
    try:
        raw = ipc(table, layout, rows)
    except pa.ArrowInvalid:
        return  # a dictionary that changes, which a file cannot hold
    held, tally = read(io.BytesIO(raw), size)
    assert held == Counter(expected(array))
    assert tally.gaps == []


# -- damage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["file", "stream"])
def test_the_batches_before_a_cut_are_read(layout: str) -> None:
    table = pa.table({"a": ["r0", "r1", "r2", "r3"]})
    raw = ipc(table, layout, 2)
    cut = raw[: raw.rindex(b"r2r3") + 2]
    held, tally = read(io.BytesIO(cut))
    assert held == Counter([(0, ("a",), "r0", False), (1, ("a",), "r1", False)])
    assert tally.gaps[-1] == Gap("coverage.truncated", "record 2", "the data end too early (OSError)")
    assert (tally.records, tally.unread, len(tally.gaps)) == (2, False, 2 if layout == "file" else 1)


@pytest.mark.parametrize("layout", ["file", "stream"])
def test_no_cut_is_silent_but_one_between_batches_of_a_stream(layout: str) -> None:
    raw = ipc(pa.table({"a": ["r0", "r1", "r2", "r3"]}), layout, 2)
    silent = {
        read(io.BytesIO(raw[:cut]))[1].records for cut in range(len(raw)) if not read(io.BytesIO(raw[:cut]))[1].gaps
    }
    assert silent == (set() if layout == "file" else {0, 2, 4})


def test_nothing_readable_is_unread() -> None:
    held, tally = read(io.BytesIO(b"ARROW1\0\0 and then noise"))
    assert (held, tally.unread) == (Counter(), True)
    assert [gap.at for gap in tally.gaps] == ["footer", "record 0"]


def test_damaged_offsets_cost_their_column() -> None:
    raw = bytearray(ipc(pa.table({"a": ["xx", "yy"], "b": ["b0", "b1"]}), "file"))
    at = raw.index((0).to_bytes(4, "little") + (2).to_bytes(4, "little") + (4).to_bytes(4, "little"))
    raw[at + 4 : at + 8] = (99).to_bytes(4, "little")
    held, tally = read(io.BytesIO(bytes(raw)))
    assert held == Counter([(0, ("b",), "b0", False), (1, ("b",), "b1", False)])
    where = "record batch 0, from record 0, column a"
    assert tally.gaps == [Gap("coverage.decode_error", where, "damaged data (ArrowInvalid)")]
    assert (tally.records, tally.unread) == (2, False)


def test_importing_the_reader_does_not_import_pyarrow() -> None:
    code = "import sys, leakscan.formats.arrow; print('pyarrow' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"
