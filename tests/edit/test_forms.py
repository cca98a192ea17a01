"""What a form is told: kinds of fields, groups and channels, and what Zulip has no action for."""

from __future__ import annotations

import pytest

from tests.edit.place import Place, look
from tests.edit.test_edits import has_named_groups
from tests.plain_sql import column
from zulip_bridge.api.changes import IN, OUT, Change
from zulip_bridge.api.edit import NO_ACTION, EditableField
from zulip_bridge.steward import Steward

pytestmark = pytest.mark.asyncio(loop_scope="module")

GROUPS = """SELECT n.name FROM zerver_namedusergroup n JOIN zerver_usergroupmembership m
            ON m.user_group_id = n.usergroup_ptr_id WHERE m.user_profile_id = %s AND NOT n.is_system_group"""
OLD_GROUPS = """SELECT g.name FROM zerver_usergroup g JOIN zerver_usergroupmembership m ON m.user_group_id = g.id
                WHERE m.user_profile_id = %s AND NOT g.is_system_group"""
CHANNELS = """SELECT c.name FROM zerver_stream c JOIN zerver_subscription s ON s.recipient_id = c.recipient_id
              WHERE s.user_profile_id = %s AND s.active AND NOT c.deactivated"""


def of_section(fields: list[EditableField], section: str) -> list[EditableField]:
    return [field for field in fields if field.section == section]


async def test_profile_fields_say_how_they_are_entered(steward: Steward, place: Place) -> None:
    person = await steward.find(str(place.somebody()))
    fields = {field.label: field for field in await steward.editable_fields(person)}
    kinds = dict(
        column(
            place.database,
            "SELECT (name, field_type) FROM zerver_customprofilefield WHERE realm_id = %s",
            place.realm_id,
        )
    )
    expected = {"2": "long_text", "3": "choice", "4": "date", "5": "link", "6": "people", "7": "account"}
    assert kinds
    for name, number in kinds.items():
        assert fields[name].kind == expected.get(str(number), "text"), name
        assert fields[name].many is (str(number) == "6")
    zones = [option.value for option in fields["time zone"].options]
    assert "Europe/Berlin" in zones
    assert len(zones) > 300
    assert fields["picture"].kind == "removal"


async def test_groups_and_channels_are_those_of_the_database(steward: Steward, place: Place) -> None:
    condition = "u.id IN (SELECT user_profile_id FROM zerver_subscription WHERE active)"
    person = await steward.find(str(place.somebody(condition)))
    fields = await steward.memberships(person)
    groups = GROUPS if has_named_groups(place) else OLD_GROUPS
    for section, query in [("groups", groups), ("channels", CHANNELS)]:
        listed = of_section(fields, section)
        inside = {field.label for field in listed if field.value == IN}
        assert inside == set(column(place.database, query, person.id))
        assert [field.value for field in listed] == sorted((field.value for field in listed), key=[IN, OUT].index)
    assert any(field.value == OUT for field in of_section(fields, "channels"))
    assert not any(field.why_not for field in fields)
    again = [Change(field.field, field.value) for field in fields[:100]]
    preview = await steward.preview(person, again)
    assert {item.state for item in preview.items} == {"unchanged"}


async def test_a_deactivated_account_joins_nothing(steward: Steward, place: Place) -> None:
    person = await steward.find(str(place.somebody("TRUE", "NOT is_active AND NOT is_bot AND NOT is_mirror_dummy")))
    fields = await steward.memberships(person)
    assert {field.why_not for field in fields} == {"The account is deactivated; reactivate it first."}


async def test_what_zulip_has_no_action_for_is_said_and_recorded(steward: Steward, place: Place) -> None:
    bot = place.somebody("u.bot_owner_id IS NOT NULL", "is_active AND is_bot")
    preview = await look(steward, bot, "bot_owner=")
    assert [refusal.rule for refusal in preview.refusals] == [NO_ACTION]
    (newest,) = steward.journal.entries(limit=1)
    assert newest.entry.action == "edit.impossible"
    assert newest.entry.parameters == {"field": "bot_owner"}
    assert newest.entry.person is not None
    assert newest.entry.person.id == bot
    assert newest.entry.result.sentence == preview.refusals[0].sentence


async def test_numbers_of_settings_have_words(steward: Steward, place: Place) -> None:
    person = place.somebody()
    fields = {field.field: field for field in await steward.editable_fields(await steward.find(str(person)))}
    scheme = fields["setting:color_scheme"]
    assert scheme.kind == "choice"
    words = {option.value: option.shown for option in scheme.options}["2"]
    assert words in ("dark", "night")  # 8.4's word
    reading = fields["setting:web_mark_read_on_scroll_policy"]
    assert "conversation only" in [option.shown for option in reading.options]
    preview = await look(steward, person, f"setting:color_scheme={words}")
    assert [(item.after, item.after_shown) for item in preview.items] == [("2", words)]
