"""Files in S3-compatible storage, through Zulip's own connection settings.

What the storage does not give is :class:`Unreadable`, whatever the reason; where it cannot be reached it is not asked
for every file anew, since its client library tries each for a long time.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from .. import compat
from .storage import ENDINGS, Area, Missing, StoredFile, Unreadable, is_storages

AS_ZULIP = ("", ".original")
"""What ``export_single_user`` takes of an avatar, where it is there. Before 9.0 the picture shown had no ending."""
MISSING = ("NoSuchKey", "404", "NoSuchBucket")
MOST_FAILURES = 3
MOST_SECONDS = 60.0
"""Of waiting for a storage that cannot be reached; then it is not asked any more."""
NOT_ASKED = "The storage could not be reached before, and was not asked again."
T = TypeVar("T")


class BucketStorage:
    """Zulip's buckets."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._buckets: dict[Area, Any] = {
            "uploads": compat.bucket(compat.setting("S3_AUTH_UPLOADS_BUCKET")),
            "avatars": compat.bucket(compat.setting("S3_AVATAR_BUCKET")),
        }
        self._clock = clock
        self._failures = 0
        self._waited = 0.0

    @contextlib.contextmanager
    def open(self, area: Area, key: str) -> Iterator[StoredFile]:
        """Open an object."""
        bucket = self._buckets[area]
        found = self._ask(lambda: bucket.Object(key).get())
        modified = found["LastModified"]
        record = {
            "bucket": bucket.name,
            "size": found["ContentLength"],
            "last_modified": modified,
            "content_type": found.get("ContentType"),
            "md5": found.get("ETag"),
            **_metadata(found.get("Metadata", {})),
        }
        with contextlib.closing(found["Body"]) as body:
            yield StoredFile(_Body(body), modified.timestamp(), record)

    def avatar_keys(self, base: str, present: bool = False) -> list[str]:
        """An avatar is two objects: as shown, and as uploaded; it may have a larger one besides."""
        return self.stored_avatar(base, as_zulip=False) if present else [f"{base}{ending}" for ending in AS_ZULIP]

    def stored_avatar(self, base: str, as_zulip: bool) -> list[str]:
        """The storage is asked for what begins so."""
        wanted = {f"{base}{ending}" for ending in (AS_ZULIP if as_zulip else ("", *ENDINGS))}
        objects = self._buckets["avatars"].objects
        found: list[str] = self._ask(lambda: [each.key for each in objects.filter(Prefix=base)])
        return sorted(wanted.intersection(found))

    def _ask(self, question: Callable[[], T]) -> T:
        """The answer; raises :class:`Unreadable` where there is none."""
        if self._failures >= MOST_FAILURES or self._waited >= MOST_SECONDS:
            raise Unreadable(NOT_ASKED)
        began = self._clock()
        try:
            answer = question()
        except Exception as error:
            if not is_storages(error):
                raise
            refusal = _refusal(error)
            if refusal is not None:
                self._failures, self._waited = 0, 0.0
                raise refusal from error
            self._failures += 1
            self._waited += self._clock() - began
            raise Unreadable(f"The storage cannot be reached: {error}") from error
        self._failures, self._waited = 0, 0.0
        return answer


class _Body:
    """An object's bytes; a broken connection is an :class:`OSError`, as for a disk."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, size: int, /) -> bytes:
        try:
            data: bytes = self._body.read(size)
        except Exception as error:
            if not is_storages(error):
                raise
            raise OSError(str(error)) from error
        return data


def _refusal(error: Exception) -> Unreadable | None:
    """What the storage answered; None where it did not answer."""
    answer = getattr(error, "response", None)
    if not isinstance(answer, dict):
        return None
    code = str(answer.get("Error", {}).get("Code", ""))
    missing = Missing("It is missing in the storage.")
    return missing if code in MISSING else Unreadable(f"The storage did not give it: {error}")


def _metadata(found: dict[str, str]) -> dict[str, Any]:
    numbers = ("user_profile_id", "realm_id", "avatar_version")
    return {key: int(value) if key in numbers and value.isdigit() else value for key, value in found.items()}
