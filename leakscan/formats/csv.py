"""Delimited text by column: the cells of a column and batch of rows make a block.

Rows and quotes are read as Python's csv module reads them. It is fed UTF-8 with each byte as one character, which
changes nothing for it and keeps offsets cheap. A match is mapped back to the bytes of the shard, through quotes, by
looking at the source of its row again.
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import accumulate, chain, islice
from typing import BinaryIO

from leakscan.formats.text import HEAD, Encoding, detect, transcoded
from leakscan.types import Block, Leaf, Path, Place, Policy, Slice, Tally

MAX_ROW = 32 << 20
"""Bytes of a row that are read; the csv module takes four bytes and more for each."""
DELIMITERS = ",\t;|"
NAMED = 20
"""How many rows with too many or too few cells are named one by one."""
_CHUNK = 1 << 18
_SAMPLE = 100
"""Rows looked at to tell the delimiter, and how many cells rows have."""
_AGREED = 0.8
"""Share of the rows that must have as many cells as each other for a row that has others to be malformed."""
_CONTINUATION, _FOUR = bytes(range(0x80, 0xC0)), bytes(range(0xF0, 0xF5))

Where = Callable[[int], tuple[int, int]]
"""The row (of its batch) and the column of a cell of a block."""


def blocks(stream: BinaryIO, part: Slice, policy: Policy, tally: Tally) -> Iterator[Block]:
    """The header's cells, then batches of rows of about `policy.block_size` bytes, column by column."""
    head = _read(stream, HEAD)
    encoding = detect(head, complete=len(head) < HEAD)
    text = transcoded(stream, encoding, tally, head)
    sample = _read(text, HEAD)
    source = _Source(_chunks(sample, text), encoding, tally)
    csv.field_size_limit(max(csv.field_size_limit(), 2 * MAX_ROW))
    complete = len(sample) < HEAD
    delimiter = _delimiter(sample, complete=complete)
    shape = _shape(sample, delimiter, complete=complete)
    yield from _batches(source, delimiter, shape, policy.block_size, tally)


def _batches(source: _Source, delimiter: str, shape: _Shape, size: int, tally: Tally) -> Iterator[Block]:
    preamble = shape.preamble
    columns: _Columns | None = None
    ragged = 0
    ended = "full"
    while ended != "end":
        if ended != "full" or not tally.records:
            reader = csv.reader(source, delimiter=delimiter)
        batch = _Batch(source.line, source.byte, source.encoding, delimiter, tally.records, source.lines)
        ended = _fill(reader, source, batch, size)
        if batch.rows and preamble:
            count = min(preamble, len(batch.rows))
            yield _preamble_block(batch, count)
            batch, preamble = batch.behind(count), preamble - count
        if batch.rows and columns is None:
            columns = _columns(batch, shape, tally)
            if columns.named:
                yield from _header_block(batch, columns)
                batch = batch.behind(1)
        if batch.rows and columns is not None:
            ragged = _note_ragged(batch, columns, ragged, tally)
            yield from _column_blocks(batch, columns)
            tally.records += len(batch.rows)
        if ended == "long":
            _skip(source, batch, tally)
        else:
            source.next_batch()
    if ragged > NAMED:
        tally.gap("malformed", "rows", f"{ragged - NAMED} more rows have too many or too few cells; they were scanned")


def _skip(source: _Source, batch: _Batch, tally: Tally) -> None:
    low, high = source.skip_row(batch.done)
    tally.gap("malformed", f"record {tally.records}", f"a row of more than {MAX_ROW >> 20} MiB; is a quote left open?")
    tally.gap("skipped", f"byte {low}", f"{high - low} bytes, one row, were not scanned")
    tally.records += 1


# -- columns -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Columns:
    """The names of the columns, or their numbers where there is no header, and how many cells rows have."""

    names: tuple[str | int, ...]
    named: bool
    widths: tuple[int, ...]


def _columns(batch: _Batch, shape: _Shape, tally: Tally) -> _Columns:
    row = batch.rows[0]
    widths = shape.widths or (len(row),)
    named = _is_header(row)
    names = tuple(batch.decoded(cell) or at for at, cell in enumerate(row)) if named else tuple(range(len(row)))
    for name in names:
        tally.fields["/" + str(name).replace("~", "~0").replace("/", "~1")] = None
    if len(row) not in widths:
        tally.notes.append(f"the first row has {len(row)} cells, those below it {widths[0]}")
    return _Columns(names, named, widths)


def _is_header(row: list[str]) -> bool:
    """Whether a row names columns; pandas and R leave the name of the first empty, which has the row's own."""
    return all(row[1:]) and any(row) and len(set(row)) == len(row) and not any(map(_is_number, row))


def _is_comment(row: list[str]) -> bool:
    return row[0].startswith("#")


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _header_block(batch: _Batch, columns: _Columns) -> Iterator[Block]:
    """Names are data too: someone may have cut off the header and left a row of values in its place."""
    header = replace(batch, record=None)
    yield CellBlock(header, batch.rows[0], lambda at: (0, at), (), lambda at: (columns.names[at],), key=True)


def _preamble_block(batch: _Batch, count: int) -> Block:
    """The rows above the header (a comment, a title): cells without a column."""
    at = [(row, cell) for row in range(count) for cell in range(len(batch.rows[row]))]
    texts = [batch.rows[row][cell] for row, cell in at]
    return CellBlock(replace(batch, record=None), texts, at.__getitem__, (), lambda cell: (at[cell][1],))


def _column_blocks(batch: _Batch, columns: _Columns) -> Iterator[Block]:
    """A block a column, then one with the cells that have no column."""
    width, rows = len(columns.names), batch.rows
    extra = [(row, at) for row, cells in enumerate(rows) for at in range(width, len(cells))]
    if extra or min(map(len, rows)) < width:
        rows = [cells[:width] + [""] * (width - len(cells)) for cells in rows]
    for column, cells in enumerate(zip(*rows, strict=True)):
        if any(cells):
            yield _column_block(batch, cells, column, (columns.names[column],))
    if extra:
        texts = [batch.rows[row][at] for row, at in extra]
        yield CellBlock(batch, texts, extra.__getitem__, (), lambda at: (extra[at][1],))


def _column_block(batch: _Batch, cells: Sequence[str], column: int, path: Path) -> CellBlock:
    return CellBlock(batch, cells, lambda at: (at, column), path, lambda _: path)


def _note_ragged(batch: _Batch, columns: _Columns, count: int, tally: Tally) -> int:
    widths = (*columns.widths, len(columns.names))
    if all(len(cells) in widths for cells in batch.rows):
        return count
    for row, cells in enumerate(batch.rows):
        if len(cells) not in widths and not _is_comment(cells):
            count += 1
            if count <= NAMED:
                detail = f"{len(cells)} cells instead of {widths[0]}; they were scanned"
                tally.gap("malformed", f"record {tally.records + row}", detail)
    return count


class CellBlock:
    """Cells, one after the other with a newline behind each; unit i is cell i."""

    escaped = False
    seams = None

    def __init__(
        self,
        batch: _Batch,
        cells: Sequence[str],
        where: Where,
        path: Path,
        path_of: Callable[[int], Path],
        *,
        key: bool = False,
    ) -> None:
        self.data = "\n".join((*cells, "")).encode("latin-1")
        self.path: Path | None = path
        self._batch = batch
        self._cells = cells
        self._where = where
        self._path_of = path_of
        self._key = key

    @cached_property
    def _bounds(self) -> list[int]:
        return list(accumulate(map((1).__add__, map(len, self._cells)), initial=0))

    def units(self, ends: Sequence[int]) -> list[int]:
        """The cell holding the byte before each end; -1 for the newlines between."""
        bounds = self._bounds
        found = [bisect_right(bounds, end - 1) - 1 for end in ends]
        return [at if end < bounds[at + 1] else -1 for at, end in zip(found, ends, strict=True)]

    def span(self, unit: int) -> tuple[int, int]:
        """The bytes of the cell in `data`."""
        return self._bounds[unit], self._bounds[unit + 1] - 1

    def leaves(self, unit: int, ends: Sequence[int] | None = None) -> list[Leaf]:
        """The cell's value."""
        return [Leaf(self._batch.decoded(self._cells[unit]), self._path_of(unit), *self.span(unit), self._key)]

    def places(self, unit: int, leaf: Leaf, spans: Sequence[tuple[int, int]]) -> Iterable[list[Place]]:
        """One list: a cell stands in one place."""
        yield self._batch.places(*self._where(unit), leaf.path, leaf.text, spans)


# -- rows --------------------------------------------------------------------------------------------------------


class _TooLongError(Exception):
    """A row is longer than MAX_ROW."""


class _Source:
    """The lines of the text, as the csv module wants them; remembers those of the batch in hand."""

    def __init__(self, chunks: Iterator[bytes], encoding: Encoding, tally: Tally) -> None:
        self._pieces = _lines(chunks)
        self.encoding = encoding
        self.line = 1
        self.byte = encoding.bom
        self.lines: list[str] = []
        self.size = 0
        self.row = 0
        self._tally = tally
        self._open = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        piece = next(self._pieces)
        self.lines.append(piece)
        self.size += len(piece)
        self.row += len(piece)
        if self.row > MAX_ROW:
            raise _TooLongError
        return piece

    def next_batch(self) -> None:
        """Forget the lines of the batch; count on from behind them."""
        for piece in self.lines:
            self._pass(piece)
        self.lines, self.size, self.row = [], 0, 0
        self._tally.bytes, self._tally.lines = self.byte, self.line - 1 + self._open

    def skip_row(self, start: int) -> tuple[int, int]:
        """Pass over the row that begins with line `start` of the batch, up to a line end outside quotes; its bytes."""
        row, self.lines = self.lines[start:], self.lines[:start]
        self.next_batch()
        low, quotes = self.byte, 0
        for piece in chain(row, self._pieces):
            self._pass(piece)
            quotes += piece.count('"')
            if not self._open and quotes % 2 == 0:
                break
        self.next_batch()
        return low, self.byte

    def _pass(self, piece: str) -> None:
        self._open = not piece.endswith(("\n", "\r"))
        self.line += not self._open
        self.byte += _width(piece, self.encoding)


@dataclass(slots=True)
class _Batch:
    """Rows, and the source lines they come from: row i is lines `starts[i]:ends[i]`, `done` all lines of all rows."""

    line: int
    byte: int
    encoding: Encoding
    delimiter: str
    record: int | None
    lines: list[str]
    rows: list[list[str]] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    done: int = 0
    sums: list[int] = field(default_factory=list)
    held: tuple[int, list[tuple[int, str]]] = (-1, [])

    def behind(self, count: int) -> _Batch:
        """The same without the first rows."""
        rows, starts, ends = self.rows[count:], self.starts[count:], self.ends[count:]
        return replace(self, rows=rows, starts=starts, ends=ends, held=(-1, []))

    def decoded(self, cell: str) -> str:
        """A cell's text."""
        return cell.encode("latin-1").decode("utf-8", self.encoding.errors)

    def places(self, row: int, column: int, path: Path, text: str, spans: Sequence[tuple[int, int]]) -> list[Place]:
        """Where spans (code points of the cell's text) stand in the shard."""
        if not self.sums:
            self.sums = list(accumulate(map(len, self.lines), initial=0))
        first = self.sums[self.starts[row]]
        offset, source = self._cells(row)[column]
        locate = _unquoted(source)
        record = None if self.record is None else self.record + row
        out = []
        for start, end in spans:
            low = len(text[:start].encode("utf-8", self.encoding.errors))
            high = low + len(text[start:end].encode("utf-8", self.encoding.errors))
            begin = first + offset + locate(low)[0]
            stop = first + offset + (locate(high - 1)[1] if high > low else locate(low)[0])
            line = self.line + bisect_right(self.sums, begin) - 1
            out.append(Place(record, path, line=line, byte_start=self._raw(begin), byte_end=self._raw(stop)))
        return out

    def _raw(self, at: int) -> int:
        """The byte of the shard that byte `at` of the batch's UTF-8 comes from."""
        if self.encoding.name == "utf-8":
            return self.byte + at
        line = bisect_right(self.sums, at) - 1
        before = sum(_width(piece, self.encoding) for piece in self.lines[:line])
        rest = self.lines[line][: at - self.sums[line]] if line < len(self.lines) else ""
        return self.byte + before + _width(rest, self.encoding)

    def _cells(self, row: int) -> list[tuple[int, str]]:
        """Offset and source of each cell of a row."""
        if self.held[0] != row:
            source = "".join(self.lines[self.starts[row] : self.ends[row]])
            self.held = row, list(_split(source, self.delimiter))
        return self.held[1]


def _fill(reader: Iterator[list[str]], source: _Source, batch: _Batch, size: int) -> str:
    """Read rows until the batch is full, the text is at its "end", or a row is too "long"."""
    try:
        for row in reader:
            start, batch.done, source.row = batch.done, len(source.lines), 0
            if row:
                batch.rows.append(row)
                batch.starts.append(start)
                batch.ends.append(batch.done)
            if source.size >= size:
                return "full"
    except _TooLongError:
        return "long"
    return "end"


def _lines(chunks: Iterator[bytes]) -> Iterator[str]:
    """Lines with their ends, each byte a character; of a line longer than MAX_ROW, pieces."""
    held: list[bytes] = []
    size = 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if b"\n" not in chunk and b"\r" not in chunk and size <= MAX_ROW:
            continue
        lines = b"".join(held).splitlines(keepends=True)
        is_whole = lines[-1].endswith(b"\n") or len(lines[-1]) > MAX_ROW
        held = [] if is_whole else [lines.pop()]
        size = sum(map(len, held))
        for line in lines:
            yield line.decode("latin-1")
    if rest := b"".join(held):
        yield rest.decode("latin-1")


def _chunks(sample: bytes, stream: BinaryIO) -> Iterator[bytes]:
    while sample:
        yield sample
        sample = stream.read(_CHUNK)


def _read(stream: BinaryIO, size: int) -> bytes:
    """Exactly `size` bytes, fewer only at the end."""
    parts: list[bytes] = []
    while size and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


# -- the source of a row -----------------------------------------------------------------------------------------


def _split(source: str, delimiter: str) -> Iterator[tuple[int, str]]:
    """Offset and source of each cell of a row, as the csv module would take it apart."""
    plain, quoted, at = *_expressions(delimiter), 0
    while True:
        found = (quoted if source.startswith('"', at) else plain).match(source, at)
        assert found is not None, "both match the empty string"
        yield at, found.group()
        at = found.end()
        if not source.startswith(delimiter, at):
            return
        at += 1


@cache
def _expressions(delimiter: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    plain = rf"[^{re.escape(delimiter)}\r\n]*+"
    return re.compile(plain), re.compile(rf'"[^"]*+(?:""[^"]*+)*(?:"{plain})?')


_INNER = re.compile(r'"([^"]*+(?:""[^"]*+)*)')


def _unquoted(source: str) -> Callable[[int], tuple[int, int]]:
    """From a byte of a cell's value to its bytes in the cell's source: two for a quote written twice."""
    found = _INNER.match(source)
    if found is None:
        return lambda at: (at, at + 1)
    inner = found.group(1)
    twice = [at.start() - index for index, at in enumerate(re.finditer('""', inner))]
    inside = len(inner) - len(twice)

    def locate(at: int) -> tuple[int, int]:
        before = bisect_left(twice, at)
        if at >= inside:
            return at + len(twice) + 2, at + len(twice) + 3
        start = 1 + at + before
        return start, start + 1 + (before < len(twice) and twice[before] == at)

    return locate


def _width(piece: str, encoding: Encoding) -> int:
    """The bytes that a piece of UTF-8 takes in the shard's encoding."""
    if encoding.name == "utf-8" or piece.isascii():
        return len(piece) * encoding.unit
    raw = piece.encode("latin-1")
    points = len(raw.translate(None, _CONTINUATION))
    pairs = len(raw) - len(raw.translate(None, _FOUR)) if encoding.unit == 2 else 0
    return (points + pairs) * encoding.unit


def _delimiter(sample: bytes, *, complete: bool) -> str:
    """The delimiter that cuts most rows of the sample into the same number of cells, at least two."""
    lines = [line.decode("latin-1") for line in sample.splitlines(keepends=True)]
    lines = lines if complete else lines[:-1] or lines
    best = {delimiter: _evenness(lines, delimiter) for delimiter in DELIMITERS}
    return max(DELIMITERS, key=lambda delimiter: best[delimiter])


@dataclass(frozen=True, slots=True)
class _Shape:
    """How many cells rows of a table have (none: as many as its first row), and how many rows stand above that.

    The most usual number comes first; a second is that of rows which leave out the last cells.
    """

    widths: tuple[int, ...] = ()
    preamble: int = 0


def _shape(sample: bytes, delimiter: str, *, complete: bool) -> _Shape:
    """What most rows of the sample agree on: a header may be shorter or longer, comments and titles may precede it."""
    lines = [line.decode("latin-1") for line in sample.splitlines(keepends=True)]
    reader = csv.reader(lines if complete else lines[:-1] or lines, delimiter=delimiter)
    rows = list(islice(filter(None, reader), 2 * _SAMPLE))
    if not rows:
        return _Shape()
    below = [len(row) for row in rows[1:] if not _is_comment(row)]
    usual = [(width, count) for width, count in Counter(below).most_common(2) if width > 1 and count * 10 > len(below)]
    if not usual or sum(count for _, count in usual) < _AGREED * len(below):
        return _Shape()
    widths = tuple(width for width, _ in usual)
    preamble = 0
    while len(rows[preamble]) not in widths and (sum(map(bool, rows[preamble])) < 2 or _is_comment(rows[preamble])):
        preamble += 1
    return _Shape(widths, preamble)


def _evenness(lines: list[str], delimiter: str) -> tuple[float, int]:
    rows = islice(csv.reader(lines, delimiter=delimiter), 2 * _SAMPLE)
    widths = Counter(len(row) for row in rows if row and not _is_comment(row))
    if not widths:
        return 0.0, 0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    return (round(count / widths.total(), 1), width) if width > 1 else (0.0, 0)
