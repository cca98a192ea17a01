"""What may be written into an account."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from zerver.lib.exceptions import JsonableError
from zerver.models import CustomProfileField, UserProfile
from zerver.models.realms import require_unique_names

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from zerver.models import Realm

ProfileDataElementValue = str | list[int]
ProfileDataElementUpdateDict = dict[str, Any]

LONGEST_SHORT_TEXT = 50
LONGEST_LONG_TEXT = 500


def check_full_name(full_name_raw: str, *, user_profile: UserProfile | None, realm: Realm | None) -> str:
    """The name without surrounding space; raises JsonableError for one that is not allowed."""
    name = full_name_raw.strip()
    if len(name) > UserProfile.MAX_NAME_LENGTH:
        raise JsonableError("Name too long!")
    if len(name) < UserProfile.MIN_NAME_LENGTH:
        raise JsonableError("Name too short!")
    hidden = any(unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") for character in name)
    if hidden or set(name) & set(UserProfile.NAME_INVALID_CHARS):
        raise JsonableError("Invalid characters in name!")
    if re.search(r"\|\d+$", full_name_raw):
        raise JsonableError("Invalid format!")
    if realm is not None and require_unique_names(realm):
        others = realm.userprofile_set.exclude(id=user_profile.id if user_profile else None)
        if _folded(name) in map(_folded, others.values_list("full_name", flat=True)):
            raise JsonableError("Unique names required in this organization.")
    return name


def check_bot_name_available(realm_id: int, full_name: str, *, is_activation: bool) -> None:
    """Raises JsonableError when an active account of the realm has that name."""
    if UserProfile.objects.filter(realm_id=realm_id, full_name=full_name.strip(), is_active=True).exists():
        if is_activation:
            advice = "To reactivate this bot, you must rename or deactivate the other one first."
            raise JsonableError(f'There is already an active bot named "{full_name}" in this organization. {advice}')
        raise JsonableError("Name is already in use.")


def get_active_bots_owned_by_user(user_profile: UserProfile) -> QuerySet[UserProfile]:
    """The person's bots that are not deactivated."""
    return UserProfile.objects.filter(is_bot=True, is_active=True, bot_owner=user_profile)


def validate_user_custom_profile_data(
    realm_id: int, profile_data: list[ProfileDataElementUpdateDict], acting_user: UserProfile
) -> None:
    """Check values for several fields; raises JsonableError."""
    for item in profile_data:
        field = CustomProfileField.objects.filter(realm_id=realm_id, id=item["id"]).first()
        if field is None:
            raise JsonableError(f"Field id {item['id']} not found.")
        check_may_edit_field(field, acting_user)
        try:
            validate_user_custom_profile_field(realm_id, field, item["value"])
        except ValidationError as error:
            raise JsonableError(error.message) from error


def validate_user_custom_profile_field(
    realm_id: int, field: CustomProfileField, value: ProfileDataElementValue
) -> ProfileDataElementValue:
    """Check a value for one field; raises ValidationError."""
    if field.field_type == CustomProfileField.USER:
        return _checked_people(realm_id, field, value)
    if not isinstance(value, str):
        raise ValidationError(f"{field.name} is not a string")
    _CHECKS.get(field.field_type, _check_nothing)(field, value)
    return value


def check_may_edit_field(field: CustomProfileField, acting_user: UserProfile) -> None:
    """Raises JsonableError where only administrators may change a field."""
    if not (acting_user.is_realm_admin or field.editable_by_user):
        raise JsonableError("You are not allowed to change this field. Contact an administrator to update it.")


def _checked_people(realm_id: int, field: CustomProfileField, value: Any) -> list[int]:
    if not isinstance(value, list) or not all(type(each) is int for each in value):
        raise ValidationError(f"{field.name} is not a list of integers")
    known = UserProfile.objects.filter(realm_id=realm_id, id__in=value, is_bot=False, is_active=True)
    missing = set(value) - set(known.values_list("id", flat=True))
    if missing:
        raise ValidationError(f"Invalid user ID: {min(missing)}")
    return value


def _check_nothing(field: CustomProfileField, value: str) -> None:
    pass


def _check_length(limit: int) -> Callable[[CustomProfileField, str], None]:
    def check(field: CustomProfileField, value: str) -> None:
        if len(value) > limit:
            raise ValidationError(f"{field.name} is too long (limit: {limit} characters)")

    return check


def _check_choice(field: CustomProfileField, value: str) -> None:
    if value not in json.loads(field.field_data or "{}"):
        raise ValidationError(f"'{value}' is not a valid choice for '{field.name}'.")


def _check_date(field: CustomProfileField, value: str) -> None:
    try:
        exact = date.fromisoformat(value).isoformat() == value
    except ValueError:
        exact = False
    if not exact:
        raise ValidationError(f"{field.name} is not a date")


def _check_url(field: CustomProfileField, value: str) -> None:
    try:
        URLValidator()(value)
    except ValidationError as error:
        raise ValidationError(f"{field.name} is not a URL") from error


_CHECKS: dict[int, Callable[[CustomProfileField, str], None]] = {
    CustomProfileField.SHORT_TEXT: _check_length(LONGEST_SHORT_TEXT),
    CustomProfileField.LONG_TEXT: _check_length(LONGEST_LONG_TEXT),
    CustomProfileField.SELECT: _check_choice,
    CustomProfileField.DATE: _check_date,
    CustomProfileField.URL: _check_url,
    CustomProfileField.EXTERNAL_ACCOUNT: _check_length(LONGEST_SHORT_TEXT),
    CustomProfileField.PRONOUNS: _check_length(LONGEST_SHORT_TEXT),
}


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
