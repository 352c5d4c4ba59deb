"""Parquet: column after column of one row group after the other, in batches of about two block sizes; and the footer.

Record numbers are rows of the file. A column whose type has no text (booleans, times, half floats) is not read.
The footer (names, key-value metadata, statistics) belongs to a shard's first slice. pyarrow is imported on use.
"""

from __future__ import annotations

import datetime
import decimal
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from leakscan.types import Block, Path, Policy, Shard, Slice, Tally

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from leakscan.formats.values import ColumnBlock

SLICE = 32 << 20
"""Bytes (before compression) a slice has at least, so that a file of many small row groups is not cut to dust."""
BUFFER = 1 << 20
"""Bytes read at once of a column chunk; without it pyarrow holds whole chunks."""
ROWS = 1 << 14
"""Most rows of strings decoded at once: dictionary encoding hides how long they are."""
CODE = 4
"""Bytes a value of a dictionary takes once decoded; also about the most that it takes in a page."""
SMALL = 1 << 16
"""A dictionary this small may be repeated with each batch."""
MEMBER = "footer"


def slices(shard: Shard, policy: Policy) -> list[Slice]:
    """Ranges of row groups. A file that cannot be opened is one slice: `blocks` says what is wrong with it."""
    import pyarrow.parquet as pq

    from leakscan.formats.layout import ERRORS

    try:
        with open(shard.path, "rb") as stream:
            metadata = pq.read_metadata(stream)
        sizes = [metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups)]
    except ERRORS:
        sizes = []
    cuts, held = [0], 0
    for group, size in enumerate(sizes):
        if held >= SLICE:
            cuts.append(group)
            held = 0
        held += size
    ends = [*cuts[1:], None]
    return [Slice(shard, n, start, stop, "parquet") for n, (start, stop) in enumerate(zip(cuts, ends, strict=True))]


def blocks(stream: BinaryIO, part: Slice, policy: Policy, tally: Tally) -> Iterator[Block]:
    """The columns of the slice's row groups, and for a shard's first slice the footer."""
    opened = _opened(stream, tally)
    if opened is None:
        return
    if part.index == 0:
        yield from _footer(opened, tally)
    stop = opened.metadata.num_row_groups if part.stop is None else min(part.stop, opened.metadata.num_row_groups)
    first = sum(opened.metadata.row_group(group).num_rows for group in range(min(part.start, stop)))
    for name in opened.fields:
        tally.fields[name] = None
    for group in range(part.start, stop):
        for column in opened.columns:
            yield from _chunk(opened, group, column, first, policy.block_size, tally)
        rows = opened.metadata.row_group(group).num_rows
        tally.records += rows
        first += rows


# -- a file ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Column:
    """A top-level field and the column chunks that hold its leaves."""

    name: str
    leaves: range
    has_text: bool


@dataclass(frozen=True, slots=True)
class _Opened:
    """An open file; `readers` by the columns they read as dictionaries, made when first needed."""

    source: pa.NativeFile
    metadata: pq.FileMetaData
    schema: pa.Schema
    columns: tuple[_Column, ...]
    fields: tuple[str, ...]
    encrypted: bool
    readers: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def reader(self, dictionaries: tuple[str, ...]) -> Any:
        if dictionaries not in self.readers:
            self.readers[dictionaries] = _reader(self.source, self.metadata, list(dictionaries))
        return self.readers[dictionaries]


def _reader(source: pa.NativeFile, metadata: pq.FileMetaData | None, dictionaries: list[str]) -> pq.ParquetFile:
    import pyarrow.parquet as pq

    return pq.ParquetFile(
        source,
        metadata=metadata,
        read_dictionary=dictionaries,
        buffer_size=BUFFER,
        pre_buffer=False,
        arrow_extensions_enabled=False,
    )


def _opened(stream: BinaryIO, tally: Tally) -> _Opened | None:
    from leakscan.formats.layout import ERRORS
    from leakscan.formats.schema import field_names, has_text

    try:
        source = native(stream)
        reader = _reader(source, None, [])
        schema = reader.schema_arrow
    except ERRORS as error:
        tally.gap(*_why(error, "footer"))
        tally.unread = True
        return None
    columns, at = [], 0
    for each in schema:
        leaves = range(at, at := at + _leaf_count(each.type))
        columns.append(_Column(each.name, leaves, has_text(each.type)))
    if at != reader.metadata.num_columns:
        tally.gap("unsupported", "schema", "columns of the file and of its Arrow schema differ")
        tally.unread = True
        return None
    names = tuple(name for each in schema for name in field_names(each))
    return _Opened(source, reader.metadata, schema, tuple(columns), names, _is_signed(source, reader), {(): reader})


def _is_signed(source: pa.NativeFile, reader: pq.ParquetFile) -> bool:
    """Whether some column may be encrypted behind a readable footer, which then has a signature after it.

    pyarrow 26 aborts the process when it is asked for the metadata of an encrypted column chunk, so in such a file
    no chunk's metadata is touched: no statistics, batches of a fixed number of rows.
    """
    source.seek(source.size() - 8)
    return bool(int.from_bytes(source.read(4), "little") != reader.metadata.serialized_size)


def native(stream: BinaryIO) -> pa.NativeFile:
    """A file that Arrow reads without coming back to Python, where the stream is a plain one."""
    import pyarrow as pa

    raw = stream.raw if isinstance(stream, io.BufferedReader) else stream
    if isinstance(raw, io.FileIO) and isinstance(raw.name, str | bytes):
        path = os.fsencode(raw.name)
        if os.path.exists(path) and os.path.samestat(os.fstat(raw.fileno()), os.stat(path)):
            return pa.OSFile(path)
    return pa.PythonFile(stream, mode="r")


def _leaf_count(kind: pa.DataType) -> int:
    import pyarrow as pa
    import pyarrow.types as pt

    if isinstance(kind, pa.BaseExtensionType):
        return _leaf_count(kind.storage_type)
    if pt.is_map(kind):
        return _leaf_count(kind.key_type) + _leaf_count(kind.item_type)
    if pt.is_struct(kind):
        return sum(_leaf_count(kind.field(index).type) for index in range(kind.num_fields))
    return _leaf_count(kind.value_type) if pt.is_nested(kind) or pt.is_dictionary(kind) else 1


# -- a column of a row group -------------------------------------------------------------------------------------


def _chunk(opened: _Opened, group: int, column: _Column, first: int, size: int, tally: Tally) -> Iterator[ColumnBlock]:
    from leakscan.formats.columns import column_blocks
    from leakscan.formats.layout import ERRORS

    if not column.has_text:
        return
    row = first
    try:
        rows, dictionaries = (1024, ()) if opened.encrypted else _batches(opened.metadata, group, column, 2 * size)
        reader = opened.reader(dictionaries).reader
        for batch in reader.iter_batches(rows, [group], list(column.leaves), use_threads=False):
            yield from column_blocks(batch.column(0), column.name, row, 4 * size, group)
            row += batch.num_rows
        if not opened.encrypted:
            tally.bytes += sum(_chunk_of(opened.metadata, group, leaf).total_compressed_size for leaf in column.leaves)
    except ERRORS as error:
        tally.gap(*_why(error, f"row group {group}, column {column.name}, from record {row}"))


def _batches(metadata: pq.FileMetaData, group: int, column: _Column, size: int) -> tuple[int, tuple[str, ...]]:
    """How many rows to decode at once so that they take about `size` bytes, and which leaves as dictionaries.

    A column read as a dictionary is decoded in as few batches as its codes allow, since each repeats the dictionary.
    """
    chunks = [_chunk_of(metadata, group, leaf) for leaf in column.leaves]
    coded = [chunk for chunk in chunks if _is_coded(chunk)]
    if len(coded) < len(chunks):
        coded = [chunk for chunk in coded if _dictionary_size(chunk) <= SMALL]
    names = tuple(chunk.path_in_schema for chunk in coded)
    rows = max(1, metadata.row_group(group).num_rows)
    taken = sum(_decoded_size(chunk, chunk.path_in_schema in names) for chunk in chunks)
    if len(coded) == len(chunks):
        return max(1, rows * 4 * size // max(1, taken)), names
    most = ROWS if any(chunk.physical_type == "BYTE_ARRAY" for chunk in chunks) else size
    return min(max(1, rows * size // max(1, taken)), most), names


def _decoded_size(chunk: Any, coded: bool) -> int:
    widths = {"INT32": 4, "FLOAT": 4, "INT64": 8, "DOUBLE": 8, "INT96": 12, "BYTE_ARRAY": 4}
    least = chunk.num_values * (CODE if coded else widths.get(chunk.physical_type, 0))
    return int(least if coded else max(least, chunk.total_uncompressed_size))


def _is_coded(chunk: Any) -> bool:
    """Strings of which nearly all stand in the dictionary: the pages behind it hold little more than codes."""
    if chunk.physical_type != "BYTE_ARRAY" or not chunk.has_dictionary_page or not chunk.total_compressed_size:
        return False
    pages = chunk.total_compressed_size - _dictionary_size(chunk)
    ratio = chunk.total_uncompressed_size / chunk.total_compressed_size
    return bool(pages * max(1.0, ratio) < chunk.num_values * CODE)


def _dictionary_size(chunk: Any) -> int:
    return int(max(0, chunk.data_page_offset - chunk.dictionary_page_offset)) if chunk.has_dictionary_page else 0


def _chunk_of(metadata: pq.FileMetaData, group: int, leaf: int) -> Any:
    return metadata.row_group(group).column(leaf)


def _why(error: Exception, at: str) -> tuple[str, str, str]:
    """The gap an error stands for; the error's own words stay out, they may quote what was read."""
    import pyarrow as pa

    words = str(error).lower()
    if "crypt" in words:
        return "encrypted", at, "encrypted, and no key was given"
    if isinstance(error, pa.ArrowNotImplementedError) or "codec" in words or "unsupported" in words:
        return "unsupported", at, f"not supported by pyarrow ({type(error).__name__})"
    if any(sign in words for sign in ("magic bytes", "file size", "only got", "end of stream", "file is too small")):
        return "truncated", at, f"the file ends too early ({type(error).__name__})"
    return "decode_error", at, f"damaged data ({type(error).__name__})"


# -- the footer --------------------------------------------------------------------------------------------------


def _footer(opened: _Opened, tally: Tally) -> Iterator[ColumnBlock]:
    """Names, metadata and statistics, which keep values alive that were removed from the rows."""
    from leakscan.formats.layout import ERRORS

    try:
        yield from _footer_blocks(opened)
    except ERRORS as error:
        tally.gap(*_why(error, "footer"))
    if opened.encrypted:
        tally.gap("encrypted", "footer", "statistics are not read where columns are encrypted")


def _footer_blocks(opened: _Opened) -> Iterator[ColumnBlock]:
    from leakscan.formats.schema import metadata_blocks, schema_blocks
    from leakscan.formats.values import text_block

    metadata = opened.metadata
    yield from schema_blocks(opened.schema.remove_metadata(), MEMBER)
    yield from metadata_blocks(("key_value_metadata",), metadata.metadata, MEMBER)
    if metadata.created_by:
        yield text_block(("created_by",), [(("created_by",), metadata.created_by)], member=MEMBER)
    for leaf in range(0 if opened.encrypted else metadata.num_columns):
        for side in ("min", "max"):
            yield from _bounds(metadata, leaf, side)


def _bounds(metadata: pq.FileMetaData, leaf: int, side: str) -> Iterator[ColumnBlock]:
    from leakscan.formats.values import text_block

    name = metadata.schema.column(leaf).path
    items: list[tuple[Path, str]] = []
    groups = []
    for group in range(metadata.num_row_groups):
        if text := _bound(metadata, group, leaf, side):
            items.append((("row_groups", group, "columns", name, "statistics", side), text))
            groups.append(group)
    if items:
        path = ("row_groups", "columns", name, "statistics", side)
        yield text_block(path, items, member=MEMBER, groups=groups)


def _bound(metadata: pq.FileMetaData, group: int, leaf: int, side: str) -> str:
    """A minimum or maximum as text, by the rules of a value; empty when there is none."""
    from leakscan.formats.layout import ERRORS

    try:
        statistics = _chunk_of(metadata, group, leaf).statistics
        if statistics is None or not statistics.has_min_max:
            return ""
        is_text = statistics.physical_type == "BYTE_ARRAY" and statistics.logical_type.type != "DECIMAL"
        return _text(getattr(statistics, f"{side}_raw" if is_text else side))
    except ERRORS:  # of a type pyarrow has no value for
        return ""


def _text(value: Any) -> str:
    if isinstance(value, bytes | str):
        return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, int | decimal.Decimal):
        return ""
    text = str(int(value)) if value == int(value) else str(value)
    return text if sum(map(str.isdigit, text)) >= 7 else ""
