"""Every table that refers to a person, with counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zulip_bridge.api.calls import Progress
from zulip_bridge.api.footprint import FootprintRow
from zulip_bridge.api.people import Person

from ..narration import counted, status
from ..output import print_table
from . import SectionOptions

if TYPE_CHECKING:
    from zulip_bridge.steward import Steward


async def read(steward: Steward, person: Person, options: SectionOptions) -> list[FootprintRow]:
    """Count; also the places that hold nothing."""
    return await steward.footprint(person, counting)


def show(rows: list[FootprintRow]) -> None:
    """Print the places that hold something."""
    titles = ["rows", "category", "table", "column", "what it holds"]
    table = [
        [f"{row.rows:,}" + ("" if row.exact else "+"), row.category, row.table, row.column, row.description]
        for row in _held(rows)
    ]
    print_table(titles, table, ["right"])


def summary(rows: list[FootprintRow]) -> str:
    """How much there is, in a sentence."""
    held = _held(rows)
    total = sum(row.rows for row in held)
    return f"{counted(total, 'row')} in {counted(len(held), 'place')}; {len(rows) - len(held)} more hold nothing."


def counting(progress: Progress) -> None:
    """Say how far the counting is."""
    status.say(f"Counting: {progress.done} of {progress.total} places")


def _held(rows: list[FootprintRow]) -> list[FootprintRow]:
    return sorted((row for row in rows if row.rows), key=lambda row: (row.category, row.table, row.column))
