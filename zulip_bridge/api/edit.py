"""Editing an account: a preview that changes nothing, and the application of exactly what was previewed.

Values cross the wire as text, in the form in which they could be given again: a value from ``before`` is what
undoes a change. ``…_shown`` is the same for a person to read.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar, Literal

from .calls import Lane, Request
from .changes import ONE_OFF, Change
from .people import Person

EffectKind = Literal["audit", "event", "data", "bot", "group", "session", "mail", "device", "invitation", "note"]
VOLATILE: tuple[EffectKind, ...] = ("session", "mail", "device", "invitation")
"""Effects whose numbers may change by themselves between preview and application, without it being refused."""


NO_ACTION = "no action"
"""The rule of a refusal where this version of Zulip has no function for it."""


@dataclass(frozen=True)
class Effect:
    """Something else that happens, or that deliberately does not, in a sentence."""

    kind: EffectKind
    sentence: str


@dataclass(frozen=True)
class Refusal:
    """Why something is not done; ``rule`` names the rule in two or three words."""

    rule: str
    sentence: str


PlannedState = Literal["change", "unchanged", "refused"]


@dataclass(frozen=True)
class PlannedChange:
    """One change, looked at: ``unchanged`` where the account already has that value.

    ``action`` is the function of Zulip's that would do it; ``undo`` tells whether a new edit can reverse it.
    """

    field: str
    label: str
    state: PlannedState
    before: str
    after: str
    before_shown: str
    after_shown: str
    action: str = ""
    effects: list[Effect] = dataclasses.field(default_factory=list)
    refusals: list[Refusal] = dataclasses.field(default_factory=list)
    undo: bool = True

    @property
    def change(self) -> Change:
        """The change, said in the way that means the same whatever the names."""
        return Change(self.field, "" if self.field in ONE_OFF else self.after)


class Planned:
    """What previews have in common, whatever it is that would be changed."""

    items: list[PlannedChange]
    notes: list[str]

    @property
    def refusals(self) -> list[Refusal]:
        """Every reason against applying it; nothing is applied while there is one."""
        return [refusal for item in self.items for refusal in item.refusals]

    @property
    def changes(self) -> list[PlannedChange]:
        """Those items that would change something."""
        return [item for item in self.items if item.state == "change"]


@dataclass(frozen=True)
class ChangePreview(Planned):
    """What would happen. ``fingerprint`` stands for the state that it was worked out from."""

    person: Person
    items: list[PlannedChange]
    notes: list[str]
    fingerprint: str


@dataclass(frozen=True)
class PreviewChanges(Request[ChangePreview]):
    """Work out what ``changes`` would do to the account; nothing is written."""

    METHOD: ClassVar[str] = "edit.preview"
    RESULT: ClassVar[type[ChangePreview]] = ChangePreview

    person_id: int
    changes: list[Change]


AppliedState = Literal["done", "unchanged", "failed", "failed_but_changed", "refused", "not_reached", "unknown"]


@dataclass(frozen=True)
class AppliedChange:
    """One change after it was tried: ``after`` is what the database says now.

    ``failed_but_changed``: Zulip's action raised an error after it had committed, so that what should have followed
    (telling clients, ending sessions) may be missing; ``sentence`` says what. ``unknown``: the state could not be
    read back. ``not_reached``: an earlier change went wrong, and this one was not tried.
    """

    field: str
    label: str
    state: AppliedState
    before: str
    after: str
    before_shown: str
    after_shown: str
    sentence: str = ""
    cause: str = ""
    undo: bool = True


Outcome = Literal["done", "incomplete", "changed_since", "refused"]
"""``changed_since``: it is no longer what was previewed, and nothing was done; ``refused``: a rule forbids it now;
``incomplete``: some item is not as it should be.
"""


class Applied:
    """What results have in common, whatever it is that was changed."""

    state: Outcome
    items: list[AppliedChange]


@dataclass(frozen=True)
class ApplyResult(Applied):
    """What was done; ``preview`` is a new one where nothing was."""

    state: Outcome
    items: list[AppliedChange]
    preview: ChangePreview | None = None


@dataclass(frozen=True)
class ApplyChanges(Request[ApplyResult]):
    """Apply what was previewed, one change after the other, each sent as an :class:`AppliedChange` event when it
    has been read back. ``fingerprint`` is the preview's.
    """

    METHOD: ClassVar[str] = "edit.apply"
    RESULT: ClassVar[type[ApplyResult]] = ApplyResult
    LANE: ClassVar[Lane] = "write"

    person_id: int
    changes: list[Change]
    fingerprint: str


@dataclass(frozen=True)
class Option:
    """One value that a field may have."""

    value: str
    shown: str


FieldSection = Literal["identity", "permissions", "profile", "settings", "access", "groups", "channels"]
FieldKind = Literal[
    "text", "long_text", "choice", "yes_no", "number", "date", "people", "link", "account", "removal", "member"
]


@dataclass(frozen=True)
class EditableField:
    """A field as a form shows it. ``kind`` says how it is entered; ``why_not`` is a sentence where it cannot be.

    Of several people (``people``, where ``many``) and a membership (``member``: + or -) the value is written as in a
    change; a ``removal`` can only be emptied.
    """

    field: str
    label: str
    section: FieldSection
    kind: FieldKind
    value: str
    shown: str
    options: list[Option] = dataclasses.field(default_factory=list)
    hint: str = ""
    why_not: str = ""
    many: bool = False


@dataclass(frozen=True)
class DescribeFields(Request[list[EditableField]]):
    """Every field of the account that can be edited, with its value and what it may be."""

    METHOD: ClassVar[str] = "edit.fields"
    RESULT: ClassVar[object] = list[EditableField]

    person_id: int


@dataclass(frozen=True)
class ListMemberships(Request[list[EditableField]]):
    """The organization's groups and channels that the account can be put into or taken out of, its own first."""

    METHOD: ClassVar[str] = "edit.memberships"
    RESULT: ClassVar[object] = list[EditableField]

    person_id: int
