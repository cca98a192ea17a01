"""Which computed columns are made of secrets: read from PostgreSQL's own plan of the statement.

A column that is a table's says so in the protocol; ``upper(api_key)``, a row as a whole, a scalar subquery and a
branch of a UNION do not. ``EXPLAIN (VERBOSE)`` shows each as an expression. In doubt a column counts as made of
secrets. It guards against accidents: who compares a secret in a condition learns something about it, and is in the
journal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from zulip_bridge.api.query import MASK, Column

from .. import compat
from ..secret_columns import NOT_TEXT, SECRETS, is_secret

EXPLAIN = (
    "SAVEPOINT before_plan",
    """
    DO $$ DECLARE plan refcursor := 'steward_plan';
    BEGIN
        OPEN plan NO SCROLL FOR EXECUTE
            'EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) ' || current_setting('steward.statement');
    END $$
    """,
    "FETCH ALL FROM steward_plan",
)
HARMLESS = NOT_TEXT | {"real", "double precision", "numeric", "interval", "oid", "timestamp without time zone"}

_WORDS = re.compile("|".join([*SECRETS, *{name for names in SECRETS.values() for name in names}]), re.IGNORECASE)
_RUNS_SQL = re.compile(
    r"\b(?:(?:query|table|schema|database|cursor)_to_xml\w*|ts_stat|ts_rewrite|crosstab\w*|dblink\w*)\b",
    re.IGNORECASE,
)
"""Functions that run a statement of their own, which no plan tells of."""
_QUOTED = re.compile(r'"[^"]*"|«[^»]*»|„[^“”]*[“”]|“[^”]*”', re.DOTALL)
_REFERENCE = re.compile(r'("(?:[^"]|"")+"|\w+)\.("(?:[^"]|"")+"|\w+|\*)')
_UNQUALIFIED = re.compile(r'(?<![.\w"])("(?:[^"]|"")+"|[^\W\d]\w*)(?![.\w"(])')
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_ELSEWHERE = re.compile(r"\b(?:Sub|Init)Plan\b|\$\d")
_BRANCHES = frozenset({"Append", "Merge Append", "SetOp", "Recursive Union"})
_OWN_LIST = frozenset({"InitPlan", "SubPlan", "Member", "Subquery"})
"""How a node hangs on its parent, where it makes just what is wanted of it. Others may pass whole rows along."""


def mentions_secrets(text: str) -> bool:
    """Whether a statement, or code, has a name of what holds secrets in it."""
    return _WORDS.search(text) is not None or _RUNS_SQL.search(text) is not None


def without_quoted(message: str) -> str:
    """An error's words without the values that they quote."""
    return _QUOTED.sub(f'"{MASK}"', message)


def quoted_in(message: str) -> list[str]:
    """The values that an error's words quote."""
    return [each[1:-1] for each in _QUOTED.findall(message)]


def leaking(raw: Any, sql: str, columns: Sequence[Column]) -> set[int]:
    """Indexes of the columns that are made of secrets; asks PostgreSQL where that can be, in the transaction."""
    computed = [index for index, each in enumerate(columns) if not each.source and each.type not in HARMLESS]
    if _RUNS_SQL.search(sql) is not None:
        return set(computed)
    if not computed or not mentions_secrets(sql):
        return set()
    plan = _plan(raw)
    return set() if plan is None else Plan.of(plan).made_of_secrets(computed)


def _plan(raw: Any) -> dict[str, Any] | None:
    """The statement's plan; None where it has none (EXPLAIN and SHOW, which show no rows of tables)."""
    with compat.plain_cursor(raw) as cursor:
        try:
            for statement in EXPLAIN:
                cursor.execute(statement)
            found = cursor.fetchall()[0][0]
        except compat.driver_errors():
            cursor.execute("ROLLBACK TO before_plan")
            return None
    plan = json.loads(found) if isinstance(found, str) else found
    return dict(plan[0]["Plan"])


@dataclass(frozen=True)
class Plan:
    """A plan's nodes, and the tables and functions behind its names."""

    top: dict[str, Any]
    tables: dict[str, str]
    functions: dict[str, str]

    @classmethod
    def of(cls, top: dict[str, Any]) -> Plan:
        """Read the nodes."""
        named = [node for node in _nodes(top) if "Alias" in node]
        tables = {node["Alias"]: node["Relation Name"] for node in named if "Relation Name" in node}
        return cls(top, tables, {node["Alias"]: node["Function Name"] for node in named if "Function Name" in node})

    def made_of_secrets(self, columns: Sequence[int]) -> set[int]:
        """Those of the columns whose expressions are, or may be."""
        output = self.top.get("Output", [])
        below = [node for node in _nodes(self.top) if node is not self.top]
        inside = self._calls_with_secrets(self.top) or any(self._gives_secrets(node) for node in below)
        branches = any(node["Node Type"] in _BRANCHES for node in _nodes(self.top))
        found = set()
        for index in columns:
            expression = output[index] if index < len(output) else "SubPlan"
            unclear = branches or self._refers_elsewhere(expression)
            if self._mentions(expression) or (inside and unclear):
                found.add(index)
        return found

    def _gives_secrets(self, node: dict[str, Any]) -> bool:
        own = node.get("Parent Relationship") in _OWN_LIST
        return self._calls_with_secrets(node) or any(
            self._mentions(expression)
            for expression in node.get("Output", [])
            if own or _is_computed(expression) or expression.endswith(".*")
        )

    def _calls_with_secrets(self, node: dict[str, Any]) -> bool:
        """Whether its rows are made by a function from secrets, as ``unnest(ARRAY[u.api_key])``."""
        return any(self._mentions(node[key]) for key in ("Function Call", "Table Function Call") if key in node)

    def _mentions(self, expression: str) -> bool:
        expression = _LITERAL.sub("''", expression)
        if any(self._is_secret(*reference) for reference in _REFERENCE.findall(expression)):
            return True
        # Where a statement has one table only, EXPLAIN names its columns without it.
        tables = list(self.tables.values())
        names = [_bare(name) for name in _UNQUALIFIED.findall(expression)] if len(tables) == 1 else []
        return any(is_secret(tables[0], name, "text") for name in names)

    def _is_secret(self, alias: str, column: str) -> bool:
        alias, name = _bare(alias), _bare(column)
        table = self.tables.get(alias, self.functions.get(alias))
        if table is None:
            return is_secret("", name, "text")
        return table in SECRETS if name == "*" else is_secret(table, name, "text")

    def _refers_elsewhere(self, expression: str) -> bool:
        aliases = {_bare(alias) for alias, _ in _REFERENCE.findall(expression)}
        return _ELSEWHERE.search(expression) is not None or not aliases <= self.tables.keys()


def _is_computed(expression: str) -> bool:
    return _REFERENCE.fullmatch(expression) is None and _UNQUALIFIED.fullmatch(expression) is None


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
