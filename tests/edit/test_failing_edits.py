"""Each kind of edit, made to fail before its commit and after it: the report and the journal say what is true."""

from __future__ import annotations

import pytest

from tests.edit.place import Place, edit
from tests.edit.test_edits import outside, some_group
from tests.edit.test_failures import no_events, only_in_a_copy, trigger
from tests.plain_sql import value
from zulip_bridge.steward import Steward

__all__ = ["only_in_a_copy"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

WITHOUT = "NOT EXISTS (SELECT 1 FROM zerver_pushdevicetoken d WHERE d.user_id = u.id)"
CHANGES = {
    "full_name=After All": "SELECT full_name FROM zerver_userprofile WHERE id = %s",
    "email=after.all@acme.example": "SELECT delivery_email FROM zerver_userprofile WHERE id = %s",
    "role=moderator": "SELECT role FROM zerver_userprofile WHERE id = %s",
    "timezone=Asia/Seoul": "SELECT timezone FROM zerver_userprofile WHERE id = %s",
    "setting:enter_sends=yes": "SELECT enter_sends FROM zerver_userprofile WHERE id = %s",
    "deactivate": "SELECT is_active FROM zerver_userprofile WHERE id = %s",
}
"""Changes of the account's own row, and where it is seen."""


@pytest.mark.parametrize("change", CHANGES)
async def test_before_the_commit(steward: Steward, place: Place, change: str) -> None:
    person, since = place.somebody(f"NOT enter_sends AND {WITHOUT}"), place.newest_audit()
    before = value(place.database, CHANGES[change], person)
    with trigger(place, "zerver_userprofile", "UPDATE", f"IF NEW.id = {person} THEN RAISE 'no'; END IF; RETURN NEW;"):
        result = await edit(steward, person, change)
    assert (result.state, [item.state for item in result.items]) == ("incomplete", ["failed"])
    assert result.items[0].after == result.items[0].before
    assert value(place.database, CHANGES[change], person) == before
    assert place.audit(person, since) == []
    (entry,) = steward.journal.entries(limit=1)
    assert (entry.entry.result.state, entry.entry.after) == ("failed", entry.entry.before)


@pytest.mark.parametrize("change", CHANGES)
async def test_after_the_commit(steward: Steward, place: Place, change: str) -> None:
    person, since = place.somebody(f"NOT enter_sends AND {WITHOUT}"), place.newest_audit()
    before = value(place.database, CHANGES[change], person)
    with no_events(place):
        result = await edit(steward, person, change.replace("all@", f"all.{person}@"))
    assert [item.state for item in result.items] == ["failed_but_changed"]
    assert result.items[0].after != result.items[0].before
    assert value(place.database, CHANGES[change], person) != before
    assert place.audit(person, since) != []
    (entry,) = steward.journal.entries(limit=1)
    assert entry.entry.before != entry.entry.after
    assert {*entry.entry.parameters["states"].values()} == {"failed_but_changed"}


async def test_a_membership_before_and_after_its_commit(steward: Steward, place: Place) -> None:
    name, key = some_group(place)
    person = place.somebody(outside(key))
    inside = "SELECT count(*) FROM zerver_usergroupmembership WHERE user_profile_id = %s AND user_group_id = %s"
    with trigger(place, "zerver_usergroupmembership", "INSERT", "RAISE 'no';"):
        failed = await edit(steward, person, f"group:+{name}")
    assert [item.state for item in failed.items] == ["failed"]
    assert value(place.database, inside, person, key) == 0
    with no_events(place):
        changed = await edit(steward, person, f"group:+{name}")
    assert [item.state for item in changed.items] == ["failed_but_changed"]
    assert value(place.database, inside, person, key) == 1


async def test_a_key_that_could_not_be_changed_is_the_old_one(steward: Steward, place: Place) -> None:
    person = place.somebody()
    old = place.of(person, "api_key")
    body = f"IF NEW.id = {person} AND NEW.api_key <> OLD.api_key THEN RAISE 'no'; END IF; RETURN NEW;"
    with trigger(place, "zerver_userprofile", "UPDATE", body):
        failed = await edit(steward, person, "regenerate-api-key")
    assert [item.state for item in failed.items] == ["failed"]
    assert place.of(person, "api_key") == old
    assert old not in repr(failed)
