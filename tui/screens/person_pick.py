"""Picking one person of an organization: typed, and taken from the list."""

from __future__ import annotations

from dataclasses import dataclass

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.screens.dialog import Dialog
from tui.shown import MUTED, shown
from tui.widgets.pick_list import PickList
from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.people import Person, SearchPeople

OFFERED = 50


class PersonPick(Dialog[Person]):
    """Answers with an active person of ``realm`` other than ``but``, or None."""

    AUTO_FOCUS = "PickInput"

    @dataclass
    class Found(Message):
        """A search was answered."""

        text: str
        people: list[Person]
        sentence: str = ""

    def __init__(self, title: str, realm: str, but: int) -> None:
        super().__init__()
        self._heading = title
        self._realm = realm
        self._but = but
        self._people: list[Person] = []

    def body(self) -> ComposeResult:
        """An input over those who may be taken."""
        yield PickList("name, address or id")
        yield Static(id="say")

    def on_mount(self) -> None:
        """Offer everybody."""
        self.query_one("#frame").border_title = Content(self._heading)
        self._search("")

    def on_pick_list_typed(self, event: PickList.Typed) -> None:
        """Every keystroke is a new search."""
        event.stop()
        self._search(event.text)

    @work(exclusive=True, group="search", exit_on_error=False)
    async def _search(self, text: str) -> None:
        steward = self.steward_app.steward
        if steward is None:
            return
        request = SearchPeople(
            text=text.strip(), realm=self._realm, status="active", bots="people", limit=OFFERED
        )  # fmt: skip
        try:
            page = await steward.search(request)
        except StewardError as error:
            self.post_message(self.Found(text, [], error.sentence))
            return
        self.post_message(self.Found(text, [each for each in page.people if each.id != self._but]))

    def on_person_pick_found(self, message: Found) -> None:
        """Offer them, unless something else has been typed since."""
        picker = self.query_one(PickList)
        if message.text == picker.text:
            self._people = message.people
            picker.show([_line(each) for each in message.people])
            self.query_one("#say", Static).update(shown(message.sentence, "bold $error"))

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        """That one."""
        event.stop()
        self.dismiss(self._people[event.index])


def _line(person: Person) -> Content:
    about = f"  {person.role_name} · {person.delivery_email} · id {person.id}"
    return Content.assemble(shown(person.full_name, "bold", limit=30), shown(about, MUTED, limit=60))
