"""Driving the screens in tests: the app on an install, a fixed moment, and waiting for what a person would see."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.frames import frame
from tui.app import StewardApp
from tui.screens.people import PeopleScreen
from tui.screens.person import PersonScreen
from tui.tabs.base import PersonTab
from tui.tabs.registry import TABS
from tui.widgets.facts import Fact, Facts, Section
from tui.widgets.searchline import SearchLine
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.launch import InstallTarget

NOW = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)
"""The demo's reference date."""

TIMEOUT = 30.0
SMALL, MIDDLE, LARGE = (80, 24), (120, 40), (200, 60)
SIZES = {"80x24": SMALL, "120x40": MIDDLE}


class Driver:
    """An app under way, and the hands on its keyboard."""

    def __init__(self, app: StewardApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def text(self) -> str:
        """What a person reads now."""
        return frame(self.app)

    @property
    def people(self) -> PeopleScreen:
        """The first screen, wherever we are."""
        screen = self.app.screen_stack[0]
        assert isinstance(screen, PeopleScreen)
        return screen

    @property
    def table(self) -> VirtualTable:
        """The table of the screen on top."""
        return self.app.screen.query_one(VirtualTable)

    @property
    def names(self) -> list[str]:
        """The names that are listed and fetched."""
        rows = self.people.listing.rows
        return [row.cells[0] for index in range(rows.count or 0) if (row := rows.get(index)) is not None]

    async def press(self, *keys: str) -> None:
        """Press keys."""
        await self.pilot.press(*keys)

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Wait for a condition; fails with the screen."""
        deadline = time.monotonic() + TIMEOUT
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"{what or condition} did not come about; the screen is:\n{self.text}")
            await self.pilot.pause(0.01)
        await self.pilot.pause()

    async def until_text(self, *texts: str) -> None:
        """Wait until all of these can be read."""
        await self.until(lambda: all(text in self.text for text in texts), f"the text {texts!r}")

    async def search(self, text: str) -> None:
        """Type a search, and wait for its answer."""
        if not self.people.query_one(Input).has_focus:
            await self.press("slash")
        await self.press(*("space" if character == " " else character for character in text))
        await self.until_found()

    async def find(self, text: str) -> None:
        """Search as if the text had been pasted."""
        self.people.query_one(SearchLine).text = text
        await self.pilot.pause()
        await self.until_found()

    async def until_found(self) -> None:
        """Wait for the answer to what stands in the search line now."""
        people = self.people
        await self.until(lambda: people._answered == people._generation > 0, "the answer to the search")

    async def open(self, text: str) -> PersonScreen:
        """Search, open the first, and wait for the person's first tab."""
        await self.find(text)
        self.people.query_one(SearchLine).activate()
        await self.press("enter")
        await self.until(lambda: isinstance(self.app.screen, PersonScreen), "the person's screen")
        screen = self.app.screen
        assert isinstance(screen, PersonScreen)
        await self.until(lambda: screen.detail and screen.detail.weekly_messages is not None, "the person")
        return screen

    async def show_tab(self, name: str) -> PersonTab[Any]:
        """Press the digit of a tab of the person on screen, and wait for what it shows."""
        screen = self.app.screen
        assert isinstance(screen, PersonScreen)
        index = next(index for index, tab in enumerate(TABS) if tab.module == name)
        await self.press(str(index + 1))
        await self.until(lambda: screen.active == index and screen.tab.found is not None, f"the tab {name}")
        return screen.tab

    def hold_still(self, *, weeks: bool = True) -> None:
        """Replace what depends on the machine or on today: who runs it where, and the weeks counted back from now."""
        connection = self.app.connection
        self.app.connection = dataclasses.replace(connection, account="zulip@db1", operator="anna (sudo)")
        for facts in self.app.screen.query(Facts) if weeks else ():
            facts.sections = tuple(Section(each.title, tuple(map(_still, each.facts))) for each in facts.sections)


def _still(fact: Fact) -> Fact:
    return Fact(fact.label, Content("(weeks)\n(peak)")) if fact.label == "per week" else fact


@contextlib.asynccontextmanager
async def running(
    install: Path, size: tuple[int, int] = SMALL, *, read_only: bool = True, connect: bool = True
) -> AsyncIterator[Driver]:
    """The app on an install; connected and with everybody listed, unless ``connect`` is false."""
    app = StewardApp(InstallTarget(install), read_only=read_only, slow=False, clock=lambda: NOW)
    async with app.run_test(size=size) as pilot:
        driver = Driver(app, pilot)
        if connect:
            await driver.until(lambda: app.connection.ready, "the connection")
            await driver.until_found()
            await driver.until(lambda: driver.people.realms, "the realms")
        yield driver
