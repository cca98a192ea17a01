"""An organization's export from the palette, with the keyboard: choosing, running, what there is, cancelling."""

from __future__ import annotations

import os
import re
from pathlib import Path

import psycopg
import pytest
from textual.content import Content
from textual.widgets import Button

from tests.realm_export.test_command import ENDLESS, journal, replace_command
from tests.tui.driving import SIZES, Driver, running
from tests.tui.frames import assert_frame
from tui.screens.realm_export import RealmExportScreen
from tui.screens.realm_export_dialog import DeactivateDialog
from tui.widgets.facts import Fact, Facts, Section
from zulip_bridge.demo import DemoInstall

LATER = {"--force": "", "--threads": "", "--export-full-with-consent": "--consent-message-id"}
EARLIER = (
    f"import argparse; later = {LATER!r}; add = argparse._ActionsContainer.add_argument; "
    "argparse._ActionsContainer.add_argument = lambda self, name, *names, **options: "
    "add(self, later.get(name, name), *names, **options) if later.get(name, name) else None"
)
"""The options of ``export`` that Zulip 8 has not, and the one that it has instead."""


@pytest.fixture
def home(scratch: DemoInstall, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of Zulip's user, where archives go; of a name whose length does not change."""
    directory = Path("/tmp/zs-home")
    directory.mkdir(mode=0o700, exist_ok=True)
    owner = (scratch.path / "manage.py").stat()
    os.chown(directory, owner.st_uid, owner.st_gid)
    before_starting(scratch, f"os.environ['HOME'] = {str(directory)!r}")
    return directory


def before_starting(install: DemoInstall, *statements: str) -> None:
    """Have the install's ``manage.py`` do something first."""
    stub = install.path / "manage.py"
    before, mark, after = stub.read_text().partition("    from django.core.management")
    stub.write_text(f"{before}{''.join(f'    {each}{chr(10)}' for each in statements)}{mark}{after}")


async def opened(driver: Driver) -> RealmExportScreen:
    """Open it by its name, and wait for the plan."""
    await driver.until(lambda: driver.app.connection.ready, "the connection")
    await driver.press("ctrl+p", *"export an org", "enter")
    await driver.until(lambda: isinstance(driver.app.screen, RealmExportScreen), "the screen")
    screen = driver.app.screen
    assert isinstance(screen, RealmExportScreen)
    await driver.until(lambda: screen.plan is not None, "the plan")
    return screen


async def type_into(driver: Driver, name: str, text: str) -> None:
    """Type into a line of the form."""
    driver.app.screen.query_one(f"#{name}").focus()
    await driver.press(*("slash" if each == "/" else each for each in text))


def hold_still(driver: Driver, screen: RealmExportScreen) -> None:
    """Replace what depends on the machine and on the moment: the room, the archive's name, the command."""
    driver.hold_still(weeks=False)
    facts = screen.query_one(Facts)
    still = {"archive": "(archive)", "command": "(command)", "holds": "(members, messages, files)"}
    facts.sections = tuple(
        Section(
            each.title,
            tuple(
                Fact(fact.label, Content(still[fact.label])) if fact.label in still else fact for fact in each.facts
            ),
        )
        for each in facts.sections
    )


def deactivated(install: DemoInstall) -> bool:
    """Whether nobody can log in to the demo's organization."""
    with psycopg.connect(install.url, user="postgres", autocommit=True) as connection:
        found = connection.execute("SELECT deactivated FROM zerver_realm WHERE string_id = 'example'").fetchone()
    assert found is not None
    return bool(found[0])


async def asked_to_deactivate(driver: Driver) -> RealmExportScreen:
    """Choose it, and go on to the second step."""
    screen = await opened(driver)
    await driver.press("right")
    screen.query_one("#deactivate").focus()
    await driver.press("right")
    wanted = ("example", True)
    await driver.until(
        lambda: screen.plan and (screen.plan.choice.realm, screen.plan.choice.deactivate) == wanted, "the plan"
    )
    hold_still(driver, screen)
    await driver.pilot.pause()
    await driver.press("x")
    await driver.until(lambda: isinstance(driver.app.screen, DeactivateDialog), "the question")
    await driver.pilot.pause()
    return screen


@pytest.mark.parametrize("size", SIZES)
async def test_every_option_of_the_version_is_a_line(scratch: DemoInstall, home: Path, size: str) -> None:
    """Those of the command line, with what they come to below."""
    async with running(scratch.path, SIZES[size]) as driver:
        screen = await opened(driver)
        said = (
            "everything",
            "public, private by consent",
            "6, as Zulip takes",
            "a new one in the home of Zulip's user",
        )
        switches = ("no, it stays on the server", "export anyway", "yes, first: nobody can log in")
        await driver.until_text(*said, *switches)
        hold_still(driver, screen)
        assert_frame(f"realm-export-{size}", driver.app)
        for name in ("upload", "force"):
            screen.query_one(f"#{name}").focus()
            await driver.press("right")
        await type_into(driver, "threads", "3x")
        await type_into(driver, "output", f"{home}/here")
        await driver.until(
            lambda: screen.plan is not None and screen.plan.choice.output.endswith("/here"), "the plan"
        )
        assert screen.plan is not None and not screen.plan.refusals
        words = " ".join(screen.plan.words)
        assert words.endswith(f"--output {home}/here --force --upload --threads 3")
        assert "who knows its address can fetch it" in " ".join(driver.text.split())


async def test_options_that_the_version_has_not_are_not_there(scratch: DemoInstall, home: Path) -> None:
    """Zulip 8 has no check, and finds those who agreed by a message, which is asked for where it is needed."""
    before_starting(scratch, EARLIER)
    async with running(scratch.path) as driver:
        screen = await opened(driver)
        assert not screen.query("#force") and not screen.query("#threads")
        assert not screen.query_one("#message-line").display
        screen.query_one("#mode").focus()
        await driver.press("left")
        await driver.until_text("asked in", "it finds them by a message")
        await driver.press("down", *"999999999")
        await driver.until_text("There is no message 999999999.")
        await driver.press("x")
        assert not screen.running


async def test_a_place_that_will_not_do_is_said_above_all_else(scratch: DemoInstall, home: Path) -> None:
    async with running(scratch.path, read_only=False) as driver:
        screen = await opened(driver)
        await type_into(driver, "output", "/nowhere/x")
        await driver.until_text("✕ Zulip's user cannot write in /nowhere.")
        await driver.press("enter", "x")
        assert not screen.running
        assert screen.focused is not None and screen.focused.id == "upload", "Enter goes on"


@pytest.mark.parametrize("size", SIZES)
async def test_deactivating_is_a_second_step(scratch: DemoInstall, home: Path, size: str) -> None:
    """It says what that does, and Cancel has the focus; Enter and Esc do nothing."""
    async with running(scratch.path, SIZES[size], read_only=False) as driver:
        screen = await asked_to_deactivate(driver)
        assert isinstance(driver.app.focused, Button) and driver.app.focused.id == "cancel"
        assert_frame(f"realm-export-deactivate-{size}", driver.app)
        words = " ".join(" ".join(re.findall("│(.*?)│", driver.text)).split())
        assert "nobody can log in any more." in words
        assert "manage.py reactivate_realm -r example" in words
        await driver.press("enter")
        await driver.until(lambda: driver.app.screen is screen, "the way back")
        assert not screen.running and not deactivated(scratch)


async def test_deactivated_and_exported(scratch: DemoInstall, home: Path) -> None:
    async with running(scratch.path, read_only=False) as driver:
        screen = await asked_to_deactivate(driver)
        await driver.press("right", "enter")
        await driver.until(lambda: screen.ended, "the end")
        assert screen.result is not None, driver.text
        assert deactivated(scratch)
        assert "is deactivated: nobody can log in." in driver.text
        Path(screen.result.tarball).unlink()


@pytest.mark.parametrize("done", [True, False])
async def test_cancelling_does_not_reactivate(
    scratch: DemoInstall, home: Path, own_journal: Path, done: bool
) -> None:
    """What is kept of a cancelled export is said and recorded: that nobody can log in, if it has come so far."""
    replace_command(scratch, ENDLESS)
    async with running(scratch.path, read_only=False) as driver:
        screen = await asked_to_deactivate(driver)
        assert screen.plan is not None
        output = Path(screen.plan.tarball.removesuffix(".tar.gz"))
        await driver.press("right", "enter")
        await driver.until(lambda: (output / "begun").exists(), "the beginning")
        if done:
            with psycopg.connect(scratch.url, user="postgres", autocommit=True) as connection:
                connection.execute("UPDATE zerver_realm SET deactivated = true WHERE string_id = 'example'")
        await driver.press("escape")
        await driver.until_text("Cancelled.", "Nothing is kept")
        await driver.until(lambda: journal(own_journal)[-1]["result"]["state"] == "cancelled", "the entry")
        assert journal(own_journal)[-1]["parameters"]["deactivated"] is done
        if done:
            await driver.until_text("is deactivated: nobody can log in.")
        else:
            await driver.pilot.pause(0.5)
            assert "is deactivated" not in driver.text


@pytest.mark.parametrize("size", SIZES)
async def test_what_it_would_be(scratch: DemoInstall, home: Path, size: str) -> None:
    async with running(scratch.path, SIZES[size]) as driver:
        screen = await opened(driver)
        await driver.press("right", "down", "right")
        await driver.until(lambda: screen.plan is not None and screen.plan.choice.mode == "public", "the other plan")
        assert screen.plan is not None and screen.plan.choice.realm == "example"
        assert "--public-only" in driver.text.replace("\n", " ")
        assert screen.focused is screen.query_one("#mode")


async def test_from_the_palette_to_the_archive(scratch: DemoInstall, home: Path) -> None:
    async with running(scratch.path, read_only=False) as driver:
        screen = await opened(driver)
        await driver.press("x")
        await driver.until(lambda: screen.ended, "the end")
        assert screen.result is not None, driver.text
        archive = Path(screen.result.tarball)
        assert archive.parent == home and archive.exists()
        assert screen.result.sha256 in driver.text
        archive.unlink()
        await driver.press("escape")
        await driver.until(lambda: not isinstance(driver.app.screen, RealmExportScreen), "the way back")


async def test_cancelling_keeps_nothing(scratch: DemoInstall, home: Path) -> None:
    replace_command(scratch, ENDLESS)
    async with running(scratch.path, read_only=False) as driver:
        screen = await opened(driver)
        assert screen.plan is not None
        output = Path(screen.plan.tarball.removesuffix(".tar.gz"))
        await driver.press("x")
        await driver.until(lambda: (output / "begun").exists(), "the beginning")
        assert screen.busy
        await driver.press("escape")
        await driver.until(lambda: screen.ended, "the end")
        assert "Cancelled." in driver.text and "Nothing is kept" in driver.text
        assert not output.exists() and not Path(screen.plan.tarball).exists()


async def test_a_read_only_session_only_looks(scratch: DemoInstall, home: Path) -> None:
    async with running(scratch.path, read_only=True) as driver:
        screen = await opened(driver)
        await driver.press("x")
        await driver.until_text("READ ONLY: nothing can be changed")
        assert not screen.running


async def test_asked_for_twice_it_opens_once(scratch: DemoInstall, home: Path) -> None:
    """Keys that were typed ahead come faster than a screen."""
    async with running(scratch.path) as driver:
        driver.app.action_export_realm()
        driver.app.action_export_realm()
        await driver.until(lambda: isinstance(driver.app.screen, RealmExportScreen), "the screen")
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is driver.people, "the way back")
