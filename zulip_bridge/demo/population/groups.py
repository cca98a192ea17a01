"""User groups: the system groups of every organization, named, nested and anonymous ones."""

from __future__ import annotations

from itertools import pairwise

from zulip_bridge.demo.population.clock import DAY, at
from zulip_bridge.demo.population.world import ADMIN, GUEST, MEMBER, MODERATOR, OWNER, Person, Realm, World

SYSTEM_GROUPS = (
    ("role:nobody", "Nobody"),
    ("role:owners", "Owners of this organization"),
    ("role:administrators", "Administrators of this organization, including owners"),
    ("role:moderators", "Moderators of this organization, including administrators"),
    ("role:fullmembers", "Members of this organization, not including new accounts and guests"),
    ("role:members", "Members of this organization, not including guests"),
    ("role:everyone", "Everyone in this organization, including guests"),
    ("role:internet", "Everyone on the Internet"),
)
"""In Zulip's order of creation; from the second on, each is a subgroup of the next."""

GROUP_OF_ROLE = {
    OWNER: "role:owners",
    ADMIN: "role:administrators",
    MODERATOR: "role:moderators",
    MEMBER: "role:members",
    GUEST: "role:everyone",
}
WAITING_PERIOD = 3 * DAY

NAMED = (
    ("engineering", "Everyone who ships code", 14),
    ("backend", "Servers, databases, queues", 6),
    ("support", "First line", 9),
    ("design", "Pictures and words", 5),
    ("on-call", "[red]Page us[/red] if it burns", 4),
    ("\u202elanretni", "A group with a bidi override in its name", 3),
    ("old-hackathon", "Deactivated after the event", 7),
)


def make_system_groups(world: World, realm: Realm) -> None:
    """The eight role-based groups and how they nest."""
    for name, _ in SYSTEM_GROUPS:
        realm.groups[name] = world.book.add("zerver_usergroup", realm_id=realm.id)
    nobody = realm.groups["role:nobody"]
    for name, description in SYSTEM_GROUPS:
        _named(world, realm, realm.groups[name], name, description, everyone=nobody, system=True)
    chain = [realm.groups[name] for name, _ in SYSTEM_GROUPS[1:]]
    for subgroup, supergroup in pairwise(chain):
        world.book.add("zerver_groupgroupmembership", supergroup_id=supergroup, subgroup_id=subgroup)


def write_role_memberships(world: World, realm: Realm, now: int) -> None:
    """Everyone's membership in the group of their role (kept when an account is deactivated)."""
    rows = world.book.sheet("zerver_usergroupmembership", ("id", "user_group_id", "user_profile_id"))
    for person in realm.people:
        names = [GROUP_OF_ROLE[person.role]]
        if person.role == MEMBER and person.joined + WAITING_PERIOD <= now:
            names.append("role:fullmembers")
        for name in names:
            rows.append((world.book.reserve("zerver_usergroupmembership"), realm.groups[name], person.id))


def write_named_groups(world: World) -> None:
    """Groups that people made, one inside another, one deactivated."""
    for key in ("acme", "example"):
        realm = world.realms[key]
        chance = world.chance(f"groups {key}")
        staff = realm.staff()
        for name, description, size in NAMED:
            members = chance.sample(staff, min(size, len(staff)))
            add_named_group(world, realm, name, description, members, deactivated=name.startswith("old-"))
        world.book.add(
            "zerver_groupgroupmembership",
            supergroup_id=realm.named_groups["engineering"],
            subgroup_id=realm.named_groups["backend"],
        )


def add_named_group(
    world: World, realm: Realm, name: str, description: str, members: list[Person], *, deactivated: bool = False
) -> int:
    """A group with direct members; the first one made it."""
    group = world.book.add("zerver_usergroup", realm_id=realm.id)
    realm.named_groups[name] = group
    _named(
        world,
        realm,
        group,
        name,
        description,
        everyone=realm.groups["role:everyone"],
        creator=members[0],
        deactivated=deactivated,
    )
    _add_members(world, group, members)
    return group


def add_anonymous_group(world: World, realm: Realm, members: list[Person], subgroups: list[int]) -> int:
    """A group without a name, as Zulip makes for a setting that names people and groups one by one."""
    group = world.book.add("zerver_usergroup", realm_id=realm.id)
    _add_members(world, group, members)
    for subgroup in subgroups:
        world.book.add("zerver_groupgroupmembership", supergroup_id=group, subgroup_id=subgroup)
    return group


def _add_members(world: World, group: int, members: list[Person]) -> None:
    for person in members:
        world.book.add("zerver_usergroupmembership", user_group_id=group, user_profile_id=person.id)


def _named(
    world: World,
    realm: Realm,
    group: int,
    name: str,
    description: str,
    *,
    everyone: int,
    creator: Person | None = None,
    system: bool = False,
    deactivated: bool = False,
) -> None:
    nobody = realm.groups["role:nobody"]
    managers = nobody if creator is None else add_anonymous_group(world, realm, [creator], [])
    world.book.put(
        "zerver_namedusergroup",
        usergroup_ptr_id=group,
        name=name,
        description=description,
        is_system_group=system,
        can_mention_group_id=everyone,
        can_leave_group_id=everyone,
        can_manage_group_id=managers,
        can_add_members_group_id=managers,
        can_join_group_id=nobody,
        can_remove_members_group_id=nobody,
        realm_id=realm.id,
        deactivated=deactivated,
        creator_id=None if creator is None else creator.id,
        date_created=at(realm.created + (0 if system else 40 * DAY)),
    )
