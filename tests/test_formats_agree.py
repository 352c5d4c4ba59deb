"""The same records give the same findings whatever they are stored as."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
from collections.abc import Callable
from pathlib import Path as FilePath

import lz4.frame
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from pyarrow import feather

from leakscan import scanning
from leakscan.types import Shard, Slice
from tests import shipped

Rows = list[dict[str, str]]
Place = tuple[int | None, str, str, int, int, str]


def rows() -> Rows:
    """Every leak example as a cell, among clean ones; a row a rule."""
    out = []
    for number, (_, text, _, path) in enumerate(shipped.leaks()):
        if text.lstrip()[:1] in ("{", "[") or "\r" in text or path:
            continue
        out.append({"id": f"row {number}", "text": text, "note": "nothing to see, é 世 😀"})
    return out


def lines(data: Rows) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=number % 2 == 0).encode() + b"\n" for number, row in enumerate(data))


def array(data: Rows) -> bytes:
    return json.dumps(data, indent=1).encode()


def parquet(codec: str, **options: object) -> Callable[[Rows], bytes]:
    def write(data: Rows) -> bytes:
        sink = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(data), sink, compression=codec, row_group_size=17, **options)
        return sink.getvalue()

    return write


def feathered(codec: str) -> Callable[[Rows], bytes]:
    def write(data: Rows) -> bytes:
        sink = io.BytesIO()
        feather.write_feather(pa.Table.from_pylist(data), sink, compression=codec, chunksize=19)
        return sink.getvalue()

    return write


def table(delimiter: str, encoding: str = "utf-8") -> Callable[[Rows], bytes]:
    def write(data: Rows) -> bytes:
        sink = io.StringIO(newline="")
        writer = csv.DictWriter(sink, list(data[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(data)
        return sink.getvalue().encode(encoding)

    return write


STORED: dict[str, Callable[[Rows], bytes]] = {
    "a.json": array,
    "a.jsonl.gz": lambda data: gzip.compress(lines(data)),
    "a.jsonl.zst": lambda data: zstandard.compress(lines(data)),
    "a.jsonl.bz2": lambda data: bz2.compress(lines(data)),
    "a.jsonl.xz": lambda data: lzma.compress(lines(data)),
    "a.jsonl.lz4": lambda data: lz4.frame.compress(lines(data)),
    "utf-16.jsonl": lambda data: lines(data).decode().encode("utf-16"),
    "utf-32.json": lambda data: array(data).decode().encode("utf-32-be"),
    "bom.jsonl": lambda data: b"\xef\xbb\xbf" + lines(data),
    "crlf.jsonl": lambda data: lines(data).replace(b"\n", b"\r\n"),
    "wrong-name.txt": lines,
    **{f"{codec}.parquet": parquet(codec) for codec in ("none", "snappy", "zstd", "gzip", "brotli", "lz4")},
    "plain.parquet": parquet("zstd", use_dictionary=False, data_page_version="2.0"),
    "wrong-name.csv": parquet("snappy"),
    "a.parquet.gz": lambda data: gzip.compress(parquet("none")(data)),
    **{f"{codec}.feather": feathered(codec) for codec in ("uncompressed", "zstd", "lz4")},
    "a.arrow.zst": lambda data: zstandard.compress(feathered("uncompressed")(data)),
    "a.csv": table(","),
    "a.tsv": table("\t"),
    "semicolon.csv": table(";"),
    "utf-16.csv": table(",", "utf-16"),
    "a.csv.gz": lambda data: gzip.compress(table(",")(data)),
}


def scan(path: FilePath) -> list[Place]:
    outcome = scanning.scan_slice(shipped.detector(), Slice(Shard(path.name, str(path), path.stat().st_size)))
    assert (outcome.crash, outcome.tally.gaps, outcome.tally.unread) == ("", [], False)
    return sorted(
        (f.location.record, f.location.pointer, f.rule, f.location.start, f.location.end, f.fingerprint)
        for f in outcome.findings
        if f.location.record is not None  # footers have findings of their own
    )


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> list[Place]:
    path = tmp_path_factory.mktemp("plain") / "a.jsonl"
    path.write_bytes(lines(rows()))
    found = scan(path)
    assert len({rule for _, _, rule, _, _, _ in found}) > 80
    return found


@pytest.mark.parametrize("name", list(STORED))
def test_records_give_the_same_findings_stored_as(name: str, tmp_path: FilePath, wanted: list[Place]) -> None:
    path = tmp_path / name
    path.write_bytes(STORED[name](rows()))
    assert scan(path) == wanted
