"""``query --write``: what a statement does is shown, then it is committed or rolled back."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

import click

from zulip_bridge.api.codec import to_json
from zulip_bridge.api.query import Orm, Sql
from zulip_bridge.api.writing import Risk, RowChange, Sample, TryWrite, WriteOutcome, WriteTried

from .asking import agreed, answered
from .ending import REFUSED
from .narration import counted, narrate
from .options import Choice
from .output import print_json, print_table, print_text
from .session import with_steward

if TYPE_CHECKING:
    from zulip_bridge.query.writing import Attempt
    from zulip_bridge.steward import Steward

HOLD_MS = 300_000
"""How long the question may stand: the rows are locked meanwhile."""

NOBODY = "Nothing was changed: there is no terminal to ask on. --yes commits it."
NOT_ASKED = "Nothing was changed: this wants its words. --confirm '{}'"
DONE = ("committed", "done")


def write(
    question: Sql | Orm,
    choice: Choice,
    *,
    confirmed: tuple[str, ...],
    timeout_ms: int,
    unmask: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Run it, show it, ask, end it; the process's status is 1 where nothing was committed."""
    if as_json and not yes:
        raise click.UsageError("--json asks nobody; give --yes with it.")
    request = TryWrite(question, list(confirmed), timeout_ms, HOLD_MS, unmask)
    status = with_steward(choice, lambda steward: _until_decided(steward, request, yes=yes, as_json=as_json))
    if status:
        sys.exit(status)


async def _until_decided(steward: Steward, request: TryWrite, *, yes: bool, as_json: bool) -> int:
    from dataclasses import replace

    while True:
        async with steward.queries.writes.attempt(request) as attempt:
            outcome = await _decided(steward, attempt, yes=yes, as_json=as_json)
        if outcome is None:
            narrate("Rolled back: nothing was changed.")
            return REFUSED
        words = await _words_typed(outcome.risks) if outcome.state == "confirm" else None
        if words:
            request = replace(request, confirmed=[*request.confirmed, *words])
            continue
        _tell(attempt.tried, outcome, as_json)
        return 0 if outcome.state in DONE else REFUSED


async def _decided(steward: Steward, attempt: Attempt, *, yes: bool, as_json: bool) -> WriteOutcome | None:
    """How it ended; None where nobody could be asked."""
    if attempt.tried is None:
        return await attempt.outcome()
    if not as_json:
        show(attempt.tried)
    if yes:
        return await attempt.commit()
    if not sys.stdin.isatty():
        narrate(NOBODY)
        return None
    asking = asyncio.ensure_future(agreed(f"Commit this on {steward.label}?"))
    ending = asyncio.ensure_future(attempt.outcome())
    try:
        await asyncio.wait({asking, ending}, return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            return await ending
        return await attempt.commit() if asking.result() else await attempt.roll_back()
    finally:
        for task in (asking, ending):
            task.cancel()
        await asyncio.gather(asking, ending, return_exceptions=True)


async def _words_typed(risks: list[Risk]) -> list[str]:
    """The words of all risks, if they were typed; none where they were not."""
    for risk in risks:
        narrate(risk.sentence)
        if not sys.stdin.isatty():
            narrate(NOT_ASKED.format(risk.words))
            return []
        if await answered(f"Type “{risk.words}” to go on: ") != risk.words:
            return []
    return [risk.words for risk in risks]


def _tell(tried: WriteTried | None, outcome: WriteOutcome, as_json: bool) -> None:
    if as_json:
        print_json({"tried": to_json(tried) if tried else None, "outcome": to_json(outcome)})
    if outcome.failure:
        for line in outcome.failure.splitlines():
            narrate(line)
    narrate(outcome.sentence)


def show(tried: WriteTried) -> None:
    """What was done and waits: rows affected, a sample, what was returned and printed."""
    if tried.printed:
        print_text(tried.printed.rstrip("\n"))
    for effect in tried.effects:
        rows = "" if effect.rows is None else f": {counted(effect.rows, 'row')}"
        print_text(f"{effect.verb} {effect.table}{rows}")
    if not tried.effects:
        print_text(f"{tried.command}: {'' if tried.rows is None else counted(tried.rows, 'row')}".rstrip(": "))
    for each in tried.samples:
        _show_sample(each)
    if tried.columns:
        from zulip_bridge.query.formats import shown

        cells = [[shown(value) for value in row] for row in tried.returned]
        print_table([each.name for each in tried.columns], cells)
        if tried.more:
            narrate(f"The first {counted(len(tried.returned), 'row')} that it returned.")
    elif tried.shown:
        print_text(tried.shown)
    for note in tried.notes:
        narrate(note)


def _show_sample(sample: Sample) -> None:
    """The columns that differ, and the first, which tells which row it is."""
    shown_columns = _telling(sample)
    titles = ["", *(sample.columns[index].name for index in shown_columns)]
    lines = []
    for change in sample.rows:
        for sign, row in (("-", change.before), ("+", change.after)):
            if row is not None:
                lines.append([sign, *(_cell(row[index]) for index in shown_columns)])
    print_table(titles, lines)
    if not sample.complete:
        narrate(f"A sample of {sample.table}; more rows are affected.")


def _telling(sample: Sample) -> list[int]:
    changed = [
        index for index in range(1, len(sample.columns)) if any(_differs(change, index) for change in sample.rows)
    ]
    return [0, *changed]


def _differs(change: RowChange, index: int) -> bool:
    if change.before is None or change.after is None:
        return True
    return bool(change.before[index] != change.after[index])


def _cell(value: Any) -> str:
    from zulip_bridge.query.formats import shown

    return "NULL" if value is None else shown(value)
