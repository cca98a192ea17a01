"""Listings: the ids that a search found, kept in the worker so that any page of them can be had at once.

A hundred thousand ids are under a megabyte; a page is then one look-up by primary key, wherever in the list it
lies, and rows do not move while a person scrolls.
"""

from __future__ import annotations

import threading
from array import array
from collections import OrderedDict
from dataclasses import dataclass

KEPT = 8
"""How many listings are remembered; older ones answer ``stale`` and the screen searches again."""


@dataclass(frozen=True)
class Listing:
    """Ids in the order of the list."""

    number: int
    ids: array[int]


class Listings:
    """The listings of this worker, used from several lanes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, Listing] = OrderedDict()
        self._next = 1

    def keep(self, ids: array[int]) -> Listing:
        """Remember a listing and number it."""
        with self._lock:
            listing = Listing(self._next, ids)
            self._next += 1
            self._kept[listing.number] = listing
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return listing

    def get(self, number: int) -> Listing | None:
        """A listing by its number, unless it has been forgotten."""
        with self._lock:
            if number in self._kept:
                self._kept.move_to_end(number)
            return self._kept.get(number)
