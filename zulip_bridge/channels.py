"""Archiving channels and bringing them back, with the journal around it: what cannot be recorded is not begun."""

from __future__ import annotations

import asyncio
from typing import Any

from zulip_bridge.api.channel_archiving import (
    ApplyChannel,
    ChannelPreview,
    ChannelResult,
    ChannelVerb,
    FindChannels,
    FoundChannel,
    PreviewChannel,
)
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.client import Bridge
from zulip_bridge.journal import Result
from zulip_bridge.removal import Record


class Channels:
    """Made by :class:`zulip_bridge.steward.Steward`."""

    def __init__(self, bridge: Bridge, record: Record, read_only: bool) -> None:
        self._bridge = bridge
        self._record = record
        self._read_only = read_only

    async def find(self, channel: str, realm: str | None = None) -> FoundChannel:
        """The channel of that id or name; :class:`StewardError` where there is none, or several."""
        found = await self._bridge.call(FindChannels(channel, realm))
        if not found:
            raise StewardError(ErrorKind.NOT_FOUND, "There is no channel of that id or name.")
        if len(found) > 1:
            candidates = [f"{each.id} {each.name} {each.realm or '(root)'}" for each in found]
            sentence = (
                f"Several channels are called that: {'; '.join(candidates)}. Name one by its id, or give --realm."
            )
            raise StewardError(ErrorKind.AMBIGUOUS, sentence, candidates=candidates)
        return found[0]

    async def preview(self, channel_id: int, verb: ChannelVerb) -> ChannelPreview:
        """What it would do; nothing is written."""
        return await self._bridge.call(PreviewChannel(channel_id, verb))

    async def apply(self, preview: ChannelPreview) -> ChannelResult:
        """Do what was previewed; recorded with its start and its end."""
        if self._read_only:
            raise StewardError(ErrorKind.READ_ONLY, "This session was opened read-only; nothing was done.")
        action = f"channel.{preview.verb}"
        facts: dict[str, Any] = {"channel": preview.channel.id, "realm": preview.channel.realm}
        await self._record(f"{action}.started", Result("started"), None, facts)
        try:
            result = await self._bridge.call(ApplyChannel(preview.channel.id, preview.verb, preview.fingerprint))
        except BaseException as error:
            failed = Result("failed", error.sentence if isinstance(error, StewardError) else type(error).__name__)
            await asyncio.shield(self._record(f"{action}.finished", failed, None, facts))
            raise
        facts |= {"before": preview.channel.archived, "after": result.channel.archived, "state": result.state}
        ended = Result("done" if result.state == "done" else "failed", result.sentence)
        await self._record(f"{action}.finished", ended, None, facts)
        return result
