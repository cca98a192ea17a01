"""What holds after every erasure that takes the account."""

from __future__ import annotations

from collections import Counter

from tests.erase.conftest import Erased
from tests.erase.planting import OLD_NAME, files_below, gone, keys
from tests.plain_sql import Database, column, rows, value
from zulip_bridge.demo import DemoInstall

BY_ADDRESS = (
    ("zerver_preregistrationuser", "email"),
    ("zerver_scheduledemail", "address"),
    ("zerver_scheduledemail", "data"),
    ("zerver_emailchangestatus", "old_email"),
    ("zerver_userprofile", "delivery_email"),
)
OTHERWISE_NAMED = {"django_session", "zerver_scheduledemail", "confirmation_confirmation", "zerver_recipient"}
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
    for address in erased.subject.addresses:
        for table, name in BY_ADDRESS:
            query = f"SELECT count(*) FROM {table} WHERE realm_id = %s AND {name} ILIKE %s"
            assert value(copy, query, erased.subject.realm_id, f"%{address}%") == 0, (table, name)
    links = "SELECT count(*) FROM confirmation_confirmation WHERE confirmation_key = 'planted-unsubscribe'"
    assert value(copy, links) == 0
    assert value(copy, "SELECT count(*) FROM zerver_imageattachment WHERE path_id = ANY(%s)", erased.paths) == 0
    audit = "SELECT count(*) FROM zerver_realmauditlog WHERE extra_data::text LIKE %s"
    assert value(copy, audit, f"%{OLD_NAME}%") == 0
    profiles = "SELECT count(*) FROM zerver_customprofilefieldvalue WHERE value ~ %s"
    assert value(copy, profiles, rf"[[, ]{erased.subject.id}[], ]") == 0
    left = files_below(install)
    assert erased.paths
    assert not [path for path in erased.paths for file in left if path in file]


def lost_and_named(erased: Erased, copy: Database) -> tuple[dict[str, int], dict[str, int]]:
    """How many rows of others are gone, and how many the preview named, by table."""
    named = Counter({each.table: each.rows for each in erased.preview.collateral if not each.saved})
    del named["zerver_muteduser"]  # those rows name the person, too, and are among the own ones
    lost = gone(erased.before, keys(copy), erased.own)
    for table in OTHERWISE_NAMED:
        lost.pop(table, None)
    for each in erased.preview.rows:
        if each.column in ("email", "path_id"):
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
    emoji = "SELECT count(*) FROM zerver_realmemoji WHERE author_id IS NULL AND realm_id = %s"
    assert value(copy, emoji, erased.subject.realm_id) == saved["zerver_realmemoji"]
