"""What people have in the organization's own profile fields. Zulip writes no audit entries about it."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

from django.db import transaction
from zerver.actions.user_settings import tell_realm
from zerver.lib.exceptions import JsonableError
from zerver.lib.users import ProfileDataElementUpdateDict, check_may_edit_field
from zerver.models import CustomProfileField, CustomProfileFieldValue

if TYPE_CHECKING:
    from zerver.models import UserProfile


@transaction.atomic(savepoint=False)
def do_update_user_custom_profile_data_if_changed(
    user_profile: UserProfile, data: list[ProfileDataElementUpdateDict]
) -> None:
    """Write values, each a dict of ``id`` and ``value``, that differ from what is there; they were checked before."""
    for item in data:
        value = item["value"] if isinstance(item["value"], str) else json.dumps(item["value"], separators=(",", ":"))
        held, created = CustomProfileFieldValue.objects.get_or_create(user_profile=user_profile, field_id=item["id"])
        if held.value == value and not created:
            continue
        held.value = value
        if held.field.is_renderable():
            held.rendered_value = f"<p>{escape(value)}</p>"
        held.save()
        tell_realm(user_profile, custom_profile_field={"id": item["id"], "value": value})


@transaction.atomic(savepoint=False)
def check_remove_custom_profile_field_value(
    user_profile: UserProfile, field_id: int, acting_user: UserProfile
) -> None:
    """Remove a value, if there is one; raises JsonableError where that is not allowed or the field is unknown."""
    field = CustomProfileField.objects.filter(realm=user_profile.realm, id=field_id).first()
    if field is None:
        raise JsonableError(f"Field id {field_id} not found.")
    check_may_edit_field(field, acting_user)
    deleted, _ = CustomProfileFieldValue.objects.filter(field=field, user_profile=user_profile).delete()
    if deleted:
        tell_realm(user_profile, custom_profile_field={"id": field_id, "value": None})
