"""User groups that a person is in, also through other groups, and settings that name the person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Q

from zulip_bridge.api.channels import GroupMembership, NamedPermission
from zulip_bridge.api.people import Person
from zulip_bridge.worker import compat, compat_audit
from zulip_bridge.worker.instants import iso

MEMBERSHIP_ADDED = 703
SYSTEM_GROUPS = {
    "role:owners": "owners",
    "role:administrators": "administrators",
    "role:moderators": "moderators",
    "role:fullmembers": "full members",
    "role:members": "members",
    "role:everyone": "everyone, guests too",
    "role:internet": "everyone on the internet",
    "role:nobody": "nobody",
}
"""System groups (zerver/models/groups.py) in words."""


def group_title(name: str) -> str:
    """A group's name as a person reads it."""
    return SYSTEM_GROUPS.get(name, name)


def direct_groups(person: Person) -> list[int]:
    """Ids of all groups, with and without a name, that the person is a direct member of."""
    model = compat.model("zerver", "UserGroupMembership")
    assert model is not None
    return list(model.objects.filter(user_profile_id=person.id).values_list("user_group_id", flat=True))


def memberships(person: Person, direct: Iterable[int]) -> list[GroupMembership]:
    """The named groups among ``direct`` and those that contain them: direct ones first, then system groups last."""
    paths = _paths(direct)
    named = _named(paths)
    since = _since(person)
    found = [
        GroupMembership(
            group_id=group,
            name=row["name"],
            title=group_title(row["name"]),
            system=row["is_system_group"],
            deactivated=row.get("deactivated", False),
            through=[group_title(named[each]["name"]) for each in paths[group] if each in named],
            since=None if paths[group] else since.get(group),
        )
        for group, row in named.items()
    ]
    return sorted(found, key=lambda each: (len(each.through) > 0, each.system, each.title.casefold(), each.group_id))


def _paths(direct: Iterable[int]) -> dict[int, list[int]]:
    """Every group reached, and the groups between, by the shortest way; a circle ends where it began."""
    model = compat.model("zerver", "GroupGroupMembership")
    paths: dict[int, list[int]] = {group: [] for group in direct}
    new = set(paths)
    while new and model is not None:
        steps = model.objects.filter(subgroup_id__in=new).order_by("id").values_list("supergroup_id", "subgroup_id")
        new = set()
        for supergroup, subgroup in steps:
            if supergroup not in paths:
                paths[supergroup] = [*paths[subgroup], subgroup]
                new.add(supergroup)
    return paths


def _named(ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    groups = compat.named_groups()
    wanted = ["name", "is_system_group"] + ["deactivated"] * compat.has_field(groups.model, "deactivated")
    return {row["pk"]: row for row in groups.filter(pk__in=list(ids)).values("pk", *wanted)}


def _since(person: Person) -> dict[int, str | None]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT modified_user_group_id, max(event_time) FROM zerver_realmauditlog
               WHERE modified_user_id = %s AND event_type = %s AND modified_user_group_id IS NOT NULL GROUP BY 1""",
            [person.id, MEMBERSHIP_ADDED],
        )
        return {group: iso(when) for group, when in cursor.fetchall()}


def setting_title(name: str) -> str:
    """``can_administer_channel_group`` as "can administer channel"."""
    return name.removesuffix("_group").replace("_", " ")


def permissions(person: Person, direct: Iterable[int]) -> tuple[list[NamedPermission], dict[int, list[str]]]:
    """Settings whose value is a group without a name that the person is in: of the organization and of groups, and
    those of channels by channel id."""
    direct = set(direct)
    unnamed = list(direct - set(_named(direct)))
    if not unnamed:
        return [], {}
    found = [NamedPermission(setting, "the organization") for _, _, setting in _naming("Realm", unnamed)]
    groups = compat.named_groups().model.__name__
    found += [NamedPermission(setting, f"group {group_title(name)}") for _, name, setting in _naming(groups, unnamed)]
    channels: dict[int, list[str]] = {}
    for channel, _, setting in _naming("Stream", unnamed):
        channels.setdefault(channel, []).append(setting)
    return found, channels


def _naming(model_name: str, groups: list[int]) -> list[tuple[int, str, str]]:
    """Id and name of each row that has one of the groups in a setting, and the setting."""
    model = compat.model("zerver", model_name)
    assert model is not None
    settings = compat_audit.permission_settings(model)
    condition = Q()
    for field in settings:
        condition |= Q(**{f"{field.name}__in": groups})
    if not settings:
        return []
    names = [field.attname for field in settings]
    return [
        (row["pk"], row["name"], setting_title(field.name))
        for row in model.objects.filter(condition).order_by("pk").values("pk", "name", *names)
        for field in settings
        if row[field.attname] in groups
    ]
