"""The account that is edited, freshly read."""

from __future__ import annotations

import collections
import functools
import time
from typing import Any

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.worker import compat
from zulip_bridge.worker.realms import INTERNAL_REALM

MOST_SESSIONS = 50_000
"""Zulip finds a person's sessions by decoding every one on the server; beyond this many they are not counted."""

RECENT_SECONDS = 5.0


class SessionCounts:
    """How many sessions each person has, found in one pass over all of them when it is first asked."""

    def __init__(self) -> None:
        self.made = time.monotonic()

    @functools.cached_property
    def _by_person(self) -> collections.Counter[int | None] | None:
        sessions, owner = compat.model("sessions", "Session"), compat.find_function(OWNER_OF_SESSION)
        if sessions is None or owner is None or sessions.objects.all()[: MOST_SESSIONS + 1].count() > MOST_SESSIONS:
            return None
        return collections.Counter(owner(session) for session in sessions.objects.all().iterator())

    def of(self, person_id: int) -> int | None:
        """How many a person has; None where there are too many on the server to look through."""
        return None if self._by_person is None else self._by_person[person_id]


OWNER_OF_SESSION = "zerver.lib.sessions.get_session_user_id"
_recent = SessionCounts()


def recent_counts() -> SessionCounts:
    """Counts for a preview: of many people in a row, only the first makes them."""
    global _recent
    if time.monotonic() - _recent.made > RECENT_SECONDS:
        _recent = SessionCounts()
    return _recent


def forget_counts() -> None:
    """Something was done: the next preview counts again."""
    global _recent
    _recent = SessionCounts()


class Account:
    """A row of ``zerver_userprofile`` with its realm, and what hangs on it, each asked for at most once.

    ``row`` is Zulip's own object and is what actions are given. It is read anew for every change, since some actions
    write all of its columns back.
    """

    def __init__(self, row: Any, counts: SessionCounts) -> None:
        self.row = row
        self.realm = row.realm
        self.counts = counts

    @classmethod
    def load(cls, person_id: int, counts: SessionCounts | None = None) -> Account:
        """Read it now; error kind ``not_found``. ``counts`` may be somewhat older."""
        accounts = user_profiles()
        try:
            row = accounts.objects.select_related("realm").get(id=person_id)
            return cls(row, counts or SessionCounts())
        except accounts.DoesNotExist as error:
            raise StewardError(ErrorKind.NOT_FOUND, f"There is no account with id {person_id}.") from error

    @property
    def is_system(self) -> bool:
        """Whether it is one of the server's own bots."""
        return bool(self.realm.string_id == compat.setting("SYSTEM_BOT_REALM", INTERNAL_REALM))

    @property
    def is_last_owner(self) -> bool:
        """Whether the organization would be without an active human owner if this one were none."""
        owners = user_profiles().objects.filter(
            realm_id=self.row.realm_id, role=user_profiles().ROLE_REALM_OWNER, is_active=True, is_bot=False
        )
        return list(owners.values_list("id", flat=True)[:2]) == [self.row.id]

    @functools.cached_property
    def owned_bots(self) -> list[Any]:
        """The active bots that belong to it."""
        return list(
            user_profiles().objects.filter(bot_owner_id=self.row.id, is_bot=True, is_active=True).order_by("id")
        )

    @functools.cached_property
    def sessions(self) -> int | None:
        """How many sessions it has; None where there are too many on the server to look through."""
        return 0 if self.row.is_bot else self.counts.of(self.row.id)

    @functools.cached_property
    def invitations(self) -> int:
        """How many of its invitations can still be accepted."""
        return len(compat.open_invitations(self.row).run())

    @functools.cached_property
    def devices(self) -> list[tuple[str, int]]:
        """Token and kind of each mobile device that gets its notifications."""
        tokens = compat.model("zerver", "PushDeviceToken")
        if tokens is None:
            return []
        return list(tokens.objects.filter(user_id=self.row.id).order_by("id").values_list("token", "kind"))

    @functools.cached_property
    def encrypted_devices(self) -> int:
        """Devices with end-to-end encrypted notifications, which are registered in a table of their own (11.0)."""
        devices = compat.model("zerver", "PushDevice")
        return 0 if devices is None else int(devices.objects.filter(user_id=self.row.id).count())


def user_profiles() -> Any:
    """The model of accounts."""
    found = compat.model("zerver", "UserProfile")
    assert found is not None
    return found


def named(row: Any) -> str:
    """An account as a person reads it."""
    return f"{row.full_name} (id {row.id})"


def counted(number: int, one: str, many: str = "") -> str:
    """``1 session``, ``2 sessions``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
