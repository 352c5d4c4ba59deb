"""Runs leakscan over files that nobody here made: what `make real-input` does.

    python scripts/real_input.py [--only data|packages] [--jobs N] [--keep DIR]

Installs packages from PyPI that ship data into a virtual environment of its own (~/.cache/leakscan-bench/real), then
scans (a) every data file in them (Parquet, CSV, JSON, Arrow, notebooks, text; the CSV files in other formats too) and
(b) all of that site-packages as it lies there, and prints what came out: speed, findings per MB by rule and
confidence, everything not read, crashes. Exits 1 if leakscan crashed or its exit code was not 0, 1 or 3.
Read the findings: each is a user's first impression.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import venv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOME = Path("~/.cache/leakscan-bench").expanduser()
PACKAGES = (
    "pyarrow", "fastparquet", "scikit-learn", "statsmodels", "vega_datasets", "seaborn", "nltk", "pandas", "nbformat",
    "notebook", "nbconvert", "nbdime", "papermill", "bokeh-sampledata", "hvsampledata", "great-tables",
    "palmerpenguins", "lifelines", "scikit-image", "plotly", "xarray", "dask", "faker", "networkx", "jsonschema",
)  # fmt: skip
DATA = (
    ".parquet", ".parq", ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".geojson", ".topojson", ".arrow", ".feather",
    ".orc", ".ipynb", ".txt", ".md", ".rst", ".dat", ".data", ".csv.gz", ".json.gz", ".csv.bz2", ".data.gz", ".xml",
)  # fmt: skip
FINE = (0, 1, 3)
EXAMPLES = 3
CONVERT = """
import sys, pathlib, warnings
import fastparquet, pandas, pyarrow, pyarrow.feather
from pyarrow import ipc, parquet
warnings.simplefilter("ignore")
source, target = map(pathlib.Path, sys.argv[1:])
codecs = ["snappy", "zstd", "gzip", "brotli", "lz4", "none"]
for number, path in enumerate(sorted(source.rglob("*.csv"))):
    try:
        frame = pandas.read_csv(path, nrows=20_000)
        frame.columns = frame.columns.map(str)
        table = pyarrow.Table.from_pandas(frame)
        stem = target / f"{number:03d}-{path.stem}"
        kind = number % 4
        if kind == 0:
            parquet.write_table(table, f"{stem}.parquet", compression=codecs[number // 4 % 6], row_group_size=1000)
        elif kind == 1:
            codec = ["SNAPPY", "GZIP", "ZSTD"][number // 4 % 3]
            fastparquet.write(f"{stem}.fastparquet.parquet", frame, compression=codec)
        elif kind == 2:
            codec = ["lz4", "zstd", "uncompressed"][number // 4 % 3]
            pyarrow.feather.write_feather(table, f"{stem}.feather", compression=codec)
        else:
            with ipc.new_stream(f"{stem}.arrows", table.schema) as out:
                out.write_table(table, 500)
    except Exception as error:
        print(path.name, type(error).__name__, file=sys.stderr)
"""
"""Run by the other environment's Python: packages ship few Parquet and Arrow files, so their CSV files are rewritten
by pyarrow and by fastparquet, in every codec."""


@dataclass(frozen=True)
class Run:
    """What one scan gave."""

    name: str
    bytes: int
    files: int
    seconds: float
    code: int
    stderr: str
    findings: list[dict[str, Any]]
    shards: list[dict[str, Any]]

    @property
    def crashed(self) -> bool:
        """Whether anything says that leakscan itself failed."""
        said = "Traceback" in self.stderr or "internal error" in self.stderr
        return self.code not in FINE or said or any("crash" in kind for kind in kinds(self.shards))


def kinds(shards: Iterable[dict[str, Any]]) -> Counter[str]:
    """How often each kind of gap occurs."""
    return Counter(gap["kind"] for shard in shards for gap in shard.get("coverage") or [])


# --- input ---------------------------------------------------------------------------------------------------


def environment() -> Path:
    """The site-packages of the environment with the packages, installed when the list of them has changed."""
    home, stamp = HOME / "real", HOME / "real" / "packages.txt"
    if not stamp.is_file() or stamp.read_text() != "\n".join(PACKAGES):
        if not (home / "bin" / "pip").exists():
            venv.create(home, with_pip=True)
        subprocess.run([str(home / "bin" / "pip"), "install", "--quiet", *PACKAGES], check=True)
        stamp.write_text("\n".join(PACKAGES))
    return next(home.glob("lib/python*/site-packages"))


def data_files(packages: Path) -> Iterator[Path]:
    """The data files that the packages ship; pip's own records are none."""
    for path in sorted(packages.rglob("*")):
        inside = path.relative_to(packages).parts
        if path.is_file() and path.name.lower().endswith(DATA) and not inside[0].endswith(".dist-info"):
            yield path


def linked(files: Iterable[Path], packages: Path, folder: Path) -> Path:
    """A folder that holds those files alone, under the paths they have in site-packages."""
    for path in files:
        target = folder / path.relative_to(packages)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, target)
        except OSError:  # another file system
            target.symlink_to(path)
    return folder


def converted(folder: Path) -> Path:
    """The folder with its CSV files also as Parquet, Feather and Arrow, in `converted/`."""
    (folder / "converted").mkdir()
    command = [str(HOME / "real" / "bin" / "python"), "-c", CONVERT, str(folder), str(folder / "converted")]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return folder


# --- scanning ------------------------------------------------------------------------------------------------


def program() -> list[str]:
    """The leakscan of this interpreter."""
    script = Path(sys.executable).with_name("leakscan")
    return [str(script)] if script.exists() else [sys.executable, "-m", "leakscan"]


def scan(name: str, folder: Path, out: Path, jobs: int, limit: int) -> Run:
    """Scans a folder with everything on, and reads findings and manifest back."""
    findings, manifest = out / f"{name}-findings.jsonl", out / f"{name}-manifest.jsonl"
    flags = [
        "-o",
        str(findings),
        "--manifest",
        str(manifest),
        "--jobs",
        str(jobs),
        "--min-confidence",
        "low",
        "--quiet",
    ]
    files = [path for path in folder.rglob("*") if path.is_file()]
    began = time.perf_counter()
    code, stderr = finished([*program(), "scan", str(folder), *flags], limit)
    return Run(
        name, sum(path.stat().st_size for path in files), len(files), time.perf_counter() - began, code, stderr,
        list(lines(findings)), list(lines(manifest)),
    )  # fmt: skip


def finished(command: list[str], limit: int) -> tuple[int, str]:
    """Exit code and standard error of a command; one that hangs counts as a crash."""
    root = str(Path(__file__).resolve().parent.parent)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))}
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=env, start_new_session=True
    ) as child:
        try:
            stderr = child.communicate(timeout=limit)[1]
        except subprocess.TimeoutExpired:
            stuck = open_files(child.pid)
            os.killpg(child.pid, signal.SIGKILL)
            return -1, f"not finished after {limit} s; open then: {', '.join(stuck) or 'nothing'}"
        return child.returncode, stderr.decode(errors="replace")


def open_files(session: int) -> list[str]:
    """What the processes of a session are reading: the file that a hung scan hangs on is among them."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(folder.name)) == session:
                found |= {os.readlink(link) for link in (folder / "fd").iterdir()}
        except OSError:  # gone meanwhile
            continue
    return sorted(name for name in found if str(HOME) in name)


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file; none if it was never written."""
    if path.is_file():
        yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


# --- printing ------------------------------------------------------------------------------------------------


def digest(run: Run, folder: Path) -> str:
    """One run for a person to read; nothing in it is raw, since findings are not."""
    mb = run.bytes / 1e6
    parts = [
        headline(run, mb),
        f"{len(run.findings)} findings, {len(run.findings) / mb:.2f} a MB",
        by_rule(run, mb, folder),
        by_format(run),
        "### Not covered\n\n" + (gaps(run, folder) or "nothing"),
    ]
    if run.crashed:
        parts.append(f"### Standard error\n\n{run.stderr[-4000:]}")
    return "\n\n".join(filter(None, parts))


def headline(run: Run, mb: float) -> str:
    """Size, speed and how it ended."""
    speed = f"{run.files} files, {mb:.0f} MB in {run.seconds:.0f} s ({mb / run.seconds:.1f} MB/s)"
    return f"## {run.name}: {speed}, exit code {run.code}{', CRASHED' if run.crashed else ''}"


def by_rule(run: Run, mb: float, folder: Path) -> str:
    """Findings a MB by rule and confidence, the most talkative first, with places to look at."""
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for finding in run.findings:
        groups[finding["rule"]].append(finding)
    rows = [
        "| rule | findings | a MB | high | medium | low | files | for example |",
        "|---|--:|--:|--:|--:|--:|--:|---|",
    ]
    for rule, found in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        by = Counter(finding["confidence"] for finding in found)
        files = {finding["location"]["uri"] for finding in found}
        examples = "<br>".join(place(finding, folder) for finding in spread(found))
        counts = f"{len(found)} | {len(found) / mb:.3f} | {by['high']} | {by['medium']} | {by['low']} | {len(files)}"
        rows.append(f"| {rule} | {counts} | {examples} |")
    return "\n".join(rows) if groups else ""


def spread(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A few of the findings, the most confident of different files first."""
    order = {"high": 0, "medium": 1, "low": 2}
    seen: dict[str, dict[str, Any]] = {}
    for finding in sorted(found, key=lambda finding: order[finding["confidence"]]):
        seen.setdefault(finding["location"]["uri"], finding)
    return list(seen.values())[:EXAMPLES]


def place(finding: dict[str, Any], folder: Path) -> str:
    """Where a finding is, and its shape."""
    where = finding["location"]
    line = where["line"] if where["line"] is not None else f"record {where['record']}"
    text = f"{short(where['uri'], folder)}:{line} {where['pointer']} `{finding['value']['preview']}`"
    return text.replace("|", "\\|").replace("\n", " ")


def short(uri: str, folder: Path) -> str:
    """A shard's name without the folder that was scanned."""
    return uri.split(f"{folder}/", 1)[-1]


def by_format(run: Run) -> str:
    """How many shards were read as what."""
    counts = Counter(
        f"{shard.get('format') or '?'} {shard.get('status', '')}".strip() for shard in run.shards if "uri" in shard
    )
    return "read as: " + ", ".join(f"{name} {count}" for name, count in counts.most_common()) if counts else ""


def gaps(run: Run, folder: Path) -> str:
    """Everything that was not read as it should have been, by kind, with examples."""
    found: dict[str, list[str]] = defaultdict(list)
    for shard in run.shards:
        for gap in shard.get("coverage") or []:
            found[gap["kind"]].append(
                f"{short(shard.get('uri', ''), folder)}: {gap.get('at', '')}: {gap.get('detail', '')}"
            )
    rows = []
    for kind, places in sorted(found.items(), key=lambda item: (-len(item[1]), item[0])):
        rows += [f"- {kind}: {len(places)}", *(f"  - {text[:200]}" for text in dict.fromkeys(places[:EXAMPLES]))]
    return "\n".join(rows)


# --- the command ---------------------------------------------------------------------------------------------


def arguments() -> argparse.Namespace:
    """The flags."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("data", "packages"), help="one of the two scans")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--limit", type=int, default=1800, help="seconds after which a scan counts as hung")
    parser.add_argument("--keep", type=Path, help="folder for findings and manifests; default: thrown away")
    return parser.parse_args()


def main() -> int:
    """Installs, scans, prints; 1 when anything crashed."""
    given = arguments()
    packages = environment()
    with tempfile.TemporaryDirectory(prefix="real-input-", dir=HOME) as scratch:
        out = given.keep or Path(scratch) / "out"
        out.mkdir(parents=True, exist_ok=True)
        folders = {
            "data": converted(linked(data_files(packages), packages, Path(scratch) / "data")),
            "packages": packages,
        }
        chosen = [given.only] if given.only else list(folders)
        crashed = [report(name, folders[name], out, given) for name in chosen]
    return int(any(crashed))


def report(name: str, folder: Path, out: Path, given: argparse.Namespace) -> bool:
    """Scans one folder and prints its digest; whether it crashed."""
    run = scan(name, folder, out, given.jobs, given.limit)
    print(digest(run, folder), end="\n\n", flush=True)
    return run.crashed


if __name__ == "__main__":
    sys.exit(main())
