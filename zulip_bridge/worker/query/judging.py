"""What a statement that writes would do, before it is run: PostgreSQL's own plan of it tells.

Whether a text is one statement, which tables it writes to and whether it has a condition is not read from the text,
but from ``EXPLAIN``, opened as a cursor (which takes one statement). What has no plan is a command (DDL, COPY, DO …).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.statements import blanked, command, first_word, split
from zulip_bridge.api.writing import Risk

from .. import compat
from .errors import NOT_A_QUERY, refusal

PREFIX = "EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) "
PLAN = f"""
DO $$ DECLARE plan refcursor := 'steward_judge';
BEGIN OPEN plan NO SCROLL FOR EXECUTE '{PREFIX}' || current_setting('steward.statement'); END $$
"""
SYNTAX_ERROR = "42601"
PLANNED = frozenset({"SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE", "VALUES", "TABLE", ""})
"""Words that begin a statement with a plan: an error of theirs is an error."""

CONDITIONS = frozenset(
    {
        "Filter",
        "Index Cond",
        "Recheck Cond",
        "Hash Cond",
        "Merge Cond",
        "Join Filter",
        "TID Cond",
        "One-Time Filter",
        "Order By",
    }
)
TRANSACTIONS = frozenset({"BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE"})
NO_WAY_BACK = re.compile(
    r"(VACUUM|CHECKPOINT|(CREATE|DROP)\s+(DATABASE|TABLESPACE|SUBSCRIPTION)|ALTER\s+SYSTEM|REINDEX\s+(DATABASE|SYSTEM)"
    r"|(CREATE|DROP|REINDEX)\b.*\bCONCURRENTLY)\b",
    re.IGNORECASE | re.DOTALL,
)
"""What PostgreSQL runs outside transactions only."""


@dataclass(frozen=True)
class Written:
    """A table that a plan writes to: INSERT, UPDATE, DELETE or MERGE, and whether only some rows are meant."""

    verb: str
    schema: str
    table: str
    alias: str
    conditional: bool


@dataclass(frozen=True)
class Judged:
    """One statement. ``top`` is what it writes to itself, not in a WITH; ``returns`` whether it returns rows."""

    sql: str
    command: str
    planned: bool
    written: list[Written] = field(default_factory=list)
    top: Written | None = None
    returns: bool = False

    @property
    def without_way_back(self) -> bool:
        """Whether PostgreSQL runs it outside a transaction only."""
        return not self.planned and NO_WAY_BACK.match(blanked(self.sql).strip()) is not None


def judge(raw: Any, sql: str, cancelled: bool = False) -> list[Judged]:
    """The statements of a text; inside a transaction. :class:`StewardError` where PostgreSQL does not take one."""
    pieces = split(sql)
    if not pieces:
        raise StewardError(ErrorKind.INVALID, "There is no statement.")
    for each in pieces:
        if first_word(each) in TRANSACTIONS or command(each).startswith("PREPARE TRANSACTION"):
            sentence = f"{first_word(each)} is not for here: the transaction is opened and ended for you."
            raise StewardError(ErrorKind.REFUSED, sentence)
    return [_judge(raw, each, alone=len(pieces) == 1, cancelled=cancelled) for each in pieces]


def risks_of(statements: list[Judged]) -> list[Risk]:
    """What must be asked for in words."""
    risks = []
    if len(statements) > 1:
        sentence = f"These are {len(statements)} statements; they are run one after the other, in one transaction."
        risks.append(Risk(sentence, f"run {len(statements)} statements"))
    for each in statements:
        if each.without_way_back:
            sentence = (
                f"{each.command} runs outside a transaction: it cannot be rolled back, and takes effect at once."
            )
            risks.append(Risk(sentence, f"run {each.command} for good"))
        elif not each.planned:
            why = "it depends on those before it" if first_word(each.sql) in PLANNED else "it is no plain write"
            sentence = f"{each.command}: what it changes cannot be told beforehand, because {why}."
            risks.append(Risk(sentence, f"run {each.command}"))
        risks += [unconditional(written.verb, written.table) for written in each.written if not written.conditional]
    return list(dict.fromkeys(risks))


def unconditional(verb: str, table: str) -> Risk:
    """A write to all rows of a table."""
    return Risk(f"This {verb} has no condition: it is for every row of {table}.", f"every row of {table}")


def _judge(raw: Any, sql: str, *, alone: bool, cancelled: bool) -> Judged:
    try:
        plan = _plan(raw, sql)
    except compat.driver_errors() as error:
        state, word = compat.sqlstate(error), first_word(sql)
        with compat.plain_cursor(raw) as cursor:
            cursor.execute("ROLLBACK TO steward_judge")
        if state == SYNTAX_ERROR and word not in PLANNED:
            return Judged(sql, command(sql), planned=False)
        if not alone and state != NOT_A_QUERY and not compat.is_query_cancelled(error):
            # It may be about something that a statement before it makes.
            return Judged(sql, command(sql), planned=False)
        raise refusal(error, sql, cancelled=cancelled, offset=len(PREFIX)) from error
    written = [_written(node) for node in _nodes(plan) if node["Node Type"] == "ModifyTable"]
    top = _written(plan) if plan["Node Type"] == "ModifyTable" else None
    returns = top is None or bool(plan.get("Output"))
    return Judged(sql, command(sql), True, written, top, returns)


def _plan(raw: Any, sql: str) -> dict[str, Any]:
    with compat.plain_cursor(raw) as cursor:
        cursor.execute("SAVEPOINT steward_judge")
        cursor.execute("SELECT set_config('steward.statement', %s, true)", [sql])
        cursor.execute(PLAN)
        cursor.execute("FETCH ALL FROM steward_judge")
        found = cursor.fetchall()[0][0]
        cursor.execute("CLOSE steward_judge")
        cursor.execute("RELEASE SAVEPOINT steward_judge")
    plan = json.loads(found) if isinstance(found, str) else found
    return dict(plan[0]["Plan"])


def _written(node: dict[str, Any]) -> Written:
    verb = str(node.get("Operation", "MERGE")).upper()
    below = [each for each in _nodes(node) if each is not node]
    conditional = verb in ("INSERT", "MERGE") or any(CONDITIONS & each.keys() for each in below)
    return Written(verb, node["Schema"], node["Relation Name"], node.get("Alias", node["Relation Name"]), conditional)


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)
