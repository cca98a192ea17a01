"""Invitations, registrations, confirmation links and address changes."""

from __future__ import annotations

from random import Random

from zulip_bridge.demo.population import cast
from zulip_bridge.demo.population.clock import DAY, HOUR, NOW_S, ago, at
from zulip_bridge.demo.population.world import GUEST, MEMBER, Person, Realm, World, token

USER_REGISTRATION, INVITATION, EMAIL_CHANGE, UNSUBSCRIBE, MULTIUSE_INVITE, REALM_CREATION = 1, 2, 3, 4, 6, 7
"""Confirmation.type"""
WAITING, USED, REVOKED = 0, 1, 2
"""Status of what a confirmation is for."""
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"


def write_invitations(world: World) -> None:
    """All of it."""
    chance = world.chance("invitations")
    acme = world.realms["acme"]
    multiuse = _multiuse(world, acme, chance)
    for realm in world.realms.values():
        for person in realm.humans():
            if person.joined > realm.created + DAY and not person.mirror_dummy and not person.never_in:
                _accepted(world, person, multiuse if realm is acme and person.id % 9 == 0 else None, chance)
    for n in range(16):
        _open_invitation(world, acme, n, chance)
    _realm_registrations(world, chance)
    _email_changes(world, chance)
    _unsubscribe_links(world, chance)


def confirm(
    world: World,
    realm: Realm | None,
    kind: int,
    model: str,
    object_id: int,
    when: int,
    days: int | None,
    chance: Random,
) -> str:
    """A confirmation row; returns the secret key of its link."""
    key = token(chance, 24, _BASE32)
    world.book.add(
        "confirmation_confirmation",
        content_type_id=world.book.content_type("zerver", model),
        object_id=object_id,
        date_sent=at(when),
        confirmation_key=key,
        expiry_date=None if days is None else at(when + days * DAY),
        realm_id=None if realm is None else realm.id,
        type=kind,
    )
    return key


def _host_of(realm: Realm, when: int) -> Person:
    return next(p for p in realm.humans() if p.joined < when and p.role < GUEST)


def _accepted(world: World, person: Person, multiuse: int | None, chance: Random) -> None:
    """The registration row that stays when an invitation was accepted."""
    invited = person.joined - int(3 * DAY * chance.random()) - HOUR
    realm = person.realm
    by_link = multiuse is not None
    prereg = _preregister(
        world,
        realm,
        email=person.delivery_email,
        full_name=person.full_name if person.id % 2 else None,
        referred_by_id=None if by_link else _host_of(realm, invited + DAY).id,
        invited_at=at(invited),
        status=USED,
        invited_as=person.role,
        created_user_id=person.id,
        multiuse_invite_id=multiuse,
    )
    kind = USER_REGISTRATION if by_link else INVITATION
    confirm(world, realm, kind, "preregistrationuser", prereg, invited, 10, chance)


def _preregister(world: World, realm: Realm | None, **values: object) -> int:
    return world.book.add(
        "zerver_preregistrationuser",
        realm_id=None if realm is None else realm.id,
        full_name_validated=False,
        notify_referrer_on_join=True,
        realm_creation=realm is None,
        password_required=True,
        include_realm_default_subscriptions=True,
        **values,
    )


def _open_invitation(world: World, realm: Realm, n: int, chance: Random) -> None:
    """Invitations that wait, were revoked or ran out; two of them to Maria's address."""
    hosts = (realm.person(cast.OTTO), realm.person(cast.MARC), realm.person(cast.LENA))
    when = ago(1 + 6 * n)
    email = cast.MARIA if n in (3, 11) else f"invited.{n}@partner.example"
    prereg = _preregister(
        world,
        realm,
        email=email,
        full_name="=cmd|' /C calc'!A0" if n == 5 else None,
        referred_by_id=hosts[n % 3].id,
        invited_at=at(when),
        status=REVOKED if n % 4 == 3 else WAITING,
        invited_as=GUEST if n % 3 == 0 else MEMBER,
        created_user_id=None,
        multiuse_invite_id=None,
    )
    world.book.add(
        "zerver_preregistrationuser_streams", preregistrationuser_id=prereg, stream_id=realm.channels[n % 8].id
    )
    group = realm.named_groups["support" if n % 2 else "design"]
    world.book.add("zerver_preregistrationuser_groups", preregistrationuser_id=prereg, namedusergroup_id=group)
    key = confirm(world, realm, INVITATION, "preregistrationuser", prereg, when, 10, chance)
    if n < 4:
        world.invitation_links.append((email, f"https://{realm.host}/join/{key}", hosts[n % 3]))


def _multiuse(world: World, realm: Realm, chance: Random) -> int:
    first = 0
    for n, address in enumerate((cast.OTTO, cast.LENA, cast.MARC)):
        invite = world.book.add(
            "zerver_multiuseinvite",
            referred_by_id=realm.person(address).id,
            realm_id=realm.id,
            invited_as=GUEST if n == 2 else MEMBER,
            include_realm_default_subscriptions=True,
            status=REVOKED if n == 1 else WAITING,
        )
        first = first or invite
        stream = realm.channel("partners").id
        world.book.add("zerver_multiuseinvite_streams", multiuseinvite_id=invite, stream_id=stream)
        group = realm.named_groups["support"]
        world.book.add("zerver_multiuseinvite_groups", multiuseinvite_id=invite, namedusergroup_id=group)
        confirm(world, realm, MULTIUSE_INVITE, "multiuseinvite", invite, ago(40 + n), None, chance)
    return first


def _realm_registrations(world: World, chance: Random) -> None:
    """Who made the organizations; one registration was never finished."""
    for key in ("acme", "example", "lumen", "sunset"):
        realm = world.realms[key]
        owner = realm.humans()[0]
        row = _prereg_realm(world, realm.name, key, owner.delivery_email, USED, owner, realm)
        confirm(world, None, REALM_CREATION, "preregistrationrealm", row, realm.created - HOUR, 1, chance)
    row = _prereg_realm(world, "[b]Never[/b] finished", "never", "curious@nowhere.example", WAITING, None, None)
    confirm(world, None, REALM_CREATION, "preregistrationrealm", row, ago(20), 1, chance)
    world.book.add(
        "confirmation_realmcreationkey",
        creation_key=token(chance, 24, _BASE32),
        date_created=at(ago(900)),
        presume_email_valid=True,
    )


def _prereg_realm(
    world: World, name: str, string_id: str, email: str, status: int, owner: Person | None, realm: Realm | None
) -> int:
    return world.book.add(
        "zerver_preregistrationrealm",
        name=name,
        org_type=10,
        default_language="en",
        string_id=string_id,
        email=email,
        status=status,
        created_user_id=None if owner is None else owner.id,
        created_realm_id=None if realm is None else realm.id,
        data_import_metadata={},
    )


def _email_changes(world: World, chance: Random) -> None:
    acme, example = world.realms["acme"], world.realms["example"]
    plans = [
        (acme.person(cast.MARIA), "maria.l@oldmail.example", cast.MARIA, USED, ago(400)),
        (example.person(cast.MARTA), "marta.leicht@example.org", cast.MARTA, USED, ago(790)),
        (example.person(cast.MARTA), cast.MARTA, "marta@newmail.example", WAITING, NOW_S - 5 * HOUR),
        (acme.person(cast.LENA), cast.LENA, "lena@private.example", REVOKED, ago(60)),
        (acme.person("gone.soon@acme.example"), "gone.soon@acme.example", "gone@private.example", WAITING, ago(0.5)),
    ]
    for person, old, new, status, when in plans:
        change = world.book.add(
            "zerver_emailchangestatus",
            user_profile_id=person.id,
            realm_id=person.realm.id,
            old_email=old,
            new_email=new,
            updated_at=at(when),
            status=status,
        )
        confirm(world, person.realm, EMAIL_CHANGE, "emailchangestatus", change, when, 1, chance)


def _unsubscribe_links(world: World, chance: Random) -> None:
    for person in world.everyone():
        if not person.is_bot and not person.mirror_dummy and person.id % 6 in (5, 0):
            when = person.joined + DAY
            confirm(world, person.realm, UNSUBSCRIBE, "userprofile", person.id, when, 1_000_000, chance)
