"""Every field that can be edited, seen in the database, with the audit entries that Zulip itself writes."""

from __future__ import annotations

import json

import pytest

from tests.edit.place import MEMBER, Place, edit, look
from tests.plain_sql import column, rows, value
from zulip_bridge.api.changes import Change
from zulip_bridge.api.edit import ApplyResult
from zulip_bridge.api.people import SearchPeople
from zulip_bridge.steward import Steward

pytestmark = pytest.mark.asyncio(loop_scope="module")


def done(result: ApplyResult) -> bool:
    return result.state == "done" and {item.state for item in result.items} == {"done"}


async def test_a_preview_writes_nothing_and_says_what_would_happen(steward: Steward, place: Place) -> None:
    person, since = place.somebody(), place.newest_audit()
    before = place.of(person, "full_name, role, is_active")
    preview = await look(steward, person, "full_name=Nobody Yet", "role=moderator", "deactivate")
    assert [(item.field, item.state) for item in preview.items] == [
        ("full_name", "change"),
        ("role", "change"),
        ("active", "change"),
    ]
    assert preview.items[0].before == before[0]
    assert any("124" in effect.sentence for effect in preview.items[0].effects)
    assert any("no acting user" in note for note in preview.notes)
    assert place.of(person, "full_name, role, is_active") == before
    assert place.newest_audit() == since


async def test_full_name(steward: Steward, place: Place) -> None:
    person, since = place.somebody(), place.newest_audit()
    old, new = place.of(person, "full_name"), f"Zoë of Test {since}"
    result = await edit(steward, person, f"full_name=  {new} ")
    assert done(result)
    assert result.items[0].after == new
    assert place.of(person, "full_name") == new
    assert place.audit(person, since) == [(124, {"1": old, "2": new})]


async def test_address_that_everyone_sees(steward: Steward, place: Place) -> None:
    person, since = place.somebody("email_address_visibility = 1"), place.newest_audit()
    address = f"Changed.{person}.{since}@example.org"
    assert done(await edit(steward, person, f"delivery_email={address}"))
    assert place.of(person, "delivery_email, email") == (address, address)
    assert [number for number, _ in place.audit(person, since)] == [125]


async def test_hidden_address_and_then_its_visibility(steward: Steward, place: Place) -> None:
    person, since = place.somebody("email_address_visibility = 1"), place.newest_audit()
    assert done(await edit(steward, person, "visibility=nobody"))
    hidden = place.of(person, "email")
    assert hidden.startswith(f"user{person}@")
    address = f"hidden.{person}.{since}@example.org"
    assert done(await edit(steward, person, f"delivery_email={address}"))
    assert place.of(person, "delivery_email, email") == (address, hidden)
    assert done(await edit(steward, person, "email_address_visibility=everyone"))
    assert place.of(person, "email") == address
    numbers = [number for number, _ in place.audit(person, since)]
    assert numbers == [132, 125, 132]


@pytest.mark.parametrize(("role", "number", "group"), [("moderator", 300, "moderators"), ("guest", 600, "everyone")])
async def test_role_and_the_groups_that_follow(
    steward: Steward, place: Place, role: str, number: int, group: str
) -> None:
    person, since = place.somebody(), place.newest_audit()
    assert done(await edit(steward, person, f"role={role}"))
    assert place.of(person, "role") == number
    assert f"role:{group}" in system_groups(place, person)
    assert "role:members" not in system_groups(place, person)
    entries = place.audit(person, since)
    assert entries[0][0] == 105
    assert (entries[0][1]["1"], entries[0][1]["2"]) == (400, number)
    assert {703, 704} <= {each for each, _ in entries}


def system_groups(place: Place, person: int) -> set[str]:
    table = "zerver_namedusergroup g" if has_named_groups(place) else "zerver_usergroup g"
    key = "usergroup_ptr_id" if has_named_groups(place) else "id"
    query = f"""SELECT g.name FROM {table} JOIN zerver_usergroupmembership m ON m.user_group_id = g.{key}
                WHERE m.user_profile_id = %s AND g.is_system_group"""
    return set(column(place.database, query, person))


def has_named_groups(place: Place) -> bool:
    return bool(value(place.database, "SELECT to_regclass('zerver_namedusergroup') IS NOT NULL"))


@pytest.mark.parametrize(
    ("change", "name", "stored"),
    [
        ("timezone=America/Lima", "timezone", "America/Lima"),
        ("language=de", "default_language", "de"),
        ("setting:enter_sends=yes", "enter_sends", True),
        ("setting:color_scheme=2", "color_scheme", 2),
        (
            "setting:email_notifications_batching_period_seconds=300",
            "email_notifications_batching_period_seconds",
            300,
        ),
        ("setting:web_home_view=all_messages", "web_home_view", "all_messages"),
    ],
)
async def test_settings(steward: Steward, place: Place, change: str, name: str, stored: object) -> None:
    literal = f"'{stored}'" if isinstance(stored, str) else str(stored)
    person, since = place.somebody(f"{name} <> {literal}"), place.newest_audit()
    old = place.of(person, name)
    assert done(await edit(steward, person, change))
    assert place.of(person, name) == stored
    assert place.audit(person, since) == [(132, {"1": old, "2": stored, "property": name})]


async def test_a_time_zone_is_stored_under_its_canonical_name(steward: Steward, place: Place) -> None:
    person = place.somebody("timezone <> 'Europe/Kyiv'")
    assert done(await edit(steward, person, "timezone=Europe/Kiev"))
    assert place.of(person, "timezone") == "Europe/Kyiv"


async def test_switching_drafts_off_says_that_it_deletes_them(steward: Steward, place: Place) -> None:
    drafts = "EXISTS (SELECT 1 FROM zerver_draft d WHERE d.user_profile_id = u.id)"
    person = place.somebody(f"enable_drafts_synchronization AND {drafts}")
    preview = await look(steward, person, "setting:enable_drafts_synchronization=no")
    assert any("will be deleted" in effect.sentence for effect in preview.items[0].effects)
    assert done(await steward.apply(preview))
    assert value(place.database, "SELECT count(*) FROM zerver_draft WHERE user_profile_id = %s", person) == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("setting:presence_enabled=no", "Others see the person as gone"),
        ("setting:presence_enabled=no", "everybody who can see the account"),
        ("setting:allow_private_data_export=yes", "those of the administrators"),
        ("visibility=nobody", "everybody who gains or loses sight of the address"),
        ("setting:enable_digest_emails=no", "Digest mails that wait to be sent are dropped"),
        ("setting:enter_sends=yes", "the person's own."),
    ],
)
async def test_what_else_a_setting_does_is_said(steward: Steward, place: Place, change: str, words: str) -> None:
    person = place.somebody("presence_enabled AND NOT enter_sends AND email_address_visibility <> 4")
    preview = await look(steward, person, change)
    assert any(words in each.sentence for each in preview.items[0].effects)


@pytest.mark.parametrize("name", ["can_forge_sender", "can_create_users", "can_change_user_emails"])
async def test_special_permissions(steward: Steward, place: Place, name: str) -> None:
    person = place.somebody(f"to_jsonb(u)->>'{name}' IS DISTINCT FROM 'true'")
    since = place.newest_audit()
    preview = await look(steward, person, f"{name}=yes")
    if [refusal.rule for refusal in preview.refusals] == ["no action"]:
        pytest.skip("this version has no such permission")
    announced = any("108" in effect.sentence for effect in preview.items[0].effects)
    assert done(await steward.apply(preview))
    assert place.of(person, name) is True
    written = place.audit(person, since)
    assert written == ([(108, {"1": False, "2": True, "property": name})] if announced else [])


SHORT, LONG, CHOICE, DATE, LINK, PEOPLE, ACCOUNT, PRONOUNS = range(1, 9)


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        (SHORT, "+49 30 1234", "+49 30 1234"),
        (LONG, "Line one\nline **two**", "Line one\nline **two**"),
        (DATE, "1990-12-31", "1990-12-31"),
        (LINK, "https://example.org/~me", "https://example.org/~me"),
        (ACCOUNT, "octocat", "octocat"),
        (PRONOUNS, "they/them", "they/them"),
    ],
)
async def test_profile_values_and_their_removal(
    steward: Steward, place: Place, kind: int, typed: str, stored: str
) -> None:
    number, name = profile_field(place, kind)
    person, since = place.somebody(without_value(number)), place.newest_audit()
    result = await edit(steward, person, f"profile:{name}={typed}")
    assert done(result)
    assert profile_value(place, person, number) == [stored]
    assert result.items[0].field == f"profile:{number}"
    if kind in (SHORT, LONG):
        rendered = (
            "SELECT rendered_value FROM zerver_customprofilefieldvalue WHERE user_profile_id = %s AND field_id = %s"
        )
        assert value(place.database, rendered, person, number)
    assert done(await edit(steward, person, f"profile:{number}="))
    assert profile_value(place, person, number) == []
    assert place.audit(person, since) == []


def profile_field(place: Place, kind: int) -> tuple[int, str]:
    query = (
        "SELECT id, name FROM zerver_customprofilefield WHERE realm_id = %s AND field_type = %s ORDER BY id LIMIT 1"
    )
    ((number, name),) = rows(place.database, query, place.realm_id, kind)
    return number, name


def profile_value(place: Place, person: int, number: int) -> list[str]:
    query = "SELECT value FROM zerver_customprofilefieldvalue WHERE user_profile_id = %s AND field_id = %s"
    return column(place.database, query, person, number)


def without_value(number: int) -> str:
    values = "SELECT 1 FROM zerver_customprofilefieldvalue v WHERE v.user_profile_id = u.id"
    return f"NOT EXISTS ({values} AND v.field_id = {number})"


async def test_a_choice_by_its_text_or_its_key(steward: Steward, place: Place) -> None:
    number, name = profile_field(place, CHOICE)
    data = json.loads(value(place.database, "SELECT field_data FROM zerver_customprofilefield WHERE id = %s", number))
    (first, second) = list(data)[:2]
    person = place.somebody(without_value(number))
    result = await edit(steward, person, f"profile:{name}={data[first]['text'].upper()}")
    assert done(result)
    assert profile_value(place, person, number) == [first]
    assert result.items[0].after_shown == data[first]["text"]
    assert done(await edit(steward, person, f"profile:{name}={second}"))
    assert profile_value(place, person, number) == [second]


async def test_people_by_id_and_by_address(steward: Steward, place: Place) -> None:
    number, name = profile_field(place, PEOPLE)
    person, one, two = place.somebody(without_value(number)), place.somebody(), place.somebody()
    result = await edit(steward, person, f"profile:{name}={one}, {place.of(two, 'delivery_email').upper()}")
    assert done(result)
    assert json.loads(profile_value(place, person, number)[0]) == [one, two]
    assert result.items[0].after == f"{one}, {two}"
    assert place.of(one, "full_name") in result.items[0].after_shown


async def test_joining_and_leaving_a_group(steward: Steward, place: Place) -> None:
    name, key = some_group(place)
    person, since = place.somebody(outside(key)), place.newest_audit()
    inside = "SELECT count(*) FROM zerver_usergroupmembership WHERE user_profile_id = %s AND user_group_id = %s"
    assert done(await edit(steward, person, f"group:+{name}"))
    assert value(place.database, inside, person, key) == 1
    assert done(await edit(steward, person, f"group:-{name.upper()}"))
    assert value(place.database, inside, person, key) == 0
    assert [number for number, _ in place.audit(person, since)] == [703, 704]


def outside(group: int) -> str:
    memberships = "SELECT 1 FROM zerver_usergroupmembership m WHERE m.user_profile_id = u.id"
    return f"NOT EXISTS ({memberships} AND m.user_group_id = {group})"


def some_group(place: Place) -> tuple[str, int]:
    if has_named_groups(place):
        query = "SELECT name, usergroup_ptr_id FROM zerver_namedusergroup WHERE realm_id = %s AND NOT is_system_group"
        query += " AND NOT deactivated"
    else:
        query = "SELECT name, id FROM zerver_usergroup WHERE realm_id = %s AND NOT is_system_group"
    found = rows(place.database, f"{query} AND name ~ '^[a-z -]+$' ORDER BY 1 LIMIT 1", place.realm_id)
    if not found:
        pytest.skip("the organization has no group")
    return found[0][0], found[0][1]


async def test_subscribing_and_unsubscribing(steward: Steward, place: Place) -> None:
    ((channel, name, recipient),) = rows(
        place.database,
        """SELECT id, name, recipient_id FROM zerver_stream WHERE realm_id = %s AND NOT deactivated
           AND NOT invite_only AND name ~ '^[A-Za-z ]+$' ORDER BY id LIMIT 1""",
        place.realm_id,
    )
    subscriptions = "SELECT 1 FROM zerver_subscription s WHERE s.user_profile_id = u.id AND s.active"
    person = place.somebody(f"EXISTS ({subscriptions} AND s.recipient_id = {recipient})")
    since = place.newest_audit()
    active = "SELECT active FROM zerver_subscription WHERE user_profile_id = %s AND recipient_id = %s"
    assert done(await edit(steward, person, f"channel:-{name}"))
    assert value(place.database, active, person, recipient) is False
    assert done(await edit(steward, person, f"channel:+{name}"))
    assert value(place.database, active, person, recipient) is True
    assert [number for number, _ in place.audit(person, since)] == [303, 302]
    streams = "SELECT DISTINCT modified_stream_id FROM zerver_realmauditlog WHERE modified_user_id = %s AND id > %s"
    assert column(place.database, streams, person, since) == [channel]


async def test_bot_owner(steward: Steward, place: Place) -> None:
    owner = place.somebody()
    bot, since = place.somebody(kind="is_bot AND is_active"), place.newest_audit()
    assert done(await edit(steward, bot, f"bot_owner={owner}"))
    assert place.of(bot, "bot_owner_id") == owner
    assert [number for number, _ in place.audit(bot, since) if number == 128] == [128]
    assert done(await edit(steward, bot, f"bot_owner={place.of(place.somebody(), 'delivery_email')}"))
    assert place.of(bot, "bot_owner_id") != owner


async def test_removing_a_picture(steward: Steward, place: Place) -> None:
    person, since = place.somebody("avatar_source = 'U'"), place.newest_audit()
    version = place.of(person, "avatar_version")
    result = await edit(steward, person, "remove-avatar")
    assert done(result)
    assert not result.items[0].undo
    assert place.of(person, "avatar_source, avatar_version") == ("G", version + 1)
    assert place.audit(person, since) == [(123, {"avatar_source": "G"})]


async def test_a_search_finds_what_was_just_changed(steward: Steward, place: Place) -> None:
    person, name = place.somebody(), f"Found Anew {place.newest_audit()}"
    assert (await steward.search(SearchPeople(name))).total == 0
    assert done(await edit(steward, person, f"full_name={name}"))
    assert [found.id for found in (await steward.search(SearchPeople(name))).people] == [person]


async def test_the_same_value_is_nothing_to_do(steward: Steward, place: Place) -> None:
    person, since = place.somebody(), place.newest_audit()
    name = place.of(person, "full_name")
    preview = await look(steward, person, f"full_name={name}", "role=member", "reactivate", "avatar=none")
    assert [item.state for item in preview.items][:3] == ["unchanged"] * 3
    result = await steward.apply(await look(steward, person, f"full_name={name}", "role=400"))
    assert [item.state for item in result.items] == ["unchanged", "unchanged"]
    assert place.newest_audit() == since


async def test_several_changes_are_applied_in_their_order(steward: Steward, place: Place) -> None:
    person, since = place.somebody(MEMBER), place.newest_audit()
    assert done(await edit(steward, person, f"full_name=First Then {since}", "role=moderator", "deactivate"))
    assert place.of(person, "full_name, role, is_active") == (f"First Then {since}", 300, False)
    numbers = [number for number, _ in place.audit(person, since) if number in (124, 105, 103)]
    assert numbers == [124, 105, 103]


async def test_forms_get_every_field_with_its_value(steward: Steward, place: Place) -> None:
    person = await steward.find(str(place.somebody()))
    fields = {field.field: field for field in await steward.editable_fields(person)}
    assert fields["full_name"].value == person.full_name
    assert [option.value for option in fields["role"].options] == [
        "owner",
        "administrator",
        "moderator",
        "member",
        "guest",
    ]
    assert fields["setting:enter_sends"].kind == "yes_no"
    assert fields["bot_owner"].why_not
    choice = next(field for field in fields.values() if field.section == "profile" and field.kind == "choice")
    assert choice.options
    again = [Change(field.field, field.value) for field in fields.values() if not field.why_not]
    preview = await steward.preview(person, again)
    assert {(item.field, item.state) for item in preview.items if item.state != "unchanged"} == set()
