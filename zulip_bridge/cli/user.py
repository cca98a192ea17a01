"""The argument USER, and its realm."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def person_arguments(command: F) -> F:
    """Add USER and --realm."""
    command = click.option("--realm", metavar="STRING_ID", help="Where an address exists in several.")(command)
    return click.argument("user", metavar="USER")(command)


def read_user(user: str) -> str:
    """USER as it was given, or the first line of stdin for ``-``."""
    if user != "-":
        return user
    line = sys.stdin.readline().strip()
    if not line:
        raise click.UsageError("- reads USER from stdin, and nothing came.")
    return line
