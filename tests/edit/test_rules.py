"""What Zulip's own screens forbid is refused here too: the rule is named, and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.edit.place import Place, edit, look
from tests.edit.test_edits import CHOICE, DATE, LINK, PEOPLE, SHORT, outside, profile_field, some_group
from tests.plain_sql import value
from zulip_bridge.api.changes import parse_change
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.steward import Steward

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def refused(steward: Steward, place: Place, person: int, change: str) -> tuple[str, str]:
    """Rule and sentence of the only refusal; nothing may have been written, and nothing can be applied."""
    since, before = place.newest_audit(), place.of(person, "zerver_userprofile::text")
    preview = await look(steward, person, change)
    assert [item.state for item in preview.items] == ["refused"]
    result = await steward.apply(preview)
    assert (result.state, result.items) == ("refused", [])
    assert (place.newest_audit(), place.of(person, "zerver_userprofile::text")) == (since, before)
    (refusal,) = preview.refusals
    assert refusal.sentence.endswith((".", "*", "@", ">", '"'))
    return refusal.rule, refusal.sentence


@pytest.mark.parametrize(
    ("change", "rule", "words"),
    [
        ("full_name=A", "name rules", "2 to 100 characters"),
        ("full_name=" + "x" * 101, "name rules", "this one has 101"),
        ("full_name=Star*Fish", "name rules", "may not contain *"),
        ("full_name=At@Home", "name rules", "may not contain @"),
        ("full_name=Bell\x07Ringer", "name rules", "invisible"),
        ("full_name=Right\u202eLeft", "name rules", "invisible"),
        ("full_name=Pipe|15", "name rules", "ambiguous"),
        ("delivery_email=nonsense", "address syntax", "nonsense is not an address"),
        ("delivery_email=", "address syntax", "is not an address"),
        ("delivery_email=" + "x" * 250 + "@example.org", "address syntax", ""),
        ("role=king", "role values", "There is no role king"),
        ("role=350", "role values", "There is no role 350"),
        ("timezone=Mars/Olympus", "values", "There is no time zone"),
        ("language=klingon", "values", "Language is one of"),
        ("visibility=dogs", "values", "is one of everyone"),
        ("visibility=9", "values", "is one of everyone"),
        ("setting:no_such_thing=1", "settings", "has no setting no_such_thing"),
        ("setting:enter_sends=maybe", "values", "is yes or no"),
        ("setting:color_scheme=7", "values", "is one of automatic, "),
        ("setting:color_scheme=blue", "values", "light; not blue"),
        ("setting:email_notifications_batching_period_seconds=soon", "values", "is a number; not soon"),
        ("setting:web_home_view=kitchen", "values", "is one of inbox"),
        ("setting:email_notifications_batching_period_seconds=0", "values", "a week"),
        ("setting:notification_sound=kazoo", "values", "is one of"),
        ("can_create_users=perhaps", "values", "is yes or no"),
        ("bot_owner=1", "bots only", "Only a bot has a bot owner"),
        ("avatar=new.png", "values", "can only be removed"),
        ("profile:Shoe size=43", "profile fields", "has no profile field Shoe size"),
        ("group:+no such group", "groups", "has no group no such group"),
        ("channel:+no such channel", "channels", "has no channel no such channel"),
        ("group:+role:owners", "system groups", "change the role"),
    ],
)
async def test_bad_input_gets_one_sentence(
    steward: Steward, place: Place, change: str, rule: str, words: str
) -> None:
    person = place.somebody("avatar_source = 'G'") if change.startswith("avatar") else place.somebody()
    place.used.remove(person)
    found, sentence = await refused(steward, place, person, change)
    assert found == rule
    assert words in sentence


@pytest.mark.parametrize(
    ("kind", "typed", "words"),
    [
        (SHORT, "x" * 51, "too long"),
        (DATE, "31.12.1990", "a date like 1990-12-31"),
        (DATE, "1990-02-30", "a date like"),
        (LINK, "not a link", "Zulip refuses it"),
        (CHOICE, "purple cow", "is one of"),
        (PEOPLE, "999999999", "Zulip refuses it"),
        (PEOPLE, "nobody@example.org", "nobody here has the address"),
    ],
)
async def test_profile_values_are_checked_by_type(
    steward: Steward, place: Place, kind: int, typed: str, words: str
) -> None:
    person, (number, _) = place.somebody(), profile_field(place, kind)
    place.used.remove(person)
    rule, sentence = await refused(steward, place, person, f"profile:{number}={typed}")
    assert rule == "profile field rules"
    assert words in sentence


async def test_an_address_belongs_to_one_account_of_a_realm(steward: Steward, place: Place) -> None:
    person, other = place.somebody(), place.somebody()
    taken = place.of(other, "delivery_email").upper()
    rule, sentence = await refused(steward, place, person, f"delivery_email={taken}")
    assert rule == "address conflict"
    assert f"(id {other})" in sentence


async def test_an_address_of_a_placeholder_or_a_deactivated_account_is_taken_too(
    steward: Steward, place: Place
) -> None:
    person = place.somebody()
    for kind, words in [
        ("is_mirror_dummy", "a placeholder account"),
        ("NOT is_active AND NOT is_mirror_dummy", "a deactivated account"),
    ]:
        holder = place.somebody(kind=kind)
        rule, sentence = await refused(steward, place, person, f"delivery_email={place.of(holder, 'delivery_email')}")
        assert rule == "address conflict"
        assert words in sentence


async def test_only_the_letters_case_of_ones_own_address_may_change(steward: Steward, place: Place) -> None:
    person = place.somebody("email_address_visibility = 1")
    address = place.of(person, "delivery_email").title()
    assert (await edit(steward, person, f"delivery_email={address}")).state == "done"
    assert place.of(person, "delivery_email") == address


async def test_addresses_of_system_bots_are_reserved(steward: Steward, place: Place) -> None:
    bot = value(
        place.database,
        """SELECT delivery_email FROM zerver_userprofile u JOIN zerver_realm r ON r.id = u.realm_id
           WHERE r.string_id = 'zulipinternal' AND delivery_email LIKE 'notification-bot@%%' LIMIT 1""",
    )
    rule, _ = await refused(steward, place, place.somebody(), f"delivery_email={bot}")
    assert rule == "reserved addresses"


async def test_system_bots_stay_as_they_are(steward: Steward, place: Place) -> None:
    bot = value(
        place.database,
        """SELECT min(u.id) FROM zerver_userprofile u JOIN zerver_realm r ON r.id = u.realm_id
           WHERE r.string_id = 'zulipinternal'""",
    )
    for change in ("full_name=Clippy", "deactivate", "regenerate-api-key"):
        rule, _ = await refused(steward, place, bot, change)
        assert rule == "system bots"


async def test_people_of_a_deactivated_organization_are_left_alone(steward: Steward, place: Place) -> None:
    person = value(
        place.database,
        """SELECT min(u.id) FROM zerver_userprofile u JOIN zerver_realm r ON r.id = u.realm_id
           WHERE r.deactivated AND u.is_active AND NOT u.is_bot AND u.role = 400""",
    )
    if person is None:
        pytest.skip("no organization is deactivated here")
    for change in ("full_name=Somebody Else", "deactivate", "role=owner"):
        rule, _ = await refused(steward, place, person, change)
        assert rule == "deactivated organization"


async def test_placeholders_get_names_and_profile_values_only(steward: Steward, place: Place) -> None:
    dummy = place.somebody(kind="is_mirror_dummy")
    for change in (
        "reactivate",
        "role=moderator",
        "setting:enter_sends=yes",
        "regenerate-api-key",
        "send-password-reset",
    ):
        if change.startswith("setting") and place.of(dummy, "enter_sends"):
            continue
        rule, _ = await refused(steward, place, dummy, change)
        assert rule == "placeholder account"
    assert (await edit(steward, dummy, f"full_name=Corrected {dummy} {place.newest_audit()}")).state == "done"


async def test_deactivated_people_join_nothing_and_get_no_reset(steward: Steward, place: Place) -> None:
    group, key = some_group(place)
    person = place.somebody(outside(key))
    await edit(steward, person, "deactivate")
    for change in (f"group:+{group}", "send-password-reset"):
        rule, _ = await refused(steward, place, person, change)
        assert rule == "deactivated account"
    assert (await edit(steward, person, "reactivate")).state == "done"


async def test_bots_have_no_settings_sessions_or_password(steward: Steward, place: Place) -> None:
    bot = place.somebody(kind="is_bot AND is_active")
    for change in ("timezone=Asia/Tokyo", "setting:color_scheme=3", "send-password-reset"):
        rule, _ = await refused(steward, place, bot, change)
        assert rule == "people only"


async def test_who_may_own_a_bot(steward: Steward, place: Place) -> None:
    bot = place.somebody(kind="is_bot AND is_active")
    inactive = place.somebody(kind="NOT is_active AND NOT is_bot AND NOT is_mirror_dummy")
    other_bot = place.somebody(kind="is_bot AND is_active")
    stranger = value(
        place.database, "SELECT min(id) FROM zerver_userprofile WHERE realm_id <> %s AND NOT is_bot", place.realm_id
    )
    for owner, words in [
        (inactive, "deactivated"),
        (other_bot, "bots own no bots"),
        (stranger, "Nobody"),
        ("", "no action"),
    ]:
        rule, sentence = await refused(steward, place, bot, f"bot_owner={owner}")
        assert rule in ("bot owner", "no action")
        assert words in sentence


async def test_a_bots_name_is_its_own(steward: Steward, place: Place) -> None:
    bot, person = place.somebody(kind="is_bot AND is_active"), place.somebody()
    rule, sentence = await refused(steward, place, bot, f"full_name={place.of(person, 'full_name')}")
    assert rule == "bot names"
    assert "must be its own" in sentence


async def test_the_last_owner_stays(steward: Steward, place: Place) -> None:
    owners = "SELECT count(*) FROM zerver_userprofile WHERE realm_id = %s AND role = 100 AND is_active AND NOT is_bot"
    only_owner = value(
        place.database,
        """SELECT min(id) FROM zerver_userprofile WHERE role = 100 AND is_active AND NOT is_bot AND realm_id IN (
             SELECT realm_id FROM zerver_userprofile JOIN zerver_realm r ON r.id = realm_id
             WHERE role = 100 AND is_active AND NOT is_bot AND NOT r.deactivated AND r.string_id <> 'zulipinternal'
             GROUP BY realm_id HAVING count(*) = 1)""",
    )
    if only_owner is None:
        pytest.skip("every organization has several owners")
    for change in ("role=administrator", "deactivate"):
        rule, sentence = await refused(steward, place, only_owner, change)
        assert rule == "last owner"
        assert "only owner" in sentence
    assert value(place.database, owners, place.of(only_owner, "realm_id")) == 1


async def test_an_archived_channel_takes_nobody(steward: Steward, place: Place) -> None:
    name = value(
        place.database,
        "SELECT min(name) FROM zerver_stream WHERE realm_id = %s AND deactivated AND name !~ '^!'",
        place.realm_id,
    )
    if name is None:
        pytest.skip("the organization has no archived channel")
    rule, _ = await refused(steward, place, place.somebody(), f"channel:+{name}")
    assert rule == "archived channel"


@contextmanager
def realm_setting(place: Place, column: str) -> Iterator[None]:
    """Switch one of the demo realm's settings on meanwhile."""
    if place.last is not None:
        pytest.skip("settings of a real organization are left alone")
    place.database.execute(f"UPDATE zerver_realm SET {column} = true WHERE id = %s".encode(), [place.realm_id])
    try:
        yield
    finally:
        place.database.execute(f"UPDATE zerver_realm SET {column} = false WHERE id = %s".encode(), [place.realm_id])


async def test_unique_names_where_the_organization_wants_them(steward: Steward, place: Place) -> None:
    person, other = place.somebody(), place.somebody()
    name = place.of(other, "full_name").upper()
    with realm_setting(place, "require_unique_names"):
        rule, sentence = await refused(steward, place, person, f"full_name={name}")
    assert rule == "unique names"
    assert "unique names" in sentence
    assert (await edit(steward, person, f"full_name={name}")).state == "done"


async def test_addresses_of_the_organizations_domains(steward: Steward, place: Place) -> None:
    person = place.somebody()
    with realm_setting(place, "emails_restricted_to_domains"):
        rule, sentence = await refused(steward, place, person, "delivery_email=me@elsewhere.example")
        assert (rule, "own domains" in sentence) == ("domain rules", True)
        rule, sentence = await refused(steward, place, person, "delivery_email=me+spam@acme.example")
        assert (rule, "plus sign" in sentence) == ("domain rules", True)
        assert (await edit(steward, person, f"delivery_email=Inside.{person}@acme.example")).state == "done"


async def test_throw_away_addresses(steward: Steward, place: Place) -> None:
    columns = "disallow_disposable_email_addresses AND NOT emails_restricted_to_domains"
    if not value(place.database, f"SELECT {columns} FROM zerver_realm WHERE id = %s", place.realm_id):
        pytest.skip("the organization takes throw-away addresses")
    rule, sentence = await refused(steward, place, place.somebody(), "delivery_email=me@mailinator.com")
    assert (rule, "throw-away" in sentence) == ("domain rules", True)


async def test_one_refusal_stops_all_changes(steward: Steward, place: Place) -> None:
    person, since = place.somebody(), place.newest_audit()
    preview = await look(steward, person, "full_name=Would Be Fine", "role=king")
    result = await steward.apply(preview)
    assert result.state == "refused"
    assert place.newest_audit() == since


async def test_the_same_field_twice_is_refused(steward: Steward, place: Place) -> None:
    person = place.somebody()
    preview = await look(steward, person, "role=guest", "role=moderator", "email=a@b.example", "address=c@d.example")
    assert [refusal.rule for refusal in preview.refusals] == ["given twice", "given twice"]


async def test_nobody_and_nothing(steward: Steward, place: Place) -> None:
    person = await steward.find(str(place.somebody()))
    with pytest.raises(StewardError) as nothing:
        await steward.preview(person, [])
    assert nothing.value.kind is ErrorKind.INVALID
    with pytest.raises(StewardError) as too_much:
        await steward.preview(person, [parse_change("setting:enter_sends=yes")] * 201)
    assert too_much.value.kind is ErrorKind.INVALID
