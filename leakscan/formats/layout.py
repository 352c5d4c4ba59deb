"""How Arrow lays values out in memory, and what its types are: the one place that reads buffers and offsets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

Ints = npt.NDArray[Any]
Valid = Callable[[int], bool]
"""Whether a position is not null."""

ERRORS = (pa.ArrowException, OSError, UnicodeDecodeError)
"""What reading damaged data raises, here and in pyarrow (the last: names that are not UTF-8)."""


def validity(array: pa.Array) -> Valid | None:
    """Which positions are not null; None if all are."""
    bitmap = array.buffers()[0] if array.null_count else None
    if bitmap is None:
        return None
    bits, offset = np.frombuffer(bitmap, np.uint8), array.offset
    return lambda at: bool(bits[(offset + at) >> 3] >> ((offset + at) & 7) & 1)


def offsets_of(array: pa.Array, wide: bool) -> Ints:
    """The n + 1 offsets of a sliced array. Raises ArrowInvalid when they are cut short or go backwards."""
    kind, buffer = np.dtype(np.int64 if wide else np.int32), array.buffers()[1]
    if buffer is None or (array.offset + len(array) + 1) * kind.itemsize > buffer.size:
        raise pa.ArrowInvalid("offsets are missing")
    offsets = np.frombuffer(buffer, kind, len(array) + 1, array.offset * kind.itemsize)
    if offsets[0] < 0 or (offsets[1:] < offsets[:-1]).any():
        raise pa.ArrowInvalid("offsets go backwards")
    return offsets


def list_items(array: pa.Array) -> tuple[Ints, pa.Array]:
    """The n + 1 offsets of a sliced list array, and the items from the first of them to the last. Raises ArrowInvalid."""
    offsets = offsets_of(array, pt.is_large_list(array.type))
    values, low, high = array.values, int(offsets[0]), int(offsets[-1])
    if high > len(values):
        raise pa.ArrowInvalid("list offsets point behind the values")
    return offsets, values.slice(low, high - low)


def numbers(array: pa.Array) -> Ints:
    """The numbers of a fixed-width array, zero-copy but for booleans; what stands under nulls is anything."""
    if pt.is_boolean(array.type):
        return np.asarray(array.to_numpy(zero_copy_only=False))
    kind = array.slice(0, 0).to_numpy().dtype  # older pyarrow wants pandas for `to_pandas_dtype`
    buffer = array.buffers()[1]
    if buffer is None:
        return np.empty(0, kind)
    return np.frombuffer(buffer, kind, len(array), array.offset * kind.itemsize)


def plain_text(array: pa.Array) -> pa.Array:
    """Strings, however wrapped, as large binary."""
    while pt.is_dictionary(array.type) or pt.is_run_end_encoded(array.type) or isinstance(array, pa.ExtensionArray):
        if isinstance(array, pa.ExtensionArray):
            array = array.storage
        else:
            array = array.dictionary_decode() if pt.is_dictionary(array.type) else pc.run_end_decode(array)
    return array.cast(pa.large_binary())


def decoded(raw: Any) -> str:
    """Bytes as text; what is not UTF-8 is kept as lone surrogates."""
    return bytes(raw).decode("utf-8", "surrogateescape")


# -- kinds -------------------------------------------------------------------------------------------------------


def unwrapped(kind: pa.DataType) -> pa.DataType:
    """The type of the values inside dictionaries, runs and extensions."""
    while pt.is_dictionary(kind) or pt.is_run_end_encoded(kind) or isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind.value_type
    return kind


def is_text(kind: pa.DataType) -> bool:
    """Strings, however wrapped."""
    inner = unwrapped(kind)
    return bool(pt.is_string(inner) or pt.is_large_string(inner) or pt.is_string_view(inner))


def is_string(kind: pa.DataType) -> bool:
    """Strings or bytes that stand one after the other in a buffer."""
    return pt.is_string(kind) or pt.is_binary(kind) or is_wide(kind)


def is_wide(kind: pa.DataType) -> bool:
    """Strings or bytes with offsets of 64 bits."""
    return bool(pt.is_large_string(kind) or pt.is_large_binary(kind))


def is_view(kind: pa.DataType) -> bool:
    """Strings or bytes that each may stand anywhere in some buffers."""
    return bool(pt.is_string_view(kind) or pt.is_binary_view(kind))


def is_extension(kind: pa.DataType) -> bool:
    """A type of somebody's own, known or not, over one of Arrow's."""
    return isinstance(kind, pa.BaseExtensionType)


def is_any_list(kind: pa.DataType) -> bool:
    """Lists with offsets, of 32 or 64 bits."""
    return bool(pt.is_list(kind) or pt.is_large_list(kind))


def is_list_view(kind: pa.DataType) -> bool:
    """Lists with an offset and a size each, which may share items."""
    return bool(pt.is_list_view(kind) or pt.is_large_list_view(kind))
