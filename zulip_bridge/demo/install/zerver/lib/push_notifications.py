"""Mobile devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from zerver.lib.exceptions import JsonableError
from zerver.models import PushDeviceToken

if TYPE_CHECKING:
    from zerver.models import UserProfile


def uses_notification_bouncer() -> bool:
    """Whether notifications go through Zulip's push service."""
    return bool(settings.ZULIP_SERVICE_PUSH_NOTIFICATIONS)


def remove_push_device_token(user_profile: UserProfile, token_str: str, kind: int) -> None:
    """Forget one device; raises JsonableError when it is not known."""
    deleted, _ = PushDeviceToken.objects.filter(user=user_profile, token=token_str, kind=kind).delete()
    if not deleted:
        raise JsonableError("Token does not exist")


def clear_push_device_tokens(user_profile_id: int) -> None:
    """Forget all devices of a person.

    As in Zulip, where the push service is used that is asked to forget them, and the rows here stay. The demo asks
    nobody.
    """
    if uses_notification_bouncer():
        return
    PushDeviceToken.objects.filter(user_id=user_profile_id).delete()
