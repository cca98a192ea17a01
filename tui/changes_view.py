"""Previews and results of changes as sections of facts, for the dialogs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from textual.content import Content

from tui.shown import MUTED, shown, shown_lines
from tui.widgets.facts import Fact, Section
from zulip_bridge.api.edit import Applied, AppliedChange, Planned, PlannedChange
from zulip_bridge.text import display_text

LONGEST_LABEL = 40
NOTHING = "–"
KINDS = {
    "audit": "record",
    "event": "clients",
    "data": "data",
    "bot": "bots",
    "group": "groups",
    "session": "sessions",
    "mail": "mail",
    "device": "devices",
    "invitation": "invitations",
    "note": "note",
}
"""What the lines of "what else happens" are about."""

STATES = {
    "done": ("✓ done", "$success"),
    "unchanged": ("· has it already", MUTED),
    "failed": ("✕ FAILED", "bold $error"),
    "failed_but_changed": ("! CHANGED, THEN FAILED", "bold $warning"),
    "refused": ("✕ refused", "bold $error"),
    "not_reached": ("· not begun", MUTED),
    "unknown": ("? NOT KNOWN", "bold $warning"),
}
"""What became of a change: a mark, words, and a style that says nothing by itself."""

OUTCOMES = {
    "done": ("✓ Done, and read back from the database.", "$success"),
    "incomplete": ("! Not everything is as it should be. This is what the database says now:", "bold $warning"),
}

NOT_KNOWN = "! What became of it is not known for every change; where it is not, this is the value from before."


def preview_sections(
    preview: Planned, seen: Mapping[str, str] | None = None, left: Sequence[str] = ()
) -> tuple[Section, ...]:
    """Field, before and after; why not; what else will happen. ``seen``: values that a form showed before;
    ``left``: sentences about what cannot be done.
    """
    sections = [Section("", tuple(_planned(item, (seen or {}).get(item.field)) for item in preview.items))]
    if left:
        sections.append(Section("Stays as it is", tuple(Fact("", shown(each)) for each in left)))
    if preview.changes and not preview.refusals:
        several = len(preview.changes) > 1
        facts = _facts_by_field(preview) if several else effect_facts(preview.changes, preview.notes)
        sections.append(Section("What else will happen", tuple(facts)))
    return tuple(sections)


def result_sections(result: Applied) -> tuple[Section, ...]:
    """What the database says now."""
    words, style = OUTCOMES.get(result.state, (result.state, ""))
    if any(item.state == "unknown" for item in result.items):
        words, style = NOT_KNOWN, "bold $warning"
    facts = [fact for item in result.items for fact in _applied(item)]
    return Section("", (Fact("", Content.styled(words, style)),)), Section("", tuple(facts))


def effect_facts(items: Iterable[PlannedChange], notes: Iterable[str] = ()) -> list[Fact]:
    """What else happens, each sentence once, under what it is about."""
    by_kind: dict[str, dict[str, None]] = {}
    for item in items:
        for each in item.effects:
            by_kind.setdefault(each.kind, {})[each.sentence] = None
    for note in notes:
        by_kind.setdefault("note", {})[note] = None
    ordered = sorted(by_kind, key=_rank)
    return [
        Fact(KINDS.get(kind, kind) if index == 0 else " ", shown(sentence))
        for kind in ordered
        for index, sentence in enumerate(by_kind[kind])
    ]


def _facts_by_field(preview: Planned) -> list[Fact]:
    """Of several changes: what each brings with it under its name, and last what is true of more than one."""
    fields: dict[str, list[str]] = {}
    for item in preview.changes:
        for effect in sorted(item.effects, key=lambda each: _rank(each.kind)):
            fields.setdefault(effect.sentence, []).append(display_text(item.label, limit=LONGEST_LABEL))
    facts = []
    for item in preview.changes:
        label = display_text(item.label, limit=LONGEST_LABEL)
        own = [sentence for sentence, labels in fields.items() if labels == [label]]
        facts += [Fact(label if index == 0 else " ", shown(each)) for index, each in enumerate(own)]
    common = [sentence for sentence, labels in fields.items() if len(labels) > 1] + preview.notes
    facts += [Fact("altogether" if index == 0 else " ", shown(each)) for index, each in enumerate(common)]
    return facts


def before_and_after(before: str, after: str) -> Content:
    """``before → after``, either of which may be nothing."""
    return Content.assemble(
        shown_lines(before or NOTHING, MUTED), (" → ", MUTED), shown_lines(after or NOTHING, "bold")
    )


def _rank(kind: str) -> int:
    """What hurts comes before what is kept of it."""
    order = ["session", "device", "bot", "data", "group", "invitation", "mail", "event", "audit", "note"]
    return order.index(kind) if kind in order else len(order)


def _planned(item: PlannedChange, seen: str | None) -> Fact:
    if item.state == "unchanged":
        value = Content.assemble(shown(item.before_shown or NOTHING), (" · has it already", MUTED))
    else:
        value = before_and_after(item.before_shown, item.after_shown)
    if seen is not None and seen != item.before and item.state != "refused":
        value = Content.assemble(value, "\n", ("! It has changed since you opened this screen.", "bold $warning"))
    for refusal in item.refusals:
        words = (f"✕ refused · {display_text(refusal.rule)}: ", "bold $error")
        value = Content.assemble(value, "\n", words, shown(refusal.sentence))
    return Fact(display_text(item.label, limit=LONGEST_LABEL), value)


def _applied(item: AppliedChange) -> list[Fact]:
    words, style = STATES[item.state]
    label = display_text(item.label, limit=LONGEST_LABEL)
    changed = item.before != item.after or item.before_shown != item.after_shown
    value = before_and_after(item.before_shown, item.after_shown) if changed else shown(item.after_shown or NOTHING)
    facts = [Fact(label, Content.assemble((words, style), "  ", value))]
    if item.sentence:
        facts.append(Fact(" ", shown(item.sentence)))
    return facts
