"""How much of how much, as a person reads it."""

from __future__ import annotations

from zulip_bridge.api.calls import Progress

DIGITS = 2
"""Of an estimate: with all of them it would change with every look."""


def out_of(progress: Progress) -> str:
    """``12,345 / 203,867``; ``12,345 / ~200,000`` where that is judged by what has come; ``12,345`` of who knows."""
    if progress.total is None:
        return f"{progress.done:,}"
    if progress.exact:
        return f"{progress.done:,} / {progress.total:,}"
    return f"{progress.done:,} / ~{max(progress.done, _rounded(progress.total)):,}"


def _rounded(number: int) -> int:
    unit: int = 10 ** max(0, len(str(number)) - DIGITS)
    return (number + unit // 2) // unit * unit
