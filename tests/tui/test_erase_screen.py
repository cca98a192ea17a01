"""Erasing a person on the screens, with the database of a copy of the demo read back by plain SQL."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from textual.widgets import Button, Input

from tests.plain_sql import Database, value
from tests.tui.driving import MIDDLE, SIZES, Driver, running
from tests.tui.frames import assert_frame
from tui.commands import collect
from tui.screens.erase import EraseScreen, ResumeScreen
from tui.screens.erase_run import EraseRunScreen
from tui.screens.person import PersonScreen
from tui.screens.person_pick import PersonPick
from tui.screens.save_dialog import SaveDialog
from tui.widgets.choices import Choices
from zulip_bridge.api.erase import ErasureOptions
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.demo import DemoInstall
from zulip_bridge.launch import InstallTarget
from zulip_bridge.steward import Steward

LENA = "lena@acme.example"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A journal and exports of the test's own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ZULIP_STEWARD_JOURNAL", str(tmp_path / "journal" / "journal.jsonl"))
    return tmp_path


async def open_erase(driver: Driver, person: str) -> EraseScreen:
    """Open the person and ask to erase them; wait for the preview."""
    await driver.open(person)
    await driver.press("delete")
    await driver.until(lambda: isinstance(driver.app.screen, EraseScreen), "the erase screen")
    screen = driver.app.screen
    assert isinstance(screen, EraseScreen)
    await driver.until(lambda: screen.preview is not None, "the preview")
    return screen


async def choose(driver: Driver, screen: EraseScreen, line: str, choice: str) -> None:
    """Take a choice of a line by its keys, and wait for the preview."""
    choices = screen.query_one(f"#{line}", Choices)
    choices.focus()
    while choices.value != choice:
        await driver.press("right")
    await driver.until(lambda: screen.preview is not None and screen.stage != "looking", "the preview")


async def type_address(driver: Driver, screen: EraseScreen | ResumeScreen, address: str) -> None:
    screen.query_one("#confirm", Input).focus()
    await driver.press(*(address))
    await driver.pilot.pause()


async def until_over(driver: Driver) -> EraseRunScreen:
    await driver.until(lambda: isinstance(driver.app.screen, EraseRunScreen), "the run")
    screen = driver.app.screen
    assert isinstance(screen, EraseRunScreen)
    await driver.until(lambda: not screen.running, "the end of the run")
    return screen


@pytest.mark.parametrize("size", SIZES)
async def test_preview_frame(trial: DemoInstall, home: Path, size: str) -> None:
    async with running(trial.path, SIZES[size], read_only=False) as driver:
        screen = await open_erase(driver, "maria lopez")
        driver.hold_still()
        screen.query_one("#backup-path", Input).value = "/home/anna/exports/maria"
        screen.query_one("#cancel").focus()
        await driver.until_text("/home/anna/exports/maria")
        await driver.pilot.pause()
        assert_frame(f"erase-{size}", driver.app)


async def test_read_only_session_strikes_the_key_through_and_says_why(trial: DemoInstall) -> None:
    async with running(trial.path) as driver:
        await driver.open(LENA)
        await driver.press("delete")
        await driver.until_text("READ ONLY: nothing can be changed")
        assert not isinstance(driver.app.screen, EraseScreen)


async def test_nothing_is_erased_before_the_address_is_typed(trial: DemoInstall, trial_db: Database) -> None:
    async with running(trial.path, MIDDLE, read_only=False) as driver:
        screen = await open_erase(driver, LENA)
        button = screen.query_one("#do", Button)
        await driver.until_text("say whether to deactivate, delete or transfer", "Refused")
        assert button.disabled and not screen.query_one("#typing").display
        await choose(driver, screen, "bots", "deactivate")
        assert screen.query_one("#confirm", Input).value == "" and button.disabled
        await type_address(driver, screen, LENA[:-1])
        assert button.disabled
        await driver.press("enter", "enter")
        await driver.pilot.pause()
        assert value(trial_db, "SELECT count(*) FROM zerver_userprofile WHERE delivery_email = %s", LENA) == 1


@pytest.mark.parametrize("strategy", ["anonymize", "delete"])
async def test_what_becomes_of_bots_is_asked_and_never_assumed(trial: DemoInstall, strategy: str) -> None:
    async with running(trial.path, MIDDLE, read_only=False) as driver:
        screen = await open_erase(driver, LENA)
        assert screen.query_one("#bots", Choices).value == "" and screen.form.options.bots is None
        await choose(driver, screen, "strategy", strategy)
        assert screen.preview is not None and screen.preview.options.bots is None
        assert [each.rule for each in screen.preview.refusals] == ["owned bots"]


async def test_bots_are_transferred_to_whom_was_picked(trial: DemoInstall, trial_db: Database) -> None:
    async with running(trial.path, MIDDLE, read_only=False) as driver:
        screen = await open_erase(driver, LENA)
        screen.query_one("#bots", Choices).focus()
        await driver.press("left")
        await driver.until(lambda: isinstance(driver.app.screen, PersonPick), "the list of owners")
        await driver.press(*"otto")
        await driver.until_text("Otto Owner", "owner · otto@acme.example")
        await driver.press("enter")
        await driver.until_text("to Otto Owner", "type lena@acme.example to go on")
    assert screen.preview is not None
    otto = value(trial_db, "SELECT id FROM zerver_userprofile WHERE delivery_email = 'otto@acme.example'")
    assert (screen.preview.options.bots, screen.preview.options.bots_to) == ("transfer", otto)


async def test_stopped_while_it_exports_erases_nothing(trial: DemoInstall, trial_db: Database, home: Path) -> None:
    async with running(trial.path, MIDDLE, read_only=False) as driver:
        screen = await open_erase(driver, LENA)
        await choose(driver, screen, "bots", "deactivate")
        screen.query_one("#backup-path", Input).value = str(home / "stopped")
        await type_address(driver, screen, LENA)
        await driver.press("enter", "enter")
        await driver.until(lambda: isinstance(driver.app.screen, EraseRunScreen), "the run")
        await driver.press("escape", "right", "enter")
        await until_over(driver)
        await driver.until_text("Nothing was erased")
    assert not (home / "stopped").exists()
    assert value(trial_db, "SELECT is_active FROM zerver_userprofile WHERE delivery_email = %s", LENA) is False
    assert not list((home / "journal").glob("erasures/*.case.json"))


async def test_erasure_that_was_cut_off_is_offered_and_finished(trial: DemoInstall, trial_db: Database) -> None:
    address = "marc@acme.example"
    number = value(trial_db, "SELECT id FROM zerver_userprofile WHERE delivery_email = %s", address)
    await cut_off(trial, address)
    async with running(trial.path, MIDDLE, read_only=False) as driver:
        await driver.open(str(number))
        await driver.until_text("has begun, and is not finished")
        assert any(f"(id {number})" in each.name for each in collect(driver.app.screen) if "Finish" in each.name)
        await driver.press("delete")
        await driver.until(lambda: isinstance(driver.app.screen, ResumeScreen), "the offer to finish it")
        await driver.until_text("✓  Deactivate the account", "·  Clear the caches")
        screen = driver.app.screen
        assert isinstance(screen, ResumeScreen)
        await type_address(driver, screen, address)
        await driver.press("enter", "enter")
        run = await until_over(driver)
        assert run.result is not None and run.result.complete
        await driver.press("escape")
        await driver.until(
            lambda: isinstance(driver.app.screen, PersonScreen) and "is not finished" not in driver.text
        )
        await driver.until_text(f"Deleted User {number}")
    assert (
        value(trial_db, "SELECT full_name FROM zerver_userprofile WHERE id = %s", number) == f"Deleted User {number}"
    )


async def cut_off(install: DemoInstall, address: str) -> None:
    """Begin an erasure and have it end before the account is deleted."""

    def end(step: str) -> None:
        if step == "account":
            raise StewardError(ErrorKind.CANCELLED, "It was cut off.")

    steward = await Steward.open(InstallTarget(install.path))
    try:
        preview = await steward.erasures.preview(
            await steward.find(address), ErasureOptions("anonymize", "deactivate")
        )
        with pytest.raises(StewardError):
            await steward.erasures.erase(preview, address, end)
    finally:
        await steward.close()


async def test_person_is_exported_erased_and_looked_for(trial: DemoInstall, trial_db: Database, home: Path) -> None:
    number = value(trial_db, "SELECT id FROM zerver_userprofile WHERE delivery_email = %s", LENA)
    sent = value(trial_db, "SELECT count(*) FROM zerver_message WHERE sender_id = %s", number)
    async with running(trial.path, MIDDLE, read_only=False) as driver:
        screen = await open_erase(driver, LENA)
        await choose(driver, screen, "bots", "deactivate")
        screen.query_one("#backup-path", Input).value = str(home / "before")
        await type_address(driver, screen, LENA.upper())
        assert not screen.query_one("#do", Button).disabled
        await driver.press("enter", "enter")
        run = await until_over(driver)
        assert run.result is not None and run.result.complete
        await driver.until_text("✓ Nothing is left that should be gone", str(home / "before"))
        assert (home / "before" / "manifest.json").exists()

        await driver.press("s")
        await driver.until(lambda: isinstance(driver.app.screen, SaveDialog))
        driver.app.screen.query_one("#path", Input).value = str(home / "report.json")
        driver.app.screen.query_one("#save", Button).focus()
        await driver.pilot.pause()
        await driver.press("enter")
        await driver.until(lambda: (home / "report.html").exists(), "the report")
    page = (home / "report.html").read_text()
    assert "Nothing is left that should be gone" in page
    for path in (home / "report.json", home / "report.html"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert LENA not in path.read_text()
    assert json.loads((home / "report.json").read_text())["complete"] is True
    assert value(trial_db, "SELECT count(*) FROM zerver_userprofile WHERE delivery_email = %s", LENA) == 0
    assert (
        value(trial_db, "SELECT full_name FROM zerver_userprofile WHERE id = %s", number) == f"Deleted User {number}"
    )
    assert value(trial_db, "SELECT count(*) FROM zerver_message WHERE sender_id = %s", number) == sent
    assert not list((home / "journal" / "erasures").glob("*.case.json"))


async def test_a_placeholder_is_erased_only_where_the_rule_is_set_aside(
    trial: DemoInstall, trial_db: Database
) -> None:
    number = value(
        trial_db,
        """SELECT min(u.id) FROM zerver_userprofile u JOIN zerver_realm r ON r.id = u.realm_id
           WHERE u.is_mirror_dummy AND r.string_id = 'acme' AND u.delivery_email NOT LIKE 'deleteduser%%'""",
    )
    async with running(trial.path, MIDDLE, read_only=False) as driver:
        screen = await open_erase(driver, str(number))
        await driver.until_text("placeholder account", "● leave it alone", "where this rule is set aside")
        assert not screen.query_one("#rule-1").display and not screen.query_one("#typing").display
        await choose(driver, screen, "rule-0", "aside")
        assert screen.preview is not None
        assert (screen.preview.options.allow, screen.preview.refusals) == (["placeholder account"], [])
        await choose(driver, screen, "first", "none")
        await type_address(driver, screen, screen.preview.confirm)
        await driver.press("enter", "enter")
        run = await until_over(driver)
        assert run.result is not None and run.result.complete
    name = value(trial_db, "SELECT full_name FROM zerver_userprofile WHERE id = %s", number)
    assert name == f"Deleted User {number}"
