"""Third parties' data in a redacted export: nothing of it is left in any value, key, name of a file, or page."""

from __future__ import annotations

import contextlib
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.export.support import FOLDERS, Exported, export
from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.export_scope import BY_NAME, choose
from zulip_bridge.client import Bridge

PEOPLE = {
    "the busiest": "SELECT sender_id FROM zulip.zerver_message GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1",
    "who invited": """SELECT referred_by_id FROM zulip.zerver_preregistrationuser WHERE referred_by_id IS NOT NULL
        GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1""",
    "a guest": "SELECT id FROM zulip.zerver_userprofile WHERE role = 600 ORDER BY id LIMIT 1",
}
OWN_TEXTS = [
    "SELECT content FROM zulip.zerver_message WHERE sender_id = %s",
    "SELECT content FROM zulip.zerver_archivedmessage WHERE sender_id = %s",
    "SELECT edit_history::json #>> '{0,prev_content}' FROM zulip.zerver_message "
    "WHERE sender_id = %s AND edit_history IS NOT NULL",
    "SELECT content FROM zulip.zerver_draft WHERE user_profile_id = %s",
    "SELECT content FROM zulip.zerver_scheduledmessage WHERE sender_id = %s",
]
WORD = re.compile(r"\w+")
TELLING = 25
"""Characters from which on a text is somebody's own words: "ok" and "thanks" are everybody's."""


@pytest.fixture(params=PEOPLE)
def person(request: pytest.FixtureRequest, database: Database) -> int:
    """The ids of people who have to do with many others."""
    return int(value(database, PEOPLE[request.param]))


def strings(found: Any) -> Iterator[str]:
    """Every text in a JSON value: keys, values, and those of JSON inside a text."""
    if isinstance(found, str):
        inner = None
        if found[:1] in ("{", "["):
            with contextlib.suppress(ValueError):
                inner = json.loads(found)
        yield from [found] if inner is None else strings(inner)
    elif isinstance(found, dict):
        for key, each in found.items():
            yield str(key)
            yield from strings(each)
    elif isinstance(found, list):
        for each in found:
            yield from strings(each)


def everything(place: Path) -> str:
    """All that an export tells: JSON values, pages, names of files; not the files' contents."""
    told: list[str] = []
    for path in sorted(place.rglob("*")):
        relative = path.relative_to(place)
        told.append(unquote(str(relative)))
        if path.is_file() and (relative.parts[0] not in FOLDERS or relative.name == "records.json"):
            if path.suffix == ".json":
                told += strings(json.loads(path.read_bytes()))
            else:
                told.append(html.unescape(path.read_text()))
    return "\n".join(told)


def third_parties(database: Database, person: int) -> tuple[list[str], list[str]]:
    """Names (now and formerly) and addresses of everybody else in the organization; not those the subject has too."""
    own = """SELECT id FROM zulip.zerver_userprofile WHERE id = %s OR (bot_owner_id = %s AND is_bot)"""
    mine = column(database, own, person, person)
    query = """SELECT id, full_name, delivery_email, email FROM zulip.zerver_userprofile
        WHERE realm_id = (SELECT realm_id FROM zulip.zerver_userprofile WHERE id = %s)"""
    people = rows(database, query, person)
    kept = {name.casefold() for key, name, _, _ in people if key in mine} | {
        name.casefold()
        for name in column(database, "SELECT full_name FROM zulip.zerver_userprofile WHERE is_bot AND realm_id = 1")
    }
    before = """SELECT extra_data ->> '1' FROM zulip.zerver_realmauditlog WHERE event_type = 124
        AND NOT modified_user_id = ANY(%s)
        AND realm_id = (SELECT realm_id FROM zulip.zerver_userprofile WHERE id = %s)"""
    former = [name for name in column(database, before, mine, person) if name]
    names = [name for key, name, _, _ in people if key not in mine] + former
    addresses = [each for key, _, first, second in people if key not in mine for each in (first, second)]
    return [name for name in names if name.casefold() not in kept], addresses


async def test_no_name_address_or_text_of_another_is_left(
    bridge: Bridge, database: Database, person: int, tmp_path: Path
) -> None:
    few = value(database, "SELECT count(*) < 1000 FROM zulip.zerver_usermessage WHERE user_profile_id = %s", person)
    sections = [name for name in BY_NAME if name != "page" or few]
    await export(bridge, person, tmp_path / "out", scope=choose("", sections, others="redact"))
    told = everything(tmp_path / "out")
    folded = told.casefold()
    names, addresses = third_parties(database, person)
    assert len(names) > 3
    # A name of one word may be a word: it is replaced as it is written, and scripts have words as well.
    single = {name for name in names if len(name.split()) == 1}
    rows_told = "\n".join(strings([json.loads(path.read_bytes()) for path in (tmp_path / "out").rglob("*.json")]))
    assert [name for name in single if name in WORD.findall(rows_told)] == []
    assert [name for name in names if name not in single and name.casefold() in folded] == []
    assert [address for address in addresses if address.casefold() in folded] == []
    own = "\n".join(row[0] or "" for query in OWN_TEXTS for row in rows(database, query, person))
    received = """SELECT m.content FROM zulip.zerver_usermessage h JOIN zulip.zerver_message m ON m.id = h.message_id
        WHERE h.user_profile_id = %s AND m.sender_id <> %s
          AND NOT m.sender_id IN (SELECT id FROM zulip.zerver_userprofile WHERE bot_owner_id = %s)"""
    texts = {text for text in column(database, received, person, person, person) if len(text) >= TELLING}
    assert len(texts) > 3
    assert [text for text in texts if text not in own and text in told] == []


async def test_redacting_changes_no_row_but_its_texts(
    bridge: Bridge, database: Database, person: int, tmp_path: Path
) -> None:
    await export(bridge, person, tmp_path / "kept", scope=choose("access"))
    await export(bridge, person, tmp_path / "redacted", scope=choose("access", others="redact"))
    kept, redacted = Exported.read(tmp_path / "kept"), Exported.read(tmp_path / "redacted")
    assert shape(redacted.user) == shape(kept.user)
    assert shape(redacted.messages) == shape(kept.messages)
    assert redacted.manifest["tables"] == kept.manifest["tables"]
    told = redacted.manifest["third_parties"]
    assert told["mode"] == "redact"
    assert told["counts"]["message texts"] > 0
    assert told["replaced"] and told["not_replaced"]
    assert kept.manifest["third_parties"]["mode"] == "keep"


def shape(found: Any) -> Any:
    """A JSON value without its texts; HTML that was left out counts as text."""
    if isinstance(found, dict):
        return {key: "text" if key.startswith("rendered_") else shape(each) for key, each in found.items()}
    if isinstance(found, list):
        return [shape(each) for each in found]
    return "text" if isinstance(found, str) else found


async def test_what_the_subject_wrote_stays(bridge: Bridge, database: Database, tmp_path: Path) -> None:
    person = value(database, PEOPLE["the busiest"])
    await export(bridge, person, tmp_path / "out", scope=choose("access", others="redact"))
    exported = Exported.read(tmp_path / "out")
    query = r"""SELECT id, content FROM zulip.zerver_message WHERE sender_id = %s
        AND content !~ '[@*`>#/%%.~]' AND content !~ '[[:upper:]]\w+ [[:upper:]]'"""
    plain = dict(rows(database, query, person))
    assert plain
    found = {message["id"]: message["content"] for message in exported.messages}
    names = [name.casefold() for name in third_parties(database, person)[0]]
    unaltered = {key: text for key, text in plain.items() if not any(name in text.casefold() for name in names)}
    assert unaltered == {key: found[key] for key in unaltered}
    (account,) = exported.user["zerver_userprofile"]
    query = "SELECT full_name, delivery_email FROM zulip.zerver_userprofile WHERE id = %s"
    assert [(account["full_name"], account["delivery_email"])] == rows(database, query, person)


async def test_people_have_the_same_pseudonym_everywhere(bridge: Bridge, database: Database, tmp_path: Path) -> None:
    person = value(database, PEOPLE["the busiest"])
    await export(bridge, person, tmp_path / "out", scope=choose("access", others="redact"))
    exported = Exported.read(tmp_path / "out")
    own = {person, *column(database, "SELECT id FROM zulip.zerver_userprofile WHERE bot_owner_id = %s", person)}
    people = json.loads((tmp_path / "out" / "reference.json").read_bytes())["people"]
    system = column(database, "SELECT id FROM zulip.zerver_userprofile WHERE realm_id = 1")
    for each in people:
        if each["id"] not in own and each["id"] not in system:
            assert each["full_name"] == f"Person {each['id']}"
    for message in exported.messages:
        if message["sender"] not in own:
            assert message["content"] == f"[text of Person {message['sender']} left out]"
