"""How a person gets in, and who let them: sessions, keys, devices, second factors, links, invitations.

That a secret exists is told, and when it was made; never the secret. Times are ISO 8601 in UTC with a trailing
``Z``, or None.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .calls import Request


@dataclass(frozen=True)
class WebSession:
    """A browser or desktop app that is logged in. ``saved`` is when Zulip last wrote it: mostly the login.

    ``method`` is the authentication backend's name as Zulip stores it. An ``expired`` one lets nobody in, but is
    still stored, until Zulip's next cleaning.
    """

    saved: str | None
    expires: str
    method: str
    expired: bool


@dataclass(frozen=True)
class Secret:
    """A secret of the account: whether there is one, and what is to be known of it."""

    name: str
    exists: bool
    note: str = ""


@dataclass(frozen=True)
class LoginMethod:
    """A way to log in that the organization allows; ``set_up``: whether the server is set up for it."""

    name: str
    set_up: bool


@dataclass(frozen=True)
class PushDevice:
    """A mobile device that gets notifications; ``kind`` is whose service delivers them."""

    kind: str
    app_id: str
    updated: str | None
    note: str = ""


@dataclass(frozen=True)
class SecondFactor:
    """``kind``: authenticator app, backup codes, phone. ``note`` has codes left, or the phone number."""

    kind: str
    name: str
    confirmed: bool
    created: str | None
    last_used: str | None
    note: str


@dataclass(frozen=True)
class ExternalIdentity:
    """The person at another service. ``kind``: social login, or external id (of a directory or login service)."""

    kind: str
    provider: str
    uid: str
    created: str | None


@dataclass(frozen=True)
class Invitation:
    """An invitation by e-mail, a link that many can use, or a registration that somebody began.

    ``other`` is who was invited, or who invited, as a name or an address; ``state``: open, used, revoked, expired.
    """

    kind: str
    other: str
    role: str
    sent: str | None
    expires: str | None
    state: str


@dataclass(frozen=True)
class PendingLink:
    """A secret link that was sent: what it is for, when it was sent, and until when it works (None: for ever)."""

    purpose: str
    about: str
    sent: str | None
    expires: str | None
    state: str


@dataclass(frozen=True)
class AccessReport:
    """All of it.

    ``sessions_read`` sessions of the server were looked at; ``sessions_exact`` is false where there are more.
    Lists of invitations are bounded; ``invitations_made_total`` counts all of them. ``other_ways`` counts things
    that let something in under the person's name, by what they are.
    """

    secrets: list[Secret]
    login_methods: list[LoginMethod]
    sessions: list[WebSession]
    sessions_read: int
    sessions_exact: bool
    push_devices: list[PushDevice]
    second_factors: list[SecondFactor]
    identities: list[ExternalIdentity]
    invitations_made: list[Invitation]
    invitations_made_total: int
    invitations_received: list[Invitation]
    links: list[PendingLink]
    other_ways: dict[str, int]


@dataclass(frozen=True)
class ReadAccess(Request[AccessReport]):
    """Read how a person gets in; at the most ``limit`` invitations and links of each kind, newest first."""

    METHOD: ClassVar[str] = "person.access"
    RESULT: ClassVar[type[AccessReport]] = AccessReport

    person_id: int
    limit: int = 500
