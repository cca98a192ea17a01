"""Make the pictures for the README from the small demo: ``python -m tests.make_screenshots [DIRECTORY]``.

SVG, at the demo's own date, with made-up people only.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.tui.driving import LARGE, MIDDLE, SMALL, Driver, running
from tui.screens.export import ExportScreen
from tui.screens.export_dialog import ExportDialog
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.demo import ensure

SCREENSHOTS = Path(__file__).parent.parent / "screenshots"
HOME, SHOWN_HOME = Path("/tmp/anna_"), "/home/anna"
"""Where exports go while the pictures are made; as long as what is shown, so that the text keeps its width."""

Scene = Callable[[Driver], Awaitable[None]]


async def people(driver: Driver) -> None:
    """A search, with the summary beside the list."""
    await driver.search("mar")
    await driver.press("down", "down")
    await driver.until_text("Credentials")


async def hostile(driver: Driver) -> None:
    """Names that would do harm, shown as what they are."""
    await driver.press("escape", "home")
    await driver.until_text("Credentials")


async def person(driver: Driver) -> None:
    """Everything about one person."""
    await driver.open("marta heavy")
    await driver.press("tab")


async def footprint(driver: Driver) -> None:
    """Where the server holds something about the person, on a small terminal."""
    await driver.open("marta heavy")
    await driver.show_tab("footprint")
    await driver.press("down", "down")


async def export_dialog(driver: Driver) -> None:
    """Before an export."""
    await driver.open("marta heavy")
    await driver.press("x")
    await driver.until(lambda: isinstance(driver.app.screen, ExportDialog))
    await driver.until_text("at least", "messages")


async def export_done(driver: Driver) -> None:
    """After it."""
    await export_dialog(driver)
    await driver.press("right", "enter")
    await driver.until(lambda: isinstance(driver.app.screen, ExportScreen))
    await driver.until_text("sha256")
    await driver.press("w")


async def palette(driver: Driver) -> None:
    """Everything that can be done."""
    await driver.find("maria lopez")
    await driver.press("escape")
    await driver.until_text("Credentials")
    await driver.press("ctrl+p")


async def journal(driver: Driver) -> None:
    """What has been recorded."""
    await driver.open("marta heavy")
    await driver.press("j")
    await driver.until_text("The chain is whole")
    await driver.until(lambda: driver.app.screen.query_one(VirtualTable).cursor_row is not None)


SCENES: dict[str, tuple[tuple[int, int], Scene]] = {
    "people": (MIDDLE, people),
    "hostile-names": (MIDDLE, hostile),
    "person": (LARGE, person),
    "footprint-80x24": (SMALL, footprint),
    "export-dialog": (MIDDLE, export_dialog),
    "export": (MIDDLE, export_done),
    "palette": (MIDDLE, palette),
    "journal": (MIDDLE, journal),
}


async def take(install: Path, directory: Path) -> None:
    """All scenes, one after the other."""
    for name, (size, scene) in SCENES.items():
        async with running(install, size) as driver:
            await scene(driver)
            driver.hold_still(weeks=False)
            await driver.pilot.pause()
            picture = directory / f"{name}.svg"
            svg = driver.app.export_screenshot(title="zulip-steward --demo").replace(str(HOME), SHOWN_HOME)
            picture.write_text(svg, encoding="utf-8")
            sys.stdout.write(f"{picture}\n")


def main() -> None:
    """Take the pictures, with a journal and an export directory that are thrown away."""
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else SCREENSHOTS
    directory.mkdir(parents=True, exist_ok=True)
    install = ensure("small")
    HOME.mkdir(mode=0o700)
    try:
        os.environ |= {"HOME": str(HOME), "ZULIP_STEWARD_JOURNAL": f"{HOME}/journal/journal.jsonl"}
        asyncio.run(take(install.path, directory))
    finally:
        shutil.rmtree(HOME)


if __name__ == "__main__":
    main()
