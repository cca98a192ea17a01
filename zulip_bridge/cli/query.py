"""``query``, ``models`` and ``rows``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from zulip_bridge.api.query import ModelRows, QuerySummary, Question, StreamQuery

from .ending import refused
from .narration import counted, narrate
from .options import Choice, target_options
from .output import print_bytes, print_json, print_table, print_text
from .question import Values, chosen, values_of
from .session import with_steward

if TYPE_CHECKING:
    from zulip_bridge.query import SavedQuery, Writer
    from zulip_bridge.steward import Steward

F = TypeVar("F", bound=Callable[..., Any])
FORMATS = ("table", "json", "ndjson", "csv")
TABLE_ROWS = 1_000
"""Rows of a table unless told otherwise: it is kept in memory until its widths are known."""


def result_options(command: F) -> F:
    """Add what can be said about the result."""
    for option in reversed(
        [
            click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True),
            click.option(
                "--limit",
                type=click.IntRange(0),
                metavar="N",
                help=f"Rows at the most; 0 for all.  [default: {TABLE_ROWS:,} of a table, else all]",
            ),
            click.option(
                "--timeout",
                type=click.FloatRange(0),
                default=60,
                show_default=True,
                metavar="SECONDS",
                help="For each step of PostgreSQL; 0 for none.",
            ),
            click.option("--unmask", is_flag=True, help="Show secrets (API keys, tokens …); recorded as such."),
        ]
    ):
        command = option(command)
    return command


@click.command()
@click.argument("source", required=False, type=click.Choice(["-"]), metavar="[-]")
@click.option("--sql", metavar="TEXT", help="One SQL statement; - reads it from stdin.")
@click.option("--orm", metavar="TEXT", help="Python, as in manage.py shell; - reads it from stdin.")
@click.option(
    "-f", "--file", "file", metavar="FILE", type=click.File("r", "utf-8"), help="SQL, or Python in FILE.py."
)
@click.option("--saved", metavar="NAME", help="A question of the library.")
@click.option("--list", "listing", is_flag=True, help="List the library, or show what --saved NAME asks and wants.")
@click.option(
    "--param",
    "params",
    multiple=True,
    metavar="NAME=VALUE",
    help="For :NAME; NAME alone reads the value from a line of stdin. Repeatable.",
)
@click.option("--write", is_flag=True, help="Let it write: shown in a transaction, then committed or rolled back.")
@click.option("--yes", is_flag=True, help="With --write: commit without asking.")
@click.option(
    "--confirm", "confirmed", multiple=True, metavar="WORDS", help="With --write: what it wants typed. Repeatable."
)
@result_options
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@target_options
def query(
    source: str | None,
    sql: str | None,
    orm: str | None,
    file: Any,
    saved: str | None,
    listing: bool,
    params: tuple[str, ...],
    write: bool,
    yes: bool,
    confirmed: tuple[str, ...],
    form: str,
    limit: int | None,
    timeout: float,
    unmask: bool,
    as_json: bool,
    choice: Choice,
) -> None:
    """Ask the database, in SQL or in Python on Zulip's models. Without --write PostgreSQL refuses to write.

    One statement that returns rows; :NAME stands for a value of --param. Of Python, the last line's value is the
    result. Bare - reads SQL from stdin. Recorded in the journal, without the values of parameters.
    """
    form = "json" if as_json else form
    if listing:
        _list(saved, form)
        return
    asked = chosen(source, sql, orm, file, saved)
    values = values_of(params, asked.parameters)
    if write:
        from .writing import write as write_by_hand

        if asked.saved is not None or form not in ("table", "json") or limit is not None:
            raise click.UsageError("--write takes a statement of your own, and no --limit; it shows tables or JSON.")
        write_by_hand(
            asked.question(values),
            choice,
            confirmed=confirmed,
            timeout_ms=round(timeout * 1000),
            unmask=unmask,
            yes=yes,
            as_json=form == "json",
        )
        return
    if yes or confirmed:
        raise click.UsageError("--yes and --confirm are for --write.")
    if asked.saved is None:
        question: Question = asked.question(values)
        _run(choice, form, limit, timeout, unmask, lambda steward: _ready(question))
    else:
        wanted = asked.saved
        _run(choice, form, limit, timeout, unmask, lambda steward: _of_library(steward, wanted, values))


@click.command()
@click.argument("model", metavar="MODEL")
@click.option(
    "--filter", "filters", multiple=True, metavar="LOOKUP=VALUE", help="As in role__in=100,200. Repeatable: all hold."
)
@click.option("--order", metavar="FIELD[,FIELD]…", help="-FIELD for descending.  [default: the primary key]")
@result_options
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@target_options
def rows(
    model: str,
    filters: tuple[str, ...],
    order: str | None,
    form: str,
    limit: int | None,
    timeout: float,
    unmask: bool,
    as_json: bool,
    choice: Choice,
) -> None:
    """Show rows of a model: its name, app.Name, or its table. Recorded in the journal."""
    pairs = [(name, value) for each in filters for name, equals, value in [each.partition("=")] if equals]
    if len(pairs) < len(filters):
        raise click.UsageError("--filter wants LOOKUP=VALUE.")
    question = ModelRows(model, pairs, order.split(",") if order else [])
    _run(choice, "json" if as_json else form, limit, timeout, unmask, lambda steward: _ready(question))


@click.command()
@click.argument("text", required=False, default="")
@click.option("--json", "as_json", is_flag=True, help="An array of objects.")
@target_options
def models(text: str, as_json: bool, choice: Choice) -> None:
    """List the models of the running server, with estimated numbers of rows; those with TEXT in their name."""
    found = [
        each
        for each in with_steward(choice, lambda steward: steward.queries.models())
        if text.lower() in f"{each.app}.{each.name} {each.table}".lower()
    ]
    if as_json:
        print_json(found)
    elif found:
        cells = [[each.app, each.name, each.table, "" if each.rows is None else f"~{each.rows:,}"] for each in found]
        print_table(["app", "model", "table", "rows"], cells, ["left", "left", "left", "right"])
    else:
        narrate("No model matches.")


async def _ready(question: Question) -> Question:
    return question


async def _of_library(steward: Steward, saved: SavedQuery, values: Values) -> Question:
    return saved.question(await steward.queries.tables(), values)


def _run(
    choice: Choice,
    form: str,
    limit: int | None,
    timeout: float,
    unmask: bool,
    ask: Callable[[Steward], Any],
) -> None:
    from zulip_bridge.query import RowsKept

    writer = _writer(form)
    if limit is None and form == "table":
        limit = TABLE_ROWS

    async def work(steward: Steward) -> QuerySummary:
        question = await ask(steward)
        request = StreamQuery(question, writer.shape, limit or None, round(timeout * 1000), unmask)
        return await steward.queries.stream(request, writer)

    summary = with_steward(choice, work)
    if isinstance(writer, RowsKept):
        _print_result(writer, summary)
    elif summary.shown:
        print_json(summary.shown)
    if summary.printed and form != "table":
        narrate(summary.printed.rstrip("\n"))
    if summary.more:
        narrate(f"{counted(summary.rows, 'row')} shown; more exist. --limit N shows more, 0 all.")
    if summary.failure:
        for line in summary.failure.splitlines()[:-1]:
            narrate(line)
        refused(summary.failure.splitlines()[-1])


def _print_result(kept: Any, summary: QuerySummary) -> None:
    from zulip_bridge.query.formats import shown

    if summary.printed:
        print_text(summary.printed.rstrip("\n"))
    if kept.columns and kept.rows:
        numeric = {"smallint", "integer", "bigint", "numeric", "real", "double precision", "int", "float"}
        aligns: list[Any] = ["right" if each.type in numeric else "left" for each in kept.columns]
        cells = [[shown(value) for value in row] for row in kept.rows]
        print_table([each.name for each in kept.columns], cells, aligns)
    elif summary.shown:
        print_text(summary.shown)
    if kept.columns and not kept.rows:
        narrate("No rows.")


def _writer(form: str) -> Writer:
    from zulip_bridge.query import CsvWriter, JsonWriter, NdjsonWriter, RowsKept

    if form == "table":
        return RowsKept()
    if form == "csv":
        return CsvWriter(print_bytes)
    return JsonWriter(print_bytes) if form == "json" else NdjsonWriter(print_bytes)


def _list(name: str | None, form: str) -> None:
    from zulip_bridge.query import library

    found = library()
    if name is not None:
        if name not in found:
            raise click.UsageError(f"The library has no question {name}; --list names them.")
        found = {name: found[name]}
    if form != "table":
        print_json(list(found.values()))
    elif name is not None:
        _explain(found[name])
    else:
        print_table(
            ["name", "wants", "what it asks"], [[each.name, _wants(each), each.title] for each in found.values()]
        )


def _wants(saved: SavedQuery) -> str:
    return " ".join(each.name if each.default is None else f"[{each.name}]" for each in saved.parameters)


def _explain(saved: SavedQuery) -> None:
    print_text("\n".join(filter(None, [saved.title, saved.description])))
    if saved.parameters:
        cells = [
            [each.name, "must be given" if each.default is None else each.default, each.description]
            for each in saved.parameters
        ]
        print_table(["parameter", "default", ""], cells)
    for variant in saved.variants:
        if variant.requires:
            print_text(f"\nwhere there is {', '.join(variant.requires)}:")
        print_text(f"\n{variant.sql}")
