"""Before an organization is deactivated to be exported: what that means, and the second step."""

from __future__ import annotations

import shlex
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from tui import keys, wording
from tui.screens.dialog import Dialog
from tui.shown import MUTED, shown
from zulip_bridge.api.realm_export import RealmExportPlan
from zulip_bridge.realm_export_words import REACTIVATE
from zulip_bridge.text import display_text

STAYS = (
    "It stays deactivated when the export is done, when it fails and when it is cancelled. In the archive it is "
    "active, so that it is when it has been imported elsewhere."
)


class DeactivateDialog(Dialog[bool]):
    """Answers True where the organization is to be deactivated, and then exported; the focus is on Cancel."""

    AUTO_FOCUS = "#cancel"
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.EVERYWHERE,
        Binding("right", "app.focus_next", "next", show=False, id="deactivate.next", tooltip="Go to the next button"),
        Binding(
            "left", "app.focus_previous", "before", show=False, id="deactivate.before", tooltip="Go to the one before"
        ),
    ]

    def __init__(self, plan: RealmExportPlan, server: str) -> None:
        super().__init__()
        self._plan = plan
        self._server = server

    def body(self) -> ComposeResult:
        """What happens to whom, the way back, the two buttons."""
        plan = self._plan
        people = wording.counted(plan.people, "member")
        yield Static(
            Content.assemble(
                shown(plan.name, "bold", limit=50),
                f" ({display_text(plan.choice.realm or 'root', limit=30)}) on ",
                shown(self._server, limit=50),
                (": nobody can log in any more.", "bold $warning"),
                f" {people} and all bots are logged out at once, and e-mails that were scheduled are dropped.",
            )
        )
        yield Static(Content(f"\n{STAYS}"))
        back = REACTIVATE.format(shlex.quote(plan.choice.realm))
        yield Static(Content.assemble("\n", ("The way back, on the server: ", MUTED), shown(back)))
        with Horizontal(classes="buttons"):
            yield Button(Content("[ Cancel ]"), id="cancel", compact=True)
            yield Button(Content("[ Deactivate and export ]"), id="deactivate", compact=True)

    def on_mount(self) -> None:
        """Say what it is about."""
        self.query_one("#frame").border_title = Content("Deactivate the organization")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer."""
        event.stop()
        self.dismiss(event.button.id == "deactivate")
