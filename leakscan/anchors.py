"""Anchors: the literals that stand in raw bytes wherever a context phrase does, rare ones if it has any.

Thousands of phrases as expressions take Hyperscan a minute to compile and make it slow; thousands of literals do neither.
What an anchor points at is looked at again (`leakscan.rules.keyword`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise, takewhile

MAX_PHRASE = 64
"""The most characters of a context phrase."""

_TELLING = 5
"""Letters from which a literal is rare, if it is no common word."""
_GAPS = ("", " ", "_", "-")
_COMMON = frozenset(
    "access account accuracy active address admin advertising affirm agent alpha android annotate annotated "
    "annotation appen application appveyor assembly assigned assignment attempted authentication author authority "
    "authorization authorize backup basic batch better board branch brazilian buffer builder business california "
    "candidate canva center central certificate channel checking child chinese claim client close cloud cluster "
    "coding collector common commun company completed conda connect connection console constant consul consumer "
    "contact content contract contributor cookie coordinates coverage credential credentials cross crypto currency "
    "current custom czech darwin database defined deliver destination determined developer device display download "
    "drive driver eight elector email encrypted encryption engine entity entra environment estonian ether event "
    "events exchange expected expiration external factory falcon family figure files first fixer folder foreign "
    "french fullname fusion german github given global gmail goods google graph greek group handle harbor hardware "
    "headers holder hostname hungarian identifier identit identity index individual initial integration internal "
    "international iterable japan japanese joint kling korean label lambda lance launch layer legacy legal letter "
    "licence license light lightly listener lithuanian location logic login loops machine mailing management master "
    "measurement media member merchant middle monitor national network nombre north norwegian notify number numer "
    "numeric numero object oracle organization owner packet passphrase passwd password payload people permanent "
    "permis perso person personal phoenix phrase physical places platform policy polish polygon preferred primary "
    "primer private profile project prompt protocol provider proxy public publish quality rates readonly recipient "
    "record records redis reference refresh register registre registro registry remote remove reporter response "
    "rollbar russian sanity scale schema score search secret secure security segment segments semaphore sentinel "
    "seria serial server service services session settings share shared shortcut signature signing silicon slovenian "
    "smart source space spaces spanish spend split stability stack state states static stats storage store stream "
    "street string studio subscription super swedish swell system technology tiger together token tokens total "
    "tracking trans transaction transfer transit travis trust turing turkish tutor unico unified uniform unique "
    "universal until upload usage username valid vantage vector vendor verification verify version vietnamese virtual "
    "vision visual words worker working write writer years".split()
)
"""Words that stand more than three times in a megabyte of chat and code: measured, to be extended when one shows up."""
_ASCII = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A literal, to be looked for without regard to (ASCII) case, and the letter of its phrase that comes before or after.

    That stands right beside it or beyond one space, ``_`` or ``-``. Empty where the phrase begins or ends, or goes on
    with something else than a letter; None where it is outside ASCII.
    """

    text: str
    before: str | None = None
    after: str | None = None


NOTHING = 1 << 31
"""The bit of what is no letter; a letter has that of its place in the alphabet."""
ANYTHING = (1 << 32) - 1


def beside(letter: str | None) -> int:
    """What comes before or after an anchor (`Anchor.before`, `Anchor.after`), as bits that can be joined."""
    return ANYTHING if letter is None else 1 << ord(letter.lower()) - ord("a") if letter else NOTHING


def anchors(phrase: str) -> list[Anchor]:
    """Literals one of which is in every raw form of a context phrase.

    The raw forms are UTF-8 and JSON source, with a space, ``_``, ``-`` or nothing between words; ASCII characters are
    never escaped (`leakscan.dialect.ESCAPED_ASCII` finds where they are). They may be within other words.
    """
    words = phrase.split(" ")
    rare = [
        run for run in _ASCII.finditer(phrase) if len(run.group()) >= _TELLING and run.group().lower() not in _COMMON
    ]
    if rare:
        best = max(rare, key=lambda run: len(run.group()))
        return [_anchor(phrase, best.group(), *best.span())]
    joints = [(_tail(left), _head(right)) for left, right in pairwise(words)]
    left, right = max(joints, key=lambda joint: len("".join(joint)) * all(joint), default=("", ""))
    if left and right and len(left + right) >= min(_TELLING, 1 + max(map(len, words))):
        at = phrase.index(f"{left} {right}")
        return [_anchor(phrase, left + gap + right, at, at + len(f"{left} {right}")) for gap in _GAPS]
    if phrase.isascii():
        word = max(words, key=len)
        at = f" {phrase} ".index(f" {word} ")
        return [_anchor(phrase, word, at, at + len(word))]
    word = max((word for word in words if not word.isascii()), key=lambda word: len(word.encode()))
    return [Anchor(word), *map(Anchor, _escaped(word))]


def _anchor(phrase: str, text: str, start: int, end: int) -> Anchor:
    return Anchor(text, _neighbour(phrase[:start][::-1]), _neighbour(phrase[end:]))


def _neighbour(rest: str) -> str | None:
    """The letter beside an anchor, given the rest of the phrase from there."""
    char = rest.lstrip(" ")[:1]
    return None if not char.isascii() else char if char.isalpha() else ""


def _tail(word: str) -> str:
    found = re.search(r"[!-~]+\Z", word)
    return found.group() if found else ""


def _head(word: str) -> str:
    found = _ASCII.match(word)
    return found.group() if found else ""


def _escaped(word: str) -> list[str]:
    r"""What of a word outside ASCII stands in JSON source that escapes it: ``u00fa`` and what follows.

    Between two escapes stand as many backslashes as the documents within documents ask for.
    """
    units = [_unit(char) for char in word]
    first = next(index for index, char in enumerate(word) if not char.isascii())
    text, rest = units[first][1:], units[first + 1 :]
    while rest and len(rest[0]) == 1:
        text += rest.pop(0)
    if len(text) >= len("u0000") + 2 or not rest:
        return [text]
    more = list(takewhile(lambda unit: len(unit) > 1, rest[:3]))
    return [("\\" * slashes).join([text, *(unit[1:] for unit in more)]) for slashes in (1, 2, 4, 8)]


def _unit(char: str) -> str:
    """A character as JSON source may have it; of a surrogate pair the second half."""
    return char if char.isascii() else f"\\u{char.encode('utf-16-be')[-2:].hex()}"
