"""Who is logged in. A session names its person only inside its signed text, so that all must be read."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

if TYPE_CHECKING:
    from zerver.models import Realm, UserProfile


def get_session_dict_user(session_dict: Mapping[str, int]) -> int | None:
    """The id in a session's content."""
    value = session_dict.get(SESSION_KEY)
    return None if value is None else int(value)


def get_session_user_id(session: Session) -> int | None:
    """Whose session it is; None for one of nobody's."""
    return get_session_dict_user(session.get_decoded())


def user_sessions(user_profile: UserProfile) -> list[Session]:
    """A person's sessions."""
    return [session for session in Session.objects.all() if get_session_user_id(session) == user_profile.id]


def delete_session(session: Session) -> None:
    """Log one session out."""
    import_module(settings.SESSION_ENGINE).SessionStore(session.session_key).delete()


def delete_user_sessions(user_profile: UserProfile) -> None:
    """Log a person out everywhere; AssertionError inside a transaction."""
    for session in user_sessions(user_profile):
        delete_session(session)


def delete_realm_user_sessions(realm: Realm) -> None:
    """Log everybody of an organization out."""
    ids = set(realm.userprofile_set.values_list("id", flat=True))
    for session in Session.objects.all():
        if get_session_user_id(session) in ids:
            delete_session(session)


def delete_all_user_sessions() -> None:
    """Log everybody out."""
    for session in Session.objects.all():
        delete_session(session)
