"""Many people and one change: what it would do to each, what it did, and all of it in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from textual.content import Content

from tui import wording
from tui.changes_view import before_and_after, effect_facts
from tui.shown import MUTED, shown
from tui.widgets.columns import Column
from tui.widgets.facts import Fact, Section
from tui.widgets.rows import Row
from zulip_bridge.api.edit import ChangePreview
from zulip_bridge.api.people import Person
from zulip_bridge.edit import Outcome
from zulip_bridge.text import display_text

COLUMNS = (
    Column("Name", 14, weight=3, max_width=36),
    Column("Address", 18, weight=3, max_width=40),
    Column("Change", 23, weight=1, max_width=40),
    Column("", 14, weight=2, max_width=44),
)
LONGEST_CELL = 80

Fate = Literal[
    "waiting", "change", "unchanged", "refused", "unreadable", "done", "changed_since", "incomplete", "failed",
    "not_reached",
]  # fmt: skip

WORDS: dict[Fate, str] = {
    "waiting": "…",
    "change": "",
    "unchanged": "· unchanged",
    "refused": "✕ refused",
    "unreadable": "✕ not found",
    "done": "✓ done",
    "changed_since": "✕ changed since",
    "incomplete": "! INCOMPLETE",
    "failed": "✕ FAILED",
    "not_reached": "· not begun",
}
STYLES: dict[Fate, str] = {
    "unchanged": "muted",
    "refused": "warning",
    "unreadable": "warning",
    "changed_since": "warning",
    "incomplete": "error",
    "failed": "error",
    "not_reached": "muted",
}
COUNTED: dict[Fate, str] = {
    "change": "would change",
    "done": "done",
    "incomplete": "incomplete",
    "failed": "failed",
    "changed_since": "changed meanwhile",
    "refused": "refused",
    "unreadable": "not found",
    "unchanged": "unchanged",
    "not_reached": "not begun",
}
"""In the order in which they are told."""

FIRST: tuple[Fate, ...] = (
    "incomplete", "failed", "changed_since", "unreadable", "refused", "waiting", "change", "done", "not_reached",
    "unchanged",
)  # fmt: skip
"""The order in which an operator wants to read them."""


@dataclass
class Case:
    """One person of many: what a preview said, and what became of it."""

    person: Person
    preview: ChangePreview | None = None
    outcome: Outcome | None = None
    problem: str = ""

    @property
    def fate(self) -> Fate:
        """Where it stands."""
        if self.outcome is not None:
            return self.outcome.state
        if self.preview is None:
            return "unreadable" if self.problem else "waiting"
        if self.preview.refusals:
            return "refused"
        return "change" if self.preview.changes else "unchanged"


def case_row(case: Case) -> Row:
    """A person as a row."""
    change = ""
    if case.preview is not None and case.preview.items:
        (item,) = case.preview.items
        unchanged = item.state == "unchanged"
        change = item.before_shown if unchanged else f"{item.before_shown} → {item.after_shown}"
    words = WORDS[case.fate]
    if case.fate == "refused" and case.preview is not None:
        words = f"{words} · {case.preview.refusals[0].rule}"
    cells = (case.person.full_name, case.person.delivery_email, change, words)
    shortened = tuple(display_text(each, limit=LONGEST_CELL) for each in cells)
    return Row(case.person.id, shortened, STYLES.get(case.fate, ""))


def figures(cases: Iterable[Case]) -> str:
    """``284 would change · 4 refused``."""
    counts = Counter(case.fate for case in cases)
    parts = [f"{wording.thousands(counts[fate])} {words}" for fate, words in COUNTED.items() if counts[fate]]
    return " · ".join(parts)


def case_sections(case: Case) -> tuple[Section, ...]:
    """Everything about one of them."""
    facts = [Fact("", shown(case.person.delivery_email, MUTED))]
    if case.preview is not None:
        for item in case.preview.items:
            facts.append(Fact(display_text(item.label), before_and_after(item.before_shown, item.after_shown)))
            facts += [Fact("refused", shown(f"{each.rule}: {each.sentence}")) for each in item.refusals]
    sentence = case.outcome.sentence if case.outcome is not None else case.problem
    if sentence:
        facts.append(Fact("result", shown(sentence)))
    name = f"{display_text(case.person.full_name, limit=40)} · id {case.person.id}"
    sections = [Section(name, tuple(facts))]
    if case.fate == "change" and case.preview is not None:
        sections.append(
            Section("What else will happen", tuple(effect_facts(case.preview.changes, case.preview.notes)))
        )
    return tuple(sections)


def bar(done: int, total: int, width: int) -> Content:
    """How far it is."""
    filled = width * done // total if total else 0
    return Content.assemble(("━" * filled, "bold $primary"), ("─" * (width - filled), "$line"))
