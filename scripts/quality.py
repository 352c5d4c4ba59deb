"""How often the rules cry wolf, and how tight they are: what `make quality` does.

    python -m scripts.quality [--mb 480] [--jobs N] [--out DIR] [--kind KIND]... [--no-mutants]

Real text that should hold no secrets (documentation, manuals of mathematics, licences, dictionaries, source code,
sample data sets, notebooks, logs, chat-style records cut from them) is gathered by kind and scanned; printed are alarms
per megabyte at medium confidence and above, by kind and by rule. It comes from the packages of `make real-input`, from
what lies on the machine, and from a few more packages of Debian and PyPI that are unpacked, not installed (once, into
~/.cache/leakscan-bench/ordinary; what cannot be had is left out, and said). E-mail and IP addresses are judged apart,
and so is PII in a field whose name says what it holds (latitude, first_name): in real files and sample data they are
real. Read them all the same: DIR/alarms.txt lists every alarm, masked.

Then every rule is changed in small ways (bounds, classes, case, edges) and its own examples are asked whether they
notice: the mutation score is the share of changes they do.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from leakscan import dialect
from leakscan.rules import Matcher, load, shipped
from leakscan.types import MEDIUM, Example, Rule
from scripts.real_input import environment

TEXT = (".md", ".rst", ".txt", ".tex", ".html", ".pod", ".dict", "copyright", "LICENSE", "README", "NEWS")
KINDS = {
    "prose": TEXT,
    "maths": (*TEXT, ".mm", ".jsonl", ".ipynb"),
    "code": (".py", ".pyi", ".pyx", ".c", ".h", ".hpp", ".cpp", ".js", ".ts", ".java", ".sh", ".f90"),
    "data": (".csv", ".tsv", ".json", ".jsonl", ".geojson", ".ipynb", ".dat", ".data", ".xml", ".yaml", ".parquet"),
    "logs": (".log",),
    "chat": (".yml",),
}
"""Endings of the files of each kind; the chat is cut from prose, too."""
MATHS = ("python-sympy-doc", "maxima-doc", "pari-doc", "gap-doc", "octave-doc", "metamath-databases")
PROSE = (
    "anarchism", "apache2-doc", "bible-kjv-text", "debian-policy", "dict-devil", "dict-foldoc", "dict-gcide",
    "dict-jargon", "fortunes", "git-doc", "linux-doc-6.1", "miscfiles", "perl-doc", "postfix-doc", "postgresql-doc-15",
    "python-django-doc", "python3.11-doc",
)  # fmt: skip
WHEELS = {"reasoning-gym": "maths", "chatterbot-corpus": "chat"}
HOME = Path("~/.cache/leakscan-bench/ordinary").expanduser()
APART = {"EMAIL_ADDRESS", "IP_ADDRESS"}
SECRET_BARS = {"prose": 0.05, "maths": 0.05, "chat": 0.05, "code": 0.3, "data": 0.3, "logs": 0.3}
"""Alarms a megabyte below which secrets should stay."""
LARGEST = 8 << 20
"""Files larger than this would be half of a kind: of an unpacked text that much is kept, others are left out."""


@dataclass(frozen=True)
class Noise:
    """What a scan of one kind of ordinary data gave."""

    kind: str
    bytes: int
    alarms: list[dict[str, Any]]

    def rate(self, alarms: int) -> float:
        """So many alarms, per megabyte."""
        return alarms / (self.bytes / 1e6)


def unpacked() -> Path:
    """More ordinary text than the machine has: packages of Debian and PyPI by kind, and logs of tools run here."""
    for package in (*MATHS, *PROSE):
        unpack(package, "maths" if package in MATHS else "prose", ["apt-get", "download", "-qq", package])
    for package, kind in WHEELS.items():
        unpack(package, kind, [sys.executable, "-m", "pip", "download", "-q", "--no-deps", package])
    logs = HOME / "logs"
    if not logs.exists():
        logs.mkdir(parents=True)
        python = str(environment().parents[2] / "bin" / "python")
        listen("import", [python, "-v", "-c", "import pandas, sklearn.linear_model, bokeh.plotting, notebook"])
        listen("times", [python, "-X", "importtime", "-c", "import pandas, sklearn.linear_model, nltk, plotly.express"])
        listen("pip", [python, "-m", "pip", "-vvv", "install", "--dry-run", "--ignore-installed", "notebook", "dask"])
        listen("apt", ["apt-get", "-s", "-o", "Debug::pkgDepCache::AutoInstall=1", "install", "texlive-full"])
    return HOME


def unpack(package: str, kind: str, download: list[str]) -> None:
    """The files of a package under HOME/kind/package, the compressed ones as the texts they are."""
    target = HOME / kind / package
    if target.exists():
        return
    with tempfile.TemporaryDirectory() as scratch:
        inside = Path(scratch) / "inside"
        inside.mkdir()
        done = subprocess.run(download, cwd=scratch, check=False, capture_output=True)
        for path in [path for path in Path(scratch).iterdir() if path.is_file()]:
            if path.suffix == ".deb":
                subprocess.run(["dpkg-deb", "-x", str(path), str(inside)], check=True)
            else:
                shutil.unpack_archive(path, inside, "zip")
        if not any(inside.iterdir()):
            print(f"left out, cannot be had: {package} (exit code {done.returncode})", file=sys.stderr)
        for path in [path for path in inside.rglob("*") if path.suffix in (".gz", ".dz") and path.is_file()]:
            with gzip.open(path) as file:
                path.with_suffix("").write_bytes(file.read(LARGEST))
        for path in [path for path in inside.rglob("*.mm") if path.stat().st_size > LARGEST]:
            os.truncate(path, LARGEST)
        shutil.copytree(inside, target, symlinks=True)


def listen(name: str, command: list[str]) -> None:
    """A log of what a command says."""
    with (HOME / "logs" / f"{name}.log").open("wb") as log:
        try:
            subprocess.run(command, stdout=log, stderr=log, check=False, timeout=300)
        except (OSError, subprocess.TimeoutExpired) as error:
            print(f"no log of {command[0]}: {type(error).__name__}", file=sys.stderr)
        log.truncate(min(log.tell(), LARGEST))


def ordinary(kind: str, megabytes: float) -> Iterator[Path]:
    """Files of a kind from everywhere, up to a size: whichever their names' checksums bring first, so from all over."""
    more, share = unpacked(), Path("/usr/share")
    roots = {
        "prose": [more / "prose", environment(), share / "doc", share / "common-licenses", share / "dict"],
        "maths": [more / "maths"],
        "code": [environment(), Path("/usr/lib"), Path("/usr/include"), share],
        "data": [environment(), share, more / "prose"],
        "logs": [more / "logs", Path("/var/log")],
        "chat": [more / "chat"],
    }
    files = [path for root in roots[kind] for path in root.rglob("*") if path.name.endswith(KINDS[kind])]
    files = [path for path in files if "_sources" not in path.parts]  # what the pages beside it were made from
    size = 0
    for path in sorted(files, key=lambda path: zlib.crc32(bytes(path))):
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= LARGEST and size < megabytes * 1e6:
            size += path.stat().st_size
            yield path


def gathered(folder: Path, kinds: Iterable[str], megabytes: int) -> Iterator[tuple[str, Path]]:
    """Folders of ordinary files by kind, each of up to an equal part of the size."""
    share = megabytes / len(KINDS)
    for kind in kinds:
        copied(folder / kind, ordinary(kind, share))
        if kind == "chat":
            chats(folder / kind, ordinary("prose", 4 * share), share)
        yield kind, folder / kind


def copied(folder: Path, files: Iterable[Path]) -> None:
    """The files in that folder, under their whole paths."""
    folder.mkdir(parents=True)
    for path in files:
        target = folder / path.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)


def chats(folder: Path, prose: Iterable[Path], megabytes: float) -> None:
    """Chat-style records whose turns are paragraphs of prose."""
    written = 0
    with (folder / "chat.jsonl").open("w", encoding="utf-8") as out:
        for path in prose:
            turns = [part for part in path.read_text("utf-8", "replace").split("\n\n") if len(part) > 40]
            for at in range(0, len(turns) - 1, 2):
                roles = zip(("user", "assistant"), turns[at : at + 2], strict=True)
                line = json.dumps({"messages": [{"role": role, "content": text} for role, text in roles]})
                written += out.write(line + "\n")
            if written > megabytes * 1e6:
                return


def noise(kind: str, folder: Path, jobs: int) -> Noise:
    """Scan a folder as a user would."""
    with tempfile.TemporaryDirectory() as out:
        report, manifest = Path(out) / "f.jsonl", Path(out) / "m.jsonl"
        command = [sys.executable, "-m", "leakscan", "scan", ".", "-q", "-j", str(jobs)]
        env = os.environ | {"LEAKSCAN_KEY": "quality", "PYTHONPATH": str(Path(__file__).parent.parent)}
        done = subprocess.run([*command, "-o", report, "--manifest", manifest], cwd=folder, env=env, check=False)
        if done.returncode not in (0, 1, 3):
            sys.exit(f"leakscan ended with {done.returncode} on {kind}")
        *_, last = manifest.open(encoding="utf-8")
        with report.open(encoding="utf-8") as lines:
            return Noise(kind, json.loads(last)["totals"]["bytes"], [json.loads(line) for line in lines])


def judged(alarm: dict[str, Any]) -> str:
    """The column an alarm counts in."""
    if alarm["entity"] in APART:
        return "apart"
    named = alarm["category"] == "pii" and any(word.startswith("field:") for word in alarm["evidence"])
    return "field" if named else str(alarm["category"])


def told(noises: list[Noise], out: Path) -> None:
    """Print the tables, write the alarms."""
    out.mkdir(parents=True, exist_ok=True)
    print(
        "| ordinary data | MB | secrets a MB | bar | PII a MB | confidential a MB | apart: PII in named fields | e-mail, IP |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for one in noises:
        by = Counter(map(judged, one.alarms))
        cells = [one.rate(by[name]) for name in ("secret", "pii", "confidential", "field", "apart")]
        bar = f"{SECRET_BARS[one.kind]} {'met' if cells[0] < SECRET_BARS[one.kind] else 'MISSED'}"
        rest = " | ".join(f"{cell:.3f}" for cell in cells[1:])
        print(f"| {one.kind} | {one.bytes / 1e6:.0f} | {cells[0]:.3f} | {bar} | {rest} |")
    for name, apart in (
        ("alarms that count (no rule should make more than a tenth)", False),
        ("in named fields", True),
    ):
        alarms = [alarm for one in noises for alarm in one.alarms if (judged(alarm) == "field") is apart]
        rules = Counter(alarm["rule"] for alarm in alarms if judged(alarm) != "apart")
        print(f"\n{rules.total()} {name}, by rule:\n")
        for rule, count in rules.most_common(25):
            print(f"  {rule:36} {count:5}  {100 * count / rules.total():.0f} %")
    with (out / "alarms.txt").open("w", encoding="utf-8") as file:
        for one in noises:
            for alarm in sorted(one.alarms, key=lambda a: (a["rule"], a["location"]["uri"])):
                where = f"{alarm['location']['uri']}{alarm['location']['pointer']}"
                file.write(f"{one.kind}\t{alarm['rule']}\t{alarm['confidence']}\t{where}\t{alarm['context']!r}\n")
    print(f"\nevery alarm, masked: {out / 'alarms.txt'}")


# --- mutants -------------------------------------------------------------------------------------------------

_BOUNDS = re.compile(r"\{(\d+)(?:,(\d+))?\}")
_RANGE = re.compile(r"(?<=[\[\w-])(?:0-9|A-Z|a-z|A-Za-z)(?=[^\]]*\])")


def mutants(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """The rule, changed in one small way each, with what was changed."""
    for key in ("pattern", "before"):
        text = getattr(rule, key)
        for found in _BOUNDS.finditer(text):
            low, high = int(found[1]), int(found[2] or found[1])
            for lo, hi in {
                (low - 1, high),
                (low + 1, high),
                (low, high + 1),
                (low, high - 1),
                (low - 1, high - 1),
                (low + 1, high + 1),
            }:
                exact = found[2] is None
                if 0 <= lo <= hi and (lo == hi) == exact:
                    bounds = f"{{{lo}}}" if exact else f"{{{lo},{hi}}}"
                    yield (
                        f"{key} {found[0]} -> {bounds}",
                        replace(rule, **{key: text[: found.start()] + bounds + text[found.end() :]}),
                    )
        for found in _RANGE.finditer(text):
            rest = text[: found.start()] + text[found.end() :]
            if "[]" not in rest and "[^]" not in rest:
                yield f"{key} without {found[0]}", replace(rule, **{key: rest})
    yield "any case", replace(rule, pattern=f"(?i:{rule.pattern})")
    yield "edges", replace(rule, edges=not rule.edges)
    if rule.check:
        yield "no check", replace(rule, check="")
    if rule.entropy:
        yield "no entropy", replace(rule, entropy=0.0)


def is_noticed(rule: Rule) -> bool:
    """Whether the rule's own examples come out otherwise than stated."""
    try:
        dialect.parse(f"(?:{rule.before})(?:{rule.pattern})")
        matcher = Matcher(rule)
        return not all(
            [
                *(_spans(matcher, example, MEDIUM) == list(example.spans) for example in rule.leaks),
                *(_spans(matcher, example, 0) == list(example.spans) for example in rule.weak),
                *(_spans(matcher, example, 0) == [] for example in rule.clean),
            ]
        )
    except (dialect.DialectError, re.error, ValueError, TimeoutError):
        return True


def _spans(matcher: Matcher, example: Example, least: int) -> list[tuple[int, int]]:
    """What is reported of an example: of overlapping matches the surest, then the longest."""
    kept: list[tuple[int, int]] = []
    matches = [match for match in matcher.find(example.text, example.path) if match.confidence >= least]
    for match in sorted(matches, key=lambda m: (-m.confidence, m.start - m.end, m.start)):
        if all(match.end <= start or match.start >= end for start, end in kept):
            kept.append((match.start, match.end))
    return sorted(kept)


def score(rules: list[Rule]) -> None:
    """Print the share of mutants that die, by kind of change and of the worst rules."""
    died: Counter[str] = Counter()
    made: Counter[str] = Counter()
    of_rule: dict[str, list[bool]] = defaultdict(list)
    for rule in rules:
        for change, mutant in mutants(rule):
            kind = "bounds" if "->" in change else "classes" if "without" in change else change
            noticed = is_noticed(mutant)
            made[kind] += 1
            died[kind] += noticed
            of_rule[rule.id].append(noticed)
    total = sum(made.values())
    print(
        f"\nmutants of {len(rules)} rules: {sum(died.values())} of {total} noticed, {100 * sum(died.values()) / total:.0f} % (60 wanted)"
    )
    for kind, count in made.most_common():
        print(f"  {kind:12} {died[kind]:6} of {count:6}  {100 * died[kind] / count:.0f} %")
    worst = sorted(of_rule, key=lambda rule: sum(of_rule[rule]) / len(of_rule[rule]))[:15]
    print("least tight: " + ", ".join(f"{rule} {sum(of_rule[rule])}/{len(of_rule[rule])}" for rule in worst))


def main() -> None:
    """Gather, scan, tell, mutate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=int, default=480)
    parser.add_argument("--kind", action="append", choices=list(KINDS), help="only this kind; may be given again")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=Path("build/quality"))
    parser.add_argument("--mutants", action=argparse.BooleanOptionalAction, default=True)
    given = parser.parse_args()
    if given.mb:
        with tempfile.TemporaryDirectory(prefix="leakscan-quality-") as folder:
            told(
                [noise(kind, path, given.jobs) for kind, path in gathered(Path(folder), given.kind or KINDS, given.mb)],
                given.out,
            )
    if given.mutants:
        score(load(shipped()))


if __name__ == "__main__":
    main()
