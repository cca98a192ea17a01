"""Editing and deleting rows of a scratch install, against plain SQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.browse import DeletionPreview, FieldChange, RowEditPreview
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.query import MASK
from zulip_bridge.browse import Browser
from zulip_bridge.demo import DemoInstall
from zulip_bridge.launch import InstallTarget
from zulip_bridge.steward import Steward


def entries(path: object, action: str) -> list[dict[str, Any]]:
    """The journal's entries of an action."""
    read = [orjson.loads(line) for line in Path(str(path)).read_bytes().splitlines()]
    return [entry for entry in read if entry["action"] == action]


def counts(sql: Database, models: dict[str, str]) -> dict[str, int]:
    """Rows of each table."""
    return {label: value(sql, f"SELECT count(*) FROM {table}") for label, table in models.items()}


async def looked(browser: Browser, model: str, key: object, **values: str | None) -> RowEditPreview:
    """The preview of an edit."""
    return await browser.preview_edit(model, str(key), [FieldChange(name, text) for name, text in values.items()])


async def test_only_what_was_changed_is_saved_and_journaled(
    writing: Browser, sql: Database, own_journal: Path
) -> None:
    draft = value(sql, "SELECT max(id) FROM zerver_draft")
    before = rows(sql, "SELECT user_profile_id, recipient_id, last_edit_time FROM zerver_draft WHERE id = %s", draft)
    old = value(sql, "SELECT content FROM zerver_draft WHERE id = %s", draft)
    preview = await looked(writing, "Draft", draft, content="new\nwords", topic="elsewhere")
    assert next((item.field, item.before, item.after) for item in preview.changes) == ("content", old, "new\nwords")
    assert any("events" in note or "event" in note for note in preview.notes)
    assert any("do_delete_draft" in each.sentence for each in preview.advice)
    assert value(sql, "SELECT content FROM zerver_draft WHERE id = %s", draft) == old
    result = await writing.save(preview)
    assert (result.state, [item.after for item in result.items]) == ("done", ["new\nwords", "elsewhere"])
    assert rows(sql, "SELECT content, topic FROM zerver_draft WHERE id = %s", draft) == [("new\nwords", "elsewhere")]
    after = rows(sql, "SELECT user_profile_id, recipient_id, last_edit_time FROM zerver_draft WHERE id = %s", draft)
    assert after == before
    started, finished = entries(own_journal, "row.edit.started")[-1], entries(own_journal, "row.edit.finished")[-1]
    assert started["before"]["content"] == old
    assert finished["after"] == {"content": "new\nwords", "topic": "elsewhere"}
    assert finished["person"]["id"] == before[0][0]


async def test_a_preview_calls_the_row_what_it_is_now(writing: Browser, sql: Database) -> None:
    query = "SELECT id, word, user_profile_id FROM zerver_alertword ORDER BY id LIMIT 1"
    ((key, word, person),) = rows(sql, query)
    other = value(sql, "SELECT min(id) FROM zerver_userprofile WHERE NOT is_bot AND id <> %s", person)
    preview = await looked(writing, "AlertWord", key, word="other", user_profile=str(other))
    assert preview.title == word
    assert preview.person is not None and preview.person.id == person


@pytest.mark.parametrize(
    ("model", "query", "values"),
    [
        ("UserProfile", "SELECT max(id) FROM zerver_userprofile", {"long_term_idle": "yes", "role": "guest"}),
        ("UserMessage", "SELECT max(id) FROM zerver_usermessage", {"flags": "read, starred"}),
        ("RealmAuditLog", "SELECT max(id) FROM zerver_realmauditlog", {"extra_data": '{"1": [2, null]}'}),
        ("Message", "SELECT max(id) FROM zerver_message", {"date_sent": "2026-10-01T10:00:00.123456Z"}),
        ("Stream", "SELECT max(id) FROM zerver_stream", {"creator": None}),
    ],
)
async def test_every_kind_of_value_can_be_typed(
    writing: Browser, sql: Database, model: str, query: str, values: dict[str, str | None]
) -> None:
    key = value(sql, query)
    preview = await looked(writing, model, key, **values)
    assert preview.objections == []
    result = await writing.save(preview)
    assert result.state == "done"
    again = {each.field.name: each for each in (await writing.row(model, str(key))).values}
    assert {name: again[name].raw for name in values} == {item.field: item.after for item in preview.items}
    if model == "UserProfile":
        assert rows(sql, "SELECT role, long_term_idle FROM zerver_userprofile WHERE id = %s", key) == [(600, True)]
    if model == "UserMessage":
        assert value(sql, "SELECT flags FROM zerver_usermessage WHERE id = %s", key) & 3 == 3


async def test_what_does_not_fit_is_refused_with_a_reason(writing: Browser, sql: Database) -> None:
    (first, second) = column(
        sql, "SELECT id FROM zerver_userprofile WHERE realm_id = 2 AND NOT is_bot ORDER BY id LIMIT 2"
    )
    taken = value(sql, "SELECT delivery_email FROM zerver_userprofile WHERE id = %s", second)
    before = rows(sql, "SELECT * FROM zerver_userprofile ORDER BY id")
    for values, said in [
        ({"realm": "99999"}, "99999 is not a valid choice"),
        ({"realm": None}, "cannot be NULL"),
        ({"role": "emperor"}, "integer"),
        ({"date_joined": "yesterday"}, ""),
        ({"is_active": "perhaps"}, "yes or no"),
        ({"full_name": "x" * 101}, "at most 100"),
        ({"full_name": ""}, "blank"),
        ({"api_key": "a" * 32}, "Secrets are not edited"),
        ({"id": "5"}, "primary key"),
        ({"delivery_email": taken}, ""),
    ]:
        preview = await looked(writing, "UserProfile", first, **values)  # type: ignore[arg-type]
        assert preview.objections, values
        assert said in " ".join(preview.objections)
        if preview.changes:
            assert (await writing.save(preview)).state == "refused"
    with pytest.raises(StewardError) as caught:
        await looked(writing, "UserProfile", first, nonsense="1")
    assert caught.value.kind is ErrorKind.INVALID
    assert rows(sql, "SELECT * FROM zerver_userprofile ORDER BY id") == before


async def test_uniqueness_over_several_fields_is_checked_before_the_database_is(
    writing: Browser, sql: Database
) -> None:
    ((first, word), (_, other)) = rows(
        sql,
        """SELECT id, word FROM zerver_alertword WHERE user_profile_id =
           (SELECT user_profile_id FROM zerver_alertword GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 1)
           ORDER BY id LIMIT 2""",
    )
    preview = await looked(writing, "AlertWord", first, word=other)
    assert " ".join(preview.objections)
    assert word == value(sql, "SELECT word FROM zerver_alertword WHERE id = %s", first)


async def test_a_row_that_has_changed_since_is_left_alone(writing: Browser, sql: Database, own_journal: Path) -> None:
    draft = value(sql, "SELECT max(id) FROM zerver_draft")
    preview = await looked(writing, "Draft", draft, content="mine")
    sql.execute("UPDATE zerver_draft SET topic = 'theirs' WHERE id = %s", [draft])
    result = await writing.save(preview)
    assert result.state == "changed_since"
    assert value(sql, "SELECT content FROM zerver_draft WHERE id = %s", draft) != "mine"
    assert entries(own_journal, "row.edit.finished")[-1]["result"]["state"] == "failed"
    assert result.preview is not None
    assert (await writing.save(result.preview)).state == "done"
    assert rows(sql, "SELECT content, topic FROM zerver_draft WHERE id = %s", draft) == [("mine", "theirs")]


TABLES = {
    "UserProfile": "zerver_userprofile",
    "Stream": "zerver_stream",
    "Draft": "zerver_draft",
    "Message": "zerver_message",
    "Client": "zerver_client",
    "Recipient": "zerver_recipient",
}


@pytest.mark.parametrize(
    ("model", "query"),
    [
        ("Draft", "SELECT max(id) FROM zerver_draft"),
        ("Message", "SELECT message_id FROM zerver_reaction ORDER BY id LIMIT 1"),
        ("Stream", "SELECT id FROM zerver_stream ORDER BY id DESC LIMIT 1"),
        ("UserProfile", "SELECT id FROM zerver_userprofile WHERE is_bot ORDER BY id DESC LIMIT 1"),
        ("UserProfile", "SELECT id FROM zerver_userprofile WHERE NOT is_bot ORDER BY id DESC LIMIT 1"),
    ],
)
async def test_the_tree_is_what_is_gone(
    writing: Browser, sql: Database, own_journal: Path, model: str, query: str
) -> None:
    key = value(sql, query)
    preview = await writing.preview_deletion(model, str(key))
    assert preview.tree[0].rows == 1
    tables = dict(rows(sql, "SELECT tablename, tablename FROM pg_tables WHERE schemaname = 'zulip'"))
    before = counts(sql, tables)
    if preview.refusals:
        assert (await writing.delete(preview, preview.confirm)).state == "refused"
        assert counts(sql, tables) == before
        return
    result = await writing.delete(preview, preview.confirm)
    assert (result.state, result.deleted) == ("done", preview.deleted)
    gone = {table: before[table] - count for table, count in counts(sql, tables).items() if count != before[table]}
    in_tree: dict[str, int] = {}
    for node in preview.tree:
        if node.kind == "delete":
            in_tree[node.table] = in_tree.get(node.table, 0) + node.rows
    assert gone == in_tree
    assert sum(gone.values()) == preview.total
    finished = entries(own_journal, "row.delete.finished")[-1]
    assert (finished["result"]["state"], finished["parameters"]["rows"]) == ("done", preview.deleted)
    assert str(finished["before"]["id"]) == str(key)


async def test_references_that_are_cleared_are_said_to_be(writing: Browser, sql: Database) -> None:
    person = value(sql, "SELECT creator_id FROM zerver_stream WHERE creator_id IS NOT NULL ORDER BY id DESC LIMIT 1")
    streams = value(sql, "SELECT count(*) FROM zerver_stream WHERE creator_id = %s", person)
    preview = await writing.preview_deletion("UserProfile", str(person))
    node = next(each for each in preview.tree if each.model == "zerver.Stream" and each.via == "creator")
    assert (node.kind, node.rows) == ("clear", streams)
    assert any(each.offers[:1] == ["erase"] and each.person == person for each in preview.advice)


async def test_protected_rows_forbid_it(writing: Browser, sql: Database) -> None:
    group = value(sql, "SELECT can_administer_channel_group_id FROM zerver_stream ORDER BY id LIMIT 1")
    preview = await writing.preview_deletion("UserGroup", str(group))
    assert "PROTECT" in preview.refusals[0]
    assert [each for each in preview.tree if each.kind == "protect"]
    assert (await writing.delete(preview, preview.confirm)).state == "refused"
    assert value(sql, "SELECT count(*) FROM zerver_usergroup WHERE id = %s", group) == 1


async def test_deleting_wants_the_confirmation_and_the_row_as_it_was(writing: Browser, sql: Database) -> None:
    draft = value(sql, "SELECT max(id) FROM zerver_draft")
    preview = await writing.preview_deletion("Draft", str(draft))
    with pytest.raises(StewardError) as caught:
        await writing.delete(preview, "yes")
    assert caught.value.kind is ErrorKind.REFUSED
    sql.execute("UPDATE zerver_draft SET topic = 'theirs' WHERE id = %s", [draft])
    result = await writing.delete(preview, preview.confirm)
    assert result.state == "changed_since"
    assert value(sql, "SELECT count(*) FROM zerver_draft WHERE id = %s", draft) == 1
    assert result.preview is not None
    assert (await writing.delete(result.preview, preview.confirm)).state == "done"


async def test_more_that_refers_to_it_is_another_deletion(writing: Browser, sql: Database) -> None:
    message = value(sql, "SELECT message_id FROM zerver_reaction ORDER BY id LIMIT 1")
    preview: DeletionPreview = await writing.preview_deletion("Message", str(message))
    sql.execute("DELETE FROM zerver_reaction WHERE message_id = %s", [message])
    assert (await writing.delete(preview, preview.confirm)).state == "changed_since"


async def test_secrets_are_masked_in_the_journal(writing: Browser, sql: Database, own_journal: Path) -> None:
    ((token, secret),) = rows(sql, "SELECT id, token FROM zerver_pushdevicetoken ORDER BY id LIMIT 1")
    preview = await writing.preview_deletion("PushDeviceToken", str(token))
    assert preview.before["token"] == MASK
    assert (await writing.delete(preview, preview.confirm)).state == "done"
    session = value(sql, "SELECT session_key FROM django_session ORDER BY session_key LIMIT 1")
    detail = next(row for row in (await writing.page(_sessions())).rows if row.key.startswith("secret-key-"))
    gone = await writing.preview_deletion("sessions.Session", detail.key)
    assert (await writing.delete(gone, gone.confirm)).state == "done"
    assert value(sql, "SELECT count(*) FROM django_session WHERE session_key = %s", session) == 0
    journal = own_journal.read_text()
    assert secret not in journal
    assert session not in journal


def _sessions() -> Any:
    from zulip_bridge.api.browse import PageOfRows

    return PageOfRows("sessions.Session", order="session_key")


async def test_a_read_only_session_changes_nothing(scratch: DemoInstall, sql: Database) -> None:
    steward = await Steward.open(InstallTarget(scratch.path), read_only=True)
    try:
        draft = value(sql, "SELECT max(id) FROM zerver_draft")
        preview = await looked(steward.browser, "Draft", draft, content="mine")
        for work in (
            steward.browser.save(preview),
            steward.browser.delete(await steward.browser.preview_deletion("Draft", str(draft)), "x"),
        ):
            with pytest.raises(StewardError) as caught:
                await work
            assert caught.value.kind is ErrorKind.READ_ONLY
        assert value(sql, "SELECT count(*) FROM zerver_draft WHERE content = 'mine'") == 0
    finally:
        await steward.close()
