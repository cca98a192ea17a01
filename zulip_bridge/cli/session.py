"""Running one command against a server: the session, its signals, its errors."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from zulip_bridge.api.errors import StewardError

from .options import Choice
from .output import narrate

if TYPE_CHECKING:
    from zulip_bridge.steward import Steward

T = TypeVar("T")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):
    """A signal ended the command, after what was under way had been cleaned up."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def with_steward(choice: Choice, work: Callable[[Steward], Awaitable[T]]) -> T:
    """Open the server that ``choice`` names, do the work, close it. Errors end the program with one sentence."""
    from zulip_bridge.steward import Steward, ask_password_first

    async def session() -> T:
        steward = await Steward.open(choice.target, read_only=choice.read_only, on_stage=_stage)
        try:
            return await work(steward)
        finally:
            await asyncio.shield(steward.close())

    try:
        ask_password_first(choice.target)
        return asyncio.run(_interruptible(session))
    except StewardError as error:
        fail(error, choice)
    except Interrupted as error:
        narrate("Interrupted.")
        sys.exit(128 + error.number)


def fail(error: StewardError, choice: Choice) -> NoReturn:
    """Say the sentence on stderr and end with status 1; with ``--debug``, the cause too."""
    narrate(error.sentence)
    if choice.debug:
        for line in error.problem.cause.splitlines():
            narrate(f"  {line}")
    raise click.exceptions.Exit(1)


async def _interruptible(session: Callable[[], Awaitable[T]]) -> T:
    """Run the session as a task that each signal cancels, so that it ends in order (``finally`` clauses run)."""
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(session())
    received: list[int] = []

    def interrupt(number: int) -> None:
        received.append(number)
        task.cancel()

    for number in SIGNALS:
        loop.add_signal_handler(number, interrupt, number)
    try:
        return await task
    except asyncio.CancelledError:
        if received:
            raise Interrupted(received[0]) from None
        raise
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)


def _stage(sentence: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{sentence[:70]} …" if sentence != "Connected" else "\r\x1b[K")
        sys.stderr.flush()
