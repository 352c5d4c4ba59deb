"""Pieces of one JSON record as blocks: runs of members or elements, and what stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from leakscan.formats.parsing import unescaped
from leakscan.formats.records import JsonBlock
from leakscan.jsontext import Link, Malformed, Token, linked, tokens
from leakscan.types import Path, Tally

Kind = Literal["elements", "members", "name", "value"]

_NAME = re.compile(
    r'[ \t\n\r]*("[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*")[ \t\n\r]*(:?)'
)


class Fragment(JsonBlock):
    """A run of whole siblings inside one record, each with the white space around it.

    They are known to be JSON, and it has been told where they are not UTF-8. `path` leads to the first of them: of the
    others, elements count on and members have names of their own. A lone `name` or `value` has exactly that path.
    """

    def __init__(
        self,
        data: bytes,
        tally: Tally,
        kind: Kind,
        path: Path,
        *,
        record: int,
        line: int,
        offset: int,
        starts: Sequence[int],
        ends: Sequence[int],
    ) -> None:
        super().__init__(data, tally, record=record, line=line, offset=offset, starts=starts, ends=ends)
        self.path = path if kind == "value" else path[:-1]
        self._kind = kind
        self._first = path

    def _malformed(self, unit: int, detail: str) -> None:
        """Nothing: this was told once for the whole record."""

    def _record_of(self, unit: int, at: int) -> int:
        return self._record

    def _tokens(self, unit: int, source: str) -> list[Token]:
        first = self._first
        if self._kind == "members":
            return member(source, linked(first[:-1]))
        if self._kind == "elements":
            return tokens(source, linked((*first[:-1], int(first[-1]) + self._index(unit))))
        found = tokens(source, linked(first))
        for token in found:
            token.key |= self._kind == "name"
        return found


def member(source: str, within: Link | None = None) -> list[Token]:
    """The tokens of ``"name": value`` in an object at `within`. Raises Malformed."""
    found = _NAME.match(source)
    if found is None:
        raise Malformed(len(source) - len(source.lstrip(" \t\n\r")))
    if not found.group(2):
        raise Malformed(found.end())
    lo, hi = found.span(1)
    name = unescaped(source[lo + 1 : hi - 1])
    begin = found.end()
    link = (within, name)
    try:
        inner = tokens(source[begin:], link)
    except Malformed as error:
        raise Malformed(begin + error.at) from None
    own = Token(name, link, lo, hi, key=True)
    return [own, *(Token(t.text, t.link, begin + t.lo, begin + t.hi, t.key) for t in inner)]
