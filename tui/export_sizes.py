"""What exports would be, as far as it has been counted: by person, and added up for those who are chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from zulip_bridge.api.export_scope import SectionSize


@dataclass
class Sizes:
    """Sizes of sections by person. Somebody is ``counted`` when nothing more will come of them."""

    by_person: dict[int, dict[str, SectionSize]] = field(default_factory=dict)
    counted: set[int] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)
    is_counting: bool = True
    """Whether more may come."""

    def clear(self) -> None:
        """Nothing is known any more."""
        self.by_person.clear()
        self.counted.clear()
        self.failed.clear()

    def take(self, person: int, sizes: Iterable[SectionSize]) -> None:
        """Some sections of somebody have been counted."""
        self.by_person.setdefault(person, {}).update({each.section: each for each in sizes})

    def end(self, person: int, *, failed: bool = False) -> None:
        """Nothing more will come of this one; ``failed`` where they could not be counted."""
        self.counted.add(person)
        if failed:
            self.failed.add(person)

    def known(self, people: Sequence[int]) -> int:
        """How many of these have been counted."""
        return len(self.counted.difference(self.failed).intersection(people))

    def added_up(self, people: Sequence[int]) -> dict[str, SectionSize]:
        """Sums by section; not exact where one is not, or where somebody is still missing."""
        found = [self.by_person[each] for each in people if each in self.by_person]
        is_whole = len(people) == 1 or self.known(people) == len(people)
        names = dict.fromkeys(name for sizes in found for name in sizes)
        return {name: _sum(name, [sizes[name] for sizes in found if name in sizes], is_whole) for name in names}


def _sum(name: str, sizes: list[SectionSize], is_whole: bool) -> SectionSize:
    rows = [each.rows for each in sizes if each.rows is not None]
    known = [each.bytes for each in sizes if each.bytes is not None]
    exact = is_whole and all(each.exact for each in sizes)
    return SectionSize(name, sum(rows) if rows else None, sum(known) if known else None, exact)
