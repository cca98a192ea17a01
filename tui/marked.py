"""Who is marked in the people list: they stay marked, and known, whatever is listed since."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tui.widgets.rows import Key
from zulip_bridge.api.people import Person

MOST_MARKED = 10_000
"""As many as one bulk edit takes (and as a file of the command line may have rows)."""


class Marked:
    """People by id, in the order in which they were marked."""

    def __init__(self) -> None:
        self._people: dict[int, Person] = {}

    def __len__(self) -> int:
        return len(self._people)

    @property
    def people(self) -> list[Person]:
        """Everybody who is marked."""
        return list(self._people.values())

    def follow(self, keys: Collection[Key], listed: Iterable[Person]) -> None:
        """The table's marks are these now; ``listed`` are the people whom it may have them of."""
        self._people = {number: person for number, person in self._people.items() if number in keys}
        self._people.update((person.id, person) for person in listed if person.id in keys)

    def know(self, people: Iterable[Person]) -> None:
        """These are marked, or about to be."""
        self._people.update((person.id, person) for person in people)
