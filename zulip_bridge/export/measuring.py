"""How much an export would be, section by section, told as it becomes known."""

from __future__ import annotations

from collections.abc import Callable

from zulip_bridge.api.calls import Progress
from zulip_bridge.api.codec import ShapeError, from_json
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.export_scope import ExportScope, MeasureExport, SectionSize
from zulip_bridge.api.people import Person
from zulip_bridge.client import Bridge, Chunk


async def measure_export(
    bridge: Bridge, person: Person, scope: ExportScope, on_size: Callable[[SectionSize], None]
) -> list[SectionSize]:
    """Ask for the sizes of the scope's sections; cancelling the task ends the counting."""
    async with bridge.stream(MeasureExport(person.id, scope)) as stream:
        async for item in stream:
            if not isinstance(item, Progress | Chunk):
                on_size(_size(item))
        return stream.result


def _size(value: object) -> SectionSize:
    try:
        return from_json(SectionSize, value)
    except ShapeError as error:
        raise StewardError(ErrorKind.PROTOCOL, f"The worker's size does not fit: {error}.") from error
