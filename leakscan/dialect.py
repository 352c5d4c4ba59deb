r"""The pattern dialect of rule files: parse it, refuse what could run away, translate it for the prefilter.

A pattern is the common subset of ``re`` and ``regex`` with ASCII classes and bounded repeats. `prefilter` turns it
into a Hyperscan expression over *raw* bytes with one promise: wherever the pattern matches a decoded string, the
expression matches somewhere inside the raw bytes of that match, be they plain UTF-8 or JSON source nested up to
`MAX_NESTING` deep. It may match much more.

Two kinds of character make raw bytes differ from the decoded text. *Escapable* ones (quotes, backslash, controls,
``/ < > &``, everything outside ASCII) are commonly written as JSON escapes, so the expression offers both forms.
The others (letters, digits, ``@ = +`` …) are escaped only by odd encoders; `ESCAPED_ASCII` finds the records in
which that happens and the caller decodes those first.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

with warnings.catch_warnings():
    # The standard library's own parser, rather than a second one of ours; private, but unchanged since 2001.
    from re import _constants as op  # type: ignore[attr-defined]
    from re import _parser as parser  # type: ignore[attr-defined]

MAX_NESTING = 4
"""JSON inside JSON inside … : a character is behind at most 2**MAX_NESTING - 1 backslashes."""
MAX_REPEAT = 4096
MAX_WIDTH = 20_000
MAX_LOOK = 256
"""How far, at most, a look-ahead or look-behind of a pattern sees."""

_SLASHES = r"\x5c+"
"""Before an escape: up to 2**MAX_NESTING - 1 backslashes. Not as a bounded repeat: Hyperscan 5.4.12 misses matches of
``1(?:/|\x5c{1,15}(?:u00..|/))0`` where a backslash stands shortly before."""
_ESCAPE = rf"{_SLASHES}(?:u[0-9a-fA-F]{{4}}|[\x22\x2fbfnrt\x27])?"
_ESCAPABLE = frozenset(map(ord, "\"\\/<>&'")) | frozenset(range(0x20)) | {0x7F}
ESCAPED_ASCII = r"\x5cu00(?:2[0134589A-Ea-e]|3[0-9ABDFabdf]|[46][0-9A-Fa-f]|5[0-9ABDEFabdef]|7[0-9A-Ea-e])"
"""Finds JSON escapes of ASCII characters that are not escapable in the sense above."""

_TELLING = 8.0
"""Bits below which a stretch of a pattern is found nearly everywhere."""
_MOST_TIGHT, _MOST_LOOSE = 40, 8
"""Repeats beyond these make the automaton larger and its hits hardly rarer."""
_LITTLE, _LONG = 4.0, 4
"""Bits of what is no loss, behind so many repeats at least."""
_OTHER = 4
"""A character outside ASCII is up to four bytes of UTF-8, or up to two JSON escapes."""
_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS = frozenset(b"0123456789")
_SPACE = frozenset(b" \t\n\r\f\v")
_ASCII = frozenset(range(128))


class DialectError(ValueError):
    """The pattern is outside the dialect; the message says why."""


@dataclass(frozen=True)
class Chars:
    """One character out of `ascii`, or any outside ASCII if `other`."""

    ascii: frozenset[int]
    other: bool = False

    @property
    def tight(self) -> bool:
        """Whether the raw form is the character itself, but for odd encoders."""
        return not self.other and not self.ascii & _ESCAPABLE


@dataclass(frozen=True)
class Seq:
    """Nodes one after the other."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Alt:
    """One of the nodes."""

    options: tuple[Node, ...]


@dataclass(frozen=True)
class Rep:
    """A node `lo` to `hi` times."""

    node: Node
    lo: int
    hi: int


@dataclass(frozen=True)
class Look:
    """Nothing, where the node stands ahead (or behind), or does not."""

    node: Node
    ahead: bool
    wanted: bool


Node = Chars | Seq | Alt | Rep | Look


@lru_cache(maxsize=4096)
def parse(pattern: str, *, looks: bool = False) -> Node:
    """Parse `pattern`, dropping its zero-width parts, or with `looks` those that do not hold for raw bytes as well.

    Raises DialectError for what the dialect does not have.
    """
    try:
        tree = parser.parse(pattern, re.ASCII)
    except (re.error, OverflowError) as error:
        raise DialectError(f"not a regular expression: {error}") from None
    if tree.state.flags & ~(re.ASCII | re.IGNORECASE):
        raise DialectError("inline flags other than (?i) are not allowed")
    node = _seq(tree, bool(tree.state.flags & re.IGNORECASE), looks)
    if width(node)[1] > MAX_WIDTH:
        raise DialectError(f"it can match more than {MAX_WIDTH} characters")
    return node


def width(node: Node) -> tuple[int, int]:
    """The fewest and most characters the node can match."""
    match node:
        case Chars():
            return 1, 1
        case Seq(items):
            widths = [width(item) for item in items]
            return sum(lo for lo, _ in widths), sum(hi for _, hi in widths)
        case Alt(options):
            widths = [width(option) for option in options]
            return min(lo for lo, _ in widths), max(hi for _, hi in widths)
        case Rep(inner, lo, hi):
            low, high = width(inner)
            return lo * low, hi * high
        case Look():
            return 0, 0


def prefilter(pattern: str) -> str:
    """The Hyperscan expression (bytes, DOTALL, no other flag) for a pattern; empty when it would match anywhere."""
    window, _ = _window(_flatten(parse(pattern)))
    return "".join(_emit(item, _emit_chars) for item in window)


def lead(pattern: str) -> int:
    """The most characters from the start of a match to the end of what `prefilter` looks for in it."""
    return _window(_flatten(parse(pattern)))[1]


def raw(pattern: str) -> str:
    """The pattern as a bytes expression over raw bytes, which may match more; empty if there is no safe one.

    A class that holds the backslash could be read in several ways in a run of backslashes, and a backtracking matcher
    would try them all. Here it is any bytes that may be part of writing its characters, which is safe but in a repeat
    of several things.
    """
    node = parse(pattern, looks=True)
    return "" if _repeats_backslash(node) else _emit(node, _emit_loose)


def _repeats_backslash(node: Node) -> bool:
    match node:
        case Rep(inner):
            return not isinstance(inner, Chars) and _has(inner, _BACKSLASH)
        case Seq(items) | Alt(items):
            return any(map(_repeats_backslash, items))
    return False


def look_width(pattern: str) -> int:
    """The most characters that `raw` sees ahead of what it matches."""
    return max((width(look.node)[1] for look in _looks(parse(pattern, looks=True)) if look.ahead), default=0)


def _looks(node: Node) -> Iterator[Look]:
    match node:
        case Look():
            yield node
        case Rep(inner):
            yield from _looks(inner)
        case Seq(items) | Alt(items):
            for item in items:
                yield from _looks(item)


def is_tight(pattern: str) -> bool:
    """Whether every match stands in raw bytes as it is, but for odd encoders (`ESCAPED_ASCII`)."""
    return _is_tight(parse(pattern))


def has_space(pattern: str) -> bool:
    """Whether a match can hold a space."""
    return _has(parse(pattern), ord(" "))


def _has(node: Node, char: int) -> bool:
    match node:
        case Chars(chars):
            return char in chars
        case Rep(inner) | Look(inner):
            return _has(inner, char)
        case Seq(items) | Alt(items):
            return any(_has(item, char) for item in items)


def phrase(words: str) -> str:
    """The expression (caseless, for Hyperscan and ``re`` alike) of a context phrase: space, `_`, `-` or nothing joins.

    No escapes there: a gap that allows them makes three hundred phrases cost more than all rules together.
    """
    return "[\\x20_-]?".join(re.escape(word) for word in words.split(" "))


def raw_phrase(words: str) -> str:
    """`phrase` for raw bytes, in which a letter outside ASCII may be written as a JSON escape."""
    out = ""
    for char in phrase(words):
        units = char.encode("utf-16-be")
        escapes = (r"\x5c+u" + units[at : at + 2].hex() for at in range(0, len(units), 2))
        out += char if char.isascii() else f"(?:{char}|{''.join(escapes)})"
    return out


def literal_prefix(pattern: str) -> str:
    """The characters every match begins with."""
    out = ""
    for item in _flatten(parse(pattern)):
        if not (isinstance(item, Chars) and len(item.ascii) == 1 and not item.other):
            break
        out += chr(next(iter(item.ascii)))
    return out


# -- from the parser's tree to ours ------------------------------------------------------------------------------


def _seq(tree: Any, fold: bool, looks: bool) -> Node:
    return Seq(tuple(node for code, arg in tree if (node := _node(code, arg, fold, looks)) is not None))


def _node(code: Any, arg: Any, fold: bool, looks: bool) -> Node | None:
    if code is op.LITERAL:
        return _folded(Chars(frozenset({arg})) if arg < 128 else Chars(frozenset(), other=True), fold)
    if code is op.NOT_LITERAL:
        return Chars(_ASCII - _folded(Chars(frozenset({arg})), fold).ascii, other=True)
    if code is op.ANY:
        return Chars(_ASCII - {10}, other=True)
    if code is op.IN:
        return _class(arg, fold)
    if code in (op.MAX_REPEAT, op.MIN_REPEAT):
        return _repeat(arg, fold, looks)
    if code is op.BRANCH:
        return Alt(tuple(_seq(option, fold, looks) for option in arg[1]))
    if code is op.SUBPATTERN:
        group, add, remove, inner = arg
        if group is not None:
            raise DialectError("groups that capture are not allowed, write (?:…)")
        if (add | remove) & ~re.IGNORECASE:
            raise DialectError("inline flags other than (?i:…) are not allowed")
        return _seq(inner, (fold or bool(add & re.IGNORECASE)) and not remove & re.IGNORECASE, looks)
    if code in (op.ASSERT, op.ASSERT_NOT):
        node = _seq(arg[1], fold, looks)
        if width(node)[1] > MAX_LOOK:
            raise DialectError(f"a look-around that sees more than {MAX_LOOK} characters")
        return _look(arg, node, code is op.ASSERT) if looks else None
    if code is op.AT:
        return None
    raise DialectError(f"{str(code).lower()} is not allowed")


def _look(arg: Any, node: Node, wanted: bool) -> Look | None:
    r"""A look-around that raw bytes pass wherever the decoded text does, or None.

    One that must match has to be tight. One that must not may see less than it did: characters that stand in raw
    bytes for themselves and, behind it, not what may be the end of an escape, as the ``n`` of ``\n``.
    """
    direction, tree = arg
    ahead = direction > 0
    if wanted:
        low, high = width(node)
        return Look(node, ahead, wanted) if _is_tight(node) and (ahead or low == high) else None
    if not _is_plain(tree) or (not ahead and width(node) != (1, 1)):
        return None
    less = _without(node, _MISTAKABLE if ahead else _MISTAKABLE | _ENDS_OF_ESCAPES)
    return Look(less, ahead, wanted) if less else None


def _without(node: Node, codes: frozenset[int]) -> Node | None:
    """The node as far as it matches none of `codes` and nothing outside ASCII; None if it then matches nothing."""
    match node:
        case Chars(chars):
            return Chars(chars - codes) if chars - codes else None
        case Seq(items):
            left = [rest for item in items if (rest := _without(item, codes))]
            return Seq(tuple(left)) if len(left) == len(items) else None
        case Alt(options):
            left = [rest for option in options if (rest := _without(option, codes))]
            return Alt(tuple(left)) if left else None
        case Rep(inner, lo, hi):
            rest = _without(inner, codes)
            return Rep(rest, lo, hi) if rest else (Rep(inner, 0, 0) if lo == 0 else None)
        case Look():
            return None


def _single(node: Node) -> Node:
    return node.items[0] if isinstance(node, Seq) and len(node.items) == 1 else node


def _is_plain(tree: Any) -> bool:
    """Whether a parsed expression is free of zero-width parts, which `_seq` may have dropped."""
    for code, arg in tree:
        inner: Any = ()
        if code is op.SUBPATTERN:
            inner = (arg[3],)
        elif code is op.BRANCH:
            inner = arg[1]
        elif code in (op.MAX_REPEAT, op.MIN_REPEAT):
            inner = (arg[2],)
        if code in (op.AT, op.ASSERT, op.ASSERT_NOT) or not all(map(_is_plain, inner)):
            return False
    return True


def _repeat(arg: Any, fold: bool, looks: bool) -> Node:
    lo, hi, inner = arg
    if hi is op.MAXREPEAT or hi > MAX_REPEAT:
        raise DialectError(f"an unbounded repeat; state at most {MAX_REPEAT}, as in {{1,64}}")
    node = _seq(inner, fold, looks)
    if width(node)[1] == 0:
        raise DialectError("a repeat of nothing")
    return Rep(_single(node), lo, hi)


def _class(arg: Any, fold: bool) -> Chars:
    ascii_set: set[int] = set()
    other = negate = False
    for code, value in arg:
        if code is op.NEGATE:
            negate = True
        elif code is op.LITERAL:
            ascii_set |= {value} & _ASCII
            other |= value >= 128
        elif code is op.RANGE:
            ascii_set |= set(range(value[0], min(value[1], 127) + 1))
            other |= value[1] >= 128
        else:
            chars = _category(value)
            ascii_set |= chars.ascii
            other |= chars.other
    folded = _folded(Chars(frozenset(ascii_set), other), fold)
    # A negated class with non-ASCII members excludes only some of the others: the superset keeps them all.
    return Chars(_ASCII - folded.ascii, other=True) if negate else folded


def _category(value: Any) -> Chars:
    word = _LETTERS | _DIGITS | {ord("_")}
    table = {
        op.CATEGORY_DIGIT: Chars(_DIGITS),
        op.CATEGORY_NOT_DIGIT: Chars(_ASCII - _DIGITS, other=True),
        op.CATEGORY_SPACE: Chars(_SPACE),
        op.CATEGORY_NOT_SPACE: Chars(_ASCII - _SPACE, other=True),
        op.CATEGORY_WORD: Chars(word),
        op.CATEGORY_NOT_WORD: Chars(_ASCII - word, other=True),
    }
    return table[value]


def _folded(chars: Chars, fold: bool) -> Chars:
    if not fold:
        return chars
    return Chars(chars.ascii | {c ^ 32 for c in chars.ascii if c in _LETTERS}, chars.other)


# -- choosing what the prefilter looks for -----------------------------------------------------------------------


def _flatten(node: Node) -> list[Node]:
    if isinstance(node, Seq):
        return [flat for item in node.items for flat in _flatten(item)]
    if isinstance(node, Rep) and node.lo == node.hi == 1:
        return _flatten(node.node)
    return [node]


def _bits(node: Node) -> float:
    """How rare a match is, roughly: the information in bits of the least selective way through the node."""
    match node:
        case Chars(chars, other):
            if other:
                return 0.0
            # Letters fill most of a text: a class of them says little, a single rare letter says more.
            weight = sum(4.0 if c in b" etaoinsrhl" else 1.0 for c in chars)
            return max(0.0, math.log2(130 / weight)) if weight else 0.0
        case Seq(items):
            return sum(_bits(item) for item in items)
        case Alt(options):
            return min(_bits(option) for option in options)
        case Rep(inner, lo, _):
            return lo * _bits(inner)
        case Look():
            return 0.0


def _is_tight(node: Node) -> bool:
    match node:
        case Chars():
            return node.tight
        case Seq(items):
            return all(_is_tight(item) for item in items)
        case Alt(options):
            return all(_is_tight(option) for option in options)
        case Rep(inner) | Look(inner):
            return _is_tight(inner)


def _is_small(node: Node) -> bool:
    """A loose node short enough to be bridged to reach a tight one behind it."""
    match node:
        case Rep(inner, _, hi):
            return hi <= 8 and width(inner)[1] <= 2
        case _:
            return width(node)[1] <= 8


def _window(items: list[Node]) -> tuple[list[Node], int]:
    """The stretch of `items` to look for, and how many characters at most there are from their start to its end.

    It is the most telling tight run, widened over small gaps to its neighbours.
    """
    if not items:
        return [], 0
    runs = _runs(items)
    trimmed = list(map(_trim_loose, items))
    loose = max(trimmed, key=_bits)
    if _bits(loose) >= max([_TELLING, *(2 * _bits(Seq(tuple(items[a:b]))) for a, b in runs)]):
        return [loose], _most([*items[: trimmed.index(loose)], loose])
    if not runs:
        return [], _most(items)
    first, last = max(runs, key=lambda run: (_bits(Seq(tuple(items[run[0] : run[1]]))), -run[0]))
    best = runs.index((first, last))
    for run in runs[best + 1 :]:
        if not all(_is_small(item) for item in items[last : run[0]]):
            break
        last = run[1]
    for run in reversed(runs[:best]):
        if not all(_is_small(item) for item in items[run[1] : first]):
            break
        first = run[0]
    if last < len(items) and _is_fixed(items[last - 1]) and _is_written_simply(items[last]):
        last += 1
    while last - first > 1 and _ends_a_swarm(*items[last - 2 : last]):
        last -= 1
    window = items[first:last]
    if len(window) == 1:
        one = _trim(window[0])
        return [one], _most([*items[:first], one])
    end = _fewest(window[-1])
    return [_fewest(window[0]), *window[1:-1], end], _most([*items[: last - 1], end])


def _ends_a_swarm(run: Node, end: Node) -> bool:
    """Whether an end that tells little behind a run of any length would be hit at every place the run goes on."""
    return isinstance(run, Rep) and run.lo >= _LONG and run.hi > run.lo and _bits(end) < _LITTLE


def _is_fixed(node: Node) -> bool:
    """Whether an end of a window would be left as it is, so that what follows it may be looked for as well."""
    low, high = width(node)
    return low == high and not (isinstance(node, Rep) and node.lo > _MOST_TIGHT)


def _is_written_simply(node: Node) -> bool:
    """A loose character, or several of it, of which there are few ways to write: no backslash, nothing outside ASCII."""
    inner = node.node if isinstance(node, Rep) and node.lo > 0 else node
    return isinstance(inner, Chars) and not inner.other and _BACKSLASH not in inner.ascii


def _most(items: Sequence[Node]) -> int:
    return sum(width(item)[1] for item in items)


def _trim_loose(node: Node) -> Node:
    return _trim(node) if not _is_tight(node) else Chars(_ASCII, other=True)


def _runs(items: list[Node]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for index, item in enumerate(items):
        if not _is_tight(item):
            continue
        if runs and runs[-1][1] == index:
            runs[-1] = (runs[-1][0], index + 1)
        else:
            runs.append((index, index + 1))
    return runs


def _fewest(node: Node) -> Node:
    """At an end of the window the fewest repeats are enough, and one hit a place rather than one a length."""
    if isinstance(node, Rep):
        count = min(node.lo, _MOST_TIGHT if _is_tight(node) else _MOST_LOOSE)
        return Rep(node.node, count, count)
    return node


def _trim(node: Node) -> Node:
    """What of a node that is all of the window is enough; an alternation may be cut to the window of each option."""
    if isinstance(node, Alt) and not (_is_tight(node) and _is_fixed(node)):
        windows = [Seq(tuple(_window(_flatten(option))[0])) for option in node.options]
        return Alt(tuple(windows)) if all(window.items for window in windows) else node
    return _fewest(node)


def _emit(node: Node, written: Callable[[Chars], tuple[str, int]]) -> str:
    """The node in raw bytes, given an expression for a character and how often it may be needed for one."""
    match node:
        case Chars():
            text, most = written(node)
            return text if most == 1 else f"{text}{{1,{most}}}"
        case Seq(items):
            return "".join(_emit(item, written) for item in items)
        case Alt(options):
            return "(?:" + "|".join(_emit(option, written) for option in options) + ")"
        case Rep(_, _, 0):
            return ""
        case Rep(Chars() as inner, lo, hi):
            text, most = written(inner)
            return f"(?:{text}){{{lo},{hi * most}}}" if lo != hi * most else f"(?:{text}){{{lo}}}"
        case Rep(inner, lo, hi):
            return f"(?:{_emit(inner, written)}){{{lo},{hi}}}" if lo != hi else f"(?:{_emit(inner, written)}){{{lo}}}"
        case Look(inner, ahead, wanted):
            return f"(?{'' if ahead else '<'}{'=' if wanted else '!'}{_emit(inner, _emit_plain)})"


def _emit_plain(chars: Chars) -> tuple[str, int]:
    """Only those characters that stand for themselves."""
    return _emit_class(chars), 1


def _emit_loose(chars: Chars) -> tuple[str, int]:
    if _BACKSLASH not in chars.ascii:
        return _emit_chars(chars)
    return _emit_class(Chars(chars.ascii | _IN_ESCAPES, chars.other)), _LONGEST


@cache
def _emit_chars(chars: Chars) -> tuple[str, int]:
    """One character in raw bytes: as it is, or as one of the JSON escapes there are for it."""
    plain, most = _emit_class(chars), _OTHER if chars.other else 1
    if chars.tight:
        return plain, most
    if _BACKSLASH in chars.ascii:
        return f"(?:{plain}|{_ESCAPE})", most
    short = _emit_class(Chars(frozenset(_SHORT[c] for c in chars.ascii if c in _SHORT)))
    digits = "[0-9a-fA-F]{4}" if chars.other else "00[0-9a-fA-F]{2}"
    escape = f"(?:u{digits}|{short})" if short != "[]" else f"u{digits}"
    return f"(?:{plain}|{_SLASHES}{escape})", most


_BACKSLASH = ord("\\")
_MISTAKABLE = frozenset(b'\\"') | frozenset(b",:[]{} \t\r\n.")
"""Bytes that in JSON source may be no part of the value they stand beside, or of an escape in it."""
_ENDS_OF_ESCAPES = frozenset(b"bfnrt0123456789abcdefABCDEF")
_IN_ESCAPES = frozenset(b'\\"/bfnrtu0123456789abcdefABCDEF')
_LONGEST = 2 * (2**MAX_NESTING - 1 + len("uffff"))
"""The most raw bytes of one character: two escapes, each behind all the backslashes there can be."""
_SHORT = {ord(c): ord(e) for c, e in zip('"/\b\f\n\r\t', '"/bfnrt', strict=True)}


def _emit_class(chars: Chars) -> str:
    codes = sorted(chars.ascii)
    parts: list[str] = []
    start = 0
    for i in range(1, len(codes) + 1):
        if i == len(codes) or codes[i] != codes[i - 1] + 1:
            lo, hi = codes[start], codes[i - 1]
            parts.append(f"\\x{lo:02x}" if lo == hi else f"\\x{lo:02x}-\\x{hi:02x}")
            start = i
    if chars.other:
        parts.append("\\x80-\\xff")
    return f"[{''.join(parts)}]" if len(codes) != 1 or chars.other else parts[0]
