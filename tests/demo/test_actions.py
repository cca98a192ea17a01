"""The demo's actions do to the rows what Zulip's do: seen in the database, in copies of the demo."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.plain_sql import Database, column, rows, value
from zulip_bridge.demo import DemoInstall

BUSIEST = """
    SELECT u.id FROM zerver_userprofile u JOIN zerver_message m ON m.sender_id = u.id
    WHERE NOT u.is_bot AND u.is_active AND u.role = 400 GROUP BY u.id ORDER BY count(*) DESC, u.id LIMIT 1
"""
PRELUDE = """
import json
from zerver.models import *
def person(id): return UserProfile.objects.select_related("realm").get(id=id)
"""


@pytest.fixture
def after(scratch: DemoInstall) -> Iterator[Database]:
    """The copy's database."""
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as connection:
        yield connection


@pytest.fixture
def busiest(after: Database) -> int:
    """The active member who sent the most messages."""
    return int(value(after, BUSIEST))


def run(install: DemoInstall, code: str) -> str:
    words = [str(install.path / "manage.py"), "shell", "-v", "0", "-c", PRELUDE + code]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_deleting_a_user_takes_what_is_theirs_and_what_was_sent_to_them(
    scratch: DemoInstall, after: Database, busiest: int
) -> None:
    recipient = value(after, "SELECT recipient_id FROM zerver_userprofile WHERE id = %s", busiest)
    groups = "SELECT count(*) FROM zerver_subscription s JOIN zerver_recipient r ON r.id = s.recipient_id"
    groups += " WHERE r.type = 3 AND s.user_profile_id = %s"
    in_groups = value(after, groups, busiest)

    run(
        scratch,
        f"from zerver.actions.users import do_delete_user; do_delete_user(person({busiest}), acting_user=None)",
    )

    ((name, active, dummy, address),) = rows(
        after,
        "SELECT full_name, is_active, is_mirror_dummy, delivery_email FROM zerver_userprofile WHERE id = %s",
        busiest,
    )
    assert (name, active, dummy) == (f"Deleted User {busiest}", False, True)
    assert address.startswith(f"deleteduser{busiest}@")
    assert value(after, "SELECT count(*) FROM zerver_message WHERE sender_id = %s", busiest) == 0
    assert value(after, "SELECT count(*) FROM zerver_message WHERE recipient_id = %s", recipient) == 0
    assert value(after, "SELECT count(*) FROM zerver_usermessage WHERE user_profile_id = %s", busiest) == 0
    assert value(after, groups, busiest) == in_groups
    assert column(after, "SELECT event_type FROM zerver_realmauditlog WHERE modified_user_id = %s", busiest) == [106]


def test_preserving_messages_keeps_them_under_the_placeholder(
    scratch: DemoInstall, after: Database, busiest: int
) -> None:
    sent = column(after, "SELECT id FROM zerver_message WHERE sender_id = %s ORDER BY id", busiest)
    recipient = value(after, "SELECT recipient_id FROM zerver_userprofile WHERE id = %s", busiest)
    received = value(after, "SELECT count(*) FROM zerver_message WHERE recipient_id = %s", recipient)

    run(
        scratch,
        f"from zerver.actions.users import do_delete_user_preserving_messages as delete\ndelete(person({busiest}))",
    )

    assert column(after, "SELECT id FROM zerver_message WHERE sender_id = %s ORDER BY id", busiest) == sent
    assert value(after, "SELECT count(*) FROM zerver_message WHERE recipient_id = %s", recipient) == received
    assert value(after, "SELECT recipient_id FROM zerver_userprofile WHERE id = %s", busiest) == recipient
    assert (
        value(after, "SELECT full_name FROM zerver_userprofile WHERE id = %s", busiest) == f"Deleted User {busiest}"
    )
    assert column(after, "SELECT event_type FROM zerver_realmauditlog WHERE modified_user_id = %s", busiest) == [107]


def test_a_deactivated_account_loses_sessions_and_bots_and_can_come_back(
    scratch: DemoInstall, after: Database
) -> None:
    owner = value(
        after,
        "SELECT o.id FROM zerver_userprofile b JOIN zerver_userprofile o ON o.id = b.bot_owner_id"
        " WHERE b.is_active AND o.is_active AND o.role = 400 ORDER BY o.id LIMIT 1",
    )
    last = value(after, "SELECT max(id) FROM zerver_realmauditlog")

    printed = run(
        scratch,
        f"""
from django.utils.timezone import now
from importlib import import_module
from django.conf import settings
from zerver.actions.users import do_deactivate_user
from zerver.actions.create_user import do_reactivate_user
from zerver.lib.sessions import user_sessions
store = import_module(settings.SESSION_ENGINE).SessionStore()
store["_auth_user_id"] = "{owner}"
store.save()
counts = [len(user_sessions(person({owner})))]
do_deactivate_user(person({owner}), acting_user=None)
counts.append(len(user_sessions(person({owner}))))
bots = list(UserProfile.objects.filter(bot_owner_id={owner}, is_active=True))
do_reactivate_user(person({owner}), acting_user=None)
print(json.dumps([counts[0] > 0, counts[1], len(bots), person({owner}).is_active]))
""",
    )

    assert json.loads(printed) == [True, 0, 0, True]
    own = "SELECT event_type FROM zerver_realmauditlog WHERE modified_user_id = %s AND id > %s ORDER BY id"
    assert column(after, own, owner, last) == [103, 104]
    assert value(after, "SELECT bool_and(is_user_active) FROM zerver_subscription WHERE user_profile_id = %s", owner)


def test_a_role_brings_its_groups(scratch: DemoInstall, after: Database, busiest: int) -> None:
    groups = (
        "SELECT g.name FROM zerver_usergroupmembership m JOIN zerver_namedusergroup g"
        " ON g.usergroup_ptr_id = m.user_group_id WHERE g.is_system_group AND m.user_profile_id = %s ORDER BY 1"
    )

    run(
        scratch,
        "from zerver.actions.users import do_change_user_role\n"
        f"do_change_user_role(person({busiest}), 200, acting_user=None)",
    )
    as_administrator = column(after, groups, busiest)
    run(
        scratch,
        "from zerver.actions.users import do_change_user_role\n"
        f"do_change_user_role(person({busiest}), 600, acting_user=None)",
    )

    assert as_administrator == ["role:administrators"]
    assert column(after, groups, busiest) == ["role:everyone"]


WITH_FILES = """
    SELECT m.sender_id FROM zerver_message m JOIN zerver_attachment_messages a ON a.message_id = m.id
    JOIN zerver_userprofile u ON u.id = m.sender_id WHERE NOT u.is_bot
    GROUP BY m.sender_id ORDER BY count(*) DESC, m.sender_id LIMIT 1 OFFSET 3
"""
LIVE = """
    SELECT (SELECT count(*) FROM zerver_message), (SELECT count(*) FROM zerver_usermessage),
        (SELECT count(*) FROM zerver_reaction), (SELECT count(*) FROM zerver_submessage),
        (SELECT count(*) FROM zerver_attachment), (SELECT count(*) FROM zerver_attachment_messages)
"""


def test_what_was_archived_can_be_restored(scratch: DemoInstall, after: Database) -> None:
    sender = value(after, WITH_FILES)
    # Only what this test archives.
    after.execute("TRUNCATE zerver_archivetransaction, zerver_archivedattachment CASCADE")
    before = rows(after, LIVE)
    last = value(after, "SELECT coalesce(max(id), 0) FROM zerver_archivetransaction")
    sent = value(after, "SELECT count(*) FROM zerver_message WHERE sender_id = %s", sender)

    run(
        scratch,
        "from zerver.actions.message_delete import do_delete_messages_by_sender\n"
        f"do_delete_messages_by_sender(person({sender}))",
    )
    assert value(after, "SELECT count(*) FROM zerver_message WHERE sender_id = %s", sender) == 0
    archived = "SELECT count(*) FROM zerver_archivedmessage WHERE archive_transaction_id > %s"
    assert value(after, archived, last) == sent

    run(
        scratch,
        "from zerver.lib.retention import restore_data_from_archive\n"
        f"for each in ArchiveTransaction.objects.filter(id__gt={last}): restore_data_from_archive(each)",
    )
    assert rows(after, LIVE) == before


def test_edits_leave_what_zulip_s_leave(scratch: DemoInstall, after: Database, busiest: int) -> None:
    last = value(after, "SELECT max(id) FROM zerver_realmauditlog")
    ((old_name, old_key),) = rows(after, "SELECT full_name, api_key FROM zerver_userprofile WHERE id = %s", busiest)

    printed = run(
        scratch,
        f"""
from django.db import transaction
from zerver.actions.user_settings import *
from zerver.lib.sessions import delete_user_sessions
from zerver.lib.safe_session_cached_db import SessionStore
store = SessionStore()
store["_auth_user_id"] = "{busiest}"
store.save()
someone = person({busiest})
do_change_full_name(someone, "Ada Example", None)
do_change_user_setting(someone, "email_address_visibility", 4, acting_user=None)
do_change_user_delivery_email(someone, "ada@example.org", acting_user=None)
do_regenerate_api_key(someone, someone)
refused = []
for action in (lambda: do_regenerate_api_key(someone, someone), lambda: delete_user_sessions(someone)):
    try:
        with transaction.atomic():
            action()
    except (RuntimeError, AssertionError) as error:
        refused.append(type(error).__name__)
print(json.dumps([someone.email, refused]))
""",
    )

    email, refused = json.loads(printed)
    assert email.startswith(f"user{busiest}@")
    assert refused == ["RuntimeError", "AssertionError"]
    ((name, address, key),) = rows(
        after, "SELECT full_name, delivery_email, api_key FROM zerver_userprofile WHERE id = %s", busiest
    )
    assert (name, address) == ("Ada Example", "ada@example.org")
    assert key != old_key
    logged: list[tuple[Any, ...]] = rows(
        after, "SELECT event_type, extra_data FROM zerver_realmauditlog WHERE id > %s ORDER BY id", last
    )
    assert logged == [
        (124, {"1": old_name, "2": "Ada Example"}),
        (132, {"1": 1, "2": 4, "property": "email_address_visibility"}),
        (125, {}),
        (127, {}),
    ]


def test_a_new_avatar_leaves_the_files_of_the_old_one(scratch: DemoInstall, after: Database, busiest: int) -> None:
    run(
        scratch,
        f"""
from io import BytesIO
from zerver.lib.upload import upload_avatar_image
from zerver.actions.user_settings import do_change_avatar_fields, do_delete_avatar_image
someone = person({busiest})
for picture in (b"first", b"second"):
    upload_avatar_image(BytesIO(picture), someone)
    do_change_avatar_fields(someone, "U", acting_user=None)
do_delete_avatar_image(someone, acting_user=None)
""",
    )

    stored = [path.read_bytes() for path in _files(scratch.base / "uploads" / "avatars")]
    assert stored.count(b"first") == 3
    assert b"second" not in stored
    assert value(after, "SELECT avatar_source FROM zerver_userprofile WHERE id = %s", busiest) == "G"


def _files(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]
