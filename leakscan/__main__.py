"""The entry point `leakscan`: whatever goes wrong, no value is printed and the exit code says what happened.

The message of an unexpected exception is never shown, nor are locals: either may quote what was being scanned.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn, TextIO

WRONG, CRASHED, INTERRUPTED, TERMINATED, BROKEN_PIPE = 2, 70, 130, 143, 141


class _Terminated(BaseException):
    """SIGTERM: unwinds like an interrupt, so that no half-written output stays behind."""


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    _catch_sigterm()
    warnings.showwarning = _show_warning
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a character must not end a scan
    try:
        code = _run(args)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _say("interrupted", INTERRUPTED)
    except _Terminated:
        return _say("terminated", TERMINATED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the interpreter flushes once more at exit
        return BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the last line of defence: a traceback may quote data
        return _say(report(error), CRASHED)
    return code


def _run(args: Sequence[str] | None) -> int:
    import click  # noqa: PLC0415 - inside the guard, like all that could fail

    from leakscan.commands import cli  # noqa: PLC0415
    from leakscan.types import LeakscanError  # noqa: PLC0415

    arguments = list(sys.argv[1:] if args is None else args)
    try:
        # Not `cli.main`: it takes a broken pipe for exit code 1 and an EOFError for an interrupt.
        with cli.make_context("leakscan", arguments) as context:
            return int(cli.invoke(context) or 0)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        error.show()
        return WRONG
    except LeakscanError as error:
        return _say(str(error), WRONG)


def report(error: BaseException) -> str:
    """An unexpected exception as its type and frames, innermost last, with those of what caused it."""
    lines = []
    seen: BaseException | None = error
    while seen is not None:
        lines.append(f"internal error: {type(seen).__name__}")
        lines += [f"  {at.filename}:{at.lineno} in {at.name}" for at in traceback.extract_tb(seen.__traceback__)]
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    lines.append("please report this at https://github.com/leakscan/leakscan/issues; nothing above holds your data")
    return "\n".join(lines)


def _say(message: str, code: int) -> int:
    print(f"leakscan: {message}", file=sys.stderr)
    return code


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Ours in full; of anyone else's only the kind and place, for its text may quote data."""
    ours = category.__module__.startswith("leakscan")
    print(f"leakscan: warning: {message if ours else f'{category.__name__} at {filename}:{lineno}'}", file=sys.stderr)


def _catch_sigterm() -> None:
    owner = os.getpid()

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        if os.getpid() != owner:  # a forked worker: it has nothing to tidy up
            os._exit(TERMINATED)
        raise _Terminated

    signal.signal(signal.SIGTERM, stop)


if __name__ == "__main__":
    sys.exit(main())
