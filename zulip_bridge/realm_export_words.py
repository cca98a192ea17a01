"""How far Zulip's export is, in words: what each phase is called, and what its figures count."""

from __future__ import annotations

from collections.abc import Callable

from zulip_bridge.amounts import out_of
from zulip_bridge.api.calls import Progress

TITLES = {
    "tables": "tables",
    "messages": "messages",
    "files": "files",
    "flags": "read marks",
    "archive": "archive",
    "checksum": "sha256",
}
"""Read marks: who received a message, has read, starred or collapsed it; Zulip's flags."""

UNCOUNTED = {"tables": "written", "files": "copied"}
"""Zulip tells neither how many there are, nor which of its lines are about one."""

REACTIVATE = "manage.py reactivate_realm -r {}"
"""Zulip's own way back from deactivating."""


def title(phase: str) -> str:
    """What a phase is called."""
    return TITLES.get(phase, phase)


def amount(progress: Progress, size: Callable[[int], str], *, over: bool = False) -> str:
    """How far a phase is, or how much it was where it is ``over``; ``size`` says bytes."""
    if progress.phase in UNCOUNTED:
        return UNCOUNTED[progress.phase] if over else f"being {UNCOUNTED[progress.phase]}"
    if progress.phase == "archive":
        return size(progress.done) if over else f"{size(progress.done)} so far"
    if progress.phase == "checksum":
        total = progress.total
        if not total:
            return "computed" if over else "being computed"
        return f"{size(total)} read" if over else f"{size(progress.done)} of {size(total)} read"
    noun = "message" if (progress.total or progress.done) == 1 else "messages"
    return f"{progress.done:,} {noun}" if over else f"{out_of(progress)} {noun}"
