"""What the page is made of: every message and row once, in order, whatever it holds; memory that does not grow."""

from __future__ import annotations

import tracemalloc
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.export.page.pages import (
    OWN_RECIPIENT,
    PERSON,
    account,
    account_bytes,
    direct,
    make_page,
    manifest,
    message,
    read_data,
    read_index,
)
from zulip_bridge.export.page import ReadablePage
from zulip_bridge.export.page.data_files import DataFiles
from zulip_bridge.export.page.numbers import Numbers
from zulip_bridge.export.page.rows import RowReader, Tables

Talks = dict[tuple[str, str], list[Any]]


def talks_of(index: Path) -> Talks:
    """Messages by the name and topic of their conversation, as the page reads them."""
    found: Talks = defaultdict(list)
    for _, _, name, topic, count, first, last, parts in read_index(index)[0]:
        messages = []
        for number, places in parts:
            for file, many in zip(places[::2], places[1::2], strict=True):
                here = [each for other, some in read_data(index, file) if other == number for each in some]
                assert len(here) == many
                messages += here
        messages.sort()
        assert (len(messages), messages[0][2], messages[-1][2]) == (count, first, last)
        assert (name, topic) not in found
        found[name, topic] = messages
    return found


def test_every_message_is_in_its_conversation_once(tmp_path: Path) -> None:
    """Channels by topic; the order is that of the ids; 6,000 long messages are more than what may wait."""
    long = "tea or coffee? " * 300
    sent = [message(number, f"{number} {long}", subject=f"topic {number % 7}") for number in range(1, 6_001)]
    found = talks_of(make_page(tmp_path, sent))
    assert set(found) == {("kitchen", f"topic {number}") for number in range(7)}
    for number in range(7):
        expected = [(each["id"], each["content"]) for each in sent if each["subject"] == f"topic {number}"]
        assert [(each[0], each[3]) for each in found["kitchen", f"topic {number}"]] == expected


def test_both_sides_of_a_direct_conversation_are_together(tmp_path: Path) -> None:
    """Zulip files a direct message under its receiver; the person received some from two people."""
    people = [{"id": 8, "full_name": "Ben Other"}, {"id": 9, "full_name": "Cleo Third"}]
    recipients = [{"id": 80, "type": 1, "type_id": 8}]
    sent = [
        direct(1, "from Ben", sender=8, recipient=OWN_RECIPIENT, name="Ada Sample"),
        direct(2, "to Ben", sender=PERSON, recipient=80, name="Ben Other"),
        direct(3, "from Cleo", sender=9, recipient=OWN_RECIPIENT, name="Ada Sample"),
        direct(4, "to Cleo", sender=PERSON, recipient=90, name="Cleo Third"),
        direct(5, "to Dan", sender=PERSON, recipient=91, name="Dan Fourth"),
        direct(6, "to us three", sender=8, recipient=92, name="Ada Sample, Ben Other, Cleo Third"),
    ]
    found = talks_of(make_page(tmp_path, sent, account(zerver_recipient=recipients), people=people))
    assert {name: [each[3] for each in some] for (name, _), some in found.items()} == {
        "Ben Other": ["from Ben", "to Ben"],
        "Cleo Third": ["from Cleo", "to Cleo"],
        "Dan Fourth": ["to Dan"],
        "Ada Sample, Ben Other, Cleo Third": ["to us three"],
    }


@pytest.mark.parametrize(("kind", "expected"), [(1, 1), (2, 0), (3, 1)])
def test_versions_that_do_not_say_what_a_message_is(tmp_path: Path, kind: int, expected: int) -> None:
    """Until 10.0 only the recipient tells a direct message from one without a topic."""
    old = message(1, "hello", subject="")
    del old["is_channel_message"]
    recipients = [{"id": 71, "type": kind, "type_id": 5}]
    index = make_page(tmp_path, [old], account(zerver_recipient=recipients))
    assert read_index(index)[0][0][0] == expected


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=2) | st.dictionaries(st.text(max_size=5), inside, max_size=2),
    max_leaves=4,
)
ROWS = st.lists(st.dictionaries(st.sampled_from(["id", "__proto__", "full_name", 'a":[', "b"]), VALUES), max_size=4)
TABLES = st.dictionaries(st.sampled_from(["zerver_draft", "analytics_usercount", "notes", "bots.rows"]), ROWS)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables=TABLES, cut=st.integers(1, 50))
def test_rows_are_found_wherever_the_stream_is_cut(tables: dict[str, list[dict[str, Any]]], cut: int) -> None:
    """As many rows in each table as there are, whatever stands in them."""
    read: dict[str, list[dict[str, Any]]] = {name: [] for name in tables}
    found = Tables(DataFiles(lambda path, data: None), lambda table, row: read[table].append(row))
    reader = RowReader(found)
    data = account_bytes(tables)
    for start in range(0, len(data), cut):
        reader.chunk(data[start : start + cut])
    reader.end()
    found.flush()
    assert read == tables
    assert {name: count for name, count, _ in found.described()} == {name: len(rows) for name, rows in tables.items()}


def test_a_table_that_is_too_long_is_counted(tmp_path: Path) -> None:
    """What does not fit is in user.json; the page knows how much that is."""
    rows = [{"id": number, "text": "x" * 2_000} for number in range(8_000)]
    described = {
        name: (count, places) for name, count, places in read_index(make_page(tmp_path, [], account(big=rows)))[2]
    }
    count, places = described["big"]
    assert count == 8_000
    assert 0 < sum(places[1::2]) < 8_000


def test_what_waits_is_bounded() -> None:
    """Long after the first file was written, no more is kept than at the beginning."""
    written: list[int] = []
    page = ReadablePage(lambda path, pieces: written.append(sum(map(len, pieces))))
    taken = 0
    for number in range(60):
        some = [message(number * 100 + each, "x" * 5_000, subject=str(each)) for each in range(100)]
        page.begin(f"messages-{number:06}.json")
        data = account_bytes({"zerver_message": some})
        taken += len(data)
        page.chunk(data)
        page.end()
        assert taken - sum(written) < 12 * 1024 * 1024


def test_many_conversations_take_little_memory() -> None:
    """A hundred thousand topics: as many objects, or an index in one piece, would be a hundred megabytes and more."""
    sizes: dict[str, int] = {}

    def write(path: str, pieces: Iterable[bytes]) -> None:
        sizes[path] = sum(map(len, pieces))

    page = ReadablePage(write)
    tracemalloc.start()
    try:
        for number in range(100):
            topics = (f"{number * 1_000 + each}: about something else" for each in range(1_000))
            some = [message(number * 1_000 + at, "hello", subject=topic) for at, topic in enumerate(topics)]
            page.begin(f"messages-{number:06}.json")
            page.chunk(account_bytes({"zerver_message": some}))
            page.end()
            del some
        page.finish(manifest())
        assert sizes["pages/data-00000.js"] > 5_000_000
        assert tracemalloc.get_traced_memory()[1] < 55 * 1024 * 1024
    finally:
        tracemalloc.stop()


@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 20), unique=True, max_size=3_000))
@settings(max_examples=50, deadline=None)
def test_numbers_are_found_under_their_keys(keys: list[int]) -> None:
    """Also keys that want the same place, and after growing."""
    numbers = Numbers()
    for value, key in enumerate(keys):
        assert numbers.get(key) is None
        numbers.put(key, value)
    assert len(numbers) == len(keys)
    assert [numbers.get(key) for key in keys] == list(range(len(keys)))


def test_a_table_of_numbers_grows() -> None:
    """Many, and all of them in a row, which is the worst."""
    numbers = Numbers()
    for value in range(20_000):
        numbers.put(value, value)
    assert all(numbers.get(value) == value for value in range(20_000))
    assert numbers.get(20_000) is None


def test_topics_that_only_look_alike_are_kept_apart(tmp_path: Path) -> None:
    """Each is a conversation of its own."""
    topics = ["1 x", "x", " x", "x ", "1", "é", "e\u0301", ""]
    sent = [message(number, topic, subject=topic) for number, topic in enumerate(topics, 1)]
    assert len(talks_of(make_page(tmp_path, sent))) == len(topics)


def test_the_summary_is_there_without_scripts(tmp_path: Path) -> None:
    """Who, when, what, what is missing and why."""
    warnings = [{"subject": "uploads/a.pdf", "sentence": "It is missing on the server's disk."}]
    redactions = {"zerver_userprofile.api_key": "Left out: a secret. It is set."}
    text = make_page(tmp_path, warnings=warnings, redactions=redactions).read_text()
    for words in (
        "Ada Sample",
        "ada@acme.example",
        "2026-05-01 09:30 UTC",
        "otto",
        "too odd",
        "All messages, each once",
        "Made by them",
        "uploads/a.pdf",
        "a secret",
    ):
        assert words in text


def test_rows_that_wait_for_their_file_take_no_more_memory_than_their_text() -> None:
    tables = Tables(DataFiles(lambda path, pieces: None), lambda table, row: None)
    tables.begin("t")
    tracemalloc.start()
    try:
        for number in range(2_000):
            tables.add({"id": number, "text": "a" * 900})
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert taken < 2_000 * 1_200
