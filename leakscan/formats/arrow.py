"""Arrow IPC files and streams and Feather files: record batch after record batch, column after column.

A plain file is mapped, and its pages are given back as they are done with, so that a batch of any size takes little
memory; a compressed one is decoded a column at a time when its batches are large. Records are rows of the file,
row groups mean nothing. A file that lost its end is read as the stream it contains. pyarrow is imported on use.
"""

from __future__ import annotations

import io
import mmap
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from leakscan.types import Block, Policy, Slice, Tally

if TYPE_CHECKING:
    import pyarrow as pa

    from leakscan.formats.values import ColumnBlock

FILE, FEATHER = b"ARROW1", b"FEA1"
HEAD = 8
"""Bytes before the stream that a file contains."""
LARGE = 32 << 20
"""Bytes of a batch in a file beyond which its columns are decoded one at a time."""
KEEP = 64 << 20
"""Bytes of a mapped file that may be in memory before its pages are given back."""
MEMBER = "schema"

Column = tuple[str, Callable[[], Any]]
"""A column's name, and how to decode it."""


def blocks(stream: BinaryIO, part: Slice, policy: Policy, tally: Tally) -> Iterator[Block]:
    """The names and metadata of the schema, then all columns of each batch."""
    from leakscan.formats.layout import ERRORS

    source, give_back = _source(stream)
    held = 0
    try:
        for block in _read(source, _head(stream), policy.block_size, tally):
            yield block
            held += len(block.data)
            if held >= KEEP:
                give_back()
                held = 0
    except ERRORS as error:
        tally.gap(*_why(error, f"record {tally.records}"))
        tally.unread = tally.records == 0


def _read(source: Any, head: bytes, size: int, tally: Tally) -> Iterator[ColumnBlock]:
    import pyarrow as pa

    from leakscan.formats.layout import ERRORS

    if head.startswith(FEATHER):
        yield from _feather(source, size, tally)
        return
    if not head.startswith(FILE):
        yield from _stream(source, size, tally)
        return
    try:
        reader = pa.ipc.open_file(source)
    except ERRORS as error:
        tally.gap(*_why(error, "footer"))
        source.seek(HEAD)
        yield from _stream(source, size, tally)
        return
    yield from _schema(reader.schema, tally)
    yield from _file(source, reader, size, tally)


# -- the three layouts -------------------------------------------------------------------------------------------


def _file(source: Any, reader: Any, size: int, tally: Tally) -> Iterator[ColumnBlock]:
    """Batches of a file. One that is damaged is named and the next is read, since the footer says where it starts."""
    import pyarrow as pa

    from leakscan.formats.layout import ERRORS

    count, names = reader.num_record_batches, reader.schema.names
    large = count and source.size() // count > LARGE and _is_compressed(source)
    readers = [reader] * len(names)
    if large:
        options = [pa.ipc.IpcReadOptions(included_fields=[at], use_threads=False) for at in range(len(names))]
        readers = [pa.ipc.open_file(source, options=option) for option in options]
    for batch in range(count):
        where = f"record batch {batch}, from record {tally.records}"
        try:
            if large:
                columns = [_one_of(name, each, batch) for name, each in zip(names, readers, strict=True)]
                rows = None
            else:
                whole = reader.get_batch(batch)
                columns, rows = _columns(whole), whole.num_rows
        except ERRORS as error:
            tally.gap(*_why(error, where))
            continue
        yield from _batch(columns, rows, where, size, tally)


def _stream(source: Any, size: int, tally: Tally) -> Iterator[ColumnBlock]:
    import pyarrow as pa

    reader = pa.ipc.open_stream(source)
    yield from _schema(reader.schema, tally)
    number = 0
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            return
        where = f"record batch {number}, from record {tally.records}"
        yield from _batch(_columns(batch), batch.num_rows, where, size, tally)
        number += 1


def _feather(source: Any, size: int, tally: Tally) -> Iterator[ColumnBlock]:
    """The first version of Feather, from before Arrow had a file format: one table, no metadata."""
    from pyarrow import feather

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated by pyarrow, still found in old data sets
        table = feather.read_table(source, use_threads=False)
    yield from _schema(table.schema, tally)
    for batch in table.to_batches():
        yield from _batch(_columns(batch), batch.num_rows, f"from record {tally.records}", size, tally)


def _is_compressed(source: Any) -> bool:
    """Whether the first record batch is, by the fourth field of its table; pyarrow does not say.

    What is not compressed must be read whole: then nothing is copied, while picking columns copies them.
    """
    import pyarrow as pa

    source.seek(HEAD)
    message = pa.ipc.read_message(source)
    while message.type != "record batch":
        message = pa.ipc.read_message(source)
    raw = bytes(message.metadata)
    header = _field(raw, int.from_bytes(raw[:4], "little"), 2)
    return bool(_field(raw, header + int.from_bytes(raw[header : header + 4], "little"), 3))


def _field(raw: bytes, table: int, index: int) -> int:
    """Where the field of a flatbuffers table is; 0 when it is not there."""
    fields = table - int.from_bytes(raw[table : table + 4], "little", signed=True)
    size = int.from_bytes(raw[fields : fields + 2], "little")
    slot = fields + 4 + 2 * index
    offset = int.from_bytes(raw[slot : slot + 2], "little") if 4 + 2 * index < size else 0
    return table + offset if offset else 0


# -- a batch -----------------------------------------------------------------------------------------------------


def _columns(batch: pa.RecordBatch) -> list[Column]:
    return [(name, lambda at=at: batch.column(at)) for at, name in enumerate(batch.schema.names)]  # type: ignore[misc]


def _one_of(name: str, reader: Any, batch: int) -> Column:
    return name, lambda: reader.get_batch(batch).column(0)


def _batch(columns: list[Column], rows: int | None, where: str, size: int, tally: Tally) -> Iterator[ColumnBlock]:
    """Blocks of every column; one that is damaged is named, the others are read."""
    from leakscan.formats.columns import column_blocks
    from leakscan.formats.layout import ERRORS

    first = tally.records
    for name, column in columns:
        try:
            array = column()
            rows = len(array)
            array.validate()
            tally.bytes += array.get_total_buffer_size()
            yield from column_blocks(array, name, first, size)
        except ERRORS as error:
            tally.gap(*_why(error, f"{where}, column {name}"))
    tally.records = first + (rows or 0)


def _schema(schema: pa.Schema, tally: Tally) -> Iterator[ColumnBlock]:
    from leakscan.formats.schema import field_names, schema_blocks

    for field in schema:
        for name in field_names(field):
            tally.fields[name] = None
    yield from schema_blocks(schema, MEMBER)


# -- the bytes ---------------------------------------------------------------------------------------------------


def _head(stream: BinaryIO) -> bytes:
    """The first bytes, not taken away; what cannot go back can only be a stream."""
    if not stream.seekable():
        return b""
    head = stream.read(len(FILE))
    stream.seek(0)
    return head


def _source(stream: BinaryIO) -> tuple[Any, Callable[[], None]]:
    """What Arrow reads from, and how to give memory back."""
    import pyarrow as pa

    raw = stream.raw if isinstance(stream, io.BufferedReader) else stream
    if isinstance(raw, io.FileIO):
        try:
            held = mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ)
        except (ValueError, OSError):  # empty, or not a file that can be mapped
            return pa.PythonFile(stream, mode="r"), lambda: None
        forget = getattr(mmap, "MADV_DONTNEED", None)
        return pa.BufferReader(pa.py_buffer(held)), lambda: None if forget is None else held.madvise(forget)
    return pa.PythonFile(stream, mode="r"), lambda: None


def _why(error: Exception, at: str) -> tuple[str, str, str]:
    """The gap an error stands for; the error's own words stay out, they may quote what was read."""
    import pyarrow as pa

    words = str(error).lower()
    if isinstance(error, pa.ArrowNotImplementedError):
        return "unsupported", at, f"not supported by pyarrow ({type(error).__name__})"
    signs = ("expected to", "not an arrow file", "too small", "bytes available", "null or length 0")
    if any(sign in words for sign in signs):
        return "truncated", at, f"the data end too early ({type(error).__name__})"
    return "decode_error", at, f"damaged data ({type(error).__name__})"
