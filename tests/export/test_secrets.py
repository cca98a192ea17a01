"""Secrets never leave: recognisable ones are planted in every column that holds any, and everything is searched."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from tests.export.conftest import EXPORTING
from tests.export.support import Exported, export
from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.export_scope import BY_NAME, choose
from zulip_bridge.client import Bridge
from zulip_bridge.demo import DemoInstall
from zulip_bridge.launch import InstallTarget, open_door

MARK = "pLaNt"
WHO = "SELECT bot_owner_id FROM zulip.zerver_userprofile WHERE is_bot AND bot_owner_id IS NOT NULL ORDER BY 1 LIMIT 1"
LOGGED_IN = "SELECT id FROM zulip.zerver_userprofile WHERE delivery_email = 'marta@example.org' ORDER BY 1 LIMIT 1"
GIVEN = {
    "otp_totp_totpdevice": "user_id",
    "otp_static_staticdevice": "user_id",
    "social_auth_usersocialauth": "user_id",
    "two_factor_phonedevice": "user_id",
    "zerver_missedmessageemailaddress": "user_profile_id",
    "zerver_pushdevicetoken": "user_id",
    "zerver_pushdevice": "user_id",
    "zerver_channelemailaddress": "creator_id",
    "zerver_realmexport": "acting_user_id",
    "zerver_scheduledemail_users": "userprofile_id",
}
"""Tables of which the subject is given every row that there is, and by which column."""
TEXTS = {
    "zerver_userprofile": ("api_key", "password"),
    "otp_totp_totpdevice": ("key",),
    "otp_static_statictoken": ("token",),
    "two_factor_phonedevice": ("key",),
    "zerver_missedmessageemailaddress": ("email_token",),
    "zerver_pushdevicetoken": ("token",),
    "zerver_pushdevice": ("push_public_key",),
    "zerver_channelemailaddress": ("email_token",),
    "zerver_service": ("token", "base_url"),
    "zerver_botconfigdata": ("value",),
    "zerver_botstoragedata": ("value",),
    "confirmation_confirmation": ("confirmation_key",),
    "zerver_scheduledemail": ("data",),
    "zerver_realmexport": ("export_path",),
}


@pytest.fixture
def planted(scratch: DemoInstall) -> tuple[DemoInstall, int]:
    """An install where one person has all the secrets, each recognisable."""
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as database:
        person = int(value(database, WHO))
        for table, key in GIVEN.items():
            give(database, table, key, person)
        realm = "SELECT realm_id FROM zulip.zerver_userprofile WHERE id = %s"
        database.execute(
            f"UPDATE zulip.zerver_userprofile SET bot_owner_id = %s WHERE is_bot AND realm_id = ({realm})",
            [person, person],
        )
        for table, names in TEXTS.items():
            for name in names:
                plant(database, table, name)
        database.execute(f"""UPDATE zulip.zerver_userprofile SET zoom_token = '{{"access_token": "{MARK}zoom"}}'""")
        database.execute(
            f"""UPDATE zulip.social_auth_usersocialauth SET extra_data = '{{"token": "{MARK}social"}}'"""
        )
        details = f"""'{{"export_path": "/user_avatars/exports/2/{MARK}/out.tar.gz"}}'"""
        database.execute(
            f"UPDATE zulip.zerver_realmauditlog SET extra_data = {details} WHERE acting_user_id = %s", [person]
        )
        database.execute(
            """UPDATE zulip.confirmation_confirmation SET object_id = %s, content_type_id = (
                 SELECT id FROM zulip.django_content_type WHERE app_label = 'zerver' AND model = 'userprofile')""",
            [person],
        )
    return scratch, person


def give(database: Database, table: str, key: str, person: int) -> None:
    """Let the person have every row of a table; where that would be twice the same, as many as can be."""
    for row in column(database, f"SELECT id FROM zulip.{table} ORDER BY id"):
        try:
            database.execute(f"UPDATE zulip.{table} SET {key} = %s WHERE id = %s".encode(), [person, row])
        except psycopg.errors.UniqueViolation:
            continue


def plant(database: Database, table: str, name: str) -> None:
    """A recognisable text in every row, no longer than the column allows."""
    database.execute(f"UPDATE zulip.{table} SET {name} = left('{MARK}' || '-{name[:3]}-' || id, 16)".encode())


@pytest.mark.parametrize("others", ["keep", "redact"])
async def test_no_planted_secret_leaves(planted: tuple[DemoInstall, int], others: str, tmp_path: Path) -> None:
    install, person = planted
    scope = choose("", list(BY_NAME), others="redact" if others == "redact" else "keep")
    bridge = await Bridge.open(open_door(InstallTarget(install.path)), EXPORTING)
    try:
        await export(bridge, person, tmp_path / "out", scope=scope)
        await export(bridge, person, tmp_path / "same")
    finally:
        await bridge.close()
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or MARK.encode() not in path.read_bytes(), path
    with psycopg.connect(install.url, user="postgres", autocommit=True) as database:
        secrets = rows(database, "SELECT session_key, session_data FROM zulip.django_session")
        secrets += rows(database, "SELECT uuid::text, uuid::text FROM zulip.zerver_userprofile WHERE id = %s", person)
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert not [key for pair in secrets for key in pair if key.encode() in everything]


async def test_every_secret_is_stated(planted: tuple[DemoInstall, int], tmp_path: Path) -> None:
    install, person = planted
    bridge = await Bridge.open(open_door(InstallTarget(install.path)), EXPORTING)
    try:
        await export(bridge, person, tmp_path / "out", scope=choose("evidence"))
    finally:
        await bridge.close()
    exported = Exported.read(tmp_path / "out")
    stated = exported.manifest["redactions"]
    lists = exported.user | json.loads((tmp_path / "out" / "elsewhere.json").read_bytes())
    lists |= json.loads((tmp_path / "out" / "bots.json").read_bytes())
    for table, names in TEXTS.items():
        if table == "otp_static_statictoken" or lists.get(table):
            for name in names if table != "otp_static_statictoken" else ():
                assert "Left out" in stated[f"{table}.{name}"]
                assert all(name not in row for row in lists[table])
    given = [table for table in GIVEN if exported.user.get(table)]
    assert len(given) >= 6, given
    assert all(MARK not in sentence for sentence in stated.values())


async def test_one_thing_left_out_is_one(scratch: DemoInstall, tmp_path: Path) -> None:
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as database:
        person = int(value(database, LOGGED_IN))
        give(database, "otp_static_staticdevice", "user_id", person)
        database.execute("UPDATE zulip.django_session SET expire_date = now() + (1 + random()) * interval '1 day'")
    many = await stated_of(scratch, person, tmp_path / "many")
    sessions = json.loads((tmp_path / "many" / "elsewhere.json").read_bytes())["sessions"]
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as database:
        another = "abs(extract(epoch FROM expire_date) - %s) > 0.0005"
        database.execute(f"DELETE FROM zulip.django_session WHERE {another}", [sessions[0]["expire_date"]])
        first = "SELECT min(id) FROM zulip.otp_static_statictoken"
        database.execute(f"DELETE FROM zulip.otp_static_statictoken WHERE id > ({first})")
    one = await stated_of(scratch, person, tmp_path / "one")
    sessions_left_out = "Left out, in {}: secrets that let their holder act as this person."
    assert many["django_session.session_data"] == sessions_left_out.format(f"{len(sessions)} sessions")
    assert one["django_session.session_data"] == sessions_left_out.format("1 session")
    assert many["otp_static_statictoken"].endswith(" codes, each of which works once.")
    assert one["otp_static_statictoken"] == "Left out: 1 code, which works once."


async def stated_of(install: DemoInstall, person: int, place: Path) -> dict[str, str]:
    """What an export says of what it leaves out."""
    bridge = await Bridge.open(open_door(InstallTarget(install.path)), EXPORTING)
    try:
        await export(bridge, person, place, scope=choose("access"))
    finally:
        await bridge.close()
    stated: dict[str, str] = Exported.read(place).manifest["redactions"]
    return stated
