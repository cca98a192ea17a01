"""Composes the small population: the organizations, their people and all that they left."""

from __future__ import annotations

from collections.abc import Callable

from zulip_bridge.demo.population import (
    archive,
    audit,
    behaviour,
    cast,
    channels,
    conversation,
    credentials,
    files,
    groups,
    invitations,
    messages,
    people,
    personal,
    profile,
    reactions,
    realms,
    scripted,
    services,
)
from zulip_bridge.demo.population.clock import NOW_S
from zulip_bridge.demo.population.world import AVATAR_SALT, SECRET_KEY, World


def compose(
    progress: Callable[[str], None] = lambda _: None, *, avatar_salt: str = AVATAR_SALT, secret_key: str = SECRET_KEY
) -> World:
    """Make everything in memory; nothing touches a database or a disk. The same each time."""
    world = World(avatar_salt, secret_key)
    progress("Making up people and channels")
    realms.make_realms(world)
    people.recruit(world)
    for realm in world.realms.values():
        groups.make_system_groups(world, realm)
    groups.write_named_groups(world)
    channels.make_channels(world)
    _write_realms(world)
    personal.choose_alert_words(world)
    progress("Making up messages")
    _write_messages(world)
    progress("Making up what they left behind")
    people.write_people(world)
    channels.write_subscriptions(world)
    channels.write_channel_groups(world)
    files.write_avatars(world)
    profile.write_profiles(world)
    profile.write_statuses(world)
    personal.write_personal(world)
    behaviour.write_behaviour(world)
    invitations.write_invitations(world)
    credentials.write_credentials(world)
    services.write_services(world)
    archive.write_archive(world)
    audit.write_audit(world)
    return world


def _write_realms(world: World) -> None:
    acme = world.realms["acme"]
    may_invite = groups.add_anonymous_group(
        world, acme, [acme.person(cast.MARC), acme.person(cast.LENA)], [acme.groups["role:owners"]]
    )
    realms.write_realm_constants(world)
    for realm in world.realms.values():
        realms.write_realm(world, realm, may_invite if realm is acme else None)
        groups.write_role_memberships(world, realm, NOW_S)
    realms.write_realm_tables(world)


def _write_messages(world: World) -> None:
    world.sent = [*conversation.talk(world), *scripted.scripted(world)]
    files.write_emoji(world)
    messages.number(world, world.sent, archive.ARCHIVED)
    files.attach_files(world, world.sent)
    messages.write_messages(world, world.sent)
    messages.write_user_messages(world, world.sent)
    files.write_attachments(world)
    reactions.write_reactions(world, world.sent)
    reactions.write_submessages(world, world.sent)
