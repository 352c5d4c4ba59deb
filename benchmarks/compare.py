"""leakscan beside its peers, on the same files, in the same run: what `make bench` prints.

    python -m benchmarks.compare [--runs 3] [--mb 200] [--seed 1] [--only NAME,...] [--install-peers]

Every tool runs as a child process over the same warm files, in turn, round after round, so that a slow minute of the
machine hits all of them. CPU is user + system of the whole process tree. A figure of another run or another machine
says little; the ratios within a run hold. Bias, written down: the corpus is ours, its kinds of leaks are common ones,
the peers scan JSONL as plain text with their default rules, which hold no PII.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import corpus, measure, peers, score
from benchmarks.measure import Cost
from benchmarks.score import Score

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "benchmarks" / "out"
MB = 1_000_000


@dataclass(frozen=True)
class Job:
    """One line of the table: a command made for a folder to report into, over one corpus."""

    name: str
    corpus: Path
    folder: str
    command: Callable[[Path], list[str]]
    read: Callable[[Path], Score]
    codes: tuple[int, ...]
    once: bool = False
    env: tuple[tuple[str, str], ...] = ()

    @property
    def tool(self) -> str:
        """The program."""
        return self.name.split()[0]

    @property
    def data(self) -> Path:
        """What is scanned."""
        return self.corpus / self.folder


@dataclass(frozen=True)
class Row:
    """The outcome of a job. `size` is bytes of input as it lies on disk."""

    job: Job
    cost: Cost
    score: Score
    size: int

    @property
    def per_cpu(self) -> float:
        """MB per CPU-second."""
        return self.size / MB / self.cost.cpu


# --- what is run ---------------------------------------------------------------------------------------------


def leakscan_program() -> list[str]:
    """The command of this environment."""
    script = Path(sys.executable).with_name("leakscan")
    return [str(script)] if script.exists() else [sys.executable, "-m", "leakscan"]


def leakscan_env(cache: Path) -> tuple[tuple[str, str], ...]:
    """A home of the benchmark's own, so that neither rules cache nor key of the user is touched."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return (("XDG_CACHE_HOME", str(cache)), ("XDG_CONFIG_HOME", str(cache)), ("PYTHONPATH", path))


def leakscan_job(name: str, place: Path, folder: str, jobs: int) -> Job:
    """All packs over one folder."""

    def command(report: Path) -> list[str]:
        flags = ["-o", str(report / "findings.jsonl"), "--jobs", str(jobs), "--min-confidence", "low", "--quiet"]
        return [*leakscan_program(), "scan", str(place / folder), *flags]

    plants = score.plants_of(place)
    return Job(
        name, place, folder, command, lambda report: score.of_leakscan(plants, report / "findings.jsonl"),
        (0, 1), env=leakscan_env(corpus.HOME / "xdg"),
    )  # fmt: skip


def peer_job(peer: peers.Peer, place: Path) -> Job:
    """One peer over the JSONL files."""
    plants = score.plants_of(place)
    return Job(
        peer.name, place, "jsonl", lambda report: peer.command(report, place / "jsonl"),
        lambda report: score.of_peer(plants, peer.read(report)), peer.codes, once=peer.slow,
    )  # fmt: skip


def jobs_of(main: Path, dense: Path) -> list[Job]:
    """Every line of the table."""
    return [
        leakscan_job("leakscan", main, "jsonl", 1),
        leakscan_job("leakscan --jobs 2", main, "jsonl", 2),
        leakscan_job("leakscan parquet", main, "parquet", 1),
        leakscan_job("leakscan parquet --jobs 2", main, "parquet", 2),
        *[peer_job(peer, main) for peer in peers.PEERS],
        leakscan_job("leakscan dense", dense, "jsonl", 1),
        leakscan_job("leakscan dense parquet", dense, "parquet", 1),
        *[peer_job(peer, dense) for peer in peers.PEERS],
    ]


# --- running -------------------------------------------------------------------------------------------------


def attempt(job: Job) -> tuple[Cost, Score]:
    """One run; its report, which may hold clear values, is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="leakscan-bench-") as folder:
        measure.warm(sorted(job.data.iterdir()))
        cost = measure.run(job.command(Path(folder)), env={**os.environ, **dict(job.env)})
        if cost.code not in job.codes:
            sys.exit(f"benchmarks: {job.name} ended with {cost.code}\n{cost.err[-2000:]}")
        return cost, job.read(Path(folder))


def measured(jobs: Sequence[Job], runs: int) -> list[Row]:
    """All jobs in turn, `runs` times, after one unmeasured start of each tool for its caches."""
    warm_up(jobs)
    tries: dict[int, list[tuple[Cost, Score]]] = {index: [] for index in range(len(jobs))}
    for turn in range(runs):
        for index, job in enumerate(jobs):
            if turn == 0 or not job.once:
                print(f"  run {turn + 1}: {job.name} ({job.corpus.name})", file=sys.stderr, flush=True)
                tries[index].append(attempt(job))
    return [row_of(job, tries[index]) for index, job in enumerate(jobs)]


def row_of(job: Job, tries: Sequence[tuple[Cost, Score]]) -> Row:
    """The median of the tries; a tool whose findings differ between them is named."""
    counts = {result.reports for _, result in tries}
    if len(counts) > 1:
        print(f"  {job.name}: reports differ between runs: {sorted(counts)}", file=sys.stderr)
    size = measure.warm(sorted(job.data.iterdir()))
    return Row(job, measure.median([cost for cost, _ in tries]), tries[0][1], size)


def warm_up(jobs: Sequence[Job]) -> None:
    """Lets every tool compile and cache its rules over a tiny folder."""
    with tempfile.TemporaryDirectory(prefix="leakscan-bench-") as name:
        tiny = small_file(Path(name) / "data").parent
        seen = set()
        for job in jobs:
            command = [str(tiny) if part == str(job.data) else part for part in job.command(Path(name))]
            if command[0] not in seen:
                seen.add(command[0])
                measure.run(command, env={**os.environ, **dict(job.env)})


def small_file(folder: Path) -> Path:
    """One JSONL file of one record."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "small.jsonl").write_text('{"text": "nothing to see"}\n')
    return folder / "small.jsonl"


def floor(name: str, files: Sequence[Path]) -> dict[str, Any]:
    """One floor, in a process of its own."""
    cost = measure.run(
        [sys.executable, "-m", "benchmarks.floors", name, *map(str, files)],
        cwd=ROOT,
        env={**os.environ, **dict(leakscan_env(corpus.HOME / "xdg"))},
    )
    if cost.code:
        return {"error": cost.err.strip().splitlines()[-1]}
    size, used = measure.warm(files), json.loads(cost.out)
    speeds = {"mb_per_cpu": size / MB / used["cpu"], "mb_per_process_cpu": size / MB / cost.cpu}
    return {**speeds, "cpu": used["cpu"], "process_cpu": cost.cpu, "wall": used["wall"], "peak": cost.peak}


def floors(main: Path) -> dict[str, dict[str, Any]]:
    """Bare Hyperscan, `wc -l`, and pyarrow alone."""
    lines, columns = sorted((main / "jsonl").iterdir()), sorted((main / "parquet").iterdir())
    count = measure.run(["wc", "-l", *map(str, lines)])
    size = measure.warm(lines)
    wc = {"cpu": count.cpu, "wall": count.wall, "mb_per_cpu": size / MB / count.cpu, "peak": count.peak}
    return {
        "bare hyperscan": floor("hyperscan", lines), "wc -l": wc,
        "pyarrow": floor("parquet", columns), "pyarrow, its threads": floor("parquet-threads", columns),
    }  # fmt: skip


def start_up() -> dict[str, float]:
    """Seconds of one small file: with everything cached, and the first time ever."""
    with tempfile.TemporaryDirectory(prefix="leakscan-bench-") as name:
        small = small_file(Path(name))
        command = [*leakscan_program(), "scan", str(small), "-o", f"{name}/findings.jsonl", "--quiet"]
        warm = [started(command, corpus.HOME / "xdg") for _ in range(5)]
        first = [started(command, Path(name) / f"cache{turn}") for turn in range(2)]
        return {"warm": sorted(warm)[2], "first": min(first)}


def started(command: list[str], cache: Path) -> float:
    """Wall seconds of one start with that cache."""
    cache.mkdir(parents=True, exist_ok=True)
    cost = measure.run(command, env={**os.environ, **dict(leakscan_env(cache))})
    if cost.code not in (0, 1):
        sys.exit(f"benchmarks: {' '.join(command)} ended with {cost.code}\n{cost.err[-2000:]}")
    return cost.wall


# --- printing ------------------------------------------------------------------------------------------------


HEAD = (
    "| tool | MB/s per CPU-s | MB/s wall | x Kingfisher | peak MiB | planted found | of kinds it knows "
    "| reported elsewhere |\n|---|--:|--:|--:|--:|--:|--:|--:|"
)


def table(rows: Sequence[Row], knows: dict[str, frozenset[str]]) -> str:
    """The comparison of one corpus, as Markdown; the ratio is to Kingfisher in the same table."""
    base = next((row.per_cpu for row in rows if row.job.name == "kingfisher"), None)
    return "\n".join([HEAD, *(table_line(row, knows[row.job.tool], base) for row in rows)])


def table_line(row: Row, known: frozenset[str], base: float | None) -> str:
    """One tool. Megabytes of Parquet are compressed ones, so they have no ratio."""
    mine, cost = row.score, row.cost
    cells = [
        row.job.name,
        f"{row.per_cpu:.1f}",
        f"{row.size / MB / cost.wall:.1f}",
        f"{row.per_cpu / base:.1f}" if base and row.job.folder == "jsonl" else "",
        f"{cost.peak / 2**20:.0f}",
        f"{len(mine.found)} of {len(mine.found) + len(mine.missed)}",
        share(*mine.of(known)),
        f"{mine.elsewhere} in {mine.places} records",
    ]
    return f"| {' | '.join(cells)} |"


def share(part: int, whole: int) -> str:
    """`part` of `whole` with its percentage."""
    return f"{part} of {whole} ({100 * part / whole:.1f} %)" if whole else "none"


def report(rows: Sequence[Row], grounds: dict[str, dict[str, Any]], starts: dict[str, float]) -> str:
    """Everything, as Markdown."""
    knows = known_kinds(rows)
    parts = [f"# Benchmark\n\n{machine()}"]
    for place in dict.fromkeys(row.job.corpus for row in rows):
        parts += corpus_report(place, [row for row in rows if row.job.corpus == place], knows)
    if grounds:
        parts.append("## Floors\n\n" + "\n".join(f"- {name}: {floor_line(value)}" for name, value in grounds.items()))
    if starts:
        parts.append("## Start-up of `leakscan scan` on one record")
        parts.append(f"warm {starts['warm']:.2f} s, first ever {starts['first']:.2f} s")
    parts.append("## Bars\n\n" + "\n".join(f"- {line}" for line in bars(rows, grounds, starts)))
    return "\n\n".join(parts) + "\n"


def corpus_report(place: Path, rows: Sequence[Row], knows: dict[str, frozenset[str]]) -> list[str]:
    """The table of one corpus, and below it what each tool found of which kind and in which context."""
    size = sum(path.stat().st_size for path in (place / "jsonl").iterdir())
    details = [
        f"- {row.job.name}\n  {score.misses(row.score, knows[row.job.tool])}\n"
        f"  no rule for: {unknown(row, knows[row.job.tool])}"
        for row in rows
    ]
    head = f"## {place.name}: {size / MB:.0f} MB of JSONL, {len(score.plants_of(place))} planted"
    return [head, table(rows, knows), "\n".join(details)]


def known_kinds(rows: Sequence[Row]) -> dict[str, frozenset[str]]:
    """The kinds of which each program found at least one in any corpus: those it has a rule for."""
    tools = {row.job.tool for row in rows}
    return {tool: frozenset().union(*(row.score.kinds() for row in rows if row.job.tool == tool)) for tool in tools}


def unknown(row: Row, known: frozenset[str]) -> str:
    """The planted kinds for which the tool has no rule."""
    return ", ".join(sorted({plant.kind for plant in row.score.found | row.score.missed} - known)) or "none"


def floor_line(value: dict[str, Any]) -> str:
    """One floor in words."""
    return (
        value.get("error")
        or f"{value['mb_per_cpu']:.0f} MB/s per CPU-s ({value['cpu']:.2f} s CPU, {value['wall']:.2f} s wall)"
    )


def bars(rows: Sequence[Row], grounds: dict[str, dict[str, Any]], starts: dict[str, float]) -> list[str]:
    """The targets, and what this run says of each it could measure."""
    speed = {(row.job.corpus.name.split("-")[0], row.job.name): row.per_cpu for row in rows}
    wall = {row.job.name: row.cost.wall for row in rows if row.job.corpus.name.startswith("main")}
    mine, floor_of = speed.get(("main", "leakscan")), {name: value.get("mb_per_cpu") for name, value in grounds.items()}
    whole = grounds.get("pyarrow", {}).get("mb_per_process_cpu")
    lines = [
        bar("JSONL per CPU-second over Kingfisher (20 hoped for)", mine, speed.get(("main", "kingfisher")), 15),
        bar("JSONL over bare Hyperscan", mine, floor_of.get("bare hyperscan"), 0.6),
        bar(
            "Parquet over pyarrow's reading alone",
            speed.get(("main", "leakscan parquet")),
            floor_of.get("pyarrow"),
            0.7,
        ),
        bar(
            "Parquet over a process that imports pyarrow and reads", speed.get(("main", "leakscan parquet")), whole, 0.7
        ),
        bar("dense, MB per CPU-second", speed.get(("dense", "leakscan dense")), 1.0, 40),
        bar("two jobs over one, by the wall", wall.get("leakscan"), wall.get("leakscan --jobs 2"), 1.8),
    ]
    for name, limit in (("warm", 0.3), ("first", 4.0)):
        if starts:
            good = starts[name] < limit
            lines.append(f"{'met' if good else 'MISSED'}: start-up {name}: {starts[name]:.2f} s, under {limit} wanted")
    return [line for line in lines if line]


def bar(name: str, value: float | None, base: float | None, wanted: float) -> str:
    """One target that is a ratio; nothing where a side of it did not run."""
    if value is None or base is None:
        return ""
    return f"{'met' if value / base >= wanted else 'MISSED'}: {name}: {value / base:.2f}, {wanted} wanted"


def machine() -> str:
    """Where and with what this was measured."""
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "",
    )
    listed = ", ".join(f"{name} {version}" for name, version in peers.versions().items())
    cores = f"{os.cpu_count()} x {model or platform.processor()}, load {os.getloadavg()[0]:.1f}"
    return f"{cores}; Python {platform.python_version()}; {listed}"


def as_json(rows: Sequence[Row], grounds: dict[str, dict[str, Any]], starts: dict[str, float]) -> dict[str, Any]:
    """The same for machines; counts, no values."""
    lines = [as_object(row) for row in rows]
    return {"machine": machine(), "rows": lines, "floors": grounds, "start_up": starts}


def as_object(row: Row) -> dict[str, Any]:
    """One row."""
    cost = {"bytes": row.size, "cpu": row.cost.cpu, "wall": row.cost.wall, "peak": row.cost.peak}
    return {"tool": row.job.name, "corpus": row.job.corpus.name, **cost, **score.counts(row.score)}


# --- the command ---------------------------------------------------------------------------------------------


def arguments() -> argparse.Namespace:
    """The flags."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="runs of each tool; the median counts")
    parser.add_argument("--mb", type=int, default=200)
    parser.add_argument("--dense-mb", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--only", default="", help="tools by the start of their names, with commas between; for work on one of them"
    )
    parser.add_argument("--install-peers", action="store_true", help=f"install {' '.join(peers.PACKAGES)} first")
    return parser.parse_args()


def chosen(jobs: list[Job], only: str) -> list[Job]:
    """The jobs asked for."""
    names = tuple(filter(None, only.split(",")))
    return [job for job in jobs if not names or job.name.startswith(names)]


def main() -> None:
    """Measures, prints, and keeps the table in benchmarks/out/."""
    given = arguments()
    if given.install_peers:
        peers.install()
    peers.require()
    full, dense = (
        corpus.cached(corpus.main_plan(given.mb, given.seed)),
        corpus.cached(corpus.dense_plan(given.dense_mb, given.seed)),
    )
    jobs = chosen(jobs_of(full, dense), given.only)
    rows = measured(jobs, given.runs)
    ours = any(job.name.startswith("leakscan") for job in jobs)
    grounds, starts = (floors(full), start_up()) if ours else ({}, {})
    keep(report(rows, grounds, starts), as_json(rows, grounds, starts))


def keep(markdown: str, values: dict[str, Any]) -> None:
    """Prints the report and writes it beside its figures."""
    OUT.mkdir(exist_ok=True)
    (OUT / "compare.md").write_text(markdown)
    (OUT / "compare.json").write_text(json.dumps(values, indent=1))
    print(markdown)


if __name__ == "__main__":
    main()
