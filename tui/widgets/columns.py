"""Columns of a table, and how many cells each gets of the width there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

GAP = 2
"""Cells between two columns."""


@dataclass(frozen=True)
class Column:
    """A column.

    `width` cells are its least; with a `weight` it also takes that share of what is left over, up to `max_width`
    (0: no bound). It is shown in tables of at least `shown_from` cells; where the columns still do not fit, the
    one with the greatest `priority` goes first, and those with 0 stay.
    """

    title: str
    width: int
    weight: int = 0
    align: Literal["left", "right"] = "left"
    priority: int = 0
    shown_from: int = 0
    max_width: int = 0


def lay_out(columns: Sequence[Column], available: int) -> list[tuple[int, int]]:
    """Index and width of the columns to show, in their order; with the gaps never wider than `available` cells."""
    shown = [index for index, column in enumerate(columns) if available >= column.shown_from]
    while shown and _least(columns, shown) > available:
        last = max(shown, key=lambda index: (columns[index].priority, index))
        if columns[last].priority == 0:
            return _squeeze(columns, shown, available)
        shown.remove(last)
    return _share(columns, shown, available - _least(columns, shown))


def _least(columns: Sequence[Column], shown: Sequence[int]) -> int:
    return sum(columns[index].width for index in shown) + GAP * max(0, len(shown) - 1)


def _squeeze(columns: Sequence[Column], shown: Sequence[int], available: int) -> list[tuple[int, int]]:
    """Columns that must stay and do not fit: from the left, as far as the width goes."""
    placed: list[tuple[int, int]] = []
    for index in shown:
        width = min(columns[index].width, available)
        if width <= 0:
            break
        placed.append((index, width))
        available -= width + GAP
    return placed


def _share(columns: Sequence[Column], shown: Sequence[int], spare: int) -> list[tuple[int, int]]:
    """Give the spare cells to the columns with a weight; what one cannot take goes to the others."""
    widths = {index: columns[index].width for index in shown}
    growing = [index for index in shown if columns[index].weight > 0]
    while growing and spare > 0:
        total = sum(columns[index].weight for index in growing)
        given = 0
        for index in growing:
            column = columns[index]
            room = max(0, column.max_width - widths[index]) if column.max_width else spare
            # Rounded up, so that every round gives something away.
            part = min(room, -(-spare * column.weight // total), spare - given)
            widths[index] += part
            given += part
        if not given:
            break
        spare -= given
    return [(index, widths[index]) for index in shown]
