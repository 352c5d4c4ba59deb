"""Values of one column, one after the other in a buffer, as a block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from leakscan.formats.layout import Ints, decoded
from leakscan.formats.lineage import Locate
from leakscan.types import Leaf, Path, Place


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

    @property
    def seams(self) -> Ints | None:
        """Where one value ends and the next begins, if nothing stands between them."""
        return None if self.gap else self.bounds - self.bounds[0]

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

    def leaves(self, unit: int, ends: Sequence[int] | None = None) -> list[Leaf]:
        """The value as text, at the first place it stands."""
        lo, hi = self.span(unit)
        text = decoded(self.data[lo:hi])
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

    def leaves(self, unit: int, ends: Sequence[int] | None = None) -> list[Leaf]:
        """The value of the entry; its key is a leaf of another block."""
        value = self.values[unit].as_py()
        hi = self.span(unit)[1]
        return [Leaf(decoded(value), path, hi - len(value), hi) for _, path in self._first(unit)]


def text_block(path: Path, items: Sequence[tuple[Path, str]], **about: Any) -> ColumnBlock:
    """A block of a few texts that belong to no record, each with its full path; `path` is what they share."""
    raw = [text.encode("utf-8", "surrogateescape") for _, text in items]
    bounds = np.cumsum([0, *(len(text) + 1 for text in raw)])

    def locate(at: int) -> Iterator[tuple[int | None, Path]]:
        yield None, items[at][0]

    return ColumnBlock(b"".join(text + b"\n" for text in raw), path, bounds, locate, gap=1, **about)
