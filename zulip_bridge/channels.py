"""Changing channels through Zulip's own actions, journaled: before it is begun and when it has ended, with the values
from before and after.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from zulip_bridge.api.changes import Change
from zulip_bridge.api.channel_changes import (
    ApplyToChannel,
    Channel,
    ChannelPreview,
    ChannelResult,
    FindChannel,
    PreviewChannel,
)
from zulip_bridge.api.errors import StewardError
from zulip_bridge.client import Bridge
from zulip_bridge.edit.applying import follow, to_the_end
from zulip_bridge.edit.record import parameters_of, result_of
from zulip_bridge.journal import Result

Record = Callable[..., Awaitable[None]]
READ, STARTED, FINISHED = "channel.read", "channel.started", "channel.finished"
WHAT = "channel"


class AppliedThenCancelled(asyncio.CancelledError):
    """The task was cancelled while a channel was being changed; that was finished first, with this ``result``."""

    def __init__(self, result: ChannelResult) -> None:
        super().__init__()
        self.result = result


class Channels:
    """The channels of one server. Made by :meth:`zulip_bridge.steward.Steward.channels`."""

    def __init__(self, bridge: Bridge, record: Record) -> None:
        self._bridge = bridge
        self._record = record
        self._seen: set[int] = set()

    async def find(self, channel: str, realm: str | None = None) -> Channel:
        """The one channel that an id or an exact name means; recorded."""
        found = await self._bridge.call(FindChannel(channel, realm))
        await self._note_once(found)
        return found

    async def preview(self, channel_id: int, changes: list[Change]) -> ChannelPreview:
        """What changes would do, and whether Zulip's rules allow it. Nothing is written; recorded."""
        preview = await self._bridge.call(PreviewChannel(channel_id, changes))
        await self._note_once(preview.channel)
        return preview

    async def apply(self, preview: ChannelPreview) -> ChannelResult:
        """Do what was previewed. Cancelling the task waits for the end, and then raises
        :class:`AppliedThenCancelled`, which has the result.
        """
        result, cancelled = await to_the_end(self._apply(preview))
        if cancelled:
            raise AppliedThenCancelled(result)
        return result

    async def _apply(self, preview: ChannelPreview) -> ChannelResult:
        channel, before = preview.channel, _state(preview.channel)
        facts, wanted = parameters_of(preview), {item.field: item.after for item in preview.changes}
        await self._note(STARTED, Result("started"), channel, facts, before, wanted)
        request = ApplyToChannel(channel.id, preview.changes_asked, preview.fingerprint)
        try:
            result = await follow(
                self._bridge, request, preview.items, lambda items: ChannelResult("incomplete", items), WHAT
            )
        except BaseException as error:
            words = error.sentence if isinstance(error, StewardError) else type(error).__name__
            failed = Result("cancelled" if isinstance(error, asyncio.CancelledError) else "failed", words)
            await asyncio.shield(self._note(FINISHED, failed, channel, facts, before))
            raise
        outcome = result_of(result, WHAT)
        now = _state(result.channel) if result.channel is not None else None
        after = None if now is None else {name: value for name, value in now.items() if value != before[name]}
        try:
            await self._note(FINISHED, outcome, channel, parameters_of(preview, result), before, after)
        except StewardError as error:
            sentence = f"It was applied ({outcome.sentence}), but that could not be recorded. {error.sentence}"
            raise StewardError(error.kind, sentence) from error
        return result

    async def _note_once(self, channel: Channel) -> None:
        """Once a session: that it was looked at again says nothing new."""
        if channel.id not in self._seen:
            await self._note(READ, Result("done"), channel, {})
            self._seen.add(channel.id)

    async def _note(
        self,
        action: str,
        result: Result,
        channel: Channel,
        facts: dict[str, Any],
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> None:
        facts = {"channel": channel.id, **facts}
        await self._record(action, result, None, facts, before, after, realm=channel.realm)


def _state(channel: Channel) -> dict[str, Any]:
    """What of a channel the journal keeps."""
    return {
        "name": channel.name,
        "description": channel.description,
        "archived": "yes" if channel.archived else "no",
        "privacy": channel.privacy,
        "subscribers": channel.subscribers,
    }
