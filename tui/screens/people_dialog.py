"""Picking people of an organization for a field: one, or several."""

from __future__ import annotations

from dataclasses import dataclass

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.edit_form import Wanted
from tui.screens.field_dialog import FieldDialog
from tui.shown import MUTED, shown
from tui.widgets.pick_list import PickList
from zulip_bridge.api.edit import EditableField
from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.people import Bots, Person, SearchPeople

OFFERED = 50


class PeopleDialog(FieldDialog):
    """Enter takes whom the cursor is on; where the field holds several, it puts them in or takes them out."""

    AUTO_FOCUS = "PickInput"

    @dataclass
    class Found(Message):
        """A search was answered."""

        text: str
        people: list[Person]

    @dataclass
    class ChosenRead(Message):
        """Who is in the field now."""

        people: list[Person]

    def __init__(self, person: Person, field: EditableField, wanted: Wanted | None) -> None:
        super().__init__(person, field, wanted)
        value = wanted.value if wanted is not None else field.value
        self._chosen: dict[int, str] = {number: f"id {number}" for number in _ids(value)}
        self._found: list[Person] = []

    def entry(self) -> ComposeResult:
        """Who is chosen, and an input over those who may be."""
        yield Static(id="chosen")
        yield PickList("name, address or id", id="options")

    def on_mount(self) -> None:
        """Say who it is now, and offer everybody."""
        super().on_mount()
        self.add_class("-people")
        self.query_one("#chosen").display = self.field.many
        self.query_one("#set").display = self.field.many
        self._show_chosen()
        self._read_chosen(list(self._chosen))
        self._search("")

    @work(exclusive=True, group="chosen", exit_on_error=False)
    async def _read_chosen(self, ids: list[int]) -> None:
        steward, found = self.steward_app.steward, []
        for number in ids if steward is not None else ():
            try:
                assert steward is not None
                found.append(await steward.find(str(number)))
            except StewardError:
                continue  # shown by the id alone
        self.post_message(self.ChosenRead(found))

    def on_people_dialog_chosen_read(self, message: ChosenRead) -> None:
        """By their names."""
        for person in message.people:
            if person.id in self._chosen:
                self._chosen[person.id] = person.full_name
        self._show_chosen()

    def on_pick_list_typed(self, event: PickList.Typed) -> None:
        """Every keystroke is a new search."""
        event.stop()
        self._search(event.text)

    @work(exclusive=True, group="search", exit_on_error=False)
    async def _search(self, text: str) -> None:
        steward = self.steward_app.steward
        if steward is None:
            return
        bots: Bots = "any" if self.field.many else "people"
        request = SearchPeople(
            text=text.strip(), realm=self.person.realm, status="active", bots=bots, limit=OFFERED
        )  # fmt: skip
        try:
            page = await steward.search(request)
        except StewardError as error:
            self.post_message(self.NotChecked(error.sentence))
            return
        self.post_message(self.Found(text, page.people))

    def on_people_dialog_found(self, message: Found) -> None:
        """Offer them, unless something else has been typed since."""
        if message.text == self.query_one(PickList).text:
            self._found = message.people
            self._show(0)

    def _show(self, highlighted: int) -> None:
        self.query_one(PickList).show([self._line(each) for each in self._found], highlighted)

    def _line(self, person: Person) -> Content:
        mark = "● " if person.id in self._chosen else "  "
        about = f"  {person.delivery_email} · id {person.id}"
        return Content.assemble(mark, shown(person.full_name, "bold", limit=30), shown(about, MUTED, limit=50))

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        """That one; or in, or out."""
        event.stop()
        person = self._found[event.index]
        if not self.field.many:
            self._chosen = {person.id: person.full_name}
            self.check()
        else:
            if self._chosen.pop(person.id, None) is None:
                self._chosen[person.id] = person.full_name
            self._show_chosen()
            self._show(event.index)

    def value(self) -> str | None:
        """The ids."""
        return ", ".join(str(number) for number in self._chosen)

    def _show_chosen(self) -> None:
        names = Content(", ").join(shown(name, "bold", limit=40) for name in self._chosen.values())
        nobody = Content.styled("nobody", MUTED)
        self.query_one("#chosen", Static).update(
            Content.assemble(("chosen  ", MUTED), names if self._chosen else nobody)
        )


def _ids(value: str) -> list[int]:
    return [int(word) for word in value.replace(",", " ").split() if word.isdigit()]
