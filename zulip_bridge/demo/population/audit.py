"""zerver_realmauditlog: what the server recorded of all this (numbers: AuditLogEventType)."""

from __future__ import annotations

from random import Random

from zulip_bridge.demo.population import cast
from zulip_bridge.demo.population.clock import DAY, HOUR, MINUTE, NOW_S, ago, at
from zulip_bridge.demo.population.world import ADMIN, GUEST, MEMBER, MODERATOR, OWNER, Person, Realm, World

USER_CREATED, USER_DEACTIVATED, USER_REACTIVATED, USER_ROLE_CHANGED, USER_DELETED = 101, 103, 104, 105, 106
SPECIAL_PERMISSION_CHANGED, SOFT_DEACTIVATED, PASSWORD_CHANGED, AVATAR_SOURCE_CHANGED = 108, 121, 122, 123
FULL_NAME_CHANGED, EMAIL_CHANGED, TERMS_CHANGED, API_KEY_CHANGED, BOT_OWNER_CHANGED = 124, 125, 126, 127, 128
SETTING_CHANGED, REALM_DEACTIVATED, REALM_EXPORTED, REALM_PROPERTY_CHANGED, REALM_CREATED = 132, 201, 206, 207, 215
EMOJI_ADDED, SUBSCRIPTION_CREATED, SUBSCRIPTION_DEACTIVATED, USER_MUTED = 226, 301, 303, 350
CHANNEL_CREATED, GROUP_CREATED, GROUP_MEMBER_ADDED, SNIPPET_CREATED = 601, 701, 703, 800

MARIA_ACTED = 7
"""Rows about others in which Maria Lopez is the acting user."""
_COLUMNS = (
    "id", "realm_id", "event_type", "event_time", "acting_user_id", "modified_user_id", "modified_stream_id",
    "modified_user_group_id", "event_last_message_id", "extra_data",
)  # fmt: skip


class _Log:
    """Collects rows of one organization."""

    def __init__(self, world: World, realm: Realm) -> None:
        self._world = world
        self._realm = realm
        self._rows = world.book.sheet("zerver_realmauditlog", _COLUMNS)

    def add(
        self,
        event: int,
        when: int,
        acting: Person | None,
        modified: Person | None,
        extra: dict[str, object] | None = None,
        *,
        stream: int | None = None,
        group: int | None = None,
        last_message: int | None = None,
    ) -> None:
        """One row."""
        self._rows.append((
            self._world.book.reserve("zerver_realmauditlog"), self._realm.id, event, at(when),
            None if acting is None else acting.id, None if modified is None else modified.id, stream, group,
            last_message, extra or {},
        ))  # fmt: skip


def write_audit(world: World) -> None:
    """The audit log of every organization."""
    for realm in world.realms.values():
        chance = world.chance(f"audit {realm.string_id}")
        log = _Log(world, realm)
        log.add(REALM_CREATED, realm.created, None, None)
        _accounts(log, realm, chance)
        _changes(log, realm, chance)
        _subscriptions(log, realm)
        _groups_and_channels(log, realm)
        if realm.deactivated:
            log.add(REALM_DEACTIVATED, ago(390), realm.people[0], None, {"deactivation_reason": "owner_request"})
    _cast(_Log(world, world.realms["acme"]), _Log(world, world.realms["example"]), world)


def role_count(realm: Realm, when: int) -> dict[str, object]:
    """What Zulip adds to rows that change the number of users: how many there are by role."""
    present = [person for person in realm.people if person.here(when) and not person.mirror_dummy]
    humans = {
        str(role): sum(1 for person in present if not person.is_bot and person.role == role)
        for role in (OWNER, ADMIN, MODERATOR, MEMBER, GUEST)
    }
    return {"10": {"11": humans, "12": sum(1 for person in present if person.is_bot)}}


def _boss(realm: Realm, when: int) -> Person | None:
    for person in realm.people:
        if person.role <= ADMIN and not person.is_bot and person.joined < when and person.is_active:
            return person
    return None


def _accounts(log: _Log, realm: Realm, chance: Random) -> None:
    for person in realm.people:
        acting = None if person.is_bot or person.joined == realm.created else person
        if person.never_in or person.owner is not None:
            acting = person.owner or _boss(realm, person.joined)
        log.add(USER_CREATED, person.joined, acting, person, role_count(realm, person.joined))
        log.add(GROUP_MEMBER_ADDED, person.joined, acting, person, group=realm.groups["role:everyone"])
        if person.left is not None:
            extra = role_count(realm, person.left)
            log.add(USER_DEACTIVATED, person.left, _boss(realm, person.left), person, extra)
        if person.deleted and person.left is not None:
            log.add(USER_DELETED, person.left + 1, None, person)
        if person.idle_since is not None:
            last = person.special.get("last_active_message_id")
            extra_id = last if isinstance(last, int) else None
            log.add(SOFT_DEACTIVATED, person.idle_since, None, person, last_message=extra_id)
        if person.special.get("can_create_users"):
            extra = {"1": False, "2": True, "property": "can_create_users"}
            log.add(SPECIAL_PERMISSION_CHANGED, person.joined + DAY, None, person, extra)


def _changes(log: _Log, realm: Realm, chance: Random) -> None:
    """Names, addresses, passwords, roles and settings as they changed."""
    for person in realm.humans():
        if person.mirror_dummy or person.never_in or person.delivery_email == cast.MARIA:
            continue
        when = person.joined + DAY + int((min(NOW_S, person.left or NOW_S) - person.joined) * 0.8 * chance.random())
        boss = _boss(realm, when)
        odd = chance.random()
        if odd < 0.12:
            names: dict[str, object] = {"1": f"{person.full_name.split(' ')[0]} (maiden name)", "2": person.full_name}
            log.add(FULL_NAME_CHANGED, when, person, person, names)
        if 0.1 < odd < 0.16:
            log.add(EMAIL_CHANGED, when + HOUR, person, person)
        if 0.15 < odd < 0.3:
            log.add(PASSWORD_CHANGED, when + 2 * HOUR, person, person)
        if 0.28 < odd < 0.36:
            log.add(API_KEY_CHANGED, when + 3 * HOUR, person, person)
        if 0.35 < odd < 0.45:
            old = MEMBER if person.role != MEMBER else GUEST
            extra = {"1": old, "2": person.role, **role_count(realm, when)}
            log.add(USER_ROLE_CHANGED, when, boss, person, extra)
        if 0.4 < odd < 0.7:
            setting: dict[str, object] = {"1": False, "2": True, "property": "twenty_four_hour_time"}
            log.add(SETTING_CHANGED, when, person, person, setting)
        if person.avatar:
            log.add(AVATAR_SOURCE_CHANGED, person.joined + HOUR, person, person, {"avatar_source": "U"})
        if 0.7 < odd < 0.75 and person.is_active:
            log.add(USER_DEACTIVATED, when, boss, person, role_count(realm, when))
            log.add(USER_REACTIVATED, when + 3 * DAY, boss, person, role_count(realm, when))


def _subscriptions(log: _Log, realm: Realm) -> None:
    for channel in realm.channels:
        for when, came, person in channel.comings:
            acting = _boss(realm, when) if person.delivery_email == cast.MARIA else person
            event = SUBSCRIPTION_CREATED if came else SUBSCRIPTION_DEACTIVATED
            log.add(event, when, acting, person, stream=channel.id, last_message=0 if came else None)


def _groups_and_channels(log: _Log, realm: Realm) -> None:
    for group in realm.groups.values():
        log.add(GROUP_CREATED, realm.created, None, None, group=group)
    for group in realm.named_groups.values():
        log.add(GROUP_CREATED, realm.created + 40 * DAY, _boss(realm, realm.created + 40 * DAY), None, group=group)
    for channel in realm.channels:
        log.add(CHANNEL_CREATED, channel.created, channel.creator, None, stream=channel.id)
    for name, number in realm.emoji.items():
        extra: dict[str, object] = {"added_emoji": {"id": str(number), "name": name}}
        log.add(EMOJI_ADDED, realm.created + 60 * DAY, _boss(realm, NOW_S), None, extra)


def _cast(acme: _Log, example: _Log, world: World) -> None:
    """Rows that an erasure must find: actors, old names, ids inside rows about others."""
    realm = world.realms["acme"]
    maria, lena, otto, marc = (realm.person(a) for a in (cast.MARIA, cast.LENA, cast.OTTO, cast.MARC))
    others = [p for p in realm.staff() if p not in (maria, lena, otto, marc)][:MARIA_ACTED]
    partners = realm.channel("partners")
    for n, other in enumerate(others):
        acme.add(SUBSCRIPTION_CREATED, ago(300) + n * MINUTE, maria, other, stream=partners.id, last_message=0)
    acme.add(FULL_NAME_CHANGED, ago(500), marc, maria, {"1": "María López Díaz", "2": maria.full_name})
    acme.add(USER_MUTED, ago(60), lena, otto, {"muted_user_id": otto.id})
    acme.add(USER_MUTED, ago(55), maria, maria, {"muted_user_id": lena.id})
    bot = realm.person(f"hubert-bot@{realm.host}")
    acme.add(BOT_OWNER_CHANGED, ago(44), marc, bot, {"1": lena.id, "2": otto.id})
    acme.add(REALM_PROPERTY_CHANGED, ago(200), otto, None, {"property": "can_invite_users_group", "1": 6, "2": 40})
    acme.add(REALM_EXPORTED, ago(30), otto, None)
    acme.add(TERMS_CHANGED, ago(700), maria, maria)
    marta = world.realms["example"].person(cast.MARTA)
    example.add(FULL_NAME_CHANGED, ago(800), marta, marta, {"1": "Marta Leicht", "2": marta.full_name})
    example.add(EMAIL_CHANGED, ago(790), marta, marta)
    example.add(SNIPPET_CREATED, ago(100), marta, marta, {"saved_snippet_id": 1})
