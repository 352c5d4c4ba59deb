"""`leakscan rules`: what the rules are, and whether they hold."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import Any

import click

from leakscan import rules, schema
from leakscan.types import Example, LeakscanError, Rule

SLOWEST = 10

_files = click.option("--rules", "files", multiple=True, metavar="F", help="A rule file of your own too. Repeatable.")
_packs = click.option("--pack", "packs", multiple=True, metavar="P", help="Only the rules of this pack. Repeatable.")


@click.group("rules")
def command() -> None:
    """List, explain and test the rules."""


@command.command("list")
@_packs
@_files
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_(packs: tuple[str, ...], files: tuple[str, ...], as_json: bool) -> None:
    """Every rule in a line."""
    loaded = rules.load(rules.sources(packs, files))
    keys = ("id", "category", "severity", "confidence", "entity", "summary")
    for rule in loaded:
        row = {key: getattr(rule, key) for key in keys}
        if as_json:
            click.echo(json.dumps({**row, "pack": rule.pack}, ensure_ascii=False))
        else:
            click.echo("{id:34} {category:12} {severity:8} {confidence:6} {entity:28} {summary}".format(**row))


@command.command("show")
@click.argument("rule_id", metavar="ID")
@_files
def show(rule_id: str, files: tuple[str, ...]) -> None:
    """All that a rule says; ⟦ ⟧ mark what it reports in its examples."""
    loaded = {rule.id: rule for rule in [*rules.load(rules.sources((), files)), schema.COLUMN]}
    if rule_id not in loaded:
        close = get_close_matches(rule_id, loaded, 3, 0.4)
        raise LeakscanError(f"no rule {rule_id}" + (f"; did you mean {', '.join(close)}?" if close else ""))
    for line in describe(loaded[rule_id]):
        click.echo(line)


def logic(rule: Rule) -> str:
    """How sure a finding of the rule is, and when there is none: what `Matcher.find` decides, in a sentence."""
    field = "in a field named by one"
    sure = [field] * bool(rule.context) + [f"if {rule.check} proves it"] * bool(rule.check)
    if rule.field_only or rule.confidence == "high":
        steps = []
    elif rule.context_required:
        steps = [f"{rule.confidence if rule.confidence != 'low' else 'medium'} beside a context word"]
    else:
        steps = [f"{rule.confidence} by its form"]
        steps += ["medium beside a context word"] * bool(rule.context and rule.confidence == "low")
    if rule.confidence == "high":
        steps.append("high by its form" if not rule.context_required else f"high {_needed(rule)}")
    elif sure:
        steps.append("high " + " or ".join(sure))
    none = [f"without a context word{' in a field name' * rule.field_only}"] * rule.context_required
    none += [f"if {rule.check} disproves it"] * bool(rule.check)
    none += [f"below {rule.entropy:g} bits a character"] * bool(rule.entropy)
    if none:
        steps.append("none " + " or ".join(none))
    if rule.calm:
        steps.append("low in fields for ids, hashes, times and the like, unless a context word says otherwise")
    return "; ".join(steps)


def _needed(rule: Rule) -> str:
    return "in a field named by a context word" if rule.field_only else "with a context word"


def describe(rule: Rule) -> list[str]:
    """A rule as lines of text."""
    named: list[tuple[str, Any]] = [
        ("category", rule.category),
        ("entity", rule.entity),
        ("severity", rule.severity),
        ("confidence", logic(rule)),
        ("pattern", rule.pattern),
        ("before", rule.before),
        ("check", rule.check),
        ("context", ", ".join(rule.context) + (" (one is required)" if rule.context_required else "")),
        ("entropy", rule.entropy or ""),
        ("legal", ", ".join(rule.legal)),
        ("aliases", ", ".join(f"{name}: {value}" for name, value in rule.aliases)),
        ("remediation", rule.remediation),
        ("references", "\n               ".join(rule.references)),
    ]
    lines = [f"{rule.id}: {rule.summary}", f"  {'pack':13}{rule.pack}"]
    lines += [f"  {name:13}{value}" for name, value in named if value]
    for title, examples in (
        ("reports", rule.leaks),
        ("reports at low confidence", rule.weak),
        ("leaves alone", rule.clean),
    ):
        if examples:
            lines.append(f"  {title}")
            lines += [f"    {_marked(example)}" for example in examples]
    return lines


def _marked(example: Example) -> str:
    text = example.text
    for start, end in reversed(example.spans):
        text = f"{text[:start]}⟦{text[start:end]}⟧{text[end:]}"
    field = f"   in /{'/'.join(map(str, example.path))}" if example.path else ""
    return json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"') + field


@command.command("test")
@_packs
@_files
@click.option("--time/--no-time", "timed", default=True, help="Also measure what each rule costs.")
def test(packs: tuple[str, ...], files: tuple[str, ...], timed: bool) -> int:
    """Run every example of every rule through the engine, and name the slowest rules. Exits with 2 if one fails."""
    from leakscan import proof  # noqa: PLC0415 - brings the engine, which the other commands do without

    loaded = rules.load(rules.sources(packs, files))
    failed = 0
    for rule in loaded:
        for failure in proof.failures(rule):
            failed += 1
            click.echo(f"{failure.rule}: {failure.kind} example, {failure.host}, {failure.encoding}: {failure.text!r}")
            click.echo(f"    expected {list(failure.expected)}, found {list(failure.found)}")
    tried = sum(1 for rule in loaded for _ in proof.cases(rule))
    click.echo(f"{len(loaded)} rules, {tried} examples in 3 encodings: {failed or 'none'} failed")
    if timed:
        click.echo(f"the slowest, over {proof.CORPUS >> 20} MB of generated text:")
        for cost in proof.costs(loaded)[:SLOWEST]:
            click.echo(
                f"  {cost.rule:34} {cost.scan:6.2f} ns/byte to look for, {cost.find:6.2f} to decide {cost.hits} lines"
            )
    return 2 if failed else 0
