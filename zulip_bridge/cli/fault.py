"""A fault of the program itself, told without the values it was working on: those are people's data."""

from __future__ import annotations

import traceback

SENTENCE = "zulip-steward stopped because of a fault of its own. What it was working on is not repeated here."


def fault_report(error: BaseException, *, sentence: str = SENTENCE) -> list[str]:
    """Lines for a bug report: a sentence, then the type of the error and of its causes, and where they happened."""
    lines = [sentence]
    current: BaseException | None = error
    while current is not None:
        lines.append(f"fault: {type(current).__module__}.{type(current).__qualname__}")
        for frame, line in traceback.walk_tb(current.__traceback__):
            lines.append(f"  {frame.f_globals.get('__name__', '?')}:{line} in {frame.f_code.co_name}")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return lines
