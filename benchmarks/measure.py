"""Runs a command and says what it cost: the CPU of its whole process tree, wall time, peak memory."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLE_SECONDS = 0.2
LAUNCHER = Path(__file__).with_name("launch.py")


@dataclass(frozen=True)
class Cost:
    """What one run took. `peak` is bytes: the largest process, or the largest sum over the tree."""

    cpu: float
    wall: float
    peak: int
    code: int
    out: str
    err: str


def run(command: Sequence[str], env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Cost:
    """Runs `command` to its end. CPU is that of the child and of every descendant it waited for."""
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        launched = [sys.executable, "-S", "-E", str(LAUNCHER), f"{name}/cost.json", *command]
        child = subprocess.Popen(
            launched, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=env, cwd=cwd, start_new_session=True
        )
        sampler = Sampler(child.pid)
        child.wait()
        peak = sampler.stop()
        used = json.loads((Path(name) / "cost.json").read_bytes())
        return Cost(used["cpu"], used["wall"], max(peak, used["peak"]), used["code"], text(out), text(err))


def text(file: object) -> str:
    """What was written to a temporary file."""
    file.seek(0)  # type: ignore[attr-defined] # tempfile's type is private
    return file.read().decode(errors="replace")  # type: ignore[attr-defined, no-any-return]


class Sampler:
    """Watches a session of processes from a thread and keeps the largest sum of proportional set sizes."""

    def __init__(self, session: int) -> None:
        """Starts watching."""
        self.session, self.peak, self.done = session, 0, threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self) -> None:
        """Samples until stopped."""
        while not self.done.wait(SAMPLE_SECONDS):
            self.peak = max(self.peak, sum(map(resident, members(self.session))))

    def stop(self) -> int:
        """The peak in bytes."""
        self.done.set()
        self.thread.join()
        return self.peak


def members(session: int) -> list[Path]:
    """The processes of a session but its leader, the launcher, as folders in /proc."""
    others = [folder for folder in Path("/proc").iterdir() if folder.name.isdigit() and folder.name != str(session)]
    return [folder for folder in others if session_of(folder) == session]


def session_of(process: Path) -> int:
    """The session a process belongs to; -1 once it is gone."""
    try:
        return int((process / "stat").read_text().rsplit(")", 1)[1].split()[3])
    except (OSError, IndexError):
        return -1


def resident(process: Path) -> int:
    """Proportional set size: memory shared by forked workers counts once. 0 once the process is gone."""
    try:
        lines = (process / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def warm(files: Sequence[Path]) -> int:
    """Reads the files once, so that every tool finds them in the page cache; returns their size."""
    total = 0
    for path in files:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                total += len(block)
    return total


def median(costs: Sequence[Cost]) -> Cost:
    """The run in the middle by CPU, with the largest peak of all."""
    middle = sorted(costs, key=lambda cost: cost.cpu)[(len(costs) - 1) // 2]
    return Cost(
        middle.cpu,
        statistics.median(c.wall for c in costs),
        max(c.peak for c in costs),
        middle.code,
        middle.out,
        middle.err,
    )
