"""What a shard is, told from its first bytes."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakscan.formats import FORMATS, UNOPENED, identify, module
from leakscan.formats.text import detect, transcoded
from leakscan.types import Tally

ARROW_STREAM = b"\xff\xff\xff\xff" + (112).to_bytes(4, "little") + bytes(112)
POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)
PROSE = "It was late, he said, and dark.\nShe agreed, but not, I think, with him.\nSo they went, all three, home.\n"
CODE = "int a[] = {1, 2, 3};\nint b[] = {4, 5, 6};\nint c[] = {7, 8, 9};\n"
LONG = '{"text": "' + "x" * 70_000


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        # by their magic, whatever the name says
        (b"PAR1\x15\x04\x15\x00", "x.jsonl", "parquet"),
        (b"PARE\x01\x00\x00\x00", "x", "parquet"),
        (b"PAR1 is how the golfer writes it\n", "x", "text"),
        (b"ARROW1\0\0" + ARROW_STREAM, "x.csv", "arrow"),
        (b"FEA1\0\0\0\0", "x", "arrow"),
        (ARROW_STREAM, "x", "arrow"),
        (b"\xff\xff\xff\xffyyy", "x", "text"),
        # what has no reader
        (b"PK\x03\x04\x14\0\0\0", "x.docx", "zip"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "x", "7z"),
        (b"Rar!\x1a\x07\x01\0", "x", "rar"),
        (b"a.txt".ljust(257, b"\0") + b"ustar\x0000", "x.tar.gz", "tar"),
        (b"%PDF-1.7\n%\xe2\xe3\n", "x", "pdf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "x.xls", "ole"),
        (b"ORC\x11\0\0\n\x06", "x", "orc"),
        (b"ORC is what they call it\n", "x", "text"),
        (b"Obj\x01\x04\x16avro.schema", "x", "avro"),
        (b"\x89HDF\r\n\x1a\n\0", "x", "hdf5"),
        (b"\x7fELF\x02\x01\x01\0", "x.so", "binary"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "x", "binary"),
        (b"RIFF is a file format\n", "x", "text"),
        (b"MZ is a town\n", "x", "text"),
        (b"\xa7\r\r\n\0\0\0\0\x12\x34", "x.pyc", "binary"),
        (POINTER, "train.parquet", "lfs"),
        (b"version https://git-lfs.github.com/spec/v1 is what a pointer begins with\n", "x.md", "text"),
        (b"# xet version 0\nfilesize = 1\nhash = '00'\n", "x", "lfs"),
        # JSON Lines
        (b'{"a": 1}\n{"a": 2}\n', "x", "jsonl"),
        (b'{"a": 1}\n{"a": 2}', "x.json", "jsonl"),
        (b'{"a": 1}\r\n\r\n{"a": 2}\r\n', "x.txt", "jsonl"),
        (b'\n\n  {"a": 1}\n{"a": 2}\n', "x", "jsonl"),
        (b"\n" * 300 + b'{"a": 1}\n{"a": 2}\n', "x", "jsonl"),
        (b'\xef\xbb\xbf{"a": 1}\n{"a": 2}\n', "x", "jsonl"),
        (b"[1, 2]\n[3, 4]\n", "x", "jsonl"),
        (b'{"a": "tab\there"}\n{"a": 2}\n', "x", "jsonl"),
        (b'{"a": "\xff"}\n{"a": 2}\n', "x", "jsonl"),
        (b'{"a": 1}', "x", "jsonl"),
        (b'{"a": 1}\n', "x.json", "jsonl"),
        (b"[1]\n", "x.jsonl", "jsonl"),
        (b'"a"\n"b"\n', "x.jsonl.gz", "jsonl"),
        (b'{"a": 1}\nnot json\nnot json\n', "x.ndjson", "jsonl"),
        (b'{"a": 1\n{"a": 2}\n{"a": 3}\n', "x.jsonl", "jsonl"),
        (b'oops\n{"a": 2}\n{"a": 3}\n', "x.jsonl.zst", "jsonl"),
        (b"{'a': 1}\n{'a': 2}\n", "x.jsonl", "jsonl"),
        (b'{"a": 1', "x.jsonl", "jsonl"),
        (b"", "x.jsonl", "jsonl"),
        # one document
        (b"[1, 2]\n", "x", "json"),
        (b'[{"a": 1}]', "x.txt", "json"),
        (b'{\n  "a": 1\n}\n', "x.jsonl", "json"),
        (b'[\n{"a": 1},\n{"a": 2}\n]\n', "x", "json"),
        (b'{"a": [\n1]}\n{"a": [\n2]}\n', "x", "json"),
        (b'"a"\n', "x.json", "json"),
        (b'{\n  // a comment\n  "a": 1\n}\n', "x.json", "json"),
        (b'{"a": 1}\nnot json\n', "x.json", "json"),
        # tables
        (b"", "x.csv", "csv"),
        (b"a\n1\n", "x.csv", "csv"),
        (b"a\tb\n1\t2\n", "x.TSV.bz2", "csv"),
        (b"id,name,mail\n1,A,a@b.example\n2,B,b@b.example\n", "x", "csv"),
        (b'"id";"full name";"mail"\r\n1;"A\r\nB";x\r\n2;C;y\r\n', "x", "csv"),
        (b"id\tname\tmail\n1\tA\tx\n2\tB\ty\n3\tC\tz\n", "x.txt", "csv"),
        (b'{"a": 1}\n{"a": 2}\n', "x.csv", "jsonl"),
        # everything else
        (b"", "x", "text"),
        (b" \n\n", "x", "text"),
        (PROSE.encode(), "x", "text"),
        (PROSE.encode(), "x.parquet", "text"),
        (PROSE.encode(), "x.jsonl", "text"),
        (CODE.encode(), "x.c", "text"),
        (b"id,name,mail\n1,A,x\n2,B\n", "x", "text"),
        (b"id,name,mail\n1,A,x\n", "x", "text"),
        (b"id,name\n1,A\n2,B\n", "x", "text"),
        (b"a, b, c\nd, e, f\ng, h, i\n", "x", "text"),
        (b"| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |\n", "x.md", "text"),
        (b"a | b | c\n--- | --- | ---\n1 | 2 | 3\n", "x.md", "text"),
        (b"\tif a:\tb\n\tif c:\td\n\tif e:\tf\n", "x", "text"),
        (b"1,2,3\n1,2,3\n1,2,3\n", "x", "text"),
        (b"[section]\nkey = 1\n", "x.ini", "text"),
        (b"[1] Smith, J.\n[2] Doe, J.\n", "x", "text"),
        (b"[2024-01-01 12:00] started\n[2024-01-01 12:01] done\n", "x.log", "text"),
        (b"{% if a %}\n{% endif %}\n", "x.html", "text"),
        (b"{\n  int a;\n}\n", "x", "text"),
        (b"12\n13\n", "x", "text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "x.png", "binary"),
    ],
)
def test_a_complete_head_is_told(head: bytes, name: str, expected: str) -> None:
    assert identify(head, name, complete=True) == expected


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (LONG, "x", "jsonl"),
        (LONG, "x.jsonl", "jsonl"),
        (LONG, "x.json", "json"),
        ("[" + LONG, "x", "json"),
        ("[" + LONG, "x.jsonl", "jsonl"),
        ("{" + "y" * 70_000, "x", "text"),
        ('{"a": 1}\n' + LONG, "x", "jsonl"),
        ('{"a": 1}\n', "x", "jsonl"),
        ('{\n "a": ' + "1" * 9000, "x", "json"),
        ('{\n "a": tr', "x", "json"),
        ('{\n "a": "b\\', "x", "json"),
        ("{\n  int a", "x", "text"),
        ('a,b,c\n1,2,3\n4,5,6\n7,8,"9\n', "x", "csv"),
        ("a,b,c\n1,2,3\n4,5,6\n7,8,9\n1", "x", "csv"),
        ("a,b,c\n1,2,3\n4,5", "x", "text"),
    ],
)
def test_a_head_cut_anywhere_is_told(head: str, name: str, expected: str) -> None:
    assert identify(head.encode(), name, complete=False) == expected


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_wide_encodings_are_text_until_transcoded(encoding: str) -> None:
    for content, name, inner in (
        ('{"a": "é"}\n{"a": 2}\n', "x", "jsonl"),
        ('{\n"a": 1}\n', "x", "json"),
        ("a,b\n1,2\n", "x.csv", "csv"),
        (PROSE, "x", "text"),
    ):
        raw = content.encode(encoding)
        assert identify(raw, name, complete=True) == "text"
        utf8 = transcoded(io.BytesIO(raw), detect(raw, complete=True), Tally()).read()
        assert identify(utf8, name, complete=True) == inner


@given(
    head=st.one_of(st.binary(), st.text(st.sampled_from('{}[],:"1at \t\r\n\\;|\x85')).map(str.encode)),
    name=st.sampled_from(["x", ".jsonl", "x.json", "x.csv.gz"]),
    complete=st.booleans(),
)
def test_any_bytes_have_a_format(head: bytes, name: str, complete: bool) -> None:
    assert identify(head, name, complete) in {*FORMATS, *UNOPENED, "lfs"}


def test_a_document_nested_deeper_than_a_parser_goes_is_still_json() -> None:
    assert identify(b"[" * 60_000, "x", complete=False) == "json"
    assert identify(b"[" * 60_000 + b"]" * 60_000, "x.json", complete=True) == "json"


@pytest.mark.parametrize("cut", range(1, 400, 7))
def test_wherever_the_head_of_json_lines_is_cut_it_is_json_lines(cut: int) -> None:
    lines = "".join(json.dumps({"n": n, "text": 'é "quoted" \\ \n', "of": [1, None, {}]}) + "\n" for n in range(9))
    assert identify(lines.encode()[:cut], "x", complete=False) == "jsonl"


@pytest.mark.parametrize("cut", range(2, 400, 7))
def test_wherever_the_head_of_a_document_is_cut_it_is_json(cut: int) -> None:
    text = json.dumps([{"n": n, "text": 'é "quoted" \\ \n', "of": [1.5, None, {}, True]} for n in range(9)], indent=1)
    assert identify(text.encode()[:cut], "x", complete=False) == "json"


@pytest.mark.filterwarnings("ignore:Feather V1")
def test_written_files_are_told(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    import pyarrow.feather
    import pyarrow.parquet

    table = pa.table({"a": ["x", "y"]})
    pyarrow.parquet.write_table(table, tmp_path / "parquet")
    pyarrow.feather.write_feather(table, tmp_path / "feather1", version=1)
    pyarrow.feather.write_feather(table, tmp_path / "feather2", version=2)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    (tmp_path / "stream").write_bytes(sink.getvalue())
    found = {file.name: identify(file.read_bytes(), "x", complete=True) for file in tmp_path.iterdir()}
    assert found == {"parquet": "parquet", "feather1": "arrow", "feather2": "arrow", "stream": "arrow"}


def test_this_source_is_text() -> None:
    for file in [*Path(__file__).parent.glob("*.py"), *Path(__file__).parent.parent.glob("leakscan/**/*.py")]:
        head = file.read_bytes()
        assert identify(head, "x", complete=True) == "text" or not head.strip(), file


def test_readers_are_imported_on_demand() -> None:
    assert module("text") is sys.modules["leakscan.formats.text"]
    assert all(path == f"leakscan.formats.{name}" for name, path in FORMATS.items())
