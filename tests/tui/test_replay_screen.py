"""Erasing again after a restore, on the screens, with the database read back by plain SQL."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from textual.widgets import Button, Input

from tests.plain_sql import Database, column, rows
from tests.tui.driving import MIDDLE, SIZES, Driver, running
from tests.tui.frames import assert_frame
from tui.commands import collect
from tui.erasing.replaying import replay_sections
from tui.screens.replay import ReplayScreen
from tui.screens.replay_run import ReplayRunScreen
from tui.widgets.choices import Choices
from zulip_bridge.api.erase import ErasureOptions
from zulip_bridge.demo import DemoInstall
from zulip_bridge.erase.replaying import Again
from zulip_bridge.launch import InstallTarget
from zulip_bridge.steward import Steward

ERASED = {
    "marc@acme.example": ErasureOptions("anonymize", "deactivate"),
    "maria.lopez@acme.example": ErasureOptions("delete", "deactivate"),
    "gone.soon@acme.example": ErasureOptions("scrub-profile"),
}
ACCOUNTS = """
    SELECT id, full_name, delivery_email, email FROM zerver_userprofile WHERE delivery_email = ANY(%s) ORDER BY id
"""
RESTORE = """
    UPDATE zerver_userprofile SET full_name = %s, delivery_email = %s, email = %s, is_mirror_dummy = false
    WHERE id = %s
"""


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A journal of the module's own: it knows who was erased."""
    place = tmp_path_factory.mktemp("replay") / "journal" / "journal.jsonl"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZULIP_STEWARD_JOURNAL", str(place))
        yield place


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def restored(trial: DemoInstall, trial_db: Database, journal: Path) -> AsyncIterator[list[tuple[int, str]]]:
    """Ids and names of three who were erased, and are there again as an older backup has them; the third scrubbed."""
    before = rows(trial_db, ACCOUNTS, list(ERASED))
    steward = await Steward.open(InstallTarget(trial.path))
    try:
        for address, options in ERASED.items():
            preview = await steward.erasures.preview(await steward.find(address), options)
            await steward.erasures.erase(preview, address)
    finally:
        await steward.close()
    for number, name, address, email in before:
        trial_db.execute(RESTORE, [name, address, email, number])
    trial_db.execute(
        "INSERT INTO zerver_alertword (word, realm_id, user_profile_id) SELECT 'again', realm_id, id"
        " FROM zerver_userprofile WHERE delivery_email = 'gone.soon@acme.example'"
    )
    yield [(number, name) for number, name, _, _ in before]
    shutil.rmtree(journal.parent)


async def open_replay(driver: Driver) -> ReplayScreen:
    """From the palette's list; wait for the previews."""
    (command,) = [each for each in collect(driver.app.screen) if each.name == "Erase again after a restore"]
    command.run()
    await driver.until(lambda: isinstance(driver.app.screen, ReplayScreen), "the screen")
    screen = driver.app.screen
    assert isinstance(screen, ReplayScreen)
    await driver.until(lambda: screen.found is not None, "the previews")
    return screen


def _long_ago(again: Again) -> Again:
    replay = dataclasses.replace(again.restored.replay, when="2026-10-30T09:00:00Z")
    return dataclasses.replace(again, restored=dataclasses.replace(again.restored, replay=replay))


@pytest.mark.parametrize("size", SIZES)
async def test_frames(trial: DemoInstall, restored: list[tuple[int, str]], size: str) -> None:
    async with running(trial.path, SIZES[size], read_only=False) as driver:
        screen = await open_replay(driver)
        driver.hold_still()
        assert screen.found is not None
        screen.show_sections(replay_sections([_long_ago(each) for each in screen.found]))
        assert driver.app.screen.focused is screen.query_one("#cancel")
        await driver.pilot.pause()
        assert_frame(f"replay-{size}", driver.app)


async def test_read_only_session_shows_and_does_nothing(trial: DemoInstall, restored: list[tuple[int, str]]) -> None:
    async with running(trial.path, MIDDLE) as driver:
        screen = await open_replay(driver)
        await driver.until_text("READ ONLY: nothing can be changed", "Marc", "anonymize")
        assert screen.query_one("#do", Button).disabled and not screen.query_one("#typing").display


async def test_scrubbed_accounts_are_meant_only_where_it_is_said(
    trial: DemoInstall, restored: list[tuple[int, str]]
) -> None:
    async with running(trial.path, MIDDLE, read_only=False) as driver:
        screen = await open_replay(driver)
        assert [each.preview.options.strategy for each in screen.going] == ["anonymize", "delete"]
        screen.query_one("#scrubbed", Choices).focus()
        await driver.press("right")
        await driver.until(lambda: screen.found is not None and len(screen.going) == 3, "the scrubbed one")
        await driver.until_text("scrub-profile", "type 3 to go on")


async def test_whoever_is_there_again_is_erased_again(
    trial: DemoInstall, trial_db: Database, restored: list[tuple[int, str]], tmp_path: Path
) -> None:
    async with running(trial.path, MIDDLE, read_only=False) as driver:
        screen = await open_replay(driver)
        button = screen.query_one("#do", Button)
        await driver.press("enter")  # on Cancel
        await driver.until(lambda: not isinstance(driver.app.screen, ReplayScreen), "the screen before")
        screen = await open_replay(driver)
        button = screen.query_one("#do", Button)
        screen.query_one("#confirm", Input).focus()
        await driver.press("3", "enter")
        assert button.disabled
        screen.query_one("#confirm", Input).focus()
        await driver.press("backspace", "2", "enter", "enter")
        await driver.until(lambda: isinstance(driver.app.screen, ReplayRunScreen), "the run")
        run = driver.app.screen
        assert isinstance(run, ReplayRunScreen)
        await driver.until(lambda: not run.running and not run.rest, "the end of both")
        await driver.until_text("2 of 2", "2 people erased again", "✓ Nothing is left that should be gone")
        assert [each.complete for each in run.results] == [True, True]
        run._save(run.results, tmp_path / "report.json")
        await driver.until(lambda: len(list(tmp_path.iterdir())) == 4, "two reports with a page each")
    ids = [each.person.id for each in run.results]
    names = "SELECT full_name FROM zerver_userprofile WHERE id = ANY(%s) ORDER BY id"
    assert column(trial_db, names, ids) == [f"Deleted User {each}" for each in sorted(ids)]
    async with running(trial.path, MIDDLE, read_only=False) as driver:
        await open_replay(driver)
        await driver.until_text("Nobody whom the journal says was erased on this server is there again.")
