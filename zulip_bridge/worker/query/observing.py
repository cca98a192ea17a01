"""What Python writes to the database, statement by statement, as Django hands it to the driver."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from zulip_bridge.api.statements import blanked, command, first_word
from zulip_bridge.api.writing import Effect, Risk

from .judging import PLANNED, TRANSACTIONS, unconditional
from .looking import Table

VERBS = ("INSERT", "UPDATE", "DELETE")
HARMLESS = PLANNED | {"EXPLAIN", "SHOW", "SET", "RESET", "FETCH", "CLOSE", "DECLARE", "MOVE", "LOCK"}
_TARGET = re.compile(r'\s*(?:INSERT\s+INTO|UPDATE(?:\s+ONLY)?|DELETE\s+FROM(?:\s+ONLY)?)\s+([\w".]+)', re.IGNORECASE)
_SAVEPOINTS = re.compile(r"\s*(SAVEPOINT|RELEASE\s+SAVEPOINT|ROLLBACK\s+TO)\b", re.IGNORECASE)
_WHERE = re.compile(r"\bWHERE\b", re.IGNORECASE)


class NotAsked(BaseException):
    """The code was about to do what was not asked for in words; not an ``Exception``, so that nothing holds it up."""

    def __init__(self, risk: Risk) -> None:
        super().__init__(risk.sentence)
        self.risk = risk


class Observed:
    """Rows by verb and table."""

    def __init__(self, confirmed: Collection[str]) -> None:
        self._confirmed = confirmed
        self._rows: Counter[tuple[str, str]] = Counter()

    @property
    def effects(self) -> list[Effect]:
        """What was done so far."""
        return [Effect(verb, table, rows) for (verb, table), rows in self._rows.items()]

    @property
    def rows(self) -> int:
        """Rows in all."""
        return sum(self._rows.values())

    def run(self, execute: Callable[..., Any], sql: Any, parameters: Any, many: bool, context: dict[str, Any]) -> Any:
        """Django's execute wrapper: :class:`NotAsked` for what needs words first."""
        text = sql if isinstance(sql, str) else str(sql)
        word = first_word(text)
        self._check(text, word)
        result = execute(sql, parameters, many, context)
        if word in VERBS and (target := _TARGET.match(text)):
            rows = getattr(context.get("cursor"), "rowcount", 0)
            self._rows[word, _bare(target[1])] += max(0, rows)
        return result

    def _check(self, text: str, word: str) -> None:
        risk = None
        if word in TRANSACTIONS and not _SAVEPOINTS.match(text):
            raise NotAsked(Risk("The transaction is opened and ended for you: code must not do it itself.", ""))
        if word in ("UPDATE", "DELETE") and not _WHERE.search(blanked(text)) and (target := _TARGET.match(text)):
            risk = unconditional(word, _bare(target[1]))
        elif word not in HARMLESS and not _SAVEPOINTS.match(text):
            risk = Risk(f"The code is about to run {command(text)}.", f"run {command(text)}")
        if risk is not None and risk.words not in self._confirmed:
            raise NotAsked(risk)


@contextmanager
def observing(confirmed: Collection[str]) -> Iterator[Observed]:
    """While inside, what this thread's Django connection runs is seen."""
    observed = Observed(confirmed)
    with connection.execute_wrapper(observed.run):
        yield observed


def table_of(name: str) -> Table | None:
    """The table behind a name on the search path."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relname = %s AND pg_table_is_visible(c.oid)",
            [name],
        )
        found = cursor.fetchone()
    return None if found is None else Table(found[0], found[1])


def _bare(name: str) -> str:
    return name.rpartition(".")[2].strip('"')
