"""The export that is made before an erasure, and read again before anything is deleted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from zulip_bridge.api.calls import Progress
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.people import Person

if TYPE_CHECKING:
    from zulip_bridge.export import ExportResult
    from zulip_bridge.steward import Steward

PRESET = "access"


async def back_up(
    steward: Steward, person: Person, path: Path, on_progress: Callable[[Progress], None]
) -> ExportResult:
    """Export everything about ``person`` to the directory ``path``, and check it against its manifest.

    Raises :class:`StewardError` where either fails; the caller erases nothing then.
    """
    from zulip_bridge.api.export_scope import choose
    from zulip_bridge.export.verify import verify_export

    result = await steward.export(person, path, on_progress, choose(PRESET))
    differences = await asyncio.to_thread(verify_export, path)
    if differences:
        sentence = f"The export does not match its manifest ({len(differences)} differences); nothing was erased."
        raise StewardError(ErrorKind.REFUSED, sentence)
    return result
