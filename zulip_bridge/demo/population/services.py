"""What bots, e-mail and exports leave behind, and the tables of Django itself."""

from __future__ import annotations

import base64
import hashlib
import json
import pickle
from random import Random

from zulip_bridge.demo.population import cast
from zulip_bridge.demo.population.clock import DAY, HOUR, NOW_S, ago, at
from zulip_bridge.demo.population.world import EMBEDDED, EXTERNAL_HOST, OUTGOING_WEBHOOK, Person, Realm, World, token

_HEX = "0123456789abcdef"


def write_services(world: World) -> None:
    """All of it."""
    chance = world.chance("services")
    acme = world.realms["acme"]
    for bot in acme.people:
        if bot.bot_type in (OUTGOING_WEBHOOK, EMBEDDED):
            _service(world, bot, chance)
    _bot_data(world, acme, chance)
    _addresses(world, acme, chance)
    _missed_messages(world, chance)
    _queued_mail(world, acme)
    _exports(world, acme, chance)
    _django(world, acme)


def _service(world: World, bot: Person, chance: Random) -> None:
    name = bot.delivery_email.split("-bot@")[0]
    outgoing = bot.bot_type == OUTGOING_WEBHOOK
    world.book.add(
        "zerver_service",
        user_profile_id=bot.id,
        name=name,
        base_url=f"https://hooks.acme.example/{name}?key=made-up" if outgoing else "",
        token=token(chance, 32),
        interface=1,
    )


def _bot_data(world: World, acme: Realm, chance: Random) -> None:
    fridge, converter = acme.person(f"fridge-bot@{acme.host}"), acme.person(f"converter-bot@{acme.host}")
    for key, value in (
        ("inventory", '{"milk": 2, "owner": "Maria Lopez"}'),
        ("last user", cast.MARIA),
        ("note", "\x1b[31mred"),
    ):
        world.book.add("zerver_botstoragedata", bot_profile_id=fridge.id, key=key, value=value)
    for key, value in (("api_key", token(chance, 24)), ("endpoint", "https://convert.acme.example")):
        world.book.add("zerver_botconfigdata", bot_profile_id=converter.id, key=key, value=value)


def _addresses(world: World, acme: Realm, chance: Random) -> None:
    """E-mail addresses of channels, made by people for themselves and for a bot."""
    people = [acme.person(a) for a in (cast.OTTO, cast.MARC, cast.LENA, cast.MARIA)]
    bot = acme.person(f"hubert-bot@{acme.host}")
    for n, person in enumerate(people):
        for sender in (person, bot) if n < 2 else (person,):
            world.book.add(
                "zerver_channelemailaddress",
                realm_id=acme.id,
                channel_id=acme.channel("general" if n % 2 else "partners").id,
                creator_id=person.id,
                sender_id=sender.id,
                email_token=token(chance, 32, _HEX),
                date_created=at(ago(100 + n)),
                deactivated=n == 2,
            )


def _missed_messages(world: World, chance: Random) -> None:
    """Reply addresses of notifications that were sent, and notifications that wait."""
    named = (cast.MARTA, cast.MARIA, cast.MARC)
    recent = [m for m in world.sent if m.channel is None and m.when > ago(20) and not m.imported]
    shown = 0
    for message in recent:
        for person in message.people:
            wanted = person.delivery_email in named or shown < 25
            if person is message.sender or person.is_bot or not wanted:
                continue
            shown += 1
            world.book.add(
                "zerver_missedmessageemailaddress",
                message_id=message.id,
                user_profile_id=person.id,
                email_token="mm" + token(chance, 32, _HEX),
                timestamp=at(message.when + HOUR),
                times_used=shown % 2,
            )
    waiting = [m for m in recent[-12:] if m.people[-1] is not m.sender]
    for message in waiting:
        world.book.add(
            "zerver_scheduledmessagenotificationemail",
            message_id=message.id,
            user_profile_id=message.people[-1].id,
            trigger="direct_message",
            scheduled_timestamp=at(NOW_S + 60),
        )


def _queued_mail(world: World, acme: Realm) -> None:
    """Welcome e-mail to people, reminders to addresses of people who have no account yet."""
    for n, person in enumerate([acme.person(cast.MARIA), acme.person(cast.OTTO), *acme.staff()[-4:]]):
        data: dict[str, object] = {
            "template_prefix": "zerver/emails/onboarding_zulip_guide",
            "from_name": "Acme Works",
            "from_address": f"noreply@{EXTERNAL_HOST}",
            "language": person.language,
            "context": {"realm_name": acme.name, "full_name": person.full_name, "email": person.delivery_email},
        }
        mail = _mail(world, acme, data, None, 1 + n % 2, NOW_S + n * DAY)
        world.book.add("zerver_scheduledemail_users", scheduledemail_id=mail, userprofile_id=person.id)
    for email, link, host in world.invitation_links:
        data = {
            "template_prefix": "zerver/emails/invitation_reminder",
            "context": {"activate_url": link, "referrer_name": host.full_name, "referrer_email": host.delivery_email},
        }
        _mail(world, acme, data, email, 3, NOW_S + 2 * DAY)


def _mail(world: World, realm: Realm, data: dict[str, object], address: str | None, kind: int, when: int) -> int:
    return world.book.add(
        "zerver_scheduledemail",
        realm_id=realm.id,
        data=json.dumps(data),
        address=address,
        type=kind,
        scheduled_timestamp=at(when),
    )


def _exports(world: World, acme: Realm, chance: Random) -> None:
    otto, lena = acme.person(cast.OTTO), acme.person(cast.LENA)
    for acting, status, days in ((otto, 3, 30), (lena, 4, 90), (None, 3, 200)):
        done = status == 3
        world.book.add(
            "zerver_realmexport",
            realm_id=acme.id,
            type=1,
            status=status,
            date_requested=at(ago(days)),
            date_started=at(ago(days) + 60),
            date_succeeded=at(ago(days) + HOUR) if done else None,
            date_failed=None if done else at(ago(days) + HOUR),
            acting_user_id=None if acting is None else acting.id,
            export_path=f"/exports/{acme.id}/{token(chance, 24)}/zulip-export-acme.tar.gz" if done else None,
            sha256sum_hex=hashlib.sha256(str(days).encode()).hexdigest() if done else None,
            tarball_size_bytes=48_000_000 + days if done else None,
            stats={"users": len(acme.people)} if done else {},
        )


def _django(world: World, acme: Realm) -> None:
    """Tables of Django itself that refer to people or keep content."""
    group = world.book.add("auth_group", name="data protection")
    permission = world.book.permission("zerver", "userprofile", "view_userprofile", "Can view user profile")
    for address in (cast.OTTO, cast.LENA):
        person = acme.person(address)
        world.book.add("zerver_userprofile_groups", userprofile_id=person.id, group_id=group)
        world.book.add("zerver_userprofile_user_permissions", userprofile_id=person.id, permission_id=permission)
    world.book.add("auth_group_permissions", group_id=group, permission_id=permission)
    preview = {"title": "Maria Lopez's page", "description": "\x1b]0;preview\x07"}
    world.book.put(
        "third_party_api_results",
        cache_key=":1:url_preview_https://people.acme.example/66",
        value=base64.b64encode(pickle.dumps(preview, protocol=4)).decode(),
        expires=at(NOW_S + 10 * DAY),
    )
