"""Applying a preview so that its outcome is known: cancelling waits, and a lost worker leaves what it has said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from zulip_bridge.api.calls import Request
from zulip_bridge.api.codec import from_json
from zulip_bridge.api.edit import AppliedChange, AppliedState, ApplyChanges, ApplyResult, ChangePreview, PlannedChange
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.client import Bridge

T = TypeVar("T")


class AppliedThenCancelled(asyncio.CancelledError):
    """The task was cancelled while changes were being applied; they were finished first, with this ``result``."""

    def __init__(self, result: ApplyResult) -> None:
        super().__init__()
        self.result = result


async def apply_changes(bridge: Bridge, preview: ChangePreview) -> ApplyResult:
    """Apply what was previewed. Where the worker is lost meanwhile, the result says what is known of each change.

    Raises :class:`StewardError` for everything that kept it from being begun.
    """
    request = ApplyChanges(preview.person.id, [item.change for item in preview.items], preview.fingerprint)
    return await follow(bridge, request, preview.items, lambda items: ApplyResult("incomplete", items))


async def follow(
    bridge: Bridge,
    request: Request[T],
    items: list[PlannedChange],
    incomplete: Callable[[list[AppliedChange]], T],
    what: str = "account",
) -> T:
    """Send a request that applies ``items``; where the worker is lost meanwhile, ``incomplete`` of what is known."""
    applied: list[AppliedChange] = []
    try:
        async with bridge.stream(request) as stream:
            async for event in stream:
                if isinstance(event, dict):
                    applied.append(from_json(AppliedChange, event))
            return stream.result
    except StewardError as error:
        if error.kind not in (ErrorKind.WORKER_LOST, ErrorKind.PROTOCOL):
            raise
        return incomplete([*applied, *_unknown(items[len(applied) :], error, what)])


async def to_the_end(work: Coroutine[Any, Any, T]) -> tuple[T, bool]:
    """Run ``work`` to its end although the task be cancelled once; whether it was. A second time it is abandoned."""
    task = asyncio.ensure_future(work)
    cancelled = False
    while True:
        try:
            return await asyncio.shield(task), cancelled
        except asyncio.CancelledError:
            if cancelled or task.cancelled():
                raise
            cancelled = True


def _unknown(items: list[PlannedChange], error: StewardError, what: str) -> list[AppliedChange]:
    """The first may or may not have been done; the others were not begun."""
    lost = f"{error.sentence} Whether this was done is not known; look at the {what} again."
    not_begun: tuple[AppliedState, str] = ("not_reached", "")
    states: list[tuple[AppliedState, str]] = [("unknown", lost), *[not_begun for _ in items]]
    return [
        AppliedChange(
            item.field,
            item.label,
            "unchanged" if item.state == "unchanged" else state,
            item.before,
            item.before,
            item.before_shown,
            item.before_shown,
            sentence,
            undo=item.undo,
        )
        for item, (state, sentence) in zip(items, states, strict=False)
    ]
