"""Programs, images, sound and fonts: their runs of printable ASCII, each byte where it stands.

Everything else becomes line ends, so that nothing is found across what is no text. Lines mean nothing there.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, BinaryIO, cast

from leakscan.formats import text
from leakscan.types import Block, Policy, Slice, Tally

_PRINTABLE = bytes(byte if 0x20 <= byte < 0x7F or byte in b"\t\n\r" else 0x0A for byte in range(256))


def blocks(stream: BinaryIO, part: Slice, policy: Policy, tally: Tally) -> Iterator[Block]:
    """Windows as of plain text."""
    tally.notes.append("not a text: only its runs of printable ASCII were read")
    for block in text.blocks(cast(BinaryIO, _Printable(stream)), part, policy, tally):
        if isinstance(block, text.TextBlock):
            block.locate = partial(_without_lines, block.locate)
        yield block
    tally.lines = 0


def _without_lines(locate: text.Locate, window: str, points: Sequence[int]) -> Iterable[tuple[None, int | None]]:
    return ((None, byte) for _, byte in locate(window, points))


class _Printable(io.RawIOBase):
    """A stream with a line end for every byte that is not printable ASCII."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """As much as one read of the stream gives."""
        return self._stream.read(size).translate(_PRINTABLE)

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` as far as one read goes."""
        chunk = self.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)
