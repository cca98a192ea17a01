"""How previews and their outcomes are shown: tables on stdout, reasons and what went wrong on stderr."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from zulip_bridge.api.codec import to_json
from zulip_bridge.api.edit import Applied, AppliedChange, ApplyResult, ChangePreview, Planned, PlannedChange
from zulip_bridge.api.people import Person
from zulip_bridge.edit import Outcome

from .narration import narrate
from .output import print_line, print_table

STATES = {
    "change": "",
    "unchanged": "has it already",
    "refused": "refused",
    "done": "done",
    "failed": "FAILED",
    "failed_but_changed": "CHANGED, THEN FAILED",
    "not_reached": "not begun",
    "unknown": "NOT KNOWN",
    "changed_since": "changed meanwhile",
    "incomplete": "INCOMPLETE",
}
NOTHING = "–"


def print_preview(preview: ChangePreview) -> None:
    """Field, before, after, and what else happens."""
    print_line(f"{named(preview.person)}:")
    print_planned(preview)


def print_planned(preview: Planned) -> None:
    """The same without whose fields they are."""
    print_table(["field", "before", "after", ""], [_planned(item) for item in preview.items])
    _print_effects(preview.changes, preview.notes if preview.changes else [])
    for refusal in preview.refusals:
        narrate(f"Refused ({refusal.rule}): {refusal.sentence}")


def print_previews(previews: Sequence[ChangePreview]) -> None:
    """Many people in one table; what else happens is told once where it is the same."""
    rows = [
        [str(preview.person.id), preview.person.full_name, *_planned(item)]
        for preview in previews
        for item in preview.items
    ]
    print_table(["id", "name", "field", "before", "after", ""], rows, ["right"])
    changes = [item for preview in previews for item in preview.changes]
    notes = [note for preview in previews if preview.changes for note in preview.notes]
    _print_effects(changes, notes)
    for preview in previews:
        for refusal in preview.refusals:
            narrate(f"{named(preview.person)}: refused ({refusal.rule}): {refusal.sentence}")


def print_result(result: ApplyResult) -> None:
    """What the database says now."""
    if result.state == "changed_since" and result.preview is not None:
        narrate("Nothing was done: the account has changed since it was read. This is how it is now:")
        print_preview(result.preview)
        return
    if result.preview is not None:
        print_preview(result.preview)
        return
    print_applied(result)


def print_applied(result: Applied) -> None:
    """What was read back of each change."""
    rows = [
        [item.label, _value(item.before_shown), _value(item.after_shown), STATES[item.state]] for item in result.items
    ]
    print_table(["field", "before", "now", ""], rows)
    for item in result.items:
        if item.sentence:
            narrate(f"{item.label}: {item.sentence}")


def narrate_causes(result: Applied) -> None:
    """For ``--debug``: where Zulip's actions failed."""
    for item in result.items:
        for line in item.cause.splitlines():
            narrate(f"  {line}")


def without_cause(item: AppliedChange) -> dict[str, Any]:
    """For ``--json``: a traceback may hold values, and is for ``--debug``."""
    whole: dict[str, Any] = to_json(item)
    whole.pop("cause")
    return whole


def narrate_outcome(outcome: Outcome) -> None:
    """One person of many."""
    words = {"unchanged": "nothing to do"}.get(outcome.state, STATES[outcome.state])
    narrate(f"{named(outcome.person)}: {words}{': ' + outcome.sentence if outcome.sentence else ''}")


def named(person: Person) -> str:
    """A person with what tells them from others of the same name."""
    return f"{person.full_name} (id {person.id}, realm {person.realm or 'root'})"


def _planned(item: PlannedChange) -> list[str]:
    return [item.label, _value(item.before_shown), _value(item.after_shown), STATES[item.state]]


def _value(shown: str) -> str:
    return shown or NOTHING


def _print_effects(items: Iterable[PlannedChange], notes: Iterable[str]) -> None:
    sentences = dict.fromkeys(each.sentence for item in items for each in item.effects)
    for sentence in [*sentences, *dict.fromkeys(notes)]:
        print_line(f"  - {sentence}")
