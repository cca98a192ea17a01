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
UNCHECKED = (
    "What is encrypted cannot be read again here, and so not be checked; nothing was done. Export with --encrypt-to "
    "first, check that where the key is, and erase without --backup."
)


async def back_up(
    steward: Steward, person: Person, path: Path, on_progress: Callable[[Progress], None]
) -> ExportResult:
    """Export everything about ``person`` to ``path``, a directory or an archive by its ending, and check it against
    its manifest.

    Raises :class:`StewardError` where either fails; the caller erases nothing then.
    """
    from zulip_bridge.api.export_scope import choose
    from zulip_bridge.export import Packaging
    from zulip_bridge.export.packaging import ENCRYPTED, format_of
    from zulip_bridge.export.verify import verify_export

    if path.name.endswith(ENCRYPTED):
        raise StewardError(ErrorKind.INVALID, UNCHECKED)
    packaging = Packaging(format_of(path) or "directory")
    result = await steward.export(person, path, on_progress, choose(PRESET), packaging)
    differences = await asyncio.to_thread(verify_export, path)
    if differences:
        sentence = f"The export does not match its manifest ({len(differences)} differences); nothing was erased."
        raise StewardError(ErrorKind.REFUSED, sentence)
    return result
