"""Before a row is deleted: the tree of what goes with it, what forbids it, and words that have to be typed."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Input, Static

from tui import wording
from tui.screens.base import READ_ONLY
from tui.screens.row_change import RowChangeDialog, better_section, notes_section, refused_section
from tui.shown import MUTED, shown
from tui.widgets.facts import Fact, Facts, Section
from zulip_bridge.api.browse import DeletionNode, DeletionPreview, DeletionResult
from zulip_bridge.text import display_text

KINDS = {
    "delete": ("deleted", ""),
    "clear": ("reference cleared (SET NULL)", MUTED),
    "protect": ("forbid it (PROTECT)", "bold $error"),
    "leave": ("left alone (DO NOTHING); PostgreSQL may refuse", "$warning"),
}
INDENT = "  "
COUNT_WIDTH = 7


class DeletionDialog(RowChangeDialog):
    """Shows what deleting the row would do, and does it."""

    TITLE_WORD: ClassVar[str] = "Delete"
    VERB: ClassVar[str] = "Delete"
    FRAME_LINES: ClassVar[int] = 12

    def __init__(self, model: str, key: str) -> None:
        super().__init__(model, key)
        self.preview: DeletionPreview | None = None

    def confirmation(self) -> ComposeResult:
        """The words that have to be typed."""
        yield Static(id="confirm-line")
        with Horizontal(id="typing"):
            yield Static("›", id="sign")
            yield Input(compact=True, select_on_focus=False, id="confirm", disabled=True)

    def looking(self) -> Awaitable[Any]:
        """Ask Django's collector."""
        assert self.steward_app.steward is not None
        return self.steward_app.steward.browser.preview_deletion(self.model, self.key)

    def doing(self) -> Awaitable[Any]:
        """Delete it."""
        assert self.steward_app.steward is not None and self.preview is not None
        return self.steward_app.steward.browser.delete(self.preview, self.query_one("#confirm", Input).value)

    def show_preview(self, preview: DeletionPreview, first: Sequence[Section] = ()) -> None:
        """The tree; the words can be typed where nothing forbids it."""
        self.preview, self.stage = preview, "ready"
        tree = Section("What would be gone", tuple(_node(node) for node in preview.tree))
        sections = [
            *first,
            *refused_section(preview.refusals),
            *better_section(preview),
            tree,
            notes_section(preview),
        ]
        self.query_one(Facts).sections = tuple(sections)
        read_only = self.steward_app.connection.read_only
        possible = not preview.refusals and not read_only
        line = Content.assemble("To go on, type ", shown(preview.confirm, "bold"))
        self.query_one("#confirm-line", Static).update(line if possible else Content(""))
        field = self.query_one("#confirm", Input)
        field.value, field.disabled = "", not possible
        self.query_one("#typing").display = possible
        self.query_one("#do", Button).disabled = True
        if preview.refusals:
            self.say(Content.styled("Refused: nothing can be deleted while something forbids it.", "bold $error"))
        elif read_only:
            self.say(Content.styled(READ_ONLY, "bold"))
        else:
            total = wording.counted(preview.total, "row")
            self.say(Content.styled(f"{total} would be gone for good. Nothing has been deleted yet.", MUTED))

    def on_input_changed(self, event: Input.Changed) -> None:
        """The button is there when the words are."""
        event.stop()
        fits = self.preview is not None and event.value == self.preview.confirm and self.stage == "ready"
        self.query_one("#do", Button).disabled = not fits

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter only goes on to the buttons."""
        event.stop()
        button = self.query_one("#do", Button)
        (self.query_one("#cancel", Button) if button.disabled else button).focus()

    def show_result(self, result: DeletionResult) -> None:
        """What is gone."""
        gone = tuple(Fact(wording.thousands(count), shown(model)) for model, count in result.deleted.items())
        self.query_one(Facts).sections = (Section("Deleted", gone),)
        self.query_one("#typing").display = False
        self.query_one("#confirm-line").display = False


def _node(node: DeletionNode) -> Fact:
    words, style = KINDS[node.kind]
    through = f" through {display_text(node.via)}" if node.via else ""
    name = INDENT * node.depth + display_text(node.model)
    return Fact(
        f"{wording.thousands(node.rows):>{COUNT_WIDTH}}",
        Content.assemble(
            (name, style or "bold" if node.depth == 0 else style), (f"{through} · {words}", style or MUTED)
        ),
    )
