"""Done once and not undone: sessions, API key, password reset, devices, invitations."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from zulip_bridge.api.edit import Effect, Refusal
from zulip_bridge.worker import compat

from .account import Account, counted
from .base import Edit, Reading, audited, effect, not_audited, told


class OneOff(Edit):
    """Something to be done; its value is what there is to do it to."""

    undo = False
    volatile = True

    @property
    def title(self) -> str:
        """The words it is asked for by."""
        return self.field.replace("-", " ")


class EndSessions(OneOff):
    """Log the person out everywhere."""

    for_bots = False

    def read(self, account: Account) -> Reading:
        """How many there are."""
        if account.sessions is None:
            return Reading("some", "not counted (too many on the server)")
        return _number(account.sessions, "session")

    def want(self) -> Reading:
        """None."""
        return _number(0, "session")

    def effects(self) -> list[Effect]:
        """Facts of delete_user_sessions; mobile apps do not use sessions."""
        return [
            not_audited("the end of sessions"),
            effect("note", "Browsers and the desktop app must log in again; mobile apps and bots use the API key."),
        ]

    def call(self) -> compat.Call:
        """Zulip's function, outside any transaction."""
        return compat.call("zerver.lib.sessions.delete_user_sessions", self.account.row)


class RegenerateKey(OneOff):
    """A new API key, which is not shown to anybody."""

    def read(self, account: Account) -> Reading:
        """Never the key."""
        return Reading("old", "in use")

    def want(self) -> Reading:
        """Never the key."""
        return Reading("new", "renewed")

    def effects(self) -> list[Effect]:
        """Facts of do_regenerate_api_key."""
        found = [
            audited(127, "API key changed"),
            effect("device", "Mobile apps and programs with the old key are logged out."),
            effect("device", "Devices are unregistered from notifications by one of the server's queue workers."),
            effect("note", "The new key is not shown; its owner finds it in Zulip's settings."),
        ]
        return [*found, told("the bot's owner, with the new key")] if self.account.row.is_bot else found

    def call(self) -> compat.Call:
        """Zulip's action; what it returns is the key, and is dropped."""
        place = "zerver.actions.user_settings.do_regenerate_api_key"
        return compat.call(place, self.account.row, **compat.ON_BEHALF_OF_NOBODY)

    def observe(self, account: Account) -> object:
        """Whether it is another key."""
        return hashlib.sha256(str(account.row.api_key).encode()).digest()

    def leftovers(self, account: Account) -> list[str]:
        """Devices are left to a queue worker, which may not have been asked."""
        number = len(account.devices)
        return [f"{counted(number, 'device')} not unregistered (unregister-push-devices does it)"] if number else []

    def outcome(self, account: Account, changed: bool) -> Reading:
        """Renewed, if it is another."""
        return self.want() if changed else self.read(account)


class PasswordReset(OneOff):
    """The mail with which a new password can be set."""

    observable = False
    for_bots = False
    for_deactivated = False

    def read(self, account: Account) -> Reading:
        """Nothing of it is stored."""
        return Reading("", "not sent")

    def want(self) -> Reading:
        """Sent."""
        return Reading("sent", f"sent to {self.account.row.delivery_email}")

    def outcome(self, account: Account, changed: bool) -> Reading:
        """Zulip keeps nothing by which to tell."""
        return self.want()

    def rules(self) -> Iterator[Refusal]:
        """Those of Zulip's ZulipPasswordResetForm."""
        sentence = compat.password_login(self.account.row)
        if sentence is not None:
            yield Refusal("password login", sentence)
        if str(compat.setting("EMAIL_BACKEND") or "").endswith(".dummy.EmailBackend"):
            # What Zulip sets where it has no mail server; its action would end as if the mail were on its way.
            yield Refusal("mail server", "This Zulip has no mail server (EMAIL_HOST); it drops every mail.")

    def effects(self) -> list[Effect]:
        """The old password works until a new one is set; from 10.0 the action does what a login would prepare."""
        found = [
            effect("mail", f"One mail to {self.account.row.delivery_email}, with a link that works once."),
            not_audited("the sending"),
            effect("note", "The present password works until a new one is set."),
        ]
        if self.account.row.long_term_idle and compat.uses(compat.RESET_ACTION, "queue_soft_reactivation"):
            found.append(
                effect("data", "A queue worker ends the long-term idleness and adds the messages of that time.")
            )
        through_amazon = ".amazonaws.com" in str(compat.setting("EMAIL_HOST") or "")
        if through_amazon and compat.uses(compat.RESET_ACTION, "maybe_remove_from_suppression_list"):
            found.append(effect("mail", "Amazon's mail service is told to deliver to the address again."))
        return found

    def call(self) -> compat.Call:
        """Zulip's action."""
        return compat.send_password_reset(self.account.row)


class UnregisterDevices(OneOff):
    """Mobile devices get no more notifications."""

    for_bots = False

    def read(self, account: Account) -> Reading:
        """How many there are."""
        return _number(len(account.devices), "device")

    def want(self) -> Reading:
        """None."""
        return _number(0, "device")

    def effects(self) -> list[Effect]:
        """Facts of remove_push_device_token; the rows of encrypted ones have no action."""
        found = [
            not_audited("the removal of devices"),
            effect("note", "An app that is still logged in registers its device again when it is next opened."),
        ]
        if compat.uses_push_bouncer():
            found.append(effect("device", "Zulip's push service is told to forget each device too."))
        if self.account.encrypted_devices:
            number = counted(self.account.encrypted_devices, "registration")
            found.append(effect("note", f"{number} for encrypted notifications stay: Zulip has no action for them."))
        return found

    def call(self) -> compat.Call:
        """Zulip's function, once for each device: the one for all leaves the rows where a push service is used."""
        place = "zerver.lib.push_notifications.remove_push_device_token"
        calls = [compat.call(place, self.account.row, token, kind) for token, kind in self.account.devices]
        return compat.Call(place, lambda: [each.run() for each in calls])


class RevokeInvitations(OneOff):
    """Open invitations become invalid."""

    for_bots = False

    def read(self, account: Account) -> Reading:
        """How many can still be accepted."""
        return _number(account.invitations, "open invitation")

    def want(self) -> Reading:
        """None."""
        return _number(0, "open invitation")

    def effects(self) -> list[Effect]:
        """Facts of revoke_invites_generated_by_user."""
        return [
            not_audited("the revocation"),
            told("administrators"),
            effect("note", "Whoever was invited finds the link expired; accounts made with it stay."),
        ]

    def call(self) -> compat.Call:
        """Zulip's function."""
        return compat.revoke_invitations(self.account.row)


def _number(number: int, what: str) -> Reading:
    return Reading(str(number), counted(number, what))
