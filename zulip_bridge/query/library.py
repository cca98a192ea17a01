"""The library of saved questions: SQL files with a header, those shipped with the tool and the operator's own.

::

    -- title: Who is an administrator
    -- description: … (further lines begin with two spaces more)
    -- parameter realm = %: The organization's string_id.
    -- requires: zerver_namedusergroup.creator_id
    SELECT …
    -- otherwise
    SELECT …

``requires`` names tables and columns; the first variant whose are all there is used, so that one question works on
several versions of Zulip. A parameter without ``=`` must be given, as must one that the header does not have. The
operator's own may also be Python: ``NAME.py``, with ``# title:`` and ``# description:``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from platformdirs import user_config_path

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.parameters import parameter_names
from zulip_bridge.api.query import Orm, Sql, TableInfo

SHIPPED = Path(__file__).with_name("library")
NAME = re.compile(r"[a-z0-9][a-z0-9-]*")

_PYTHON_HEADER = re.compile(r"#\s*(title|description)\s*:\s*(.*)")
_HEADER = re.compile(r"--\s*(title|description|requires)\s*:\s*(.*)")
_PARAMETER = re.compile(r"--\s*parameter\s+([a-z_][a-z0-9_]*)\s*(?:=\s*(.*?))?\s*:\s+(.*)")
_OTHERWISE = re.compile(r"--\s*otherwise\s*$")


@dataclass(frozen=True)
class Parameter:
    """A value that a question wants; ``default`` is None where it must be given."""

    name: str
    default: str | None
    description: str


@dataclass(frozen=True)
class Variant:
    """SQL for servers that have all of ``requires`` (``table`` or ``table.column``); or Python."""

    requires: tuple[str, ...]
    sql: str


@dataclass(frozen=True)
class SavedQuery:
    """A question under a name."""

    name: str
    title: str
    description: str
    parameters: list[Parameter]
    variants: list[Variant]
    shipped: bool = True
    language: Literal["sql", "orm"] = "sql"

    def question(self, tables: Sequence[TableInfo], values: Mapping[str, str | None]) -> Sql | Orm:
        """The question for a server with these tables; :class:`StewardError` where a value is missing or unknown."""
        known = {each.name for each in self.parameters}
        unknown = sorted(set(values) - known)
        if unknown:
            raise StewardError(ErrorKind.INVALID, f"{self.name} has no parameter {', '.join(unknown)}.")
        given = {each.name: values.get(each.name, each.default) for each in self.parameters}
        missing = [each.name for each in self.parameters if each.name not in values and each.default is None]
        if missing:
            raise StewardError(ErrorKind.INVALID, f"{self.name} wants a value for {', '.join(missing)}.")
        text = self.variant(tables).sql
        return Sql(text, given) if self.language == "sql" else Orm(text)

    def variant(self, tables: Sequence[TableInfo]) -> Variant:
        """The first variant that fits a server with these tables."""
        there = {
            name for each in tables for name in [each.name, *(f"{each.name}.{column}" for column in each.columns)]
        }
        for each in self.variants:
            if there.issuperset(each.requires):
                return each
        lacking = sorted(set(self.variants[-1].requires) - there)
        raise StewardError(
            ErrorKind.REFUSED, f"{self.name} needs what this server does not have: {', '.join(lacking)}."
        )


def library() -> dict[str, SavedQuery]:
    """All saved questions by name; the operator's own win over the shipped ones."""
    own = user_config_path("zulip-steward", appauthor=False) / "queries"
    found = {}
    for folder, shipped in ((SHIPPED, True), (own, False)):
        for path in sorted(folder.glob("*.*")) if folder.is_dir() else []:
            if NAME.fullmatch(path.stem) and path.suffix in (".sql", ".py"):
                text = path.read_text("utf-8")
                python = path.suffix == ".py"
                found[path.stem] = parse_python(path.stem, text) if python else parse(path.stem, text, shipped)
    return dict(sorted(found.items()))


def keep(name: str, title: str, text: str, language: Literal["sql", "orm"] = "sql") -> Path:
    """Save a question of the operator's own under a name; :class:`StewardError` where that cannot be."""
    if not NAME.fullmatch(name):
        raise StewardError(ErrorKind.INVALID, "A name has small letters, digits and hyphens only.")
    folder = user_config_path("zulip-steward", appauthor=False) / "queries"
    path, other = (
        folder / f"{name}{suffix}" for suffix in ((".sql", ".py") if language == "sql" else (".py", ".sql"))
    )
    header = f"{'--' if language == 'sql' else '#'} title: {' '.join(title.split()) or name}\n"
    try:
        if other.exists():
            raise FileExistsError
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(header + text.strip() + "\n")
    except FileExistsError as error:
        raise StewardError(ErrorKind.INVALID, "There is a question of this name: choose another.") from error
    except OSError as error:
        raise StewardError(ErrorKind.STORAGE, f"It could not be saved: {error.strerror}.") from error
    return path


def parse(name: str, text: str, shipped: bool = True) -> SavedQuery:
    """Read a file's text."""
    facts = {"title": name, "description": ""}
    parameters: list[Parameter] = []
    requires: tuple[str, ...] = ()
    variants: list[Variant] = []
    lines: list[str] = []
    continued = ""
    for line in [*text.splitlines(), "-- otherwise"]:
        header, parameter = _HEADER.match(line), _PARAMETER.match(line)
        if header and header[1] == "requires":
            requires = tuple(each.strip() for each in header[2].split(",") if each.strip())
        elif header:
            continued = header[1]
            facts[continued] = header[2].strip()
        elif parameter:
            parameters.append(Parameter(parameter[1], parameter[2], parameter[3].strip()))
        elif continued and line.startswith("--  ") and not lines:
            facts[continued] += f" {line[2:].strip()}"
        elif _OTHERWISE.match(line):
            if sql := "\n".join(lines).strip():
                variants.append(Variant(requires, sql))
            requires, lines = (), []
        else:
            continued = ""
            lines.append(line)
    declared = {each.name for each in parameters}
    used = dict.fromkeys(each for variant in variants for each in parameter_names(variant.sql))
    parameters += [Parameter(each, None, "") for each in used if each not in declared]
    return SavedQuery(name, facts["title"], facts["description"], parameters, variants, shipped)


def parse_python(name: str, text: str) -> SavedQuery:
    """Read a file of Python: comments at its beginning may say what it asks."""
    facts = {"title": name, "description": ""}
    lines = text.splitlines()
    while lines and (header := _PYTHON_HEADER.match(lines[0])):
        facts[header[1]] = header[2].strip()
        del lines[0]
    variant = Variant((), "\n".join(lines).strip())
    return SavedQuery(name, facts["title"], facts["description"], [], [variant], shipped=False, language="orm")
