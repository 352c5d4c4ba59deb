"""The raw text a corpus is cut from: what packages installed on this machine ship, and a little made-up text.

Nothing is downloaded. The same machine gives the same pools; `Pools.digest` says whether two machines agree.
"""

from __future__ import annotations

import gettext
import gzip
import hashlib
import random
import re
import sysconfig
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

MIB = 1 << 20
PER_PACKAGE = 3 * MIB
"""So that one package of tables (phonenumbers) does not become the corpus."""
CATALOGUES = {"phonenumbers", "stdnum", "leakscan", "benchmarks"}
"""Packages left out: tables of thousands of valid numbers, which is what no training set is, and our own examples."""
PROSE_ENDINGS = (".md", ".rst", ".txt", "copyright", ".md.gz", ".txt.gz", "README", "README.gz", "NEWS.gz")
CODE_ENDINGS = (".py", ".pyi", ".json", ".toml", ".c", ".h", ".js")
LANGUAGES = ("ja", "zh_CN", "ru", "de", "fr", "es", "ko", "ar", "hi", "pl", "tr", "el", "he", "vi", "th", "uk", "bn")
ADDRESS = re.compile(r"[\w.+-]@[\w-]+\.\w")
KEEP_ADDRESS = 200
"""One line in so many that holds an e-mail address stays: Debian's texts name a maintainer in every file, and no
training set is made of those; without thinning, the planted one in a thousand would drown."""


@dataclass(frozen=True)
class Pools:
    """One long string a kind of text; records are slices of it."""

    prose: str
    code: str
    foreign: str

    @cached_property
    def digest(self) -> str:
        """Names this exact text."""
        return hashlib.sha256(f"{self.prose}\0{self.code}\0{self.foreign}".encode()).hexdigest()[:16]


def gather(code_mib: int = 30, prose_mib: int = 25, foreign_mib: int = 12) -> Pools:
    """All pools, each up to its size in MiB of characters."""
    return Pools(
        prose=joined(prose_files(), prose_mib * MIB),
        code=joined(code_files(), code_mib * MIB),
        foreign=joined(foreign_texts(), foreign_mib * MIB),
    )


def joined(texts: Iterable[str], limit: int) -> str:
    """The texts one after another, thinned, until `limit` characters are there."""
    parts, size = [], 0
    for text in texts:
        parts.append(thinned(text))
        size += len(parts[-1])
        if size >= limit:
            break
    return "\n".join(parts)


def thinned(text: str) -> str:
    """`text` without most of the lines that name an e-mail address."""
    if "@" not in text:
        return text
    lines = text.split("\n")
    return "\n".join(line for line in lines if not ADDRESS.search(line) or hash_of(line) % KEEP_ADDRESS == 0)


def hash_of(text: str) -> int:
    """The same in every process, unlike `hash`."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big")


def prose_files() -> Iterator[str]:
    """Licences, the manual pages of Python, and what packages document."""
    roots = [Path("/usr/share/common-licenses"), stdlib() / "pydoc_data", *documentation()]
    return texts_of(roots, lambda name: name.endswith(PROSE_ENDINGS) or name == "topics.py" or name.isupper())


def documentation() -> list[Path]:
    """Where documents of installed packages live, in an order that mixes them."""
    return [*mixed(children(Path("/usr/share/doc"))), *mixed(children(site_packages()))]


def code_files() -> Iterator[str]:
    """Source and data of installed Python packages, the standard library, C headers, node modules."""
    roots = [
        *children(site_packages()),
        *children(stdlib()),
        Path("/usr/include/linux"),
        *children(Path("/usr/share/nodejs")),
    ]
    return texts_of(mixed(roots), lambda name: name.endswith(CODE_ENDINGS))


def foreign_texts() -> Iterator[str]:
    """Translations that programs ship, a language after another; made-up words where a machine has none."""
    catalogs = [sorted(Path("/usr/share/locale").glob(f"{language}/LC_MESSAGES/*.mo")) for language in LANGUAGES]
    longest = max(map(len, catalogs), default=0)
    for place in range(longest):
        for files in catalogs:
            if place < len(files):
                yield translations(files[place])
    yield made_up_words(random.Random(7), MIB)


def translations(path: Path) -> str:
    """The translated sentences of one catalogue."""
    try:
        with path.open("rb") as file:
            catalog = vars(gettext.GNUTranslations(file))["_catalog"]  # there is no public way to list it
    except (OSError, ValueError, UnicodeDecodeError):
        return ""
    return "\n".join(
        text for key, text in sorted(catalog.items(), key=str) if key and isinstance(text, str) and len(text) > 20
    )


def made_up_words(rng: random.Random, size: int) -> str:
    """Words of letters from six scripts; no language, but the bytes that real ones have."""
    starts = (0x3042, 0x4E00, 0x0430, 0x0627, 0x0905, 0x00E0)
    return " ".join(made_up_word(rng, rng.choice(starts)) for _ in range(size // 6))


def made_up_word(rng: random.Random, start: int) -> str:
    """Two to eight letters from one script."""
    return "".join(chr(start + rng.randrange(24)) for _ in range(rng.randrange(2, 9)))


def texts_of(roots: Iterable[Path], wanted: Callable[[str], bool]) -> Iterator[str]:
    """The readable files under each root whose name is wanted, at most `PER_PACKAGE` characters a root."""
    for root in roots:
        size = 0
        for path in files_under(root):
            if size < PER_PACKAGE and wanted(path.name) and (text := text_of(path)):
                size += len(text)
                yield text


def files_under(root: Path) -> list[Path]:
    """Regular files, in one order everywhere; compiled caches left out."""
    if root.is_file():
        return [root]
    return sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def text_of(path: Path) -> str | None:
    """The text of a file, or None when it is not UTF-8, empty or out of reach: a pool needs no file in particular."""
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    except (OSError, UnicodeDecodeError, EOFError):
        return None


def mixed(paths: Iterable[Path]) -> list[Path]:
    """The paths in an order that has nothing to do with their names, the same every time."""
    return sorted(paths, key=lambda path: hash_of(path.name))


def children(folder: Path) -> list[Path]:
    """What is in a folder, but catalogues; nothing where there is none."""
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if path.name not in CATALOGUES | {"site-packages"}]


def site_packages() -> Path:
    """Where this interpreter's packages are."""
    return Path(sysconfig.get_path("purelib"))


def stdlib() -> Path:
    """Where the standard library is."""
    return Path(sysconfig.get_path("stdlib"))
