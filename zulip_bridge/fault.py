"""A fault of the program itself, told without the values it was working on: those are people's data.

Messages of exceptions and local variables carry them, and secrets; a terminal keeps what scrolls by.
"""

from __future__ import annotations

import traceback
from types import TracebackType

SENTENCE = "zulip-steward stopped because of a fault of its own. What it was working on is not repeated here."
MAX_PLACES = 12


def fault_report(error: BaseException, *, sentence: str = SENTENCE) -> list[str]:
    """Lines for a bug report: a sentence, the exception's type, module:line of each frame, and what caused it."""
    lines, link = [sentence], "fault"
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines.append(f"{link}: {type(current).__module__}.{type(current).__qualname__}")
        lines.extend(_places(current.__traceback__))
        link = "caused by" if current.__cause__ else "while handling"
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return lines


def _places(trace: TracebackType | None) -> list[str]:
    """The frames, the innermost last; of a deep recursion the last ones."""
    frames = [
        f"  {frame.f_globals.get('__name__', '?')}:{line} in {frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(trace)
    ]
    left_out = len(frames) - MAX_PLACES
    return [f"  … {left_out} more", *frames[-MAX_PLACES:]] if left_out > 0 else frames
