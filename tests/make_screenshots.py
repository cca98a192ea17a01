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

from textual.widgets import Input

from tests.tui.driving import LARGE, MIDDLE, SMALL, Driver, running
from tests.tui.edit.hands import enter, find_field, open_form, preview, until_collected
from tui.screens.bulk import BulkScreen
from tui.screens.bulk_dialog import BulkDialog
from tui.screens.console_asking import AskingScreen
from tui.screens.export import ExportScreen
from tui.screens.export_wizard import ExportWizard
from tui.widgets.searchline import SearchLine
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.demo import ensure

SCREENSHOTS = Path(__file__).parent.parent / "screenshots"
HOME, SHOWN_HOME = Path("/tmp/anna_"), "/home/anna"
"""Where exports go while the pictures are made; as long as what is shown, so that the text keeps its width."""

WRITING = ("console-commit-80x24", "row-deletion", "edit", "edit-preview", "bulk", "erase", "message-deletion")
"""Scenes of a session that may write; they change nothing."""

QUESTION = """-- Who can administer an organization, and since when
SELECT u.id, u.full_name, u.role, r.string_id AS realm, u.date_joined
FROM zerver_userprofile u JOIN zerver_realm r ON r.id = u.realm_id
WHERE u.role <= 200 AND u.is_active AND NOT u.is_bot
ORDER BY u.role, u.date_joined"""

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


async def messages(driver: Driver) -> None:
    """Messages narrowed by words and a channel, with the one under the cursor."""
    await driver.open("marta heavy")
    await driver.show_tab("messages")
    await driver.press("slash")
    driver.app.screen.query_one(Input).value = "channel:board quarterly report"
    await driver.press("enter")
    await driver.until_text("as Zulip searches")
    await driver.press("down", "down")


async def files(driver: Driver) -> None:
    """Files with where they are used and whether they are there."""
    await driver.open("marta heavy")
    await driver.show_tab("files")
    await driver.press(*["down"] * 7)


async def activity(driver: Driver) -> None:
    """What was done to an account, with before and after."""
    await driver.open("maria lopez")
    await driver.show_tab("activity")
    await driver.press("w", "w")
    await driver.until_text("who about", "María López Díaz")
    lines = [line for line in driver.text.splitlines()[10:] if line.strip()]
    await driver.press(*["down"] * next(index for index, line in enumerate(lines) if "María López Díaz" in line))


async def access(driver: Driver) -> None:
    """What lets somebody in under a name."""
    await driver.open("marta heavy")
    await driver.show_tab("access")
    await driver.press("n")


async def export_wizard(driver: Driver) -> None:
    """What an export holds, with live counts."""
    await driver.open("marta heavy")
    await driver.press("x")
    await driver.until(lambda: isinstance(driver.app.screen, ExportWizard))
    await driver.until_text("Made by them", "about")
    await driver.until(lambda: "so far" not in driver.text and "   …" not in driver.text)
    await driver.press("down")


async def export_how(driver: Driver) -> None:
    """How it is handed over."""
    await export_wizard(driver)
    await driver.press("enter", "enter")
    await driver.until_text("encrypted")
    await driver.press("down", "left")
    for name in ("passphrase", "again"):
        driver.app.screen.query_one(f"#{name}", Input).value = "correct horse battery"


async def export_done(driver: Driver) -> None:
    """After it."""
    await export_how(driver)
    await driver.press("enter")
    await driver.until_text("[ Export ]")
    await driver.until(lambda: driver.app.screen.focused and driver.app.screen.focused.id == "export")
    await driver.press("enter")
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


async def console(driver: Driver) -> None:
    """A question in SQL, with its first rows."""
    await driver.press("escape", "q")
    await driver.until(lambda: isinstance(driver.app.screen, AskingScreen))
    screen = driver.app.screen
    assert isinstance(screen, AskingScreen)
    screen.set_text(QUESTION)
    await driver.press("f5")
    await driver.until_text("rows")
    await driver.until(lambda: not screen.busy)
    await driver.press("tab", "down", "down", "right", "right")


async def console_commit(driver: Driver) -> None:
    """A write that waits to be committed or rolled back."""
    await driver.press("escape", "q")
    await driver.until(lambda: isinstance(driver.app.screen, AskingScreen))
    screen = driver.app.screen
    assert isinstance(screen, AskingScreen)
    await driver.press("f9")
    screen.set_text("UPDATE zerver_draft SET topic = 'archived' WHERE id <= 4")
    await driver.press("f5")
    await driver.until_text("[ Roll back ]")


async def row(driver: Driver) -> None:
    """One row, with its values decoded and what refers to it."""
    driver.app.open_row("zerver.Message", "5")
    await driver.until_text("refer to it", "UserMessage", "Reaction")
    await driver.press(*["down"] * 12)


async def row_deletion(driver: Driver) -> None:
    """What deleting a row would take along."""
    driver.app.open_row("zerver.Message", "5")
    await driver.until_text("refer to it", "UserMessage", "Reaction")
    await driver.press("delete")
    await driver.until_text("would be gone for good")


async def edit_form(driver: Driver) -> None:
    """Changes that are collected, and nothing more."""
    await driver.find("marta heavy")
    driver.table.focus()
    await driver.until(lambda: driver.people._current is not None)
    assert driver.people._current is not None
    screen = await open_form(driver, driver.people._current.id)
    await enter(driver, "full name", "Marta Novák")
    await until_collected(driver, 1)
    await find_field(driver, "role")
    await driver.press("enter", *"moderator", "enter")
    await until_collected(driver, 2)
    await find_field(driver, "board")
    await driver.press("space")
    screen.query_one(SearchLine).text = ""
    await until_collected(driver, 3)


async def edit_preview(driver: Driver) -> None:
    """What they would do, and what else."""
    await edit_form(driver)
    await preview(driver)


async def bulk(driver: Driver) -> None:
    """One change for many, with who is refused at the top."""
    await driver.find("ma")
    driver.table.focus()
    await driver.press("asterisk")
    await driver.until(lambda: len(driver.people.marked) == driver.people.listing.total)
    await driver.press("a")
    await driver.until(lambda: isinstance(driver.app.screen, BulkDialog))
    await driver.press(*"guest", "enter")
    await driver.until(lambda: isinstance(driver.app.screen, BulkScreen) and driver.app.screen.stage == "ready")


async def erase(driver: Driver) -> None:
    """What erasing somebody would do; the address has been typed."""
    await driver.open("lena leaver")
    await driver.press("delete")
    await driver.until_text("Refused")
    driver.app.screen.query_one("#bots").focus()
    await driver.press("right")
    await driver.until_text("to go on")
    driver.app.screen.query_one("#confirm", Input).value = "lena@acme.example"
    driver.app.screen.query_one("#cancel").focus()


async def message_deletion(driver: Driver) -> None:
    """What deleting marked messages would do."""
    await driver.open("maria lopez")
    await driver.show_tab("messages")
    await driver.press("space", "space", "down", "space", "delete")
    await driver.until_text("restorable until")


SCENES: dict[str, tuple[tuple[int, int], Scene]] = {
    "people": (MIDDLE, people),
    "hostile-names": (MIDDLE, hostile),
    "person": (LARGE, person),
    "footprint-80x24": (SMALL, footprint),
    "messages": (MIDDLE, messages),
    "files": (MIDDLE, files),
    "activity": (MIDDLE, activity),
    "access": (MIDDLE, access),
    "export-wizard": (MIDDLE, export_wizard),
    "export-how-80x24": (SMALL, export_how),
    "export": (MIDDLE, export_done),
    "palette": (MIDDLE, palette),
    "journal": (MIDDLE, journal),
    "console": (MIDDLE, console),
    "console-commit-80x24": (SMALL, console_commit),
    "edit": (MIDDLE, edit_form),
    "edit-preview": (MIDDLE, edit_preview),
    "bulk": (MIDDLE, bulk),
    "row": (MIDDLE, row),
    "row-deletion": (MIDDLE, row_deletion),
    "erase": (MIDDLE, erase),
    "message-deletion": (MIDDLE, message_deletion),
}


async def take(install: Path, directory: Path) -> None:
    """All scenes, one after the other."""
    for name, (size, scene) in SCENES.items():
        async with running(install, size, read_only=name not in WRITING) as driver:
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
        os.environ["ZULIP_STEWARD_HISTORY"] = "off"
        asyncio.run(take(install.path, directory))
    finally:
        shutil.rmtree(HOME)


if __name__ == "__main__":
    main()
