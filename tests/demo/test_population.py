"""The demo's database as the population leaves it, asked in plain SQL."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plain_sql import Database, column, rows, value
from zulip_bridge.demo import DemoInstall

PERSONAL_TABLES = (
    "analytics_usercount confirmation_confirmation django_session otp_static_staticdevice otp_static_statictoken "
    "otp_totp_totpdevice social_auth_association social_auth_nonce social_auth_code social_auth_partial "
    "social_auth_usersocialauth third_party_api_results two_factor_phonedevice zerver_alertword "
    "zerver_archivedattachment zerver_archivedmessage zerver_archivedreaction zerver_archivedsubmessage "
    "zerver_archivedusermessage zerver_archivetransaction zerver_attachment zerver_botconfigdata "
    "zerver_botstoragedata zerver_channelemailaddress zerver_customprofilefield zerver_customprofilefieldvalue "
    "zerver_draft zerver_emailchangestatus zerver_huddle zerver_imageattachment zerver_message "
    "zerver_missedmessageemailaddress zerver_multiuseinvite zerver_muteduser zerver_namedusergroup "
    "zerver_onboardingstep zerver_preregistrationrealm zerver_preregistrationuser zerver_pushdevicetoken "
    "zerver_reaction zerver_realmauditlog zerver_realmemoji zerver_realmexport zerver_recipient "
    "zerver_savedsnippet zerver_scheduledemail zerver_scheduledemail_users zerver_scheduledmessage "
    "zerver_scheduledmessagenotificationemail zerver_service zerver_stream zerver_submessage zerver_subscription "
    "zerver_useractivity zerver_useractivityinterval zerver_usergroupmembership zerver_usermessage "
    "zerver_userpresence zerver_userprofile zerver_userprofile_groups zerver_userprofile_user_permissions "
    "zerver_userstatus zerver_usertopic"
)
"""Tables of a self-hosted 11.0-dev that hold something about a person."""

ESCAPE, C1 = "%\x1b%", "%\x9b%"


def test_every_table_about_people_has_rows(database: Database) -> None:
    for table in PERSONAL_TABLES.split():
        assert value(database, f"SELECT EXISTS (SELECT FROM {table})"), table


def test_every_foreign_key_points_to_a_row(database: Database) -> None:
    keys = rows(
        database,
        "SELECT k.conrelid::regclass::text, a.attname, k.confrelid::regclass::text, b.attname FROM pg_constraint k"
        " JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]"
        " JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]"
        " WHERE k.contype = 'f' AND cardinality(k.conkey) = 1 ORDER BY 1, 2",
    )
    assert len(keys) > 150
    for table, name, target, target_name in keys:
        lost = f'SELECT count(*) FROM {table} x WHERE x."{name}" IS NOT NULL'
        lost += f' AND NOT EXISTS (SELECT FROM {target} y WHERE y."{target_name}" = x."{name}")'
        assert value(database, lost) == 0, (table, name)


@pytest.mark.parametrize(
    ("kind", "table"), [(1, "zerver_userprofile"), (2, "zerver_stream"), (3, "zerver_huddle")], ids=str
)
def test_recipients_point_both_ways(database: Database, kind: int, table: str) -> None:
    query = (
        f"SELECT count(*) FROM zerver_recipient r FULL JOIN {table} t ON t.id = r.type_id AND t.recipient_id = r.id"
        " WHERE (r.id IS NULL OR t.id IS NULL) AND coalesce(r.type, %s) = %s"
    )
    assert value(database, query, kind, kind) == 0


@pytest.mark.parametrize(
    ("model", "table"),
    [
        ("preregistrationuser", "zerver_preregistrationuser"),
        ("preregistrationrealm", "zerver_preregistrationrealm"),
        ("emailchangestatus", "zerver_emailchangestatus"),
        ("userprofile", "zerver_userprofile"),
        ("multiuseinvite", "zerver_multiuseinvite"),
    ],
)
def test_confirmations_point_to_what_they_confirm(database: Database, model: str, table: str) -> None:
    ids = column(
        database,
        "SELECT object_id FROM confirmation_confirmation c JOIN django_content_type t ON t.id = c.content_type_id"
        " WHERE t.app_label = 'zerver' AND t.model = %s",
        model,
    )
    assert ids
    assert set(ids) <= set(column(database, f"SELECT id FROM {table}"))


def test_group_conversations_have_the_hash_of_their_members(database: Database) -> None:
    found = rows(
        database,
        "SELECT h.huddle_hash, h.group_size, array_agg(s.user_profile_id ORDER BY s.user_profile_id)"
        " FROM zerver_huddle h JOIN zerver_subscription s USING (recipient_id) GROUP BY h.id",
    )
    assert len(found) > 50
    for digest, size, members in found:
        assert size == len(members)
        assert digest == hashlib.sha1(",".join(map(str, members)).encode()).hexdigest()


def test_ids_in_json_are_people(database: Database) -> None:
    people = set(column(database, "SELECT id FROM zerver_userprofile"))
    values = column(
        database,
        "SELECT value FROM zerver_customprofilefieldvalue v JOIN zerver_customprofilefield f ON f.id = v.field_id"
        " WHERE f.field_type = 6",
    )
    assert values
    assert all(set(json.loads(text)) <= people for text in values)
    histories = column(database, "SELECT edit_history FROM zerver_message WHERE edit_history IS NOT NULL")
    assert {entry["user_id"] for history in histories for entry in json.loads(history)} <= people


def test_the_organizations(database: Database) -> None:
    found = dict(rows(database, "SELECT string_id, deactivated FROM zerver_realm"))
    assert found == {"zulipinternal": False, "acme": False, "example": False, "lumen": False, "sunset": True}
    assert 270 <= value(database, "SELECT count(*) FROM zerver_userprofile") <= 330
    assert 24_000 <= value(database, "SELECT count(*) FROM zerver_message") <= 27_000
    assert column(database, "SELECT DISTINCT field_type FROM zerver_customprofilefield ORDER BY 1") == list(
        range(1, 9)
    )


@pytest.mark.parametrize(
    "condition",
    [
        *(f"role = {role} AND is_active" for role in (100, 200, 300, 400, 600)),
        *(f"is_bot AND bot_type = {kind} AND bot_owner_id IS NOT NULL" for kind in (1, 2, 3, 4)),
        "NOT is_active AND NOT is_mirror_dummy AND NOT is_bot",
        "is_mirror_dummy AND full_name NOT LIKE 'Deleted User %%'",
        "is_mirror_dummy AND full_name = 'Deleted User ' || id AND delivery_email LIKE 'deleteduser' || id || '@%%'",
        "long_term_idle AND last_active_message_id IS NOT NULL",
        "tos_version = '-1' AND last_login IS NULL AND is_active",
        *(
            f"email_address_visibility = {n} AND email = 'user' || id || '@acme.zulip.acme.example'"
            for n in (2, 3, 4, 5)
        ),
        "can_forge_sender",
        "can_create_users AND can_change_user_emails",
        "zoom_token IS NOT NULL",
        "rate_limits <> ''",
        "is_bot AND is_active AND bot_owner_id IN (SELECT id FROM zerver_userprofile WHERE NOT is_active)",
        "delivery_email IN (SELECT delivery_email FROM zerver_userprofile GROUP BY 1 HAVING count(*) > 2)",
    ],
)
def test_there_is_somebody_who(database: Database, condition: str) -> None:
    assert value(database, f"SELECT count(*) FROM zerver_userprofile WHERE {condition.replace('%%', '%')}") > 0


def test_addresses_are_shown_only_where_everybody_may_see_them(database: Database) -> None:
    wrong = (
        "SELECT count(*) FROM zerver_userprofile WHERE (email = delivery_email) <>"
        " (email_address_visibility = 1 OR full_name LIKE 'Deleted User %')"
    )
    assert value(database, wrong) == 0


def test_maria_is_the_person_of_the_erasure_preview(database: Database) -> None:
    def count(query: str) -> int:
        return int(value(database, f"SELECT count(*) FROM {query}"))

    assert rows(database, "SELECT id, role FROM zerver_userprofile WHERE delivery_email = 'maria@acme.example'") == [
        (66, 600)
    ]
    assert count("zerver_message WHERE sender_id = 66") == 1204
    assert count("zerver_message WHERE content LIKE '%@**Maria Lopez|66**%'") == 14
    assert count("zerver_customprofilefieldvalue WHERE user_profile_id = 66") == 4
    assert count("zerver_draft WHERE user_profile_id = 66") == 12
    assert count("zerver_pushdevicetoken WHERE user_id = 66") == 2
    assert count("zerver_realmemoji WHERE author_id = 66") == 1
    assert count("zerver_realmauditlog WHERE acting_user_id = 66 AND modified_user_id <> 66") == 7


def test_the_people_of_the_sketches_are_there(database: Database) -> None:
    people = rows(
        database,
        "SELECT u.full_name, u.delivery_email, r.string_id, u.role FROM zerver_userprofile u"
        " JOIN zerver_realm r ON r.id = u.realm_id",
    )
    for person in (
        ("Marta Heavy", "marta@example.org", "example", 400),
        ("Marc Admin", "marc@acme.example", "acme", 200),
        ("Maria Lopez", "maria@acme.example", "acme", 600),
        ("Otto Owner", "otto@acme.example", "acme", 100),
    ):
        assert person in people


def test_messages_go_to_their_readers(database: Database) -> None:
    """Direct messages reach everybody in the conversation who was there, with the flag that says so."""
    wrong = (
        "SELECT count(*) FROM zerver_message m JOIN zerver_usermessage u ON u.message_id = m.id"
        " WHERE m.is_channel_message = (u.flags & 2048 <> 0)"
    )
    assert value(database, wrong) == 0
    outside = (
        "SELECT count(*) FROM zerver_message m JOIN zerver_usermessage u ON u.message_id = m.id"
        " JOIN zerver_userprofile p ON p.id = u.user_profile_id WHERE m.date_sent < p.date_joined"
        " AND u.flags & 1024 = 0 OR p.realm_id <> m.realm_id AND NOT p.is_bot"
    )
    assert value(database, outside) == 0
    strangers = (
        "SELECT count(*) FROM zerver_message m JOIN zerver_usermessage u ON u.message_id = m.id"
        " JOIN zerver_recipient r ON r.id = m.recipient_id WHERE r.type = 1"
        " AND u.user_profile_id NOT IN (m.sender_id, r.type_id)"
    )
    assert value(database, strangers) == 0


def test_ids_follow_time(database: Database) -> None:
    query = (
        "SELECT count(*) FROM (SELECT date_sent < lag(date_sent) OVER (ORDER BY id) AS back FROM zerver_message) x"
    )
    assert value(database, f"{query} WHERE back") == 0


def test_every_kind_of_flag_occurs(database: Database) -> None:
    bits = (1, 2, 4, 8, 16, 32, 64, 512, 1024, 2048, 4096)
    for bit in bits:
        assert value(database, "SELECT count(*) FROM zerver_usermessage WHERE flags & %s <> 0", bit) > 0, bit
    assert value(database, "SELECT count(*) FROM zerver_usermessage WHERE flags & ~%s <> 0", sum(bits)) == 0


def test_the_soft_deactivated_lack_rows_of_channel_messages(database: Database) -> None:
    extra = (
        "SELECT count(*) FROM zerver_usermessage u JOIN zerver_userprofile p ON p.id = u.user_profile_id"
        " JOIN zerver_message m ON m.id = u.message_id WHERE p.long_term_idle AND m.is_channel_message"
        " AND m.id > p.last_active_message_id AND u.flags & 1032 = 0"
    )
    assert value(database, extra) == 0
    lacking = (
        "SELECT count(*) FROM zerver_userprofile p JOIN zerver_subscription s ON s.user_profile_id = p.id"
        " JOIN zerver_message m ON m.recipient_id = s.recipient_id AND m.id > p.last_active_message_id"
        " WHERE p.long_term_idle AND s.active AND NOT EXISTS"
        " (SELECT FROM zerver_usermessage u WHERE u.message_id = m.id AND u.user_profile_id = p.id)"
    )
    assert value(database, lacking) > 1000


@pytest.mark.parametrize(
    "sender", ["github-bot@acme.zulip.acme.example", "irc-1@irc.invalid", "marc@acme.example", "lena@acme.example"]
)
def test_some_messages_have_no_row_of_their_sender(database: Database, sender: str) -> None:
    query = (
        "SELECT count(*) FROM zerver_message m JOIN zerver_userprofile p ON p.id = m.sender_id"
        " WHERE p.delivery_email = %s AND NOT EXISTS"
        " (SELECT FROM zerver_usermessage u WHERE u.message_id = m.id AND u.user_profile_id = m.sender_id)"
    )
    assert value(database, query, sender) >= 20


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("zerver_message", "content"),
        ("zerver_message", "subject"),
        ("zerver_draft", "content"),
        ("zerver_customprofilefieldvalue", "value"),
        ("zerver_attachment", "file_name"),
        ("zerver_archivedmessage", "content"),
        ("zerver_client", "name"),
    ],
)
def test_there_are_hostile_texts(database: Database, table: str, name: str) -> None:
    for pattern in (ESCAPE, C1):
        assert value(database, f"SELECT count(*) FROM {table} WHERE {name} LIKE %s", pattern) > 0, repr(pattern)
    if table != "zerver_archivedmessage":
        assert value(database, f"SELECT count(*) FROM {table} WHERE {name} LIKE %s", "=%") > 0


def test_one_message_is_as_long_as_a_message_can_be(database: Database) -> None:
    assert (
        value(database, "SELECT max(length(content)) FROM zerver_message WHERE content !~ '/user_uploads/'") == 10_000
    )


def test_messages_can_be_found_by_their_words(database: Database) -> None:
    assert value(database, "SELECT count(*) FROM zerver_message WHERE search_tsvector IS NULL") == 0
    found = "SELECT count(*) FROM zerver_message WHERE search_tsvector @@ to_tsquery('english', 'certificates')"
    assert value(database, found) > 100


def test_files_on_disk_are_those_of_the_database(demo: DemoInstall, database: Database) -> None:
    directory = demo.base / "uploads" / "files"
    on_disk = {path.relative_to(directory).as_posix(): path.stat().st_size for path in _files(directory)}
    known = dict(rows(database, "SELECT path_id, size FROM zerver_attachment"))
    archived = dict(rows(database, "SELECT path_id, size FROM zerver_archivedattachment"))
    lost = known.keys() - on_disk.keys()
    assert 2 <= len(lost) <= 10
    assert on_disk == {path: size for path, size in (known | archived).items() if path not in lost}
    images = set(column(database, "SELECT path_id FROM zerver_imageattachment"))
    assert images == set(column(database, "SELECT path_id FROM zerver_attachment WHERE content_type = 'image/png'"))


def test_links_to_files_are_in_the_messages(database: Database) -> None:
    wrong = (
        "SELECT count(*) FROM zerver_attachment_messages l JOIN zerver_attachment a ON a.id = l.attachment_id"
        " JOIN zerver_message m ON m.id = l.message_id"
        " WHERE NOT m.has_attachment OR position('/user_uploads/' || a.path_id IN m.content) = 0"
    )
    assert value(database, wrong) == 0
    linked = "SELECT count(DISTINCT message_id) FROM zerver_attachment_messages"
    assert value(database, linked) == value(database, "SELECT count(*) FROM zerver_message WHERE has_attachment")


def _files(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


ASK_THE_INSTALL = """
import json
from django.conf import settings
from django.contrib.sessions.models import Session
users = [session.get_decoded().get("_auth_user_id") for session in Session.objects.all()]
print(json.dumps([settings.AVATAR_SALT, settings.EXTERNAL_HOST, users]))
"""


@pytest.fixture(scope="module")
def install_says(demo: DemoInstall) -> tuple[str, str, list[str | None]]:
    """The install's avatar salt and host, and whose sessions it can read."""
    command = [sys.executable, str(demo.path / "manage.py"), "shell", "-v", "0", "-c", ASK_THE_INSTALL]
    output = subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL).stdout
    salt, host, users = json.loads(output.splitlines()[-1])
    return salt, host, users


def test_the_install_can_read_the_sessions(
    install_says: tuple[str, str, list[str | None]], database: Database
) -> None:
    _, host, users = install_says
    assert users.count("66") == 3
    assert users.count(None) >= 2
    assert sum(user is not None for user in users) > 100
    assert value(database, "SELECT count(*) FROM zerver_userprofile WHERE email LIKE 'user%%@acme.' || %s", host) > 10


def test_avatars_are_where_the_install_looks_for_them(
    demo: DemoInstall, install_says: tuple[str, str, list[str | None]], database: Database
) -> None:
    salt = install_says[0]
    people = rows(
        database, "SELECT id, avatar_version, realm_id FROM zerver_userprofile WHERE avatar_source = 'U' ORDER BY id"
    )
    assert len(people) > 40
    avatars = demo.base / "uploads" / "avatars"
    current = set()
    for user, version, realm in people:
        name = hashlib.sha256(f"{user}:{version}:{salt}".encode()).hexdigest()[:40]
        for suffix in (".original", ".png", "-medium.png"):
            path = avatars / str(realm) / (name + suffix)
            assert path.read_bytes().startswith(b"\x89PNG")
            current.add(path)
    emoji = {
        avatars / f"{realm}/emoji/images/{name}"
        for realm, name in rows(database, "SELECT realm_id, file_name FROM zerver_realmemoji")
    }
    assert all(path.is_file() for path in emoji)
    assert set(_files(avatars)) - current - emoji, "the files of older versions are left over"


def test_new_rows_get_new_ids(database: Database) -> None:
    sequences = rows(
        database,
        "SELECT c.relname, pg_get_serial_sequence(quote_ident(c.relname), a.attname) FROM pg_class c"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'id' WHERE c.relkind = 'r'"
        " AND c.relnamespace = current_schema()::regnamespace",
    )
    checked = 0
    for table, sequence in sequences:
        if sequence is not None:
            last, highest = rows(database, f"SELECT s.last_value, (SELECT max(id) FROM {table}) FROM {sequence} s")[0]
            assert highest is None or last >= highest, table
            checked += 1
    assert checked > 70
