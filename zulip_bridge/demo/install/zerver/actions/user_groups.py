"""Who is in which group."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from zerver.lib.audit import record
from zerver.models import NamedUserGroup, UserGroupMembership, UserProfile
from zerver.models.groups import SystemGroups
from zerver.models.realm_audit_logs import AuditLogEventType
from zerver.tornado.django_api import send_event_on_commit

ADDED = AuditLogEventType.USER_GROUP_DIRECT_USER_MEMBERSHIP_ADDED
REMOVED = AuditLogEventType.USER_GROUP_DIRECT_USER_MEMBERSHIP_REMOVED


@transaction.atomic(savepoint=False)
def bulk_add_members_to_user_groups(
    user_groups: list[NamedUserGroup], user_profile_ids: list[int], *, acting_user: UserProfile | None
) -> None:
    """Put people into groups they are not in."""
    UserGroupMembership.objects.bulk_create(
        UserGroupMembership(user_group_id=group.id, user_profile_id=user_id)
        for group in user_groups
        for user_id in user_profile_ids
    )
    _note(ADDED, "add_members", user_groups, user_profile_ids, acting_user)


@transaction.atomic(savepoint=False)
def bulk_remove_members_from_user_groups(
    user_groups: list[NamedUserGroup], user_profile_ids: list[int], *, acting_user: UserProfile | None
) -> None:
    """Take people out of groups."""
    groups = [group.id for group in user_groups]
    UserGroupMembership.objects.filter(user_group_id__in=groups, user_profile_id__in=user_profile_ids).delete()
    _note(REMOVED, "remove_members", user_groups, user_profile_ids, acting_user)


def move_between_system_groups(user_profile: UserProfile, old_role: int, acting_user: UserProfile | None) -> None:
    """Follow a change of role."""
    left = [_system_group(user_profile, SystemGroups.OF_ROLE[old_role])]
    full = _system_group(user_profile, SystemGroups.FULL_MEMBERS)
    in_full = UserGroupMembership.objects.filter(user_group_id=full.id, user_profile=user_profile).exists()
    if in_full and not _is_full_member(user_profile):
        left.append(full)
    bulk_remove_members_from_user_groups(left, [user_profile.id], acting_user=acting_user)
    add_missing_system_groups(user_profile, acting_user)


def add_missing_system_groups(user_profile: UserProfile, acting_user: UserProfile | None) -> None:
    """Put a person into the groups that follow from the role."""
    names = [SystemGroups.OF_ROLE[user_profile.role]]
    if _is_full_member(user_profile):
        names.append(SystemGroups.FULL_MEMBERS)
    groups = [_system_group(user_profile, name) for name in names]
    present = set(
        UserGroupMembership.objects.filter(user_profile=user_profile).values_list("user_group_id", flat=True)
    )
    missing = [group for group in groups if group.id not in present]
    if missing:
        bulk_add_members_to_user_groups(missing, [user_profile.id], acting_user=acting_user)


def _is_full_member(user_profile: UserProfile) -> bool:
    return bool(user_profile.role == UserProfile.ROLE_MEMBER and not user_profile.is_provisional_member)


def _system_group(user_profile: UserProfile, name: str) -> Any:
    return NamedUserGroup.objects.get(realm_for_sharding=user_profile.realm, name=name, is_system_group=True)


def _note(
    event_type: int, op: str, groups: list[NamedUserGroup], user_ids: list[int], acting_user: UserProfile | None
) -> None:
    people = UserProfile.objects.select_related("realm").in_bulk(user_ids)
    for group in groups:
        for user_id in user_ids:
            record(event_type, people[user_id], acting_user, modified_user_group=group)
        event = {"type": "user_group", "op": op, "group_id": group.id, "user_ids": user_ids}
        send_event_on_commit(group.realm, event, user_ids)
