"""Arrow arrays as blocks: the one place that knows how Arrow lays values out in memory.

A column becomes blocks over its values buffers, sliced and not copied; the chain of offsets, codes and validity
bits that leads from a value back to its row is kept as a function and only called for values the engine asks
about. Numbers become text only when they are long enough to matter; see `texts`.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from leakscan.types import Leaf, Path, Place

Ints = npt.NDArray[Any]
Locate = Callable[[int], Iterator[tuple[int | None, Path]]]
"""From the position of a value to every (row, path) it stands at: none under a null, several in a dictionary."""
Valid = Callable[[int], bool]

ERRORS = (pa.ArrowException, OSError, UnicodeDecodeError)
"""What reading damaged data raises, here and in pyarrow (the last: names that are not UTF-8)."""
DIGITS = 7
"""Numbers of fewer digits have no text: no identifier is that short."""
LEAST = 10 ** (DIGITS - 1)
FEW_KEYS = 64
"""Up to so many distinct keys in a batch a map is read key by key, whatever the number of entries."""
COMPARES = 16
"""How often codes are compared one by one before an index over them pays."""


# -- blocks ------------------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class ColumnBlock:
    """Values that stand one after the other in `data`; unit i is value i.

    `bounds` (n + 1 offsets that start anywhere) delimits the values, the last `gap` bytes of each are not part of
    it; `locate` knows value i as position `first` + i. A `key` block holds names: its leaf's path ends in itself.
    `groups`, where given, has the row group of each value.
    """

    data: Any
    path: Path | None
    bounds: Ints
    locate: Locate
    first: int = 0
    gap: int = 0
    key: bool = False
    row_group: int | None = None
    groups: Sequence[int] = ()
    member: str | None = None
    escaped: bool = False

    def units(self, ends: Sequence[int]) -> list[int]:
        """The value holding the byte before each end; -1 for a separator and for what stands under a null."""
        at = np.asarray(ends, dtype=self.bounds.dtype) + (self.bounds[0] - 1)
        found = np.searchsorted(self.bounds, at, side="right") - 1
        found[(found < 0) | (found >= len(self.bounds) - 1)] = -1
        found[at >= self.bounds[found + 1] - self.gap] = -1
        live = {unit: unit if unit >= 0 and self._stands(unit) else -1 for unit in set(found.tolist())}
        return [live[unit] for unit in found.tolist()]

    def span(self, unit: int) -> tuple[int, int]:
        """The bytes of the value in `data`."""
        base = int(self.bounds[0])
        return int(self.bounds[unit]) - base, int(self.bounds[unit + 1]) - base - self.gap

    def leaves(self, unit: int) -> list[Leaf]:
        """The value as text, at the first place it stands."""
        lo, hi = self.span(unit)
        text = _decoded(self.data[lo:hi])
        return [Leaf(text, path + (text,) * self.key, lo, hi, self.key) for _, path in self._first(unit)]

    def places(self, unit: int, leaf: Leaf, spans: Sequence[tuple[int, int]]) -> Iterable[list[Place]]:
        """Every row that holds the value, in order."""
        tail = (leaf.text,) * self.key
        group = self.groups[unit] if self.groups else self.row_group
        for row, path in self.locate(self.first + unit):
            yield [Place(row, path + tail, row_group=group, member=self.member)] * len(spans)

    def _first(self, unit: int) -> list[tuple[int | None, Path]]:
        return list(islice(self.locate(self.first + unit), 1))

    def _stands(self, unit: int) -> bool:
        return bool(self._first(unit))


@dataclass(slots=True, eq=False)
class EntryBlock(ColumnBlock):
    """Entries of a map with many keys, each written out as its names and its value (`values`), line by line."""

    values: Any = None

    def leaves(self, unit: int) -> list[Leaf]:
        """The value of the entry; its key is a leaf of another block."""
        value = self.values[unit].as_py()
        hi = self.span(unit)[1]
        return [Leaf(_decoded(value), path, hi - len(value), hi) for _, path in self._first(unit)]


def text_block(path: Path, items: Sequence[tuple[Path, str]], **about: Any) -> ColumnBlock:
    """A block of a few texts that belong to no record, each with its full path; `path` is what they share."""
    raw = [text.encode("utf-8", "surrogateescape") for _, text in items]
    bounds = np.cumsum([0, *(len(text) + 1 for text in raw)])

    def locate(at: int) -> Iterator[tuple[int | None, Path]]:
        yield None, items[at][0]

    return ColumnBlock(b"".join(text + b"\n" for text in raw), path, bounds, locate, gap=1, **about)


def schema_blocks(schema: pa.Schema, member: str) -> Iterator[ColumnBlock]:
    """Column names, at every depth, and the key-value metadata of the schema and of each field."""
    names = dict(pair for field in schema for pair in _names(field, ()))
    if names:
        yield text_block(("schema",), [(("schema",), name) for name in names], key=True, member=member)
    tables: list[tuple[Path, dict[bytes, bytes] | None]] = [(("key_value_metadata",), schema.metadata)]
    tables += [(("schema", name, "metadata"), metadata) for name, metadata in names.items()]
    for path, metadata in tables:
        yield from metadata_blocks(path, metadata, member)


def metadata_blocks(path: Path, metadata: dict[bytes, bytes] | None, member: str) -> Iterator[ColumnBlock]:
    """The keys, then each value with its key as field context.

    Left out is the base64 copy of the schema that pyarrow adds to Parquet, when it parses: what it holds is read
    through `schema_blocks`.
    """
    items = [(_decoded(k), _decoded(v)) for k, v in (metadata or {}).items() if not _repeats_schema(k, v)]
    if items:
        yield text_block(path, [(path, key) for key, _ in items], key=True, member=member)
    for key, value in items:
        yield text_block((*path, key), [((*path, key), value)], member=member)


def field_names(field: pa.Field, above: str = "") -> Iterator[str]:
    """The pointers of the leaves of a column, ``*`` for list indices and map keys (which may be data)."""
    name = f"{above}/{field.name.replace('~', '~0').replace('/', '~1')}"
    yield from _pointers(field.type, name)


# -- a column to blocks ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Site:
    """Where an array stands: how its positions lead to rows, its static path, and what its blocks share."""

    locate: Locate
    path: Path
    limit: int
    row_group: int | None
    key: bool = False

    def at(self, locate: Locate, *names: str) -> _Site:
        return replace(self, locate=locate, path=self.path + names)

    def block(self, data: Any, bounds: Ints, locate: Locate, first: int, gap: int = 0) -> ColumnBlock:
        return ColumnBlock(data, self.path, bounds, locate, first, gap, self.key, self.row_group)


def column_blocks(
    array: pa.Array, name: str, first: int, limit: int, row_group: int | None = None
) -> Iterator[ColumnBlock]:
    """All values of a column whose first row is record `first`, in blocks of about `limit` bytes.

    `array.validate()` has passed. Raises ArrowInvalid where offsets point outside their buffers.
    """

    def locate(at: int) -> Iterator[tuple[int | None, Path]]:
        yield first + at, (name,)

    return _walk(array, _Site(locate, (name,), max(1, limit), row_group))


def _walk(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    if len(array) == 0 or array.null_count == len(array):
        return iter(())
    for is_kind, handler in _HANDLERS:
        if is_kind(array.type):
            return handler(array, site)
    return _flat(array, site)


def _flat(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    locate = _guarded(site.locate, _validity(array))
    for text, first, positions in texts(array, site.limit):
        there = _chosen(locate, positions) if positions is not None else locate
        yield from _cut(text, site, there, 0 if positions is not None else first, int(positions is not None))


def _cut(text: pa.Array, site: _Site, locate: Locate, first: int, gap: int) -> Iterator[ColumnBlock]:
    """Blocks of at most `limit` bytes, or one value."""
    bounds, data = _offsets(text, _is_wide(text.type)), text.buffers()[2]
    if data is None or bounds[-1] == bounds[0]:
        return
    if bounds[-1] > data.size:
        raise pa.ArrowInvalid("offsets point behind their buffer")
    view, start = memoryview(data).cast("B"), 0
    while start < len(bounds) - 1:
        aim = bounds.dtype.type(min(int(bounds[start]) + site.limit, int(bounds[-1])))
        stop = max(start + 1, int(np.searchsorted(bounds, aim, "right")) - 1)
        lo, hi = int(bounds[start]), int(bounds[stop])
        if lo < hi:
            yield site.block(view[lo:hi], bounds[start : stop + 1], locate, first + start, gap)
        start = stop


def _fixed(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    width, data = array.type.byte_width, array.buffers()[1]
    if not width or data is None:
        return
    if (array.offset + len(array)) * width > data.size:
        raise pa.ArrowInvalid("values end behind their buffer")
    view, locate = memoryview(data).cast("B"), _guarded(site.locate, _validity(array))
    for start in range(0, len(array), step := max(1, site.limit // width)):
        count = min(step, len(array) - start)
        lo = (array.offset + start) * width
        yield site.block(view[lo : lo + count * width], np.arange(count + 1) * width, locate, start)


def _struct(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    valid = _validity(array)
    for index in range(array.type.num_fields):
        name = array.type.field(index).name
        yield from _walk(array.field(index), site.at(_named(_guarded(site.locate, valid), name), name))


def _list(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    offsets, values = _list_items(array)
    yield from _walk(values, site.at(_indexed(_guarded(site.locate, _validity(array)), offsets)))


def _fixed_list(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    size, locate = array.type.list_size, _guarded(site.locate, _validity(array))

    def items(at: int) -> Iterator[tuple[int | None, Path]]:
        parent, index = divmod(at, size)
        return ((row, (*path, index)) for row, path in locate(parent))

    if size:
        yield from _walk(array.values.slice(array.offset * size, len(array) * size), site.at(items))


def _list_view(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    starts, sizes, locate = _numpy(array.offsets), _numpy(array.sizes), _guarded(site.locate, _validity(array))
    ends = starts.astype(np.int64) + sizes

    def items(at: int) -> Iterator[tuple[int | None, Path]]:
        for parent in np.flatnonzero((starts <= at) & (at < ends)).tolist():
            yield from ((row, (*path, at - int(starts[parent]))) for row, path in locate(parent))

    yield from _walk(array.values, site.at(items))


def _dictionary(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    yield from _walk(array.dictionary, site.at(_coded(_guarded(site.locate, _validity(array)), _numpy(array.indices))))


def _date(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    """ISO text of each distinct date: a column of dates has few."""
    coded = array.dictionary_encode()
    locate = _coded(_guarded(site.locate, _validity(coded)), _numpy(coded.indices))
    yield from _walk(coded.dictionary.cast(pa.string()), site.at(locate))


def _runs(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    low, high = array.offset, array.offset + len(array)
    skipped, count = array.find_physical_offset(), array.find_physical_length()
    ends = _numpy(array.run_ends)[skipped : skipped + count]

    def run(at: int) -> Iterator[tuple[int | None, Path]]:
        start = int(ends[at - 1]) if at else low
        for logical in range(max(start, low), min(int(ends[at]), high)):
            yield from site.locate(logical - low)

    yield from _walk(array.values.slice(skipped, count), site.at(run))


def _union(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    _, codes, *more = array.buffers()  # the properties type_codes and offsets forget that an array is a slice
    kinds = np.frombuffer(codes, np.int8, len(array), array.offset)
    dense = np.frombuffer(more[0], np.int32, len(array), array.offset * 4) if array.type.mode == "dense" else None
    for index, code in enumerate(array.type.type_codes):
        yield from _walk(array.field(index), site.at(_tagged(site.locate, kinds, code, dense)))


def _extension(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    return _walk(array.storage, site)


def _none(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    return iter(())


# -- maps --------------------------------------------------------------------------------------------------------


def _map(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    if not _is_text(array.type.key_type):
        offsets, entries = _list_items(array)
        indexed = _indexed(_guarded(site.locate, _validity(array)), offsets)
        for index, name in enumerate(("key", "value")):
            yield from _walk(entries.field(index), site.at(_named(indexed, name), name))
        return
    _check(array)
    rows = max(1, len(array) * 8 * site.limit // max(1, array.nbytes))
    for start in range(0, len(array), rows):
        yield from _map_piece(array.slice(start, rows), site.at(_shifted(site.locate, start)))


def _map_piece(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    """Keys once, then the values grouped by key, so that each block has its key as field context."""
    offsets, entries = _list_items(array)
    if not len(entries):
        return
    entry = _indexed(_guarded(site.locate, _validity(array)), offsets, index=False)
    keys, items = _plain_text(entries.field(0)).dictionary_encode(), entries.field(1)
    codes = _numpy(keys.indices)
    yield from _walk(keys.dictionary, replace(site, locate=_coded(entry, codes), key=True))
    if len(keys.dictionary) > max(FEW_KEYS, len(items) // FEW_KEYS) and _is_flat(items.type):
        yield from _entries(items, keys, site, entry)
        return
    order = np.argsort(codes, kind="stable")
    cuts = np.searchsorted(codes[order], np.arange(len(keys.dictionary) + 1))
    for index, raw in enumerate(keys.dictionary.to_pylist()):
        there = site.at(_named(entry, key := _decoded(raw)), key)
        yield from _group(items, order[cuts[index] : cuts[index + 1]], there)


def _check(array: pa.Array) -> None:
    """Refuse what would make Arrow's own functions read outside their buffers; bytes that are not UTF-8 are fine."""
    try:
        array.validate(full=True)
    except pa.ArrowInvalid as error:
        if "utf8" not in str(error).lower():
            raise


def _group(items: pa.Array, positions: Ints, site: _Site) -> Iterator[ColumnBlock]:
    """The items at `positions`: copied together, or where Arrow cannot do that, all of them with the rest masked."""
    try:
        taken = items if len(positions) == len(items) else items.take(pa.array(positions))
    except pa.ArrowNotImplementedError:
        wanted = np.zeros(len(items), bool)
        wanted[positions] = True
        return _walk(items, site.at(_guarded(site.locate, lambda at: bool(wanted[at]))))
    return _walk(taken, site if taken is items else site.at(_chosen(site.locate, positions)))


def _entries(items: pa.Array, keys: pa.DictionaryArray, site: _Site, entry: Locate) -> Iterator[ColumnBlock]:
    """A map in which nearly every entry has a key of its own: names and values written side by side."""
    prefix = b"\n".join(str(name).encode("utf-8", "surrogateescape") for name in site.path)
    located = _keyed(entry, keys)
    for text, first, positions in texts(items, site.limit, gap=False):
        at = np.arange(first, first + len(text)) if positions is None else positions
        here = np.flatnonzero(_numpy(text.is_valid()))
        at, values = at[here], text.take(pa.array(here)).cast(pa.large_binary())
        names = keys.dictionary.take(keys.indices.take(pa.array(at))).cast(pa.large_binary())
        head, tail, newline = (pa.scalar(raw, pa.large_binary()) for raw in (prefix, b"", b"\n"))
        lines = pc.binary_join_element_wise(head, names, values, tail, newline)
        for block in _cut(lines, site, _chosen(located, at), 0, 1):
            held = values.slice(block.first, len(block.bounds) - 1)
            yield EntryBlock(
                block.data, None, block.bounds, block.locate, block.first, 1, row_group=site.row_group, values=held
            )


# -- from a position to its rows ---------------------------------------------------------------------------------


def _guarded(locate: Locate, valid: Valid | None) -> Locate:
    return locate if valid is None else lambda at: locate(at) if valid(at) else iter(())


def _shifted(locate: Locate, by: int) -> Locate:
    return lambda at: locate(at + by)


def _named(locate: Locate, name: str) -> Locate:
    return lambda at: ((row, (*path, name)) for row, path in locate(at))


def _chosen(locate: Locate, positions: Ints) -> Locate:
    return lambda at: locate(int(positions[at]))


def _indexed(locate: Locate, offsets: Ints, *, index: bool = True) -> Locate:
    base = int(offsets[0])

    def items(at: int) -> Iterator[tuple[int | None, Path]]:
        parent = int(np.searchsorted(offsets, offsets.dtype.type(at + base), side="right")) - 1
        step: Path = (at + base - int(offsets[parent]),) if index else ()
        return ((row, path + step) for row, path in locate(parent))

    return items


def _coded(locate: Locate, codes: Ints) -> Locate:
    """Rows whose code is the position: by comparing, later through a sorted index, so that many questions stay cheap."""
    asked = 0
    order: Ints | None = None
    ranked = codes

    def rows(at: int) -> Ints:
        nonlocal asked, order, ranked
        asked += 1
        if order is None and asked > COMPARES:
            order = np.argsort(codes, kind="stable")
            ranked = codes[order]
        if order is None:
            return np.flatnonzero(codes == at)
        needle = codes.dtype.type(at)
        return order[np.searchsorted(ranked, needle, "left") : np.searchsorted(ranked, needle, "right")]

    def values(at: int) -> Iterator[tuple[int | None, Path]]:
        if at <= np.iinfo(codes.dtype).max:
            for row in rows(at):
                yield from locate(int(row))

    return values


def _keyed(locate: Locate, keys: pa.DictionaryArray) -> Locate:
    return lambda at: ((row, (*path, _decoded(keys[at].as_py()))) for row, path in locate(at))


def _tagged(locate: Locate, kinds: Ints, code: int, dense: Ints | None) -> Locate:
    def values(at: int) -> Iterator[tuple[int | None, Path]]:
        parents = [at] if dense is None else np.flatnonzero(dense == at).tolist()
        for parent in parents:
            if kinds[parent] == code:
                yield from locate(parent)

    return values


# -- text of a flat array ----------------------------------------------------------------------------------------


def texts(array: pa.Array, limit: int, *, gap: bool = True) -> Iterator[tuple[pa.Array, int, Ints | None]]:
    """Pieces of a flat array as strings or bytes: (piece, its first position, or all positions if some were left out).

    Strings and bytes are passed on as they are. Integers, decimals and integral floats become decimal text
    (no ``.0``); those of fewer than `DIGITS` digits, and floats of 2^63 and more, in which no identifier survives
    rounding, are left out. With `gap` each number is followed by a newline, so that digits of two do not join.
    Booleans, times, and what is not a number have no text.
    """
    if _is_string(array.type):
        yield array, 0, None
    elif _is_view(array.type):
        yield from _unviewed(array, limit)
    elif pt.is_decimal(array.type) or array.type in _NUMBERS:
        step = max(1, limit // 8)
        for start in range(0, len(array), step):
            piece = array.slice(start, step)
            positions = np.flatnonzero(_is_long(piece))
            if len(positions):
                text, positions = _digits(piece, positions)
                text = pc.binary_join_element_wise(text, "", "\n") if gap else text
                yield text, 0, positions + start


def _unviewed(array: pa.Array, limit: int) -> Iterator[tuple[pa.Array, int, None]]:
    """Views may share bytes, so pieces are measured by what they hold and then copied."""
    array = array if pt.is_binary_view(array.type) else array.view(pa.binary_view())
    array.validate(full=True)
    sizes = np.frombuffer(array.buffers()[1], np.int32)[array.offset * 4 : (array.offset + len(array)) * 4 : 4]
    sums = np.concatenate(([0], np.cumsum(np.where(_numpy(array.is_valid()), sizes, 0), dtype=np.int64)))
    start = 0
    while start < len(array):
        stop = max(start + 1, int(np.searchsorted(sums, sums[start] + limit, "right")) - 1)
        yield array.slice(start, stop - start).cast(pa.large_binary()), start, None
        start = stop


def _is_long(piece: pa.Array) -> Ints:
    """Which values may have `DIGITS` digits; under a null it may be any."""
    kind = piece.type
    if pt.is_decimal(kind):
        return _is_long_decimal(piece)
    values = _numpy(piece)
    if values.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            size = np.abs(values)
            long = (size >= LEAST) & (size < 2.0**63)
        return np.asarray(long & (np.trunc(values) == values)) if long.any() else long
    return np.asarray((values >= LEAST) | (values <= -LEAST) if values.dtype.kind == "i" else values >= LEAST)


def _is_long_decimal(piece: pa.Array) -> Ints:
    """By the unscaled number: short when it is a small int64 and all higher words repeat its sign."""
    if piece.type.scale < 0:
        return _numpy(piece.is_valid())
    width = piece.type.byte_width
    words = np.frombuffer(
        piece.buffers()[1], np.int32 if width == 4 else np.int64, len(piece) * max(1, width // 8), piece.offset * width
    ).reshape(len(piece), -1)
    low: Ints = words[:, 0]
    wide = (words[:, 1:] != (low >> 63)[:, None]).any(axis=1) if width > 8 else np.zeros(len(piece), bool)
    return np.asarray(wide | (low >= LEAST) | (low <= -LEAST))


def _digits(piece: pa.Array, positions: Ints) -> tuple[pa.Array, Ints]:
    """The decimal text of the values at `positions`, and the positions that remain."""
    kind = piece.type
    if not pt.is_decimal(kind):
        values = _numpy(piece)[positions]
        return pa.array(values.astype(np.int64) if values.dtype.kind == "f" else values).cast(pa.string()), positions
    kept = piece.take(pa.array(positions))
    kept = kept if kind.scale >= 0 else kept.cast(pa.decimal256(76, 0))
    text = kept.cast(pa.string())
    text = pc.replace_substring_regex(text, r"\.0+$", "") if kind.scale > 0 else text
    long = np.flatnonzero(_numpy(pc.fill_null(pc.greater_equal(pc.binary_length(text), DIGITS), False)))
    return text.take(pa.array(long)), positions[long]


# -- Arrow's layout ----------------------------------------------------------------------------------------------


def _validity(array: pa.Array) -> Valid | None:
    bitmap = array.buffers()[0] if array.null_count else None
    if bitmap is None:
        return None
    bits, offset = np.frombuffer(bitmap, np.uint8), array.offset
    return lambda at: bool(bits[(offset + at) >> 3] >> ((offset + at) & 7) & 1)


def _offsets(array: pa.Array, wide: bool) -> Ints:
    """The n + 1 offsets of a sliced array. Raises ArrowInvalid when they are cut short or go backwards."""
    kind, buffer = np.dtype(np.int64 if wide else np.int32), array.buffers()[1]
    if buffer is None or (array.offset + len(array) + 1) * kind.itemsize > buffer.size:
        raise pa.ArrowInvalid("offsets are missing")
    offsets = np.frombuffer(buffer, kind, len(array) + 1, array.offset * kind.itemsize)
    if offsets[0] < 0 or (offsets[1:] < offsets[:-1]).any():
        raise pa.ArrowInvalid("offsets go backwards")
    return offsets


def _list_items(array: pa.Array) -> tuple[Ints, pa.Array]:
    offsets = _offsets(array, pt.is_large_list(array.type))
    values, low, high = array.values, int(offsets[0]), int(offsets[-1])
    if high > len(values):
        raise pa.ArrowInvalid("list offsets point behind the values")
    return offsets, values.slice(low, high - low)


def _numpy(array: pa.Array) -> Ints:
    """The numbers of a fixed-width array, zero-copy but for booleans; what stands under nulls is anything."""
    if pt.is_boolean(array.type):
        return np.asarray(array.to_numpy(zero_copy_only=False))
    kind = array.slice(0, 0).to_numpy().dtype  # older pyarrow wants pandas for `to_pandas_dtype`
    buffer = array.buffers()[1]
    if buffer is None:
        return np.empty(0, kind)
    return np.frombuffer(buffer, kind, len(array), array.offset * kind.itemsize)


def _plain_text(array: pa.Array) -> pa.Array:
    """Strings, however wrapped, as large binary."""
    while pt.is_dictionary(array.type) or pt.is_run_end_encoded(array.type) or isinstance(array, pa.ExtensionArray):
        if isinstance(array, pa.ExtensionArray):
            array = array.storage
        else:
            array = array.dictionary_decode() if pt.is_dictionary(array.type) else pc.run_end_decode(array)
    return array.cast(pa.large_binary())


def _inner(kind: pa.DataType) -> pa.DataType:
    while pt.is_dictionary(kind) or pt.is_run_end_encoded(kind) or isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind.value_type
    return kind


def _is_text(kind: pa.DataType) -> bool:
    inner = _inner(kind)
    return bool(pt.is_string(inner) or pt.is_large_string(inner) or pt.is_string_view(inner))


def _is_string(kind: pa.DataType) -> bool:
    return pt.is_string(kind) or pt.is_binary(kind) or _is_wide(kind)


def _is_wide(kind: pa.DataType) -> bool:
    return bool(pt.is_large_string(kind) or pt.is_large_binary(kind))


def _is_view(kind: pa.DataType) -> bool:
    return bool(pt.is_string_view(kind) or pt.is_binary_view(kind))


def _is_flat(kind: pa.DataType) -> bool:
    return not any(is_kind(kind) for is_kind, _ in _HANDLERS)


def _is_extension(kind: pa.DataType) -> bool:
    return isinstance(kind, pa.BaseExtensionType)


def _is_any_list(kind: pa.DataType) -> bool:
    return bool(pt.is_list(kind) or pt.is_large_list(kind))


def _is_list_view(kind: pa.DataType) -> bool:
    return bool(pt.is_list_view(kind) or pt.is_large_list_view(kind))


def has_text(kind: pa.DataType) -> bool:
    """Whether any value of the type can become text: of booleans, times and short numbers nothing is read."""
    if pt.is_map(kind):
        return has_text(kind.key_type) or has_text(kind.item_type)
    if pt.is_struct(kind) or pt.is_union(kind):
        return any(has_text(kind.field(index).type) for index in range(kind.num_fields))
    if _is_any_list(kind) or _is_list_view(kind) or pt.is_fixed_size_list(kind):
        return has_text(kind.value_type)
    if _inner(kind) is not kind:
        return has_text(_inner(kind))
    known = _is_string(kind) or _is_view(kind) or pt.is_fixed_size_binary(kind) or pt.is_decimal(kind)
    return known or pt.is_date(kind) or kind in _NUMBERS


def _pointers(kind: pa.DataType, name: str) -> Iterator[str]:
    kind = _inner(kind)
    if pt.is_struct(kind):
        for index in range(kind.num_fields):
            yield from field_names(kind.field(index), name)
    elif pt.is_map(kind):
        yield from _pointers(kind.item_type, f"{name}/*")
    elif _is_any_list(kind) or _is_list_view(kind) or pt.is_fixed_size_list(kind):
        yield from _pointers(kind.value_type, f"{name}/*")
    else:
        yield name


def _names(field: pa.Field, above: tuple[str, ...]) -> Iterator[tuple[str, dict[bytes, bytes] | None]]:
    """The dotted name of a field and of every member below it, with their metadata."""
    path, kind = (*above, field.name), _inner(field.type)
    yield ".".join(path), field.metadata
    while _is_any_list(kind) or _is_list_view(kind) or pt.is_fixed_size_list(kind) or pt.is_map(kind):
        kind = _inner(kind.item_type if pt.is_map(kind) else kind.value_type)
    if pt.is_struct(kind) or pt.is_union(kind):
        for index in range(kind.num_fields):
            yield from _names(kind.field(index), path)


def _repeats_schema(key: bytes, value: bytes) -> bool:
    if key != b"ARROW:schema":
        return False
    try:
        pa.ipc.read_schema(pa.py_buffer(binascii.a2b_base64(value)))
    except (ValueError, *ERRORS):
        return False
    return True


def _decoded(raw: Any) -> str:
    return bytes(raw).decode("utf-8", "surrogateescape")


_NUMBERS = frozenset({pa.int32(), pa.int64(), pa.uint32(), pa.uint64(), pa.float32(), pa.float64()})
"""Numbers that can have `DIGITS` digits, all of fixed width."""

_HANDLERS: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array, _Site], Iterator[ColumnBlock]]], ...] = (
    (_is_extension, _extension),
    (pt.is_struct, _struct),
    (pt.is_map, _map),
    (_is_any_list, _list),
    (_is_list_view, _list_view),
    (pt.is_fixed_size_list, _fixed_list),
    (pt.is_dictionary, _dictionary),
    (pt.is_run_end_encoded, _runs),
    (pt.is_union, _union),
    (pt.is_fixed_size_binary, _fixed),
    (pt.is_date, _date),
    (pt.is_null, _none),
)
