"""The one place that turns a value into something that may be shown: a shape, a fingerprint, a masked context.

Owns the key of the fingerprints. Nothing it returns holds a character of a value but its punctuation and the fixed
prefix its rule allows, and nothing it returns can move a cursor or turn a line around on a terminal.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import unicodedata
import warnings
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path as FilePath

from leakscan.types import LeakscanError, Rule, Step

SHAPE_LIMIT = 48
"""Code points of a shape that are shown; the rest becomes one ``…``."""
CONTEXT = 24
"""Code points of context on each side of a leak."""
UNSHOWABLE = "\N{REPLACEMENT CHARACTER}"
"""Stands for what a terminal would obey, reorder or choke on: controls, bidi marks, surrogates, unassigned."""

Span = tuple[int, int]

_SAFE_FORMAT = frozenset({0x200C, 0x200D})
"""Joiners: Persian, Hindi and emoji are unreadable without them, and no terminal acts on them."""
_LINE_END = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


class EphemeralKeyWarning(UserWarning):
    """The fingerprints of this run cannot be compared with those of another, because no key could be kept."""


# -- shapes ------------------------------------------------------------------------------------------------------


class _Table(dict[int, str]):
    """A table for `str.translate` that fills itself; characters are classified once a process."""

    def __init__(self, classify: Callable[[int], str]) -> None:
        super().__init__()
        self._classify = classify

    def __missing__(self, code: int) -> str:
        self[code] = out = self._classify(code)
        return out


def _shown(code: int) -> str:
    char = chr(code)
    kind = unicodedata.category(char)
    if char.isspace():
        return " "
    return UNSHOWABLE if kind[0] == "C" and code not in _SAFE_FORMAT else char


def _shaped(code: int) -> str:
    char = chr(code)
    kind = unicodedata.category(char)
    if kind[0] in "LM":
        return "A" if kind in {"Lu", "Lt"} else "a"
    if kind[0] == "N":
        return "9"
    return "*" if kind in {"So", "Sk"} and code > 0x7F else _shown(code)


_SHOWN = _Table(_shown)
_SHAPED = _Table(_shaped)


def printable(text: str) -> str:
    """`text` with white space as spaces and what a terminal would act on replaced; always valid UTF-8."""
    return text if text.isascii() and text.isprintable() else text.translate(_SHOWN)


def valid(text: str) -> str:
    """`text` without lone surrogates, so that it can be written as UTF-8."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def shape(value: str, keep: str = "") -> str:
    """What `value` looks like: letters as ``a``/``A``, digits as ``9``, punctuation and the prefix `keep` as they are.

    A value that is its own shape (``aaaa``, ``!!``) becomes asterisks: a preview never equals what it stands for.
    """
    if not value.startswith(keep) or len(value) == len(keep):
        keep = ""
    rest = value[len(keep) : SHAPE_LIMIT + 1]
    masked = rest.translate(_SHAPED)
    if masked == rest:
        masked = "*" * len(rest)
    out = keep + masked
    return out if len(out) <= SHAPE_LIMIT else out[: SHAPE_LIMIT - 1] + "…"


# -- fingerprints ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _normaliser(category: str, entity: str) -> Callable[[str], str]:
    if category != "pii":
        return str
    parts = set(entity.split("_"))
    return (
        _folded
        if parts & {"IP", "EMAIL", "URL", "GEO", "HANDLE", "NAME", "ADDRESS"} and "MAC" not in parts
        else _reduced
    )


def _folded(value: str) -> str:
    return " ".join(value.casefold().split())


def _reduced(value: str) -> str:
    folded = value.casefold()
    if folded.isalnum():
        return folded
    kept = "".join(filter(str.isalnum, folded))
    return kept if any(map(str.isdigit, kept)) else " ".join(folded.split())


def normalise(rule: Rule, value: str) -> str:
    """`value` as it counts for identity: secrets and confidential text to the character, PII however it is written.

    PII is casefolded; identifiers with digits lose their separators (``536-22-8734`` is ``536228734``), but for those
    in which a dot or colon carries meaning (IP addresses, e-mail, URLs, coordinates).
    """
    return _normaliser(rule.category, rule.entity)(value)


def fingerprint(key: bytes, rule: Rule, value: str) -> str:
    """HMAC-SHA256 in hex of the rule's id, a NUL and the normalised value: the same wherever the value stands."""
    message = f"{rule.id}\0{_normaliser(rule.category, rule.entity)(value)}"
    return hmac.digest(key, message.encode("utf-8", "surrogatepass"), "sha256").hex()


# -- context and places ------------------------------------------------------------------------------------------


class Veil:
    """A decoded text in which several values leak: shows any place of it with all of them masked.

    `keep` gives the prefix that may be shown of a span, where its rule has one; `values` are more values to mask, those
    that leak elsewhere in the record. Making one costs a few passes over the text and the spans, each `context` then
    little more than its window, however many spans there are.
    """

    _FEW = 12
    """Up to here looking for every value in the window is cheaper than an index of them."""

    def __init__(
        self, text: str, spans: Sequence[Span], keep: Mapping[Span, str] | None = None, values: Iterable[str] = ()
    ) -> None:
        self._text = text
        self._spans = sorted(set(spans))
        self._keep = keep or {}
        own = Counter(text[start:end] for start, end in self._spans)
        every = own.keys() | set(values) if values else set(own)
        every.discard("")
        self._reach = max(map(len, every), default=0)
        self._repeated: list[str] = []
        self._index: dict[str, list[str]] = {}
        if len(every) <= self._FEW:
            self._repeated = [value for value in every if text.count(value) > own[value]]
        else:
            self._stem = min(8, *map(len, every))
            for value in every:
                self._index.setdefault(value[: self._stem], []).append(value)

    def context(self, at: Span) -> str:
        """About `CONTEXT` code points on each side of the span `at`, within its line, every value in it as its shape.

        Other occurrences of the values are masked as well, also where only a part of them reaches into the window.
        """
        text, (start, end) = self._text, at
        lo, hi = max(0, start - CONTEXT), min(len(text), end + CONTEXT)
        if not text[lo:start].isprintable():
            lo = max((found.end() for found in _LINE_END.finditer(text, lo, start)), default=lo)
        if not text[end:hi].isprintable():
            line_end = _LINE_END.search(text, end, hi)
            hi = line_end.start() if line_end else hi
        masked = [at] if self._spans == [at] else [at, *self._touching(lo, hi)]
        if self._repeated or self._index:
            masked = [*masked, *self._repeats(lo, hi)]
        out: list[str] = []
        done = lo
        for first, last in _merged(masked):
            out.append(printable(text[done:first]))
            out.append(shape(text[first:last], self._keep.get((first, last), "")))
            done = last
        out.append(printable(text[done:hi]))
        return "".join(out).strip()

    def _touching(self, lo: int, hi: int) -> Iterator[Span]:
        for index in range(bisect_left(self._spans, (lo - self._reach, 0)), len(self._spans)):
            start, end = self._spans[index]
            if start >= hi:
                break
            if end > lo:
                yield start, end

    def _repeats(self, lo: int, hi: int) -> Iterator[Span]:
        text = self._text
        for value in self._repeated:
            size = len(value)
            found = text.find(value, max(0, lo - size + 1), hi + size - 1)
            while found >= 0:
                yield found, found + size
                found = text.find(value, found + 1, hi + size - 1)
        if self._index:
            for at in range(max(0, lo - self._reach + 1), hi):
                for value in self._index.get(text[at : at + self._stem], ()):
                    if at + len(value) > lo and text.startswith(value, at):
                        yield at, at + len(value)


def _merged(spans: list[Span]) -> list[Span]:
    """The union of `spans`, in order, none touching a character of another."""
    if len(spans) == 1:
        return spans
    out: list[Span] = []
    for start, end in sorted(spans):
        if out and start < out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def context(
    text: str, spans: Sequence[Span], at: Span, keep: Mapping[Span, str] | None = None, values: Iterable[str] = ()
) -> str:
    """The surroundings of the span `at`, with every leak of `spans` masked; for many places of one text use `Veil`."""
    return Veil(text, spans, keep, values).context(at)


def pointer(path: Sequence[Step], masked_names: Mapping[str, str] | None = None) -> str:
    """`path` as an RFC 6901 JSON Pointer; a member name that holds a leak is given by `masked_names` instead."""
    names = masked_names or {}
    out = ""
    for step in path:
        if isinstance(step, int):
            out += f"/{step}"
        else:
            out += "/" + names.get(step, step).replace("~", "~0").replace("/", "~1")
    return valid(out)


# -- the key -----------------------------------------------------------------------------------------------------


def config_dir(environ: Mapping[str, str]) -> FilePath:
    """The user's configuration folder for leakscan; it need not exist."""
    base = environ.get("XDG_CONFIG_HOME", "")
    if not os.path.isabs(base):  # the XDG specification says to ignore relative ones
        base = os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".config")
    return FilePath(base) / "leakscan"


def key(environ: Mapping[str, str], config: FilePath | None = None) -> tuple[bytes, str]:
    """The key of the fingerprints and its public id.

    It comes from ``LEAKSCAN_KEY``, the file that ``LEAKSCAN_KEY_FILE`` names, or ``key`` in the configuration folder,
    which is made on first use. Where none can be kept, warns with EphemeralKeyWarning and makes one for this run.
    """
    phrase = environ.get("LEAKSCAN_KEY", "").strip()
    named = environ.get("LEAKSCAN_KEY_FILE", "")
    if not phrase and named:
        try:
            phrase = _read(FilePath(named))
        except OSError as error:
            raise LeakscanError(f"LEAKSCAN_KEY_FILE={named}: cannot be read: {error.strerror}") from None
    return _derive(phrase or _kept((config or config_dir(environ)) / "key"))


def _derive(phrase: str) -> tuple[bytes, str]:
    """The key proper, so that a phrase of any length does; its id is derived apart from it and tells nothing of it."""
    master = hashlib.sha256(phrase.encode("utf-8", "surrogateescape")).digest()
    return hmac.digest(master, b"leakscan/key/1", "sha256"), hmac.digest(master, b"leakscan/key-id/1", "sha256").hex()[
        :8
    ]


def _read(file: FilePath) -> str:
    phrase = file.read_bytes().decode("utf-8", "surrogateescape").strip()
    if not phrase:
        raise LeakscanError(f"{file}: the key file is empty; write a long random string into it, or remove it")
    return phrase


def _kept(file: FilePath) -> str:
    if not file.is_absolute():  # no home folder at all
        return _ephemeral(file, "there is no home folder")
    try:
        if not file.exists():
            _create(file)
        return _read(file)
    except OSError as error:
        return _ephemeral(file, error.strerror or "cannot be written")


def _create(file: FilePath) -> None:
    """Write a new key, 0600. Of two processes that try at once one wins and both use its key."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(handle, "w", encoding="ascii") as out:
            out.write(secrets.token_hex(32) + "\n")
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            os.replace(draft, file)
    finally:
        draft.unlink(missing_ok=True)


def _ephemeral(file: FilePath, reason: str) -> str:
    warnings.warn(
        f"no key could be kept in {printable(str(file))} ({reason}): the fingerprints of this run cannot be compared "
        "with those of other runs; set LEAKSCAN_KEY or LEAKSCAN_KEY_FILE",
        EphemeralKeyWarning,
        stacklevel=2,
    )
    return secrets.token_hex(32)
