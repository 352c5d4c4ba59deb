"""`leakscan scan`: flags to a policy, one call, reports, exit code."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import Any, cast

import click

from leakscan import __version__, formats, policy, rules, schema
from leakscan.masking import printable
from leakscan.reports import ENDINGS, FORMATS, About, Writer, format_of, open_report
from leakscan.reports.manifest import Manifest
from leakscan.reports.summary import Summary, at_or_above, plain
from leakscan.reports.target import Target
from leakscan.scanning import detector, run
from leakscan.types import CONFIDENCES, SEVERITIES, LeakscanError, Outcome, Policy, Rule

CLEAN, FOUND, INCOMPLETE, CRASHED = 0, 1, 3, 70

_COLOURS = {"critical": "magenta", "high": "red", "medium": "yellow", "low": "cyan"}


@click.command("scan")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="FILE",
    help=f"Write findings to FILE; the ending says how ({', '.join(ENDINGS)}), '-' is standard output. Repeatable.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["summary", *FORMATS]),
    help="Format of standard output, and of files whose ending says none.",
)
@click.option("--pack", "packs", multiple=True, metavar="P", help="Use only the rules of this pack. Repeatable.")
@click.option("--rules", "rule_files", multiple=True, metavar="F", help="Use a rule file of your own too. Repeatable.")
@click.option("--min-confidence", type=click.Choice(CONFIDENCES), default="medium", show_default=True)
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default="low",
    show_default=True,
    help="Exit with 1 if anything this severe or worse is shown.",
)
@click.option(
    "--columns",
    type=click.Choice(["each", "once"]),
    default="each",
    show_default=True,
    help="Of a field that holds personal data by nature, report each value, or the field once with its counts.",
)
@click.option("-j", "--jobs", type=click.IntRange(1), metavar="N", help="Processes.  [default: one a core]")
@click.option("--manifest", metavar="F", help="Write what was covered, and what was not and why, as JSON Lines.")
@click.option(
    "--read-as",
    type=click.Choice(list(formats.FORMATS)),
    help="Read every shard as this format, whatever it looks like.",
)
@click.option("--show-values", is_flag=True, help="Put the leaked values themselves into reports.")
@click.option("-q", "--quiet", is_flag=True, help="No summary, no progress.")
def command(
    paths: tuple[str, ...],
    outputs: tuple[str, ...],
    format_: str | None,
    manifest: str | None,
    quiet: bool,
    read_as: str | None,
    **flags: Any,
) -> int:
    """Scan files, folders, globs; '-' reads JSON Lines from standard input.

    Exit codes: 0 clean and complete, 1 findings, 2 wrong usage, 3 nothing found but not everything read, 70 a bug
    of leakscan kept it from reading something.
    """
    resolved = policy.resolve(os.environ, format=read_as or "", **flags)
    scanner = detector(resolved)
    about = _about(resolved, scanner.rules)
    targets = _targets(outputs, format_, sys.stdout.isatty())
    summary = Summary(about)
    with contextlib.ExitStack() as undo:
        writers = []
        for target, kind in targets:
            writers.append(open_report(target, kind, about))
            undo.callback(writers[-1].abort)
        account = Manifest(Target(manifest), about) if manifest else None
        if account:
            undo.callback(account.abort)
        with _progress(paths, quiet) as progress:
            outcomes = cast("Generator[Outcome, None, None]", run(paths, resolved, progress, scanner))
            with contextlib.closing(outcomes):  # its workers end with it, also when an interrupt ends it early
                _write(outcomes, summary, writers, account)
        undo.pop_all()
    if not quiet:
        _tell(summary, paths, [target for target, _ in targets], asked=bool(outputs), accounted=bool(manifest))
    return exit_code(summary, resolved)


def exit_code(summary: Summary, resolved: Policy) -> int:
    """What the design promises scripts; a crash is never 0 or 1, even where the other shards were read."""
    if summary.coverage.kinds["coverage.crash"]:
        return CRASHED
    if at_or_above(summary.severities, resolved.fail_on):
        return FOUND
    return INCOMPLETE if summary.coverage.kinds or summary.unread else CLEAN


def _about(resolved: Policy, known: Sequence[Rule]) -> About:
    digest = policy.digest(rules.sources(resolved.packs, resolved.rule_files))
    if resolved.columns == "once":
        known = [*known, schema.COLUMN]
    return About(__version__, known, digest, resolved.key_id, resolved.show_values)


def _targets(outputs: Sequence[str], format_: str | None, terminal: bool) -> list[tuple[str, str]]:
    """Which reports to write where: files as asked; with none, people get a summary and pipes JSON Lines."""
    kind = "" if format_ in (None, "summary") else str(format_)
    if not outputs and (kind or (format_ is None and not terminal)):
        outputs = ["-"]
    if len(set(outputs)) < len(outputs):
        raise LeakscanError("-o names the same file twice")
    targets = [(target, kind or "jsonl" if target == "-" else format_of(target, kind)) for target in outputs]
    if terminal and ("-", "parquet") in targets:
        raise LeakscanError("Parquet is not for a terminal: give -o FILE.parquet")
    return targets


def _write(outcomes: Iterable[Outcome], summary: Summary, writers: Sequence[Writer], account: Manifest | None) -> None:
    for outcome in outcomes:
        if outcome.crash:
            click.echo(f"leakscan: internal error in {printable(outcome.slice.shard.uri)}: {outcome.crash}", err=True)
        summary.add(outcome)
        for writer in writers:
            writer.write(outcome.findings)
        if account:
            account.add(outcome)
    for writer in writers:
        writer.close(summary.coverage.sentences())
    if account:
        account.close()


@contextlib.contextmanager
def _progress(paths: Sequence[str], quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar for people; nothing where nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm  # noqa: PLC0415 - not worth its import where nobody watches

    known = all(map(os.path.isfile, paths))
    total = sum(map(os.path.getsize, paths)) if known else None
    found = 0
    with tqdm(total=total, unit="B", unit_scale=True, leave=False, dynamic_ncols=True, file=sys.stderr) as bar:

        def progress(size: int, findings: int) -> None:
            nonlocal found
            found += findings
            bar.set_postfix_str(f"{found:,} findings", refresh=False)
            bar.update(size)

        yield progress


def _tell(summary: Summary, paths: Sequence[str], targets: Sequence[str], *, asked: bool, accounted: bool) -> None:
    """The summary, where standard output is not the report; a pipe's reader gets one line, and only if it must."""
    taken = "-" in targets
    if taken and not asked:
        if summary.coverage.kinds:
            click.echo("leakscan: INCOMPLETE; --manifest FILE lists what was not read, and why", err=True)
        return
    terminal = (sys.stderr if taken else sys.stdout).isatty()
    for line in summary.lines(paths, _coloured if terminal else plain, reported=bool(targets), accounted=accounted):
        click.echo(line, err=taken)


def _coloured(text: str, severity: str) -> str:
    return click.style(text, fg=_COLOURS.get(severity), bold=severity in ("critical", "high"))
