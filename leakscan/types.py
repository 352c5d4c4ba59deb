"""The nouns of leakscan: small, frozen, picklable. Imports nothing of ours.

Units: ``start``/``end`` count Unicode code points, ``byte_*`` and ``lo``/``hi`` count bytes, records and row
groups are 0-based, lines are 1-based.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, overload

if TYPE_CHECKING:
    from numpy.typing import NDArray

Severity = Literal["low", "medium", "high", "critical"]
Confidence = Literal["low", "medium", "high"]
Step = str | int
"""One step of a path: an object member's name or an array index."""
Path = tuple[Step, ...]
Check = Callable[[str], bool | None]

SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high", "critical")
CONFIDENCES: tuple[Confidence, ...] = ("low", "medium", "high")
LOW, MEDIUM, HIGH = range(3)
"""Ranks of a confidence: indices into CONFIDENCES."""


_T = TypeVar("_T")


class Lazy(Sequence[_T]):
    """A sequence of known length whose items are made when they are first asked for."""

    def __init__(self, size: int, make: Callable[[int], _T]) -> None:
        self._made: list[_T | None] = [None] * size
        self._make = make

    def __len__(self) -> int:
        return len(self._made)

    @overload
    def __getitem__(self, index: int) -> _T: ...
    @overload
    def __getitem__(self, index: slice) -> list[_T]: ...
    def __getitem__(self, index: int | slice) -> _T | list[_T]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        made = self._made[index]
        if made is None:
            made = self._made[index] = self._make(index)
        return made


class LeakscanError(Exception):
    """The command, the configuration or an input is wrong; the message names what and where, never a value."""


class RuleError(LeakscanError):
    """A rule file is refused; the message reads ``file: rule: reason``."""


@dataclass(frozen=True, slots=True)
class Example:
    """One example of a rule: a text, the path it stands at, and the spans (code points) to report in it."""

    text: str
    spans: tuple[tuple[int, int], ...]
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as its file states it; ``patterns/README.md`` explains each key."""

    id: str
    pack: str
    summary: str
    category: Literal["secret", "pii", "confidential"]
    entity: str
    severity: Severity
    confidence: Confidence
    pattern: str
    remediation: str
    references: tuple[str, ...]
    leaks: tuple[Example, ...]
    clean: tuple[Example, ...]
    weak: tuple[Example, ...] = ()
    before: str = ""
    check: str = ""
    context: tuple[str, ...] = ()
    context_required: bool = False
    field_only: bool = False
    entropy: float = 0.0
    edges: bool = True
    generic: bool = False
    calm: bool = False
    keep: str = ""
    prefilter: str = ""
    lead: int = 0
    digits: bool = False
    legal: tuple[str, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    pair: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """What a rule says of a text: the leak's span, how sure it is (a rank), and what counted."""

    start: int
    end: int
    confidence: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Location:
    """Where a finding sits; the fields and their order are those of the finding schema."""

    uri: str
    member: str | None
    format: str
    record: int | None
    row_group: int | None
    pointer: str
    decode: tuple[str, ...]
    start: int
    end: int
    line: int | None
    byte_start: int | None
    byte_end: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One leak, with nothing raw in it: ``preview`` is a shape and ``context`` is masked.

    ``value`` alone may be raw, and is None unless the policy says ``show_values``.
    """

    fingerprint: str
    rule: str
    category: str
    entity: str
    severity: Severity
    confidence: Confidence
    evidence: tuple[str, ...]
    location: Location
    preview: str
    length: int
    context: str
    person: str | None = None
    status: str = "new"
    data_elements: tuple[str, ...] = ()
    remediation: str = ""
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Shard:
    """One object to read: its name in reports, where to open it, and its size in bytes as stored."""

    uri: str
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a shard that one worker scans alone.

    ``start``/``stop`` mean what the format says (bytes of JSONL, row groups of Parquet); ``stop`` None is the end.
    ``index`` 0 is a shard's first slice. ``format`` empty means: sniff.
    """

    shard: Shard
    index: int = 0
    start: int = 0
    stop: int | None = None
    format: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was not read as it should have been: a ``coverage.*`` kind, where, and why."""

    kind: str
    at: str
    detail: str


@dataclass(slots=True)
class Tally:
    """What a reader saw; filled while blocks are drawn from it. ``records`` and ``bytes`` are counts."""

    format: str = ""
    bytes: int = 0
    records: int = 0
    lines: int = 0
    fields: dict[str, None] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: bool = False

    def gap(self, kind: str, at: str, detail: str) -> None:
        """Note that something was not read; `at` names the place (``record 12``, ``byte 4096``)."""
        self.gaps.append(Gap(f"coverage.{kind}", at, detail))


@dataclass(slots=True)
class Leaf:
    """One decoded value (or member name: ``key``) of a unit, and the bytes ``lo:hi`` of the block that hold it."""

    text: str
    path: Path
    lo: int
    hi: int
    key: bool = False
    core: tuple[int, int] | None = None
    """For a window of a longer text: only findings that start in this range (code points) are its own."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a span of a leaf stands in the shard; what has no meaning in a format is None."""

    record: int | None
    path: Path
    row_group: int | None = None
    line: int | None = None
    byte_start: int | None = None
    byte_end: int | None = None
    member: str | None = None
    base: int = 0
    """For a window of a longer text: the code point of that text at which the window begins."""


class Block(Protocol):
    """A contiguous UTF-8 buffer and the knowledge of what stands where in it.

    A *unit* is the piece that is decoded at once: a JSON record, a value of a column, a window of text.
    """

    data: Any
    """Bytes-like: what the engine scans."""
    escaped: bool
    """Whether `data` is JSON source, in which characters may be written as escapes."""
    path: Path | None
    """The path all leaves share as field context (a column's), None when each leaf's own names stand in `data`."""

    @property
    def seams(self) -> NDArray[Any] | None:
        """Where one unit ends and the next begins with nothing between (bytes, sorted); None if nowhere."""
        ...

    def units(self, ends: Sequence[int]) -> list[int]:
        """The unit holding the byte before each end, in order; -1 where there is none."""
        ...

    def span(self, unit: int) -> tuple[int, int]:
        """The bytes of the unit in `data`."""
        ...

    def leaves(self, unit: int, ends: Sequence[int] | None = None) -> Iterable[Leaf]:
        """Every decoded value and member name of the unit, in the order of the source.

        Given `ends`, the bytes before which are in values, those that hold none of them may be left out.
        """
        ...

    def places(self, unit: int, leaf: Leaf, spans: Sequence[tuple[int, int]]) -> Iterable[list[Place]]:
        """For each occurrence of the unit (one, but for dictionaries), the place of each span of the leaf."""
        ...


@dataclass(frozen=True, slots=True)
class Column:
    """A field that holds `entity` by nature: it stands in `records` of the `of` records of the shard.

    `export` names the annotation tool whose export the shard is, if that is how it is known (then `records` may be 0).
    """

    field: str
    entity: str
    severity: Severity
    records: int
    of: int
    export: str = ""


@dataclass(slots=True)
class Outcome:
    """What scanning one slice gave. ``crash`` names an internal error (type and frames, never a message).

    The last outcome of a shard has the `columns` that hold personal data by nature.
    """

    slice: Slice
    findings: list[Finding]
    tally: Tally
    hidden: int = 0
    crash: str = ""
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything a scan may depend on, resolved at the door: nobody below reads flags, files or environment."""

    packs: tuple[str, ...] = ()
    rule_files: tuple[str, ...] = ()
    min_confidence: Confidence = "medium"
    fail_on: Severity = "low"
    columns: Literal["each", "once"] = "each"
    """Report every value of a field that holds personal data by nature, or the field once."""
    show_values: bool = False
    key: bytes = b""
    key_id: str = ""
    jobs: int = 1
    block_size: int = 1 << 20
    format: str = ""
    """Read every shard as this format instead of sniffing."""
    max_ratio: int = 250
    """Expansion of a compressed shard beyond which it is a bomb, once past 8 MiB."""
    cache_dir: str = ""
