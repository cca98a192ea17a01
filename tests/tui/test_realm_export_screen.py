"""An organization's export from the palette, with the keyboard: choosing, running, what there is, cancelling."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.realm_export.test_command import ENDLESS, replace_command
from tests.tui.driving import SIZES, Driver, running
from tui.screens.realm_export import RealmExportScreen
from zulip_bridge.demo import DemoInstall


@pytest.fixture
def home(scratch: DemoInstall, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of Zulip's user, where archives go; of a name whose length does not change."""
    directory = Path("/tmp/zs-home")
    directory.mkdir(mode=0o700, exist_ok=True)
    owner = (scratch.path / "manage.py").stat()
    os.chown(directory, owner.st_uid, owner.st_gid)
    stub = scratch.path / "manage.py"
    before, mark, after = stub.read_text().partition("    from django.core.management")
    stub.write_text(f"{before}    os.environ['HOME'] = {str(directory)!r}\n{mark}{after}")
    return directory


async def opened(driver: Driver) -> RealmExportScreen:
    """Open it by its name, and wait for the plan."""
    await driver.until(lambda: driver.app.connection.ready, "the connection")
    await driver.press("ctrl+p", *"export an org", "enter")
    await driver.until(lambda: isinstance(driver.app.screen, RealmExportScreen), "the screen")
    screen = driver.app.screen
    assert isinstance(screen, RealmExportScreen)
    await driver.until(lambda: screen.plan is not None, "the plan")
    return screen


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
