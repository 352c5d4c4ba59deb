"""`leakscan explain`: one text, every rule that looked at it, and why it was or was not reported."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import click

from leakscan import masking, policy
from leakscan.explain import Considered, Explanation, explain
from leakscan.scanning import detector
from leakscan.types import CONFIDENCES, LeakscanError, Path


@click.command("explain")
@click.argument("text", required=False)
@click.option("--field", default="", metavar="P", help="The field the text stands in, as worker/ssn or worker.ssn.")
@click.option("--pack", "packs", multiple=True, metavar="P", help="Use only the rules of this pack. Repeatable.")
@click.option("--rules", "rule_files", multiple=True, metavar="F", help="Use a rule file of your own too. Repeatable.")
@click.option("--min-confidence", type=click.Choice(CONFIDENCES), default="medium", show_default=True)
@click.option("--show-values", is_flag=True, help="Show the matched values themselves.")
def command(
    text: str | None,
    field: str,
    packs: tuple[str, ...],
    rule_files: tuple[str, ...],
    min_confidence: str,
    show_values: bool,
) -> int:
    """Why TEXT (or standard input) is reported, or is not: what each rule, check and context word said.

    Exits with 1 if something would be reported, with 0 if not.
    """
    if text is None:
        text = _standard_input()
    resolved = policy.resolve(os.environ, packs=packs, rule_files=rule_files, min_confidence=min_confidence)
    path: Path = tuple(step for step in field.replace(".", "/").split("/") if step)
    explained = explain(detector(resolved), text, path, show_values=show_values)
    for line in _lines(explained):
        click.echo(line)
    return int(any(one.outcome == "reported" for one in explained.considered))


def _standard_input() -> str:
    raw = sys.stdin.buffer.read()
    try:
        return raw.decode("utf-8").removesuffix("\n")
    except UnicodeDecodeError as error:
        raise LeakscanError(f"standard input is not UTF-8 from byte {error.start}") from None


def _lines(explained: Explanation) -> Iterator[str]:
    for one in explained.considered:
        yield f"{one.rule.id}: {_outcome(one)}"
        yield f"    at {_place(one)}  {one.preview}"
        if one.evidence:
            yield f"    evidence: {', '.join(one.evidence)}"
        if one.reason:
            yield f"    because: {one.reason}"
    if explained.unmatched:
        ids = ", ".join(rule.id for rule in explained.unmatched)
        yield f"looked at for a part of their shape, without a match: {ids}"
    reported = sum(one.outcome == "reported" for one in explained.considered)
    rules = {one.rule.id for one in explained.considered}
    yield f"{len(rules)} rules matched, {reported} findings reported"


def _outcome(one: Considered) -> str:
    if one.outcome in ("reported", "hidden"):
        return f"{'reported' if one.outcome == 'reported' else 'not reported'}, {one.rule.severity}, {one.confidence} confidence"
    return "not reported"


def _place(one: Considered) -> str:
    inner = f"{masking.pointer(list(one.field))} " if one.field else ""
    hops = f" in {', '.join(one.hops)}" if one.hops else ""
    return f"{inner}{one.start}:{one.end}{hops}"
