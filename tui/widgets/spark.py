"""A sparkline as text: readable in any terminal, still when nothing changes."""

from __future__ import annotations

from collections.abc import Sequence

LEVELS = "▁▂▃▄▅▆▇█"
NOTHING = "·"


def sparkline(values: Sequence[int], width: int) -> str:
    """``values`` from old to new in at most ``width`` cells; neighbours are added up where they do not fit.

    A cell without anything is a dot, so that one message is told from none.
    """
    if not values or width < 1:
        return ""
    per_cell = -(-len(values) // width)
    # Cells are filled from the newest value back, so that the last cell is always a whole one.
    ends = range(len(values), 0, -per_cell)
    sums = [sum(values[max(0, end - per_cell) : end]) for end in ends][::-1]
    peak = max(sums)
    return "".join(_level(each, peak) for each in sums)


def _level(value: int, peak: int) -> str:
    if value <= 0:
        return NOTHING
    return LEVELS[-(-value * len(LEVELS) // peak) - 1]
