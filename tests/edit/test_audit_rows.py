"""The rows that each edit leaves in Zulip's audit log: as previewed, and as Zulip's own action leaves them.

For each edit there are two people alike. One is edited by the steward; for the other, Zulip's action is called in its
own shell. Their rows must be the same, but for what is different about the people (facts.md 8.2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest

from tests.edit.place import MEMBER, Place, edit, look
from tests.edit.test_edits import outside, some_group, without_value
from tests.plain_sql import rows
from zulip_bridge.api.changes import FIELDS, ONE_OFF, PREFIXES
from zulip_bridge.api.edit import ChangePreview
from zulip_bridge.steward import Steward

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROLE_COUNT = "10"
PEOPLE_WITH_PICTURES = "avatar_source = 'U'"


@dataclass(frozen=True)
class Case:
    """An edit, and the statement that has Zulip do the same to ``person``; ``numbers`` are those of facts.md."""

    change: str
    zulip: str
    numbers: list[int]
    condition: str = "TRUE"
    kind: str = MEMBER


def setting(name: str, value: str) -> str:
    return f"user_settings.do_change_user_setting(person, {name!r}, {value!r}, acting_user=None)"


CASES = {
    "full_name": Case("full_name=Rosa Row", "user_settings.do_change_full_name(person, 'Rosa Row', None)", [124]),
    "delivery_email": Case(
        "email=row.{id}@example.org",
        "call(user_settings.do_change_user_delivery_email, person, f'row.{person.id}@example.org')",
        [125],
        "email_address_visibility = 1",
    ),
    "role": Case(
        "role=moderator", "users.do_change_user_role(person, 300, acting_user=None)", [105, 704, 703],
        "role = 400",
    ),
    "timezone": Case("timezone=America/Lima", setting("timezone", "America/Lima"), [132], "timezone = ''"),
    "default_language": Case("language=fr", setting("default_language", "fr"), [132], "default_language = 'en'"),
    "email_address_visibility": Case(
        "visibility=nobody",
        "user_settings.do_change_user_setting(person, 'email_address_visibility', 4, acting_user=None)",
        [132],
        "email_address_visibility = 1",
    ),
    "setting": Case(
        "setting:web_home_view=all_messages", setting("web_home_view", "all_messages"), [132],
        "web_home_view = 'inbox'",
    ),
    "can_forge_sender": Case(
        "can_forge_sender=yes", "users.do_change_can_forge_sender(person, True)", [108], "NOT can_forge_sender"
    ),
    "can_create_users": Case(
        "can_create_users=yes", "users.do_change_can_create_users(person, True)", [108], "NOT can_create_users"
    ),
    "can_change_user_emails": Case(
        "can_change_user_emails=yes", "users.do_change_can_change_user_emails(person, True)", [108],
        "to_jsonb(u) ->> 'can_change_user_emails' = 'false'",
    ),
    "deactivate": Case("deactivate", "users.do_deactivate_user(person, acting_user=None)", [103]),
    "reactivate": Case(
        "reactivate", "create_user.do_reactivate_user(person, acting_user=None)", [104],
        kind="NOT is_active AND NOT is_bot AND NOT is_mirror_dummy AND role = 400",
    ),
    "avatar": Case(
        "remove-avatar", "user_settings.do_delete_avatar_image(person, acting_user=None)", [123],
        PEOPLE_WITH_PICTURES,
    ),
    "regenerate-api-key": Case("regenerate-api-key", "user_settings.do_regenerate_api_key(person, None)", [127]),
    "end-sessions": Case("end-sessions", "sessions.delete_user_sessions(person)", []),
    "unregister-push-devices": Case(
        "unregister-push-devices", "push_notifications.clear_push_device_tokens(person.id)", [],
        "EXISTS (SELECT 1 FROM zerver_pushdevicetoken d WHERE d.user_id = u.id)",
    ),
}  # fmt: skip
"""By field, where the same edit suits everybody; the others have tests of their own below."""

OTHERS = {"bot_owner", "profile", "group", "channel", "send-password-reset", "revoke-invitations", "active"}


async def test_every_edit_is_looked_at() -> None:
    assert CASES.keys() | OTHERS >= {*FIELDS, *ONE_OFF, *PREFIXES}


def by_zulip(place: Place, person: int, statement: str) -> None:
    """Have Zulip do it in its own shell, as its views would."""
    place.shell(f"""import inspect
from zerver.actions import bots, create_user, streams, user_groups, user_settings, users
from zerver.lib import push_notifications, sessions
person = UserProfile.objects.select_related("realm").get(id={person})
def call(action, *arguments):
    named = {{"acting_user": None}} if "acting_user" in inspect.signature(action).parameters else {{}}
    return action(*arguments, **named)
{statement}""")


def written(place: Place, person: int, since: int) -> list[tuple[Any, ...]]:
    """What is alike in the rows of two people: event, keys and types of the extra data, place, and no acting user."""
    found = rows(
        place.database,
        """SELECT event_type, extra_data, modified_stream_id, modified_user_group_id, event_last_message_id IS NULL,
                  backfilled, a.realm_id = u.realm_id, acting_user_id = modified_user_id, acting_user_id IS NULL
           FROM zerver_realmauditlog a JOIN zerver_userprofile u ON u.id = a.modified_user_id
           WHERE a.modified_user_id = %s AND a.id > %s ORDER BY a.id""",
        person,
        since,
    )
    return [(event, _types(extra), *rest) for event, extra, *rest in found]


def _types(extra: dict[str, Any]) -> dict[str, str]:
    return {key: "counts" if key == ROLE_COUNT else type(each).__name__ for key, each in extra.items()}


def announced(preview: ChangePreview) -> set[int]:
    """Numbers of events that the preview names."""
    sentences = [effect.sentence for item in preview.items for effect in item.effects if effect.kind == "audit"]
    return {int(number) for sentence in sentences for number in re.findall(r"\b\d{3}\b", sentence)}


async def by_steward(steward: Steward, place: Place, person: int, change: str) -> set[int]:
    """Edit; what was announced."""
    preview = await look(steward, person, change.replace("{id}", str(person)))
    if [refusal.rule for refusal in preview.refusals] == ["no action"]:
        pytest.skip("this version has no action for it")
    assert preview.refusals == []
    assert (await steward.apply(preview)).state == "done"
    return announced(preview)


@pytest.mark.parametrize("name", CASES)
async def test_the_rows_are_those_that_zulip_writes(steward: Steward, place: Place, name: str) -> None:
    case = CASES[name]
    ours, zulips = place.somebody(case.condition, case.kind), place.somebody(case.condition, case.kind)
    if name == "end-sessions":
        place.open_session(ours)
    since = place.newest_audit()
    told = await by_steward(steward, place, ours, case.change)
    by_zulip(place, zulips, case.zulip)
    mine, expected = written(place, ours, since), written(place, zulips, since)
    assert mine == expected
    events = [row[0] for row in mine]
    if name.startswith("can_") and 108 not in told:
        assert events == []  # before 10.0
        return
    assert {*case.numbers} <= {*events} <= {*case.numbers, 703}
    assert {*case.numbers} <= told | {703, 704}


async def test_bot_owner(steward: Steward, place: Place) -> None:
    ours, zulips = (place.somebody(kind="is_bot AND is_active") for _ in range(2))
    owner, since = place.somebody(), place.newest_audit()
    assert 128 in await by_steward(steward, place, ours, f"bot_owner={owner}")
    by_zulip(
        place, zulips, f"bots.do_change_bot_owner(person, UserProfile.objects.get(id={owner}), acting_user=None)"
    )
    assert written(place, ours, since) == written(place, zulips, since)
    assert 128 in [row[0] for row in written(place, ours, since)]


async def test_groups(steward: Steward, place: Place) -> None:
    name, key = some_group(place)
    ours, zulips = place.somebody(outside(key)), place.somebody(outside(key))
    groups = f"[(globals().get('NamedUserGroup') or UserGroup).objects.get(id={key})]"
    for sign, action, number in (("+", "add_members_to", 703), ("-", "remove_members_from", 704)):
        since = place.newest_audit()
        assert number in await by_steward(steward, place, ours, f"group:{sign}{name}")
        by_zulip(place, zulips, f"user_groups.bulk_{action}_user_groups({groups}, [person.id], acting_user=None)")
        assert written(place, ours, since) == written(place, zulips, since)
        assert [(row[0], row[3]) for row in written(place, ours, since)] == [(number, key)]


async def test_channels(steward: Steward, place: Place) -> None:
    channel, name, recipient = rows(
        place.database,
        """SELECT id, name, recipient_id FROM zerver_stream WHERE realm_id = %s AND NOT deactivated
           AND NOT invite_only AND name ~ '^[A-Za-z ]+$' ORDER BY id LIMIT 1""",
        place.realm_id,
    )[0]
    active = f"""EXISTS (SELECT 1 FROM zerver_subscription s WHERE s.user_profile_id = u.id AND s.active
                         AND s.recipient_id = {recipient})"""
    ours, zulips = place.somebody(active), place.somebody(active)
    stream = f"[Stream.objects.get(id={channel})], [person]"
    for sign, numbers, call in (
        ("-", [303], f"streams.bulk_remove_subscriptions(person.realm, [person], {stream.split(', [')[0]}, "),
        ("+", [302], f"streams.bulk_add_subscriptions(person.realm, {stream}, "),
    ):
        since = place.newest_audit()
        told = await by_steward(steward, place, ours, f"channel:{sign}{name}")
        by_zulip(place, zulips, f"{call}acting_user=None)")
        assert written(place, ours, since) == written(place, zulips, since)
        assert [(row[0], row[2]) for row in written(place, ours, since)] == [(number, channel) for number in numbers]
        assert {*numbers} <= told


async def test_what_zulip_does_not_record(steward: Steward, place: Place) -> None:
    """Profile values and password resets leave no row, and the preview says so."""
    found = rows(
        place.database,
        "SELECT id, name FROM zerver_customprofilefield WHERE realm_id = %s AND field_type = 1 ORDER BY id LIMIT 1",
        place.realm_id,
    )
    if not found:
        pytest.skip("the organization has no field for short text")
    number, name = found[0]
    person, since = place.somebody(f"last_login IS NOT NULL AND {without_value(number)}"), place.newest_audit()
    for change in (f"profile:{name}=noted", "send-password-reset"):
        preview = await look(steward, person, change)
        sentences = [effect.sentence for effect in preview.items[0].effects if effect.kind == "audit"]
        assert any("gets nothing" in sentence for sentence in sentences)
        assert (await steward.apply(preview)).state == "done"
    assert written(place, person, since) == []
    await edit(steward, person, f"profile:{name}=")
    assert written(place, person, since) == []
