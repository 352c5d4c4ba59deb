"""What an Arrow schema says without its data: its names and metadata as blocks, its fields, where text can be."""

from __future__ import annotations

import binascii
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.types as pt

from leakscan.formats.casts import NUMBERS
from leakscan.formats.layout import ERRORS, decoded, is_any_list, is_list_view, is_string, is_view, unwrapped
from leakscan.formats.parsing import pointer
from leakscan.formats.values import ColumnBlock, text_block
from leakscan.types import Path


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
    items = [(decoded(k), decoded(v)) for k, v in (metadata or {}).items() if not _repeats_schema(k, v)]
    if items:
        yield text_block(path, [(path, key) for key, _ in items], key=True, member=member)
    for key, value in items:
        yield text_block((*path, key), [((*path, key), value)], member=member)


def field_names(field: pa.Field, above: str = "") -> Iterator[str]:
    """The pointers of the leaves of a column, ``*`` for list indices and map keys (which may be data)."""
    yield from _pointers(field.type, above + pointer((field.name,)))


def has_text(kind: pa.DataType) -> bool:
    """Whether any value of the type can become text: of booleans, times and short numbers nothing is read."""
    if pt.is_map(kind):
        return has_text(kind.key_type) or has_text(kind.item_type)
    if pt.is_struct(kind) or pt.is_union(kind):
        return any(has_text(kind.field(index).type) for index in range(kind.num_fields))
    if is_any_list(kind) or is_list_view(kind) or pt.is_fixed_size_list(kind):
        return has_text(kind.value_type)
    if unwrapped(kind) is not kind:
        return has_text(unwrapped(kind))
    known = is_string(kind) or is_view(kind) or pt.is_fixed_size_binary(kind) or pt.is_decimal(kind)
    return known or pt.is_date(kind) or kind in NUMBERS


def _pointers(kind: pa.DataType, name: str) -> Iterator[str]:
    kind = unwrapped(kind)
    if pt.is_struct(kind):
        for index in range(kind.num_fields):
            yield from field_names(kind.field(index), name)
    elif pt.is_map(kind):
        yield from _pointers(kind.item_type, f"{name}/*")
    elif is_any_list(kind) or is_list_view(kind) or pt.is_fixed_size_list(kind):
        yield from _pointers(kind.value_type, f"{name}/*")
    else:
        yield name


def _names(field: pa.Field, above: tuple[str, ...]) -> Iterator[tuple[str, dict[bytes, bytes] | None]]:
    """The dotted name of a field and of every member below it, with their metadata."""
    path, kind = (*above, field.name), unwrapped(field.type)
    yield ".".join(path), field.metadata
    while is_any_list(kind) or is_list_view(kind) or pt.is_fixed_size_list(kind) or pt.is_map(kind):
        kind = unwrapped(kind.item_type if pt.is_map(kind) else kind.value_type)
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
