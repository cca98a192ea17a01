"""The people that a search found, as rows of the table: pages that were fetched, and who is in them."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

from tui import wording
from tui.portrait import STATE_MARKS, realm_words
from tui.widgets.columns import Column
from tui.widgets.rows import Key, PagedRows, Row
from zulip_bridge.api.people import PeoplePage, Person
from zulip_bridge.text import display_text

PAGE = 64
"""People per request: what one screen shows, so that a keystroke costs one answer."""

MOST_PEOPLE = 4_096
LONGEST_CELL = 80
MEMBER = 400

COLUMNS = (
    Column("Name", 16, weight=5, max_width=40),
    Column("Address", 18, weight=5, max_width=44, priority=1),
    Column("Role", 13, priority=5),
    Column("Realm", 8, weight=1, max_width=16, priority=4),
    Column("State", 13, priority=3),
    Column("Seen", 6, align="right", priority=2),
)


class Listing:
    """One search's result. ``rows`` is the table's source."""

    def __init__(self) -> None:
        self.rows = PagedRows(page_size=PAGE, max_pages=MOST_PEOPLE // PAGE)
        self.number = -1
        self.total = 0
        self._people: OrderedDict[int, Person] = OrderedDict()

    def begin(self, page: PeoplePage, now: datetime) -> None:
        """Forget what was listed; ``page`` is the first of another search."""
        self.number, self.total = page.listing, page.total
        self.rows.reset(page.total)
        self._people.clear()
        self.add(page, now)

    def add(self, page: PeoplePage, now: datetime) -> None:
        """Take in a page of this listing."""
        self.rows.put(page.offset // PAGE, [person_row(person, now) for person in page.people])
        self._people.update((person.id, person) for person in page.people)
        while len(self._people) > MOST_PEOPLE:
            self._people.popitem(last=False)

    @property
    def people(self) -> list[Person]:
        """Everybody of it who is held."""
        return list(self._people.values())

    def person(self, key: Key) -> Person | None:
        """Whose row this is."""
        return self._people.get(key) if isinstance(key, int) else None


def person_row(person: Person, now: datetime) -> Row:
    """A person as cells that are safe to show."""
    cells = (
        display_text(person.full_name, limit=LONGEST_CELL),
        display_text(person.delivery_email, limit=LONGEST_CELL),
        role_words(person),
        display_text(realm_words(person), limit=LONGEST_CELL),
        f"{STATE_MARKS.get(person.state, '·')} {display_text(person.state)}",
        wording.ago(person.last_seen, now),
    )
    return Row(person.id, cells, style="" if person.state in ("active", "idle", "never") else "muted")


def role_words(person: Person) -> str:
    """The role; a bot says so, and its role only where it is more than a member."""
    if not person.is_bot:
        return display_text(person.role_name)
    return "bot" if person.role == MEMBER else f"bot, {display_text(person.role_name)}"
