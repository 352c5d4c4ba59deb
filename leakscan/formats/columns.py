"""Arrow arrays as blocks, without a copy: a walk down to the flat arrays that hold the values.

A column becomes blocks over its values buffers, sliced and not copied; the chain of offsets, codes and validity
bits that leads from a value back to its row is kept as a function (`leakscan.formats.lineage`) and only called for
values the engine asks about. Numbers become text only when they are long enough to matter (`leakscan.formats.casts`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from leakscan.formats.casts import texts
from leakscan.formats.layout import (
    Ints,
    decoded,
    is_any_list,
    is_extension,
    is_list_view,
    is_text,
    is_wide,
    list_items,
    numbers,
    offsets_of,
    plain_text,
    validity,
)
from leakscan.formats.lineage import Locate, chosen, coded, guarded, indexed, keyed, named, shifted, tagged
from leakscan.formats.values import ColumnBlock, EntryBlock
from leakscan.types import Path

FEW_KEYS = 64
"""Up to so many distinct keys in a batch a map is read key by key, whatever the number of entries."""


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
    locate = guarded(site.locate, validity(array))
    for text, first, positions in texts(array, site.limit):
        there = chosen(locate, positions) if positions is not None else locate
        yield from _cut(text, site, there, 0 if positions is not None else first, int(positions is not None))


def _cut(text: pa.Array, site: _Site, locate: Locate, first: int, gap: int) -> Iterator[ColumnBlock]:
    """Blocks of at most `limit` bytes, or one value."""
    bounds, data = offsets_of(text, is_wide(text.type)), text.buffers()[2]
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
    view, locate = memoryview(data).cast("B"), guarded(site.locate, validity(array))
    for start in range(0, len(array), step := max(1, site.limit // width)):
        count = min(step, len(array) - start)
        lo = (array.offset + start) * width
        yield site.block(view[lo : lo + count * width], np.arange(count + 1) * width, locate, start)


def _struct(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    valid = validity(array)
    for index in range(array.type.num_fields):
        name = array.type.field(index).name
        yield from _walk(array.field(index), site.at(named(guarded(site.locate, valid), name), name))


def _list(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    offsets, values = list_items(array)
    yield from _walk(values, site.at(indexed(guarded(site.locate, validity(array)), offsets)))


def _fixed_list(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    size, locate = array.type.list_size, guarded(site.locate, validity(array))

    def items(at: int) -> Iterator[tuple[int | None, Path]]:
        parent, index = divmod(at, size)
        return ((row, (*path, index)) for row, path in locate(parent))

    if size:
        yield from _walk(array.values.slice(array.offset * size, len(array) * size), site.at(items))


def _list_view(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    starts, sizes, locate = numbers(array.offsets), numbers(array.sizes), guarded(site.locate, validity(array))
    ends = starts.astype(np.int64) + sizes

    def items(at: int) -> Iterator[tuple[int | None, Path]]:
        for parent in np.flatnonzero((starts <= at) & (at < ends)).tolist():
            yield from ((row, (*path, at - int(starts[parent]))) for row, path in locate(parent))

    yield from _walk(array.values, site.at(items))


def _dictionary(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    yield from _walk(array.dictionary, site.at(coded(guarded(site.locate, validity(array)), numbers(array.indices))))


def _date(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    """ISO text of each distinct date: a column of dates has few."""
    days = array.dictionary_encode()
    locate = coded(guarded(site.locate, validity(days)), numbers(days.indices))
    yield from _walk(days.dictionary.cast(pa.string()), site.at(locate))


def _runs(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    low, high = array.offset, array.offset + len(array)
    skipped, count = array.find_physical_offset(), array.find_physical_length()
    ends = numbers(array.run_ends)[skipped : skipped + count]

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
        yield from _walk(array.field(index), site.at(tagged(site.locate, kinds, code, dense)))


def _extension(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    return _walk(array.storage, site)


def _none(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    return iter(())


# -- maps --------------------------------------------------------------------------------------------------------


def _map(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    if not is_text(array.type.key_type):
        offsets, entries = list_items(array)
        entry = indexed(guarded(site.locate, validity(array)), offsets)
        for index, name in enumerate(("key", "value")):
            yield from _walk(entries.field(index), site.at(named(entry, name), name))
        return
    _check(array)
    rows = max(1, len(array) * 8 * site.limit // max(1, array.nbytes))
    for start in range(0, len(array), rows):
        yield from _map_piece(array.slice(start, rows), site.at(shifted(site.locate, start)))


def _map_piece(array: pa.Array, site: _Site) -> Iterator[ColumnBlock]:
    """Keys once, then the values grouped by key, so that each block has its key as field context."""
    offsets, entries = list_items(array)
    if not len(entries):
        return
    entry = indexed(guarded(site.locate, validity(array)), offsets, index=False)
    keys, items = plain_text(entries.field(0)).dictionary_encode(), entries.field(1)
    codes = numbers(keys.indices)
    yield from _walk(keys.dictionary, replace(site, locate=coded(entry, codes), key=True))
    if len(keys.dictionary) > max(FEW_KEYS, len(items) // FEW_KEYS) and _is_flat(items.type):
        yield from _entries(items, keys, site, entry)
        return
    order = np.argsort(codes, kind="stable")
    cuts = np.searchsorted(codes[order], np.arange(len(keys.dictionary) + 1))
    for index, raw in enumerate(keys.dictionary.to_pylist()):
        there = site.at(named(entry, key := decoded(raw)), key)
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
        return _walk(items, site.at(guarded(site.locate, lambda at: bool(wanted[at]))))
    return _walk(taken, site if taken is items else site.at(chosen(site.locate, positions)))


def _entries(items: pa.Array, keys: pa.DictionaryArray, site: _Site, entry: Locate) -> Iterator[ColumnBlock]:
    """A map in which nearly every entry has a key of its own: names and values written side by side."""
    prefix = b"\n".join(str(name).encode("utf-8", "surrogateescape") for name in site.path)
    located = keyed(entry, keys)
    for text, first, positions in texts(items, site.limit, gap=False):
        at = np.arange(first, first + len(text)) if positions is None else positions
        here = np.flatnonzero(numbers(text.is_valid()))
        at, values = at[here], text.take(pa.array(here)).cast(pa.large_binary())
        names = keys.dictionary.take(keys.indices.take(pa.array(at))).cast(pa.large_binary())
        head, tail, newline = (pa.scalar(raw, pa.large_binary()) for raw in (prefix, b"", b"\n"))
        lines = pc.binary_join_element_wise(head, names, values, tail, newline)
        for block in _cut(lines, site, chosen(located, at), 0, 1):
            held = values.slice(block.first, len(block.bounds) - 1)
            yield EntryBlock(
                block.data, None, block.bounds, block.locate, block.first, 1, row_group=site.row_group, values=held
            )


def _is_flat(kind: pa.DataType) -> bool:
    return not any(is_kind(kind) for is_kind, _ in _HANDLERS)


_HANDLERS: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array, _Site], Iterator[ColumnBlock]]], ...] = (
    (is_extension, _extension),
    (pt.is_struct, _struct),
    (pt.is_map, _map),
    (is_any_list, _list),
    (is_list_view, _list_view),
    (pt.is_fixed_size_list, _fixed_list),
    (pt.is_dictionary, _dictionary),
    (pt.is_run_end_encoded, _runs),
    (pt.is_union, _union),
    (pt.is_fixed_size_binary, _fixed),
    (pt.is_date, _date),
    (pt.is_null, _none),
)
