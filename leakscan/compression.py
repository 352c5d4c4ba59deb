"""Compressed shards: tell the compression from the first bytes, and decompress in bounded memory.

Whatever can be decompressed comes out; where data end early, are corrupt, expand like a bomb or need more memory than
there is, the stream ends there and the tally says so. Callers see an ordinary stream that never raises for content.
"""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol, cast

from leakscan.types import Policy, Tally

MAX_DEPTH = 3
"""How often one shard may be compressed over."""
MAX_WINDOW = 128 << 20
"""Bytes of memory that decompressing one shard may need; a zstd frame or xz stream that needs more is not read."""
BOMB_FLOOR = 8 << 20
"""Bytes of output below which no ratio makes a bomb."""

_CHUNK = 1 << 16
_BOLD, _CAREFUL = 1 << 18, 1 << 12
"""Bytes of output asked for at once: what is lost in front of a corrupt place, where it cannot be had again."""
_LOG_OUT, _LOG_IN = 1 << 16, 1 << 20

_MAGIC = (
    (b"\x1f\x8b\x08", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"\x02\x21\x4c\x18", "legacy lz4"),
    (b"\x1f\x9d\x90", "compress"),
    (b"LZIP\x01", "lzip"),
    (b"\xff\x06\x00\x00sNaPpY", "snappy"),
)
_BZIP2 = (b"\x31\x41\x59\x26\x53\x59", b"\x17\x72\x45\x38\x50\x90")
_PADDED = ("gzip", "xz")
"""Formats whose data may be followed by zero bytes."""


def decompressor(head: bytes) -> str:
    """The compression of data that begin with `head` (a few dozen bytes will do); empty if there is none."""
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head[:3] == b"BZh" and head[3:4] in b"123456789" and head[4:10] in _BZIP2:
        return "bzip2"
    if _is_skippable(head):  # zstd and lz4 share these frames: what comes behind decides
        behind = head[8 + int.from_bytes(head[4:8], "little") :]
        return (decompressor(behind) if len(behind) > 8 else "") or "zstd"
    return "lzma" if _is_lzma(head) else ""


def open_decompressed(stream: BinaryIO, name: str, policy: Policy, tally: Tally) -> BinaryIO:
    """The decompressed content of `stream`, which is compressed as `name`; content compressed again is opened too.

    The result offers `read(n)` (exactly n bytes, fewer only at the end), `readinto` and `close`, and cannot seek.
    """
    source = _Counted(stream, tally)
    result = cast(BinaryIO, _Decompressed(source, source, name, policy, tally))
    for _ in range(MAX_DEPTH - 1):
        head, result = peek(result, 64)
        name = decompressor(head)
        if not name:
            return result
        result = cast(BinaryIO, _Decompressed(result, source, name, policy, tally))
    head, result = peek(result, 64)
    if decompressor(head):
        tally.gap("unsupported", "byte 0", f"compressed more than {MAX_DEPTH} times over; read as it is")
    return result


def peek(stream: BinaryIO, size: int) -> tuple[bytes, BinaryIO]:
    """The first `size` bytes (fewer only if there are no more), and a stream that still begins with them."""
    seekable = stream.seekable()
    head = b""
    while len(head) < size and (chunk := stream.read(size - len(head))):
        head += chunk
    if seekable:
        stream.seek(-len(head), io.SEEK_CUR)
        return head, stream
    return head, cast(BinaryIO, _Rewound(head, stream))


def _is_skippable(head: bytes) -> bool:
    return len(head) >= 8 and head[0] & 0xF0 == 0x50 and head[1:4] == b"\x2a\x4d\x18"


def _is_lzma(head: bytes) -> bool:
    """The old .lzma format has no magic number, but usual properties, a round dictionary size, a range coder's zero."""
    if len(head) < 14 or head[0] != 0x5D or head[13]:
        return False
    window, size = int.from_bytes(head[1:5], "little"), int.from_bytes(head[5:13], "little")
    return window >= 4096 and not window & (window - 1) and (size == 2**64 - 1 or size < 1 << 38)


# -- streams -----------------------------------------------------------------------------------------------------


class _Stream(io.RawIOBase):
    """A raw stream made of its `read`."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = cast(bytes, self.read(len(buffer)))
        buffer[: len(data)] = data
        return len(data)


class _Rewound(_Stream):
    """`head`, which was read of `stream`, and then the rest of it."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        if not self._head:
            return self._stream.read(size)
        if size < 0 or size > len(self._head):
            data, self._head = self._head, b""
            return data + self._stream.read(-1 if size < 0 else size - len(data))
        data, self._head = self._head[:size], self._head[size:]
        return data

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Counted:
    """The stored bytes, counted; where reading them fails they end, with a coverage entry."""

    def __init__(self, stream: BinaryIO, tally: Tally) -> None:
        self._stream = stream
        self._tally = tally
        self._failed = False
        self.count = 0

    def read(self, size: int) -> bytes:
        try:
            data = b"" if self._failed else self._stream.read(size)
        except OSError as error:
            self._failed = True
            self._tally.gap("unreadable", f"stored byte {self.count}", error.strerror or type(error).__name__)
            return b""
        self.count += len(data)
        return data

    def close(self) -> None:
        self._stream.close()


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


class _Decompressed(_Stream):
    """Member after member of one compression. `stored` counts what all layers together were fed."""

    def __init__(self, source: _Readable, stored: _Counted, name: str, policy: Policy, tally: Tally) -> None:
        self._source = source
        self._stored = stored
        self._name = name
        self._policy = policy
        self._tally = tally
        self._member: _Member | None = None
        self._input = b""
        self._out = b""
        self._produced = 0
        self._first = True
        self._ended = False

    def read(self, size: int = -1) -> bytes:
        parts, missing = [self._out], size - len(self._out)
        while not self._ended and (size < 0 or missing > 0):
            parts.append(self._step())
            missing -= len(parts[-1])
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        taken = data if size < 0 else data[:size]
        self._out = data[len(taken) :]
        return taken

    def close(self) -> None:
        self._source.close()
        super().close()

    def _step(self) -> bytes:
        """The next stretch of output, possibly empty; ends the stream where there is no more."""
        member = self._member or self._next_member()
        if member is None:
            self._ended = True
            return b""
        at_end = False
        if member.wants and not self._input:
            self._input = self._source.read(_CHUNK)
            at_end = not self._input
        data, self._input = self._input, b""
        out = member.feed(data)
        self._produced += len(out)
        if member.failed:
            self._stop(*member.failed)
        elif member.ended:
            self._member, self._input = None, member.rest
        elif at_end and not out:
            self._stop("truncated", f"the {self._name} data end too early")
        elif self._produced > max(BOMB_FLOOR, self._policy.max_ratio * self._stored.count):
            self._stop("bomb", f"expands more than {self._policy.max_ratio} to 1; the rest was not read")
        return out

    def _next_member(self) -> _Member | None:
        """The decompressor of the next member; None at the end or where something else stands."""
        while True:
            while len(self._input) < 16 and (chunk := self._source.read(_CHUNK)):
                self._input += chunk
            if self._first or self._name not in _PADDED or self._input[:1] != b"\0":
                break
            self._input = self._input.lstrip(b"\0")
        if not self._first and not self._input:
            return None
        if not self._first and not _continues(self._name, self._input):
            self._stop("skipped", f"what stands behind the {self._name} data is something else; it was not read")
            return None
        self._first = False
        self._member = _member(self._name)
        if self._member is None:
            self._stop("unsupported", f"{self._name} compression is not supported")
        return self._member

    def _stop(self, kind: str, detail: str) -> None:
        self._tally.gap(kind, f"byte {self._produced}", detail)
        self._tally.unread = self._tally.unread or not self._produced
        self._ended = True


def _continues(name: str, head: bytes) -> bool:
    """Whether `head` begins another member of `name`; a stump of a magic number counts, as something cut off."""
    if name in ("zstd", "lz4") and _is_skippable(head):
        return True
    magics = [magic for magic, kind in (*_MAGIC, (b"BZh", "bzip2")) if kind == name]
    stump = len(head) < 10 and any(magic.startswith(head[: len(magic)]) for magic in magics)
    return stump or decompressor(head) == name


# -- members -----------------------------------------------------------------------------------------------------


class _Member(Protocol):
    """One gzip member, bzip2 stream, zstd frame, …

    `feed` takes input only while it `wants` any (or nothing, at the end of the input) and gives a bounded stretch of
    output. Then it may have `ended`, with `rest` standing behind it, or `failed`: a kind of coverage and a detail.
    """

    wants: bool
    ended: bool
    rest: bytes
    failed: tuple[str, str] | None

    def feed(self, data: bytes) -> bytes: ...


def _member(name: str) -> _Member | None:
    """A fresh decompressor, or None for what is known by its magic number only. Imports what it needs."""
    if name == "gzip":
        return _Gzip()
    if name == "bzip2":
        return _Plain(bz2.BZ2Decompressor, (OSError,), _CAREFUL, name)
    if name in ("xz", "lzma"):
        kind = lzma.FORMAT_XZ if name == "xz" else lzma.FORMAT_ALONE
        return _Plain(lambda: lzma.LZMADecompressor(kind, memlimit=MAX_WINDOW), (lzma.LZMAError,), _CAREFUL, name)
    if name == "lz4":
        import lz4.frame

        return _Plain(lz4.frame.LZ4FrameDecompressor, (RuntimeError,), _BOLD, name)
    return _Zstd() if name == "zstd" else None


class _Gzip:
    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._tail = b""
        self.wants = True
        self.ended = False
        self.rest = b""
        self.failed: tuple[str, str] | None = None

    def feed(self, data: bytes) -> bytes:
        data = self._tail + data
        before = self._inflate.copy()
        try:
            out = self._inflate.decompress(data, _BOLD)
        except zlib.error:
            self.failed = ("decode_error", "the gzip data are corrupt or their checksum is wrong")
            return _salvage(before, data)
        self._tail = self._inflate.unconsumed_tail
        self.wants = not self._tail and len(out) < _BOLD
        self.ended, self.rest = self._inflate.eof, self._inflate.unused_data
        return out


def _salvage(inflate: Any, data: bytes) -> bytes:
    """What comes out of `data` in front of the byte at which `inflate` fails."""
    out = bytearray()
    try:
        for at in range(len(data)):
            out += inflate.decompress(data[at : at + 1])
    except zlib.error:
        pass  # the error we came for
    return bytes(out)


class _Plain:
    """A decompressor with the interface of the standard library's.

    When one fails, the output of that call is gone. So output is asked for in small pieces, and what made the first
    `_LOG_OUT` bytes of output is kept, to get at all of a small member by doing it again byte by byte (of bzip2 with
    a wrong checksum all but the last byte).
    """

    def __init__(self, make: Callable[[], Any], errors: tuple[type[Exception], ...], limit: int, name: str) -> None:
        self._make = make
        self._errors = errors
        self._limit = limit
        self._name = name
        self._inner = make()
        self._log: list[bytes] | None = []
        self._fed = self._made = 0
        self.wants = True
        self.ended = False
        self.rest = b""
        self.failed: tuple[str, str] | None = None

    def feed(self, data: bytes) -> bytes:
        self._note(data)
        try:
            out: bytes = self._inner.decompress(data, self._limit)
        except self._errors as error:
            self.failed = self._reason(error)
            return self._again()
        self._made += len(out)
        self.wants, self.ended = self._inner.needs_input, self._inner.eof
        self.rest = (self._inner.unused_data or b"") if self.ended else b""
        return out

    def _note(self, data: bytes) -> None:
        if self._log is not None:
            self._fed += len(data)
            self._log.append(data)
            if self._made > _LOG_OUT or self._fed > _LOG_IN:
                self._log = None

    def _reason(self, error: Exception) -> tuple[str, str]:
        if "emory" in str(error):
            return "unsupported", f"the {self._name} data need more than {MAX_WINDOW >> 20} MiB of memory"
        return "decode_error", f"the {self._name} data are corrupt or their checksum is wrong"

    def _again(self) -> bytes:
        if self._log is None:
            return b""
        inner, out = self._make(), bytearray()
        data = b"".join(self._log)
        try:
            for at in range(len(data)):
                out += inner.decompress(data[at : at + 1], 1)
                while not inner.needs_input and (piece := inner.decompress(b"", 1)):
                    out += piece
        except self._errors:
            pass  # the error we came for
        return bytes(out[self._made :])


class _Zstd:
    """One zstd frame, fed block by block.

    A block gives at most 128 KiB, so memory is bounded and a corrupt one costs nothing but itself; the library's own
    stream reader knows neither, nor does it tell a truncated frame from one that is done.
    """

    def __init__(self) -> None:
        import zstandard

        self._zstd = zstandard
        self._inner = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW).decompressobj()
        self._data = b""
        self._at = 0
        self._part = "magic"
        self._checked = False
        self._skip = 0
        self.wants = True
        self.ended = False
        self.rest = b""
        self.failed: tuple[str, str] | None = None

    def feed(self, data: bytes) -> bytes:
        if data:
            self._data = self._data[self._at :] + data
            self._at = 0
        out = b""
        self.wants = False
        while not (out or self.wants or self.ended or self.failed):
            out = self._part_out()
        return out

    def _part_out(self) -> bytes:
        """Take the next part of the frame, if all of it is here, and give what it decompresses to."""
        if self._skip:
            return self._skipped()
        size = self._size()
        piece = memoryview(self._data)[self._at : self._at + size]
        if self._skip or self.failed:
            return b""
        self.wants = not size or len(piece) < size
        if self.wants:
            return b""
        try:
            out: bytes = self._inner.decompress(piece)
        except self._zstd.ZstdError:
            self.failed = ("decode_error", "the zstd data are corrupt or their checksum is wrong")
            return b""
        self._at += size
        self._advance(piece)
        return out

    def _size(self) -> int:
        """Bytes of the part that comes next; 0 while too few are here to tell."""
        here = len(self._data) - self._at
        if self._part == "checksum":
            return 4
        if self._part == "block":
            if here < 3:
                return 0
            header = int.from_bytes(self._data[self._at : self._at + 3], "little")
            return 3 + (1 if header & 6 == 2 else header >> 3)
        return self._header_size(here)

    def _header_size(self, here: int) -> int:
        head = self._data[self._at : self._at + 18]
        if here < 8:
            return 0
        if _is_skippable(head):
            self._skip = 8 + int.from_bytes(head[4:8], "little")
            return 0
        try:
            size = self._zstd.frame_header_size(head)
            if here >= size:
                self._check(self._zstd.get_frame_parameters(head))
        except self._zstd.ZstdError:
            self.failed = ("decode_error", "the zstd data begin with a corrupt header")
            return 0
        return size

    def _check(self, frame: Any) -> None:
        self._checked = frame.has_checksum
        if frame.window_size > MAX_WINDOW:
            self.failed = ("unsupported", f"the zstd data need more than {MAX_WINDOW >> 20} MiB of memory")
        elif frame.dict_id:
            self.failed = ("unsupported", "the zstd data need a dictionary")

    def _advance(self, piece: memoryview) -> None:
        """Past `piece`, which was a part of the frame."""
        if self._part == "magic" or (self._part == "block" and not piece[0] & 1):
            self._part = "block"
        elif self._part == "block" and self._checked:
            self._part = "checksum"
        else:
            self._end()

    def _skipped(self) -> bytes:
        """Pass over as much of a skippable frame as is here."""
        passed = min(self._skip, len(self._data) - self._at)
        self._at += passed
        self._skip -= passed
        self.wants = self._skip > 0
        if not self._skip:
            self._end()
        return b""

    def _end(self) -> None:
        self.ended = True
        self.rest = self._data[self._at :]
