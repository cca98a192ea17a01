"""The command ``zulip-steward``: its group, and what happens without a command."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from importlib import import_module, metadata
from typing import Any

import click

from zulip_bridge.launch.targets import Target

from .options import Choice, target_options
from .output import narrate

OpenScreens = Callable[..., int]
"""``(target, *, read_only, slow, mouse) -> exit status``; given by whoever knows the screens."""

COMMANDS = {
    "doctor": "Look at a server without touching anything.",
    "search": "Find people by name, address, id or profile value.",
    "show": "Show a person's first page.",
    "footprint": "List every table that refers to a person.",
    "export": "Export everything about a person, or check an export.",
    "journal": "Show what was read, exported or changed.",
    "demo": "Look after the demo install.",
    "completion": "Print a completion script.",
}
MODULES = {"search": "people", "show": "people", "footprint": "people"}


class LazyGroup(click.Group):
    """Imports a command's module when the command is wanted: ``--help`` and completion stay quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, in the order of their use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"zulip_bridge.cli.{MODULES.get(cmd_name, cmd_name)}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in ``--help``, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def command_line(open_screens: OpenScreens) -> click.Group:
    """The whole command line; ``open_screens`` is called where no command is given."""

    @click.group(cls=LazyGroup, invoke_without_command=True)
    @click.option("--slow/--no-slow", default=None, help="Send as little as possible; by default over SSH.")
    @click.option("--mouse/--no-mouse", default=False, show_default=True, help="Let the mouse point and scroll.")
    @click.version_option(metadata.version("zulip-steward"), prog_name="zulip-steward")
    @click.pass_context
    @target_options
    def zulip_steward(context: click.Context, slow: bool | None, mouse: bool, choice: Choice) -> None:
        """The data steward's terminal for a Zulip server.

        Without a command, the screens open. Data goes to stdout, everything else to stderr.
        Exit status: 0 done, 1 refused or failed, 2 usage.
        """
        if context.invoked_subcommand is None:
            sys.exit(_open(open_screens, choice.target, choice, slow, mouse))

    assert isinstance(zulip_steward, click.Group)
    return zulip_steward


def _open(open_screens: OpenScreens, target: Target, choice: Choice, slow: bool | None, mouse: bool) -> int:
    from zulip_bridge.api.errors import StewardError
    from zulip_bridge.steward import ask_password_first

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        narrate("The screens need a terminal; the commands of zulip-steward --help do not.")
        return 1
    # The connecting screen meets the same trouble, and has the room to explain it.
    with contextlib.suppress(StewardError):
        ask_password_first(target)
    return open_screens(target, read_only=choice.read_only, slow=slow, mouse=mouse)


def run(open_screens: OpenScreens) -> None:
    """Entry of the console script. A reader that has gone away (``| head``) ends it quietly."""
    try:
        command: Any = command_line(open_screens)
        command(prog_name="zulip-steward")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(141)
