"""Groups of people, with and without a name."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import CASCADE, RESTRICT, SET_NULL
from django.utils.timezone import now


class SystemGroups:
    """Names of the groups that follow from roles."""

    OWNERS = "role:owners"
    ADMINISTRATORS = "role:administrators"
    MODERATORS = "role:moderators"
    FULL_MEMBERS = "role:fullmembers"
    MEMBERS = "role:members"
    EVERYONE = "role:everyone"
    EVERYONE_ON_INTERNET = "role:internet"
    NOBODY = "role:nobody"

    OF_ROLE: ClassVar[dict[int, str]] = {
        100: OWNERS,
        200: ADMINISTRATORS,
        300: MODERATORS,
        400: MEMBERS,
        600: EVERYONE,
    }
    """The group that holds the people of a role as direct members."""


class UserGroup(models.Model):
    """People and groups; without a :class:`NamedUserGroup` it is the value of one permission setting."""

    realm = models.ForeignKey("zerver.Realm", CASCADE)

    direct_members = models.ManyToManyField(
        "zerver.UserProfile", through="zerver.UserGroupMembership", related_name="direct_groups"
    )
    direct_subgroups = models.ManyToManyField(
        "zerver.NamedUserGroup",
        through="zerver.GroupGroupMembership",
        through_fields=("supergroup", "subgroup"),
        symmetrical=False,
        related_name="direct_supergroups",
    )


class NamedUserGroup(UserGroup):
    """A group that people see and can mention."""

    MAX_NAME_LENGTH = 100

    usergroup_ptr = models.OneToOneField(
        "zerver.UserGroup", CASCADE, parent_link=True, primary_key=True, related_name="named_user_group"
    )
    name = models.CharField(max_length=100)
    description = models.TextField(default="")
    is_system_group = models.BooleanField(default=False)
    can_mention_group = models.ForeignKey("zerver.UserGroup", RESTRICT)
    realm_for_sharding = models.ForeignKey("zerver.Realm", CASCADE, db_column="realm_id")
    can_manage_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    deactivated = models.BooleanField(default=False, db_default=False)
    creator = models.ForeignKey("zerver.UserProfile", SET_NULL, null=True, related_name="+")
    date_created = models.DateTimeField(null=True, default=now)
    can_join_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    can_add_members_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    can_leave_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")
    can_remove_members_group = models.ForeignKey("zerver.UserGroup", RESTRICT, related_name="+")

    class Meta:
        unique_together = ("realm_for_sharding", "name")

    def __str__(self) -> str:
        return str(self.name)


class UserGroupMembership(models.Model):
    """A person who is directly in a group."""

    user_group = models.ForeignKey("zerver.UserGroup", CASCADE, related_name="+")
    user_profile = models.ForeignKey("zerver.UserProfile", CASCADE, related_name="+")

    class Meta:
        unique_together = ("user_group", "user_profile")


class GroupGroupMembership(models.Model):
    """A group whose members are members of another."""

    supergroup = models.ForeignKey("zerver.UserGroup", CASCADE, related_name="+")
    subgroup = models.ForeignKey("zerver.NamedUserGroup", CASCADE, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["supergroup", "subgroup"], name="zerver_groupgroupmembership_uniq"),
        )
