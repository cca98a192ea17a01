"""What every tab of the person screen has.

To add a tab (``tui.tabs.footprint`` is the example):

1. A module here with a subclass of :class:`PersonTab`. ``SECTION`` names it in files and in the journal, ``WHAT``
   in sentences ("The footprint could not be read"). ``body`` gives its widgets; one of them takes the focus.
2. ``read`` asks the server, through ``self.steward.inspect.read(self.person, SomeRequest(self.person.id))``: it runs
   in a task of its own when the tab is first looked at, and again with ``r``. Nothing is asked before that, no other
   tab waits for it, and leaving the screen cancels it, in PostgreSQL too. Raise nothing but :class:`StewardError`.
3. ``show`` draws what ``read`` returned. Data is untrusted: ``tui.shown`` for text, ``display_text`` for cells.
4. ``copied`` gives what ``y`` copies: the text, and the beginning of the sentence that says so. ``to_save`` gives
   what ``s`` writes to a file as JSON; by default that which ``read`` returned last.
5. An entry in ``tui.tabs.registry.TABS``; its module is imported when the tab is first opened.

What depends on the terminal's width goes into ``tui/screens/person.tcss``: DEFAULT_CSS is scoped to the widget and
does not see the screen's classes.

Own keys are bindings of the tab (each with an id and a tooltip). Taken by the screen: the digits, left, right, y, i,
s, r, x, e, a, q, j and d. A tab with ``PAINTS_FIRST`` shows its body at once, with skeletons; others after the first
read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.worker import Worker

from tui import wording
from tui.screens.base import LOST_KINDS, StewardScreen
from tui.shown import MUTED
from zulip_bridge.api.calls import Progress
from zulip_bridge.api.errors import ErrorKind, Problem, StewardError
from zulip_bridge.api.people import Person, PersonDetail
from zulip_bridge.text import display_text

if TYPE_CHECKING:
    from datetime import datetime

    from tui.app import StewardApp
    from zulip_bridge.steward import Steward

Found = TypeVar("Found")
PATIENCE_SECONDS = 0.2
"""After which a reading is announced; most come before anybody could read it."""


class PersonTab(Vertical, Generic[Found]):
    """One tab: reads its part of what is held about ``person``, once, when it is looked at."""

    SECTION: ClassVar[str]
    WHAT: ClassVar[str]
    PAINTS_FIRST: ClassVar[bool] = False

    DEFAULT_CSS = """
    PersonTab { height: 1fr; }
    PersonTab > .tab-state { height: auto; padding: 0 1; display: none; }
    PersonTab.-waiting > .tab-state, PersonTab.-failed > .tab-state { display: block; }
    PersonTab.-waiting > *, PersonTab.-failed > * { display: none; }
    """

    class ReadDone(Message):
        """What was asked is there."""

        def __init__(self, found: object) -> None:
            super().__init__()
            self.found = found

    class ReadFailed(Message):
        """It could not be had."""

        def __init__(self, problem: Problem) -> None:
            super().__init__()
            self.problem = problem

    class Advanced(Message):
        """How far a long reading is."""

        def __init__(self, progress: Progress) -> None:
            super().__init__()
            self.progress = progress

        def can_replace(self, message: Message) -> bool:
            """Only the newest counts."""
            return isinstance(message, PersonTab.Advanced)

    class Remark(Message):
        """A sentence for the operator, which goes by itself."""

        def __init__(self, sentence: str) -> None:
            super().__init__()
            self.sentence = sentence

    class DetailRead(Message):
        """The account was read anew: for the screen's title, and what else depends on it."""

        def __init__(self, detail: PersonDetail) -> None:
            super().__init__()
            self.detail = detail

    def __init__(self, person: Person, detail: PersonDetail | None) -> None:
        super().__init__(id=f"tab-{self.SECTION}")
        self.person = person
        self.detail = detail
        self.found: Found | None = None
        self._asked = False
        self._said = False

    def compose(self) -> ComposeResult:
        """The line that says what is being waited for, and the body."""
        yield Static(classes="tab-state")
        yield from self.body()

    # For subclasses

    def body(self) -> ComposeResult:
        """The widgets."""
        raise NotImplementedError

    async def read(self) -> Found:
        """Ask the server; :class:`StewardError` where that fails."""
        raise NotImplementedError

    def show(self, found: Found) -> None:
        """Draw what was read."""
        raise NotImplementedError

    def show_progress(self, progress: Progress) -> None:
        """Say how far a long reading is; ``self.on_progress`` is what to give to a request."""
        of = f" of {wording.thousands(progress.total)}" if progress.total else ""
        self.say(Content.styled(f"Reading, {wording.thousands(progress.done)}{of}", MUTED))

    def copied(self) -> tuple[str, str] | None:
        """What ``y`` copies, and the beginning of a sentence ("The address was"); None where there is nothing."""
        return None

    async def to_save(self) -> Any:
        """What ``s`` saves: contract values, lists, dicts; None where nothing has been read."""
        return self.found

    def focus_first(self) -> None:
        """Give the focus to the widget that the tab is about."""
        for widget in self.screen.focus_chain:
            if self in widget.ancestors:
                widget.focus(scroll_visible=False)
                return

    def say(self, content: Content) -> None:
        """Write what is being waited for, where the body will be."""
        self._said = True
        self.query_one(".tab-state", Static).update(content)

    # For the screen

    def begin(self) -> None:
        """Read, unless that was done or is being done."""
        if not self._asked and self.steward is not None and self.steward_app.connection.ready:
            self._start()

    def reload(self) -> None:
        """Read again; what is shown stays until the answer is there."""
        if self.steward is not None:
            self._start()

    # The rest

    @property
    def steward_app(self) -> StewardApp:
        """The app, as what it is."""
        return cast("StewardApp", self.app)

    @property
    def steward(self) -> Steward | None:
        """The open session; None while there is none."""
        return self.steward_app.steward

    @property
    def now(self) -> datetime:
        """The moment that relative times are counted from."""
        return self.steward_app.clock()

    def on_progress(self, progress: Progress) -> None:
        """Pass on how far it is."""
        self.post_message(self.Advanced(progress))

    def on_mount(self) -> None:
        """Show the body only where it has something to show; ask before anything is drawn, if it is looked at."""
        self.set_class(not self.PAINTS_FIRST, "-waiting")
        if self.display:
            self.begin()

    def _start(self) -> None:
        self._asked = True
        self._said = False
        self.run_worker(self._read(), group="read", exclusive=True, exit_on_error=False)
        self.set_timer(PATIENCE_SECONDS, self._say_waiting)

    async def _read(self) -> None:
        try:
            found = await self.read()
        except StewardError as error:
            if error.kind is not ErrorKind.CANCELLED:
                self.post_message(self.ReadFailed(error.problem))
            return
        self.post_message(self.ReadDone(found))

    def on_person_tab_read_done(self, message: ReadDone) -> None:
        """Show it."""
        message.stop()
        self.found = cast(Found, message.found)
        self.remove_class("-waiting", "-failed")
        self.show(self.found)
        if self.display and self.screen.focused is None:
            self.call_after_refresh(self.focus_first)
        self.screen.refresh_bindings()

    def on_person_tab_read_failed(self, message: ReadFailed) -> None:
        """Say so where the data would be, or below what is still shown."""
        message.stop()
        problem = message.problem
        if self.found is None:
            self._asked = False
            self.set_class(not self.PAINTS_FIRST, "-failed")
            self.remove_class("-waiting")
            self.say(Content.styled(f"✕ {self.WHAT} could not be read: {display_text(problem.sentence)}", "$error"))
        if self.found is not None or self.PAINTS_FIRST or problem.kind in LOST_KINDS:
            self.post_message(StewardScreen.RequestFailed(f"{self.WHAT} could not be read", problem))
        else:
            self.steward_app.remember(problem)

    def on_person_tab_advanced(self, message: Advanced) -> None:
        """Say how far it is."""
        message.stop()
        self.show_progress(message.progress)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Textual tells only the node that started a task."""
        event.stop()
        self.steward_app.note_worker(event.worker)

    def _say_waiting(self) -> None:
        if self.has_class("-waiting") and not self._said:
            self.say(Content.styled("Reading…", MUTED))
