"""Messages by kind, filter and key, compared with plain SQL; on the demo, or on a real server with --install."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest

from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.messages import (
    COUNT_BOUND,
    MESSAGE_KINDS,
    CountMessages,
    MessageFilters,
    MessageKind,
    MessagePage,
    ReadMessage,
    ReadMessages,
)
from zulip_bridge.client import Bridge

pytestmark = pytest.mark.asyncio(loop_scope="module")

OF_KIND: dict[MessageKind, str] = {
    "sent": "SELECT id FROM zerver_message WHERE sender_id = %s",
    "direct": """
        WITH p AS (SELECT %s::int AS id)
        SELECT m.id FROM zerver_message m JOIN zerver_recipient r ON r.id = m.recipient_id CROSS JOIN p
        WHERE r.type = 1 AND (r.type_id = p.id OR m.sender_id = p.id)
        UNION
        SELECT m.id FROM zerver_message m JOIN zerver_recipient r ON r.id = m.recipient_id CROSS JOIN p
        WHERE r.type = 3 AND (m.sender_id = p.id OR m.recipient_id IN
            (SELECT s.recipient_id FROM zerver_subscription s CROSS JOIN p WHERE s.user_profile_id = p.id))
    """,
    "mentions": "SELECT message_id FROM zerver_usermessage WHERE user_profile_id = %s AND flags & 120 <> 0",
    "starred": "SELECT message_id FROM zerver_usermessage WHERE user_profile_id = %s AND flags & 2 <> 0",
    "reacted": "SELECT DISTINCT message_id FROM zerver_reaction WHERE user_profile_id = %s",
}
BUSY = """
    SELECT sender_id FROM zerver_message WHERE realm_id IN
        (SELECT realm_id FROM zerver_message GROUP BY 1 HAVING count(*) < 50000)
      AND sender_id IN (SELECT id FROM zerver_userprofile WHERE NOT is_bot)
      AND sender_id IN (SELECT user_profile_id FROM zerver_reaction)
      AND sender_id IN (SELECT user_profile_id FROM zerver_usermessage WHERE flags & 2 <> 0)
    GROUP BY 1 HAVING count(*) < 8000 ORDER BY count(*) DESC, 1 LIMIT 1
"""


@pytest.fixture
def busy(install_database: Database) -> int:
    """Somebody with messages of all kinds, in a realm that plain SQL can go through."""
    return int(value(install_database, BUSY))


async def all_ids(bridge: Bridge, request: ReadMessages) -> list[int]:
    """The ids of every page, from first to last."""
    ids: list[int] = []
    after = None
    while True:
        page: MessagePage = await bridge.call(
            ReadMessages(
                request.person_id, request.kind, request.filters, after, request.oldest_first, limit=request.limit
            )
        )
        ids += [each.id for each in page.messages]
        if not page.more:
            return ids
        after = ids[-1]


@pytest.mark.parametrize("kind", MESSAGE_KINDS)
@pytest.mark.parametrize("oldest_first", [False, True], ids=["newest", "oldest"])
async def test_all_pages_together_are_all_messages_in_order(
    bridge: Bridge, install_database: Database, busy: int, kind: MessageKind, oldest_first: bool
) -> None:
    expected = sorted(column(install_database, OF_KIND[kind], busy), reverse=not oldest_first)
    request = ReadMessages(busy, kind, oldest_first=oldest_first, limit=max(7, len(expected) // 3))
    assert await all_ids(bridge, request) == expected
    counted = await bridge.call(CountMessages(busy, kind))
    assert counted.count == min(len(expected), COUNT_BOUND)
    assert counted.exact == (len(expected) <= COUNT_BOUND)


async def test_a_row_says_what_the_database_says(bridge: Bridge, install_database: Database, busy: int) -> None:
    page = await bridge.call(ReadMessages(busy, "direct", limit=50, whole=True))
    for message in page.messages:
        ((sender, name, content, sent, edited),) = rows(
            install_database,
            """SELECT m.sender_id, u.full_name, m.content, m.date_sent, m.edit_history IS NOT NULL
               FROM zerver_message m JOIN zerver_userprofile u ON u.id = m.sender_id WHERE m.id = %s""",
            message.id,
        )
        assert (message.sender_id, message.sender, message.content, message.edited) == (sender, name, content, edited)
        assert message.sent_at == sent.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert message.where in ("direct", "group")
        held = rows(
            install_database,
            "SELECT flags FROM zerver_usermessage WHERE message_id = %s AND user_profile_id = %s",
            message.id,
            busy,
        )
        assert message.held == bool(held)
        assert ("read" in message.flags) == bool(held and held[0][0] & 1)


@pytest.mark.parametrize("kind", ["sent", "mentions", "reacted"])
async def test_filters_leave_what_they_name(
    bridge: Bridge, install_database: Database, busy: int, kind: MessageKind
) -> None:
    ((recipient, channel, topic),) = rows(
        install_database,
        """SELECT m.recipient_id, s.name, m.subject FROM zerver_message m JOIN zerver_stream s
           ON s.recipient_id = m.recipient_id WHERE m.sender_id = %s AND length(m.subject) > 3
           GROUP BY 1, 2, 3 ORDER BY count(*) DESC, 2, 3 LIMIT 1""",
        busy,
    )
    middle: datetime = value(
        install_database,
        "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY date_sent) FROM zerver_message WHERE sender_id = %s",
        busy,
    )
    moment = middle.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    whole = datetime.fromisoformat(moment.replace("Z", "+00:00"))
    part = topic[1:].upper()
    filters = {
        "m.recipient_id = %s": (MessageFilters(channel=channel.upper()), recipient),
        "position(%s in upper(m.subject)) > 0 AND m.recipient_id IN (SELECT recipient_id FROM zerver_stream)": (
            MessageFilters(topic=part),
            part,
        ),
        "m.date_sent >= %s": (MessageFilters(since=moment), whole),
        "m.date_sent < %s": (MessageFilters(until=moment), whole),
    }
    for condition, (chosen, parameter) in filters.items():
        query = f"SELECT m.id FROM zerver_message m WHERE m.id IN ({OF_KIND[kind]}) AND {condition} ORDER BY 1 DESC"
        expected = column(install_database, query, busy, parameter)
        assert await all_ids(bridge, ReadMessages(busy, kind, chosen, limit=500)) == expected, condition
        assert (await bridge.call(CountMessages(busy, kind, chosen))).count == min(len(expected), COUNT_BOUND)


async def test_words_are_found_as_zulip_finds_them(bridge: Bridge, install_database: Database, busy: int) -> None:
    query = "plainto_tsquery('english_us_search', %s)"
    word = next(
        word
        for content in column(
            install_database, "SELECT content FROM zerver_message WHERE sender_id = %s ORDER BY id DESC", busy
        )
        for word in content.split()
        if word.isascii() and word.isalpha() and len(word) > 5
    )
    expected = column(
        install_database,
        f"""SELECT id FROM zerver_message WHERE sender_id = %s AND
            (search_tsvector @@ {query} OR search_tsvector IS NULL AND content ILIKE '%%' || %s || '%%')
            ORDER BY id DESC""",
        busy,
        word,
        word,
    )
    assert expected
    page = await bridge.call(ReadMessages(busy, "sent", MessageFilters(text=word), limit=1_000))
    assert page.search == "full text"
    assert [each.id for each in page.messages] == expected[:1_000]


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", '"', '"%"', "the", "\x00", "a & | ! ( :*", "👩\u200d💻"])
async def test_no_text_is_an_error(bridge: Bridge, busy: int, text: str) -> None:
    for kind in MESSAGE_KINDS:
        page = await bridge.call(ReadMessages(busy, kind, MessageFilters(text=text, topic=text), limit=5))
        assert len(page.messages) <= 5


async def test_a_phrase_must_occur_exactly(bridge: Bridge, install_database: Database, busy: int) -> None:
    content = value(
        install_database,
        r"SELECT content FROM zerver_message WHERE sender_id = %s AND content ~* '^([a-z]+ ){4}' ORDER BY id LIMIT 1",
        busy,
    )
    phrase = " ".join(content.split(" ")[:4])
    page = await bridge.call(ReadMessages(busy, "sent", MessageFilters(text=f'"{phrase}"'), limit=1_000, whole=True))
    assert page.messages
    assert all(phrase.lower() in each.content.lower() for each in page.messages)


async def test_an_unknown_channel_is_named(bridge: Bridge, busy: int) -> None:
    with pytest.raises(StewardError, match="no channel nowhere") as caught:
        await bridge.call(ReadMessages(busy, "sent", MessageFilters(channel="nowhere")))
    assert caught.value.kind is ErrorKind.NOT_FOUND


async def test_a_message_has_its_edit_history(bridge: Bridge, install_database: Database) -> None:
    found = rows(
        install_database,
        """SELECT m.id, m.sender_id, m.edit_history, m.content FROM zerver_message m
           WHERE m.edit_history IS NOT NULL AND m.edit_history LIKE '%%prev_content%%' ORDER BY m.id LIMIT 5""",
    )
    assert found
    for message_id, sender, history, content in found:
        detail = await bridge.call(ReadMessage(sender, message_id))
        stored: list[dict[str, Any]] = json.loads(history)
        assert [each.content for each in detail.history] == [each.get("prev_content") for each in stored]
        assert [each.editor_id for each in detail.history] == [each.get("user_id") for each in stored]
        assert detail.row.content == content
        assert not detail.history_unreadable


async def test_a_message_names_its_reactions_and_files(bridge: Bridge, install_database: Database) -> None:
    message_id, sender = rows(
        install_database,
        """SELECT m.id, m.sender_id FROM zerver_message m WHERE m.has_attachment
           AND EXISTS (SELECT FROM zerver_attachment_messages a WHERE a.message_id = m.id)
           ORDER BY (SELECT count(*) FROM zerver_reaction r WHERE r.message_id = m.id) DESC, m.id LIMIT 1""",
    )[0]
    detail = await bridge.call(ReadMessage(sender, message_id))
    reactions = rows(
        install_database,
        "SELECT emoji_name, count(*) FROM zerver_reaction WHERE message_id = %s GROUP BY 1 ORDER BY min(id)",
        message_id,
    )
    assert [(each.emoji, each.count) for each in detail.reactions] == reactions
    files = column(
        install_database,
        """SELECT path_id FROM zerver_attachment a JOIN zerver_attachment_messages m ON m.attachment_id = a.id
           WHERE m.message_id = %s ORDER BY a.id""",
        message_id,
    )
    assert [each.path_id for each in detail.files] == files
    readers = "SELECT count(*) FROM zerver_usermessage WHERE message_id = %s"
    assert detail.readers == value(install_database, readers, message_id)


async def test_a_message_that_is_gone_is_named(bridge: Bridge, busy: int) -> None:
    with pytest.raises(StewardError, match="no message 2147483647") as caught:
        await bridge.call(ReadMessage(busy, 2**31 - 1))
    assert caught.value.kind is ErrorKind.NOT_FOUND
