"""Keys that arrive together are taken one after the other, each when the one before has had its effect.

Over a slow line several keystrokes come in one packet. Textual hands a key to the focused widget and goes on: of
``/jo`` the ``j`` still reaches what had the focus before ``/`` moved it, and opens the journal.
"""

from __future__ import annotations

import asyncio
from collections import deque

from textual.dom import DOMNode
from textual.events import Event, Key

from tui.safe_app import SafeApp

QUIET_ROUNDS = 3
"""Turns of the event loop without a message under way, after which a key has had its effect."""

MOST_ROUNDS = 500
"""Turns after which the next key is let through anyhow."""


class TypeAheadApp(SafeApp):
    """Base that holds back keys while one is being worked on; a single key is never held."""

    def __init__(self, *, slow: bool | None = None) -> None:
        super().__init__(slow=slow)
        self._held: deque[Key] = deque()
        self._released: Key | None = None
        self._settling: asyncio.Task[None] | None = None

    async def on_event(self, event: Event) -> None:
        """Textual's hook for every event that comes in."""
        if not isinstance(event, Key) or event.is_forwarded:
            await super().on_event(event)
            return
        if event is not self._released and self._settling is not None:
            self._held.append(event)
            return
        self._released = None
        await super().on_event(event)
        self._settling = asyncio.create_task(self._settle())

    async def _settle(self) -> None:
        try:
            quiet = 0
            for _ in range(MOST_ROUNDS):
                await asyncio.sleep(0)
                quiet = 0 if self._is_busy() else quiet + 1
                if quiet >= QUIET_ROUNDS:
                    break
        finally:
            if self._held:
                self._released = self._held.popleft()
                self.post_message(self._released)
            else:
                self._settling = None

    def _is_busy(self) -> bool:
        nodes: list[DOMNode] = [self]
        if self.screen_stack:
            nodes.extend((self.focused or self.screen).ancestors_with_self)
        return any(node.message_queue_size for node in nodes)
