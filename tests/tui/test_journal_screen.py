"""The journal screen: newest first, what an entry says, and whether the chain is whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.driving import SIZES, running
from tests.tui.frames import assert_frame
from tui.screens.journal import JournalScreen
from zulip_bridge.journal import Entry, Journal, Operator, Person, Result, Server

ANNA = Operator("zulip", sudo_user="anna", ssh_client="192.0.2.7")
SERVER = Server("chat.example.org", "11.4", "/home/zulip/deployments/current")
NOWHERE = Path("/no/such/deployment")


def entry(number: int, action: str, state: str = "done", sentence: str = "") -> Entry:
    """An entry of the demo's last day, at minute ``number``."""
    result = Result("failed", sentence) if state == "failed" else Result("done", sentence)
    return Entry(
        action=action,
        result=result,
        server=SERVER,
        realm="acme",
        person=Person(66, "acme"),
        parameters={"destination": "/srv/exports/acme-66-2026-11-01", "warnings": 2},
        operator=ANNA,
        host="db1",
        when=f"2026-11-01T10:{number:02d}:00.000Z",
    )


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Journal:
    """A journal with three entries, in the place of the operator's."""
    path = tmp_path / "journal.jsonl"
    monkeypatch.setenv("ZULIP_STEWARD_JOURNAL", str(path))
    journal = Journal(path)
    journal.append(entry(1, "person.read"))
    journal.append(entry(2, "export.finished", "failed", "There is no room: \x1b[31mred"))
    journal.append(entry(3, "export.finished", sentence="1204 messages, 7 files"))
    return journal


@pytest.mark.parametrize("size", SIZES)
async def test_journal_frame(journal: Journal, monkeypatch: pytest.MonkeyPatch, size: str) -> None:
    async with running(NOWHERE, SIZES[size], connect=False) as driver:
        await driver.until_text("[ Retry ]")
        await driver.press("j")
        await driver.until_text("The chain is whole", "3 · export.finished")
        screen = driver.app.screen
        screen.query_one("#path").display = False  # differs from machine to machine
        await driver.pilot.pause()
        assert_frame(f"journal-{size}", driver.app)


async def test_an_entry_is_told_with_its_controls_visible(journal: Journal) -> None:
    async with running(NOWHERE, SIZES["120x40"], connect=False) as driver:
        await driver.until_text("[ Retry ]")
        await driver.press("j")
        await driver.until_text("3 · export.finished")
        await driver.press("down")
        await driver.until_text("2 · export.finished", "There is no room:", "␛[31mred", "192.0.2.7")


async def test_a_changed_journal_is_reported(journal: Journal) -> None:
    data = journal.path.read_bytes()
    journal.path.write_bytes(data.replace(b"person.read", b"person.show"))
    async with running(NOWHERE, connect=False) as driver:
        await driver.until_text("[ Retry ]")
        await driver.press("j")
        await driver.until_text("✕ Entry 1 was changed")


async def test_what_the_screens_read_is_recorded(
    install: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZULIP_STEWARD_JOURNAL", str(tmp_path / "own.jsonl"))
    async with running(install) as driver:
        screen = await driver.open("noel never")
        await driver.press("j")
        await driver.until(lambda: isinstance(driver.app.screen, JournalScreen))
        await driver.until_text("person.read", f"{screen.person.id} · {screen.person.realm}")
        await driver.press("y")
        await driver.until_text("The last hash was sent to the terminal's clipboard")
        recorded = Journal(tmp_path / "own.jsonl").entries()
        assert next(recorded).hash == driver.app.clipboard
