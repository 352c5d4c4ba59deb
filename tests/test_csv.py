"""Delimited text: cells as Python's csv module reads them, and their places to the byte."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakscan.types import Gap, Policy, Shard, Slice, Tally

reader = import_module("leakscan.formats.csv")
Cell = tuple[int | None, tuple[str | int, ...], str]


def read(raw: bytes, size: int = 1 << 20) -> tuple[list[tuple[Cell, Any, bytes]], Tally]:
    """Every cell, with the place of all of it and the bytes there."""
    tally = Tally()
    out = []
    for block in reader.blocks(io.BytesIO(raw), Slice(Shard("x", "", 0)), Policy(block_size=size), tally):
        units = block.units(range(1, len(block.data) + 1))
        for unit in sorted(set(units) - {-1}):
            lo, hi = block.span(unit)
            assert all(units[at - 1] == unit for at in range(lo + 1, hi + 1))
            [leaf] = block.leaves(unit)
            assert (leaf.lo, leaf.hi) == (lo, hi)
            [[place]] = block.places(unit, leaf, [(0, len(leaf.text))])
            assert place.path == leaf.path
            assert not leaf.key or place.record is None
            out.append(((place.record, place.path, leaf.text), place, raw[place.byte_start : place.byte_end]))
    return out, tally


def cells(raw: bytes, size: int = 1 << 20) -> list[Cell]:
    return sorted((cell for cell, _, _ in read(raw, size)[0]), key=repr)


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def expected(text: str, delimiter: str) -> list[Cell]:
    """The oracle: Python's csv module over the whole text."""
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    if not rows:
        return []
    out: list[Cell] = []
    for row in rows[: reader._shape(text.encode(), delimiter, complete=True).preamble]:
        out += [(None, (at,), cell) for at, cell in enumerate(row) if cell]
        rows = rows[1:]
    first = rows[0]
    names: list[str | int] = list(range(len(first)))
    if any(first) and all(first[1:]) and len(set(first)) == len(first) and not any(map(is_number, first)):
        names = [name or at for at, name in enumerate(first)]
        out += [(None, (name,), str(name)) for name in first if name]
        rows = rows[1:]
    for record, row in enumerate(rows):
        for at, cell in enumerate(row):
            out += [(record, (names[at] if at < len(names) else at,), cell)] if cell else []
    return sorted(out, key=repr)


TEXTS = st.text(st.sampled_from('ab1",,\n\r;é☃😀 '), max_size=40)


@settings(max_examples=500, deadline=None)
@given(TEXTS, st.sampled_from([1, 2, 3, 1 << 20]))
def test_cells_are_those_of_pythons_csv_module(text: str, size: int) -> None:
    raw = text.encode()
    delimiter = reader._delimiter(raw, complete=True)
    assert cells(raw, size) == expected(text, delimiter)


@settings(max_examples=500, deadline=None)
@given(TEXTS, st.sampled_from([1, 1 << 20]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_every_character_is_mapped_to_its_bytes(text: str, size: int, name: str) -> None:
    text = "é,☃\n" + text
    raw, plain = text.encode(name), "utf-8" if name == "utf-8-sig" else name + "-le" * (name != "utf-8")
    for block in reader.blocks(io.BytesIO(raw), Slice(Shard("x", "", 0)), Policy(block_size=size), Tally()):
        for unit in sorted(set(block.units(range(1, len(block.data) + 1))) - {-1}):
            [leaf] = block.leaves(unit)
            [places] = block.places(unit, leaf, [(at, at + 1) for at in range(len(leaf.text))])
            for letter, place in zip(leaf.text, places, strict=True):
                there = raw[place.byte_start : place.byte_end].decode(plain)
                assert there == letter or (there == '""' and letter == '"')
                before = raw[len(raw) - len(text.encode(plain)) : place.byte_start].decode(plain)
                lines = io.StringIO(before + letter, newline="").readlines()
                assert place.line == len(lines)


def test_places_go_through_quotes() -> None:
    raw = b'id,note\n1,"say ""key"" and\nsecret"" x"\n'
    places = {cell: (place.line, there) for cell, place, there in read(raw)[0]}
    assert places == {
        (None, ("id",), "id"): (1, b"id"),
        (None, ("note",), "note"): (1, b"note"),
        (0, ("id",), "1"): (2, b"1"),
        (0, ("note",), 'say "key" and\nsecret" x'): (2, b'say ""key"" and\nsecret"" x'),
    }


def test_the_line_is_that_of_the_match_not_of_the_cell() -> None:
    raw = b'a,b\n"one\ntwo",x\n'
    blocks = list(reader.blocks(io.BytesIO(raw), Slice(Shard("x", "", 0)), Policy(block_size=1), Tally()))
    column = next(each for each in blocks if each.path == ("a",))
    [leaf] = column.leaves(0)
    [[place]] = column.places(0, leaf, [(4, 7)])
    assert (place.line, raw[place.byte_start : place.byte_end]) == (3, b"two")


def test_a_column_is_one_block_with_its_name_as_path() -> None:
    raw = b"name\tssn\nann\t1\nbob\t2\n"
    blocks = list(reader.blocks(io.BytesIO(raw), Slice(Shard("x", "", 0)), Policy(), Tally()))
    assert [(block.path, block.data) for block in blocks] == [
        ((), b"name\nssn\n"),
        (("name",), b"ann\nbob\n"),
        (("ssn",), b"1\n2\n"),
    ]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_sniffed(delimiter: str) -> None:
    rows = [["name", "text"], ["ann", "a, b; c"], ["bob", "d"], ["eve", "e|f, g"]]
    sink = io.StringIO()
    csv.writer(sink, delimiter=delimiter).writerows(rows)
    assert cells(sink.getvalue().encode()) == expected(sink.getvalue(), delimiter)


@pytest.mark.parametrize("first", [b"1,b", b"a,", b"a,a", b"a,2.5"])
def test_a_first_row_that_is_no_header_is_data(first: bytes) -> None:
    held = read(first + b"\nx,y\n")[0]
    assert {cell[1] for cell, _, _ in held} == {(0,), (1,)}
    assert min(cell[0] for cell, _, _ in held if cell[0] is not None) == 0


def test_counts_and_fields() -> None:
    _, tally = read(b"a/b,c\n1,2\n\n3,4")
    assert (tally.records, tally.lines, tally.bytes, list(tally.fields)) == (2, 4, 14, ["/a~1b", "/c"])
    assert (tally.gaps, tally.unread) == ([], False)


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_ragged_rows_are_scanned_and_the_first_twenty_named(size: int) -> None:
    raw = b"a,b\n" + b"x\n" * 15 + b"1,2\n" + b"p,q,extra\n" * 10
    held, tally = read(raw, size)
    assert sum(cell[1] == (2,) and there == b"extra" for cell, _, there in held) == 10
    assert tally.gaps == [
        *[Gap("coverage.malformed", f"record {n}", "1 cells instead of 2; they were scanned") for n in range(15)],
        *[Gap("coverage.malformed", f"record {n}", "3 cells instead of 2; they were scanned") for n in range(16, 21)],
        Gap("coverage.malformed", "rows", "5 more rows have too many or too few cells; they were scanned"),
    ]
    assert tally.records == 26


@pytest.mark.parametrize(("head", "row"), [(b"a,b,c\n", b"1,2,x,\n"), (b"a,b\n", b"r,1,2,3\n")])
def test_rows_that_agree_on_another_width_than_the_header_are_a_note(head: bytes, row: bytes) -> None:
    held, tally = read(head + row * 30 + b"odd\n" * 2)
    assert [gap.at for gap in tally.gaps] == ["record 30", "record 31"]
    assert tally.gaps[0].detail == f"1 cells instead of {row.count(b',') + 1}; they were scanned"
    assert tally.notes == [
        f"the first row has {head.count(b',') + 1} cells, those below it {row.count(b',') + 1}",
    ]
    assert sum(cell[0] is not None for cell, _, _ in held) == 30 * len(row.rstrip(b",\n").split(b",")) + 2


@pytest.mark.parametrize("size", [1, 1 << 20])
def test_comments_and_titles_above_the_header_are_no_records(size: int) -> None:
    held, tally = read(b"# source: x, y\nThe title\na,b,c\n" + b"1,2,3\n" * 10, size)
    assert {cell for cell, _, _ in held if cell[0] is None} == {
        (None, (0,), "# source: x"),
        (None, (1,), " y"),
        (None, (0,), "The title"),
        (None, ("a",), "a"),
        (None, ("b",), "b"),
        (None, ("c",), "c"),
    }
    assert (tally.records, tally.gaps, tally.notes) == (10, [], [])


def test_comments_between_the_rows_are_not_malformed() -> None:
    raw = b"#made, by hand\n" * 30 + b"a,b,c\n" + b"1,2,3\n" * 40 + b"# the rest, later\n" + b"4,5,6\n" * 40 + b"7,8\n"
    held, tally = read(raw)
    assert (tally.records, [gap.at for gap in tally.gaps]) == (82, ["record 81"])
    assert {cell for cell, _, _ in held if cell[2] == "1"} == {(n, ("a",), "1") for n in range(40)}


def test_a_table_with_an_index_that_has_no_name_has_a_header() -> None:
    held = cells(b",ssn,name\n0,1,ann\n1,2,bob\n")
    assert [cell for cell in held if cell[0] == 0] == [(0, ("name",), "ann"), (0, ("ssn",), "1"), (0, (0,), "0")]


def test_bytes_that_are_not_utf8_are_kept() -> None:
    held = {
        cell: there
        for cell, _, there in read("a,b\nx\udcff,".encode("utf-8", "surrogateescape") + "é☃\n".encode() * 50)[0]
    }
    assert held[0, ("a",), "x\udcff"] == b"x\xff"


def test_latin_1_is_read_as_such() -> None:
    held = {cell: there for cell, _, there in read('a,b\né,"ü"""\n'.encode("latin-1"))[0]}
    assert held[0, ("b",), 'ü"'] == b'\xfc""'


def test_a_cell_longer_than_the_csv_modules_limit_is_read() -> None:
    long = b"x" * 300_000 + b'""y'
    held, tally = read(b'a,b\n1,"' + long + b'"\n')
    assert [there for cell, _, there in held if cell[:2] == (0, ("b",))] == [long]
    assert tally.gaps == []


@pytest.mark.parametrize("inner", [b"x" * 50, b"line\n" * 20, b'"",' * 20])
@pytest.mark.parametrize("size", [1, 1 << 20])
@pytest.mark.parametrize("chunk", [3, 1 << 18])
def test_a_row_that_is_too_long_is_skipped_and_said(
    monkeypatch: pytest.MonkeyPatch, inner: bytes, size: int, chunk: int
) -> None:
    monkeypatch.setattr(reader, "MAX_ROW", 40)
    monkeypatch.setattr(reader, "_CHUNK", chunk)
    monkeypatch.setattr(reader, "HEAD", 8)
    row = b'1,"' + inner + b'"\n'
    raw = b"a,b\n0,first\n" + row + b"2,last\n"
    held, tally = read(raw, size)
    assert sorted((cell, place.line, there) for cell, place, there in held if cell[0] is not None) == [
        ((0, ("a",), "0"), 2, b"0"),
        ((0, ("b",), "first"), 2, b"first"),
        ((2, ("a",), "2"), 4 + inner.count(b"\n"), b"2"),
        ((2, ("b",), "last"), 4 + inner.count(b"\n"), b"last"),
    ]
    assert [(gap.kind, gap.at) for gap in tally.gaps] == [
        ("coverage.malformed", "record 1"),
        ("coverage.skipped", "byte 12"),
    ]
    assert tally.gaps[1].detail == f"{len(row)} bytes, one row, were not scanned"
    assert (tally.records, tally.bytes, tally.lines) == (3, len(raw), raw.count(b"\n"))


def test_a_quote_left_open_runs_to_the_end() -> None:
    assert cells(b'a,b\n1,"open\n2,x\n')[:2] == [(0, ("a",), "1"), (0, ("b",), "open\n2,x\n")]


def test_an_empty_file_has_nothing() -> None:
    for raw in (b"", b"\n\n"):
        held, tally = read(raw)
        assert (held, tally.records, tally.gaps) == ([], 0, [])


def test_importing_the_reader_does_not_import_pyarrow() -> None:
    code = "import sys, leakscan.formats.csv; print('pyarrow' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"
