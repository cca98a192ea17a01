"""Asking before something is changed."""

from __future__ import annotations

import asyncio
import os
import sys

import click

from zulip_bridge.text import display_text

from .ending import refused
from .narration import status

YES = ("y", "yes")


def refuse_unasked(yes: bool, dry_run: bool) -> None:
    """End the command where there is nobody to ask and nothing was said in advance."""
    if not (yes or dry_run or sys.stdin.isatty()):
        refused("Nothing was changed: there is no terminal to ask on. --yes applies it, --dry-run only shows it.")


def check_json(as_json: bool, decided: bool, words: str = "--yes or --dry-run") -> None:
    """A usage error where one object is wanted and somebody would have to be asked first."""
    if as_json and not decided:
        raise click.UsageError(f"--json asks nobody; give {words} with it.")


async def agreed(question: str) -> bool:
    """Ask on the terminal; anything but yes is no, and so is the end of input. Signals are heeded meanwhile."""
    return (await answered(f"{question} [y/N] ")).lower() in YES


async def answered(question: str) -> str:
    """What is typed at a question, without what is around it; empty at the end of input."""
    status.clear()
    sys.stderr.write(display_text(question))
    sys.stderr.flush()
    return (await _line()).strip()


async def _line() -> str:
    """What is typed next, without a thread that would have to be waited for."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str] = loop.create_future()
    descriptor = sys.stdin.fileno()

    def read() -> None:
        if not answer.done():
            answer.set_result(os.read(descriptor, 4096).decode("utf-8", "replace"))

    loop.add_reader(descriptor, read)
    try:
        return await answer
    finally:
        loop.remove_reader(descriptor)
