"""Columns share the width there is, and give way in order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tui.widgets.columns import GAP, Column, lay_out

calm = settings(deadline=None)
numbers = st.integers(min_value=0, max_value=30)
columns_of_any_kind = st.lists(
    st.builds(
        Column,
        st.just("x"),
        st.integers(min_value=1, max_value=30),
        weight=numbers,
        priority=st.integers(min_value=0, max_value=4),
        shown_from=st.sampled_from([0, 0, 80]),
        max_width=st.sampled_from([0, 0, 40]),
    ),
    max_size=8,
)


@calm
@given(columns_of_any_kind, st.integers(min_value=-5, max_value=250))
def test_they_never_take_more_than_there_is(columns: list[Column], available: int) -> None:
    placed = lay_out(columns, available)
    assert all(width > 0 for _, width in placed)
    assert sum(width for _, width in placed) + GAP * max(0, len(placed) - 1) <= max(0, available)
    assert [index for index, _ in placed] == sorted(index for index, _ in placed)


@calm
@given(st.lists(st.builds(Column, st.just("x"), numbers, weight=st.integers(1, 9)), min_size=1, max_size=6))
def test_columns_that_grow_fill_the_width(columns: list[Column]) -> None:
    placed = lay_out(columns, 300)
    assert sum(width for _, width in placed) + GAP * (len(columns) - 1) == 300


def test_the_greatest_priority_goes_first_and_zero_stays() -> None:
    columns = [Column("a", 10), Column("b", 10, priority=2), Column("c", 10, priority=1)]
    assert lay_out(columns, 34) == [(0, 10), (1, 10), (2, 10)]
    assert lay_out(columns, 33) == [(0, 10), (2, 10)]
    assert lay_out(columns, 12) == [(0, 10)]
    assert lay_out(columns, 7) == [(0, 7)]


def test_weight_shares_what_is_left_up_to_the_greatest_width() -> None:
    columns = [Column("a", 10, weight=1, max_width=15), Column("b", 10, weight=1), Column("c", 6)]
    assert lay_out(columns, 60) == [(0, 15), (1, 35), (2, 6)]


def test_some_columns_are_for_wide_tables_only() -> None:
    columns = [Column("a", 10), Column("b", 10, shown_from=100)]
    assert lay_out(columns, 99) == [(0, 10)]
    assert lay_out(columns, 100) == [(0, 10), (1, 10)]
