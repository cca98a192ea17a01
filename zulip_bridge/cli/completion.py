"""``completion SHELL``: click's own completion, ready to be sourced."""

from __future__ import annotations

import sys

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a completion script; source it, or put it where your shell looks."""
    root = context.find_root()
    made = get_completion_class(shell)
    assert made is not None
    sys.stdout.write(made(root.command, {}, "zulip-steward", "_ZULIP_STEWARD_COMPLETE").source() + "\n")
