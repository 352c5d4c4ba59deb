"""Windows of text: every code point in one core, every place right, whatever the encoding and the block size."""

from __future__ import annotations

import codecs
import io
import itertools
from collections.abc import Sequence
from unittest import mock

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leakscan.dialect import MAX_WIDTH
from leakscan.formats import text as reader
from leakscan.formats.text import MARGIN, Encoding, TextBlock, decode, decode_head, detect, transcoded
from leakscan.rules import BEFORE
from leakscan.types import Gap, Place, Policy, Shard, Slice, Tally

WIDE = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
MARKS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}
LETTERS = st.text(st.sampled_from("ab \n\r\té߿ࠀ€\uffff𝒜🔑\U0010ffff"), max_size=120)
SIZES = st.integers(1, 50)
MARGINS = st.integers(0, 9)


def windows(raw: bytes, size: int = 1 << 20, margin: int = MARGIN) -> tuple[list[TextBlock], Tally]:
    tally = Tally()
    with mock.patch.object(reader, "MARGIN", margin):
        part = Slice(Shard("a", "a", len(raw)))
        found = list(reader.blocks(io.BytesIO(raw), part, Policy(block_size=size), tally))
    return [block for block in found if isinstance(block, TextBlock)], tally


def only(block: TextBlock) -> tuple[str, tuple[int, int]]:
    """The text and the core of a window, after a look at what is the same for all."""
    (leaf,) = block.leaves(0)
    assert (leaf.path, leaf.lo, leaf.hi, leaf.key) == ((), 0, len(block.data), False)
    assert (block.path, block.escaped, block.units([1, 1, 2]), block.span(0)) == ((), False, [0, 0, 0], (0, leaf.hi))
    assert leaf.core is not None
    return leaf.text, leaf.core


def place(block: TextBlock, spans: Sequence[tuple[int, int]]) -> list[Place]:
    (places,) = block.places(0, block.leaves(0)[0], spans)
    return places


def check(raw: bytes, whole: str, encoding: Encoding, size: int, margin: int) -> Tally:
    """Hold every window, and the place of every span of up to three characters in its core, against `whole`."""
    blocks, tally = windows(raw, size, margin)
    units = [len(char.encode(encoding.name, encoding.errors)) for char in whole]
    offsets = list(itertools.accumulate(units, initial=encoding.bom))
    done = 0
    for block in blocks:
        text, (start, end) = only(block)
        base = done - start
        assert text == whole[base : base + len(text)]
        assert start < end
        assert start >= min(margin, done)
        assert len(text) - end >= min(margin, len(whole) - base - end)
        spans = [(at, to) for at in range(start, end) for to in range(at, min(at + 4, len(text) + 1))]
        expected = [
            Place(
                record=0,
                path=(),
                line=whole[: at + base].count("\n") + 1,
                byte_start=offsets[at + base],
                byte_end=offsets[to + base],
                base=base,
            )
            for at, to in spans
        ]
        assert place(block, spans) == expected
        assert place(block, spans[::-1]) == expected[::-1]
        done = base + end
    assert done == len(whole)
    assert (tally.bytes, tally.records) == (len(raw) - len(raw[encoding.bom :]) % encoding.unit, 1)
    assert tally.lines == whole.count("\n") + (whole[-1:] not in ("", "\n"))
    return tally


@given(whole=LETTERS, name=st.sampled_from(sorted(MARKS)), marked=st.booleans(), size=SIZES, margin=MARGINS)
def test_windows_tile_the_text_and_places_are_exact(
    whole: str, name: str, marked: bool, size: int, margin: int
) -> None:
    mark = MARKS[name] if marked else b""
    raw = mark + whole.encode(name)
    encoding = Encoding(name, len(mark))
    assume(detect(raw, complete=True) == encoding)
    tally = check(raw, whole, encoding, size, margin)
    assert tally.gaps == []
    assert tally.notes == ([] if name == "utf-8" else [f"read as {name.upper()}"])
    assert decode(raw) == (whole, encoding)


@given(whole=st.text(st.sampled_from("ab\n é¿ÿ"), max_size=120), size=SIZES, margin=MARGINS)
def test_latin1_too(whole: str, size: int, margin: int) -> None:
    raw = whole.encode("latin-1")
    assume(detect(raw, complete=True).name == "latin-1")
    assert check(raw, whole, Encoding("latin-1"), size, margin).notes == ["read as Latin-1"]


@given(
    raw=st.lists(st.sampled_from([b"a", b"\n", "é".encode(), "🔑".encode(), b"\x80", b"\xf0", b"\xe2\x82", b"\xff"])),
    size=SIZES,
    margin=MARGINS,
)
def test_bytes_that_are_not_utf8_are_kept_one_by_one(raw: list[bytes], size: int, margin: int) -> None:
    data = b"".join(raw)
    whole = data.decode("utf-8", "surrogateescape")
    with mock.patch.object(reader, "_mostly_utf8", return_value=True):
        tally = check(data, whole, Encoding("utf-8"), size, margin)
        blocks, _ = windows(data, size, margin)
    assert all(block.data in data for block in blocks)
    strays = sum("\udc80" <= char <= "\udcff" for char in whole)
    assert tally.notes == ([f"{strays} bytes are not UTF-8; they were kept as they are"] if strays else [])
    assert tally.gaps == []


@given(raw=st.binary(max_size=200), size=SIZES, margin=MARGINS)
def test_any_bytes_are_read_whole(raw: bytes, size: int, margin: int) -> None:
    whole, encoding = decode(raw)
    tally = check(raw, whole, encoding, size, margin)
    whole_units = len(raw[encoding.bom :]) % encoding.unit == 0
    assert [gap.kind for gap in tally.gaps] == ([] if whole_units else ["coverage.truncated"])


@pytest.mark.parametrize("name", WIDE)
@given(numbers=st.lists(st.sampled_from([0x61, 0x0A, 0xD83D, 0xDD11, 0xD800, 0xDFFF, 0xFFFF]), max_size=60))
def test_lone_surrogates_are_kept(name: str, numbers: list[int]) -> None:
    unit = 2 if "16" in name else 4
    order = "little" if name.endswith("le") else "big"
    raw = MARKS[name] + b"".join(number.to_bytes(unit, order) for number in numbers)  # type: ignore[arg-type]
    whole, encoding = decode(raw)
    assert encoding == Encoding(name, len(MARKS[name]))
    check(raw, whole, encoding, 5, 3)


@pytest.mark.parametrize("name", ["utf-32-le", "utf-32-be"])
def test_numbers_beyond_unicode_are_replaced(name: str) -> None:
    raw = MARKS[name] + "a".encode(name) + b"\x7f\x7f\x7f\x7f" + "b\ud800".encode(name, "surrogatepass")
    assert decode(raw) == ("a\ufffdb\ud800", Encoding(name, 4))
    check(raw, "a\ufffdb\ud800", Encoding(name, 4), 4, 1)


# -- windows -----------------------------------------------------------------------------------------------------


def test_the_margin_covers_the_widest_match_and_its_context() -> None:
    assert MARGIN == MAX_WIDTH + BEFORE


@pytest.mark.parametrize("char", ["x", "é", "€", "🔑"])
def test_windows_of_one_giant_line_have_full_margins(char: str) -> None:
    whole = char * 200_000
    blocks, tally = windows(whole.encode(), 1 << 16)
    width = len(char.encode())
    cores = [only(block)[1] for block in blocks]
    assert len(blocks) == -(-200_000 * width // (65_536 // width * width))
    assert [core[0] for core in cores[1:-1]] == [
        MARGIN if width == 1 else min(MARGIN * 4 // width, base)
        for base in itertools.accumulate(b - a for a, b in cores[:-2])
    ]
    assert all(len(block.data) <= 65_536 + 8 * (MARGIN + 1) for block in blocks)
    assert (tally.bytes, tally.lines) == (200_000 * width, 1)


def test_windows_end_at_a_newline_near_by() -> None:
    whole = "".join(f"line {n} of the text\r\n" for n in range(2000))
    blocks, _ = windows(whole.encode(), 4096)
    ends = [only(block)[0][only(block)[1][1] - 2 : only(block)[1][1]] for block in blocks]
    assert ends == ["\r\n"] * len(blocks)
    assert len(blocks) == 11


def test_utf8_is_passed_on_as_it_stands() -> None:
    raw = codecs.BOM_UTF8 + "Grüße,\r\nlast line".encode()
    (block,), tally = windows(raw)
    assert block.data == raw[3:]
    assert (tally.bytes, tally.lines, tally.records, tally.notes) == (len(raw), 2, 1, [])
    assert place(block, [(8, 12)]) == [Place(0, (), line=2, byte_start=13, byte_end=17)]


@pytest.mark.parametrize("raw", [b"", *MARKS.values()])
def test_an_empty_text_has_no_window(raw: bytes) -> None:
    blocks, tally = windows(raw)
    assert (blocks, tally.bytes, tally.lines, tally.records, tally.gaps) == ([], len(raw), 0, 1, [])


def test_a_stream_that_gives_little_at_a_time_changes_nothing() -> None:
    class Dribble(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 3, 3))

    for name in MARKS:
        raw = ("some wörds 🔑\n" * 300).encode(name)
        tally = Tally()
        blocks = list(reader.blocks(Dribble(raw), Slice(Shard("a", "a", 0)), Policy(block_size=512), tally))
        assert [block.data for block in blocks] == [block.data for block in windows(raw, 512)[0]]


def test_an_error_of_the_storage_is_named_and_what_came_before_is_read() -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() >= 300_000:
                raise OSError(5, "Input/output error")
            return super().read(min(size or 1, 1000, 300_000 - self.tell()))

    tally = Tally()
    blocks = list(reader.blocks(Failing(b"x" * 400_000), Slice(Shard("a", "a", 0)), Policy(block_size=1 << 16), tally))
    assert tally.bytes == 300_000
    assert tally.gaps == [Gap("coverage.unreadable", "byte 300000", "Input/output error")]
    assert (len(blocks), tally.unread) == (5, False)


def test_half_a_character_at_the_end_is_a_truncation() -> None:
    blocks, tally = windows(codecs.BOM_UTF16_LE + "ab".encode("utf-16-le") + b"c")
    assert [block.data for block in blocks] == [b"ab"]
    assert tally.gaps == [Gap("coverage.truncated", "byte 6", "the last character is incomplete")]


def test_a_window_can_stand_in_a_value_of_another_format() -> None:
    def locate(text: str, points: Sequence[int]) -> list[tuple[int | None, int | None]]:
        assert text == "x🔑\ud83dy"
        return [(None, 100 + point) for point in points]

    data = "x🔑\ud83dy".encode("utf-8", "surrogatepass")
    block = TextBlock(data, (1, 3), 7, locate, path=("a", 0), record=5, errors="surrogatepass")
    (leaf,) = block.leaves(0)
    assert (leaf.text, leaf.path, leaf.core, block.path) == ("x🔑\ud83dy", ("a", 0), (1, 3), ("a", 0))
    assert place(block, [(2, 4), (1, 2)]) == [
        Place(5, ("a", 0), byte_start=102, byte_end=104, base=7),
        Place(5, ("a", 0), byte_start=101, byte_end=102, base=7),
    ]


# -- encodings ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WIDE)
@pytest.mark.parametrize("text", ["a key = value\r\n", "Schlüssel = Größe\n", "ключ = значение 1\n", "键 = 值, 和 1\n"])
def test_wide_encodings_are_told_without_a_mark(name: str, text: str) -> None:
    assert detect(text.encode(name), complete=True) == Encoding(name)
    assert detect((text * 100).encode(name)[:1021]) == Encoding(name)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"", "utf-8"),
        (b"plain", "utf-8"),
        ("naïve €".encode(), "utf-8"),
        (b"a\0b c\0\0d", "utf-8"),
        (b"first\0second\0third\0", "utf-8"),
        ("naïve ".encode() * 20 + b"\xff", "utf-8"),
        (b"x" * 2000 + b"\xe9", "utf-8"),
        (b"caf\xe9", "latin-1"),
        (b"na\xefve caf\xe9 \xa9 2024\n", "latin-1"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0\x08\6\0\0\0\\r\xa8f", "latin-1"),
        (bytes(100), "utf-8"),
        (b"".join(n.to_bytes(2, "little") for n in (262, 318, 11, 257, 13, 428, 60, 61, 62)), "latin-1"),
    ],
)
def test_narrow_encodings_are_told(head: bytes, name: str) -> None:
    assert detect(head, complete=True) == Encoding(name)


def test_a_head_may_end_inside_a_character() -> None:
    assert detect(b"caf\xc3") == Encoding("utf-8")
    assert detect(b"caf\xc3", complete=True) == Encoding("latin-1")
    assert decode_head("\ufeffé🔑".encode("utf-16-le")[:-2], complete=False) == "é\ud83d"


@given(whole=LETTERS, name=st.sampled_from(sorted(MARKS)), size=st.integers(1, 20), known=st.integers(0, 40))
def test_a_transcoded_stream_is_utf8(whole: str, name: str, size: int, known: int) -> None:
    raw = io.BytesIO(MARKS[name] + whole.encode(name))
    head = raw.read(known)
    tally = Tally()
    with mock.patch.object(reader, "_CHUNK", 7):
        stream = transcoded(raw, Encoding(name, len(MARKS[name])), tally, head)
        parts = list(iter(lambda: stream.read(size), b""))
    assert b"".join(parts) == whole.encode()
    assert all(len(part) == size for part in parts[:-1])
    assert tally.gaps == []
