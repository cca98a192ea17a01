"""Searching people, held against plain SQL on the demo's database."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import pytest

from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.people import FindPerson, ListRealms, PageOfPeople, PeoplePage, SearchPeople, ShowPerson
from zulip_bridge.client import Bridge
from zulip_bridge.demo import DemoInstall
from zulip_bridge.launch import InstallTarget, open_door

pytestmark = pytest.mark.asyncio(loop_scope="module")


def ids(database: Database, query: str, *parameters: object) -> set[int]:
    return set(column(database, query, *parameters))


async def everybody(bridge: Bridge, request: SearchPeople) -> list[int]:
    """All ids of a listing, page by page."""
    page = await bridge.call(request)
    found = [person.id for person in page.people]
    while len(found) < page.total:
        more = await bridge.call(PageOfPeople(page.listing, len(found), 70))
        assert more.people
        found += [person.id for person in more.people]
    return found


async def test_an_empty_search_lists_everybody_once(bridge: Bridge, install_database: Database) -> None:
    found = await everybody(bridge, SearchPeople(limit=50))
    assert len(found) == len(set(found))
    assert set(found) == ids(install_database, "SELECT id FROM zulip.zerver_userprofile")


@pytest.mark.parametrize("text", ["mar", "MAR", "example.org", "ü", "o'", "%", "_", "\\", "عم", "[b", "zzzzzz"])
async def test_text_matches_names_addresses_and_profile_values(
    bridge: Bridge, install_database: Database, text: str
) -> None:
    pattern = f"%{text}%"
    for special in ("\\", "%", "_"):
        pattern = pattern if special not in text else "%" + text.replace(special, f"\\{special}") + "%"
    expected = ids(
        install_database,
        """SELECT id FROM zulip.zerver_userprofile u
           WHERE full_name ILIKE %s OR delivery_email ILIKE %s OR email ILIKE %s
           OR EXISTS (SELECT 1 FROM zulip.zerver_customprofilefieldvalue v
                      WHERE v.user_profile_id = u.id AND v.value ILIKE %s)""",
        pattern, pattern, pattern, pattern,
    )  # fmt: skip
    found = await everybody(bridge, SearchPeople(text))
    assert set(found) >= expected
    for person in set(found) - expected:
        assert await _matches_without_accents_or_by_choice(bridge, person, text)


async def _matches_without_accents_or_by_choice(bridge: Bridge, person: int, text: str) -> bool:
    """Whether a match that ``ILIKE`` does not see is one of the kinds that the search adds."""
    detail = await bridge.call(ShowPerson(person))
    shown = [detail.person.full_name, detail.person.delivery_email, *(each.shown for each in detail.profile)]
    plain = unicodedata.normalize("NFKD", text.casefold())[0]
    return any(plain in unicodedata.normalize("NFKD", each.casefold()) for each in shown)


@pytest.fixture
def renamed(database: Database) -> Iterator[None]:
    """The person with id 30 is called Renée Żółć-Müller while this holds."""
    before = value(database, "SELECT full_name FROM zulip.zerver_userprofile WHERE id = 30")
    change = b"UPDATE zulip.zerver_userprofile SET full_name = %s WHERE id = 30"
    database.execute(change, ["Renée Żółć-Müller"])
    yield
    database.execute(change, [before])


@pytest.mark.usefixtures("renamed")
async def test_case_never_matters_and_accents_need_not_be_typed(demo: DemoInstall) -> None:
    bridge = await Bridge.open(open_door(InstallTarget(demo.path)))
    for text in ("RENÉE", "renee", "rene\u0301e", "muller", "müller ż"):
        assert 30 in await everybody(bridge, SearchPeople(text)), text
    assert 30 not in await everybody(bridge, SearchPeople("rénee"))
    await bridge.close()


async def test_the_text_of_a_choice_is_found_though_its_key_is_stored(
    bridge: Bridge, install_database: Database
) -> None:
    text, people = rows(
        install_database,
        """SELECT c.value ->> 'text', array_agg(v.user_profile_id)
           FROM zulip.zerver_customprofilefield f, jsonb_each(f.field_data::jsonb) c,
                zulip.zerver_customprofilefieldvalue v
           WHERE f.field_type = 3 AND v.field_id = f.id AND v.value = c.key GROUP BY 1 LIMIT 1""",
    )[0]
    assert set(await everybody(bridge, SearchPeople(text))) >= set(people)


async def test_every_word_must_match(demo_bridge: Bridge) -> None:
    both = set(await everybody(demo_bridge, SearchPeople("maria lopez")))
    assert both
    assert both == set(await everybody(demo_bridge, SearchPeople("maria"))) & set(
        await everybody(demo_bridge, SearchPeople("lopez"))
    )


async def test_exact_matches_come_first(bridge: Bridge, install_database: Database) -> None:
    by_id = await bridge.call(SearchPeople("10"))
    assert by_id.people[0].id == 10
    address = value(install_database, "SELECT delivery_email FROM zulip.zerver_userprofile WHERE id = 20")
    by_address = await bridge.call(SearchPeople(address.upper()))
    assert by_address.people[0].delivery_email == address


@pytest.mark.parametrize(
    ("request_", "condition"),
    [
        (SearchPeople(realm="acme"), "r.string_id = 'acme'"),
        (SearchPeople(roles=[100, 600]), "u.role IN (100, 600)"),
        (SearchPeople(status="active"), "u.is_active"),
        (SearchPeople(status="deactivated"), "NOT u.is_active"),
        (SearchPeople(bots="bots"), "u.is_bot"),
        (
            SearchPeople(bots="people", realm="acme", status="active"),
            "NOT u.is_bot AND u.is_active AND r.string_id = 'acme'",
        ),
    ],
)  # fmt: skip
async def test_filters(demo_bridge: Bridge, database: Database, request_: SearchPeople, condition: str) -> None:
    expected = ids(
        database,
        "SELECT u.id FROM zulip.zerver_userprofile u JOIN zulip.zerver_realm r ON r.id = u.realm_id WHERE "
        + condition,
    )
    assert expected
    assert set(await everybody(demo_bridge, request_)) == expected


async def test_a_person_has_what_the_database_has(bridge: Bridge, install_database: Database) -> None:
    person = await bridge.call(FindPerson("10"))
    (row,) = rows(
        install_database,
        """SELECT u.full_name, u.delivery_email, u.email, r.string_id, u.role, u.is_active, u.is_bot,
                  to_char(u.date_joined AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
           FROM zulip.zerver_userprofile u JOIN zulip.zerver_realm r ON r.id = u.realm_id WHERE u.id = 10""",
    )
    assert row == (
        person.full_name, person.delivery_email, person.email, person.realm, person.role, person.is_active,
        person.is_bot, person.date_joined,
    )  # fmt: skip


async def test_a_limit_says_how_many_there_are(bridge: Bridge) -> None:
    page: PeoplePage = await bridge.call(SearchPeople(limit=3))
    assert len(page.people) == 3
    assert page.total > 3


async def test_a_forgotten_listing_is_stale(bridge: Bridge) -> None:
    first = await bridge.call(SearchPeople(limit=1))
    for _ in range(10):
        await bridge.call(SearchPeople(limit=1))
    with pytest.raises(StewardError) as caught:
        await bridge.call(PageOfPeople(first.listing, 0))
    assert caught.value.kind is ErrorKind.STALE


async def test_finding_by_address_in_any_case_and_by_id(demo_bridge: Bridge) -> None:
    person = await demo_bridge.call(FindPerson("MARTA@example.org"))
    assert person.full_name == "Marta Heavy"
    assert await demo_bridge.call(FindPerson(str(person.id))) == person


async def test_an_address_in_two_realms_is_ambiguous_and_the_candidates_are_named(
    bridge: Bridge, install_database: Database
) -> None:
    found = rows(
        install_database,
        """SELECT lower(delivery_email), count(*) FROM zulip.zerver_userprofile
           GROUP BY 1 HAVING count(*) > 1 LIMIT 1""",
    )
    if not found:
        pytest.skip("no address is used in two organizations of this install")
    ((address, accounts),) = found
    with pytest.raises(StewardError) as caught:
        await bridge.call(FindPerson(address))
    assert caught.value.kind is ErrorKind.AMBIGUOUS
    assert len(caught.value.problem.candidates) == accounts
    realm = caught.value.problem.candidates[0].rpartition(" ")[2]
    assert (await bridge.call(FindPerson(address, realm))).realm == realm.replace("(root)", "")


@pytest.mark.parametrize("user", ["nobody@example.org", "999999999", "99999999999999999999", "", "\0", "%"])
async def test_nobody_is_not_found(bridge: Bridge, user: str) -> None:
    with pytest.raises(StewardError) as caught:
        await bridge.call(FindPerson(user))
    assert caught.value.kind is ErrorKind.NOT_FOUND


async def test_realms(bridge: Bridge, install_database: Database) -> None:
    realms = await bridge.call(ListRealms())
    assert {realm.id for realm in realms} == ids(
        install_database, "SELECT id FROM zulip.zerver_realm WHERE string_id <> 'zulipinternal'"
    )
    assert {realm.id for realm in realms if realm.deactivated} == ids(
        install_database, "SELECT id FROM zulip.zerver_realm WHERE deactivated AND string_id <> 'zulipinternal'"
    )
