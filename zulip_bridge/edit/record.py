"""What the journal says of an edit."""

from __future__ import annotations

from typing import Any

from zulip_bridge.api.edit import Applied, Planned
from zulip_bridge.journal import Result

HAPPENED = ("done", "failed_but_changed", "unknown")


def parameters_of(preview: Planned, result: Applied | None = None) -> dict[str, Any]:
    """The order of the changes, what each field is called where its name does not tell, and how each change went."""
    labels = {item.field: item.label for item in preview.changes if item.field.startswith("profile:")}
    found: dict[str, Any] = {"order": [item.field for item in preview.changes]}
    found |= {"labels": labels} if labels else {}
    if result is not None:
        found["states"] = {item.field: item.state for item in result.items}
        said = {item.field: item.sentence for item in result.items if item.sentence}
        found |= {"said": said} if said else {}
    return found


def before_of(preview: Planned) -> dict[str, Any]:
    """The values from before, by field, in the form that a new edit takes."""
    return {item.field: item.before for item in preview.changes}


def after_of(preview: Planned, result: Applied | None = None) -> dict[str, Any]:
    """The values that were wanted or, with a result, those that were read back."""
    if result is None:
        return {item.field: item.after for item in preview.changes}
    return {item.field: item.after for item in result.items if item.state != "unchanged"}


def result_of(result: Applied, what: str = "account") -> Result:
    """The outcome, with a sentence; ``what`` was to be changed."""
    if result.state == "changed_since":
        return Result("failed", f"The {what} had changed since it was previewed; nothing was done.")
    if result.state == "refused":
        return Result("failed", "A rule forbids it; nothing was done.")
    counts = [f"{count} {state.replace('_', ' ')}" for state, count in _counted(result).items()]
    return Result("done" if result.state == "done" else "failed", ", ".join(counts))


def _counted(result: Applied) -> dict[str, int]:
    counts: dict[str, int] = {}
    for item in result.items:
        counts[item.state] = counts.get(item.state, 0) + 1
    return counts
