"""Third parties planted wherever a row can name them: nothing of them is left in a redacted export."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.export.conftest import EXPORTING
from tests.export.made_up import TEMPLATES, Template, ThirdParty, third_parties
from tests.export.support import export
from tests.export.test_redaction import everything
from tests.plain_sql import Database, rows, value
from zulip_bridge.api.export_scope import BY_NAME, choose
from zulip_bridge.client import Bridge
from zulip_bridge.demo import DemoInstall
from zulip_bridge.launch import InstallTarget, open_door

SUBJECT = """SELECT m.sender_id FROM zulip.zerver_message m
    JOIN zulip.zerver_reaction r ON r.user_profile_id = m.sender_id
    JOIN zulip.zerver_userprofile u ON u.id = m.sender_id AND NOT u.is_bot
    GROUP BY 1 HAVING count(*) < 1500 ORDER BY count(*) DESC, 1 LIMIT 1"""
ANOTHER = """SELECT sender_id FROM zulip.zerver_message WHERE recipient_id IN (
        SELECT recipient_id FROM zulip.zerver_userprofile WHERE id = %s) AND sender_id <> %s
    AND realm_id = (SELECT realm_id FROM zulip.zerver_userprofile WHERE id = %s)
    GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"""
GIVEN = {
    "zerver_draft": "user_profile_id",
    "zerver_savedsnippet": "user_profile_id",
    "zerver_scheduledmessage": "sender_id",
    "zerver_submessage": "sender_id",
    "zerver_alertword": "user_profile_id",
    "zerver_usertopic": "user_profile_id",
    "zerver_attachment": "owner_id",
    "zerver_realmemoji": "author_id",
    "zerver_namedusergroup": "creator_id",
    "zerver_customprofilefieldvalue": "user_profile_id",
    "zerver_archivedmessage": "sender_id",
}
"""Tables of which the subject is given a few rows, so that there is something to plant in."""
TEXTS = {
    "zerver_message": ("content", "sender_id"),
    "zerver_archivedmessage": ("content", "sender_id"),
    "zerver_draft": ("content", "user_profile_id"),
    "zerver_savedsnippet": ("content", "user_profile_id"),
    "zerver_scheduledmessage": ("content", "sender_id"),
    "zerver_customprofilefieldvalue": ("value", "user_profile_id"),
    "zerver_namedusergroup": ("description", "creator_id"),
    "zerver_attachment": ("file_name", "owner_id"),
}
"""Texts as long as one likes, and whose they are."""


@contextmanager
def planted(
    install: DemoInstall, subject: int, another: int, who: ThirdParty, templates: list[Template]
) -> Iterator[None]:
    """Plant somebody in rows of the subject; names are taken back afterwards, rows may stay as they are."""
    with psycopg.connect(install.url, user="postgres", autocommit=True) as database:
        query = "SELECT full_name, delivery_email, email FROM zulip.zerver_userprofile WHERE id = %s"
        ((name, address, api_address),) = rows(database, query, another)
        rename = "UPDATE zulip.zerver_userprofile SET full_name = %s, delivery_email = %s, email = %s WHERE id = %s"
        database.execute(rename, [who.name, who.address, f"api.{who.address}", another])
        for index, template in enumerate(templates):
            plant(database, subject, another, who, template(who, another), index)
        yield
        database.execute(rename, [name, address, api_address, another])


def plant(database: Database, subject: int, another: int, who: ThirdParty, text: str, index: int) -> None:
    """The same text everywhere."""
    for table, (column, owner) in TEXTS.items():
        chosen = f"SELECT ctid FROM zulip.{table} WHERE {owner} = %s ORDER BY ctid OFFSET %s LIMIT 1"
        database.execute(
            f"UPDATE zulip.{table} SET {column} = %s WHERE ctid IN ({chosen})".encode(), [text, subject, index]
        )
    short = who.name[:50]
    history = json.dumps([{"user_id": subject, "timestamp": 1, "prev_content": text, "prev_topic": short}])
    own = "sender_id = %s AND is_channel_message"
    database.execute(
        f"UPDATE zulip.zerver_message SET subject = %s, edit_history = %s, rendered_content = %s WHERE {own}",
        [short, history, f"<p>{text}</p>", subject],
    )
    database.execute(
        "UPDATE zulip.zerver_message SET content = %s, rendered_content = %s WHERE sender_id = %s",
        [who.text, f"<p>{who.text}</p>", another],
    )
    database.execute("UPDATE zulip.zerver_submessage SET content = %s WHERE sender_id = %s", [history, subject])
    details = json.dumps({"1": text, "2": who.address, "x": [who.name]})
    database.execute(
        """UPDATE zulip.zerver_realmauditlog SET extra_data = %s
           WHERE event_type <> 124 AND (modified_user_id = %s OR acting_user_id = %s)""",
        [details, subject, subject],
    )
    database.execute(
        "UPDATE zulip.zerver_stream SET description = %s, rendered_description = %s", [text[:1000], text[:1000]]
    )
    database.execute(
        "UPDATE zulip.zerver_userstatus SET status_text = %s WHERE user_profile_id = %s", [short, subject]
    )
    database.execute(
        "UPDATE zulip.zerver_usertopic SET topic_name = %s || id WHERE user_profile_id = %s", [f"{short} ", subject]
    )
    database.execute(
        "UPDATE zulip.zerver_alertword SET word = %s || id WHERE user_profile_id = %s", [f"{short} ", subject]
    )
    database.execute(
        "UPDATE zulip.zerver_preregistrationuser SET email = %s, full_name = %s WHERE referred_by_id = %s",
        [who.address, who.name, subject],
    )
    database.execute(
        "UPDATE zulip.zerver_attachment SET path_id = '2/ab/' || id || '/' || %s WHERE owner_id = %s",
        [f"{who.name.replace(' ', '-')}.pdf", subject],
    )


def give(database: Database, subject: int) -> None:
    """Give the subject rows of every kind."""
    for table, owner in GIVEN.items():
        chosen = f"SELECT ctid FROM zulip.{table} WHERE {owner} IS DISTINCT FROM %s ORDER BY ctid LIMIT 1"
        for _ in range(4):
            try:
                database.execute(
                    f"UPDATE zulip.{table} SET {owner} = %s WHERE ctid IN ({chosen})".encode(), [subject, subject]
                )
            except psycopg.errors.UniqueViolation:
                break


@pytest.mark.timeout(300)
@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # making a failure smaller takes an export at each step
)
@given(who=third_parties, templates=st.lists(st.sampled_from(TEMPLATES), min_size=2, max_size=4, unique=True))
def test_nothing_planted_is_left(
    scratch: DemoInstall, tmp_path: Path, who: ThirdParty, templates: list[Template]
) -> None:
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as database:
        subject = int(value(database, SUBJECT))
        another = int(value(database, ANOTHER, subject, subject, subject))
        give(database, subject)
    with planted(scratch, subject, another, who, templates):
        asyncio.run(exported(scratch, subject, tmp_path / "out"))
    told = everything(tmp_path / "out")
    shutil.rmtree(tmp_path / "out")
    folded = told.casefold()
    assert who.text not in told
    assert who.address.casefold() not in folded
    assert who.name not in told
    assert " " not in who.name or who.name.casefold() not in folded


async def exported(install: DemoInstall, subject: int, place: Path) -> None:
    """Export everything, redacted; the page is made from the same rows."""
    bridge = await Bridge.open(open_door(InstallTarget(install.path)), EXPORTING)
    try:
        sections = [name for name in BY_NAME if name != "page"]
        await export(bridge, subject, place, scope=choose("", sections, others="redact"))
    finally:
        await bridge.close()
