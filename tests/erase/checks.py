"""What holds after every erasure that takes the account."""

from __future__ import annotations

from collections import Counter

from tests.erase.conftest import Erased
from tests.erase.planting import OLD_NAME, Subject
from tests.erase.snapshots import files_below, gone, keys, own_keys
from tests.plain_sql import Database, column, rows, value
from zulip_bridge.demo import DemoInstall

MAY_STAY = {"zerver_message.content", "zerver_message.rendered_content", "social_auth_usersocialauth.uid"}
"""Where an address may stay: in the text of messages that stay, and with another account that it belongs to now."""

OF_THE_PLACEHOLDER = {"zerver_message", "zerver_subscription", "zerver_usergroupmembership", "zerver_realmauditlog"}
"""What may refer to an account that is gone: its messages, its groups, and that it was deleted."""

TEXTS = """
    SELECT c.table_name, c.column_name, EXISTS (
        SELECT 1 FROM information_schema.columns r WHERE r.table_schema = 'zulip' AND r.table_name = c.table_name
        AND r.column_name = 'realm_id')
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = 'zulip' AND t.table_type = 'BASE TABLE'
    AND c.data_type IN ('text', 'character varying', 'jsonb', 'json', 'inet')
"""
WITHOUT_A_KEY = {"email", "address", "data", "path_id", "object_id"}
OTHERWISE_NAMED = {"django_session", "zerver_recipient"}
"""Rows without a foreign key that the preview names among the person's own."""


def check_placeholder(erased: Erased, copy: Database) -> None:
    """A deactivated account without anything of the person has its place."""
    person = erased.subject.id
    query = "SELECT full_name, delivery_email, is_active, is_mirror_dummy FROM zerver_userprofile WHERE id = %s"
    ((name, address, active, dummy),) = rows(copy, query, person)
    assert (name, active, dummy) == (f"Deleted User {person}", False, True)
    assert address.startswith(f"deleteduser{person}@")


def check_nothing_left(erased: Erased, copy: Database, install: DemoInstall) -> None:
    """By plain SQL and a walk through the storage."""
    assert erased.result.complete, erased.result.residue.wrong
    assert addresses_in(copy, erased.subject) <= MAY_STAY
    links = "SELECT confirmation_key FROM confirmation_confirmation WHERE confirmation_key LIKE 'planted-%'"
    assert column(copy, links) == []
    assert value(copy, "SELECT count(*) FROM zerver_imageattachment WHERE path_id = ANY(%s)", erased.paths) == 0
    audit = "SELECT count(*) FROM zerver_realmauditlog WHERE extra_data::text LIKE %s"
    assert value(copy, audit, f"%{OLD_NAME}%") == 0
    profiles = "SELECT count(*) FROM zerver_customprofilefieldvalue WHERE value ~ %s"
    assert value(copy, profiles, rf"[[, ]{erased.subject.id}[], ]") == 0
    assert {table for table, found in own_keys(copy, erased.going).items() if found} <= OF_THE_PLACEHOLDER
    check_no_files_left(erased, install)


def addresses_in(copy: Database, subject: Subject) -> set[str]:
    """Every column in which one of the addresses is found, as a whole word, in this organization's rows."""
    found = set()
    pattern = "(?<![a-z-])(" + "|".join(each.replace(".", r"\.") for each in subject.addresses) + ")"
    for table, name, has_realm in rows(copy, TEXTS):
        query = f'SELECT count(*) FROM "{table}" WHERE "{name}"::text ~* %s'
        parameters: list[object] = [pattern]
        if has_realm:
            query, parameters = f"{query} AND coalesce(realm_id = %s, true)", [pattern, subject.realm_id]
        if value(copy, query, *parameters):
            found.add(f"{table}.{name}")
    return found


def check_no_files_left(erased: Erased, install: DemoInstall) -> None:
    """Neither uploads, nor thumbnails, nor pictures of any version; and nothing else is gone."""
    subject, left = erased.subject, files_below(install)
    assert subject.archived in erased.paths
    bots = subject.bot_files if subject.bot in erased.going else []
    mine = [*erased.paths, *subject.pictures, *bots]
    assert set(subject.bot_files) <= erased.files
    assert not [path for path in mine for file in left if path in file]
    assert [file for file in erased.files - left if not any(path in file for path in mine)] == []


def lost_and_named(erased: Erased, copy: Database) -> tuple[dict[str, int], dict[str, int]]:
    """How many rows of others are gone, and how many the preview named, by table."""
    named = Counter({each.table: each.rows for each in erased.preview.collateral if not each.saved})
    del named["zerver_muteduser"]  # those rows name the person, too, and are among the own ones
    lost = gone(erased.before, keys(copy), erased.own)
    for table in OTHERWISE_NAMED:
        lost.pop(table, None)
    for each in erased.preview.rows:
        if each.fate == "deleted" and each.column in WITHOUT_A_KEY:
            lost[each.table] -= min(each.rows, lost[each.table])
    return {table: rows for table, rows in lost.items() if rows}, {
        table: rows for table, rows in named.items() if rows
    }


def check_saved(erased: Erased, copy: Database) -> None:
    """Emoji, entries and invitations that others need are there, without the person."""
    saved = {each.table: each.rows for each in erased.preview.collateral if each.saved}
    assert saved["zerver_realmemoji"] and saved["zerver_realmauditlog"] and saved["zerver_preregistrationuser"]
    invited = "SELECT referred_by_id FROM zerver_preregistrationuser WHERE email = 'invited@acme.example'"
    assert column(copy, invited) == [None]
    invitations = "SELECT id FROM zerver_multiuseinvite WHERE referred_by_id <> %s"
    link = "SELECT object_id FROM confirmation_confirmation WHERE confirmation_key LIKE 'invitation-%%'"
    assert set(column(copy, link)) <= set(column(copy, invitations, erased.subject.id)) and column(copy, link)
    emoji = "SELECT count(*) FROM zerver_realmemoji WHERE author_id IS NULL AND realm_id = %s"
    assert value(copy, emoji, erased.subject.realm_id) == saved["zerver_realmemoji"]
