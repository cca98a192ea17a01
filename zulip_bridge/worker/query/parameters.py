"""A statement with its parameters' values in it, as PostgreSQL's literals."""

from __future__ import annotations

from collections.abc import Mapping

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.parameters import parameter_names, replace_parameters
from zulip_bridge.api.query import Sql


def statement(question: Sql) -> str:
    """The statement to run; :class:`StewardError` where a parameter has no value or a value no parameter."""
    wanted, given = parameter_names(question.sql), question.parameters
    missing = [name for name in wanted if name not in given]
    if missing:
        raise StewardError(ErrorKind.INVALID, f"The statement has parameters without a value: {', '.join(missing)}.")
    unknown = sorted(set(given) - set(wanted))
    if unknown:
        raise StewardError(ErrorKind.INVALID, f"The statement has no parameter {', '.join(unknown)}.")
    return replace_parameters(question.sql, lambda name: _literal(given, name))


def _literal(given: Mapping[str, str | None], name: str) -> str:
    """A literal of no type yet, as psql's ``:'name'``: PostgreSQL takes it for what is wanted in its place."""
    value = given[name]
    if value is None:
        return " NULL"
    # Whole with standard_conforming_strings, which the transaction sets. The space keeps a prefix from joining it.
    return " '" + value.replace("'", "''") + "'"
