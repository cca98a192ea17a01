"""How a person gets in: secrets that exist, sessions, devices, identities elsewhere, invitations, links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content

from tui import wording
from tui.shown import MUTED, shown
from tui.tabs.grouped import Group, GroupedTab, Item
from tui.widgets.columns import Column
from zulip_bridge.api.access import (
    AccessReport,
    ExternalIdentity,
    Invitation,
    LoginMethod,
    PendingLink,
    PushDevice,
    ReadAccess,
    SecondFactor,
    Secret,
    WebSession,
)

FAR_YEAR = 2200
"""Zulip gives links that never expire an end some thousand years from now."""


class AccessTab(GroupedTab[AccessReport]):
    """Shows what lets somebody in under the person's name."""

    SECTION = "access"
    WHAT = "How the person gets in"
    COLUMNS: ClassVar = (
        Column("What", 22, weight=2, max_width=34),
        Column("Which", 18, weight=3, max_width=60),
        Column("Since", 10),
        Column("Until", 10),
        Column("State", 9),
    )

    async def read(self) -> AccessReport:
        """All of it."""
        assert self.steward is not None
        return await self.steward.inspect.read(self.person, ReadAccess(self.person.id), self.on_progress)

    def groups(self, found: AccessReport) -> list[Group]:
        """By what it is; what there is nothing of is named as well."""
        read = wording.thousands(found.sessions_read)
        bound = "" if found.sessions_exact else f" of the {read} of the server that expire last"
        made, total = len(found.invitations_made), found.invitations_made_total
        of = f"{wording.thousands(made)} of {wording.thousands(total)}" if made < total else ""
        return [
            Group("Secrets", [_secret(each) for each in found.secrets], _SECRETS),
            Group("Ways to log in", _methods(found.login_methods), _METHODS, _usable(found.login_methods)),
            Group(f"Sessions{bound}", [_session(each) for each in found.sessions], _SESSIONS, _live(found.sessions)),
            Group("Push devices", [_device(each) for each in found.push_devices], _DEVICES),
            Group("Second factors", [_factor(each) for each in found.second_factors]),
            Group("Identities elsewhere", [_identity(each) for each in found.identities], _IDENTITIES),
            Group("Links that were sent", [_link(each) for each in found.links], _LINKS),
            Group("Other ways in and out", [_way(*each) for each in found.other_ways.items()], _WAYS),
            Group("Invitations received", [_invitation(each, "from") for each in found.invitations_received]),
            Group("Invitations made", [_invitation(each, "to") for each in found.invitations_made], count=of),
        ]


_SECRETS = Content("That they exist is told; they are never read.")
_METHODS = Content(
    "What the organization allows. All but passwords match the person by the address, unless told below."
)
_SESSIONS = Content("Browsers and desktop apps that are logged in. Zulip keeps no address and no device of them.")
_DEVICES = Content("Mobile devices that get notifications. Their tokens are never shown.")
_IDENTITIES = Content(
    "What Zulip has stored of other services. Before 11.0 it stores none for logins by LDAP, SAML or OpenID: those "
    "are matched by the address."
)
_LINKS = Content("Secret links in e-mails; their keys are never shown. Links for a new password are not stored.")
_WAYS = Content("Tables whose rows have a token with which something comes in, or goes out, under this name.")


def _day(value: str | None) -> str:
    moment = wording.read_moment(value)
    if moment is None:
        return ""
    return "no end" if moment.year >= FAR_YEAR else wording.moment(value, day_only=True)


def _item(cells: tuple[str, ...], *more: str, muted: bool = False) -> Item:
    """A row whose pane says its first two cells in full, and ``more`` in lines of their own."""
    what, which = cells[:2]
    lines = [Content.assemble(shown(what, "bold"), (" · " if which else "", MUTED), shown(which))]
    lines += [shown(each) for each in more if each]
    return Item(cells, Content("\n").join(lines), which or what, muted=muted)


def _span(since: str | None, until: str | None, made: str) -> str:
    parts = [f"{made} {wording.moment(since)}"] if since else []
    if until:
        parts.append("without an end" if _day(until) == "no end" else f"until {wording.moment(until)}")
    return " · ".join(parts)


def _secret(secret: Secret) -> Item:
    told = "There is one; it is never shown." if secret.exists else "There is none."
    state = "set" if secret.exists else "none"
    return _item((secret.name, secret.note, "", "", state), told, muted=not secret.exists)


def _methods(methods: Sequence[LoginMethod]) -> list[Item]:
    """Those that work, one each; those that the organization allows and the server is not set up for, in one row."""
    useless = ", ".join(method.name for method in methods if not method.set_up)
    found = [_item((method.name, "", "", "", "allowed")) for method in methods if method.set_up]
    cells = ("not set up here", useless, "", "", "no use")
    return [
        *found,
        *([_item(cells, "Allowed by the organization, but not set up on this server.", muted=True)] * bool(useless)),
    ]


def _usable(methods: Sequence[LoginMethod]) -> str:
    """How many work."""
    return str(sum(method.set_up for method in methods) or "none")


def _session(session: WebSession) -> Item:
    by = f"login by {session.method}" if session.method else ""
    state = "expired" if session.expired else "live"
    cells = ("session", by, _day(session.saved), _day(session.expires), state)
    return _item(cells, _span(session.saved, session.expires, "saved"), muted=session.expired)


def _live(sessions: Sequence[WebSession]) -> str:
    """How many let somebody in, where not all do."""
    expired = sum(each.expired for each in sessions)
    return f"{len(sessions) - expired} live, {expired} expired" if expired else ""


def _device(device: PushDevice) -> Item:
    which = ", ".join(each for each in (device.app_id, device.note) if each)
    return _item((device.kind, which, _day(device.updated)), _span(device.updated, None, "last updated"))


def _factor(factor: SecondFactor) -> Item:
    which = ", ".join(each for each in (factor.name, factor.note) if each)
    cells = (factor.kind, which, _day(factor.created), "", "confirmed" if factor.confirmed else "unused")
    used = f"last used {wording.moment(factor.last_used)}" if factor.last_used else ""
    return _item(cells, _span(factor.created, None, "made"), used)


def _identity(identity: ExternalIdentity) -> Item:
    which = f"{identity.provider}: {identity.uid}"
    return _item((identity.kind, which, _day(identity.created)), _span(identity.created, None, "since"))


def _invitation(invitation: Invitation, word: str) -> Item:
    joined = invitation.kind == "link" and word == "to"
    cells = (
        f"{invitation.kind}, as {invitation.role}",
        f"{word} {invitation.other}" if invitation.other and not joined else invitation.other,
        _day(invitation.sent),
        _day(invitation.expires),
        invitation.state,
    )
    return _item(cells, _span(invitation.sent, invitation.expires, "sent"), muted=invitation.state != "open")


def _link(link: PendingLink) -> Item:
    cells = (link.purpose, link.about, _day(link.sent), _day(link.expires), link.state)
    return _item(cells, _span(link.sent, link.expires, "sent"), muted=link.state != "open")


def _way(words: str, count: int) -> Item:
    return _item((wording.counted(count, "row"), words))
