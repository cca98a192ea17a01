"""New accounts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.timezone import now
from zerver.models import RealmUserDefault, Recipient, Subscription, UserProfile
from zerver.models.realms import get_fake_email_domain

if TYPE_CHECKING:
    from zerver.models import Realm, Stream


def get_display_email_address(user_profile: UserProfile) -> str:
    """The address that other people get: the real one, or one that stands for it."""
    if user_profile.email_address_is_realm_public():
        return str(user_profile.delivery_email)
    return f"user{user_profile.id}@{get_fake_email_domain(user_profile.realm.host)}"


def create_user_profile(
    realm: Realm,
    email: str,
    password: str | None,
    active: bool,
    bot_type: int | None,
    full_name: str,
    bot_owner: UserProfile | None,
    is_mirror_dummy: bool,
    tos_version: str | None,
    timezone: str,
    default_language: str,
    force_id: int | None = None,
    force_date_joined: datetime | None = None,
    *,
    email_address_visibility: int,
) -> UserProfile:
    """An account that is not saved yet. One that is inactive or a bot's gets no password."""
    joined = force_date_joined or now()
    given: dict[str, Any] = {} if force_id is None else {"id": force_id}
    user = UserProfile(
        realm=realm,
        delivery_email=UserProfile.objects.normalize_email(email),
        full_name=full_name,
        is_active=active,
        is_bot=bot_type is not None,
        bot_type=bot_type,
        bot_owner=bot_owner,
        is_mirror_dummy=is_mirror_dummy,
        tos_version=tos_version,
        timezone=timezone,
        default_language=default_language,
        date_joined=joined,
        last_login=joined,
        email_address_visibility=email_address_visibility,
        **given,
    )
    if user.email_address_is_realm_public():
        user.email = user.delivery_email
    user.set_password(password if active and bot_type is None else None)
    return user


def create_user(
    email: str,
    password: str | None,
    realm: Realm,
    full_name: str,
    active: bool = True,
    role: int | None = None,
    bot_type: int | None = None,
    bot_owner: UserProfile | None = None,
    tos_version: str | None = None,
    timezone: str = "",
    avatar_source: str = UserProfile.AVATAR_FROM_GRAVATAR,
    is_mirror_dummy: bool = False,
    default_language: str | None = None,
    default_sending_stream: Stream | None = None,
    default_events_register_stream: Stream | None = None,
    default_all_public_streams: bool | None = None,
    source_profile: UserProfile | None = None,
    force_id: int | None = None,
    force_date_joined: datetime | None = None,
    create_personal_recipient: bool = True,
    enable_marketing_emails: bool | None = None,
    email_address_visibility: int | None = None,
) -> UserProfile:
    """A saved account, with the realm's preferences (or those of ``source_profile``) and a recipient of its own."""
    defaults = RealmUserDefault.objects.get(realm=realm)
    visibility = email_address_visibility
    if bot_type is not None:
        visibility = UserProfile.EMAIL_ADDRESS_VISIBILITY_EVERYONE
    elif visibility is None:
        visibility = defaults.email_address_visibility
    user = create_user_profile(
        realm,
        email,
        password,
        active,
        bot_type,
        full_name,
        bot_owner,
        is_mirror_dummy,
        tos_version,
        timezone,
        default_language or realm.default_language,
        force_id=force_id,
        force_date_joined=force_date_joined,
        email_address_visibility=visibility,
    )
    _copy_preferences(source_profile or defaults, user)
    user.avatar_source = avatar_source
    user.default_sending_stream = default_sending_stream
    user.default_events_register_stream = default_events_register_stream
    chosen = {
        "role": role,
        "default_all_public_streams": default_all_public_streams,
        "enable_marketing_emails": enable_marketing_emails,
    }
    for name, value in chosen.items():
        if value is not None:
            setattr(user, name, value)
    _save(user)
    if create_personal_recipient:
        user.recipient = Recipient.objects.create(type=Recipient.PERSONAL, type_id=user.id)
        user.save(update_fields=["recipient"])
        Subscription.objects.create(user_profile=user, recipient=user.recipient, is_user_active=active)
    return user


def _copy_preferences(source: Any, target: UserProfile) -> None:
    for name in UserProfile.property_types:
        if name not in ("default_language", "email_address_visibility"):
            setattr(target, name, getattr(source, name))


def _save(user: UserProfile) -> None:
    """An address that stands for a hidden one has the account's id in it, which is known after saving."""
    if not user.email_address_is_realm_public():
        user.email = user.delivery_email
        user.save()
        user.email = get_display_email_address(user)
    user.save()
