"""Completing what is typed, from the names of the running server: no request, no waiting."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from zulip_bridge.api.names import ModelNames, Names
from zulip_bridge.api.query import TableInfo
from zulip_bridge.api.statements import blanked

MOST = 50


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


KEYWORDS = _words("""
    SELECT FROM WHERE GROUP BY ORDER HAVING LIMIT OFFSET JOIN LEFT RIGHT FULL INNER CROSS LATERAL ON USING AS AND OR
    NOT IN IS NULL LIKE ILIKE BETWEEN EXISTS CASE WHEN THEN ELSE END DISTINCT UNION ALL EXCEPT INTERSECT WITH
    RECURSIVE VALUES INSERT INTO UPDATE SET DELETE RETURNING ASC DESC NULLS FIRST LAST EXPLAIN ANALYZE COUNT CAST
    INTERVAL TRUE FALSE CURRENT_TIMESTAMP FILTER OVER PARTITION ROWS
""")
METHODS = _words("""
    filter exclude get all count first last exists values values_list order_by annotate aggregate distinct
    select_related prefetch_related only defer reverse none update delete create get_or_create in_bulk raw explain
    earliest latest union
""")
TAKES_FIELDS = _words("""
    filter exclude get values values_list order_by annotate only defer update create distinct select_related
    prefetch_related get_or_create Q F Count Sum Min Max Avg OuterRef earliest latest
""")

_TABLES = re.compile(r'\b(?:FROM|JOIN|UPDATE|INTO|USING)\s+(?:\w+\.)?("?\w+"?)(?:\s+(?:AS\s+)?(\w+))?', re.IGNORECASE)
_SQL_WORD = re.compile(r"(?:(\w+)\.)?(\w*)\Z")
_PYTHON_WORD = re.compile(r"(?:\b([\w.]+)\.)?(\w*)\Z")
_MODEL = re.compile(r"\b(\w+)\.(?:_default_manager|objects)\b")
_CALL = re.compile(r"(\w+)\s*\Z")


@dataclass(frozen=True)
class Completion:
    """What may be put in place of the last ``replaces`` characters; ``kind`` says what it is."""

    text: str
    kind: str
    replaces: int


class Completer:
    """Completes SQL and Python with the names of one server."""

    def __init__(self, names: Names) -> None:
        self._names = names

    @cached_property
    def _tables(self) -> dict[str, TableInfo]:
        return {each.name: each for each in self._names.tables}

    @cached_property
    def _models(self) -> dict[str, ModelNames]:
        return {each.name: each for each in self._names.models}

    def sql(self, text: str, position: int) -> list[Completion]:
        """What may stand at ``position``: columns of the tables named, tables, functions, keywords."""
        bare = blanked(text)
        if position and bare[position - 1 : position] == "'" != text[position - 1 : position]:
            return []
        found = _SQL_WORD.search(bare[:position])
        if found is None:
            return []
        qualifier, word = found[1], found[2]
        mentioned = self._mentioned(bare)
        if qualifier:
            table = mentioned.get(qualifier.lower()) or self._tables.get(qualifier)
            if table is not None:
                return _matching(word, table.columns.items())
            return _matching(word, [(each.name, "table") for each in self._names.tables if each.schema == qualifier])
        if not word:
            return []
        columns = [(name, f"{table.name}") for table in mentioned.values() for name in table.columns]
        tables = [(name, "table") for name in self._tables]
        functions = [(f"{name}(", "function") for name in self._names.functions]
        keywords = [(each if word.isupper() or word[:1].isupper() else each.lower(), "") for each in KEYWORDS]
        after_from = re.search(r"\b(?:FROM|JOIN|UPDATE|INTO)\s+\w*\Z", bare[:position], re.IGNORECASE)
        return _matching(word, tables if after_from else [*columns, *keywords, *tables, *functions])

    def python(self, text: str, position: int) -> list[Completion]:
        """What may stand at ``position``: models, fields and lookups by path, methods of query sets, names."""
        before = text[:position]
        found = _PYTHON_WORD.search(before)
        if found is None:
            return []
        owner, word = found[1], found[2]
        if owner:
            return self._after_dot(owner, before, word)
        model = self._model_here(before)
        if model is not None and _called(before[: len(before) - len(word)]) in TAKES_FIELDS:
            return self._path(model, word)
        if not word:
            return []
        return _matching(word, [(name, "model" if name in self._models else "") for name in self._names.python])

    def _after_dot(self, owner: str, before: str, word: str) -> list[Completion]:
        last = owner.rpartition(".")[2]
        if last in self._models:
            names = [("objects", "manager"), *((name, kind) for name, kind in self._models[last].fields.items())]
            return _matching(word, names)
        if last == "objects" or _MODEL.search(before):
            return _matching(word, [(f"{name}(", "method") for name in METHODS])
        return []

    def _path(self, model: ModelNames, word: str) -> list[Completion]:
        """Of ``user_profile__realm__str``: fields of the realm, and lookups of a field."""
        *path, last = word.split("__")
        here: ModelNames | None = model
        kind = ""
        for step in path:
            if here is None or not (step in here.related or step in here.fields):
                return []
            kind = here.fields.get(step, "")
            here = self._models.get(here.related.get(step, ""))
        names: list[tuple[str, str]] = []
        if here is not None:
            names += [(name, kind_) for name, kind_ in here.fields.items()]
            names += [(name, f"→ {target}") for name, target in here.related.items()]
        if path:
            names += [(each, "lookup") for each in self._names.lookups.get(kind, ())]
        return _matching(last, dict(reversed(names)).items() if not path else names)

    def _model_here(self, before: str) -> ModelNames | None:
        found = list(_MODEL.finditer(before))
        return self._models.get(found[-1][1]) if found else None

    def _mentioned(self, bare: str) -> dict[str, TableInfo]:
        """Tables of the statement by name and alias."""
        mentioned: dict[str, TableInfo] = {}
        for name, alias in _TABLES.findall(bare):
            table = self._tables.get(name.strip('"'))
            if table is not None:
                is_alias = alias and alias.upper() not in KEYWORDS
                mentioned[(alias if is_alias else table.name).lower()] = table
        return mentioned


def _called(before: str) -> str:
    """The name of the call whose parentheses are open here."""
    depth = 0
    for index in range(len(before) - 1, -1, -1):
        if before[index] in ")]}":
            depth += 1
        elif before[index] in "([{":
            if depth == 0:
                found = _CALL.search(before[:index])
                return found[1] if found else ""
            depth -= 1
    return ""


def _matching(word: str, names: Iterable[tuple[str, str]]) -> list[Completion]:
    """Those that begin with the word first, then those that have it inside; each once."""
    wanted = word.lower()
    begins: dict[str, Completion] = {}
    inside: dict[str, Completion] = {}
    for name, kind in names:
        lower = name.lower()
        if name == word:
            continue
        if lower.startswith(wanted):
            begins.setdefault(name, Completion(name, kind, len(word)))
        elif len(wanted) > 2 and wanted in lower:
            inside.setdefault(name, Completion(name, kind, len(word)))
    return _first([*begins.values(), *(each for name, each in inside.items() if name not in begins)])


def _first(found: Sequence[Completion]) -> list[Completion]:
    return list(found[:MOST])
