"""Undoing an edit: its journal entry leads back, as a new edit."""

from __future__ import annotations

import pytest

from tests.edit.place import Place, edit
from tests.edit.test_edits import (
    CHOICE,
    DATE,
    PEOPLE,
    outside,
    profile_field,
    profile_value,
    some_group,
    without_value,
)
from tests.plain_sql import value
from zulip_bridge.api.changes import Change
from zulip_bridge.api.edit import ApplyResult
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.edit import find_entry, reversal
from zulip_bridge.steward import Steward

pytestmark = pytest.mark.asyncio(loop_scope="module")


def last(steward: Steward) -> int:
    (newest,) = steward.journal.entries(limit=1)
    return newest.seq


async def undo(steward: Steward, seq: int) -> ApplyResult:
    found = reversal(find_entry(steward.journal, seq), steward.label)
    preview = await steward.preview(await steward.find(str(found.person_id)), found.changes)
    assert preview.refusals == []
    return await steward.apply(preview, {"reverts": seq})


async def test_values_settings_and_memberships_come_back(steward: Steward, place: Place) -> None:
    choice, _ = profile_field(place, CHOICE)
    birthday, _ = profile_field(place, DATE)
    people, _ = profile_field(place, PEOPLE)
    group, key = some_group(place)
    person = place.somebody(f"{without_value(birthday)} AND {outside(key)} AND email_address_visibility = 1")
    columns = (
        "full_name, delivery_email, email, role, timezone, enter_sends, email_address_visibility, can_create_users"
    )
    before = [place.of(person, columns), *(profile_value(place, person, each) for each in (choice, birthday, people))]

    enter_sends = "no" if place.of(person, "enter_sends") else "yes"
    zone = "Asia/Tokyo" if place.of(person, "timezone") != "Asia/Tokyo" else "Asia/Seoul"
    changes = (
        f"full_name=Undone {place.newest_audit()}", f"email=undone.{person}.{place.newest_audit()}@example.org",
        "role=moderator", f"timezone={zone}", f"setting:enter_sends={enter_sends}", "visibility=nobody",
        "can_create_users=yes", f"profile:{choice}=1", f"profile:{birthday}=1999-09-09", f"profile:{people}={person}",
        f"group:+{group}", "deactivate",
    )  # fmt: skip
    assert (await edit(steward, person, *changes)).state == "done"
    assert place.of(person, "is_active") is False
    seq = last(steward)

    assert (await undo(steward, seq)).state == "done"
    after = [place.of(person, columns), *(profile_value(place, person, each) for each in (choice, birthday, people))]
    assert after == before
    assert place.of(person, "is_active") is True
    inside = "SELECT count(*) FROM zerver_usergroupmembership WHERE user_profile_id = %s AND user_group_id = %s"
    assert value(place.database, inside, person, key) == 0
    assert find_entry(steward.journal, last(steward)).entry.parameters["reverts"] == seq

    assert (await undo(steward, last(steward))).state == "done"
    assert place.of(person, "role, is_active") == (300, False)


async def test_what_cannot_be_undone_is_said(steward: Steward, place: Place) -> None:
    person = place.somebody()
    await edit(steward, person, "role=guest", "regenerate-api-key")
    found = reversal(find_entry(steward.journal, last(steward)), steward.label)
    assert found.changes == [Change("role", "member")]
    assert found.left == ["regenerate-api-key cannot be undone."]
    await edit(steward, person, "regenerate-api-key")
    with pytest.raises(StewardError) as nothing:
        reversal(find_entry(steward.journal, last(steward)), steward.label)
    assert nothing.value.kind is ErrorKind.REFUSED


async def test_an_undo_is_refused_where_it_makes_no_sense(steward: Steward, place: Place) -> None:
    person = place.somebody()
    await edit(steward, person, "role=guest")
    seq = last(steward)
    for number, server, words in [
        (seq - 1, steward.label, "is no finished edit (edit.started)"),
        (seq, "other.example.org", "is an edit on"),
    ]:
        with pytest.raises(StewardError) as refused:
            reversal(find_entry(steward.journal, number), server)
        assert refused.value.kind is ErrorKind.REFUSED
        assert words in refused.value.sentence
    with pytest.raises(StewardError) as missing:
        find_entry(steward.journal, 10**9)
    assert missing.value.kind is ErrorKind.NOT_FOUND


async def test_an_undo_meets_todays_rules(steward: Steward, place: Place) -> None:
    person, other, since = place.somebody(), place.somebody(), place.newest_audit()
    old = place.of(person, "delivery_email")
    await edit(steward, person, f"email=moved.{person}.{since}@example.org")
    seq = last(steward)
    await edit(steward, other, f"email={old}")
    found = reversal(find_entry(steward.journal, seq), steward.label)
    preview = await steward.preview(await steward.find(str(person)), found.changes)
    assert [refusal.rule for refusal in preview.refusals] == ["address conflict"]
