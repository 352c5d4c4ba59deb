"""The text of flat arrays: strings and bytes as they are, numbers where they are long enough to matter."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from leakscan.formats.layout import Ints, is_string, is_view, numbers

DIGITS = 7
"""Numbers of fewer digits have no text: no identifier is that short."""
LEAST = 10 ** (DIGITS - 1)
NUMBERS = frozenset({pa.int32(), pa.int64(), pa.uint32(), pa.uint64(), pa.float32(), pa.float64()})
"""Numbers that can have `DIGITS` digits, all of fixed width."""


def texts(array: pa.Array, limit: int, *, gap: bool = True) -> Iterator[tuple[pa.Array, int, Ints | None]]:
    """Pieces of a flat array as strings or bytes: (piece, its first position, or all positions if some were left out).

    Strings and bytes are passed on as they are. Integers, decimals and integral floats become decimal text
    (no ``.0``); those of fewer than `DIGITS` digits, and floats of 2^63 and more, in which no identifier survives
    rounding, are left out. With `gap` each number is followed by a newline, so that digits of two do not join.
    Booleans, times, and what is not a number have no text.
    """
    if is_string(array.type):
        yield array, 0, None
    elif is_view(array.type):
        yield from _unviewed(array, limit)
    elif pt.is_decimal(array.type) or array.type in NUMBERS:
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
    sums = np.concatenate(([0], np.cumsum(np.where(numbers(array.is_valid()), sizes, 0), dtype=np.int64)))
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
    values = numbers(piece)
    if values.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            size = np.abs(values)
            long = (size >= LEAST) & (size < 2.0**63)
        return np.asarray(long & (np.trunc(values) == values)) if long.any() else long
    return np.asarray((values >= LEAST) | (values <= -LEAST) if values.dtype.kind == "i" else values >= LEAST)


def _is_long_decimal(piece: pa.Array) -> Ints:
    """By the unscaled number: short when it is a small int64 and all higher words repeat its sign."""
    if piece.type.scale < 0:
        return numbers(piece.is_valid())
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
        values = numbers(piece)[positions]
        return pa.array(values.astype(np.int64) if values.dtype.kind == "f" else values).cast(pa.string()), positions
    kept = piece.take(pa.array(positions))
    kept = kept if kind.scale >= 0 else kept.cast(pa.decimal256(76, 0))
    text = kept.cast(pa.string())
    text = pc.replace_substring_regex(text, r"\.0+$", "") if kind.scale > 0 else text
    long = np.flatnonzero(numbers(pc.fill_null(pc.greater_equal(pc.binary_length(text), DIGITS), False)))
    return text.take(pa.array(long)), positions[long]
