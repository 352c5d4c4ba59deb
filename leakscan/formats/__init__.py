"""The formats: which one some bytes are, and the module that reads it. Imports no reader but the one of text.

Content decides; a name is asked only where the content would fit two formats.
"""

from __future__ import annotations

import re
from csv import Error as CsvError
from csv import reader as csv_reader
from importlib import import_module
from json import loads
from types import ModuleType

from leakscan.formats.text import decode_head, detect

FORMATS: dict[str, str] = {
    "jsonl": "leakscan.formats.jsonl",
    "json": "leakscan.formats.json",
    "parquet": "leakscan.formats.parquet",
    "arrow": "leakscan.formats.arrow",
    "csv": "leakscan.formats.csv",
    "text": "leakscan.formats.text",
    "binary": "leakscan.formats.binary",
}
"""Where the reader of each format is; `identify` also knows `lfs`, a pointer to data elsewhere, and `UNOPENED`."""
UNOPENED: dict[str, str] = {
    "zip": "a zip archive (or Office document, wheel, npz)",
    "7z": "a 7z archive",
    "rar": "a RAR archive",
    "tar": "a tar archive",
    "pdf": "a PDF document",
    "ole": "an old Office document",
    "orc": "an ORC table",
    "avro": "an Avro table",
    "hdf5": "an HDF5 file",
}
"""What holds its content compressed or in an order of its own, so that its bytes say nothing, and has no reader yet."""

_LINES = (".jsonl", ".ndjson", ".jsonlines", ".ldjson")
_TABLES = (".csv", ".tsv", ".tab", ".psv")
_COMPRESSED = (".gz", ".zst", ".zstd", ".bz2", ".xz", ".lzma", ".lz4")
_POINTER = re.compile(
    rb"version https?://[\w./-]+/spec/v1\n(?:[\w.-]+ .*\n)*oid \w+:[0-9a-f]{32,}\n|# xet version \d", re.IGNORECASE
)
_MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"%PDF-", "pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"Obj\x01", "avro"),
    (b"\x89HDF\r\n\x1a\n", "hdf5"),
    (b"\x7fELF", "binary"),
    (b"\xfe\xed\xfa", "binary"),
    (b"\xcf\xfa\xed\xfe", "binary"),
    (b"\xca\xfe\xba\xbe", "binary"),
    (b"\0asm", "binary"),
    (b"\x89PNG\r\n", "binary"),
    (b"\xff\xd8\xff", "binary"),
    (b"GIF87a", "binary"),
    (b"GIF89a", "binary"),
    (b"II*\0", "binary"),
    (b"MM\0*", "binary"),
    (b"RIFF", "binary"),
    (b"OggS\0", "binary"),
    (b"fLaC", "binary"),
    (b"ID3\x03", "binary"),
    (b"ID3\x04", "binary"),
    (b"wOFF\0", "binary"),
    (b"wOF2", "binary"),
    (b"OTTO\0", "binary"),
    (b"\0\x01\0\0\0", "binary"),
)
"""`binary` is what holds no text but by the way: programs, images, sound, fonts."""
_TAR = re.compile(rb"[^\0].{256}ustar[\0 ]", re.DOTALL)
_PYC = re.compile(rb"..\r\n[\0-\x03]\0\0\0", re.DOTALL)
_ENOUGH = 100
"""Lines that are looked at to tell what the others are."""
_DEEP = 8192
"""Characters of a JSON document that are looked at."""
_TOKEN = re.compile(
    r'\s*(?:(?P<string>"[^"\\\n]*(?:\\.[^"\\\n]*)*")|(?P<other>-?\d[\d.eE+-]*|true|false|null|NaN|-?Infinity)'
    r"|(?P<mark>[\[\]{},:]))",
    re.DOTALL,
)
_VALUE = frozenset('"x[{')
_AFTER = {"{": frozenset('"}'), "[": _VALUE | {"]"}, ",": _VALUE, ":": _VALUE, '"': frozenset(":,]}")}
_CLOSED = frozenset(",]}")
_HEADER = re.compile(r"[^\W\d][\w .:/%#@$()-]{0,63}")


def module(name: str) -> ModuleType:
    """The reader of a format of `FORMATS`, imported now."""
    return import_module(FORMATS[name])


def identify(head: bytes, name: str, complete: bool) -> str:
    """The format of a shard, or `lfs`, or one of `UNOPENED`, from its first uncompressed bytes (64 KiB); `complete` if that is all of it.

    JSON and CSV in UTF-16 or UTF-32 is `text`, for their readers know UTF-8 alone. A caller that would rather give
    them a `leakscan.formats.text.transcoded` stream identifies that one.
    """
    binary = _binary(head, complete)
    if binary:
        return binary
    encoding = detect(head, complete=complete)
    if encoding.unit > 1:
        return "text"
    ending = _ending(name)
    text = decode_head(head, complete)
    plain = "binary" if encoding.name == "latin-1" and b"\0" in head else "text"
    if not text.strip():
        return "jsonl" if ending in _LINES else "csv" if ending in _TABLES else plain
    return _json(text, ending, complete) or _table(text, ending, complete) or plain


def _ending(name: str) -> str:
    name = name.lower()
    while name.endswith(_COMPRESSED):
        name = name.rpartition(".")[0]
    dot = name.rfind(".")
    return name[dot:] if dot >= 0 else ""


def _binary(head: bytes, complete: bool) -> str:
    if head[:4] in (b"PAR1", b"PARE") and min(head[4:64], default=0) < ord("\t"):
        return "parquet"
    if head.startswith((b"ARROW1\0\0", b"FEA1")) or _is_stream(head):
        return "arrow"
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name if name != "binary" or b"\0" in head else ""
    if head[4:8] == b"ftyp" or (head.startswith(b"MZ") and b"\0" in head[:64]) or _PYC.match(head):
        return "binary"
    if _TAR.match(head):
        return "tar"
    if head.startswith(b"ORC") and b"\0" in head[:256]:
        return "orc"
    return "lfs" if complete and len(head) < 4096 and _POINTER.match(head) else ""


def _is_stream(head: bytes) -> bool:
    """Whether an Arrow stream's first message stands here: a mark, and the length of its (padded) schema."""
    length = int.from_bytes(head[4:8], "little")
    return head[:4] == b"\xff\xff\xff\xff" and 0 < length < 1 << 28 and length % 8 == 0


# -- JSON --------------------------------------------------------------------------------------------------------


def _json(text: str, ending: str, complete: bool) -> str:
    """`jsonl`, `json`, or nothing."""
    text = text.lstrip()
    parts = text.split("\n", _ENOUGH)
    whole = _filled(parts if complete and len(parts) <= _ENOUGH else parts[:-1])
    lines = _filled(parts)
    opens = text[0] in "{["
    if not opens and ending not in _LINES:
        return "json" if ending == ".json" and _begins_json(text, complete) else ""
    if whole and _is_json(whole[0]):
        found = _many(lines, whole, ending)
    elif _begins_json(text, complete):
        found = "json" if whole else _one_long(text[0], ending)
    else:
        found = "jsonl" if _mostly_records(whole, ending) else ""
    if found or not opens:
        return found
    return "json" if ending == ".json" else "jsonl" if ending in _LINES else ""


def _filled(lines: list[str]) -> list[str]:
    return [line for line in lines if line.strip()]


def _many(lines: list[str], whole: list[str], ending: str) -> str:
    """The first line is a JSON document."""
    first = whole[0].lstrip()[0]
    if len(lines) == 1:
        return "jsonl" if ending in _LINES or first == "{" else "json"
    if ending in _LINES or lines[1].lstrip()[0] in "{[":
        return "jsonl"
    return "jsonl" if _mostly_records(whole, ending) else ""


def _one_long(first: str, ending: str) -> str:
    """The first line is longer than what we have of it."""
    if ending == ".json":
        return "json"
    return "jsonl" if first == "{" or ending in _LINES else "json"


def _mostly_records(whole: list[str], ending: str) -> bool:
    """Whether most lines are objects: by their looks if the name says so, else by parsing them."""
    objects = [line for line in map(str.strip, whole) if line[0] == "{" and line[-1] == "}"]
    if ending not in _LINES:
        objects = [line for line in objects if _is_json(line)]
    return len(objects) * 2 > len(whole)


def _is_json(line: str) -> bool:
    try:
        loads(line, strict=False)
    except (ValueError, RecursionError):
        return False
    return True


def _begins_json(text: str, complete: bool) -> bool:
    """Whether JSON documents begin like this, as far as neighbouring tokens tell."""
    complete = complete and len(text) <= _DEEP
    text = text[:_DEEP]
    depth, at, allowed = 0, 0, _VALUE
    while found := _TOKEN.match(text, at):
        at = found.end()
        kind = found["mark"] or ('"' if found["string"] else "x")
        if kind not in allowed:
            return False
        depth += (kind in "[{") - (kind in "]}")
        allowed = _AFTER.get(kind, _CLOSED) if depth > 0 else _VALUE
    rest = text[at:].strip()
    if complete:
        return not rest and depth == 0
    return not rest or _is_stump(rest)


def _is_stump(rest: str) -> bool:
    """Whether a token may begin like this."""
    if rest[0] == '"':
        return "\n" not in rest
    return any(word.startswith(rest) for word in ("true", "false", "null", "NaN", "-Infinity", "Infinity"))


# -- tables ------------------------------------------------------------------------------------------------------


def _table(text: str, ending: str, complete: bool) -> str:
    """`csv` by the name, or if at least three lines agree on at least three columns below a header; or nothing."""
    if ending in _TABLES:
        return "csv"
    lines = text.split("\n")
    lines = lines if complete else lines[:-1]
    while lines and not lines[-1].strip():
        lines.pop()
    cut = not complete or len(lines) > _ENOUGH
    if len(lines) < 3 or lines[0].startswith("|"):
        return ""
    return "csv" if any(_is_table(lines[:_ENOUGH], delimiter, cut) for delimiter in ",\t;|") else ""


def _is_table(lines: list[str], delimiter: str, cut: bool) -> bool:
    """Whether all lines (but the last, if it may be `cut` inside quotes) have the columns that the first names."""
    reader = csv_reader(lines, delimiter=delimiter)
    try:
        names = next(reader)
        named = all(map(_HEADER.fullmatch, names)) and len(set(names)) == len(names) >= 3
        rows = list(reader) if named else []
    except CsvError:
        return False
    rows = rows[:-1] if cut else rows
    return len(rows) >= 2 and all(len(row) == len(names) for row in rows)
