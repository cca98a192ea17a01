"""Whether files are really there: asked of the storage, within a bound of time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from zulip_bridge.api.files import Stored

from ..export.storage import Area, Storage, Unreadable, storage

PATIENCE_SECONDS = 3.0
"""A disk answers for a thousand files in that time; a bucket for some dozens."""

MISSING = ("missing", "NoSuchKey", "404", "Not Found")
"""Words that tell a missing file from one that cannot be read."""


@dataclass(frozen=True)
class Answer:
    """What the storage says of one file; ``modified`` in seconds since 1970."""

    stored: Stored
    size: int | None = None
    modified: float | None = None
    trouble: str = ""


class Looking:
    """Looks for files until the time is up; then it only says that it did not look."""

    def __init__(self, check: Callable[[], None], seconds: float = PATIENCE_SECONDS) -> None:
        self._check = check
        self._until = time.monotonic() + seconds
        self._storage: Storage | None = None

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() > self._until

    def at(self, area: Area, key: str, size: int | None = None) -> Answer:
        """Look for one file, which should have that size."""
        self._check()
        if self.is_over:
            return Answer("unchecked")
        self._storage = self._storage or storage()
        try:
            with self._storage.open(area, key) as found:
                stored_size, modified = int(found.record["size"]), found.modified
        except Unreadable as error:
            words = str(error)
            missing = any(each in words for each in MISSING)
            return Answer("missing" if missing else "unreadable", trouble=words)
        differs = size is not None and stored_size != size
        return Answer("differs" if differs else "there", stored_size, modified)
