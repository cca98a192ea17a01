"""Preferences: time zone, language, visibility of the address, and every other setting that Zulip knows."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable
from typing import Any

from zulip_bridge.api.edit import EditableField, Effect, Option
from zulip_bridge.worker import compat
from zulip_bridge.worker.person import VISIBILITY

from .account import Account, counted, user_profiles
from .base import Edit, Reading, Refused, audited, effect, read_yes_no, told, yes_no
from .setting_words import words_of

ACTION = "zerver.actions.user_settings.do_change_user_setting"
SMALLEST, LARGEST = 0, 32_767
"""What PostgreSQL's smallint holds, in which Zulip keeps most numbers."""

WEEK_SECONDS = 7 * 24 * 3600
EVERYONE = 1

CHOICES = {
    "automatically_follow_topics_policy": "AUTOMATICALLY_CHANGE_VISIBILITY_POLICY_CHOICES",
    "automatically_unmute_topics_in_muted_streams_policy": "AUTOMATICALLY_CHANGE_VISIBILITY_POLICY_CHOICES",
    "color_scheme": "COLOR_SCHEME_CHOICES",
    "demote_inactive_streams": "DEMOTE_STREAMS_CHOICES",
    "desktop_icon_count_display": "DESKTOP_ICON_COUNT_DISPLAY_CHOICES",
    "email_address_visibility": "EMAIL_ADDRESS_VISIBILITY_TYPES",
    "emojiset": "EMOJISET_CHOICES",
    "realm_name_in_email_notifications_policy": "REALM_NAME_IN_EMAIL_NOTIFICATIONS_POLICY_CHOICES",
    "user_list_style": "USER_LIST_STYLE_CHOICES",
    "web_channel_default_view": "WEB_CHANNEL_DEFAULT_VIEW_CHOICES",
    "web_mark_read_on_scroll_policy": "WEB_MARK_READ_ON_SCROLL_POLICY_CHOICES",
    "web_stream_unreads_count_display_policy": "WEB_STREAM_UNREADS_COUNT_DISPLAY_POLICY_CHOICES",
}
"""Settings whose values Zulip lists beside the column; its view accepts no others."""

WORDS_IN_VIEWS = {
    "web_home_view": ("inbox", "recent_topics", "all_messages"),
    "web_animate_image_previews": ("always", "on_hover", "never"),
}
"""Settings whose values only Zulip's view lists (zerver/views/user_settings.py)."""

TOLD_ALSO = {
    "timezone": ", and those of everybody who can see the account",
    "email_address_visibility": ", and those of everybody who gains or loses sight of the address",
    "allow_private_data_export": ", and those of the administrators",
    "presence_enabled": ", and those of everybody who can see the account",
}
"""Whose clients hear of a setting beside the person's."""

LABELS = {
    "timezone": "time zone",
    "default_language": "language",
    "email_address_visibility": "address visible to",
}
VISIBILITY_NUMBERS = {name: number for number, name in VISIBILITY.items()} | {"admins": 3}


class Setting(Edit):
    """One of ``UserProfile.property_types``, or the time zone; the rules are those of Zulip's settings view."""

    for_bots = False

    @property
    def name(self) -> str:
        """The column's name."""
        return self.change.field.rpartition(":")[2]

    @property
    def title(self) -> str:
        """In words for the common ones, else the column's name."""
        return LABELS.get(self.name, f"setting {self.name}")

    def read(self, account: Account) -> Reading:
        """As stored."""
        return self._reading(getattr(account.row, self.name, ""))

    def want(self) -> Reading:
        """Checked by type and by the values that Zulip's view accepts."""
        return self._reading(self.value)

    @property
    def value(self) -> Any:
        """The value as the action takes it; raises :class:`Refused`."""
        text = self.change.value.strip()
        if self.name == "timezone":
            return _time_zone(text)
        kinds = user_profiles().property_types
        if self.name not in kinds:
            raise Refused("settings", f"This version of Zulip has no setting {self.name}.")
        kind = kinds[self.name]
        if kind is bool:
            return read_yes_no(self.title, text)
        value = self._number(text) if kind is int else text
        self._check(value)
        return value

    def effects(self) -> list[Effect]:
        """Facts of do_change_user_setting."""
        found = [
            audited(132, "setting changed, with the value before and after"),
            told(f"the person's own{TOLD_ALSO.get(self.name, '')}"),
        ]
        more = {
            "enable_drafts_synchronization": self._drafts,
            "email_address_visibility": self._api_address,
            "presence_enabled": self._presence,
            "enable_digest_emails": self._digests,
            "email_notifications_batching_period_seconds": self._waiting_mails,
        }.get(self.name)
        return found + (more() if more else [])

    def call(self) -> compat.Call:
        """Zulip's action."""
        return compat.call(ACTION, self.account.row, self.name, self.value, **compat.ON_BEHALF_OF_NOBODY)

    def observe(self, account: Account) -> object:
        """The visibility of the address also rewrites the API address."""
        return getattr(account.row, self.name, None), account.row.email

    def describe(self) -> EditableField:
        """By type; a choice where the values are known."""
        accepted = self._accepted() or (sorted(zoneinfo.available_timezones()) if self.name == "timezone" else [])
        options = [Option(*self._reading(value)) for value in accepted]
        kind = user_profiles().property_types.get(self.name, str)
        entered: Any = "choice" if options else {bool: "yes_no", int: "number"}.get(kind, "text")
        section: Any = "identity" if self.name in LABELS else "settings"
        return EditableField(self.field, self.title, section, entered, *self.read(self.account), options)

    def _reading(self, value: Any) -> Reading:
        if isinstance(value, bool):
            return yes_no(value)
        if self.name == "email_address_visibility":
            return Reading(VISIBILITY.get(value, str(value)), VISIBILITY.get(value, str(value)))
        if self.name in CHOICES and isinstance(value, int):
            return Reading(str(value), words_of(CHOICES[self.name]).get(value, str(value)))
        return Reading(str(value), str(value) or "not set")

    def _number(self, text: str) -> int:
        if self.name == "email_address_visibility" and text.casefold() in VISIBILITY_NUMBERS:
            return VISIBILITY_NUMBERS[text.casefold()]
        if self.name in CHOICES:
            for number, words in words_of(CHOICES[self.name]).items():
                if words == text.casefold():
                    return number
        try:
            return int(text)
        except ValueError as error:
            accepted = self._accepted()
            wanted = "a number" if accepted is None else f"one of {self._listed(accepted)}"
            raise Refused("values", f"{self.title.capitalize()} is {wanted}; not {text or '(empty)'}.") from error

    def _accepted(self) -> list[Any] | None:
        """The values that Zulip's view accepts, where it lists them."""
        if self.name in WORDS_IN_VIEWS:
            return list(WORDS_IN_VIEWS[self.name])
        if self.name == "default_language":
            return _from_zulip("zerver.lib.i18n.get_available_language_codes")
        if self.name == "notification_sound":
            sounds = _from_zulip("zerver.lib.sounds.get_available_notification_sounds")
            return None if sounds is None else [*sounds, "none"]
        if self.name == "timezone":
            return None
        listed = getattr(user_profiles(), CHOICES.get(self.name, ""), None)
        return None if listed is None else [each[0] if isinstance(each, tuple) else each for each in listed]

    def _check(self, value: Any) -> None:
        accepted = self._accepted()
        if accepted is None and self.name == "default_language":
            raise Refused("values", "Zulip's list of languages is missing here, so that no language can be set.")
        if accepted is not None and value not in accepted:
            sentence = f"{self.title.capitalize()} is one of {self._listed(accepted)}; not {value or '(empty)'}."
            raise Refused("values", sentence)
        if self.name == "email_notifications_batching_period_seconds":
            if not 0 < value <= WEEK_SECONDS:
                raise Refused("values", f"{self.title.capitalize()} is 1 to {WEEK_SECONDS} seconds (a week).")
        elif isinstance(value, int) and not SMALLEST <= value <= LARGEST:
            raise Refused("values", f"{self.title.capitalize()} is {SMALLEST} to {LARGEST}.")
        longest = getattr(user_profiles()._meta.get_field(self.name), "max_length", None)
        if isinstance(value, str) and longest is not None and len(value) > longest:
            raise Refused("values", f"{self.title.capitalize()} has at most {longest} characters.")

    def _listed(self, accepted: list[Any]) -> str:
        return ", ".join(self._reading(each).shown for each in _few(accepted))

    def _drafts(self) -> list[Effect]:
        drafts = compat.model("zerver", "Draft")
        held = 0 if drafts is None else drafts.objects.filter(user_profile_id=self.account.row.id).count()
        if self.value or not held:
            return []
        return [effect("data", f"{counted(held, 'draft')} on the server will be deleted, for good.")]

    def _api_address(self) -> list[Effect]:
        if EVERYONE not in (self.value, self.account.row.email_address_visibility):
            return []
        becomes = "the real address" if self.value == EVERYONE else "one made from the id"
        return [
            effect("data", f"The API address becomes {becomes}; programs that use the old one no longer find it.")
        ]

    def _presence(self) -> list[Effect]:
        seen = "as active just now" if self.value else "as gone for some minutes, and no longer when active"
        return [effect("data", f"Others see the person {seen}.")]

    def _digests(self) -> list[Effect]:
        return [] if self.value else [effect("mail", "Digest mails that wait to be sent are dropped.")]

    def _waiting_mails(self) -> list[Effect]:
        return [effect("mail", "Notification mails that wait are sent earlier or later by the difference.")]


def _time_zone(text: str) -> str:
    """A canonical name; empty means not set, as in a new account."""
    if text and text not in zoneinfo.available_timezones():
        raise Refused("values", f"There is no time zone {text}; they are named like Europe/Berlin.")
    canonical = compat.find_function("zerver.lib.timezone.canonicalize_timezone")
    return str(canonical(text)) if canonical is not None else text


def _from_zulip(place: str) -> list[Any] | None:
    function = compat.find_function(place)
    try:
        return None if function is None else list(function())
    except OSError:
        # Made by the server's build; without it there is nothing to check against.
        return None


def _few(values: Iterable[Any]) -> list[Any]:
    kept = list(values)
    return kept if len(kept) <= 60 else [*kept[:60], "…"]
