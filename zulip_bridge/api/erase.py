"""Erasing a person: a preview that changes nothing, and the steps that carry it out, one request each.

The worker keeps nothing between two steps. What a later step needs and the server no longer knows (paths of files,
old addresses) is in the :class:`ErasureCase`, which the steward keeps until the end and hands to every step.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar, Literal

from .calls import Lane, Request
from .edit import Refusal
from .people import Person

Strategy = Literal["anonymize", "delete", "scrub-profile"]
STRATEGIES: dict[Strategy, str] = {
    "anonymize": "messages stay, signed by “Deleted User”; everything that identifies the person goes",
    "delete": "the person, all messages they sent, and direct messages to them",
    "scrub-profile": "the account stays; optional fields, avatar, status, drafts, activity and tokens are cleared",
}
"""What can be done to a person, in a sentence each."""

BotChoice = Literal["deactivate", "delete", "transfer"]
Fate = Literal["deleted", "kept", "reassigned", "detached", "cleared"]
Step = Literal[
    "deactivate",
    "sessions",
    "collect",
    "bots",
    "devices",
    "collateral",
    "messages",
    "account",
    "profile",
    "remainder",
    "files",
    "caches",
]
STEPS: dict[Step, str] = {
    "deactivate": "Deactivate the account",
    "sessions": "End the sessions",
    "collect": "Note what to look for afterwards",
    "bots": "Settle the bots",
    "devices": "Unregister the devices",
    "collateral": "Save other people's rows",
    "messages": "Delete the messages",
    "account": "Delete the account with Zulip's action",
    "profile": "Clear what is optional",
    "remainder": "Remove what Zulip leaves in the database",
    "files": "Remove what Zulip leaves in storage",
    "caches": "Clear the caches",
}
"""The steps in their order, as a person reads them."""

OVERRIDABLE = ("placeholder account", "deactivated organization")
"""Rules that hold unless they are named in :attr:`ErasureOptions.allow`."""


@dataclass(frozen=True)
class ErasureOptions:
    """How to erase. ``bots`` says what happens to owned bots, ``bots_to`` the new owner's id where they are
    transferred; ``allow`` names rules that are set aside. ``archived``: with ``scrub-profile``, also the person's
    deleted messages that Zulip's archive keeps (the other strategies take them in any case).
    """

    strategy: Strategy
    bots: BotChoice | None = None
    bots_to: int | None = None
    allow: list[str] = dataclasses.field(default_factory=list)
    archived: bool = False

    @property
    def steps(self) -> list[Step]:
        """What is done, in order."""
        if self.strategy == "scrub-profile":
            return ["sessions", "collect", "devices", "profile", "files", "caches"]
        left_out = {"profile"} | ({"messages"} if self.strategy == "anonymize" else set())
        return [step for step in STEPS if step not in left_out]


@dataclass(frozen=True)
class RowFate:
    """What happens to rows of one table that concern the person; ``column`` is how they are found."""

    table: str
    column: str
    category: str
    rows: int
    fate: Fate
    sentence: str = ""


@dataclass(frozen=True)
class Collateral:
    """Other people's rows that Zulip's own deletion would take. ``saved``: they are kept, in the way that is said."""

    table: str
    rows: int
    saved: bool
    sentence: str


@dataclass(frozen=True)
class FileFate:
    """Files of one kind; ``bytes`` is their size as far as the database knows it."""

    kind: str
    files: int
    bytes: int
    sentence: str


@dataclass(frozen=True)
class Remains:
    """What this tool cannot remove, and where it stays."""

    place: str
    sentence: str


@dataclass(frozen=True)
class OwnedBot:
    """A bot that belongs to the person."""

    id: int
    full_name: str
    is_active: bool
    messages: int


@dataclass(frozen=True)
class ErasurePreview:
    """What would happen. ``confirm`` is the address to be typed; ``fingerprint`` stands for the account as it was."""

    person: Person
    options: ErasureOptions
    confirm: str
    rows: list[RowFate]
    collateral: list[Collateral]
    files: list[FileFate]
    bots: list[OwnedBot]
    remains: list[Remains]
    warnings: list[str]
    refusals: list[Refusal]
    fingerprint: str


@dataclass(frozen=True)
class PreviewErasure(Request[ErasurePreview]):
    """Work out what erasing the person would do; nothing is written. Progress counts tables."""

    METHOD: ClassVar[str] = "erase.preview"
    RESULT: ClassVar[type[ErasurePreview]] = ErasurePreview

    person_id: int
    options: ErasureOptions


@dataclass(frozen=True)
class ErasureCase:
    """Whom an erasure is about, and what was noted of them before it was gone. Personal data: owner-only, and
    destroyed when the erasure is complete.

    ``files`` are keys of uploads, ``pictures`` keys of avatars; ``registrations`` and ``links`` are ids of rows of
    ``zerver_preregistrationuser`` and ``confirmation_confirmation``. ``bots`` are the ids of bots that are deleted
    with the person; their files and pictures are among the others.
    """

    person_id: int
    realm_id: int
    realm: str
    addresses: list[str]
    names: list[str]
    date_joined: str
    files: list[str] = dataclasses.field(default_factory=list)
    pictures: list[str] = dataclasses.field(default_factory=list)
    registrations: list[int] = dataclasses.field(default_factory=list)
    links: list[int] = dataclasses.field(default_factory=list)
    bots: list[int] = dataclasses.field(default_factory=list)

    @property
    def accounts(self) -> list[int]:
        """The ids of all accounts that go."""
        return [self.person_id, *self.bots]


@dataclass(frozen=True)
class StepResult:
    """What a step has done: rows or files by table or place. ``case`` is set where the step noted something."""

    step: Step
    counts: dict[str, int]
    warnings: list[str] = dataclasses.field(default_factory=list)
    case: ErasureCase | None = None


@dataclass(frozen=True)
class OpenErasure(Request[ErasureCase]):
    """Begin: refused where a rule forbids it, or where the account is no longer the one that was previewed."""

    METHOD: ClassVar[str] = "erase.open"
    RESULT: ClassVar[type[ErasureCase]] = ErasureCase

    person_id: int
    options: ErasureOptions
    fingerprint: str


@dataclass(frozen=True)
class EraseStep(Request[StepResult]):
    """Do one step. Doing it again, or for the rest after it was cut off, does no harm. Progress counts rows."""

    METHOD: ClassVar[str] = "erase.step"
    RESULT: ClassVar[type[StepResult]] = StepResult
    LANE: ClassVar[Lane] = "write"

    step: Step
    case: ErasureCase
    options: ErasureOptions
