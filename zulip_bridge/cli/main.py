"""The command ``zulip-steward``: its group, and what happens without a command."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import NoReturn

import click

from .ending import exit_status, guarded, refused
from .options import Choice, target_options

OpenScreens = Callable[..., int]
"""``(target, *, read_only, slow, mouse) -> exit status``; given by whoever knows the screens."""

COMMANDS = {
    "doctor": "Look at a server without touching anything.",
    "search": "Find people by name, address, id or profile value.",
    "show": "Show a person's first page.",
    "footprint": "List every table that refers to a person.",
    "export": "Export everything about a person, or check an export.",
    "edit": "Change an account, or many, after showing what that does.",
    "deactivate": "Deactivate an account.",
    "reactivate": "Reactivate an account.",
    "lockdown": "Shut everybody out of an account that is in wrong hands.",
    "channel": "Rename, describe, archive or unarchive a channel, after showing what that does.",
    "erase": "Erase a person, after showing what goes, and prove what is left.",
    "messages": "Delete messages, restore them from Zulip's archive, or purge them.",
    "files": "Delete files that somebody uploaded.",
    "residue": "Look for what is left of somebody.",
    "query": "Ask the database in SQL or in Python on Zulip's models; read only.",
    "models": "List the models of the server.",
    "rows": "Show rows of a model.",
    "row": "Show one row of a model, edit it or delete it.",
    "export-realm": "Export a whole organization with Zulip's own export.",
    "recipients": "Show who receives personal data from the server, by its settings.",
    "journal": "Show what was read, exported or changed, or check the journal.",
    "demo": "Look after the demo install.",
    "completion": "Print a completion script for a shell.",
}
STDERR = 2
MODULES = {
    "export-realm": "export_realm",
    "show": "person",
    "footprint": "person",
    "deactivate": "edit",
    "reactivate": "edit",
    "lockdown": "edit",
    "models": "query",
    "rows": "query",
}

EPILOG = """\b
zulip-steward --demo                            look around in a made-up organization
zulip-steward search --role owner               on this machine's Zulip server
zulip-steward show marta@example.org --json
zulip-steward export 66 --output /root/person-66
"""


class Commands(click.Group):
    """Imports a command's module when the command is wanted: ``--help`` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, in the order of their use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"zulip_bridge.cli.{MODULES.get(cmd_name, cmd_name)}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in ``--help``, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; it ends in one of the ways that are documented."""
        return guarded(lambda: super(Commands, self).invoke(ctx))


def command_line(open_screens: OpenScreens) -> click.Group:
    """The whole command line; ``open_screens`` is called where no command is given."""

    @click.group(cls=Commands, invoke_without_command=True, epilog=EPILOG)
    @click.option("--slow/--no-slow", default=None, help="Screens: send as little as possible; by default over SSH.")
    @click.option("--mouse/--no-mouse", default=False, help="Screens: let the mouse point and scroll.")
    @click.version_option(package_name="zulip-steward", prog_name="zulip-steward", message="%(prog)s %(version)s")
    @click.pass_context
    @target_options
    def zulip_steward(context: click.Context, slow: bool | None, mouse: bool, choice: Choice) -> None:
        """The data steward's terminal for a Zulip server.

        Without a command, the screens open. --install, --demo, --read-only and --debug may also stand behind
        the command. Data goes to stdout, everything else to stderr.

        Exit status: 0 done, 1 refused or failed, 2 usage, 128 + n ended by signal n.
        """
        if context.invoked_subcommand is None:
            sys.exit(_open(open_screens, choice, slow, mouse))

    assert isinstance(zulip_steward, click.Group)
    return zulip_steward


def _open(open_screens: OpenScreens, choice: Choice, slow: bool | None, mouse: bool) -> int:
    from zulip_bridge.api.errors import StewardError

    target = choice.target
    # Textual draws on stderr.
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        refused("The screens need a terminal; the commands of zulip-steward --help do not.")
    # The connecting screen meets the same trouble, and has the room to explain it.
    with contextlib.suppress(StewardError):
        from zulip_bridge.launch import ask_password_first

        ask_password_first(target)
    return open_screens(target, read_only=choice.read_only, slow=slow, mouse=mouse)


def _open_streams() -> None:
    """Make sure that there is a stdin, stdout and stderr, and that none fails for want of a character."""
    # A closed descriptor (``>&-``) would go to the next file that is opened, and Python has no stream for it.
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= STDERR:
        pass
    os.close(descriptor)
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: PTH123, SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def run(open_screens: OpenScreens) -> NoReturn:
    """Entry of the console script."""
    _open_streams()
    command = command_line(open_screens)
    sys.exit(exit_status(lambda: command.main(prog_name="zulip-steward", standalone_mode=False)))
