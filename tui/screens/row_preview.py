"""Before a row is saved: each field before and after, what is against it, what bypassing Zulip's actions means."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Any, ClassVar

from textual.content import Content
from textual.widgets import Button

from tui.browse_rows import NULL
from tui.screens.base import READ_ONLY
from tui.screens.row_change import RowChangeDialog, better_section, notes_section, refused_section
from tui.shown import MUTED, shown_lines
from tui.widgets.facts import Fact, Facts, Section
from zulip_bridge.api.browse import FieldChange, PlannedField, RowEditPreview, RowEditResult
from zulip_bridge.text import display_text

LONGEST = 600
CHANGED = "! The row has changed since it was shown; what stands below as before is how it is now."


class RowPreviewDialog(RowChangeDialog):
    """Shows what ``changes`` would do, and saves them. ``seen``: the fingerprint of what was on the screen."""

    TITLE_WORD: ClassVar[str] = "Edit"
    VERB: ClassVar[str] = "Save"

    def __init__(self, model: str, key: str, changes: list[FieldChange], seen: str = "") -> None:
        super().__init__(model, key)
        self.changes = changes
        self.seen = seen
        self.preview: RowEditPreview | None = None

    def looking(self) -> Awaitable[Any]:
        """Have the server check it."""
        assert self.steward_app.steward is not None
        return self.steward_app.steward.browser.preview_edit(self.model, self.key, self.changes)

    def doing(self) -> Awaitable[Any]:
        """Save it."""
        assert self.steward_app.steward is not None and self.preview is not None
        return self.steward_app.steward.browser.save(self.preview)

    def show_preview(self, preview: RowEditPreview, first: Sequence[Section] = ()) -> None:
        """Save is only there where nothing is against it."""
        self.preview, self.stage = preview, "ready"
        fields = [_planned(item) for item in preview.items]
        if self.seen not in ("", preview.fingerprint) and not first:
            first = (Section("", (Fact("", Content.styled(CHANGED, "bold $warning")),)),)
        sections = [
            *first,
            *refused_section(preview.objections),
            *fields,
            *better_section(preview),
            notes_section(preview),
        ]
        self.query_one(Facts).sections = tuple(sections)
        reason = self._why_not(preview)
        self.say(reason or Content.styled("Nothing has been changed yet.", MUTED))
        self.query_one("#do", Button).disabled = reason is not None

    def _why_not(self, preview: RowEditPreview) -> Content | None:
        if preview.objections:
            return Content.styled("Refused: nothing is saved while something is against it.", "bold $error")
        if not preview.changes:
            return Content.styled("There is nothing to change.", "bold")
        if self.steward_app.connection.read_only:
            return Content.styled(READ_ONLY, "bold")
        return None

    def show_result(self, result: RowEditResult) -> None:
        """The values that were read back."""
        self.query_one(Facts).sections = tuple(_planned(item, after="now") for item in result.items)


def _planned(item: PlannedField, after: str = "after") -> Section:
    title = display_text(item.field) + (" · has it already" if item.state == "unchanged" else "")
    return Section(
        title,
        (Fact("before", _value(item.before, item.before_shown)), Fact(after, _value(item.after, item.after_shown))),
    )


def _value(raw: str | None, meaning: str) -> Content:
    words = shown_lines((NULL if raw is None else raw)[:LONGEST])
    if meaning and "\n" not in meaning:
        return Content.assemble(words, (f" · {display_text(meaning, limit=120)}", MUTED))
    return words
