"""S3-compatible storage: what is asked of it, what it does not give, and that it is not waited for again and again.

The storage's client library is not in this project's environment: what stands for it here answers and fails as that
does. Against a real one it was tried by hand, with Zulip's own upload backend and an S3 server.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest

from zulip_bridge.worker import compat
from zulip_bridge.worker.export.buckets import MOST_FAILURES, MOST_SECONDS, NOT_ASKED, BucketStorage
from zulip_bridge.worker.export.storage import Unreadable

MOMENT = datetime(2026, 1, 31, tzinfo=timezone.utc)
NEW = ["2/abc-medium.png", "2/abc.original", "2/abc.png"]
"""An avatar's keys from 9.0 on."""
OLD = ["2/abc", "2/abc-medium.png", "2/abc.original"]
"""And before."""


class BotocoreError(Exception):
    """Nobody answers."""


class ClientError(Exception):
    """The storage answers that it will not."""

    def __init__(self, code: str) -> None:
        super().__init__(f"An error occurred ({code})")
        self.response = {"Error": {"Code": code}}


for each in (BotocoreError, ClientError):
    each.__module__ = "botocore.exceptions"


class BrokenBody(io.BytesIO):
    """A connection that ends after some bytes."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise BotocoreError("IncompleteRead")
        return super().read(3)


class Bucket:
    """Holds objects; ``trouble`` is raised instead of every answer."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.contents: dict[str, bytes] = {}
        self.trouble: Exception | None = None
        self.asked = 0
        self.body: Callable[[bytes], io.BytesIO] = io.BytesIO
        self.objects = self

    def Object(self, key: str) -> Any:
        """An object, there or not."""
        return _Object(self, key)

    def answer(self) -> None:
        """Count the question, and fail it."""
        self.asked += 1
        if self.trouble is not None:
            raise self.trouble

    def filter(self, Prefix: str) -> list[Any]:
        """What begins so."""
        self.answer()
        return [_Object(self, key) for key in self.contents if key.startswith(Prefix)]


class _Object:
    def __init__(self, bucket: Bucket, key: str) -> None:
        self._bucket = bucket
        self.key = key

    def get(self) -> dict[str, Any]:
        self._bucket.answer()
        if self.key not in self._bucket.contents:
            raise ClientError("NoSuchKey")
        data = self._bucket.contents[self.key]
        return {
            "Body": self._bucket.body(data),
            "LastModified": MOMENT,
            "ContentLength": len(data),
            "ContentType": "text/plain",
            "ETag": '"tag"',
            "Metadata": {"user_profile_id": "13", "realm_id": "2"},
        }


class Clock:
    """Goes as far as it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands."""
    return Clock()


@pytest.fixture
def bucket() -> Bucket:
    """One bucket for everything."""
    return Bucket("files")


@pytest.fixture
def storage(bucket: Bucket, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> BucketStorage:
    """The storage over that bucket."""
    monkeypatch.setattr(compat, "bucket", lambda name: bucket)
    monkeypatch.setattr(compat, "setting", lambda name: "files")
    return BucketStorage(clock)


def refused(storage: BucketStorage, key: str = "2/x") -> str:
    """Why a file cannot be had."""
    with pytest.raises(Unreadable) as raised, storage.open("uploads", key):
        pass
    return str(raised.value)


def test_an_object_is_read_and_described(storage: BucketStorage, bucket: Bucket) -> None:
    bucket.contents["2/x"] = b"hello"
    with storage.open("uploads", "2/x") as stored:
        assert stored.stream.read(100) == b"hello"
    assert stored.modified == MOMENT.timestamp()
    assert stored.record == {
        "bucket": "files",
        "size": 5,
        "last_modified": MOMENT,
        "content_type": "text/plain",
        "md5": '"tag"',
        "user_profile_id": 13,
        "realm_id": 2,
    }


@pytest.mark.parametrize("keys", [NEW, OLD])
def test_every_picture_of_an_avatar_is_found_by_what_is_there(
    storage: BucketStorage, bucket: Bucket, keys: list[str]
) -> None:
    bucket.contents = dict.fromkeys([*keys, "2/abcd.png", "2/abc/else"], b"")
    assert storage.stored_avatar("2/abc", as_zulip=False) == keys
    assert storage.stored_avatar("2/abc", as_zulip=True) == [key for key in keys if not key.endswith(".png")]
    assert storage.stored_avatar("2/none", as_zulip=False) == []


def test_what_is_missing_and_what_is_refused_are_told_apart(storage: BucketStorage, bucket: Bucket) -> None:
    assert refused(storage) == "It is missing in the storage."
    bucket.trouble = ClientError("AccessDenied")
    for _ in range(2 * MOST_FAILURES):
        assert "AccessDenied" in refused(storage)
    assert bucket.asked == 1 + 2 * MOST_FAILURES


def test_a_storage_that_is_not_reached_is_not_asked_for_every_file(storage: BucketStorage, bucket: Bucket) -> None:
    bucket.trouble = BotocoreError("Could not connect")
    with pytest.raises(Unreadable):
        storage.stored_avatar("2/abc", as_zulip=False)
    for _ in range(MOST_FAILURES - 1):
        assert "Could not connect" in refused(storage)
    assert refused(storage) == NOT_ASKED
    assert bucket.asked == MOST_FAILURES


def test_a_storage_that_comes_back_is_asked_on(storage: BucketStorage, bucket: Bucket) -> None:
    for _ in range(MOST_FAILURES):
        bucket.trouble = BotocoreError("Could not connect")
        refused(storage)
        bucket.trouble = None
        bucket.contents["2/x"] = b"hello"
        with storage.open("uploads", "2/x"):
            pass


def test_a_long_wait_is_enough(storage: BucketStorage, bucket: Bucket, clock: Clock) -> None:
    class Slow(BotocoreError):
        """Passes the time, and fails."""

        def __init__(self) -> None:
            super().__init__("timed out")
            clock.now += MOST_SECONDS

    Slow.__module__ = "botocore.exceptions"
    bucket.answer = lambda: _raise(Slow())  # type: ignore[method-assign]
    assert "timed out" in refused(storage)
    assert refused(storage) == NOT_ASKED


def test_a_connection_that_breaks_within_a_file_is_an_error_of_reading(
    storage: BucketStorage, bucket: Bucket
) -> None:
    bucket.contents["2/x"] = b"hello"
    bucket.body = BrokenBody
    with storage.open("uploads", "2/x") as stored:
        assert stored.stream.read(100) == b"hel"
        with pytest.raises(OSError, match="IncompleteRead"):
            stored.stream.read(100)


def test_a_mistake_of_ours_is_not_taken_for_a_missing_file(storage: BucketStorage, bucket: Bucket) -> None:
    bucket.trouble = KeyError("ours")
    with pytest.raises(KeyError), contextlib.ExitStack() as stack:
        stack.enter_context(storage.open("uploads", "2/x"))


def _raise(error: Exception) -> None:
    raise error
