"""Starting Zulip's management shell: what a session begins with, since it takes half a second.

Little is imported here, so that the shell is under way while the rest of the steward is.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import NamedTuple

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.launch.door import Door, open_door
from zulip_bridge.launch.targets import Target

from .child import Child

Words = Callable[[str], None]


class Shell(NamedTuple):
    """A shell that has been started, and the door it is behind; whoever has it ends the child."""

    door: Door
    child: Child


async def start_shell(target: Target, on_stage: Words = lambda sentence: None) -> Shell:
    """Find the install that ``target`` names and start its shell; ``on_stage`` is told what is being done.

    Raises :class:`StewardError`.
    """
    on_stage(f"Looking for {target.label}")
    door = await _door(target, on_stage)
    on_stage(f"Opening the management shell of {door.install} as {door.user}")
    child = await start_child(door)
    on_stage("Waiting for Zulip to start")
    return Shell(door, child)


async def start_child(door: Door) -> Child:
    """Start the process. Raises :class:`StewardError`, kind ``launch``."""
    try:
        return await Child.start(door)
    except OSError as error:
        sentence = f"{door.argv[0]} could not be started: {error.strerror}."
        raise StewardError(ErrorKind.LAUNCH, sentence) from error


async def _door(target: Target, on_stage: Words) -> Door:
    """Look for the door in a thread: the first start of a demo makes it. Cancelled, that ends at its next stage."""
    loop = asyncio.get_running_loop()
    given_up = threading.Event()

    def from_thread(words: str) -> None:
        if given_up.is_set():
            raise StewardError(ErrorKind.CANCELLED, "Nobody waits for the server any more.")
        loop.call_soon_threadsafe(on_stage, words)

    try:
        return await asyncio.to_thread(open_door, target, from_thread)
    except asyncio.CancelledError:
        given_up.set()
        raise
