"""From the search to a finished export with the keyboard alone, at 80x24; and what cancelling leaves."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Button, Input

from tests.tui.driving import SIZES, Driver, running
from tests.tui.frames import assert_frame
from tui import destination
from tui.screens.export import ExportScreen
from tui.screens.export_dialog import ExportDialog
from zulip_bridge.export import ExportResult, verify_export


@pytest.fixture
def exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where exports go by default."""
    directory = tmp_path / "exports"
    monkeypatch.setattr(destination, "HOME", directory)
    return directory


async def ask(driver: Driver, text: str) -> ExportDialog:
    """Open the dialog for the first that a search finds."""
    await driver.open(text)
    await driver.press("x")
    await driver.until(lambda: isinstance(driver.app.screen, ExportDialog), "the dialog")
    await driver.until_text("at least", "messages")
    screen = driver.app.screen
    assert isinstance(screen, ExportDialog)
    return screen


async def begun(driver: Driver) -> ExportScreen:
    """The screen of the export that was just ordered."""
    await driver.until(lambda: isinstance(driver.app.screen, ExportScreen), "the export")
    screen = driver.app.screen
    assert isinstance(screen, ExportScreen)
    return screen


async def result_of(driver: Driver) -> ExportResult:
    """Wait for the export's end, and its result."""
    screen = await begun(driver)
    await driver.until(lambda: not screen.running, "the end")
    assert screen.result is not None, driver.text
    return screen.result


async def test_from_search_to_export_without_a_mouse(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        screen = await ask(driver, "marc admin")
        assert driver.app.focused is screen.query_one("#cancel")
        await driver.press("right", "enter")
        result = await result_of(driver)
        assert result.path.parent == exports
        assert verify_export(result.path) == []
        await driver.until_text("Done", f"{result.messages:,}", result.manifest_sha256, f"{result.files:,} · ")
        assert "marc" not in str(result.path).lower()
        await driver.press("y")
        assert driver.app.clipboard == str(result.path)
        await driver.press("h")
        assert driver.app.clipboard == result.manifest_sha256
        await driver.press("escape")
        await driver.until_text("Identity")


async def test_cancel_comes_first_and_does_nothing(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        await ask(driver, "marc admin")
        await driver.press("enter")
        await driver.until_text("Identity")
        assert not exports.exists()


async def test_a_place_that_will_not_do_is_refused_at_once(install: Path, exports: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "something").touch()
    async with running(install) as driver:
        screen = await ask(driver, "marc admin")
        screen.query_one(Input).value = str(tmp_path / "full")
        await driver.until_text("This directory is not empty: name another.")
        assert screen.query_one("#export", Button).disabled
        screen.query_one(Input).value = ""
        await driver.until_text("Name a directory.")
        screen.query_one(Input).value = str(tmp_path / "full" / "something")
        await driver.until_text("This is a file")
        screen.query_one(Input).value = str(tmp_path / "empty")
        await driver.until(lambda: not screen.query_one("#export", Button).disabled)


async def test_a_second_export_on_a_day_gets_another_name(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        await ask(driver, "noel never")
        await driver.press("right", "enter")
        first = await result_of(driver)
        await driver.press("escape")
        await driver.until_text("Identity")
        await driver.press("x")
        await driver.until(lambda: isinstance(driver.app.screen, ExportDialog))
        assert driver.app.screen.query_one(Input).value == f"{first.path}-2"


async def test_cancelling_keeps_nothing(install: Path, exports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(install) as driver:
        await ask(driver, "marta heavy")
        await driver.press("right", "enter")
        await begun(driver)
        await driver.press("escape")
        await driver.until_text("Cancelled.", "Nothing is kept")
        assert not exports.exists() or list(exports.iterdir()) == []
        await driver.press("escape")
        await driver.until_text("Identity")


async def test_quitting_under_way_keeps_nothing(install: Path, exports: Path) -> None:
    async with running(install) as driver:
        await ask(driver, "marta heavy")
        await driver.press("right", "enter")
        await begun(driver)
        await driver.press("ctrl+q")
    assert not exports.exists() or list(exports.iterdir()) == []


async def test_a_failure_is_a_sentence(install: Path, exports: Path, tmp_path: Path) -> None:
    async with running(install) as driver:
        screen = await ask(driver, "noel never")
        taken = Path(screen.query_one(Input).value)
        await driver.press("right")
        taken.mkdir(parents=True)
        (taken / "something").touch()  # after the dialog has looked
        await driver.press("enter")
        export = await begun(driver)
        await driver.until(lambda: not export.running)
        await driver.until_text("✕", "Nothing is kept")
        assert export.result is None
        assert [path.name for path in taken.iterdir()] == ["something"]


@pytest.mark.parametrize("size", SIZES)
async def test_dialog_frame(install: Path, monkeypatch: pytest.MonkeyPatch, size: str) -> None:
    monkeypatch.setattr(destination, "HOME", Path("/tmp/zulip-steward-frames"))
    async with running(install, SIZES[size]) as driver:
        await ask(driver, "noel never")
        driver.hold_still()
        await driver.pilot.pause()
        assert_frame(f"export-dialog-{size}", driver.app)
