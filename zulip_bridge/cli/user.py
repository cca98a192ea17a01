"""What names people: the arguments USER and TEXT, and the option --realm."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from .narration import narrate

F = TypeVar("F", bound=Callable[..., Any])


def utf8(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Callback of what is typed: bytes that are not UTF-8 (Python keeps them as lone surrogates) name nobody."""
    if not all(map(_is_text, value if isinstance(value, tuple) else [value or ""])):
        raise click.BadParameter("this is not UTF-8.")
    return value


def realm_option(words: str) -> Callable[[F], F]:
    """The option --realm, with its help."""
    return click.option("--realm", metavar="STRING_ID", callback=utf8, help=words)


def person_arguments(command: F) -> F:
    """Add USER and --realm."""
    command = realm_option("The organization, where an address exists in several.")(command)
    return click.argument("user", metavar="USER", callback=utf8)(command)


def read_user(user: str) -> str:
    """USER as it was given, or the first line of stdin for ``-``."""
    if user != "-":
        return user
    return read_line("Whom do you mean? Type an id or an address, then Enter.", "USER")


def read_line(prompt: str, what: str = "it") -> str:
    """A line of stdin, for what is better in no shell history; ``prompt`` is said where somebody types."""
    if sys.stdin.isatty():
        narrate(prompt)
    line = sys.stdin.readline().strip()
    if not line or not _is_text(line):
        raise click.UsageError(f"- reads {what} from stdin, and nothing came that could be one.")
    return line


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
