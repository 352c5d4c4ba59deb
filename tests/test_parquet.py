"""Parquet shards: every row group, column and footer entry, and what is damaged is named while the rest is read."""

from __future__ import annotations

import base64
import datetime
import decimal
import io
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow.parquet import encryption

from leakscan.formats import parquet
from leakscan.types import Block, Gap, Place, Policy, Shard, Slice, Tally
from tests.test_columns import Found, columns, expected, found

CODECS = ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]


def shard(path: Path) -> Shard:
    return Shard(path.name, str(path), path.stat().st_size)


def read(path: Path, part: Slice | None = None, size: int = 1 << 20) -> tuple[list[Block], Tally]:
    tally = Tally()
    with path.open("rb") as stream:
        policy = Policy(block_size=size)
        blocks = list(parquet.blocks(stream, part or Slice(shard(path), 0, 0, None, "parquet"), policy, tally))
    return blocks, tally


def rows(blocks: list[Block]) -> Counter[Found]:
    """What the columns hold; the footer left aside."""
    return Counter({item: count for item, count in found(blocks).items() if item[0] is not None})  # type: ignore[arg-type]


def footer(blocks: list[Block]) -> list[tuple[Any, ...]]:
    held = found(blocks)  # type: ignore[arg-type]
    return sorted(item[1:] for item in held if item[0] is None)


def walked(table: pa.Table) -> Counter[Found]:
    """The oracle of test_columns over every column of a table."""
    out: Counter[Found] = Counter()
    for name, column in zip(table.column_names, table.columns, strict=True):
        first = 0
        for chunk in column.chunks:
            out.update((row, (name, *path[1:]), text, key) for row, path, text, key in expected(chunk, first))
            first += len(chunk)
    return out


# -- rows ---------------------------------------------------------------------------------------------------------

TABLE = pa.table(
    {
        "text": pa.array(["one", None, "three", "", "five"] * 3),
        "source": pa.array(["web", "web", "books", None, "web"] * 3).dictionary_encode(),
        "messages": pa.array(
            [[{"role": "user", "content": "hi"}], None, [], [{"role": "bot", "content": "yo"}] * 2, []] * 3
        ),
        "attrs": pa.array(
            [[("ssn", "1"), ("x", None)], None, [], [("x", "2")], []] * 3, pa.map_(pa.string(), pa.string())
        ),
        "card": pa.array([4539148803436467, 7, None, 1234567, 0] * 3),
        "amount": pa.array([decimal.Decimal("536228734.00"), None, decimal.Decimal("1.50"), None, None] * 3),
        "when": pa.array([datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)] * 15),
        "born": pa.array([datetime.date(1987, 4, 12)] * 15),
        "raw": pa.array([b"\xff\x00", b"ok", None, b"", b"z"] * 3),
        "fixed": pa.array([b"abc", b"def", None, b"ghi", b"jkl"] * 3, pa.binary(3)),
        "view": pa.array(["a view of more than twelve bytes", "short", None, "", "x"] * 3, pa.string_view()),
        "large": pa.array([["x"], [], None, ["y", "z"], [None]] * 3, pa.large_list(pa.large_string())),
    }
)


@pytest.mark.parametrize("codec", CODECS)
def test_every_codec_gives_every_value_at_its_row(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(TABLE, path, compression=codec, row_group_size=4)
    blocks, tally = read(path)
    assert rows(blocks) == walked(TABLE)
    assert (tally.records, tally.gaps, tally.unread) == (15, [], False)
    assert list(tally.fields) == [
        "/text",
        "/source",
        "/messages/*/role",
        "/messages/*/content",
        "/attrs/*",
        "/card",
        "/amount",
        "/when",
        "/born",
        "/raw",
        "/fixed",
        "/view",
        "/large/*",
    ]


@pytest.mark.parametrize(
    "options",
    [
        {"use_dictionary": False},
        {"data_page_version": "2.0"},
        {"dictionary_pagesize_limit": 4, "data_page_size": 8, "write_batch_size": 2},
        {"use_dictionary": False, "column_encoding": {"text": "DELTA_BYTE_ARRAY", "card": "DELTA_BINARY_PACKED"}},
        {"use_dictionary": False, "column_encoding": {"text": "DELTA_LENGTH_BYTE_ARRAY", "fixed": "BYTE_STREAM_SPLIT"}},
        {"store_schema": False},
        {"version": "1.0"},
        {"use_byte_stream_split": ["card"], "use_dictionary": ["text"]},
    ],
    ids=repr,
)
@pytest.mark.parametrize("size", [1, 2, 3, 1 << 20])
def test_encodings_and_block_sizes_change_nothing(tmp_path: Path, options: dict[str, Any], size: int) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(TABLE, path, row_group_size=7, **options)
    assert rows(read(path, size=size)[0]) == walked(TABLE)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(columns(), st.integers(1, 4), st.sampled_from([1, 2, 3, 1 << 20]))
def test_random_columns_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, array: pa.Array, cut: int, size: int
) -> None:
    path = tmp_path_factory.mktemp("random") / "t.parquet"
    try:
        pq.write_table(pa.table({"c": array}), path, row_group_size=cut)
        table = pq.read_table(path)
    except (pa.ArrowException, OSError):
        return  # of a type Parquet does not have
    assert rows(read(path, size=size)[0]) == walked(table)


def test_row_groups_and_records_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": ["r0", "r1", "r2", "r3", "r4"]}), path, row_group_size=2, use_dictionary=False)
    seen = []
    for block in read(path)[0]:
        for unit in sorted(set(block.units(range(1, len(block.data) + 1))) - {-1}):
            [leaf] = block.leaves(unit)
            seen += [(leaf.text, place) for [place] in block.places(unit, leaf, [(0, 1)]) if place.member is None]
    assert seen == [(f"r{n}", Place(n, ("a",), row_group=n // 2)) for n in range(5)]


def test_a_repeated_string_is_scanned_once_a_row_group(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"prompt": ["You are a helpful bot. " * 40] * 5000}), path)
    blocks = [block for block in read(path, size=4096)[0] if block.path == ("prompt",)]
    assert [len(block.data) for block in blocks] == [23 * 40]
    assert rows(blocks).total() == 5000


def test_names_with_dots_are_their_own_columns(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    table = pa.table({"a": [{"b": "inner"}], "a.b": ["outer"], "a.b.c": [["x"]]})
    pq.write_table(table, path)
    assert rows(read(path)[0]) == walked(table)


def test_what_a_stream_wraps_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(TABLE, path)
    tally = Tally()
    stream = io.BytesIO(path.read_bytes())
    blocks = list(parquet.blocks(stream, Slice(Shard("x", "", 0)), Policy(), tally))
    assert rows(blocks) == walked(TABLE)
    assert tally.gaps == []


# -- slices ---------------------------------------------------------------------------------------------------------


def test_slices_cut_between_row_groups_and_cover_them_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(TABLE, path, row_group_size=2)
    monkeypatch.setattr(parquet, "SLICE", 1)
    parts = parquet.slices(shard(path), Policy())
    assert [(part.index, part.start, part.stop) for part in parts] == [(n, n, n + 1) for n in range(7)] + [(7, 7, None)]
    whole, tally = read(path)
    pieces = [read(path, part) for part in parts]
    assert found([block for blocks, _ in pieces for block in blocks]) == found(whole)  # type: ignore[arg-type, misc]
    assert sum(piece.records for _, piece in pieces) == tally.records == 15
    assert sum(piece.bytes for _, piece in pieces) == tally.bytes
    assert [bool(footer(blocks)) for blocks, _ in pieces] == [True] + [False] * 7


def test_small_row_groups_share_a_slice(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(TABLE, path, row_group_size=2)
    assert parquet.slices(shard(path), Policy()) == [Slice(shard(path), 0, 0, None, "parquet")]


def test_a_file_that_is_not_parquet_is_one_slice(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(b"PAR1 nothing")
    assert parquet.slices(shard(path), Policy()) == [Slice(shard(path), 0, 0, None, "parquet")]


# -- the footer -----------------------------------------------------------------------------------------------------


def test_the_footer_has_names_metadata_and_statistics(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    fields = [
        pa.field("mail", pa.string(), metadata={"owner": "data team"}),
        pa.field("n", pa.int64()),
        pa.field("d", pa.decimal128(12, 2)),
        pa.field("raw", pa.binary()),
    ]
    values = [
        ["a@x.io", "b@x.io"],
        [1, 536228734],
        [decimal.Decimal("1.00"), decimal.Decimal("12345.67")],
        [b"\xff", b"\xfe"],
    ]
    schema = pa.schema(fields, metadata={"note": "ask bob", "pandas": '{"index": 1}'})
    pq.write_table(pa.table(values, schema=schema), path, row_group_size=1)
    assert footer(read(path)[0]) == sorted(
        [
            *[(("schema", name), name, True) for name in ("mail", "n", "d", "raw")],
            (("schema", "mail", "metadata", "owner"), "owner", True),
            (("schema", "mail", "metadata", "owner"), "data team", False),
            (("key_value_metadata", "note"), "note", True),
            (("key_value_metadata", "note"), "ask bob", False),
            (("key_value_metadata", "pandas"), "pandas", True),
            (("key_value_metadata", "pandas"), '{"index": 1}', False),
            (("created_by",), f"parquet-cpp-arrow version {pa.__version__}", False),
            *[
                (("row_groups", group, "columns", name, "statistics", side), text, False)
                for side in ("min", "max")
                for group, name, text in [
                    (0, "mail", "a@x.io"),
                    (1, "mail", "b@x.io"),
                    (1, "n", "536228734"),
                    (1, "d", "12345.67"),
                    (0, "raw", "\udcff"),
                    (1, "raw", "\udcfe"),
                ]
            ],
        ]
    )


def test_statistics_name_their_row_group(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": ["x", "y"]}), path, row_group_size=1)
    [block] = [b for b in read(path)[0] if b.path == ("row_groups", "columns", "a", "statistics", "max")]
    [leaf] = block.leaves(1)
    where = ("row_groups", 1, "columns", "a", "statistics", "max")
    assert list(block.places(1, leaf, [(0, 1)])) == [[Place(None, where, row_group=1, member="footer")]]


# -- damage ---------------------------------------------------------------------------------------------------------


def test_a_corrupt_page_costs_its_column_in_its_row_group(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    table = pa.table({"a": ["a0", "a1", "a2", "a3"], "b": ["b0", "b1", "b2", "b3"]})
    pq.write_table(table, path, row_group_size=2, compression="zstd", use_dictionary=False)
    chunk = pq.read_metadata(path).row_group(1).column(0)
    raw = bytearray(path.read_bytes())
    end = chunk.data_page_offset + chunk.total_compressed_size
    raw[end - 12 : end] = b"\xaa" * 12
    path.write_bytes(raw)
    blocks, tally = read(path)
    kept = walked(table)
    assert rows(blocks) == Counter({item: 1 for item in kept if item[2] not in ("a2", "a3")})
    assert tally.gaps == [
        Gap("coverage.decode_error", "row group 1, column a, from record 2", "damaged data (ArrowInvalid)")
    ]
    assert (tally.unread, tally.records) == (False, 4)


@pytest.mark.parametrize("keep", [0, 3, 100, -1])
def test_a_truncated_file_is_named(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(TABLE, path)
    path.write_bytes(path.read_bytes()[:keep])
    blocks, tally = read(path)
    assert blocks == []
    assert tally.unread
    assert [(gap.kind, gap.at) for gap in tally.gaps] == [("coverage.truncated", "footer")]


def test_a_footer_of_noise_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(b"PAR1" + b"\x99" * 64 + (60).to_bytes(4, "little") + b"PAR1")
    blocks, tally = read(path)
    assert (blocks, tally.unread, [gap.kind for gap in tally.gaps]) == ([], True, ["coverage.decode_error"])


class Kms(encryption.KmsClient):  # type: ignore[misc]
    """Keys wrapped in nothing: enough to write encrypted files."""

    def __init__(self, config: object) -> None:
        super().__init__()

    def wrap_key(self, key: bytes, master: str) -> bytes:
        return base64.b64encode(key)

    def unwrap_key(self, wrapped: bytes, master: str) -> bytes:
        return base64.b64decode(wrapped)


def encrypted(path: Path, table: pa.Table, *, plaintext_footer: bool) -> None:
    config = encryption.EncryptionConfiguration(
        footer_key="f", column_keys={"k": ["secret"]}, plaintext_footer=plaintext_footer
    )
    factory = encryption.CryptoFactory(Kms)
    properties = factory.file_encryption_properties(encryption.KmsConnectionConfig(), config)
    with pq.ParquetWriter(path, table.schema, encryption_properties=properties) as writer:
        writer.write_table(table, row_group_size=1)


def test_an_encrypted_footer_hides_the_file(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    encrypted(path, pa.table({"open": ["o"], "secret": ["s"]}), plaintext_footer=False)
    blocks, tally = read(path)
    assert (blocks, tally.unread) == ([], True)
    assert tally.gaps == [Gap("coverage.encrypted", "footer", "encrypted, and no key was given")]
    assert parquet.slices(shard(path), Policy()) == [Slice(shard(path), 0, 0, None, "parquet")]


def test_an_encrypted_column_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    encrypted(path, pa.table({"secret": ["s0", "s1"], "open": ["o0", "o1"]}), plaintext_footer=True)
    blocks, tally = read(path)
    assert rows(blocks) == Counter([(0, ("open",), "o0", False), (1, ("open",), "o1", False)])
    assert tally.gaps == [
        Gap("coverage.encrypted", "footer", "statistics are not read where columns are encrypted")
    ] + [
        Gap("coverage.encrypted", f"row group {n}, column secret, from record {n}", "encrypted, and no key was given")
        for n in range(2)
    ]
    assert len(parquet.slices(shard(path), Policy())) == 1


def test_importing_the_reader_does_not_import_pyarrow() -> None:
    code = "import sys, leakscan.formats.parquet; print('pyarrow' in sys.modules, 'numpy' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "False False\n"
    )
