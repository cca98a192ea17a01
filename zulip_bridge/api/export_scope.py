"""What an export holds: its sections, the presets made of them, the dates, and what happens to third parties' data.

Names of sections and presets are stable: they are written to manifests, journals and scripts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import ClassVar, Literal

from .calls import Request
from .errors import ErrorKind, StewardError

Preset = Literal["access", "portability", "same", "evidence"]
Others = Literal["keep", "redact"]
SectionKind = Literal["tables", "messages", "files", "documents"]


@dataclass(frozen=True)
class Section:
    """A part of an export that can be chosen; ``kind`` says where it is written.

    ``tables`` go into ``user.json`` and the files of rows beside it, ``messages`` into ``messages-NNNNNN.json`` and
    their like, ``files`` into folders, ``documents`` are made from the others. ``dated``: --since and --until apply.
    """

    name: str
    title: str
    description: str
    kind: SectionKind
    presets: tuple[Preset, ...]
    dated: bool = False


SECTIONS: tuple[Section, ...] = (
    Section(
        "profile", "Profile and settings",
        "The account itself: names, addresses, role, settings, status, profile fields, changes of address.",
        "tables", ("access", "portability", "same", "evidence"),
    ),
    Section(
        "memberships", "Channels, groups and conversations",
        "Subscriptions with their settings, the channels, groups and direct message groups they belong to.",
        "tables", ("access", "portability", "same", "evidence"),
    ),
    Section(
        "contributions", "Made by them",
        "Reactions, poll votes, snippets, alert words, emoji, and the list of uploaded files with original names.",
        "tables", ("access", "portability", "same", "evidence"),
    ),
    Section(
        "drafts", "Drafts", "Messages begun and never sent.",
        "tables", ("access", "portability", "evidence"), dated=True,
    ),
    Section(
        "scheduled", "Scheduled messages", "Messages to be sent later, and those that failed or were delivered.",
        "tables", ("access", "portability", "evidence"), dated=True,
    ),
    Section(
        "activity", "Activity",
        "When and with what they used Zulip: presence, requests, intervals, counts, hints seen, topics followed.",
        "tables", ("access", "same", "evidence"), dated=True,
    ),
    Section(
        "audit", "Audit log", "What they did to accounts, channels and settings, and what was done to theirs.",
        "tables", ("access", "same", "evidence"), dated=True,
    ),
    Section(
        "access", "Sign-in and devices",
        "Sessions, phones, second factors, linked identities, reply addresses: that they exist, never their secrets.",
        "tables", ("access", "evidence"),
    ),
    Section(
        "invitations", "Invitations",
        "Who invited them and whom they invited, registrations with their address, queued e-mail.",
        "tables", ("access", "evidence"),
    ),
    Section(
        "bots", "Their bots", "The bots they own, with the rows that belong to these.",
        "tables", ("access", "portability", "evidence"),
    ),
    Section(
        "elsewhere", "Named by others",
        "Other people's profiles that name them, channels and groups they made, their edits of others' messages, "
        "and whatever else refers to them.",
        "tables", ("access", "evidence"),
    ),
    Section(
        "reference", "Names that explain the rest",
        "Names of profile fields, clients, channels, groups and people that the other sections only number.",
        "tables", ("access", "portability", "evidence"),
    ),
    Section(
        "messages.sent", "Messages they sent", "Everywhere: channels, groups, direct.",
        "messages", ("access", "portability", "same", "evidence"), dated=True,
    ),
    Section(
        "messages.direct", "Direct messages", "Both sides of every conversation, with one person or a group.",
        "messages", ("access", "same", "evidence"), dated=True,
    ),
    Section(
        "messages.reacted", "Messages they reacted to", "Whoever wrote them.",
        "messages", ("access", "same", "evidence"), dated=True,
    ),
    Section(
        "messages.starred", "Messages they starred", "Whoever wrote them.",
        "messages", ("access", "evidence"), dated=True,
    ),
    Section(
        "messages.mentioned", "Messages that mention them", "By name or through a group, where they could read them.",
        "messages", ("access", "evidence"), dated=True,
    ),
    Section(
        "messages.named", "Mentions out of their sight",
        "Messages of the whole organization that name them where they were not: every message is searched.",
        "messages", ("evidence",), dated=True,
    ),
    Section(
        "messages.received", "Messages received in channels", "All that was delivered to them; by far the most.",
        "messages", ("evidence",), dated=True,
    ),
    Section(
        "messages.archived", "Deleted messages",
        "Of the kinds chosen above, those deleted or expired that the server still keeps.",
        "messages", ("access", "evidence"), dated=True,
    ),
    Section(
        "flags", "What they read", "For each message delivered to them: read, starred, mentioned. Without the text.",
        "messages", ("access", "evidence"), dated=True,
    ),
    Section(
        "uploads", "Uploaded files", "Every file they uploaded.",
        "files", ("access", "portability", "same", "evidence"), dated=True,
    ),
    Section(
        "avatars", "Profile pictures", "The picture in use, and earlier ones that are still stored.",
        "files", ("access", "portability", "same", "evidence"),
    ),
    Section(
        "emoji", "Custom emoji", "Pictures of the emoji they added.",
        "files", ("access", "portability", "same", "evidence"),
    ),
    Section(
        "recipients", "Recipients", "Who receives personal data from this server, by its settings.",
        "documents", ("access", "evidence"),
    ),
    Section(
        "page", "Readable page", "index.html: all of it to read and search in a browser, without tools or a network.",
        "documents", ("access", "portability", "evidence"),
    ),
)  # fmt: skip
"""Every section, in the order in which they are shown."""

BY_NAME: dict[str, Section] = {each.name: each for each in SECTIONS}

PRESETS: dict[Preset, tuple[str, str]] = {
    "access": ("Access request", "Everything the server holds about the person (GDPR Art. 15)."),
    "portability": ("Portability", "What the person provided (GDPR Art. 20)."),
    "same": (
        "Same as export_single_user",
        "Everything that Zulip's own export_single_user writes about this person, and the messages that it drops "
        "because the person has no UserMessage row for them.",
    ),
    "evidence": (
        "Evidence",
        "Everything the server holds, every message delivered, and every mention: for an investigation.",
    ),
}
"""Name to title and description."""


@dataclass(frozen=True)
class ExportScope:
    """What one export holds.

    ``preset`` is where the choice began; empty where sections were chosen one by one. ``since`` (included) and
    ``until`` (excluded) are instants, ``YYYY-MM-DDTHH:MM:SSZ``; they apply to sections that are ``dated``.
    ``others`` says what happens to other people's names, addresses and message text. ``as_zulip``: of the sections of
    the preset ``same``, only what ``export_single_user`` writes.
    """

    sections: tuple[str, ...]
    preset: str = ""
    since: str | None = None
    until: str | None = None
    others: Others = "keep"
    as_zulip: bool = False

    def has(self, section: str) -> bool:
        """Whether the section was chosen."""
        return section in self.sections

    def redacts(self) -> bool:
        """Whether third parties' data is replaced."""
        return self.others == "redact"


def sections_of(preset: Preset) -> tuple[str, ...]:
    """Names of a preset's sections."""
    return tuple(each.name for each in SECTIONS if preset in each.presets)


def choose(
    preset: str = "",
    sections: tuple[str, ...] | list[str] = (),
    *,
    since: str | None = None,
    until: str | None = None,
    others: Others = "keep",
) -> ExportScope:
    """The scope of a preset, of sections, or of a preset and more sections; days as ``YYYY-MM-DD`` are accepted.

    Raises :class:`StewardError`, kind ``invalid``, where a name or a date is none, or nothing is chosen.
    """
    known = preset_named(preset) if preset else None
    names = {*(sections_of(known) if known else ()), *sections}
    scope = ExportScope(
        sections=tuple(each.name for each in SECTIONS if each.name in names),
        preset=preset,
        since=instant(since) if since else None,
        until=instant(until, end_of_day=True) if until else None,
        others=others,
        as_zulip=preset == "same",
    )
    unknown = names.difference(BY_NAME)
    if unknown:
        raise _invalid(f"There is no section {min(unknown)!r}; there are: {', '.join(BY_NAME)}.")
    check(scope)
    return scope


def check(scope: ExportScope) -> None:
    """Raise :class:`StewardError`, kind ``invalid``, for a scope that means nothing."""
    unknown = [each for each in scope.sections if each not in BY_NAME]
    if unknown:
        raise _invalid(f"There is no section {unknown[0]!r}.")
    if not scope.sections:
        raise _invalid("Nothing is chosen: an export needs at least one section.")
    for text in filter(None, (scope.since, scope.until)):
        if instant(text) != text:
            raise _invalid(f"{text!r} is not an instant like 2026-01-31T00:00:00Z.")
    if scope.since and scope.until and scope.since >= scope.until:
        raise _invalid("The dates leave nothing: the end is not after the beginning.")


def preset_named(name: str) -> Preset:
    """The preset of that name; :class:`StewardError`, kind ``invalid``, where there is none."""
    for preset in PRESETS:
        if preset == name:
            return preset
    raise _invalid(f"There is no preset {name!r}; there are: {', '.join(PRESETS)}.")


def instant(text: str, end_of_day: bool = False) -> str:
    """A day or a time as an instant in UTC; the day that ends a range belongs to it (``end_of_day``).

    Raises :class:`StewardError`, kind ``invalid``, for what is neither.
    """
    try:
        moment = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        if end_of_day and len(text.strip()) == len("2026-01-31"):
            moment += timedelta(days=1)
        return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError) as error:
        raise _invalid(f"{text!r} is not a day like 2026-01-31, nor a time like 2026-01-31T09:30Z.") from error


SAME = choose("same")
"""What ``export_single_user`` writes."""


@dataclass(frozen=True)
class SectionSize:
    """About how much a section is: rows, messages or files, and bytes in the export.

    ``rows`` and ``bytes`` are None where counting took too long; ``exact`` is false where ``rows`` is a lower bound.
    Bytes are an estimate. A message counts in each section that it belongs to, and is written once.
    """

    section: str
    rows: int | None
    bytes: int | None
    exact: bool = True
    event: Literal["section_size"] = "section_size"


@dataclass(frozen=True)
class MeasureExport(Request[list[SectionSize]]):
    """Count and estimate the sections of a scope, one event each as it is known, within about ``seconds``."""

    METHOD: ClassVar[str] = "person.measure_export"
    RESULT: ClassVar[object] = list[SectionSize]

    person_id: int
    scope: ExportScope = field(default=SAME)
    seconds: float = 10.0


def _invalid(sentence: str) -> StewardError:
    return StewardError(ErrorKind.INVALID, sentence)
