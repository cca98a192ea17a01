"""What a person did and what was done to the account, newest first, below where the person was seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.people import Person
from zulip_bridge.api.timeline import (
    KINDS,
    ActivitySummary,
    Direction,
    Kind,
    ReadActivity,
    ReadTimeline,
    TimelineEntry,
    ValueChange,
)

from ..narration import narrate
from ..output import print_facts, print_line, print_table
from . import SectionOptions

if TYPE_CHECKING:
    from zulip_bridge.steward import Steward

PAGE = 500


@dataclass(frozen=True)
class Activity:
    """Both; ``more`` says that the timeline goes on."""

    summary: ActivitySummary
    timeline: list[TimelineEntry]
    more: bool


async def read(steward: Steward, person: Person, options: SectionOptions) -> Activity:
    """The summary, and ``--limit`` entries of the timeline that ``--kind`` and the others let through."""
    kinds, direction = _kinds(options.kind), _direction(options.direction)
    filters = [name for name in ("kind", "direction", "since", "until") if getattr(options, name)]
    summary = await steward.inspect.read(person, ReadActivity(person.id))
    entries: list[TimelineEntry] = []
    following = ""
    while True:
        request = ReadTimeline(
            person.id,
            kinds=kinds,
            direction=direction,
            since=options.since or "",
            until=options.until or "",
            before=following,
            limit=min(PAGE, options.limit - len(entries)),
        )
        page = await steward.inspect.read(person, request, filters=filters)
        entries += page.entries
        following = page.next
        if not following or len(entries) >= options.limit:
            return Activity(summary, entries, bool(following))


def _kinds(text: str | None) -> list[Kind]:
    """Kinds with commas between them."""
    known: dict[str, Kind] = {kind: kind for kind in KINDS}
    words = [word.strip() for word in (text or "").split(",") if word.strip()]
    unknown = [word for word in words if word not in known]
    if unknown:
        sentence = f"{unknown[0]} is no kind of activity. There are: {', '.join(KINDS)}."
        raise StewardError(ErrorKind.INVALID, sentence)
    return [known[word] for word in words]


def _direction(text: str | None) -> Direction:
    known: dict[str, Direction] = {each: each for each in get_args(Direction)}
    return known.get(text or "any", "any")


def show(activity: Activity) -> None:
    """Print the summary and the timeline."""
    print_facts(_facts(activity.summary))
    print_line("")
    rows = [[each.when, entry_title(each), _who(each), each.where, entry_change(each)] for each in activity.timeline]
    if rows:
        print_table(["when (UTC)", "what", "by, to", "where", "change"], rows)
    else:
        narrate("Nothing of this kind is known.")
    if activity.more:
        narrate("There is more; see --limit.")


def entry_title(entry: TimelineEntry) -> str:
    """What happened, how often, until when."""
    often = f" ({entry.count:,} times)" if entry.count != 1 else ""
    until = f" until {entry.until}" if entry.until else ""
    return f"{entry.title}{often}{until}" + (" (time estimated)" if entry.backfilled else "")


def entry_change(entry: TimelineEntry) -> str:
    """Before and after of all that changed, and what else the row says."""
    return "; ".join([*map(change_words, entry.changes), *([entry.details] if entry.details else [])])


def change_words(change: ValueChange) -> str:
    """``role: member → owner``."""
    before = "" if change.before is None else f"{change.before} → "
    return f"{change.name}: {before}{'' if change.after is None else change.after}"


def _who(entry: TimelineEntry) -> str:
    if entry.by_person and entry.about_person:
        return "self"
    if entry.by_person:
        return f"to {entry.to}" if entry.to else ""
    return f"by {entry.by}" if entry.by else "by nobody named"


def _facts(summary: ActivitySummary) -> list[tuple[str, str]]:
    often = f"{summary.spans:,}{'' if summary.spans_exact else '+'} times since {summary.first_span}"
    return [
        ("joined", summary.joined or ""),
        ("last login", summary.last_login or "never"),
        ("last active", summary.last_active or "never"),
        ("last connected", summary.last_connected or "never"),
        *((each.client, f"{each.calls:,} calls, the last {each.last_visit}") for each in summary.clients),
        ("active", f"{summary.active_minutes:,} minutes, {often}" if summary.spans else "never"),
    ]
