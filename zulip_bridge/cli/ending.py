"""How a command ends: every way out is an exit status and, where it is not 0, a sentence on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import NoReturn

import click

from zulip_bridge.fault import fault_report
from zulip_bridge.text import display_text

from .narration import narrate

REFUSED = 1
USAGE = 2
INTERRUPTED = 130
READER_GONE = 141
"""As shells have it for a program ended by SIGPIPE."""


def refused(sentence: str) -> NoReturn:
    """Say why not, and end with status 1."""
    narrate(sentence)
    raise click.exceptions.Exit(REFUSED)


def guarded(work: Callable[[], object]) -> object:
    """Do the work of a command; what click would not know how to end is ended here, with click's own ``Exit``."""
    try:
        return work()
    except BrokenPipeError:
        # What is still buffered must not be written, and complained about, when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(READER_GONE) from None
    except KeyboardInterrupt:
        narrate("Interrupted.")
        raise click.exceptions.Exit(INTERRUPTED) from None
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        refused(f"zulip-steward could not go on: {error.strerror or type(error).__name__}{where}.")
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except Exception as error:  # noqa: BLE001 (the outermost boundary: Python itself would print people's data)
        for line in fault_report(error):
            narrate(line)
        raise click.exceptions.Exit(REFUSED) from None


def exit_status(run: Callable[[], object]) -> int:
    """Run click's ``main`` (not standalone) to its end; the process's exit status."""
    try:
        ended = run()
    except click.UsageError as error:
        _explain(error)
        return USAGE
    except click.ClickException as error:
        narrate(error.format_message())
        return error.exit_code
    except click.Abort:
        narrate("Interrupted.")
        return INTERRUPTED
    return ended if isinstance(ended, int) else 0


def _explain(error: click.UsageError) -> None:
    context = error.ctx
    if context is not None:
        sys.stderr.write(context.get_usage() + "\n")
        narrate(f"Try '{context.command_path} --help' for help.")
    # The message repeats what was typed, which may have been pasted from anywhere.
    sys.stderr.write(f"\nError: {display_text(error.format_message(), newlines='keep')}\n")
    sys.stderr.flush()
