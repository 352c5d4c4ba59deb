"""From the position of a value to the rows it stands in: functions over offsets, codes and validity bits.

Each wraps the one of the array around it, and nothing is computed but for the values the engine asks about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa

from leakscan.formats.layout import Ints, Valid, decoded
from leakscan.types import Path

Locate = Callable[[int], Iterator[tuple[int | None, Path]]]
"""From the position of a value to every (row, path) it stands at: none under a null, several in a dictionary."""

COMPARES = 16
"""How often codes are compared one by one before an index over them pays."""


def guarded(locate: Locate, valid: Valid | None) -> Locate:
    """Nowhere, where a position is not valid."""
    return locate if valid is None else lambda at: locate(at) if valid(at) else iter(())


def shifted(locate: Locate, by: int) -> Locate:
    """Positions of a slice that begins at `by`."""
    return lambda at: locate(at + by)


def named(locate: Locate, name: str) -> Locate:
    """Positions of a struct's child, or of a map's values under a key."""
    return lambda at: ((row, (*path, name)) for row, path in locate(at))


def chosen(locate: Locate, positions: Ints) -> Locate:
    """Positions of what was taken from an array at `positions`."""
    return lambda at: locate(int(positions[at]))


def indexed(locate: Locate, offsets: Ints, *, index: bool = True) -> Locate:
    """Positions of items counted from the first offset; with `index` their place in the list ends the path."""
    base = int(offsets[0])

    def items(at: int) -> Iterator[tuple[int | None, Path]]:
        parent = int(np.searchsorted(offsets, offsets.dtype.type(at + base), side="right")) - 1
        step: Path = (at + base - int(offsets[parent]),) if index else ()
        return ((row, path + step) for row, path in locate(parent))

    return items


def coded(locate: Locate, codes: Ints) -> Locate:
    """Positions of a dictionary's values; `codes` has one for each row.

    Rows are found by comparing, later through a sorted index, so that many questions stay cheap.
    """
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


def keyed(locate: Locate, keys: pa.DictionaryArray) -> Locate:
    """Positions of a map's entries, whose key ends the path."""
    return lambda at: ((row, (*path, decoded(keys[at].as_py()))) for row, path in locate(at))


def tagged(locate: Locate, kinds: Ints, code: int, dense: Ints | None) -> Locate:
    """Positions of the child `code` of a union, whose rows are of `kinds`; `dense` has the offset of each into its child."""

    def values(at: int) -> Iterator[tuple[int | None, Path]]:
        parents = [at] if dense is None else np.flatnonzero(dense == at).tolist()
        for parent in parents:
            if kinds[parent] == code:
                yield from locate(parent)

    return values
