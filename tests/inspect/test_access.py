"""How a person gets in, held against plain SQL; secrets stay where they are."""

from __future__ import annotations

import pytest

from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.access import AccessReport, ReadAccess
from zulip_bridge.api.codec import to_json
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.client import Bridge
from zulip_bridge.demo.population.cast import MARIA, MARTA, OTTO

pytestmark = pytest.mark.asyncio(loop_scope="module")

BY_TABLE = {
    "zerver_pushdevicetoken": "user_id",
    "otp_totp_totpdevice": "user_id",
    "otp_static_staticdevice": "user_id",
    "two_factor_phonedevice": "user_id",
    "social_auth_usersocialauth": "user_id",
}


def id_of(database: Database, address: str) -> int:
    return int(value(database, "SELECT id FROM zulip.zerver_userprofile WHERE delivery_email = %s", address))


def counts(database: Database, person: int) -> dict[str, int]:
    return {
        table: value(database, f"SELECT count(*) FROM zulip.{table} WHERE {column_} = %s", person)
        for table, column_ in BY_TABLE.items()
    }


@pytest.mark.parametrize("rank", range(0, 280, 20))
async def test_devices_and_identities_are_counted_as_sql_counts_them(
    bridge: Bridge, install_database: Database, rank: int
) -> None:
    query = "SELECT id FROM zulip.zerver_userprofile ORDER BY id OFFSET %s LIMIT 1"
    person = value(install_database, query, rank)
    found = await bridge.call(ReadAccess(person))
    expected = counts(install_database, person)
    kinds = [each.kind for each in found.second_factors]
    assert len([each for each in found.push_devices if not each.note]) == expected["zerver_pushdevicetoken"]
    assert kinds.count("authenticator app") == expected["otp_totp_totpdevice"]
    assert kinds.count("backup codes") == expected["otp_static_staticdevice"]
    assert kinds.count("phone") == expected["two_factor_phonedevice"]
    social = [each for each in found.identities if each.kind == "social login"]
    assert len(social) == expected["social_auth_usersocialauth"]


async def test_invitations_are_those_of_the_database(bridge: Bridge, install_database: Database) -> None:
    makers = column(
        install_database,
        """SELECT referred_by_id FROM zulip.zerver_preregistrationuser WHERE referred_by_id IS NOT NULL
           GROUP BY 1 ORDER BY count(*) DESC LIMIT 3""",
    )
    for person in makers:
        found = await bridge.call(ReadAccess(person))
        mailed = rows(
            install_database,
            """SELECT email, CASE status WHEN 1 THEN 'used' WHEN 2 THEN 'revoked' ELSE 'waiting' END
               FROM zulip.zerver_preregistrationuser WHERE referred_by_id = %s""",
            person,
        )
        links = value(
            install_database, "SELECT count(*) FROM zulip.zerver_multiuseinvite WHERE referred_by_id = %s", person
        )
        told = [
            (each.other.split(",")[0], each.state if each.state in ("used", "revoked") else "waiting")
            for each in found.invitations_made
            if each.kind != "link"
        ]
        assert sorted(told) == sorted(mailed)
        assert found.invitations_made_total == len(mailed) + links
        bounded = await bridge.call(ReadAccess(person, limit=1))
        assert bounded.invitations_made == found.invitations_made[:1]
        assert bounded.invitations_made_total == found.invitations_made_total


async def test_who_invited_a_person_is_named(bridge: Bridge, install_database: Database) -> None:
    for person, inviter, name in rows(
        install_database,
        """SELECT p.created_user_id, u.id, u.full_name FROM zulip.zerver_preregistrationuser p
           JOIN zulip.zerver_userprofile u ON u.id = p.referred_by_id WHERE p.created_user_id IS NOT NULL
           AND p.multiuse_invite_id IS NULL ORDER BY p.id DESC LIMIT 5""",
    ):
        received = (await bridge.call(ReadAccess(person))).invitations_received
        assert f"{name} (id {inviter})" in {each.other for each in received}


async def test_links_say_what_they_are_for_and_whether_they_work(demo_bridge: Bridge, database: Database) -> None:
    found = await demo_bridge.call(ReadAccess(id_of(database, MARTA)))
    changes = {each.about: each.state for each in found.links if each.purpose == "email change"}
    assert changes["marta.leicht@example.org → marta@example.org"] == "used"
    assert changes["marta@example.org → marta@newmail.example"] in ("open", "expired")
    states = [each.state == "open" for each in found.links]
    assert states == sorted(states, reverse=True)


async def test_sessions_are_the_persons_own(demo_bridge: Bridge, database: Database) -> None:
    """The demo gives some of its people a known number of sessions, and Marta one that ran out and one forged."""
    stored, live = rows(
        database, "SELECT count(*), count(*) FILTER (WHERE expire_date > now()) FROM zulip.django_session"
    )[0]
    for address, sessions in ((MARIA, 3), (MARTA, 4), (OTTO, 2)):
        found = await demo_bridge.call(ReadAccess(id_of(database, address)))
        assert found.sessions_read == stored
        assert found.sessions_exact
        assert len(found.sessions) == sessions
        assert {each.method for each in found.sessions} <= {"Email", ""}
        assert live or all(each.expired for each in found.sessions)
        expiry = [each.expires for each in found.sessions]
        assert expiry == sorted(expiry, reverse=True)
        assert all((each.saved or "") < each.expires for each in found.sessions)


async def test_no_secret_is_in_the_answer(bridge: Bridge, install_database: Database) -> None:
    """Whoever has most push devices has most of the rest too, in the demo and on the real servers."""
    people = column(
        install_database,
        """SELECT u.id FROM zulip.zerver_userprofile u
           LEFT JOIN zulip.zerver_pushdevicetoken p ON p.user_id = u.id LEFT JOIN zulip.otp_totp_totpdevice t
           ON t.user_id = u.id GROUP BY u.id ORDER BY count(p.id) + count(t.id) DESC LIMIT 20""",
    )
    secrets = {
        str(each)
        for query in (
            "SELECT api_key FROM zulip.zerver_userprofile",
            "SELECT password FROM zulip.zerver_userprofile WHERE length(password) > 8",
            "SELECT token FROM zulip.zerver_pushdevicetoken",
            "SELECT key FROM zulip.otp_totp_totpdevice",
            "SELECT key FROM zulip.two_factor_phonedevice",
            "SELECT token FROM zulip.otp_static_statictoken",
            "SELECT confirmation_key FROM zulip.confirmation_confirmation",
            "SELECT session_key FROM zulip.django_session",
            "SELECT session_data FROM zulip.django_session",
            "SELECT email_token FROM zulip.zerver_missedmessageemailaddress",
            "SELECT extra_data ->> 'access_token' FROM zulip.social_auth_usersocialauth",
        )
        for each in column(install_database, query)
        if each
    }
    for person in people:
        report = await bridge.call(ReadAccess(person))
        text = repr(report)
        assert not [secret for secret in secrets if secret in text]


async def test_existing_secrets_are_told_to_exist(bridge: Bridge, install_database: Database) -> None:
    for person, has_key in rows(
        install_database, "SELECT id, api_key <> '' FROM zulip.zerver_userprofile ORDER BY id LIMIT 20"
    ):
        found: AccessReport = await bridge.call(ReadAccess(person))
        told = {each.name: each.exists for each in found.secrets}
        assert told["API key"] == has_key
        assert {"password", "Zoom token"} <= told.keys()
        assert to_json(found)["secrets"][0].keys() == {"name", "exists", "note"}


async def test_ways_to_log_in_are_those_of_the_organization(bridge: Bridge, install_database: Database) -> None:
    for person, realm in rows(
        install_database, "SELECT min(id), realm_id FROM zulip.zerver_userprofile WHERE NOT is_bot GROUP BY 2"
    ):
        found = await bridge.call(ReadAccess(person))
        query = "SELECT name FROM zulip.zerver_realmauthenticationmethod WHERE realm_id = %s ORDER BY 1"
        assert sorted(each.name for each in found.login_methods) == sorted(column(install_database, query, realm))
        assert [each.name for each in found.login_methods if each.set_up] == ["Email"]


async def test_nobody_gets_in(bridge: Bridge) -> None:
    with pytest.raises(StewardError) as caught:
        await bridge.call(ReadAccess(2**31 - 1))
    assert caught.value.kind is ErrorKind.NOT_FOUND
