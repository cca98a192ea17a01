"""A table of numbers by number in two flat arrays, for hundreds of thousands of them.

A dict keeps an object for each key and each value; made among the short-lived objects of an export, these hold on to
the memory around them.
"""

from __future__ import annotations

from array import array

SMALLEST = 1024
"""Places at the beginning; always a power of two."""


class Numbers:
    """Maps numbers of 64 bits that are as good as random (digests) to numbers below 2**32 - 1; nothing is removed."""

    def __init__(self) -> None:
        self._used = 0
        self._keys, self._values = _empty(SMALLEST)

    def __len__(self) -> int:
        return self._used

    def get(self, key: int) -> int | None:
        """What is there under the key."""
        value = self._values[self._place(key)]
        return value - 1 if value else None

    def put(self, key: int, value: int) -> None:
        """Keep a value under a key that has none yet."""
        place = self._place(key)
        self._keys[place], self._values[place] = key, value + 1
        self._used += 1
        if self._used * 3 > len(self._keys) * 2:
            self._grow()

    def _place(self, key: int) -> int:
        """Where the key is, or would be."""
        keys, values = self._keys, self._values
        last = len(keys) - 1
        place = key & last
        while values[place] and keys[place] != key:
            place = (place + 1) & last
        return place

    def _grow(self) -> None:
        keys, values = self._keys, self._values
        self._keys, self._values = _empty(2 * len(keys))
        for key, value in zip(keys, values, strict=True):
            if value:
                place = self._place(key)
                self._keys[place], self._values[place] = key, value


def _empty(size: int) -> tuple[array[int], array[int]]:
    return array("Q", bytes(8 * size)), array("I", bytes(4 * size))
