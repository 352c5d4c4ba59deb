"""The reference scanner: decode everything, run every rule. Slow and obvious; it defines what a scan must find.

It shares with the fast engine what *says* what a leak is (`rules.Matcher.find`, `detect.examine`) and nothing of what
narrows: no prefilter, no blocks of raw bytes, no slices, no windows. Its decoders are the plainest ones there are:
the standard library's parsers and ``to_pylist``.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed does not list it
from typing import Any

from leakscan.detect import Detector
from leakscan.jsontext import MAX_DEPTH
from leakscan.narrow import Chosen, Near, Reading
from leakscan.types import Finding, Leaf, Path, Place, Policy, Rule, Tally

_LONG = 10**6
"""The smallest number that has text."""


@dataclass(frozen=True)
class Value:
    """A decoded value and, by code point of its text, the places of its characters: enough to say where a span is."""

    text: str
    path: Path
    record: int | None
    key: bool = False
    line: int | None = None
    at: Sequence[int] | None = None
    """Byte offset of each code point, and of the end of the last."""
    member: str | None = None
    row_group: int | None = None


class _Unit:
    """Values that are masked together (those of a JSON record, one cell of a table) as a block of a single unit."""

    escaped = False
    seams = None
    path: Path | None = ()
    data = b""

    def __init__(self, values: Sequence[Value]) -> None:
        self._values = values

    def units(self, ends: Sequence[int]) -> list[int]:
        return [0] * len(ends)

    def span(self, unit: int) -> tuple[int, int]:
        return 0, len(self._values)

    def leaves(self, unit: int, ends: Sequence[int] | None = None) -> list[Leaf]:
        return [Leaf(v.text, v.path, n, n + 1, v.key) for n, v in enumerate(self._values)]

    def places(self, unit: int, leaf: Leaf, spans: Sequence[tuple[int, int]]) -> Iterable[list[Place]]:
        value = self._values[leaf.lo]
        out = []
        for start, end in spans:
            low, high = (value.at[start], value.at[end]) if value.at is not None else (None, None)
            out.append(Place(value.record, value.path, value.row_group, value.line, low, high, value.member))
        yield out


def scan(
    rules: Sequence[Rule], policy: Policy, units: Iterable[Sequence[Value]], uri: str, format_: str
) -> list[Finding]:
    """Every finding in the given units, in order. What leaks in one value of a unit is masked around all its findings."""
    detector = Detector(rules, policy, None)
    tally = Tally(format=format_)

    def everything(text: str, names: Path, reading: Reading) -> Near:
        return detector.everything

    def choose(leaf: Leaf) -> Chosen:
        return Chosen(everything)

    return [
        finding
        for unit in map(_Unit, units)
        for finding in detector.unit_findings(unit, 0, unit.leaves(0), choose, uri, tally)[0]
    ]


# -- decoders ----------------------------------------------------------------------------------------------------


def jsonl(data: bytes) -> Iterator[list[Value]]:
    """The records of a JSON Lines shard; a line that is not JSON is one text."""
    offset = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    for number, raw in enumerate(data[offset:].split(b"\n")):
        line = raw[:-1] if raw.endswith(b"\r") else raw
        text = line.decode("utf-8", "surrogateescape")
        at = _offsets(text, offset)
        try:
            values = list(_document(text, number, number + 1, at))
        except ValueError:
            values = [Value(text, (), number, line=number + 1, at=at)]
        yield values
        offset += len(raw) + 1


def _offsets(text: str, start: int) -> list[int]:
    out = [start]
    for char in text:
        out.append(out[-1] + len(char.encode("utf-8", "surrogateescape")))
    return out


def _document(text: str, record: int, line: int | None, at: Sequence[int]) -> Iterator[Value]:
    """A recursive-descent JSON reader that remembers where each character of a string came from."""
    out: list[Value] = []
    end = _value(text, _skip(text, 0), (), out, record, line, at)
    if _skip(text, end) != len(text):
        raise ValueError("trailing text")
    return iter(out)


def _skip(text: str, i: int) -> int:
    while i < len(text) and text[i] in " \t\r\n":
        i += 1
    return i


def _value(text: str, i: int, path: Path, out: list[Value], record: int, line: int | None, at: Sequence[int]) -> int:
    char = text[i : i + 1]
    if char == '"':
        return _string(text, i, path, out, record, line, at, key=False)[1]
    if char in ("{", "["):
        return _container(text, i, path, out, record, line, at)
    for word in ("true", "false", "null", "NaN", "Infinity", "-Infinity"):
        if text.startswith(word, i):
            return i + len(word)
    return _number(text, i, path, out, record, line, at)


def _container(
    text: str, i: int, path: Path, out: list[Value], record: int, line: int | None, at: Sequence[int]
) -> int:
    if len(path) >= MAX_DEPTH:
        raise ValueError("nested too deep")
    is_object = text[i] == "{"
    close = "}" if is_object else "]"
    i = _skip(text, i + 1)
    if text[i : i + 1] == close:
        return i + 1
    index = 0
    while True:
        if is_object:
            if text[i : i + 1] != '"':
                raise ValueError("a name is missing")
            name, end = _string(text, i, path, out, record, line, at, key=True)
            i = _skip(text, end)
            if text[i : i + 1] != ":":
                raise ValueError("a colon is missing")
            i = _value(text, _skip(text, i + 1), (*path, name), out, record, line, at)
        else:
            i = _value(text, i, (*path, index), out, record, line, at)
        i = _skip(text, i)
        if text[i : i + 1] == close:
            return i + 1
        if text[i : i + 1] != ",":
            raise ValueError("a comma is missing")
        i = _skip(text, i + 1)
        index += 1


def _string(
    text: str, i: int, path: Path, out: list[Value], record: int, line: int | None, at: Sequence[int], *, key: bool
) -> tuple[str, int]:
    decoded, end = scanstring(text, i + 1)
    places, j = [], i + 1
    for char in decoded:
        places.append(at[j])
        if text[j] != "\\":
            j += 1
        elif text[j + 1] != "u":
            j += 2
        else:
            j += 12 if char > "\uffff" else 6
    places.append(at[end - 1])
    out.append(Value(decoded, (*path, decoded) if key else path, record, key, line, places))
    return decoded, end


def _number(text: str, i: int, path: Path, out: list[Value], record: int, line: int | None, at: Sequence[int]) -> int:
    end = i
    while end < len(text) and text[end] in "+-.0123456789eE":
        end += 1
    literal = text[i:end]
    body = literal.removeprefix("-")
    if not body[:1].isdigit() or (body[0] == "0" and body[1:2].isdigit()) or body.endswith(".") or ".e" in body.lower():
        raise ValueError("not a number")
    float(literal)
    whole, dot, fraction = literal.partition(".")
    shown = whole if dot and fraction.strip("0") == "" else literal
    out.append(Value(shown, path, record, False, line, at[i : i + len(shown) + 1]))
    return end


def text(data: str) -> Iterator[list[Value]]:
    """A text file: one record, one value. Lines and bytes are not this function's to say."""
    yield [Value(data, (), 0)]


def rows(table: Any) -> Iterator[list[Value]]:
    """The values of a pyarrow Table, row after row, by way of Python objects; each is masked on its own."""
    kinds = {field.name: field.type for field in table.schema}
    for number, row in enumerate(table.to_pylist(maps_as_pydicts=None)):
        for name, value in row.items():
            yield from ([leaf] for leaf in _walk(value, kinds[name], (name,), number))


def _walk(value: Any, kind: Any, path: Path, record: int) -> Iterator[Value]:
    import pyarrow.types as pt  # noqa: PLC0415

    while pt.is_dictionary(kind) or pt.is_run_end_encoded(kind):
        kind = kind.value_type
    if value is None:
        return
    if pt.is_struct(kind):
        for name, inner in value.items():
            yield from _walk(inner, kind.field(name).type, (*path, name), record)
    elif pt.is_map(kind):
        for index, (name, inner) in enumerate(value):
            if isinstance(name, str):
                yield Value(name, (*path, name), record, key=True)
                yield from _walk(inner, kind.item_type, (*path, name), record)
            else:
                yield from _walk(name, kind.key_type, (*path, index, "key"), record)
                yield from _walk(inner, kind.item_type, (*path, index, "value"), record)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _walk(inner, kind.value_type, (*path, index), record)
    elif text := _text(value, kind):
        yield Value(text, path, record)


def _text(value: Any, kind: Any) -> str:
    """A scalar as text; numbers of fewer than seven digits, and all that is neither text, number nor date, have none."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return value if isinstance(value, str) else ""
    if isinstance(value, float):
        return str(int(value)) if _LONG <= abs(value) < 2**63 and value == int(value) else ""
    if (abs(value) if isinstance(value, int) else abs(value.scaleb(kind.scale))) < _LONG:
        return ""
    text = str(int(value)) if value == int(value) else str(value)
    return text if len(text) >= len(str(_LONG)) else ""


def cells(data: str, delimiter: str = ",") -> Iterator[list[Value]]:
    """The cells of a CSV text with a header, row after row, each masked on its own; empty lines are no rows."""
    csv.field_size_limit(1 << 30)
    rows = filter(None, csv.reader(io.StringIO(data, newline=""), delimiter=delimiter))
    header = next(rows, [])
    for number, row in enumerate(rows):
        for at, cell in enumerate(row):
            yield [Value(cell, (header[at] if at < len(header) else at,), number)]
