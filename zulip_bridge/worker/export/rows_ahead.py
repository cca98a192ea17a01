"""Rows that come before they are wanted: PostgreSQL works meanwhile, instead of waiting with a full socket."""

from __future__ import annotations

import threading
from collections import deque

from zulip_bridge.api.errors import ErrorKind, StewardError

from ..copy_socket import TakeRows


class RowsAhead:
    """Between the thread that brings rows and whoever takes them; keeps about ``most`` bytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: deque[list[bytes]] = deque()
        self._bytes = 0
        self._take: TakeRows | None = None
        self._decided = threading.Event()

    def bring(self, rows: list[bytes]) -> None:
        """Keep them; where that would be too much, wait, and have them taken in the thread that brings them.

        Raises what taking them raises, and ``cancelled`` where nobody wants them.
        """
        if self._bytes < self._most and not self._decided.is_set():
            self._kept.append(rows)
            self._bytes += sum(map(len, rows))
            return
        self.end()
        assert self._take is not None
        self._take(rows)

    def end(self) -> None:
        """Wait until what is kept is wanted, and have it taken; raises as :meth:`bring` does."""
        self._decided.wait()
        if self._take is None:
            raise StewardError(ErrorKind.CANCELLED, "Cancelled.")
        while self._kept:
            self._take(self._kept.popleft())

    def wanted_by(self, take: TakeRows) -> None:
        """From now on ``take`` is given them, in order, by the thread that brings them."""
        self._take = take
        self._decided.set()

    def give_up(self) -> None:
        """Nobody wants them, unless somebody has them already."""
        self._decided.set()
