"""``completion SHELL``: click's own completion, ready to be sourced."""

from __future__ import annotations

import sys

import click
from click.shell_completion import ShellComplete, get_completion_class

from .options import Choice, unused_target_options


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
@unused_target_options
def completion(context: click.Context, shell: str, choice: Choice) -> None:
    """Print a completion script; source it, or put it where your shell looks."""
    made = get_completion_class(shell)
    assert made is not None
    script = made(context.find_root().command, {}, "zulip-steward", "_ZULIP_STEWARD_COMPLETE")
    # Not the class's own source(): bash's would start a bash to ask for its version.
    sys.stdout.write(ShellComplete.source(script) + "\n")
    sys.stdout.flush()
