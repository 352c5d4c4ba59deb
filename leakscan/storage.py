"""Local storage: from what the user names to shards, and from a shard to its bytes.

The seam for other storage: a name with a scheme (``s3://…``) is refused here and nowhere else.
"""

from __future__ import annotations

import glob
import io
import os
import re
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import BinaryIO, cast

from leakscan.types import LeakscanError, Shard

STDIN = "-"

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_SPECIAL = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a character device"),
    (stat.S_ISBLK, "a block device"),
)


NOTE = "note"
"""The kind of a Lost with which nothing is lost."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Something named or met that is not read: a kind of coverage (missing, unreadable, skipped), or `NOTE`, and why."""

    uri: str
    kind: str
    detail: str


def expand(paths: Sequence[str]) -> Iterator[Shard | Lost]:
    """Every shard under `paths`, in their order and sorted by name below a directory; what has none is a Lost.

    Symbolic links are followed, but for those back to a directory above; `.git` directories met are left out. A glob is
    what names nothing and has one of ``*?[`` in it. Raises LeakscanError, at once, for storage that is not local.
    """
    for path in paths:
        scheme = _SCHEME.match(path)
        if scheme and not os.path.lexists(path):
            raise LeakscanError(f"{scheme.group()}…: storage other than local files is not supported yet")
    return (item for path in paths for item in _named(path))


def open_shard(shard: Shard) -> BinaryIO:
    """The stored bytes of a shard, unbuffered: read big pieces. Raises OSError; see `lost`."""
    if shard.path == STDIN:
        return sys.stdin.buffer
    return cast(BinaryIO, io.FileIO(shard.path))


def lost(shard: Shard, error: OSError) -> Lost:
    """The Lost of a shard that could not be opened or read."""
    return _lost(shard.path, error)


def printable(path: str) -> str:
    r"""A path as reports show it: bytes that are not UTF-8 as ``\xff``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


# -- what the user names -----------------------------------------------------------------------------------------


def _named(path: str) -> Iterator[Shard | Lost]:
    if path == STDIN:
        yield Shard(STDIN, STDIN, 0)
    elif os.path.lexists(path) or not glob.has_magic(path):
        yield from _walk(path)
    else:
        yield from _globbed(path)


def _globbed(pattern: str) -> Iterator[Shard | Lost]:
    parts = pattern.split("/")
    if "**" in parts:
        found = _deep(parts)
    else:
        matches = sorted(glob.iglob(pattern, include_hidden=True))
        found = (item for match in matches if not _is_git(match, pattern) for item in _walk(match))
    nothing = True
    for item in found:
        nothing = False
        yield item
    if nothing:
        yield Lost(printable(pattern), "missing", "no file matches the pattern")


def _is_git(match: str, pattern: str) -> bool:
    """Whether a pattern met a `.git` directory without naming it."""
    return os.path.basename(match) == ".git" != os.path.basename(pattern) and os.path.isdir(match)


def _deep(parts: list[str]) -> Iterator[Shard | Lost]:
    """A pattern with ``**``: our own walk, since the one of `glob` follows links in circles."""
    first = parts.index("**")
    base, rest = "/".join(parts[:first]), parts[first:]
    for top in sorted(glob.iglob(base, include_hidden=True)) if base else [os.sep if first else os.curdir]:
        if os.path.isdir(top):
            for item in _walk(top):
                name = item.path if isinstance(item, Shard) else item.uri
                if isinstance(item, Lost) or _fits(os.path.relpath(name, top).split(os.sep), rest):
                    yield item


def _fits(parts: list[str], pattern: list[str]) -> bool:
    """Whether the pattern describes all the parts; ``**`` stands for any number of directories."""
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return (bool(parts) and (pattern == ["**"] or _fits(parts[1:], pattern))) or _fits(parts, pattern[1:])
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _fits(parts[1:], pattern[1:])


# -- directories -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Directory:
    """A directory being walked, and what of it is still to come (reversed)."""

    identity: tuple[int, int]
    entries: list[os.DirEntry[str]]


def _walk(path: str) -> Iterator[Shard | Lost]:
    """The files at or below `path`; no recursion, so that depth costs nothing."""
    try:
        info = os.stat(path)
    except OSError as error:
        yield _lost(path, error)
        return
    if not stat.S_ISDIR(info.st_mode):
        yield _file(path, info)
        return
    above: list[_Directory] = []
    yield from _enter(path, info, above)
    while above:
        if not above[-1].entries:
            above.pop()
            continue
        entry = above[-1].entries.pop()
        try:
            info = entry.stat()
        except OSError as error:
            yield _lost(entry.path, error)
            continue
        if not stat.S_ISDIR(info.st_mode):
            yield _file(entry.path, info)
        elif entry.name != ".git":
            yield from _enter(entry.path, info, above)


def _enter(path: str, info: os.stat_result, above: list[_Directory]) -> Iterator[Lost]:
    """Put a directory on the stack; yields a Lost if it cannot be listed or is one that is already there."""
    identity = (info.st_dev, info.st_ino)
    if any(directory.identity == identity for directory in above):
        yield Lost(printable(path), NOTE, "a link back to a directory above it, which is scanned there")
        return
    try:
        with os.scandir(path) as entries:
            above.append(_Directory(identity, sorted(entries, key=lambda entry: entry.name, reverse=True)))
    except OSError as error:
        yield _lost(path, error)


def _file(path: str, info: os.stat_result) -> Shard | Lost:
    for is_kind, kind in _SPECIAL:
        if is_kind(info.st_mode):
            return Lost(printable(path), "skipped", f"{kind}, not a file")
    if not os.access(path, os.R_OK):
        try:  # `access` may be wrong on network file systems: the file itself has the last word
            io.FileIO(path).close()
        except OSError as error:
            return _lost(path, error)
    return Shard(printable(path), path, info.st_size)


def _lost(path: str, error: OSError) -> Lost:
    if isinstance(error, FileNotFoundError):
        reason = "a symbolic link to nothing" if os.path.islink(path) else "no such file or directory"
        return Lost(printable(path), "missing", reason)
    reason = (error.strerror or "cannot be read").lower()
    return Lost(printable(path), "unreadable", reason)
