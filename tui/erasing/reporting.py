"""A screen with the result of an erasure that can be saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from tui.erasing.scrolling import ScrollingScreen
from tui.widgets.notice import Note
from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.people import Person
from zulip_bridge.erase import ErasureResult
from zulip_bridge.text import display_text

if TYPE_CHECKING:
    from tui.screens.save_dialog import SaveOrder


class ReportScreen(ScrollingScreen):
    """``result`` is what is saved, of ``person``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "save", "save report", id="erasing.save", tooltip="Save the report as JSON and as a page"),
    ]

    person: Person
    result: ErasureResult | None = None

    def action_save(self) -> None:
        """Ask where to."""
        from tui.screens.save_dialog import SaveDialog

        def answered(order: SaveOrder | None) -> None:
            if order is not None and self.result is not None:
                self._save(self.result, order.path)

        contains = "the report, as JSON and, beside it, as a page (.html); without name and address"
        self.app.push_screen(SaveDialog(self.person, "erasure", contains), callback=answered)

    @work(group="save", exit_on_error=False)
    async def _save(self, result: ErasureResult, path: Path) -> None:
        from zulip_bridge.erase.report import save_report

        assert self.steward is not None
        try:
            saved = await save_report(self.steward, result, path)
        except StewardError as error:
            self.post_message(self.RequestFailed("The report could not be saved", error.problem))
            return
        names = " and ".join(display_text(str(each.path)) for each in saved)
        self.note(Note(f"Saved: {names} (only you can read them).", kind="note"))
