"""The phases of an export, a bar for each: how much, how fast, how long still."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tui import wording
from tui.shown import MUTED
from zulip_bridge.amounts import out_of
from zulip_bridge.api.calls import Progress
from zulip_bridge.api.export import PHASES
from zulip_bridge.text import display_text, pad

NAMES = {"archived": "deleted", "flags": "read marks"}
"""Phases that are called something else here than in progress."""
THINGS = {
    "account": "table", "messages": "message", "files": "file", "archived": "deleted message", "flags": "message"
}  # fmt: skip
LABEL = 10
FIGURES = 40
SETTLED = 0.5
"""Seconds of a phase before its speed means anything."""


@dataclass
class _Phase:
    progress: Progress
    seconds: float = 0.0

    @property
    def done(self) -> int:
        return self.progress.done

    @property
    def total(self) -> int | None:
        return self.progress.total

    @property
    def complete(self) -> bool:
        return self.progress.exact and self.total is not None and self.done >= self.total


class Phases(Widget):
    """Takes :class:`Progress` and draws it; nothing moves between two of them."""

    DEFAULT_CSS = """
    Phases { height: auto; }
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        phases: Sequence[str] = PHASES,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._expected = tuple(phases)
        self._clock = clock
        self._phases: dict[str, _Phase] = {}
        self._last: tuple[str, float] = ("", 0.0)
        self.bytes = 0

    def take(self, progress: Progress) -> None:
        """Note how far it is."""
        now = self._clock()
        phase = self._phases.setdefault(progress.phase, _Phase(progress))
        phase.progress = progress
        before, since = self._last
        if before == progress.phase:  # one may come back when others have had their time
            phase.seconds += now - since
        self._last = progress.phase, now
        self.bytes = max(self.bytes, progress.bytes)
        self._draw()

    def begin_anew(self) -> None:
        """Somebody else's export begins."""
        self._phases, self._last, self.bytes = {}, ("", 0.0), 0
        self._draw()

    def render(self) -> Content:
        """All phases, those to come as well."""
        lines = [self._line(name, self._phases.get(name)) for name in self._names()]
        return Content("\n").join(lines)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line for each phase."""
        return len(self._names())

    def _draw(self) -> None:
        """Anew; with another height where a phase has come that nobody expected."""
        self.refresh(layout=len(self._names()) != self.content_size.height)

    def _names(self) -> list[str]:
        return [*self._expected, *(name for name in self._phases if name not in self._expected)]

    def _line(self, name: str, phase: _Phase | None) -> Content:
        width = max(8, self.content_size.width - LABEL - FIGURES - 4)
        label = (pad(NAMES.get(name, display_text(name)), LABEL), MUTED if phase is None else "")
        return Content.assemble(label, "  ", _bar(phase, width), "  ", _figures(name, phase))


def _bar(phase: _Phase | None, width: int) -> Content:
    filled = 0
    if phase is not None and phase.total:
        filled = min(width, width * phase.done // phase.total)
    elif phase is not None and phase.complete:
        filled = width
    return Content.assemble(("━" * filled, "bold $primary"), ("─" * (width - filled), "$line"))


def _figures(name: str, phase: _Phase | None) -> Content:
    if phase is None:
        return Content("")
    if phase.complete:
        thing = THINGS.get(name)
        words = wording.counted(phase.done, thing) if thing else wording.thousands(phase.done)
        return Content.assemble(words, (f"  {wording.seconds(phase.seconds)}", MUTED))
    return Content.assemble(out_of(phase.progress), (_speed(phase), MUTED))


def _speed(phase: _Phase) -> str:
    if phase.seconds < SETTLED or not phase.done:
        return ""
    rate = phase.done / phase.seconds
    left = f"  {wording.seconds((phase.total - phase.done) / rate)} left" if phase.total else ""
    return f"  {_short(rate)}/s{left}"


def _short(rate: float) -> str:
    if rate >= 9_950:
        return f"{rate / 1000:,.0f}k"
    return f"{rate / 1000:.1f}k" if rate >= 1000 else f"{rate:.0f}"
