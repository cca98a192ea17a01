"""Who receives a channel's messages as time goes by."""

from __future__ import annotations

from zulip_bridge.demo.population.world import Channel, Person


class Roster:
    """The receivers of one channel, moved forward in time."""

    def __init__(self, channel: Channel) -> None:
        events = [(when, came, person) for when, came, person in channel.comings]
        for person in {person.id: person for _, _, person in channel.comings}.values():
            for end in (person.left, person.idle_since):
                if end is not None:
                    events.append((end, False, person))
        events.sort(key=lambda event: (event[0], event[2].id))
        self._events = events
        self._next = 0
        self._ended: set[int] = set()
        self.readers: dict[int, int] = {}
        """Until when each receiver has read, by user id."""
        self.people: dict[int, Person] = {}

    def advance(self, when: int) -> dict[int, int]:
        """The receivers at that time (not earlier than the time asked for before)."""
        events = self._events
        while self._next < len(events) and events[self._next][0] <= when:
            moment, came, person = events[self._next]
            self._next += 1
            if person.left == moment or person.idle_since == moment:
                self._ended.add(person.id)
            if came and person.id not in self._ended:
                self.readers[person.id] = person.read_until
                self.people[person.id] = person
            elif not came:
                self.readers.pop(person.id, None)
                self.people.pop(person.id, None)
        return self.readers
