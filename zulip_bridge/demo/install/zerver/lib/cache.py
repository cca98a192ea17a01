"""Caches of accounts. The demo has none; the names are here because actions call them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.cache import cache

if TYPE_CHECKING:
    from zerver.models import UserProfile


def delete_user_profile_caches(user_profiles: Iterable[UserProfile], realm_id: int) -> None:
    """Forget what is remembered of these accounts."""
    cache.delete_many([f"user_profile_by_id:{realm_id}:{each.id}" for each in user_profiles])
