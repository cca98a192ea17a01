"""``row``, ``row edit`` and ``row delete`` as processes."""

from __future__ import annotations

import pytest

from tests.cli.process import on
from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.query import MASK
from zulip_bridge.demo import DemoInstall


def test_a_row_is_shown_decoded_and_as_json(demo: DemoInstall, database: Database) -> None:
    ((key, user),) = rows(database, "SELECT id, user_profile_id FROM zulip.zerver_usermessage ORDER BY id LIMIT 1")
    text = on(demo, "row", "UserMessage", str(key))
    assert text.status == 0
    assert "zerver.UserProfile" in text.stdout
    found = on(demo, "row", "UserMessage", str(key), "--references", "--json").json
    assert (found["values"]["user_profile"], found["person"]) == (str(user), user)
    assert found["refers_to"]["user_profile"] == {"model": "zerver.UserProfile", "key": str(user)}
    assert found["references"] == []
    assert "read" in found["shown"]["flags"] or found["shown"]["flags"] == "none"


def test_secrets_are_unmasked_one_by_one(demo: DemoInstall, database: Database) -> None:
    ((key, api_key),) = rows(database, "SELECT id, api_key FROM zulip.zerver_userprofile ORDER BY id LIMIT 1")
    masked = on(demo, "row", "UserProfile", str(key), "--json")
    assert api_key not in masked.stdout
    assert masked.json["values"]["api_key"] == MASK
    assert {"api_key", "password"} <= set(masked.json["masked"])
    opened = on(demo, "row", "UserProfile", str(key), "--unmask", "api_key", "--json").json
    assert opened["values"]["api_key"] == api_key
    assert "password" in opened["masked"]


def test_an_edit_is_shown_refused_or_saved(scratch: DemoInstall) -> None:
    key = str(on(scratch, "query", "--sql", "SELECT max(id) FROM zerver_draft", "--json").json[0]["max"])

    def content() -> str:
        return str(on(scratch, "row", "Draft", key, "--json").json["values"]["content"])

    before = content()
    dry = on(scratch, "row", "edit", "Draft", key, "content=new", "--dry-run")
    assert (dry.status, content()) == (0, before)
    assert "new" in dry.stdout
    assert "do_delete_draft" in dry.stderr
    unasked = on(scratch, "row", "edit", "Draft", key, "content=new")
    assert (unasked.status, content()) == (1, before)
    wrong = on(scratch, "row", "edit", "Draft", key, "user_profile=999999", "--yes", "--json")
    assert wrong.status == 1
    assert wrong.json["items"][0]["refusals"]
    saved = on(scratch, "row", "edit", "Draft", key, "content", "--yes", "--json", stdin="typed in private\n")
    assert (saved.status, saved.json["state"]) == (0, "done")
    assert content() == "typed in private"
    assert on(scratch, "row", "edit", "Draft", key, "content=typed in private", "--yes").status == 0
    assert on(scratch, "row", "edit", "Draft", key, "content=x", "--yes", "--read-only").status == 1
    assert on(scratch, "row", "edit", "Draft", key).status == 2
    assert on(scratch, "row", "edit", "Draft", key, "--null", "recipient", "--yes", "--json").json["state"] == "done"
    assert on(scratch, "row", "Draft", key, "--json").json["values"]["recipient"] is None


def test_a_deletion_is_shown_and_has_to_be_confirmed(scratch: DemoInstall) -> None:
    key = str(on(scratch, "query", "--sql", "SELECT max(id) FROM zerver_draft", "--json").json[0]["max"])
    dry = on(scratch, "row", "delete", "Draft", key, "--dry-run", "--json")
    assert (dry.status, dry.json["total"], dry.json["tree"][0]["rows"]) == (0, 1, 1)
    for words in ([], ["--confirm", "yes"], ["--confirm", f"delete Draft {key}", "--read-only"]):
        ended = on(scratch, "row", "delete", "Draft", key, *words)
        assert ended.status == 1, words
    assert on(scratch, "row", "Draft", key).status == 0
    done = on(scratch, "row", "delete", "Draft", key, "--confirm", f"delete Draft {key}", "--json")
    assert (done.status, done.json["deleted"]) == (0, {"zerver.Draft": 1})
    gone = on(scratch, "row", "Draft", key)
    assert (gone.status, gone.stdout) == (1, "")
    assert "There is no zerver.Draft" in gone.stderr


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["row", "NoSuchModel", "1"], 1, "no model"),
        (["row", "Draft", "none"], 1, "There is no"),
        (["row", "Draft"], 2, "KEY"),
        (["row", "edit", "Draft", "1", "x=1", "--json"], 2, "--yes or --dry-run"),
        (["row", "delete", "Draft", "1", "--json"], 2, "--confirm or --dry-run"),
        (["row", "edit", "Draft", "1", "nonsense=1", "--dry-run"], 1, "no field nonsense"),
    ],
)
def test_what_is_wrong_is_said(demo: DemoInstall, words: list[str], status: int, said: str) -> None:
    ended = on(demo, *words)
    assert ended.status == status
    assert said in ended.stderr


def test_hostile_text_is_made_visible(scratch: DemoInstall, database: Database) -> None:
    assert column(database, "SELECT count(*) FROM zulip.zerver_draft") != [0]
    key = str(on(scratch, "query", "--sql", "SELECT max(id) FROM zerver_draft", "--json").json[0]["max"])
    on(scratch, "row", "edit", "Draft", key, "content", "--yes", stdin="\x1b]52;c;SEVMTE8=\x07[red]x\n")
    shown = on(scratch, "row", "Draft", key).stdout
    assert "\x1b" not in shown
    assert "[red]x" in shown
    assert value(database, "SELECT count(*) FROM zulip.zerver_draft WHERE content LIKE '%%SEVMTE8%%'") == 0
