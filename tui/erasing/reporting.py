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
    """``results`` are what is saved: of one person under the name that is chosen, of several with the id added."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "save", "save report", id="erasing.save", tooltip="Save the report as JSON and as a page"),
    ]

    person: Person

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self.results: list[ErasureResult] = []

    def action_save(self) -> None:
        """Ask where to."""
        from tui.screens.save_dialog import SaveDialog

        def answered(order: SaveOrder | None) -> None:
            if order is not None:
                self._save(self.results, order.path)

        contains = "the report, as JSON and, beside it, as a page (.html); without name and address"
        self.app.push_screen(SaveDialog(self.person, "erasure", contains), callback=answered)

    @work(group="save", exit_on_error=False)
    async def _save(self, results: list[ErasureResult], path: Path) -> None:
        from zulip_bridge.erase.report import save_report

        assert self.steward is not None
        saved = []
        try:
            for result in results:
                place = path if len(results) == 1 else path.with_stem(f"{path.stem}-{result.person.id}")
                saved += await save_report(self.steward, result, place)
        except StewardError as error:
            self.post_message(self.RequestFailed("The report could not be saved", error.problem))
            return
        names = " and ".join(display_text(str(each.path)) for each in saved)
        words = f"Saved: {names}" if len(results) == 1 else f"Saved: {len(saved)} files in {path.parent}"
        self.note(Note(f"{words} (only you can read them).", kind="note"))
