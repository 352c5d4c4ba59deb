"""One JSON record of any size, in pieces: a 2 GB line, a string as long, a document of 10 GB.

No record is decoded and no tree is built. Of a container that does not fit a buffer, every run of whole members or
elements becomes a `Fragment`, raw as it stands; what is itself too big is entered, and a long string is shown in
windows. So a candidate hit costs the decoding of one member, as in a block of records, and memory is a few buffers.

What lies where is found with numpy (`leakscan.formats.structure`); that it is JSON is left to a parser, one run at a
time (`leakscan.formats.parsing`), and to `leakscan.jsontext` where that refuses.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import chain
from typing import BinaryIO

import numpy as np

from leakscan import jsontext
from leakscan.formats.fragments import Fragment, Kind, member
from leakscan.formats.parsing import document_fields, is_json, pointer, unescaped
from leakscan.formats.records import NOT_UTF8
from leakscan.formats.source import Broken, Source
from leakscan.formats.structure import BLANK, SCALAR, Positions, content_end, is_cut, packed, siblings
from leakscan.formats.windows import string_segments, text_windows, windows
from leakscan.jsontext import Malformed, tokens
from leakscan.types import Block, Policy, Step, Tally

PIECE = 1 << 18
"""Bytes a member or element may have to be decoded at once; a bigger container is entered."""
MAX_STRING = 1 << 20
"""Bytes a string (or number) may have, as written, to be one value; a longer one is shown in windows."""
MAX_DEPTH = 512
"""How many containers too big for a buffer may stand in one another."""
NOTED = 1 << 14
"""Bytes of a piece that is parsed once more only for the names of its fields."""
_MAX_NAMES = 1 << 22
"""Code points that the names of those may have in all."""
_LONG_NAME = 4096
"""Code points that a path keeps of a name too long to be one value."""


class Reader:
    """Reads one record (see the module) that begins with `rest`; `left` more bytes (-1: all) may be read.

    Afterwards `offset`, `rest` and `left` say where to go on, `newlines` how many newlines were taken, and `broken`
    whether the record was not JSON and has been shown as text to its end.
    """

    def __init__(
        self,
        stream: BinaryIO,
        rest: bytes,
        left: int,
        tally: Tally,
        *,
        record: int,
        line: int,
        offset: int,
        lines: bool = True,
    ) -> None:
        self.source = Source(stream, rest, left, tally, offset=offset, line=line, lines=lines)
        self.offset = offset
        self.rest = rest
        self.left = left
        self.newlines = 0
        self.broken = False
        self._tally = tally
        self._record = record
        self._lines = lines
        self._chunk = 0
        self._path: list[Step] = []
        self._objects: list[bool] = []
        self._fresh = False
        self._noted = False
        self._stray = False

    def record(self, policy: Policy) -> Iterator[Block]:
        """The blocks of the record: with `lines` all up to and including a newline, else one JSON value."""
        del policy  # pieces are the same for any block size, so that what is told of a malformed record is, too
        self._chunk = min(PIECE, MAX_STRING)
        source = self.source
        try:
            yield from self._document()
        except Broken as error:
            self.broken = True
            self._tally.gap("malformed", f"record {self._record}", f"{error}; scanned as text")
            yield from text_windows(source, self._record)
        self.offset, self.rest = source.rest()
        self.left = source.left
        self.newlines = source.newlines

    # -- containers --------------------------------------------------------------------------------------------------

    def _document(self) -> Iterator[Block]:
        """One value, or nothing. The last step of `_path` is that of the next element (or member) of the innermost container."""
        if self.source.space(self._chunk) < 0:
            return
        after = not (yield from self._value())
        while self._objects:
            char = self.source.space(self._chunk)
            if not after:
                after = yield from self._siblings()
            elif char == ord(","):
                self.source.skip(1)
                self._fresh = False
                after = False
                if not self._objects[-1]:
                    self._path[-1] = int(self._path[-1]) + 1
            else:
                self._close(char)
        if self._lines and self.source.space(self._chunk) >= 0:
            raise Broken(self.source.at)

    def _close(self, char: int) -> None:
        if char != ord("}" if self._objects[-1] else "]"):
            raise Broken(self.source.at)
        self.source.skip(1)
        self._objects.pop()
        self._path.pop()

    def _siblings(self) -> Generator[Block, None, bool]:
        """The next members or elements, as many as are ready; False if it took to enter one that is too big."""
        source = self.source
        commas, close, depth = siblings(source.data[source.pos :])
        if close >= 0 and self._fresh and not source.data[source.pos : source.pos + close].strip(BLANK):
            source.skip(close)
            return True
        if close >= 0:
            yield from self._run(close, commas, depth)
            return True
        if len(commas):
            yield from self._run(int(commas[-1]), commas[:-1], depth)
            return True
        if source.ended:
            raise Broken(source.at + source.size)
        if self._objects[-1]:
            yield from self._name()
        return not (yield from self._value())

    def _run(self, size: int, commas: Positions, depth: int) -> Iterator[Block]:
        """Whole siblings in the next `size` bytes, parted at `commas` and nested up to `depth`."""
        source, members = self.source, self._objects[-1]
        body = source.data[source.pos : source.pos + size]
        starts, ends = np.append(0, commas + 1), np.append(commas, size)
        count, fault = len(starts), -1
        doubtful = depth > jsontext.MAX_DEPTH or not body.strip(BLANK)
        if doubtful or not is_json(b"{" + body + b"}" if members else b"[" + body + b"]"):
            count, fault = self._sound(body, starts, ends, members)
        if count:
            data = body if fault < 0 else body[: int(ends[count - 1])]
            yield self._fragment(data, "members" if members else "elements", starts[:count], ends[:count])
        if fault >= 0:
            source.skip(int(starts[count]))
            at = source.at + fault
            source.space(self._chunk)
            raise Broken(at)
        source.skip(size)
        if not members:
            self._path[-1] = int(self._path[-1]) + count - 1

    def _sound(self, body: bytes, starts: Positions, ends: Positions, members: bool) -> tuple[int, int]:
        """How many siblings are JSON before the first that is not, and the byte in that one where it stops (or -1)."""
        for number, (lo, hi) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
            source = self._decode(body[lo:hi])
            try:
                member(source) if members else tokens(source)
            except Malformed as error:
                return number, len(source[: error.at].encode("utf-8", "surrogateescape"))
        return len(starts), -1

    def _fragment(
        self, data: bytes, kind: Kind, starts: Positions | None = None, ends: Positions | None = None
    ) -> Fragment:
        source = self.source
        lows, highs = ([0], [len(data)]) if starts is None or ends is None else (packed(starts), packed(ends))
        block = Fragment(
            data,
            self._tally,
            kind,
            tuple(self._path),
            record=self._record,
            line=source.line,
            offset=source.at,
            starts=lows,
            ends=highs,
        )
        if kind != "name" and (not self._noted or highs[0] <= NOTED):
            self._noted = True
            first, above = data[: highs[0]], self._path[:-1] if kind == "members" else self._path
            wrapped = b"{" + first + b"}" if kind == "members" else first
            self._tally.fields.update(dict.fromkeys(document_fields(wrapped, pointer(above))))
        return block

    # -- what is too big for a buffer, or alone ----------------------------------------------------------------------

    def _value(self) -> Generator[Block, None, bool]:
        """One value; True if that is a container, which has only been entered."""
        source = self.source
        char = source.space(self._chunk)
        if char in (ord("{"), ord("[")):
            names = sum(len(step) for step in self._path if isinstance(step, str))
            if len(self._path) >= MAX_DEPTH or names > _MAX_NAMES:
                raise Broken(source.at, "nested too deep")
            source.skip(1)
            self._objects.append(char == ord("{"))
            self._path.append("" if char == ord("{") else 0)
            self._fresh = True
            return True
        if char != ord('"'):
            size = self._scalar()
        elif (size := self._string()) < 0:
            yield from self._windows()
            return False
        self._decode(source.data[source.pos : source.pos + size])
        yield self._fragment(source.data[source.pos : source.pos + size], "value")
        source.skip(size)
        return False

    def _scalar(self) -> int:
        """The size of the number or literal that comes next."""
        source = self.source
        source.fill(MAX_STRING)
        found = SCALAR.match(source.data, source.pos)
        assert found is not None
        if found.end() == len(source.data) and not source.ended:
            raise Broken(source.at, "a number too long")
        try:
            tokens(found.group().decode("ascii"))
        except Malformed as error:
            raise Broken(source.at + error.at) from None
        return len(found.group())

    def _name(self) -> Iterator[Block]:
        """A member's name and the colon."""
        source = self.source
        if source.data[source.pos] != ord('"'):
            raise Broken(source.at)
        size = self._string()
        if size < 0:
            yield from self._windows(name=True)
        else:
            raw = source.data[source.pos : source.pos + size]
            self._path[-1] = unescaped(self._decode(raw[1:-1]))
            yield self._fragment(raw, "name")
            source.skip(size)
        if source.space(self._chunk) != ord(":"):
            raise Broken(source.at)
        source.skip(1)

    def _string(self) -> int:
        """The size of the string that comes next, quotes included; -1 if that is more than `MAX_STRING`."""
        source = self.source
        while True:
            end = content_end(source.data, source.pos + 1, len(source.data))
            if source.data[end : end + 1] == b'"':
                return end + 1 - source.pos
            if source.ended or not is_cut(source.data, end, len(source.data)):
                raise Broken(source.at - source.pos + end)
            if source.size >= MAX_STRING + 2:
                return -1
            source.fill(MAX_STRING + 2)

    def _windows(self, *, name: bool = False) -> Iterator[Block]:
        """A string (or name) too long to be one value."""
        self.source.skip(1)
        segments = string_segments(self.source, self._decode)
        first = next(segments)
        if name:
            self._path[-1] = first.text[:_LONG_NAME]
            self._note(f"a member name of more than {MAX_STRING} bytes is cut to {_LONG_NAME} characters in pointers")
        elif first.text.lstrip(" \t\r\n")[:1] in ("{", "["):
            self._note(f"JSON inside strings of more than {MAX_STRING} bytes is scanned as text")
        path = tuple(self._path)
        if not name:
            self._tally.fields[pointer(path)] = None
        yield from windows(chain([first], segments), path, self._record, name=name)

    def _decode(self, raw: bytes) -> str:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            if not self._stray:
                self._stray = True
                self._tally.gap("malformed", f"record {self._record}", NOT_UTF8)
            return raw.decode("utf-8", "surrogateescape")

    def _note(self, note: str) -> None:
        if note not in self._tally.notes:
            self._tally.notes.append(note)
