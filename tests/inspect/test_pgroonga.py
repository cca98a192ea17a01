"""Searching messages on a server whose full-text search is PGroonga's: a stand-in for its operator is enough to see
what it is asked, and what becomes of words that it does not understand.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
import pytest_asyncio

from tests.plain_sql import Database, value
from tests.scratch import make_scratch, with_settings
from zulip_bridge.api.messages import MessageFilters, MessagePage, ReadMessages
from zulip_bridge.client import Bridge
from zulip_bridge.demo import DemoInstall
from zulip_bridge.launch import InstallTarget, open_door

pytestmark = pytest.mark.asyncio(loop_scope="module")

STAND_IN = """
CREATE FUNCTION zulip.asks_groonga(content text, query text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
    IF query LIKE '%(%' THEN RAISE EXCEPTION 'pgroonga: [query-expression] syntax error'; END IF;
    RETURN strpos(content, query) > 0;
END $$;
CREATE OPERATOR zulip.&@~ (LEFTARG = text, RIGHTARG = text, FUNCTION = zulip.asks_groonga);
ALTER TABLE zulip.zerver_message ADD COLUMN search_pgroonga text;
"""
"""PGroonga's operator raises for what is no query of its language; Zulip fills the column by a trigger."""


@pytest.fixture(scope="module")
def scratch(demo: DemoInstall) -> Iterator[DemoInstall]:
    """A copy of the demo, to be changed by these tests."""
    with make_scratch(demo) as install:
        yield install


@pytest.fixture(scope="module")
def sender(scratch: DemoInstall) -> Iterator[tuple[Database, int, int]]:
    """Its database, somebody who sent a message, and that message."""
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as database:
        database.execute(STAND_IN)
        message, person = value(
            database, "SELECT ARRAY[id, sender_id] FROM zerver_message ORDER BY length(content) DESC LIMIT 1"
        )
        database.execute(
            "UPDATE zerver_message SET content = %s, search_pgroonga = %s WHERE id = %s",
            ["It's O'Hara (who else) & co.", "lunch It&#39;s O&#39;Hara (who else) &amp; co.", message],
        )
        yield database, person, message


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bridge(scratch: DemoInstall) -> AsyncIterator[Bridge]:
    """A session with the server as PGroonga's."""
    opened = await Bridge.open(open_door(InstallTarget(with_settings(scratch, USING_PGROONGA=True))))
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    ("words", "how"),
    [
        ("O'Hara", "PGroonga"),
        ("& co", "PGroonga"),
        ("(who else)", "substring"),
    ],
)
async def test_it_is_asked_as_zulip_asks_it(
    bridge: Bridge, sender: tuple[Database, int, int], words: str, how: str
) -> None:
    _, person, message = sender
    page: MessagePage = await bridge.call(ReadMessages(person, "sent", MessageFilters(text=words)))
    assert ([each.id for each in page.messages], page.search) == ([message], how)
