"""Running one command against a server: the session, its signals, its errors."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from zulip_bridge.api.errors import StewardError
from zulip_bridge.fault import fault_report

from .ending import refused
from .narration import narrate, status
from .options import Choice

if TYPE_CHECKING:
    from zulip_bridge.client import Shell
    from zulip_bridge.steward import Steward

T = TypeVar("T")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):
    """A signal ended the command, after what was under way had been cleaned up."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def with_steward(choice: Choice, work: Callable[[Steward], Awaitable[T]], *, for_exports: bool = False) -> T:
    """Open the server that ``choice`` names, do the work, close it. Errors end the program with one sentence.

    ``for_exports``: the work is to export, and nothing else.
    """
    from zulip_bridge.client import start_shell
    from zulip_bridge.launch import ask_password_first

    target = choice.target

    async def session() -> T:
        shell = await start_shell(target, status.say)
        steward = await _steward(shell)
        status.clear()
        try:
            return await work(steward)
        finally:
            await asyncio.shield(steward.close())

    async def _steward(shell: Shell) -> Steward:
        # Imported while the shell starts.
        from zulip_bridge.steward import Steward

        return await Steward.open(
            target, read_only=choice.read_only, for_exports=for_exports, on_stage=status.say, shell=shell
        )

    try:
        ask_password_first(target)
        return asyncio.run(_interruptible(session, choice))
    except StewardError as error:
        fail(error, choice)
    except Interrupted as error:
        narrate("Interrupted.")
        sys.exit(128 + error.number)
    finally:
        status.clear()


def fail(error: StewardError, choice: Choice) -> NoReturn:
    """Say the sentence on stderr and end with status 1; with ``--debug``, the cause too."""
    if choice.debug:
        for line in error.problem.cause.splitlines():
            narrate(f"  {line}")
    refused(error.sentence)


async def _interruptible(session: Callable[[], Awaitable[T]], choice: Choice) -> T:
    """Run the session as a task that each signal cancels, so that it ends in order (``finally`` clauses run).

    A signal that was ignored when we were started (``nohup``, a shell's background job) stays ignored.
    """
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: _note_stray_fault(context, choice))
    task = asyncio.ensure_future(session())
    received: list[int] = []

    def interrupt(number: int) -> None:
        received.append(number)
        task.cancel()

    heeded = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    for number in heeded:
        loop.add_signal_handler(number, interrupt, number)
    try:
        return await task
    except asyncio.CancelledError:
        if received:
            raise Interrupted(received[0]) from None
        raise
    finally:
        for number in heeded:
            loop.remove_signal_handler(number)


def _note_stray_fault(context: dict[str, Any], choice: Choice) -> None:
    """Handler of the event loop, for faults that nobody waits for: its own would print values to the terminal.

    They change nothing for the command; asyncio itself has one when a child ends while it is being written to.
    """
    error = context.get("exception")
    if choice.debug and isinstance(error, BaseException):
        for line in fault_report(error, sentence="A task in the background failed."):
            narrate(line)
