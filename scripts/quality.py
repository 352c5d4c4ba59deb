"""How often the rules cry wolf, and how tight they are: what `make quality` does.

    python scripts/quality.py [--mb 360] [--jobs N] [--out DIR] [--no-mutants]

Nothing is downloaded beyond the packages of `make real-input`. Real text that should hold no secrets (documentation,
licences, dictionaries, source code, sample data sets, notebooks, chat-style records cut from them) is gathered by kind
and scanned; printed are alarms per megabyte at medium confidence and above, by kind and by rule. E-mail and IP
addresses are judged apart: in real files they are real. DIR/alarms.txt lists every alarm, masked, for reading.

Then every rule is changed in small ways (bounds, classes, case, edges) and its own examples are asked whether they
notice: the mutation score is the share of changes they do.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from leakscan import dialect
from leakscan.rules import Matcher, load, shipped
from leakscan.types import MEDIUM, Example, Rule
from scripts.real_input import environment

KINDS = {
    "prose": (".md", ".rst", ".txt", "copyright", "LICENSE", "README", "NEWS", ".html", ".tex"),
    "code": (".py", ".pyi", ".pyx", ".c", ".h", ".hpp", ".cpp", ".js", ".ts", ".java", ".sh", ".f90"),
    "data": (".csv", ".tsv", ".json", ".jsonl", ".geojson", ".ipynb", ".dat", ".data", ".xml", ".parquet"),
}
APART = {"EMAIL_ADDRESS", "IP_ADDRESS"}
SECRET_BARS = {"prose": 0.05, "chat": 0.05, "code": 0.3, "data": 0.3}
"""Alarms a megabyte below which secrets should stay."""
LARGEST = 8 << 20
"""Files larger than this would be half of a kind."""


@dataclass(frozen=True)
class Noise:
    """What a scan of one kind of ordinary data gave."""

    kind: str
    bytes: int
    alarms: list[dict[str, Any]]

    def rate(self, alarms: int) -> float:
        """So many alarms, per megabyte."""
        return alarms / (self.bytes / 1e6)


def gathered(folder: Path, megabytes: int) -> Iterator[tuple[str, Path]]:
    """Folders of ordinary files by kind, each of up to a fourth of the size."""
    share = megabytes * 1_000_000 // 4
    roots = [environment(), Path("/usr/share/doc"), Path("/usr/lib/python3"), Path("/usr/share/dict")]
    for kind, endings in KINDS.items():
        size = 0
        for path in (path for root in roots for path in sorted(root.rglob("*")) if path.name.endswith(endings)):
            if not path.is_file() or path.is_symlink() or path.stat().st_size > LARGEST:
                continue
            target = folder / kind / path.relative_to("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
            size += path.stat().st_size
            if size > share:
                break
        yield kind, folder / kind
    yield "chat", chats(folder, share)


def chats(folder: Path, size: int) -> Path:
    """Chat-style records whose turns are paragraphs of the prose."""
    target = folder / "chat" / "chat.jsonl"
    target.parent.mkdir(parents=True)
    written = 0
    with target.open("w", encoding="utf-8") as out:
        for path in sorted((folder / "prose").rglob("*")):
            if not path.is_file() or written > size:
                continue
            turns = [part for part in path.read_text("utf-8", "replace").split("\n\n") if len(part) > 40]
            for at in range(0, len(turns) - 1, 2):
                roles = zip(("user", "assistant"), turns[at : at + 2], strict=True)
                line = json.dumps({"messages": [{"role": role, "content": text} for role, text in roles]})
                written += out.write(line + "\n")
    return target.parent


def noise(kind: str, folder: Path, jobs: int) -> Noise:
    """Scan a folder as a user would."""
    with tempfile.TemporaryDirectory() as out:
        report, manifest = Path(out) / "f.jsonl", Path(out) / "m.jsonl"
        command = [sys.executable, "-m", "leakscan", "scan", ".", "-q", "-j", str(jobs)]
        env = os.environ | {"LEAKSCAN_KEY": "quality", "PYTHONPATH": str(Path(__file__).parent.parent)}
        done = subprocess.run([*command, "-o", report, "--manifest", manifest], cwd=folder, env=env, check=False)
        if done.returncode not in (0, 1, 3):
            sys.exit(f"leakscan ended with {done.returncode} on {kind}")
        total = json.loads(manifest.read_text("utf-8").splitlines()[-1])
        return Noise(kind, total["bytes"], [json.loads(line) for line in report.read_text("utf-8").splitlines()])


def told(noises: list[Noise], out: Path) -> None:
    """Print the tables, write the alarms."""
    out.mkdir(parents=True, exist_ok=True)
    print(
        "| ordinary data | MB | secrets a MB | bar | PII a MB, without the next | e-mail, IP a MB | confidential a MB |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|")
    for one in noises:
        by = Counter("apart" if alarm["entity"] in APART else alarm["category"] for alarm in one.alarms)
        cells = [one.rate(by[name]) for name in ("secret", "pii", "apart", "confidential")]
        bar = f"{SECRET_BARS[one.kind]} {'met' if cells[0] < SECRET_BARS[one.kind] else 'MISSED'}"
        print(
            f"| {one.kind} | {one.bytes / 1e6:.0f} | {cells[0]:.3f} | {bar} | "
            + " | ".join(f"{c:.3f}" for c in cells[1:])
            + " |"
        )
    alarms = [alarm for one in noises for alarm in one.alarms if alarm["entity"] not in APART]
    print(f"\n{len(alarms)} alarms without e-mail and IP addresses; by rule (no rule should make more than a tenth):\n")
    for rule, count in Counter(alarm["rule"] for alarm in alarms).most_common(25):
        print(f"  {rule:36} {count:5}  {100 * count / len(alarms):.0f} %")
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
    except (dialect.DialectError, re.error, ValueError):
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
    parser.add_argument("--mb", type=int, default=360)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=Path("build/quality"))
    parser.add_argument("--mutants", action=argparse.BooleanOptionalAction, default=True)
    given = parser.parse_args()
    if given.mb:
        with tempfile.TemporaryDirectory(prefix="leakscan-quality-") as folder:
            told([noise(kind, path, given.jobs) for kind, path in gathered(Path(folder), given.mb)], given.out)
    if given.mutants:
        score(load(shipped()))


if __name__ == "__main__":
    main()
