"""Arrow columns as blocks: every value at every place it stands, nothing that stands nowhere."""

from __future__ import annotations

import base64
import datetime
import decimal
import mmap
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leakscan.formats.columns import column_blocks
from leakscan.formats.schema import field_names, has_text, metadata_blocks, schema_blocks
from leakscan.formats.values import ColumnBlock, EntryBlock

Found = tuple[int | None, tuple[str | int, ...], str, bool]


def found(blocks: Iterator[ColumnBlock] | list[ColumnBlock]) -> Counter[Found]:
    """Every (record, path, text, key) of every unit, with the block's promises checked on the way."""
    out: Counter[Found] = Counter()
    for block in blocks:
        raw = bytes(block.data)
        units = block.units(range(1, len(raw) + 1))
        assert all(lo < hi for lo, hi in map(block.span, set(units) - {-1}))
        for unit in sorted(set(units) - {-1}):
            lo, hi = block.span(unit)
            assert all(units[at - 1] == unit for at in range(lo + 1, hi + 1))
            for leaf in block.leaves(unit):
                assert raw[leaf.lo : leaf.hi] == leaf.text.encode("utf-8", "surrogateescape")
                places = list(block.places(unit, leaf, [(0, 1), (0, len(leaf.text))]))
                assert all(first == second for first, second in places)
                assert places[0][0].path == leaf.path
                out.update((place.record, place.path, leaf.text, leaf.key) for place, _ in places)
    return out


def scan(array: pa.Array, limit: int = 1 << 20, first: int = 0) -> list[Found]:
    return sorted(found(column_blocks(array, "c", first, limit)).elements(), key=repr)


# -- the oracle: a walk of to_pylist() ------------------------------------------------------------------------------


def number(value: Any, kind: pa.DataType) -> str:
    if isinstance(value, float):
        return str(int(value)) if abs(value) < 2**63 and value == int(value) and abs(value) >= 10**6 else ""
    if isinstance(value, decimal.Decimal):
        text = str(int(value)) if value == int(value) else str(value)
        return text if len(text) >= 7 and abs(int(value.scaleb(kind.scale))) >= 10**6 else ""
    return str(value) if abs(value) >= 10**6 else ""


def leaf_text(value: Any, kind: pa.DataType) -> str:
    if isinstance(value, bool | datetime.datetime | datetime.timedelta):
        return ""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return value if isinstance(value, str) else number(value, kind)


def unwrapped(kind: pa.DataType) -> pa.DataType:
    while pt.is_dictionary(kind) or pt.is_run_end_encoded(kind):
        kind = kind.value_type
    return kind


def walk(value: Any, kind: pa.DataType, path: tuple[str | int, ...]) -> Iterator[tuple[Any, ...]]:
    kind = unwrapped(kind)
    if value is None:
        return
    if pt.is_struct(kind):
        for name, inner in value.items():
            yield from walk(inner, kind.field(name).type, (*path, name))
    elif pt.is_map(kind):
        for index, (key, inner) in enumerate(value):
            if isinstance(key, str):
                yield from [((*path, key), key, True)] if key else []
                yield from walk(inner, kind.item_type, (*path, key))
            else:
                yield from walk(key, kind.key_type, (*path, index, "key"))
                yield from walk(inner, kind.item_type, (*path, index, "value"))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from walk(inner, kind.value_type, (*path, index))
    elif text := leaf_text(value, kind):
        yield path, text, False


def expected(array: pa.Array, first: int = 0) -> list[Found]:
    rows = enumerate(array.to_pylist(), first)
    items = [(row, *leaf) for row, value in rows for leaf in walk(value, array.type, ("c",))]
    return sorted(items, key=repr)


# -- random arrays, with garbage under nulls, slices, gaps and overlaps -----------------------------------------------

WORDS = st.text(st.sampled_from("ab7é☃\n"), max_size=4)
FLAT: dict[pa.DataType, st.SearchStrategy[Any]] = {
    pa.string(): WORDS,
    pa.large_string(): WORDS,
    pa.string_view(): WORDS | st.text("xy", min_size=13, max_size=20),
    pa.binary(): st.binary(max_size=4),
    pa.large_binary(): st.binary(max_size=4),
    pa.binary_view(): st.binary(max_size=20),
    pa.binary(3): st.binary(min_size=3, max_size=3),
    pa.int8(): st.integers(-128, 127),
    pa.int32(): st.integers(-(2**31), 2**31 - 1) | st.integers(999_998, 1_000_001),
    pa.int64(): st.integers(-(2**63), 2**63 - 1) | st.integers(-1_000_001, -999_998),
    pa.uint32(): st.integers(0, 2**32 - 1),
    pa.uint64(): st.integers(0, 2**64 - 1),
    pa.float32(): st.floats(width=32) | st.integers(0, 2**24).map(float),
    pa.float64(): st.floats() | st.integers(-(2**53), 2**53).map(float),
    pa.bool_(): st.booleans(),
    pa.date32(): st.dates(),
    pa.date64(): st.dates(),
    pa.timestamp("us"): st.datetimes(),
    pa.decimal32(9, 2): st.decimals(-9999999, 9999999, places=2),
    pa.decimal64(18, 9): st.decimals(-999999999, 999999999, places=9),
    pa.decimal128(38, 3): st.decimals(-(10**34), 10**34, places=3),
    pa.decimal128(30, 0): st.integers(-(10**29), 10**29).map(decimal.Decimal),
    pa.decimal256(70, 2): st.decimals(-(10**60), 10**60, places=2),
}


def flat(draw: st.DrawFn, size: int) -> pa.Array:
    kind = draw(st.sampled_from(sorted(FLAT, key=str)))
    with decimal.localcontext(prec=80):
        array = pa.array(draw(st.lists(FLAT[kind], min_size=size, max_size=size)), kind)
    return blotted(array, draw(st.lists(st.booleans(), min_size=size, max_size=size))) if draw(st.booleans()) else array


def blotted(array: pa.Array, mask: list[bool]) -> pa.Array:
    """The same buffers with nulls declared over them: what stands there must not be reported."""
    bits = pa.array([not hidden for hidden in mask]).buffers()[1]
    return pa.Array.from_buffers(array.type, len(array), [bits, *array.buffers()[1:]])


def mask_of(draw: st.DrawFn, size: int) -> pa.Array:
    return pa.array(draw(st.lists(st.booleans(), min_size=size, max_size=size)), pa.bool_())


def cuts(draw: st.DrawFn, size: int, top: int) -> list[int]:
    return sorted(draw(st.lists(st.integers(0, top), min_size=size + 1, max_size=size + 1)))


def struct(draw: st.DrawFn, size: int, depth: int) -> pa.Array:
    members = [arrays(draw, size, depth) for _ in range(2)]
    return pa.StructArray.from_arrays(members, names=["x", "y"], mask=mask_of(draw, size))


def listed(draw: st.DrawFn, size: int, depth: int) -> pa.Array:
    wide, child = draw(st.booleans()), arrays(draw, 5, depth)
    offsets = pa.array(cuts(draw, size, 5), pa.int64() if wide else pa.int32())
    return (pa.LargeListArray if wide else pa.ListArray).from_arrays(offsets, child, mask=mask_of(draw, size))


def fixed(draw: st.DrawFn, size: int, depth: int) -> pa.Array:
    return pa.FixedSizeListArray.from_arrays(arrays(draw, size * 2, depth), 2, mask=mask_of(draw, size))


def viewed(draw: st.DrawFn, size: int, depth: int) -> pa.Array:
    child, wide = arrays(draw, 5, depth), draw(st.booleans())
    spans = draw(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)).map(sorted), min_size=size, max_size=size))
    kind = pa.int64() if wide else pa.int32()
    starts, sizes = pa.array([low for low, _ in spans], kind), pa.array([high - low for low, high in spans], kind)
    return (pa.LargeListViewArray if wide else pa.ListViewArray).from_arrays(
        starts, sizes, child, mask=mask_of(draw, size)
    )


def coded(draw: st.DrawFn, size: int, depth: int) -> pa.Array:
    codes = draw(st.lists(st.integers(0, 2) | st.none(), min_size=size, max_size=size))
    return pa.DictionaryArray.from_arrays(
        pa.array(codes, draw(st.sampled_from([pa.int8(), pa.uint64()]))), flat(draw, 3)
    )


def repeated(draw: st.DrawFn, size: int, depth: int) -> pa.Array:
    ends = sorted({*cuts(draw, 1, size), size} - {0})
    return pa.RunEndEncodedArray.from_arrays(ends, flat(draw, len(ends)))


def mapped(draw: st.DrawFn, size: int, depth: int) -> pa.Array:
    kind = draw(st.sampled_from([pa.string(), pa.large_string(), pa.int64(), pa.binary()]))
    keys = pa.array(draw(st.lists(FLAT[kind], min_size=5, max_size=5)), kind)
    array = pa.MapArray.from_arrays(pa.array(cuts(draw, size, 5), pa.int32()), keys, arrays(draw, 5, depth))
    if draw(st.booleans()):
        return array
    bits = mask_of(draw, size).buffers()[1]
    return pa.Array.from_buffers(array.type, size, [bits, array.buffers()[1]], children=[array.values])


def arrays(draw: st.DrawFn, size: int, depth: int) -> pa.Array:
    if draw(st.booleans()):
        low, more = draw(st.integers(0, 3)), draw(st.integers(0, 9))
        return whole(draw, low + size + more, depth).slice(low, size)
    return whole(draw, size, depth)


def whole(draw: st.DrawFn, size: int, depth: int) -> pa.Array:
    if depth == 0 or size == 0:
        return flat(draw, size)
    makers = [struct, listed, fixed, viewed, coded, repeated, mapped]
    maker = draw(st.sampled_from(makers))
    return maker(draw, size, depth - 1)


@st.composite
def columns(draw: st.DrawFn) -> pa.Array:
    return arrays(draw, draw(st.integers(1, 6)), draw(st.integers(0, 3)))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(columns(), st.sampled_from([1, 2, 3, 7, 1 << 20]), st.integers(0, 2**40))
def test_blocks_hold_what_a_walk_of_the_python_values_finds(array: pa.Array, limit: int, first: int) -> None:
    assert scan(array, limit, first) == expected(array, first)
    if not has_text(array.type):
        assert expected(array) == []


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.tuples(st.text("abc", max_size=3), st.integers(0, 10**7)), max_size=4), max_size=8))
def test_a_map_of_many_keys_is_read_like_one_of_few(rows: list[list[tuple[str, int]]]) -> None:
    array = pa.array(rows, pa.map_(pa.string(), pa.int64()))
    few = scan(array)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leakscan.formats.columns.FEW_KEYS", -1)
        assert few == scan(array) == scan(array, 3) == expected(array)


# -- exact cases ----------------------------------------------------------------------------------------------------


def only(array: pa.Array) -> ColumnBlock:
    [block] = column_blocks(array, "c", 0, 1 << 20)
    return block


def test_a_block_is_a_slice_of_the_values_buffer() -> None:
    array = pa.array(["zero", "one", None, "three"]).slice(1)
    block = only(array)
    assert bytes(block.data) == b"onethree"
    address = np.frombuffer(block.data, np.uint8).__array_interface__["data"][0]
    assert address == array.buffers()[2].address + len("zero")
    assert (block.path, block.escaped) == (("c",), False)
    assert block.units([1, 3, 4, 8]) == [0, 0, 2, 2]


def test_blocks_are_cut_between_values_and_hold_at_least_one() -> None:
    array = pa.array(["aa", "", "b", "cccc", "d", "e"])
    cut = [bytes(block.data) for block in column_blocks(array, "c", 0, 3)]
    assert cut == [b"aab", b"cccc", b"de"]


def test_a_dictionary_is_read_once_for_all_its_rows() -> None:
    array = pa.DictionaryArray.from_arrays(pa.array([1, 0, None, 1, 1], pa.int8()), ["a", "bb", "unused"])
    block = only(array)
    assert bytes(block.data) == b"abbunused"
    assert block.units([1, 3, 9]) == [0, 1, -1]
    [leaf] = block.leaves(1)
    assert [[place.record for place in spans] for spans in block.places(1, leaf, [(0, 1)])] == [[0], [3], [4]]


def test_a_dictionary_asked_often_answers_from_an_index() -> None:
    codes = np.arange(3000) % 100
    block = only(pa.DictionaryArray.from_arrays(codes, [f"{n:02}" for n in range(100)]))
    for _ in range(2):
        for unit in range(100):
            [leaf] = block.leaves(unit)
            rows = [place.record for [place] in block.places(unit, leaf, [(0, 2)])]
            assert rows == list(range(unit, 3000, 100))


def test_list_indices_and_struct_members_make_the_path() -> None:
    row = {"messages": [{"role": "user", "content": None}, {"role": "bot", "content": "hi"}]}
    assert scan(pa.array([None, row])) == [
        (1, ("c", "messages", 0, "role"), "user", False),
        (1, ("c", "messages", 1, "content"), "hi", False),
        (1, ("c", "messages", 1, "role"), "bot", False),
    ]


def test_a_string_key_of_a_map_is_a_name_and_the_static_path_of_its_values() -> None:
    array = pa.array([[("ssn", "1"), ("x", "2")], [("ssn", "3")]], pa.map_(pa.string(), pa.string()))
    blocks = list(column_blocks(array, "c", 0, 1 << 20))
    assert [(block.path, block.key, bytes(block.data)) for block in blocks] == [
        (("c",), True, b"ssnx"),
        (("c", "ssn"), False, b"13"),
        (("c", "x"), False, b"2"),
    ]
    assert found(blocks) == Counter(expected(array))


def test_a_map_of_as_many_keys_as_entries_writes_names_beside_values() -> None:
    array = pa.array([[(f"k{n}", f"v{n}" if n % 3 else None)] for n in range(200)], pa.map_(pa.string(), pa.string()))
    keys, entries = column_blocks(array, "c", 0, 1 << 20)
    assert isinstance(entries, EntryBlock)
    assert entries.path is None
    assert bytes(entries.data).startswith(b"c\nk1\nv1\nc\nk2\nv2\nc\nk4\n")
    assert scan(array) == scan(array, 5) == expected(array)


def test_other_keys_of_a_map_are_numbered() -> None:
    array = pa.array([[(5364321987, "v")]], pa.map_(pa.int64(), pa.string()))
    assert scan(array) == [(0, ("c", 0, "key"), "5364321987", False), (0, ("c", 0, "value"), "v", False)]


def test_values_shared_by_list_views_stand_in_each() -> None:
    array = pa.ListViewArray.from_arrays([0, 1, 1], [2, 2, 0], pa.array(["a", "b", "c", "unused"]))
    assert scan(array) == [
        (0, ("c", 0), "a", False),
        (0, ("c", 1), "b", False),
        (1, ("c", 0), "b", False),
        (1, ("c", 1), "c", False),
    ]


@pytest.mark.parametrize("dense", [False, True])
def test_a_union_has_the_value_of_the_kind_it_names(dense: bool) -> None:
    kinds = pa.array([0, 1, 0, 1], pa.int8())
    if dense:
        members = [pa.array(["a", "b"]), pa.array([1234567, 7654321])]
        array = pa.UnionArray.from_dense(kinds, pa.array([0, 0, 1, 1], pa.int32()), members)
    else:
        members = [pa.array(["a", "no", "b", "no"]), pa.array([1111111, 1234567, 2222222, 7654321])]
        array = pa.UnionArray.from_sparse(kinds, members)
    assert scan(array.slice(1), first=1) == [
        (1, ("c",), "1234567", False),
        (2, ("c",), "b", False),
        (3, ("c",), "7654321", False),
    ]


def test_an_extension_is_read_as_what_it_stores() -> None:
    assert scan(pa.array(['{"a": 1}'], pa.json_())) == [(0, ("c",), '{"a": 1}', False)]
    assert scan(pa.array([b"0123456789abcdef"], pa.uuid())) == [(0, ("c",), "0123456789abcdef", False)]


NUMBERS: list[tuple[pa.DataType, list[Any], list[tuple[int, str]]]] = [
    (
        pa.int64(),
        [536228734, 1, None, -536228734, 999999, 1000000],
        [(0, "536228734"), (3, "-536228734"), (5, "1000000")],
    ),
    (pa.float64(), [536228734.0, 536228734.5, float("nan"), float("inf"), 1e300], [(0, "536228734")]),
    (pa.float32(), [1234567.0, 7.0], [(0, "1234567")]),
    (pa.decimal128(12, 2), [decimal.Decimal("536228734.00"), decimal.Decimal("12.50")], [(0, "536228734")]),
    (pa.decimal128(12, 2), [decimal.Decimal("12345.67"), decimal.Decimal("-5.00")], [(0, "12345.67")]),
    (pa.decimal128(5, -6), [decimal.Decimal("12E6"), decimal.Decimal(0)], [(0, "12000000")]),
    (
        pa.date32(),
        [datetime.date(1987, 4, 12), None, datetime.date(1987, 4, 12)],
        [(0, "1987-04-12"), (2, "1987-04-12")],
    ),
    (pa.bool_(), [True], []),
    (pa.timestamp("ns"), [1_700_000_000_000_000_000], []),
    (pa.duration("s"), [1_700_000_000], []),
    (pa.time64("us"), [1_700_000_000], []),
    (pa.float16(), [np.float16(60000)], []),
    (pa.null(), [None], []),
]


@pytest.mark.parametrize(("kind", "values", "text"), NUMBERS)
def test_numbers_long_enough_to_matter_have_their_decimal_text(
    kind: pa.DataType, values: list[Any], text: list[tuple[int, str]]
) -> None:
    assert [(row, what) for row, _, what, _ in scan(pa.array(values, kind))] == text
    assert has_text(kind) is (bool(text))


def test_digits_of_neighbouring_numbers_do_not_join() -> None:
    assert bytes(only(pa.array([1234567, 7, 7654321])).data) == b"1234567\n7654321\n"


def test_invalid_utf8_is_kept_as_surrogates() -> None:
    raw = pa.array([b"a\xffb"], pa.binary())
    for array in (raw, raw.view(pa.string()), raw.cast(pa.binary_view())):
        assert scan(array) == [(0, ("c",), "a\udcffb", False)]


def test_values_behind_two_gigabytes_are_found() -> None:
    """A sparse anonymous map: nothing is written but the last bytes, and the first value is never touched."""
    size = 2**31 + 16
    with mmap.mmap(-1, size) as memory:
        memory[-6:] = b"secret"
        offsets = pa.py_buffer(np.array([0, size - 6, size], np.int64))
        array = pa.Array.from_buffers(pa.large_string(), 2, [None, offsets, pa.py_buffer(memory)])
        nested = pa.LargeListArray.from_arrays(pa.array([0, 0, 2], pa.int64()), array)
        *_, block = column_blocks(nested, "c", 0, 1 << 20)
        assert bytes(block.data) == b"secret"
        assert block.units([6]) == [0]
        assert block.leaves(0)[0].path == ("c", 1)
        huge = ColumnBlock(pa.py_buffer(memory), ("c",), np.array([0, size - 6, size]), block.locate)
        assert huge.units([size - 6, size - 5, size]) == [0, 1, 1]
        assert huge.span(1) == (size - 6, size)
        del array, nested, block, huge, _


@pytest.mark.parametrize("offsets", [[0, 3, 2], [0, 1, 99], [-1, 1, 2]])
def test_offsets_outside_their_buffer_are_refused(offsets: list[int]) -> None:
    raw = pa.py_buffer(np.array(offsets, np.int32))
    with pytest.raises(pa.ArrowInvalid, match="offsets"):
        list(column_blocks(pa.Array.from_buffers(pa.string(), 2, [None, raw, pa.py_buffer(b"abc")]), "c", 0, 10))
    with pytest.raises(pa.ArrowInvalid, match="offsets"):
        lists = pa.Array.from_buffers(pa.list_(pa.string()), 2, [None, raw], children=[pa.array(["a", "b", "c"])])
        list(column_blocks(lists, "c", 0, 10))


def test_fields_are_named_with_stars_for_indices_and_keys() -> None:
    kind = pa.struct([("a/b", pa.list_(pa.struct([("x", pa.string())]))), ("m", pa.map_(pa.string(), pa.int64()))])
    assert list(field_names(pa.field("c~", kind))) == ["/c~0/a~1b/*/x", "/c~0/m/*"]
    assert list(field_names(pa.field("d", pa.dictionary(pa.int8(), pa.string())))) == ["/d"]


def test_a_schema_has_names_and_metadata() -> None:
    inner = pa.field("x", pa.string(), metadata={"note": "n"})
    schema = pa.schema([pa.field("a", pa.list_(pa.struct([inner])))], metadata={"owner": "me"})
    assert found(schema_blocks(schema, "footer")) == Counter(
        [
            (None, ("schema", "a"), "a", True),
            (None, ("schema", "a.x"), "a.x", True),
            (None, ("key_value_metadata", "owner"), "owner", True),
            (None, ("key_value_metadata", "owner"), "me", False),
            (None, ("schema", "a.x", "metadata", "note"), "note", True),
            (None, ("schema", "a.x", "metadata", "note"), "n", False),
        ]
    )


def test_a_dictionary_key_that_pyarrow_wraps_twice_is_still_a_name() -> None:
    keys = pc.dictionary_encode(pa.array(["k", "l", "k"]))
    array = pa.MapArray.from_arrays(pa.array([0, 2, 3], pa.int32()), keys, pa.array(["1", "2", "3"]))
    assert scan(array) == expected(array)


def test_the_copy_of_the_schema_is_left_out_unless_it_is_something_else() -> None:
    copy = base64.b64encode(pa.schema([("a", pa.string())]).serialize())
    assert list(metadata_blocks((), {b"ARROW:schema": copy}, "footer")) == []
    assert found(metadata_blocks(("m",), {b"ARROW:schema": b"bm90IGE="}, "footer")) == Counter(
        [(None, ("m", "ARROW:schema"), "ARROW:schema", True), (None, ("m", "ARROW:schema"), "bm90IGE=", False)]
    )
