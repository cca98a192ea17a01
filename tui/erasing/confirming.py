"""A screen that shows what would be done, and does it only where a text was typed."""

from __future__ import annotations

from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from tui import keys, portrait
from tui.erasing.scrolling import ScrollingScreen
from tui.screens.base import LOST_KINDS
from tui.shown import MUTED, shown
from tui.widgets.facts import Facts, Section
from zulip_bridge.api.errors import Problem
from zulip_bridge.api.people import Person
from zulip_bridge.text import display_text


class ConfirmingScreen(ScrollingScreen):
    """The focus starts on Cancel; the other button is there while what is typed is one of :attr:`accepted`."""

    CSS_PATH = "erase.tcss"  # beside the screens that derive from this one
    AUTO_FOCUS = "#cancel"
    WORD: ClassVar[str]
    VERB: ClassVar[str]
    BINDINGS: ClassVar[list[BindingType]] = [
        keys.BACK,
    ]

    def __init__(self, person: Person | None = None) -> None:
        super().__init__()
        self._about = person
        self.accepted: list[str] = []
        self.stage: Literal["looking", "ready", "against"] = "looking"

    def body(self) -> ComposeResult:
        """A title, the choices, what would happen, the line to type in, a sentence, and the two buttons."""
        yield Static(self.heading(), id="title")
        yield from self.choices()
        with VerticalScroll(id="what", can_focus=False):
            yield Facts(apart=True)
        with Horizontal(id="typing"):
            yield Static(id="confirm-line")
            yield Input(compact=True, select_on_focus=False, id="confirm", disabled=True)
        yield Static(id="say")
        with Horizontal(classes="buttons"):
            yield Button(Content("[ Cancel ]"), id="cancel", compact=True)
            yield Button(Content(f"[ {self.VERB} ]"), id="do", compact=True, disabled=True)

    def choices(self) -> ComposeResult:
        """What can be chosen, if anything."""
        yield from ()

    def go(self, typed: str) -> None:
        """Do it."""
        raise NotImplementedError

    def ready_words(self) -> str:
        """What is said while it waits for the text."""
        return "Nothing has been done yet."

    def objection(self) -> str | None:
        """Why it cannot be done although the text is right."""
        return None

    @property
    def person(self) -> Person:
        """Whom it is about; only for screens that are about one person."""
        assert self._about is not None
        return self._about

    def heading(self) -> Content:
        """What is done to whom."""
        person = self.person
        where = f" · {display_text(portrait.realm_words(person))} · id {person.id}"
        return Content.assemble(
            (f"{self.WORD} · ", MUTED), shown(person.full_name, "bold $accent", limit=40), (where, MUTED)
        )

    def show_sections(self, sections: tuple[Section, ...]) -> None:
        """Show what would happen."""
        self.query_one(Facts).sections = sections

    def ask(self, accepted: list[str], against: str | None) -> None:
        """Wait for one of these texts (the first is shown); ``against`` is why nothing can be done at all."""
        self.accepted = [each.strip().casefold() for each in accepted if each.strip()]
        self.stage = "ready" if against is None else "against"
        possible = against is None and bool(self.accepted)
        self.query_one("#typing").display = possible
        self.query_one("#confirm", Input).disabled = not possible
        if possible:
            line = Content.assemble("type ", shown(accepted[0], "bold"), " to go on: ")
            self.query_one("#confirm-line", Static).update(line)
        self.say(shown(against, "bold $error") if against else Content.styled(self.ready_words(), MUTED))
        self.check()

    def wait(self, words: str) -> None:
        """Something is being looked at; until it is there, nothing can be confirmed."""
        self.stage = "looking"
        self.say(Content.styled(words, MUTED))
        self.check()

    def check(self) -> None:
        """The button is there while the text is."""
        typed = self.query_one("#confirm", Input).value.strip().casefold()
        trouble = self.objection()
        self.query_one("#do", Button).disabled = not (
            self.stage == "ready" and typed in self.accepted and trouble is None
        )
        if self.stage == "ready":
            said = shown(f"✕ {trouble}", "bold $error") if trouble else None
            self.say(said or Content.styled(self.ready_words(), MUTED))

    def on_input_changed(self, event: Input.Changed) -> None:
        """What is typed decides."""
        event.stop()
        self.check()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter only goes on to the buttons."""
        event.stop()
        button = self.query_one("#do", Button)
        (self.query_one("#cancel", Button) if button.disabled else button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Leave, or do it."""
        event.stop()
        if event.button.id != "do":
            self.action_back()
        elif not self.refused("do") and not event.button.disabled:
            self.go(self.query_one("#confirm", Input).value)

    def failed(self, problem: Problem) -> None:
        """It could not be looked at."""
        if problem.kind in LOST_KINDS:
            self.steward_app.lose(problem)
        else:
            self.steward_app.remember(problem)
        self.ask([], f"✕ {problem.sentence}")

    def say(self, words: Content) -> None:
        """Say something above the buttons."""
        self.query_one("#say", Static).update(words)
