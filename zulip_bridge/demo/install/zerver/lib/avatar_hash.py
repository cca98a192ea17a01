"""Where avatars are stored: under a hash that cannot be guessed from the person's id."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from zerver.models import UserProfile


def gravatar_hash(email: str) -> str:
    """How gravatar.com knows an address."""
    return hashlib.md5(email.lower().encode()).hexdigest()


def user_avatar_hash(uid: str, version: str) -> str:
    """The hash of a person's id and a version of their avatar."""
    salted = f"{uid}:{version}:{settings.AVATAR_SALT}"
    return hashlib.sha256(salted.encode()).hexdigest()[:40]


def user_avatar_path(user_profile: UserProfile, future: bool = False) -> str:
    """Path of the current version, or of the next; without a file name's ending."""
    version = user_profile.avatar_version + (1 if future else 0)
    return user_avatar_base_path_from_ids(user_profile.id, version, user_profile.realm_id)


def user_avatar_base_path_from_ids(user_profile_id: int, version: int, realm_id: int) -> str:
    """Path of one version; without a file name's ending."""
    return f"{realm_id}/{user_avatar_hash(str(user_profile_id), str(version))}"
