"""How much of how much: an estimate says that it is one, and does not change with every look."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zulip_bridge.amounts import out_of
from zulip_bridge.api.calls import Progress


@pytest.mark.parametrize(
    ("done", "total", "exact", "said"),
    [
        (12_345, 203_867, True, "12,345 / 203,867"),
        (12_345, 203_867, False, "12,345 / ~200,000"),
        (12_345, 208_000, False, "12,345 / ~210,000"),
        (203_000, 203_867, False, "203,000 / ~203,000"),
        (7, 9, False, "7 / ~9"),
        (12_345, None, True, "12,345"),
    ],
)
def test_as_it_is_said(done: int, total: int | None, exact: bool, said: str) -> None:
    assert out_of(Progress("messages", done, total, exact=exact)) == said


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_an_estimate_is_close_and_never_less_than_what_has_come(done: int, more: int) -> None:
    total = done + more
    estimate = int(out_of(Progress("messages", done, total, exact=False)).rpartition("~")[2].replace(",", ""))
    assert estimate >= done
    assert abs(estimate - total) <= total / 20
