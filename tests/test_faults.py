"""What cannot be read is named, exactly and once, changes the exit code, and costs nothing but itself."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path as FilePath
from typing import Any, BinaryIO

import lz4.frame
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from leakscan import scanning, storage
from leakscan.__main__ import main
from leakscan.types import Shard

SSN = "536-22-8734"
LEAK = json.dumps({"text": f"my ssn is {SSN}"}).encode() + b"\n"
CLEAN = b'{"text": "nothing to see"}\n'
Result = tuple[int, list[dict[str, Any]], list[dict[str, Any]]]
Run = Callable[..., Result]
Entry = dict[str, Any]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> FilePath:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def run(tmp_path: FilePath, monkeypatch: pytest.MonkeyPatch, cache: FilePath) -> Iterator[Run]:
    """Scan files of the working folder: exit code, the manifest's lines for shards, findings."""
    monkeypatch.setenv("LEAKSCAN_KEY", "test")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path / "data")
    handler = signal.getsignal(signal.SIGTERM)

    def call(*args: str) -> Result:
        code = main(["scan", *args, "-q", "-o", "../f.jsonl", "--manifest", "../m.jsonl"])
        lines = [json.loads(line) for line in (tmp_path / "m.jsonl").read_text().splitlines()]
        found = [json.loads(line) for line in (tmp_path / "f.jsonl").read_text().splitlines()]
        gaps = [gap["kind"] for line in lines[:-1] for gap in line["coverage"]]
        assert lines[-1]["totals"]["coverage"] == {kind: gaps.count(kind) for kind in sorted(set(gaps))}
        return code, lines[:-1], found

    yield call
    signal.signal(signal.SIGTERM, handler)


def gaps(lines: list[Entry]) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    return [
        (line["uri"], line["status"], [(gap["kind"], gap["at"], gap["detail"]) for gap in line["coverage"]])
        for line in lines
    ]


def uris(found: list[Entry]) -> set[str]:
    return {finding["location"]["uri"] for finding in found}


def both(run: Run, name: str) -> tuple[list[tuple[str, str, str]], str, Entry]:
    """Scan a faulty shard alone (nothing found: 3), then beside one that leaks (1); its coverage, status and line."""
    FilePath("zz.jsonl").write_bytes(LEAK)
    code, alone, found = run(name)
    assert (code, found) == (3, [])
    code, lines, found = run(".")
    assert code == 1
    assert uris(found) == {"./zz.jsonl"}
    assert [line["status"] for line in lines if line["uri"] == "./zz.jsonl"] == ["scanned"]
    [(_, status, entries)] = gaps(alone)
    beside = [line for line in lines if line["uri"] == f"./{name}"]
    assert [gaps([{**line, "uri": name}])[0] for line in beside] == gaps(alone)
    return entries, status, alone[0]


# -- what is not there, or cannot be opened ----------------------------------------------------------------------


def test_a_missing_path(run: Run) -> None:
    code, lines, _ = run("nosuch.jsonl")
    assert (code, gaps(lines)) == (
        3,
        [("nosuch.jsonl", "unread", [("coverage.missing", "shard", "no such file or directory")])],
    )


def test_a_pattern_without_a_match(run: Run) -> None:
    code, lines, _ = run("*.nosuch")
    assert (code, gaps(lines)) == (
        3,
        [("*.nosuch", "unread", [("coverage.missing", "shard", "no file matches the pattern")])],
    )


def test_a_dangling_link(run: Run) -> None:
    FilePath("link.jsonl").symlink_to("nowhere")
    entries, status, _ = both(run, "link.jsonl")
    assert (entries, status) == ([("coverage.missing", "shard", "a symbolic link to nothing")], "unread")


def test_a_link_to_itself(run: Run) -> None:
    FilePath("loop.jsonl").symlink_to("loop.jsonl")
    entries, status, _ = both(run, "loop.jsonl")
    assert (entries, status) == ([("coverage.unreadable", "shard", os.strerror(40).lower())], "unread")


def test_a_link_back_to_the_directory_above(run: Run) -> None:
    FilePath("sub").mkdir()
    FilePath("sub/a.jsonl").write_bytes(LEAK)
    FilePath("sub/up").symlink_to("..")
    code, lines, found = run(".")
    assert (code, len(found)) == (1, 1)
    assert gaps(lines) == [
        ("./sub/a.jsonl", "scanned", []),
        ("./sub/up", "scanned", []),  # a note says where
    ]


def test_links_are_followed(run: Run) -> None:
    FilePath("../blob").write_bytes(LEAK)
    FilePath("a.jsonl").symlink_to("../blob")
    assert run(".")[0] == 1


def test_a_file_without_permission(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    FilePath("secret.jsonl").write_bytes(LEAK)
    os.chmod("secret.jsonl", 0)
    if os.access("secret.jsonl", os.R_OK):  # root may read it all the same
        refuse(monkeypatch, "secret.jsonl", PermissionError(13, os.strerror(13)))
    entries, status, _ = both(run, "secret.jsonl")
    assert [(kind, at, detail.lower()) for kind, at, detail in entries] == [
        ("coverage.unreadable", "shard", "permission denied")
    ]
    assert status == "unread"


def refuse(monkeypatch: pytest.MonkeyPatch, name: str, error: OSError) -> None:
    opened = storage.open_shard

    def open_shard(shard: Shard) -> BinaryIO:
        if shard.path.endswith(name):
            raise error
        return opened(shard)

    monkeypatch.setattr(storage, "open_shard", open_shard)


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.txt", "a.json", "a.parquet", "a.jsonl.gz"])
def test_a_disk_that_fails_while_reading(run: Run, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    class Failing(io.FileIO):
        def read(self, size: int = -1, /) -> Any:
            if self.tell() >= 1 << 17:
                raise OSError(5, os.strerror(5))
            return super().read(min(size, 1 << 16) if size >= 0 else 1 << 16)

    rows = [f"{i},words {i * 7919 % 104729:x},more" for i in range(60_000)]
    plain = {
        "a.jsonl": "\n".join(json.dumps({"text": row}) for row in rows).encode(),
        "a.csv": ("a,b,c\n" + "\n".join(rows)).encode(),
        "a.txt": "\n".join(row.replace(",", " ") for row in rows).encode(),
        "a.json": json.dumps([{"text": row} for row in rows]).encode(),
    }
    sink = io.BytesIO()
    pq.write_table(pa.table({"text": rows}), sink, row_group_size=10_000)
    content = {**plain, "a.parquet": sink.getvalue(), "a.jsonl.gz": gzip.compress(plain["a.jsonl"], 1)}[name]
    FilePath(name).write_bytes(content)
    opened = storage.open_shard
    monkeypatch.setattr(storage, "open_shard", lambda s: Failing(s.path) if s.path.endswith(name) else opened(s))
    if name == "a.parquet":  # which Arrow opens by itself where it can
        from leakscan.formats import parquet

        monkeypatch.setattr(parquet, "native", lambda stream: pa.PythonFile(stream, mode="r"))
    entries, status, _ = both(run, name)
    assert entries[0][0] == "coverage.decode_error" if name == "a.parquet" else "coverage.unreadable"
    assert {kind for kind, _, _ in entries[1:]} <= {"coverage.malformed", "coverage.decode_error", "coverage.truncated"}
    assert status in ("partial", "unread")


# -- compressed --------------------------------------------------------------------------------------------------

LINES = b"".join(json.dumps({"n": i, "text": f"words {i * 7919 % 104729:x}"}).encode() + b"\n" for i in range(20_000))
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "zst": zstandard.ZstdCompressor(write_checksum=True).compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lz4": lambda data: lz4.frame.compress(data, content_checksum=True),
}


@pytest.mark.parametrize("ending", list(COMPRESS))
def test_compressed_data_that_end_early(run: Run, ending: str) -> None:
    whole = COMPRESS[ending](LINES)
    FilePath(f"a.jsonl.{ending}").write_bytes(whole[: len(whole) * 2 // 3])
    entries, status, line = both(run, f"a.jsonl.{ending}")
    assert [kind for kind, _, _ in entries if kind != "coverage.malformed"] == ["coverage.truncated"]
    assert (status, line["records"] > 0) == (("unread", False) if ending == "bz2" else ("partial", True))


@pytest.mark.parametrize("ending", list(COMPRESS))
def test_compressed_data_with_a_wrong_checksum(run: Run, ending: str) -> None:
    whole = bytearray(COMPRESS[ending](CLEAN * 50))
    at = {"gz": -8, "zst": -1, "bz2": -2, "xz": len(whole) // 2, "lz4": -1}[ending]
    whole[at] ^= 0x41
    FilePath(f"a.jsonl.{ending}").write_bytes(whole)
    entries, status, _ = both(run, f"a.jsonl.{ending}")
    assert [kind for kind, _, _ in entries if kind != "coverage.malformed"] == ["coverage.decode_error"]
    assert status in ("partial", "unread")


def test_what_was_read_before_the_data_end_is_scanned(run: Run) -> None:
    whole = gzip.compress(LEAK + LINES)
    FilePath("a.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    code, lines, found = run("a.jsonl.gz")
    assert (code, [f["rule"] for f in found], lines[0]["status"]) == (1, ["US_SSN"], "partial")


def test_a_gzip_bomb(run: Run) -> None:
    FilePath("a.txt.gz").write_bytes(gzip.compress(bytes(64 << 20)))
    entries, status, _ = both(run, "a.txt.gz")
    assert [kind for kind, _, _ in entries] == ["coverage.bomb"]
    assert entries[0][2] == "expands more than 250 to 1; the rest was not read"
    assert status == "partial"


# -- Parquet -----------------------------------------------------------------------------------------------------


def parquet(**options: Any) -> bytes:
    sink = io.BytesIO()
    texts = [f"words {number * 7919 % 104729:x}" for number in range(4000)]
    pq.write_table(pa.table({"text": texts, "more": texts}), sink, row_group_size=1000, **options)
    return sink.getvalue()


def test_a_parquet_file_that_ends_early(run: Run) -> None:
    FilePath("a.parquet").write_bytes(parquet()[:-100])
    entries, status, _ = both(run, "a.parquet")
    assert (entries, status) == ([("coverage.truncated", "footer", "the file ends too early (ArrowInvalid)")], "unread")


def test_a_parquet_file_with_a_damaged_page_loses_that_column_of_that_row_group(run: Run) -> None:
    raw = bytearray(parquet(use_dictionary=False, compression="zstd"))
    group = pq.read_metadata(io.BytesIO(bytes(raw))).row_group(1)
    at = group.column(0).data_page_offset
    raw[at + 40 : at + 140] = bytes(100)
    FilePath("a.parquet").write_bytes(raw)
    entries, status, line = both(run, "a.parquet")
    assert [(kind, at) for kind, at, _ in entries] == [
        ("coverage.decode_error", "row group 1, column text, from record 1000")
    ]
    assert (status, line["records"]) == ("partial", 4000)


def encrypted(plaintext_footer: bool) -> bytes:
    pe = pytest.importorskip("pyarrow.parquet.encryption")

    class Client(pe.KmsClient):  # type: ignore[misc, name-defined]
        def wrap_key(self, key_bytes: bytes, master_key_identifier: str) -> bytes:
            return key_bytes.hex().encode()

        def unwrap_key(self, wrapped_key: bytes, master_key_identifier: str) -> bytes:
            return bytes.fromhex(wrapped_key.decode())

    factory = pe.CryptoFactory(lambda _: Client())
    config = pe.EncryptionConfiguration(
        footer_key="footer", column_keys={"column": ["text"]}, plaintext_footer=plaintext_footer, double_wrapping=False
    )
    properties = factory.file_encryption_properties(pe.KmsConnectionConfig(), config)
    table = pa.table({"text": [f"ssn {SSN}"] * 10, "open": [f"words {number}" for number in range(10)]})
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, table.schema, encryption_properties=properties) as writer:
        writer.write_table(table)
    return sink.getvalue()


def test_an_encrypted_parquet_file(run: Run) -> None:
    FilePath("a.parquet").write_bytes(encrypted(plaintext_footer=False))
    entries, status, _ = both(run, "a.parquet")
    assert [kind for kind, _, _ in entries] == ["coverage.encrypted"]
    assert status == "unread"


def test_a_parquet_file_with_an_encrypted_column(run: Run) -> None:
    FilePath("a.parquet").write_bytes(encrypted(plaintext_footer=True))
    entries, status, line = both(run, "a.parquet")
    assert {kind for kind, _, _ in entries} == {"coverage.encrypted"}
    assert any("column text" in at for _, at, _ in entries)
    assert not any("column open" in at for _, at, _ in entries)
    assert (status, line["records"]) == ("partial", 10)


# -- content -----------------------------------------------------------------------------------------------------

POINTERS = {
    "lfs": "version https://git-lfs.github.com/spec/v1\noid sha256:" + "4d7a" * 16 + "\nsize 12345\n",
    "xet": "# xet version 0\nfilesize = 12345\nhash = '" + "4d7a" * 16 + "'\n",
}


@pytest.mark.parametrize("kind", list(POINTERS))
@pytest.mark.parametrize("name", ["a.parquet", "a.jsonl"])
def test_a_pointer_to_data_that_are_elsewhere(run: Run, kind: str, name: str) -> None:
    FilePath(name).write_text(POINTERS[kind])
    entries, status, _ = both(run, name)
    assert [(kind, at) for kind, at, _ in entries] == [("coverage.lfs_pointer", "shard")]
    assert status == "unread"


def test_a_malformed_line_is_named_and_scanned_as_text(run: Run) -> None:
    FilePath("a.jsonl").write_bytes(CLEAN + b'{"text": "cut\n' + CLEAN + b'{"text": "ssn ' + SSN.encode() + b"\n")
    code, lines, found = run("a.jsonl")
    assert (code, [(f["rule"], f["location"]["record"]) for f in found]) == (1, [("US_SSN", 3)])
    assert gaps(lines) == [
        (
            "a.jsonl",
            "partial",
            [
                ("coverage.malformed", "record 1", "not JSON from character 9; scanned as text"),
                ("coverage.malformed", "record 3", "not JSON from character 9; scanned as text"),
            ],
        )
    ]


def test_a_malformed_line_makes_a_clean_scan_incomplete(run: Run) -> None:
    FilePath("a.jsonl").write_bytes(CLEAN + b'{"text": "cut\n')
    entries, status, _ = both(run, "a.jsonl")
    assert ([kind for kind, _, _ in entries], status) == (["coverage.malformed"], "partial")


def test_a_line_that_is_not_utf8_is_named_and_scanned(run: Run) -> None:
    FilePath("a.jsonl").write_bytes(CLEAN + b'{"text": "\xff ssn ' + SSN.encode() + b'"}\n')
    code, lines, found = run("a.jsonl")
    assert (code, [f["rule"] for f in found]) == (1, ["US_SSN"])
    assert gaps(lines) == [
        (
            "a.jsonl",
            "partial",
            [("coverage.malformed", "record 1", "not UTF-8; undecodable bytes were kept as they are")],
        )
    ]


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv", "a.txt", "a"])
def test_an_empty_file_is_clean(run: Run, name: str) -> None:
    FilePath(name).write_bytes(b"")
    code, lines, found = run(name)
    assert (code, gaps(lines), found) == (0, [(name, "scanned", [])], [])


@pytest.mark.parametrize("name", ["a.parquet", "a.jsonl.gz"])
def test_an_empty_file_with_the_name_of_a_binary_format_is_not_passed_over_in_silence(run: Run, name: str) -> None:
    FilePath(name).write_bytes(b"")
    code, lines, _ = run(name)
    assert (code, lines[0]["status"]) in ((0, "scanned"), (3, "unread"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv", "a.txt"])
def test_wide_encodings_are_read_as_their_format(run: Run, name: str, encoding: str) -> None:
    rows = [f"number {i}, my ssn is {SSN}" if i == 3 else f"number {i}, words é 世" for i in range(6)]
    content = {
        "a.jsonl": "".join(json.dumps({"text": row}, ensure_ascii=False) + "\n" for row in rows),
        "a.json": json.dumps([{"text": row} for row in rows], ensure_ascii=False),
        "a.csv": "text,n,m\n" + "".join(f'"{row}",1,2\n' for row in rows),
        "a.txt": "\n".join(rows),
    }[name]
    FilePath(name).write_bytes(content.encode(encoding))
    code, lines, found = run(name)
    assert (code, gaps(lines), lines[0]["format"]) == (
        1,
        [(name, "scanned", [])],
        {"txt": "text"}.get(name[2:], name[2:]),
    )
    record, pointer = (0, "") if name == "a.txt" else (3, "/text")
    assert [(f["rule"], f["location"]["record"], f["location"]["pointer"]) for f in found] == [
        ("US_SSN", record, pointer)
    ]
    if name == "a.txt":
        assert found[0]["location"]["line"] == 4


# -- bugs of ours ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_crash_in_one_shard_lets_the_others_finish_and_is_neither_clean_nor_findings(
    run: Run, monkeypatch: pytest.MonkeyPatch, jobs: str
) -> None:
    for name in ("a", "bad", "c"):
        FilePath(f"{name}.jsonl").write_bytes(LEAK)
    scan = scanning._scan

    def crash(scanner: Any, part: Any, outcome: Any) -> None:
        if part.shard.path.endswith("bad.jsonl"):
            raise RuntimeError(f"my ssn is {SSN}")
        scan(scanner, part, outcome)

    monkeypatch.setattr(scanning, "_scan", crash)
    monkeypatch.setattr(scanning, "_BATCH_SHARDS", 1)
    code, lines, found = run(".", "-j", jobs)
    assert code == 70
    assert uris(found) == {"./a.jsonl", "./c.jsonl"}
    assert [(uri, status, [kind for kind, _, _ in entries]) for uri, status, entries in gaps(lines)] == [
        ("./a.jsonl", "scanned", []),
        ("./bad.jsonl", "unread", ["coverage.crash"]),
        ("./c.jsonl", "scanned", []),
    ]
    assert SSN not in json.dumps(lines)
