"""Review: everything that was chosen, once more, and the button that begins."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.events import Key
from textual.message import Message
from textual.widgets import Button

from tui import destination, portrait, wording
from tui.shown import shown
from tui.widgets.facts import Fact, Facts, Section
from tui.wizard.step import Step
from zulip_bridge.api.export_scope import BY_NAME
from zulip_bridge.api.people import Person
from zulip_bridge.text import display_text

NAMED = 3
WITHHELD = "passwords, API keys, tokens, sessions: the export says that they exist, never what they are"
OTHERS = {"keep": "others' names and messages as they are", "redact": "others' names, addresses and texts replaced"}
MOST_TITLES = 5


class Review(Step):
    """Facts and two buttons."""

    TITLE = "Review"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "app.focus_next", "next", show=False, id="review.next", tooltip="Go to the next button"),
        Binding(
            "left", "app.focus_previous", "before", show=False, id="review.before", tooltip="Go to the one before"
        ),
    ]

    class Begin(Message):
        """Export it."""

    class Back(Message):
        """Change something first."""

    class TypedAhead(Message):
        """Enter was pressed before this could be read; it was let fall."""

    _readable: float | None = None
    """When it was on the screen."""

    def compose(self) -> ComposeResult:
        """What was chosen."""
        with VerticalScroll(id="review-facts", can_focus=False):
            yield Facts()
        with Horizontal(classes="buttons"):
            yield Button(Content("[ Back ]"), id="back", compact=True)
            yield Button(Content("[ Export ]"), id="export", compact=True)

    def show(self) -> None:
        """The button that begins has the focus: nothing is changed by it on the server."""
        self.sizes_changed()
        self.query_one("#export", Button).focus()
        self._readable = None
        self.call_after_refresh(self._drawn)

    def _drawn(self) -> None:
        self._readable = Message().time  # of the clock that the keys' times are of

    def on_key(self, event: Key) -> None:
        """Of Enters typed ahead, over a slow line or by a key that was held, as many as are needed lead here, and
        what is left of them ends here: nobody has read yet what it would begin. One pressed later begins it.
        """
        if event.key == "enter" and (self._readable is None or event.time < self._readable):
            event.stop()
            self.post_message(self.TypedAhead())

    def sizes_changed(self) -> None:
        """All facts anew."""
        self.query_one(Facts).sections = (Section("", tuple(self._facts())),)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Begin, or go back."""
        event.stop()
        self.post_message(self.Begin() if event.button.id == "export" else self.Back())

    def _facts(self) -> list[Fact]:
        plan = self.plan
        return [
            Fact("who", self._who(plan.chosen)),
            Fact("what", Content(plan.sections_words())),
            *self._missing(),
            Fact("whose data", Content(f"{OTHERS[plan.others]} · {plan.dates_words()}")),
            Fact("how", Content(self._how())),
            Fact("to", shown(str(destination.read_path(plan.destination)), "bold")),
            Fact("size", Content.styled(plan.size_words(), "bold $warning" if plan.is_cramped else "")),
            Fact("left out", Content(WITHHELD)),
            Fact("recorded", Content("in the journal, when it starts and when it ends")),
        ]

    def _who(self, people: list[Person]) -> Content:
        if len(people) == 1:
            where = f" · {display_text(portrait.realm_words(people[0]))} · id {people[0].id}"
            return Content.assemble(shown(people[0].full_name, "bold", limit=40), where)
        names = Content(", ").join(shown(each.full_name, limit=30) for each in people[:NAMED])
        more = f" and {wording.thousands(len(people) - NAMED)} more" if len(people) > NAMED else ""
        return Content.assemble((wording.counted(len(people), "person", "people"), "bold"), ": ", names, more)

    def _missing(self) -> list[Fact]:
        """What a hand-made choice leaves out is easily overlooked."""
        if self.plan.preset:
            return []
        titles = [each.title for name, each in BY_NAME.items() if name not in self.plan.sections]
        more = f" and {len(titles) - MOST_TITLES} more" if len(titles) > MOST_TITLES else ""
        return [Fact("not in it", Content(", ".join(titles[:MOST_TITLES]) + more))]

    def _how(self) -> str:
        plan = self.plan
        count = len([word for word in plan.keys.split(",") if word.strip()])
        encrypted = {
            "none": "not encrypted",
            "keys": f"encrypted to {wording.counted(count, 'key or file', 'keys or files')}",
            "passphrase": "encrypted with a passphrase",
        }[plan.protection]
        reader = "you alone" if plan.permissions == "owner" else "your group"
        return f"{plan.format} · {encrypted} · readable by {reader}"
