"""Records too long to decode at once: whatever the size of the pieces, every leaf is there, once, and in its place."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from leakscan import reference
from leakscan.detect import Detector
from leakscan.engine import Engine
from leakscan.formats import bigjson, jsonl, windows
from leakscan.jsontext import Malformed, source_span, source_spans, tokens
from leakscan.types import Block, Policy, Shard, Slice, Tally
from tests.toys import POLICY, RULES, shards

TOY = Detector(RULES, POLICY, Engine(RULES))

MARGIN = 3
WINDOW = 48  # at least 12 bytes a code point of the margin, and 12 more


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(bigjson, "PIECE", 16)
    monkeypatch.setattr(bigjson, "MAX_STRING", WINDOW)
    monkeypatch.setattr(bigjson, "_LONG_NAME", MARGIN)
    monkeypatch.setattr(windows, "WINDOW", WINDOW)
    monkeypatch.setattr(windows, "MARGIN", MARGIN)


# -- what a record should give, from the whole of it -----------------------------------------------------------------


def expected(data: bytes, record: int = 0) -> list[tuple]:
    """(record, path, text, key, byte_start, byte_end) of every leaf with a text."""
    source = data.decode("utf-8", "surrogateescape")

    def byte(point):
        return len(source[:point].encode("utf-8", "surrogateescape"))

    out = []
    names: dict[int, str] = {}  # by depth, a name too long for one value cut
    for t in tokens(source):
        if t.key:
            names[len(t.path)] = t.text[:MARGIN] if byte(t.hi) - byte(t.lo) > WINDOW + 2 else t.text
        path = tuple(names[i] if isinstance(step, str) else step for i, step in enumerate(t.path, 1))
        if t.text:
            lo, hi = source_span(source[t.lo : t.hi], 0, len(t.text))
            out.append((record, path, t.text, t.key, byte(t.lo + lo), byte(t.lo + hi)))
    return out


def seen(blocks: Iterator[Block]) -> list[tuple]:
    """The same of blocks, the cores of windows put together."""
    out: list[tuple] = []
    for block in blocks:
        ends = list(range(1, len(block.data) + 1))
        units = block.units(ends)
        assert len(units) == len(ends)
        for unit in sorted({u for u in units if u >= 0}):
            lo, hi = block.span(unit)
            assert all(lo < end <= hi for end, u in zip(ends, units, strict=True) if u == unit)
            for leaf in block.leaves(unit):
                assert lo <= leaf.lo <= leaf.hi <= hi
                names = leaf.path[:-1] if leaf.key else leaf.path
                if block.path:
                    assert names[: len(block.path)] == block.path
                if leaf.text:
                    add(out, block, unit, leaf)
    return out


def add(out, block, unit, leaf):
    start, end = leaf.core or (0, len(leaf.text))
    each = [(i, i + 1) for i in range(start, end)]
    ((whole, *chars),) = block.places(unit, leaf, [(start, end), *each])
    assert whole.path == leaf.path
    assert whole.byte_start == chars[0].byte_start
    assert whole.byte_end == chars[-1].byte_end
    assert all(a.byte_end == b.byte_start for a, b in pairwise(chars))
    if leaf.core and out and whole.base + start:
        record, path, text, key, lo, hi = out.pop()
        assert (record, path, key, hi) == (whole.record, leaf.path, leaf.key, whole.byte_start)
        assert len(text) == whole.base + start
        assert text.endswith(leaf.text[:start])
        assert min(len(text), MARGIN) == start
        out.append((record, path, text + leaf.text[start:end], key, lo, whole.byte_end))
    else:
        out.append((whole.record, leaf.path, leaf.text[start:end], leaf.key, whole.byte_start, whole.byte_end))


def read(data: bytes, *, size=16, given_first=0, lines=True, left=-1, offset=0, line=1):
    """(reader, stream, tally, blocks)."""
    stream, tally = io.BytesIO(data[given_first:]), Tally()
    reader = bigjson.Reader(stream, data[:given_first], left, tally, record=0, line=line, offset=offset, lines=lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bigjson, "PIECE", size)
        return reader, stream, tally, list(reader.record(Policy()))


# -- random documents, randomly written ------------------------------------------------------------------------------

chars = st.one_of(
    st.sampled_from('ab"\\/\n\t\x00é中😀\u2028\ud800\udc00\udfff'),
    st.characters(),
)
texts = st.one_of(st.text(chars, max_size=8), st.text(chars, max_size=150))
numbers = st.sampled_from(["0", "-1", "12.0", "1e5", "536228734.000", "123456789012345678901234567890", "0.5E-7"])
literals = st.sampled_from(["true", "false", "null", "NaN", "-Infinity"])
spaces = st.sampled_from(["", "", "", " ", "\t ", "\r", "   "])


@st.composite
def written_strings(draw):
    out = []
    for char in draw(texts):
        short = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\n": "\\n", "\t": "\\t"}.get(char)
        code = ord(char)
        units = [code] if code < 0x10000 else [0xD800 + ((code - 0x10000) >> 10), 0xDC00 + ((code - 0x10000) & 0x3FF)]
        long = "".join(draw(st.sampled_from([f"\\u{u:04x}", f"\\u{u:04X}"])) for u in units)
        must = char in '"\\' or code < 0x20 or 0xD800 <= code < 0xE000
        forms = [f for f in (short, long, None if must else char, None if must else char) if f]
        out.append(draw(st.sampled_from(forms)))
    return '"' + "".join(out) + '"'


def containers(inner):
    @st.composite
    def arrays(draw):
        items = [draw(spaces) + draw(inner) + draw(spaces) for _ in range(draw(st.integers(0, 6)))]
        return "[" + (",".join(items) or draw(spaces)) + "]"

    @st.composite
    def objects(draw):
        names = st.one_of(st.sampled_from(['"a"', '"b"', '""']), written_strings())
        items = [
            draw(spaces) + draw(names) + draw(spaces) + ":" + draw(spaces) + draw(inner) + draw(spaces)
            for _ in range(draw(st.integers(0, 5)))
        ]
        return "{" + (",".join(items) or draw(spaces)) + "}"

    return st.one_of(arrays(), objects())


documents = st.recursive(st.one_of(written_strings(), numbers, literals), containers, max_leaves=25)


@settings(max_examples=300, deadline=None)
@given(documents, st.integers(1, 80), st.integers(0, 200), st.sampled_from([b"", b"\n", b"\r\n"]), st.booleans())
def test_every_leaf_of_a_record_is_there_once_and_in_its_place(source, size, first, ending, indented):
    data = source.encode()
    if indented:
        data = data.replace(b"\t", b"\n")
    behind = b'{"next": 1}\n' if ending else b""
    whole = data + ending + behind
    if indented:
        reader, stream, tally, blocks = read(whole, size=size, given_first=first, lines=False, offset=7)
        assert reader.newlines == whole[: reader.offset - 7].count(b"\n")
    else:
        reader, stream, tally, blocks = read(whole, size=size, given_first=first, offset=7)
        assert reader.newlines == bool(ending)
    assert seen(blocks) == [(*rest, lo + 7, hi + 7) for *rest, lo, hi in expected(data)]
    assert tally.gaps == []
    tail = ending + behind if indented else behind
    assert reader.rest + stream.read() == tail
    assert reader.offset == 7 + len(whole) - len(tail)
    assert tally.bytes == max(0, len(whole) - first) - (len(tail) - len(reader.rest) if first < len(whole) else 0)


@settings(max_examples=200, deadline=None)
@given(documents, st.data(), st.integers(1, 80))
def test_a_record_cut_or_spoilt_anywhere_is_read_to_its_end(source, data, size):
    raw = bytearray(source.encode())
    at = data.draw(st.integers(0, len(raw) - 1))
    how = data.draw(st.sampled_from(["cut", "drop", "spoil"]))
    if how == "cut":
        raw = raw[:at]
    elif how == "drop":
        del raw[at]
    else:
        raw[at] = data.draw(st.sampled_from(b'"\\{}[],:1x\x00\x80\xff '))
    raw = bytes(raw)
    try:
        want = expected(raw)
    except Malformed:
        want = None
    reader, stream, tally, blocks = read(raw + b"\nnext", size=size)
    assert (reader.rest + stream.read(), reader.offset) == (b"next", len(raw) + 1)
    got = seen(blocks)
    if want is not None:
        assert got == want
    elif raw.strip(b" \t\r"):
        assert [g.kind for g in tally.gaps if "from byte" in g.detail] == ["coverage.malformed"]
        covered = {byte for *_, lo, hi in got for byte in range(lo, hi)}
        assert [i for i, byte in enumerate(raw) if byte in b"bx\x80" and i not in covered] == []  # in no literal


@settings(max_examples=200, deadline=None)
@given(written_strings(), st.data())
def test_many_spans_are_placed_as_each_alone(token, data):
    text = json.loads(token)
    if text:
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        spans = [(start, end), *((i, i + 1) for i in range(len(text)))]
        assert source_spans(token, spans) == [source_span(token, *span) for span in spans]


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(shards(), st.sampled_from([1, 2, 7]), st.sampled_from([3, 16, 60]))
def test_what_is_found_in_pieces_is_what_the_reference_finds(data, block_size, piece):
    tally, found = Tally(format="jsonl"), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonl, "MAX_RECORD", 4)
        patch.setattr(bigjson, "PIECE", piece)
        patch.setattr(bigjson, "MAX_STRING", 1 << 20)
        part = Slice(Shard("u", "u", len(data)))
        for block in jsonl.blocks(io.BytesIO(data), part, replace(POLICY, block_size=block_size), tally):
            found += TOY.findings(block, "u", tally)[0]
    assume(not any("from byte" in gap.detail for gap in tally.gaps))  # text begins where JSON ends, not at the line
    expected = reference.scan(RULES, POLICY, reference.jsonl(data), "u", "jsonl")
    assert [_without_context(f) for f in found] == [_without_context(f) for f in expected]


def _without_context(finding):
    """The values of the unit are masked in contexts and names: of a record in one case, of a member or element in the other."""
    return replace(finding, context="", location=replace(finding.location, pointer=str(len(finding.location.pointer))))


# -- windows -----------------------------------------------------------------------------------------------------------


def test_a_long_string_is_shown_in_windows_with_margins_and_a_base():
    text = "".join(chr(ord("a") + i % 26) for i in range(130))
    _, _, tally, blocks = read(f'{{"t":"{text}"}}\n'.encode())
    name, *windows = blocks
    assert [leaf.text for leaf in name.leaves(0)] == ["t"]
    leaves = [w.leaves(0)[0] for w in windows]
    assert [(w.path, leaf.path, leaf.core) for w, leaf in zip(windows, leaves, strict=True)] == [
        (("t",), ("t",), (0, 48)),
        (("t",), ("t",), (3, 51)),
        (("t",), ("t",), (3, 37)),
    ]
    assert [leaf.text for leaf in leaves] == [text[:51], text[45:99], text[93:]]
    places = [next(iter(w.places(0, leaf, [leaf.core])))[0] for w, leaf in zip(windows, leaves, strict=True)]
    assert [(p.record, p.line, p.base, p.byte_start, p.byte_end) for p in places] == [
        (0, 1, 0, 6, 54),
        (0, 1, 45, 54, 102),
        (0, 1, 93, 102, 136),
    ]
    assert list(tally.fields) == ["/t"]


def test_a_window_never_ends_inside_a_pair_an_escape_or_a_character():
    for content in ("\\ud83d\\ude00", "😀", "\\\\ud83d", "é\\n", "\\\\"):
        for shift in range(12):
            data = ('"' + "x" * shift + content * 40 + '"\n').encode()
            _, _, tally, blocks = read(data)
            assert len(blocks) > 1
            assert seen(blocks) == expected(data[:-1])
            assert tally.gaps == []


def test_json_in_a_long_string_is_noted_once():
    data = json.dumps([json.dumps({"a": "b" * 99})] * 2).encode() + b"\n"
    _, _, tally, _ = read(data)
    assert tally.notes == [f"JSON inside strings of more than {WINDOW} bytes is scanned as text"]


def test_a_long_name_is_shown_in_windows_and_cut_in_paths():
    name = "n" * 100
    _, _, tally, blocks = read(f'{{"o":{{"{name}":7}}}}\n'.encode())
    got = seen(blocks)
    assert got == [
        (0, ("o",), "o", True, 2, 3),
        (0, ("o", "nnn"), name, True, 7, 107),
        (0, ("o", "nnn"), "7", False, 109, 110),
    ]
    assert [b.path for b in blocks] == [(), ("o",), ("o",), ("o",), ("o", "nnn")]
    assert tally.notes == [f"a member name of more than {WINDOW} bytes is cut to 3 characters in pointers"]


# -- what is not JSON ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "at", "text"),
    [
        (b'{"a": "b", "c": tru, "d": "e"}', 16, '"c": tru, "d": "e"}'),
        (b'["a", "b" "c", "d"]', 10, '"b" "c", "d"]'),
        (b'["abcdefghijklmnopqrstuvwxyz", }', 31, "}"),
        (b'["abcdefghijklmnopqrstuvwxyz", ]', 31, "]"),
        (b"[,1]", 1, ",1]"),
        (b"[1,,2]", 3, ",2]"),
        (b'{"a": 1,}', 8, "}"),
        (b'["abcdefghijklmnopqrstuvwxyz"} ', 29, "} "),
        (b'["abcdefghijklmnopqrstuvwxyz"] x', 31, "x"),
        (b'{"abcdefghijklmnopqrstuvwxyz" 1}', 30, "1}"),
        (b'{"a": 1, abcdefghijklmnopqrstuvwxyz: 2}', 9, "abcdefghijklmnopqrstuvwxyz: 2}"),
        (b"[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11", 34, "11"),
        (b'["' + b"x" * 100 + b'\\x"]', 102, '\\x"]'),
        (b'["' + b"x" * 100, 102, ""),
        (b"[" * 700, 512, "[" * 188),
    ],
)
def test_what_is_not_json_is_scanned_as_text_to_the_end(raw, at, text):
    for ending, lines in ((b"\n", True), (b"", True), (b"", False)):
        if raw.endswith(b"] x") and not lines:
            continue  # the value ends before the x
        reader, _, tally, blocks = read(raw + ending, lines=lines)
        (gap,) = tally.gaps
        reason = "nested too deep" if raw.startswith(b"[[") else "not JSON"
        assert (gap.kind, gap.at, gap.detail) == (
            "coverage.malformed",
            "record 0",
            f"{reason} from byte {at}; scanned as text",
        )
        rest = [leaf for leaf in seen(blocks) if leaf[1] == ()]
        lo = len(raw) - len(text)
        assert rest == ([(0, (), text, False, lo, len(raw))] if text else [])
        assert reader.broken
        assert (reader.offset, reader.rest) == (len(raw + ending), b"")


def test_a_member_nested_too_deep_is_scanned_as_text():
    """A parser takes 1024 containers in one another, `leakscan.jsontext` half of that."""
    deep = b"[" * 600 + b'"x"' + b"]" * 600
    for first, name, after in ((b'["a", ', b"", b', "b"]'), (b'{"a": 1, ', b'"d": ', b', "b": 2}')):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bigjson, "MAX_STRING", 1 << 12)
            _, _, tally, blocks = read(first + name + deep + after, size=1 << 12)
            at = len(first + name) + 512
            assert [gap.detail for gap in tally.gaps] == [f"not JSON from byte {at}; scanned as text"]
            rest = seen(blocks)[-1]
        assert (rest[1], rest[2]) == ((), (name + deep + after).decode())


def test_bytes_that_are_no_utf8_are_kept_and_named():
    for filling in (b"", b"x" * 100):
        _, _, tally, blocks = read(b'["\x80\xff' + filling + b'", {"k\xe9": 1}]\n')
        assert [leaf[2] for leaf in seen(blocks)] == ["\udc80\udcff" + filling.decode(), "k\udce9", "1"]
        assert [(g.at, g.detail) for g in tally.gaps] == [
            ("record 0", "not UTF-8; undecodable bytes were kept as they are")
        ]


def test_a_blank_record_gives_nothing():
    reader, _, tally, blocks = read(b" " * 100 + b"\r\nx")
    assert (blocks, tally.gaps, reader.offset) == ([], [], 102)


def test_no_more_is_read_than_was_allowed():
    reader, stream, tally, blocks = read(b'["' + b"x" * 96 + b'"]' + b"[1]" * 20, left=80, given_first=20)
    assert (reader.left, tally.bytes, stream.tell(), tally.gaps) == (0, 80, 80, [])
    assert seen(blocks)[0][2] == "x" * 96


def test_a_stream_that_fails_is_a_gap_and_what_came_before_is_scanned():
    class Failing(io.BytesIO):
        def read(self, size=-1):
            chunk = super().read(size)
            if not chunk:
                raise OSError(5, "Input/output error")
            return chunk

    tally = Tally()
    reader = bigjson.Reader(Failing(b'["' + b"x" * 96), b"", -1, tally, record=0, line=1, offset=0)
    assert "".join(leaf[2] for leaf in seen(reader.record(Policy()))) == "x" * 96
    assert [(g.kind, g.at, g.detail) for g in tally.gaps] == [
        ("coverage.unreadable", "byte 98", "Input/output error"),
        ("coverage.malformed", "record 0", "not JSON from byte 98; scanned as text"),
    ]


# -- lines, fields, real sizes ---------------------------------------------------------------------------------------------


def test_lines_are_those_of_a_document_of_many():
    data = json.dumps({"a": ["x", "y" * 30], "b": {"c": "z"}}, indent=1).encode()
    _, _, _, blocks = read(data, lines=False, line=5)
    lines = {}
    for block in blocks:
        for unit in sorted(set(block.units(range(1, len(block.data) + 1))) - {-1}):
            for leaf in block.leaves(unit):
                ((place,),) = block.places(unit, leaf, [(0, len(leaf.text))])
                lines[leaf.text[:1]] = place.line
    assert lines == {"a": 6, "x": 7, "y": 8, "b": 10, "c": 11, "z": 11}


def test_fields_are_named_with_stars_for_indices():
    data = json.dumps({"a": [{"b/c": "x" * 30, "d": 1}] * 3, "e": "y" * 99}).encode() + b"\n"
    _, _, tally, _ = read(data)
    assert list(tally.fields) == ["/a/*/b~1c", "/a/*/d", "/e"]


LIMITED = """
    import re, sys, time
    from leakscan.formats import bigjson
    from leakscan.types import Policy, Tally

    class Made:
        def __init__(self, parts):
            self.parts, self.ready, self.total = parts, b"", 0
        def read(self, size):
            if not self.ready:
                self.ready = next(self.parts, b"")
            chunk, self.ready = self.ready[:size], self.ready[size:]
            self.total += len(chunk)
            return chunk

    def one_string():
        yield b'{"head": ['
        for _ in range(500):
            yield b'{"id": 12345, "text": "some words of text \\\\u00e9"},\\n'.replace(b"\\n", b" ") * 2000
        yield b'1], "body": "'
        for _ in range(275):
            yield (b"the quick brown fox \\\\n jumps over \\\\u00e9 " + "é中 ".encode()) * 20000
        yield b'"}'

    def fields():
        yield b'{"n": 0'
        for i in range(300):
            yield b"".join(b', "field%d": {"a": [1, 2.5, "x"], "b": "some words"}' % (i * 20000 + k) for k in range(20000))
        yield b'}'

    import numpy, orjson
    def peak_now():  # not ru_maxrss, which counts the memory of the parent
        return int(re.search("VmHWM:[^0-9]*([0-9]+)", open("/proc/self/status").read())[1])

    before = peak_now()
    stream, tally = Made(globals()[sys.argv[1]]()), Tally()
    reader = bigjson.Reader(stream, b"", -1, tally, record=0, line=1, offset=0)
    begin, count = time.process_time(), 0
    for block in reader.record(Policy()):
        count += 1
    seconds = time.process_time() - begin
    assert not tally.gaps, tally.gaps
    peak = peak_now()
    print(stream.total >> 20, count, before >> 10, peak >> 10, round(stream.total / seconds / 1e6))
"""


@pytest.mark.parametrize("what", ["one_string", "fields"])
def test_memory_does_not_grow_with_the_record(what):
    out = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(LIMITED), what],
        check=True,
        capture_output=True,
        text=True,
        cwd=os.path.dirname(os.path.dirname(__file__)),
    ).stdout
    megabytes, _, before, peak, _ = map(int, out.split())
    assert megabytes >= 290
    assert peak < 200
    assert peak - before < 60
