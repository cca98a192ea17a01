"""Which part of what is typed is meant, and the facts that the console says about a result."""

from __future__ import annotations

from dataclasses import dataclass

from tui.console.results import Results
from tui.wording import counted, thousands
from zulip_bridge.api.query import DEFAULT_TIMEOUT_MS, Orm, Sql
from zulip_bridge.api.statements import split
from zulip_bridge.query.history import Language

LANGUAGES: dict[Language, str] = {"sql": "SQL", "orm": "Python"}
HINTS: dict[Language, str] = {
    "sql": "One statement that reads. :name asks for a value. F5 runs it, F3 has questions that are ready.",
    "orm": "Python as in manage.py shell, every model there by its name. The last line's value is shown. F5 runs it.",
}


@dataclass
class Limits:
    """Rows of a result at the most (None: no limit), and milliseconds of a statement (0: no limit)."""

    rows: int | None = None
    timeout_ms: int = DEFAULT_TIMEOUT_MS

    @property
    def words(self) -> str:
        """For the bar."""
        rows = "no row limit" if self.rows is None else f"{thousands(self.rows)} rows at the most"
        return f"{rows} · {self.timeout_ms / 1000:g} s" if self.timeout_ms else f"{rows} · no time limit"


def statement_at(text: str, position: int) -> str:
    """The statement that the cursor is in, where a text has several; a cursor between two means the one before."""
    pieces = split(text)
    if len(pieces) < 2:
        return text
    begin = 0
    chosen = pieces[0]
    for piece in pieces:
        begin = text.index(piece, begin)
        if begin > position:
            break
        chosen = piece
        begin += len(piece)
    return chosen


def with_values(question: Sql | Orm, values: dict[str, str]) -> Sql | Orm:
    """The question with its parameters' values."""
    return Sql(question.sql, dict(values)) if isinstance(question, Sql) else question


def rows_words(results: Results, milliseconds: float) -> str:
    """How many rows are here, and whether that is all."""
    here = len(results.rows)
    words = counted(here, "row")
    if results.limited:
        words += ", more exist: the limit is reached"
    elif results.more and results.full:
        words += " are kept, more exist: save the result to a file for all of them"
    elif results.more:
        words += " here, more exist"
    if results.needle:
        words = f"{counted(results.found, 'row')} with “{results.needle}” of {words}"
    if results.sort is not None:
        name = results.columns[results.sort.column].name
        among = " among those here" if results.more else ""
        words += f" · by {name}{' ▾' if results.sort.descending else ' ▴'}{among}"
    hidden = len(results.columns) - len(results.visible)
    if hidden:
        words += f" · {counted(hidden, 'column')} hidden"
    if any(each.masked for each in results.columns):
        words += " · secrets masked"
    return f"{words} · {milliseconds:,.0f} ms"
