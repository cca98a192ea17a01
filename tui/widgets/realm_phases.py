"""The phases of Zulip's own export, a line for each: a bar where there is an end to it, and the figures in words."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tui import wording
from tui.shown import MUTED, shown
from zulip_bridge.api.calls import Progress
from zulip_bridge.api.realm_export import PHASES
from zulip_bridge.realm_export_words import amount, title
from zulip_bridge.text import pad

LABEL = 12
FIGURES = 36


class RealmPhases(Widget):
    """Takes :class:`Progress` and draws it. A phase is over when another one has begun, or at :meth:`end`."""

    DEFAULT_CSS = """
    RealmPhases { height: auto; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._seen: dict[str, Progress] = {}
        self._now = ""

    def take(self, progress: Progress) -> None:
        """Note how far it is."""
        self._seen[progress.phase] = progress
        self._now = progress.phase
        self.refresh()

    def end(self) -> None:
        """Nothing is under way any more, and all of it is there."""
        self._now = ""
        self.refresh()

    def render(self) -> Content:
        """All phases, those to come as well."""
        return Content("\n").join(self._line(phase) for phase in PHASES)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line for each phase."""
        return len(PHASES)

    def _line(self, phase: str) -> Content:
        progress, under_way = self._seen.get(phase), phase == self._now
        width = max(8, self.content_size.width - LABEL - FIGURES - 4)
        label = (pad(title(phase), LABEL), MUTED if progress is None else "bold" if under_way else "")
        said = "" if progress is None else amount(progress, wording.size, over=not under_way)
        return Content.assemble(label, "  ", _bar(progress, width, under_way), "  ", shown(said))


def _bar(progress: Progress | None, width: int, under_way: bool) -> Content:
    filled = 0
    if progress is not None:
        filled = width if not under_way else width * progress.done // progress.total if progress.total else 0
    filled = min(filled, width)
    return Content.assemble(("━" * filled, "bold $primary"), ("─" * (width - filled), "$line"))
