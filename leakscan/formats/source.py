"""The rest of a stream as a buffer that JSON is taken from, byte by byte counted."""

from __future__ import annotations

from typing import BinaryIO

from leakscan.formats.structure import SPACE
from leakscan.types import Tally


class Broken(ValueError):
    """The source stops being JSON at byte `at` of the shard, for a reason; what is before was given out."""

    def __init__(self, at: int, reason: str = "not JSON") -> None:
        super().__init__(f"{reason} from byte {at}")


class Source:
    """A buffer over the rest of a stream: `data` from `pos` on is what has been read and not yet taken.

    With `lines` it ends at the next newline, which is taken with it. `line` is the line of `pos`.
    """

    def __init__(
        self, stream: BinaryIO, rest: bytes, left: int, tally: Tally, *, offset: int, line: int, lines: bool
    ) -> None:
        self.data = b""
        self.pos = 0
        self.line = line
        self.left = left
        self.last = b""
        """The byte before `pos`, if any was taken."""
        self._stream = stream
        self._tally = tally
        self._base = offset
        self._pending = memoryview(rest)
        self._lines = lines
        self._first = line
        self._closed = 0
        self._ended = False

    @property
    def at(self) -> int:
        """The shard offset of `pos`."""
        return self._base + self.pos

    @property
    def size(self) -> int:
        """How many bytes are ready."""
        return len(self.data) - self.pos

    @property
    def newlines(self) -> int:
        """How many newlines were taken."""
        return self.line - self._first + self._closed

    @property
    def ended(self) -> bool:
        """Whether nothing comes behind `data`."""
        return self._ended

    def fill(self, size: int) -> None:
        """Have at least `size` bytes ready, or all there are."""
        have = self.size
        if have >= size or self._ended:
            return
        parts = [self.data[self.pos :]]
        while have < size and not self._ended:
            chunk = self._read(size - have)
            newline = chunk.find(b"\n") if self._lines else -1
            if newline >= 0:
                self._pending = memoryview(chunk[newline + 1 :] + bytes(self._pending))
                chunk = chunk[:newline]
                self._closed = 1
            self._ended = newline >= 0 or not chunk
            parts.append(chunk)
            have += len(chunk)
        self._base += self.pos
        self.pos = 0
        self.data = b"".join(parts)

    def _read(self, size: int) -> bytes:
        if self._pending:
            chunk = bytes(self._pending[:size])
            self._pending = self._pending[size:]
            return chunk
        try:
            chunk = self._stream.read(size if self.left < 0 else min(size, self.left))
        except OSError as error:
            self._tally.gap("unreadable", f"byte {self._tally.bytes}", error.strerror or type(error).__name__)
            return b""
        self.left -= len(chunk) if self.left > 0 else 0
        self._tally.bytes += len(chunk)
        return chunk

    def skip(self, size: int) -> None:
        """Take `size` of the bytes that are ready."""
        if size:
            if not self._lines:
                self.line += self.data.count(b"\n", self.pos, self.pos + size)
            self.pos += size
            self.last = self.data[self.pos - 1 : self.pos]

    def space(self, size: int) -> int:
        """Take white space; the byte behind it with `size` bytes ready, or -1 at the end."""
        while True:
            self.fill(size)
            found = SPACE.match(self.data, self.pos)
            assert found is not None
            self.skip(found.end() - self.pos)
            if self.pos < len(self.data):
                self.fill(size)
                return self.data[self.pos]
            if self._ended:
                return -1

    def rest(self) -> tuple[int, bytes]:
        """Behind the record: the shard offset, and the bytes read from there on."""
        return self.at + self._closed, self.data[self.pos :] + bytes(self._pending)
