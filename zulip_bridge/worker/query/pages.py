"""Pages for a screen: bounded in rows and in bytes, and honest about values that had to be cut."""

from __future__ import annotations

from typing import Any

from zulip_bridge.api.query import Cut, Rows

from .result import Limited

PAGE_CHARACTERS = 2 * 1024 * 1024
"""Of all values of one page: JSON takes up to six bytes for one, and a frame has 16 MiB."""

LONGEST_VALUE = 256 * 1024
FIRST_STEP = 16
"""Rows that are read before it is known how wide they are."""


def page_of(result: Limited, count: int) -> Rows:
    """The next page: up to ``count`` rows, fewer where they are wide."""
    page: list[list[Any]] = []
    cut: list[Cut] = []
    room, step = PAGE_CHARACTERS, FIRST_STEP
    longest = min(LONGEST_VALUE, PAGE_CHARACTERS // max(1, len(result.columns)))
    while len(page) < count and room > 0 and result.more:
        rows = result.read(min(step, count - len(page)))
        if not rows:
            break
        for position, row in enumerate(rows):
            shortened = [_cut(value, longest, len(page), index, cut) for index, value in enumerate(row)]
            page.append(shortened)
            room -= sum(_length(value) for value in shortened)
            if room <= 0:
                result.put_back(rows[position + 1 :])
                break
        step = max(1, min(step * 2, room * len(page) // (PAGE_CHARACTERS - room + 1)))
    return Rows(page, result.more, result.limited, cut)


def _cut(value: Any, longest: int, row: int, column: int, cut: list[Cut]) -> Any:
    if isinstance(value, str) and len(value) > longest:
        cut.append(Cut(row, column, len(value)))
        return value[:longest]
    if isinstance(value, list) and (length := _length(value)) > longest:
        cut.append(Cut(row, column, length))
        return str(value)[:longest]
    return value


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list | tuple | dict):
        return len(str(value))
    return 8
