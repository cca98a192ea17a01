"""Which question is meant: from the options, a file, stdin or the library; and the values of its parameters."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from zulip_bridge.api.parameters import parameter_names
from zulip_bridge.api.query import Orm, Sql

from .narration import narrate

if TYPE_CHECKING:
    from zulip_bridge.query import SavedQuery

Values = dict[str, str | None]


@dataclass(frozen=True)
class Asked:
    """What was asked: text in a language, or a saved question. ``parameters`` are the names that want a value."""

    text: str = ""
    python: bool = False
    saved: SavedQuery | None = None

    @property
    def parameters(self) -> list[str]:
        """Names of the parameters without which it cannot be asked."""
        if self.saved is not None:
            return [each.name for each in self.saved.parameters if each.default is None]
        return [] if self.python else parameter_names(self.text)

    def question(self, values: Values) -> Sql | Orm:
        """The question with its values."""
        if not self.python:
            return Sql(self.text, values)
        if values:
            raise click.UsageError("--param is for SQL; Python has names of its own.")
        return Orm(self.text)


def chosen(source: str | None, sql: str | None, orm: str | None, file: Any, saved: str | None) -> Asked:
    """The one question that was named; a usage error for none or several."""
    if sum(each is not None for each in (source, sql, orm, file, saved)) != 1:
        raise click.UsageError("Give one of --sql TEXT, --orm TEXT, -f FILE, --saved NAME, and - for stdin.")
    if saved is not None:
        return Asked(saved=_saved(saved))
    if file is not None:
        return Asked(_read(file), python=str(file.name).endswith(".py"))
    if orm is not None:
        return Asked(_read(sys.stdin) if orm == "-" else _utf8(orm), python=True)
    return Asked(_read(sys.stdin) if sql in (None, "-") else _utf8(str(sql)))


def values_of(params: Sequence[str], wanted: Sequence[str]) -> Values:
    """The values; those that were not given are asked for where there is somebody to ask."""
    values: Values = {}
    for each in params:
        name, equals, value = each.partition("=")
        values[name] = _utf8(value) if equals else _ask(name)
    if sys.stdin.isatty():
        for name in wanted:
            if name not in values:
                values[name] = _ask(name)
    missing = [name for name in wanted if name not in values]
    if missing:
        raise click.UsageError(f"A value is wanted for {', '.join(missing)}: --param NAME=VALUE.")
    return values


def _saved(name: str) -> SavedQuery:
    from zulip_bridge.query import library

    found = library()
    if name not in found:
        raise click.UsageError(f"The library has no question {name}; query --list names them.")
    return found[name]


def _ask(name: str) -> str:
    if sys.stdin.isatty():
        narrate(f"{name}?")
    line = sys.stdin.readline()
    if not line:
        raise click.UsageError(f"--param {name} reads its value from stdin, and nothing came.")
    return _utf8(line.rstrip("\r\n"))


def _read(stream: Any) -> str:
    try:
        return _utf8(str(stream.read()))
    except UnicodeDecodeError as error:
        raise click.UsageError("This is not UTF-8.") from error


def _utf8(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise click.UsageError("This is not UTF-8.") from error
    return text
