"""A person's timeline: the sources merged, a page at a time, newest first."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timezone
from typing import NamedTuple

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.people import Person
from zulip_bridge.api.timeline import KINDS, Kind, ReadTimeline, TimelineEntry, TimelinePage, ValueChange
from zulip_bridge.worker.context import Context
from zulip_bridge.worker.instants import iso
from zulip_bridge.worker.people import person_by_id

from . import timeline_rows as sources
from .audit_values import Extra, read_extra
from .event_titles import event_name, event_title
from .naming import Names, Ref, refs_in
from .timeline_rows import ACTIVITY, LOG, SEEN, SPANS, Found, Place, Window

MOST = 1_000


def read_timeline(request: ReadTimeline, context: Context) -> TimelinePage:
    """Answer :class:`ReadTimeline`."""
    person = person_by_id(request.person_id)
    limit = max(1, min(request.limit, MOST))
    window = _window(request, limit + 1)
    pages: list[list[Found]] = []
    for source in (sources.log_rows, sources.span_rows, sources.activity_rows, sources.seen_rows):
        pages.append(source(person, window))
        context.check()
    merged = list(heapq.merge(*pages, key=lambda found: found.place, reverse=True))
    page = merged[:limit]
    return TimelinePage(_entries(person, page), _cursor(page[-1].place) if len(merged) > limit else "")


def _window(request: ReadTimeline, limit: int) -> Window:
    return Window(
        kinds=frozenset(request.kinds or KINDS),
        direction=request.direction,
        since=_moment(request.since),
        until=_moment(request.until),
        before=_place(request.before),
        limit=limit,
    )


def _moment(text: str) -> datetime | None:
    """A day's beginning, or a moment; in UTC where it names no zone."""
    text = text.strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        sentence = f"{text} is no date: write it as 2024-05-31, or 2024-05-31T14:00 (UTC)."
        raise StewardError(ErrorKind.INVALID, sentence) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _cursor(place: Place) -> str:
    return f"{place.when.astimezone(timezone.utc).isoformat()}/{place.rank}/{place.id}"


def _place(text: str) -> Place | None:
    if not text:
        return None
    try:
        when, rank, row = text.split("/")
        return Place(datetime.fromisoformat(when), int(rank), int(row))
    except ValueError as error:
        raise StewardError(ErrorKind.INVALID, "This is no place in a timeline.") from error


def _entries(person: Person, page: list[Found]) -> list[TimelineEntry]:
    logged = {found.place.id: _Logged(*found.values) for found in page if found.place.rank == LOG}
    extras = {row: read_extra(each.event, each.extra) for row, each in logged.items()}
    names = Names(ref for row, each in logged.items() for ref in _refs(each, extras[row]))
    return [
        _log_entry(person, found.place, logged[found.place.id], extras[found.place.id], names)
        if found.place.rank == LOG
        else _own_entry(found)
        for found in page
    ]


class _Logged(NamedTuple):
    """A row of the audit log."""

    event: int
    acting: int | None
    modified: int | None
    channel: int | None
    group: int | None
    backfilled: bool
    extra: str | None

    @property
    def place(self) -> list[Ref]:
        """The channel or the group."""
        found = [Ref("channel", self.channel)] if self.channel is not None else []
        return found + ([Ref("group", self.group)] if self.group is not None else [])


def _refs(logged: _Logged, extra: Extra) -> Iterable[Ref]:
    yield from (Ref("person", each) for each in (logged.acting, logged.modified) if each is not None)
    yield from logged.place
    for change in extra.changes:
        yield from refs_in([*(change.before or ()), *(change.after or ())])
    yield from refs_in(extra.details)


def _log_entry(person: Person, place: Place, logged: _Logged, extra: Extra, names: Names) -> TimelineEntry:
    return TimelineEntry(
        key=f"audit {place.id}",
        when=iso(place.when) or "",
        kind=sources.kind_of_event(logged.event),
        event=event_name(logged.event),
        title=event_title(logged.event),
        by="" if logged.acting is None else names.of(Ref("person", logged.acting)),
        to="" if logged.modified is None else names.of(Ref("person", logged.modified)),
        by_person=logged.acting == person.id,
        about_person=logged.modified == person.id,
        where=", ".join(f"{each.kind} {names.of(each)}" for each in logged.place),
        changes=[
            ValueChange(
                change.name,
                None if change.before is None else names.fill(change.before),
                None if change.after is None else names.fill(change.after),
            )
            for change in extra.changes
        ],
        details=names.fill(extra.details),
        backfilled=logged.backfilled,
    )


def _own_entry(found: Found) -> TimelineEntry:
    """An entry of what the person did without the audit log."""
    rank, row = found.place.rank, found.place.id
    if rank == SPANS:
        (end,) = found.values
        return replace(_own(found, f"span {row}", "spans", "active", "active"), until=iso(end))
    if rank == ACTIVITY:
        client, query, count = found.values
        title = f"{client}: {query.replace('_', ' ')}"
        return replace(_own(found, f"activity {row}", "activity", query, title), count=count)
    assert rank == SEEN
    (what,) = found.values
    return _own(found, f"seen {row}", "seen", what, what)


def _own(found: Found, key: str, kind: Kind, event: str, title: str) -> TimelineEntry:
    when = iso(found.place.when) or ""
    return TimelineEntry(key, when, kind, event, title, by="", to="", by_person=True, about_person=False)
