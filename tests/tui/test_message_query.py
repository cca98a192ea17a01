"""What is typed to narrow messages, and the rows of a listing that is read by keys."""

from __future__ import annotations

import pytest

from tui.keyset_rows import KeysetRows
from tui.message_query import NotUnderstood, read_query
from tui.widgets.rows import Row
from zulip_bridge.api.messages import MessageFilters


@pytest.mark.parametrize(
    ("typed", "filters"),
    [
        ("", MessageFilters()),
        ("  two   words ", MessageFilters(text="two words")),
        ('"a phrase" word', MessageFilters(text='"a phrase" word')),
        ("channel:design", MessageFilters(channel="design")),
        ('stream:"big team" x', MessageFilters(channel="big team", text="x")),
        ("TOPIC:a:b", MessageFilters(topic="a:b")),
        ("subtopic:x", MessageFilters(text="subtopic:x")),
        ("http://channel:80", MessageFilters(text="http://channel:80")),
        ("channel:", MessageFilters()),
        ('topic:"not closed', MessageFilters(topic="not closed")),
        ("since:2026", MessageFilters(since="2026-01-01T00:00:00Z")),
        ("since:2026-3-5", MessageFilters(since="2026-03-05T00:00:00Z")),
        ("until:2026", MessageFilters(until="2027-01-01T00:00:00Z")),
        ("until:2026-12", MessageFilters(until="2027-01-01T00:00:00Z")),
        ("until:2026-02-28", MessageFilters(until="2026-03-01T00:00:00Z")),
    ],
)
def test_what_is_typed_becomes_filters(typed: str, filters: MessageFilters) -> None:
    assert read_query(typed) == filters


@pytest.mark.parametrize("typed", ["since:now", "until:2026-13", "since:2026-02-30", "since:0000", "until:9999"])
def test_what_is_no_day_is_told(typed: str) -> None:
    with pytest.raises(NotUnderstood):
        read_query(typed)


def page(first: int, count: int) -> list[Row]:
    return [Row(each, (str(each),)) for each in range(first, first + count)]


def known(source: KeysetRows) -> tuple[int | None, list[int | None]]:
    return source.count, source.starts


def test_a_listing_is_a_page_longer_than_what_is_known_until_its_end() -> None:
    source = KeysetRows(page_size=10, max_pages=2)
    assert known(source) == (None, [None])
    source.put(0, page(0, 10), 9, more=True)
    assert known(source) == (20, [None, 9])
    assert source.missing(0, 35) == [1]
    source.put(1, page(10, 10), 19, more=True)
    source.put(2, page(20, 3), 22, more=False)
    assert known(source) == (23, [None, 9, 19])
    assert source.get(22) == Row(22, ("22",))
    # The first page was forgotten; it can be read again without changing what is known.
    assert source.missing(0, 22) == [0]
    source.put(0, page(0, 10), 9, more=True)
    assert known(source) == (23, [None, 9, 19])
    source.reset()
    assert known(source) == (None, [None])
