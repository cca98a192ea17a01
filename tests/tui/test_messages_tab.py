"""The tab Messages on a real worker: kinds, filters, paging, one message in full, hostile content."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import psycopg
import pytest
from textual.widgets import Input

from tests.tui.driving import SIZES, Driver, running
from tests.tui.frames import assert_frame
from tui.screens.message import MessageDialog
from tui.tabs.kind_bar import KindBar
from tui.tabs.messages import PAGE, Messages, MessagesTab
from zulip_bridge.api.messages import MESSAGE_KINDS

Connection = psycopg.Connection[Any]
MARTA = 65


async def messages_of(driver: Driver, person: str) -> MessagesTab:
    """Open somebody's messages, and wait for their numbers."""
    await driver.open(person)
    tab = await driver.show_tab("messages")
    assert isinstance(tab, MessagesTab)
    await until_counted(driver, tab)
    return tab


async def until_counted(driver: Driver, tab: MessagesTab) -> None:
    """Wait for the numbers beside all kinds."""
    await driver.until(lambda: len(tab.query_one(KindBar).counts) == len(MESSAGE_KINDS), "the counts")


async def narrow(driver: Driver, tab: MessagesTab, text: str) -> None:
    """Type a search as if it had been pasted, and wait for its answer."""
    await driver.press("slash")
    tab.query_one(Input).value = text
    await driver.press("enter")
    await driver.until(lambda: tab._shown == tab._listing, "the answer")


def shown_ids(tab: MessagesTab) -> list[int]:
    """Ids of the rows that have been fetched, in order."""
    source = tab.query_one(Messages).source
    rows = [source.get(index) for index in range(source.count or 0)]
    return [int(row.key) for row in rows if row is not None]


@pytest.mark.parametrize("size", SIZES)
async def test_frame(install: Path, size: str) -> None:
    async with running(install, SIZES[size]) as driver:
        await messages_of(driver, "maria lopez")
        driver.hold_still()
        await driver.press("down")
        assert_frame(f"person-messages-{size}", driver.app)


async def test_kinds_show_what_the_database_holds(install: Path, database: Connection) -> None:
    async with running(install) as driver:
        tab = await messages_of(driver, "marta heavy")
        queries = {
            "starred": "SELECT message_id FROM zerver_usermessage WHERE user_profile_id = %s AND flags & 2 <> 0",
            "reacted": "SELECT DISTINCT message_id FROM zerver_reaction WHERE user_profile_id = %s",
        }
        for kind in MESSAGE_KINDS[1:]:
            before = tab._listing
            await driver.press("k")
            await driver.until(lambda: tab._shown > before)  # noqa: B023
            assert tab.kind == kind
            if kind in queries:
                ids = sorted((row[0] for row in database.execute(queries[kind].encode(), [MARTA])), reverse=True)
                assert shown_ids(tab) == ids[:PAGE]
                assert tab.query_one(KindBar).counts[kind] == str(len(ids))


async def test_the_list_grows_as_it_is_scrolled(install: Path, database: Connection) -> None:
    async with running(install) as driver:
        tab = await messages_of(driver, "marta heavy")
        table = tab.query_one(Messages)
        for known in (2, 3):
            await driver.press("end")
            await driver.until(lambda: (table.source.count or 0) > known * PAGE)  # noqa: B023
        await driver.press("end")
        await driver.until(lambda: table.cursor_row is not None)
        sent = [
            row[0]
            for row in database.execute("SELECT id FROM zerver_message WHERE sender_id = %s ORDER BY 1 DESC", [MARTA])
        ]
        assert table.cursor_row is not None
        assert table.cursor_row.key == sent[table.cursor]
        await driver.press("o")
        await driver.until(lambda: tab._shown == tab._listing and shown_ids(tab)[:1] == sent[-1:])


async def test_what_is_typed_narrows_the_list(install: Path, database: Connection) -> None:
    async with running(install) as driver:
        tab = await messages_of(driver, "marta heavy")
        await narrow(driver, tab, "channel:board topic:min since:2026-01 until:2026-06")
        expected = [
            row[0]
            for row in database.execute(
                """SELECT m.id FROM zerver_message m JOIN zerver_stream s ON s.recipient_id = m.recipient_id
                   WHERE m.sender_id = %s AND lower(s.name) = 'board' AND m.subject ILIKE '%%min%%'
                   AND m.date_sent >= '2026-01-01' AND m.date_sent < '2026-07-01' ORDER BY m.id DESC""",
                [MARTA],
            )
        ]
        assert expected
        assert shown_ids(tab) == expected[:PAGE]
        await narrow(driver, tab, "zebra crossing")
        await driver.until_text("No message passes these filters.", "as Zulip searches")


async def test_what_cannot_be_asked_is_told(install: Path) -> None:
    async with running(install) as driver:
        tab = await messages_of(driver, "marta heavy")
        await driver.press("slash")
        tab.query_one(Input).value = "since:yesterday"
        await driver.press("enter")
        await driver.until_text("since: takes a day")
        tab.query_one(Input).value = "channel:nowhere"
        await driver.until_text("has no channel nowhere")
        tab.query_one(Input).value = ""
        await driver.until(lambda: tab._shown == tab._listing and len(shown_ids(tab)) == PAGE)


async def test_a_message_opens_with_its_history_and_is_copied(install: Path, database: Connection) -> None:
    (message_id, content, history), *_ = database.execute(
        """SELECT id, content, edit_history FROM zerver_message
           WHERE sender_id = %s AND edit_history LIKE '%%prev_content%%' ORDER BY id DESC LIMIT 1""",
        [MARTA],
    ).fetchall()
    async with running(install, SIZES["120x40"]) as driver:
        tab = await messages_of(driver, "marta heavy")
        table = tab.query_one(Messages)
        while (index := table.source.index_of(message_id)) is None:
            await driver.press("pagedown")
        table.move_cursor(index)
        await driver.press("enter")
        await driver.until_text(f"Message {message_id}", "Content, as it was typed", "Before ", "changed by")
        earlier = next(each["prev_content"] for each in json.loads(history) if each.get("prev_content"))
        assert earlier.splitlines()[0][:40] in driver.text
        await driver.press("y")
        assert driver.app.clipboard == content
        await driver.press("escape")
        await driver.until(lambda: not isinstance(driver.app.screen, MessageDialog))


async def test_all_that_pass_the_filters_are_saved(install: Path, database: Connection, tmp_path: Path) -> None:
    async with running(install) as driver:
        tab = await messages_of(driver, "marta heavy")
        await narrow(driver, tab, "channel:board")
        await driver.press("s")
        await driver.until_text("[ Save ]")
        path = tmp_path / "messages.json"
        driver.app.screen.query_one(Input).value = str(path)
        await driver.press("tab", "enter")
        await driver.until(path.exists, "the file")
        data = json.loads(path.read_bytes())["data"]
        expected = database.execute(
            """SELECT m.id, m.content FROM zerver_message m JOIN zerver_stream s ON s.recipient_id = m.recipient_id
               WHERE m.sender_id = %s AND s.name = 'board' ORDER BY m.id DESC""",
            [MARTA],
        ).fetchall()
        assert len(expected) > PAGE
        assert [(each["id"], each["content"]) for each in data["messages"]] == expected
        assert data["complete"] is True


async def test_hostile_content_is_shown_safely(install: Path, database: Connection) -> None:
    senders = database.execute(
        r"""SELECT DISTINCT u.delivery_email FROM zerver_message m JOIN zerver_userprofile u ON u.id = m.sender_id
            WHERE m.content ~ '[\x01-\x08\x0b-\x1f\x7f-\x9f]' OR m.content ~ E'[\u202a-\u202e\u2066-\u2069]'
            ORDER BY 1 LIMIT 2"""
    ).fetchall()
    assert senders
    for (address,) in senders:
        async with running(install, SIZES["120x40"]) as driver:
            tab = await messages_of(driver, address)
            for _ in range(min(10, len(shown_ids(tab)))):
                await driver.press("down")
                assert not obeyed(driver.text)
            await driver.press("enter")
            await driver.until_text("Content, as it was typed")
            assert not obeyed(driver.text)
            await driver.press("escape")
            await driver.show_tab("files")
            assert not obeyed(driver.text)


def obeyed(text: str) -> list[str]:
    """Characters that a terminal would obey, or not show."""
    return [char for char in text if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp")]
