"""JSON documents: each record, leaf and byte range, whatever the block size; nothing that is not JSON is dropped."""

from __future__ import annotations

import io
import json as stdjson
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakscan import formats
from leakscan.jsontext import Malformed, tokens
from leakscan.types import Policy, Shard, Slice, Tally
from tests.test_bigjson import documents, expected, seen, small, spaces, written_strings

json = import_module("leakscan.formats.json")

__all__ = ["small"]  # a fixture


@pytest.fixture(autouse=True)
def short_records(monkeypatch):
    monkeypatch.setattr(json, "MAX_RECORD", 60)


def read(data: bytes, size: int = 16):
    """(tally, blocks)."""
    tally = Tally()
    part = Slice(Shard("x.json", "x.json", len(data)))
    return tally, list(json.blocks(io.BytesIO(data), part, Policy(block_size=size), tally))


def gaps(tally):
    return [(gap.kind, gap.at, gap.detail) for gap in tally.gaps]


def records(source: str, first: int = 0) -> tuple[list[tuple], int]:
    """The leaves of one value, and how many records it is; places are relative to it."""
    if not source.lstrip(" \t\r\n").startswith("["):
        return expected(source.encode(), first), 1
    depth = at = 0
    items = []
    begin = source.index("[") + 1
    while at < len(source):
        if source[at] == '"':
            at += 1
            while source[at] != '"':
                at += 2 if source[at] == "\\" else 1
        depth += source[at] in "[{"
        if (source[at] == "," and depth == 1) or (source[at] == "]" and depth == 1):
            items.append((begin, at))
            begin = at + 1
        depth -= source[at] in "]}"
        at += 1
    if len(items) == 1 and not source[slice(*items[0])].strip():
        return [], 0
    out = []
    for number, (lo, hi) in enumerate(items):
        shift = len(source[:lo].encode())
        for record, path, text, key, start, end in expected(source[lo:hi].encode(), first + number):
            out.append((record, path, text, key, start + shift, end + shift))
    return out, len(items)


@settings(max_examples=300, deadline=None)
@given(st.lists(documents, max_size=5), st.integers(1, 200), st.lists(spaces, min_size=6, max_size=6), st.booleans())
def test_every_leaf_of_every_record_is_there_once_and_in_its_place(values, size, gaps_between, marked):
    data, want, count = b"\xef\xbb\xbf" if marked else b"", [], 0
    for value, space in zip(values, gaps_between, strict=False):
        leaves, number = records(value, count)
        want += [(*leaf[:4], leaf[4] + len(data), leaf[5] + len(data)) for leaf in leaves]
        count += number
        data += value.encode() + (space or "\n").encode()
    tally, blocks = read(data, size)
    assert uncut(seen(blocks)) == uncut(want)
    assert (tally.gaps, tally.records, tally.bytes) == ([], count, len(data))
    assert tally.lines == data.count(b"\n") + (data.removeprefix(b"\xef\xbb\xbf")[-1:] not in (b"", b"\n"))


def uncut(leaves):
    """Paths with names as short as a long one is where its record was streamed."""
    return [(r, tuple(s if isinstance(s, int) else s[:3] for s in path), *rest) for r, path, *rest in leaves]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(documents, written_strings()), min_size=1, max_size=8), st.integers(1, 200), st.data())
def test_a_document_spoilt_anywhere_is_read_to_its_end(values, size, data):
    raw = bytearray(("[" + ", ".join(values) + "]").encode())
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.sampled_from(b'"\\{}[],:1x\x00\x80\xff '))
    raw = bytes(raw)
    tally, blocks = read(raw, size)
    covered = {byte for *_, lo, hi in seen(blocks) for byte in range(lo, hi)}
    assert [i for i, byte in enumerate(raw) if byte in b"bx\x80" and i not in covered] == []  # in no literal
    assert tally.bytes == len(raw)
    try:
        tokens(raw.decode())
    except Malformed:
        one = False
    except UnicodeDecodeError:
        return
    else:
        one = True
    assert not (one and tally.gaps)


# -- records -----------------------------------------------------------------------------------------------------------


def test_the_elements_of_an_array_are_records():
    data = b'[\n {"a": "x"},\n ["y", 1],\n "z"\n]\n'
    tally, blocks = read(data, 1000)
    assert seen(blocks) == [
        (0, ("a",), "a", True, 5, 6),
        (0, ("a",), "x", False, 10, 11),
        (1, (0,), "y", False, 18, 19),
        (1, (1,), "1", False, 22, 23),
        (2, (), "z", False, 28, 29),
    ]
    (block,) = blocks
    places = [next(iter(block.places(u, next(iter(block.leaves(u))), [(0, 1)])))[0] for u in (0, 13, 24)]
    assert block.data == b'{"a": "x"},\n ["y", 1],\n "z"\n'
    assert [place.line for place in places if place.record is not None] == [2, 3, 4]
    assert (tally.records, tally.lines, tally.bytes, tally.gaps) == (3, 5, len(data), [])
    assert list(tally.fields) == ["/a"]


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        (b'{"a":"x"}{"a":"y"}\n{"a":"z"}', [(0, "x"), (1, "y"), (2, "z")]),
        (b'1 2.5"a""b"null "c"', [(0, "1"), (1, "2.5"), (2, "a"), (3, "b"), (5, "c")]),
        (b'[1, 2][]\n[3]{"a": 4}[[5, 6], 7]', [(0, "1"), (1, "2"), (2, "3"), (3, "4"), (4, "5"), (4, "6"), (5, "7")]),
        (b"[NaN, 12345678901234567890123, -Infinity]", [(1, "12345678901234567890123")]),
        (b'["\\ud800", "\\udc00x"]', [(0, "\ud800"), (1, "\udc00x")]),
        (b'{"a":"x","a":"y"}', [(0, "x"), (0, "y")]),
        (b'\xef\xbb\xbf{"a":"x"}', [(0, "x")]),
        (b"[" * 40 + b'"x"' + b"]" * 40, [(0, "x")]),
    ],
)
def test_values_behind_one_another_are_numbered_on(data, texts):
    for size in (1, 2, 7, 1000):
        tally, blocks = read(data, size)
        assert [(leaf[0], leaf[2]) for leaf in seen(blocks) if not leaf[3]] == texts
        assert tally.gaps == []


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b" \n\t\r\n", b"[]", b"[ ] []"])
def test_what_holds_nothing_has_no_records(data):
    tally, blocks = read(data)
    assert (blocks, tally.records, tally.gaps) == ([], 0, [])


def test_many_small_values_share_a_block():
    for value in (b"[1, 2]\n", b'{"a": 1}\n', b"12\n"):
        _, blocks = read(value * 1000, 1 << 20)
        assert len(blocks) == 1
        _, blocks = read(value * 1000, 1000)
        assert len(blocks) < 20


def test_a_record_of_one_byte_too_many_is_streamed():
    for extra, streamed in ((0, 0), (1, 1)):
        element = b'["' + b"x" * (56 + extra) + b'"]'
        _, blocks = read(b"[1," + element + b",2]", 1000)
        assert [(leaf[0], leaf[1]) for leaf in seen(blocks)] == [(0, ()), (1, (0,)), (2, ())]
        assert sum(block.__class__.__name__ != "JsonBlock" for block in blocks) >= streamed
        assert (len(blocks) > 1) == bool(streamed)


# -- what is not JSON ----------------------------------------------------------------------------------------------------


def test_a_malformed_element_is_named_and_scanned_as_text():
    tally, blocks = read(b'[{"a": "x"}, {"a": x}, {"b" "y"}, 7]', 1000)
    assert [(leaf[0], leaf[1], leaf[2]) for leaf in seen(blocks)] == [
        (0, ("a",), "a"),
        (0, ("a",), "x"),
        (1, (), '{"a": x}'),
        (2, (), '{"b" "y"}'),
        (3, (), "7"),
    ]
    assert gaps(tally) == [
        ("coverage.malformed", "record 1", "not JSON from character 6; scanned as text"),
        ("coverage.malformed", "record 2", "not JSON from character 5; scanned as text"),
    ]
    assert tally.records == 4


def test_a_malformed_element_is_named_though_nobody_decodes_it():
    tally, _ = read(b'[{"a": tru}, {"b": 1}]', 1000)
    assert gaps(tally) == [("coverage.malformed", "record 0", "not JSON from character 6; scanned as text")]


@pytest.mark.parametrize(
    ("data", "record", "byte", "text"),
    [
        (b"hello world", 0, 0, "hello world"),
        (b"[1, 2] x", 2, 7, "x"),
        (b"[1, 2", 1, 5, "2"),
        (b"[1, 2,", 2, 6, ""),
        (b"[1, 2, ]", 2, 7, "]"),
        (b"[1, 2}", 2, 5, "}"),
        (b"[", 0, 1, ""),
        (b'{"a": 1}, {"a": 2}', 1, 8, ', {"a": 2}'),
        (b'{"a": "x', 0, 8, '{"a": "x'),
        (b'1 "x\ny"', 1, 4, '"x\ny"'),
        (b'{"a": 1}}', 1, 8, "}"),
        (b"1 [2] 01x", 2, 7, "01x"),
    ],
)
def test_where_the_structure_breaks_the_rest_is_text(data, record, byte, text):
    for size in (1, 7, 1000):
        tally, blocks = read(data, size)
        assert gaps(tally) == [
            ("coverage.malformed", f"record {record}", f"not JSON from byte {byte}; scanned as text")
        ]
        last = seen(blocks)[-1:]
        if text:
            assert last == [(record, (), text, False, len(data) - len(text), len(data))]
        assert tally.records == record + 1
        assert tally.bytes == len(data)


def test_a_broken_string_spoils_what_is_behind_it_but_nothing_is_dropped():
    data = b'[{"a": "x"}, {"b": "y"z"}, ' + b'{"c": "w"}, ' * 30 + b"1]"
    tally, blocks = read(data, 64)
    assert gaps(tally) == [("coverage.malformed", "record 1", "not JSON from byte 22; scanned as text")]
    assert seen(blocks)[-1] == (1, (), data[22:].decode(), False, 22, len(data))


def test_bytes_that_are_no_utf8_are_kept_and_named():
    tally, blocks = read(b'["a", "\x80", {"b": "\xe9"}]', 1000)
    assert [(leaf[0], leaf[2]) for leaf in seen(blocks)] == [(0, "a"), (1, "\udc80"), (2, "b"), (2, "\udce9")]
    assert gaps(tally) == [
        ("coverage.malformed", f"record {n}", "not UTF-8; undecodable bytes were kept as they are") for n in (1, 2)
    ]


def test_counts_are_kept_while_blocks_are_drawn():
    data = stdjson.dumps([{"id": n, "t": ["x"]} for n in range(40)], indent=1).encode()
    tally = Tally()
    drawn = json.blocks(io.BytesIO(data), Slice(Shard("", "", 0)), Policy(block_size=300), tally)
    lines = [(tally.records, tally.lines, tally.bytes) for _ in drawn]
    assert lines == sorted(lines)
    assert len(lines) > 4
    assert (tally.records, tally.lines, tally.bytes) == (40, data.count(b"\n") + 1, len(data))
    assert list(tally.fields) == ["/id", "/t/*"]


def test_reading_json_does_not_hide_the_module_that_sniffing_needs():
    formats.module("json")
    assert formats.identify(b'{"a":1}\n{"a":2}\n', "x", complete=True) == "jsonl"
