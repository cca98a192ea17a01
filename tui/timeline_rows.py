"""A timeline in words: an entry as a row of the table, as the pane below it says it, and as it is copied."""

from __future__ import annotations

from textual.content import Content

from tui import wording
from tui.shown import MUTED, shown
from tui.widgets.columns import Column
from tui.widgets.facts import Fact, Section
from tui.widgets.rows import Row
from zulip_bridge.api.timeline import ActivitySummary, TimelineEntry, ValueChange
from zulip_bridge.text import display_text

COLUMNS = (
    Column("When (UTC)", 16),
    Column("What", 22, weight=2, max_width=36),
    Column("By or to", 14, weight=3, max_width=40),
    Column("Where", 14, weight=2, priority=2, max_width=32),
    Column("Change", 14, weight=4, priority=1),
)
LONGEST_CELL = 120
LONGEST_NAME = 60
CLIENTS_NAMED = 3


def timeline_row(entry: TimelineEntry) -> Row:
    """Cells that are safe to show; what was done by others is not told apart by its colour alone."""
    cells = (_minute(entry.when), title(entry), who(entry), entry.where, change(entry))
    style = "muted" if entry.kind in ("activity", "spans", "seen") else ""
    return Row(entry.key, tuple(display_text(cell, limit=LONGEST_CELL) for cell in cells), style=style)


def title(entry: TimelineEntry) -> str:
    """What happened."""
    return entry.title


def who(entry: TimelineEntry) -> str:
    """The other side: who did it, or to whom it was done."""
    if entry.kind in ("activity", "spans", "seen"):
        return ""
    if entry.by_person and (entry.about_person or not entry.to):
        return "self" if entry.about_person else "by the person"
    if entry.by_person:
        return f"to {entry.to}"
    return f"by {entry.by}" if entry.by else "by nobody named"


def change(entry: TimelineEntry) -> str:
    """What changed, or how often and until when, in one line."""
    if entry.until is not None:
        return f"until {wording.moment(entry.until)}"
    if entry.kind == "activity":
        return wording.counted(entry.count, "time")
    return "; ".join([*map(change_words, entry.changes), *([entry.details] if entry.details else [])])


def change_words(each: ValueChange) -> str:
    """``role: member → owner``."""
    before = "" if each.before is None else f"{each.before} → "
    return f"{each.name}: {before}{'' if each.after is None else each.after}"


def about(entry: TimelineEntry) -> Content:
    """All of it, in lines."""
    guess = " · Zulip estimated the time" if entry.backfilled else ""
    head = Content.assemble(
        shown(title(entry), "bold"),
        (f" · {wording.moment(entry.when)}{guess}", MUTED),
        shown(f" · {entry.event}" if entry.event != title(entry) else "", MUTED),
    )
    lines = [head, *filter(None, [_parties(entry)])]
    lines += [_changed(each) for each in entry.changes]
    rest = change(entry) if entry.until is not None or entry.kind == "activity" else entry.details
    return Content("\n").join([*lines, *([shown(rest)] if rest else [])])


def _parties(entry: TimelineEntry) -> Content | None:
    by = f"by {entry.by}" if entry.by else ""
    to = f"to {entry.to}" if entry.to else ""
    words = [each for each in (by, to, entry.where) if each]
    return shown(" · ".join(words)) if words else None


def _changed(each: ValueChange) -> Content:
    before = [] if each.before is None else [shown(each.before), Content.styled(" → ", MUTED)]
    after = Content("") if each.after is None else shown(each.after, "bold")
    return Content.assemble((f"{display_text(each.name)}: ", MUTED), *before, after)


def detail_sections(entry: TimelineEntry) -> tuple[Section, ...]:
    """All of it, with labels."""
    when = wording.moment(entry.when) + (" (Zulip estimated it)" if entry.backfilled else "")
    facts = {
        "what": title(entry),
        "Zulip's name": entry.event if entry.event != title(entry) else "",
        "when": when,
        "until": wording.moment(entry.until) if entry.until else "",
        "times": wording.thousands(entry.count) if entry.kind == "activity" else "",
        "by": entry.by,
        "to": entry.to,
        "where": entry.where,
        "also": entry.details,
    }
    sections = [Section("", tuple(Fact(label, shown(value)) for label, value in facts.items() if value))]
    for each in entry.changes:
        values = (("before", each.before), ("after", each.after))
        told = tuple(Fact(label, shown(value)) for label, value in values if value is not None)
        sections.append(Section(display_text(each.name, limit=LONGEST_NAME), told))
    return tuple(sections)


def copied(entry: TimelineEntry) -> str:
    """One line, the cells with tabs between them."""
    parts = (entry.when, entry.event, entry.by, entry.to, entry.where, change(entry))
    return "\t".join(parts)


def summary(found: ActivitySummary, shown_width: int) -> Content:
    """Where the person was seen: two lines, as much of it as the width holds."""
    seen = [
        f"active {_minute(found.last_active)}" if found.last_active else "never active",
        f"login {_minute(found.last_login)}" if found.last_login else "never logged in",
        f"joined {wording.moment(found.joined, day_only=True)} UTC",
    ]
    clients = [
        f"{display_text(each.client, limit=24)} {wording.thousands(each.calls)}"
        for each in found.clients[:CLIENTS_NAMED]
    ]
    more = len(found.clients) - CLIENTS_NAMED
    calls = "calls: " + (", ".join(clients) + (f", {more} more" if more > 0 else "") if clients else "none")
    times = wording.counted(found.spans, "time", exact=found.spans_exact)
    since = wording.moment(found.first_span, day_only=True)
    spans = f"active {wording.thousands(found.active_minutes)} min, {times} since {since}"
    spans = spans if found.spans else "no times of activity"
    first, second = " · ".join(seen), " · ".join([spans, calls])
    return Content.styled(
        f"{display_text(first, limit=shown_width)}\n{display_text(second, limit=shown_width)}", MUTED
    )


def _minute(value: str) -> str:
    return wording.moment(value).removesuffix(" UTC")
