"""The command line: one thin module a command, imported when it is called, so that starting costs little."""

from __future__ import annotations

from importlib import import_module

import click

from leakscan import __version__

_COMMANDS = {name: f"leakscan.commands.{name}" for name in ("scan", "rules", "explain")}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        command: click.Command = import_module(module).command
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="leakscan", message="%(prog)s %(version)s")
def cli() -> None:
    """Find secrets, personal data and confidential material in dataset shards."""
