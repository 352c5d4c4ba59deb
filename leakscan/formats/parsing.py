"""What a parser says of JSON: whether it is, and which fields it has. No leaf is placed here."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterable, Iterator
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

import orjson

from leakscan.jsontext import Token
from leakscan.types import Step


def is_json(document: bytes) -> bool:
    """Whether this surely is JSON as `leakscan.jsontext` reads it, but for its depth; False leaves it open."""
    try:
        _parsed(document)
    except (ValueError, RecursionError):
        return False
    return True


def pointer(path: Iterable[Step]) -> str:
    """A path as a manifest lists fields: an RFC 6901 pointer, with ``*`` for any index."""
    return "".join("/*" if isinstance(step, int) else "/" + step.replace("~", "~0").replace("/", "~1") for step in path)


def token_fields(found: Iterable[Token]) -> Iterator[str]:
    """The pointers of the values among some tokens."""
    return (pointer(token.path) for token in found if not token.key)


def document_fields(document: bytes, above: str = "") -> Iterator[str]:
    """The pointers of the values in a JSON document at pointer `above`, as far as a parser takes it."""
    try:
        todo = [(above, _parsed(document))]
    except (ValueError, RecursionError):
        return
    while todo:
        at, value = todo.pop()
        if isinstance(value, dict):
            todo += [(at + pointer((name,)), inner) for name, inner in reversed(value.items())]
        elif isinstance(value, list):
            todo += [(at + "/*", inner) for inner in reversed(value)]
        elif value is not None and not isinstance(value, bool):
            yield at


def unescaped(content: str) -> str:
    """The text of a valid string's content, as written between its quotes."""
    return scanstring(content + '"', 0)[0] if "\\" in content else content


def _parsed(document: bytes) -> Any:
    """The value; numbers may be strings. Raises ValueError, or RecursionError, for some JSON as well."""
    collecting = gc.isenabled()
    gc.disable()  # a tree has no cycles; looking for them, orjson does 114 MB/s of small members, else 161
    try:
        return orjson.loads(document)
    except orjson.JSONDecodeError:  # NaN and lone surrogates it does not take
        return json.loads(document.decode("utf-8"), parse_int=str, parse_float=str)
    finally:
        if collecting:
            gc.enable()
