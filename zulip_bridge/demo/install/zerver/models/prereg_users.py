"""Invitations, registrations and changes of address that wait for a click in an e-mail."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.contenttypes.fields import GenericRelation
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import CASCADE, SET_NULL
from django.db.models.functions import Upper


class PreregistrationRealm(models.Model):
    """An organization that somebody began to create."""

    name = models.CharField(max_length=40)
    org_type = models.PositiveSmallIntegerField(default=0)
    default_language = models.CharField(max_length=50, default="en")
    string_id = models.CharField(max_length=40)
    email = models.EmailField()
    status = models.IntegerField(default=0)
    created_user = models.ForeignKey("zerver.UserProfile", SET_NULL, null=True, related_name="+")
    created_realm = models.ForeignKey("zerver.Realm", SET_NULL, null=True, related_name="+")
    data_import_metadata = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    confirmation = GenericRelation("confirmation.Confirmation", related_query_name="prereg_realm")


class PreregistrationUser(models.Model):
    """An invitation, or a registration that somebody began."""

    INVITE_AS: ClassVar[dict[str, int]] = {
        "REALM_OWNER": 100,
        "REALM_ADMIN": 200,
        "MODERATOR": 300,
        "MEMBER": 400,
        "GUEST_USER": 600,
    }

    email = models.EmailField()
    full_name = models.CharField(max_length=100, null=True)
    full_name_validated = models.BooleanField(default=False)
    notify_referrer_on_join = models.BooleanField(default=True)
    invited_at = models.DateTimeField(auto_now=True)
    realm_creation = models.BooleanField(default=False)
    password_required = models.BooleanField(default=True)
    status = models.IntegerField(default=0)
    invited_as = models.PositiveSmallIntegerField(default=400)
    include_realm_default_subscriptions = models.BooleanField(default=True)
    created_user = models.ForeignKey("zerver.UserProfile", SET_NULL, null=True, related_name="+")
    multiuse_invite = models.ForeignKey("zerver.MultiuseInvite", SET_NULL, null=True)
    referred_by = models.ForeignKey("zerver.UserProfile", CASCADE, null=True)
    realm = models.ForeignKey("zerver.Realm", CASCADE, null=True)
    streams = models.ManyToManyField("zerver.Stream")
    groups = models.ManyToManyField("zerver.NamedUserGroup")

    confirmation = GenericRelation("confirmation.Confirmation", related_query_name="prereg_user")

    class Meta:
        indexes = (models.Index(Upper("email"), name="upper_preregistration_email_idx"),)


class MultiuseInvite(models.Model):
    """A link with which anybody can join."""

    invited_as = models.PositiveSmallIntegerField(default=400)
    include_realm_default_subscriptions = models.BooleanField(default=True)
    status = models.IntegerField(default=0)
    referred_by = models.ForeignKey("zerver.UserProfile", CASCADE)
    realm = models.ForeignKey("zerver.Realm", CASCADE)
    streams = models.ManyToManyField("zerver.Stream")
    groups = models.ManyToManyField("zerver.NamedUserGroup")


class EmailChangeStatus(models.Model):
    """A change of address, done or not."""

    new_email = models.EmailField()
    old_email = models.EmailField()
    updated_at = models.DateTimeField(auto_now=True)
    status = models.IntegerField(default=0)
    user_profile = models.ForeignKey("zerver.UserProfile", CASCADE)
    realm = models.ForeignKey("zerver.Realm", CASCADE)


class RealmReactivationStatus(models.Model):
    """A link with which a deactivated organization can be opened again."""

    status = models.IntegerField(default=0)
    realm = models.ForeignKey("zerver.Realm", CASCADE)
