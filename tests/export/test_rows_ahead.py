"""Rows that come before they are wanted are kept, in order and not without bound."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.worker.export.rows_ahead import RowsAhead

SECONDS = 5


class Bringing:
    """A thread that brings these, one by one."""

    def __init__(self, ahead: RowsAhead, batches: list[list[bytes]]) -> None:
        self.brought = 0
        self.error: BaseException | None = None
        self._ahead = ahead
        self._batches = batches
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Until it has ended."""
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        try:
            for each in self._batches:
                self._ahead.bring(each)
                self.brought += 1
            self._ahead.end()
        except StewardError as error:
            self.error = error


def settles(holds: Callable[[], bool]) -> bool:
    """Whether it comes to hold."""
    deadline = time.monotonic() + SECONDS
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
    return holds()


@given(st.lists(st.lists(st.binary(max_size=8), min_size=1, max_size=4), max_size=12), st.integers(0, 40))
def test_all_of_them_in_order_whatever_is_kept(batches: list[list[bytes]], most: int) -> None:
    ahead, taken = RowsAhead(most), list[bytes]()
    bringing = Bringing(ahead, batches)
    ahead.wanted_by(taken.extend)
    bringing.join()
    assert taken == [row for each in batches for row in each]


def test_no_more_than_the_bound_is_kept() -> None:
    ahead, taken = RowsAhead(10), list[bytes]()
    bringing = Bringing(ahead, [[b"12345"]] * 10)
    assert settles(lambda: bringing.brought == 2)
    time.sleep(0.05)
    assert bringing.brought == 2
    ahead.wanted_by(taken.extend)
    bringing.join()
    assert len(taken) == 10


@pytest.mark.parametrize("rows", [1, 10])
def test_what_nobody_wants_is_given_up(rows: int) -> None:
    ahead = RowsAhead(10)
    bringing = Bringing(ahead, [[b"12345"]] * rows)
    ahead.give_up()
    bringing.join()
    assert isinstance(bringing.error, StewardError)
    assert bringing.error.kind is ErrorKind.CANCELLED


def test_whoever_takes_them_may_fail() -> None:
    def take(rows: list[bytes]) -> None:
        raise StewardError(ErrorKind.FAILED, "No.")

    ahead = RowsAhead(10)
    bringing = Bringing(ahead, [[b"1"]])
    ahead.wanted_by(take)
    bringing.join()
    assert bringing.error is not None
