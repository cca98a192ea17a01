"""The table in a pilot: what is drawn, where the cursor goes, what is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot

from tests.tui.frames import assert_frame, frame
from tui.widgets.virtual_table import Column, Key, PagedRows, Row, VirtualTable
from zulip_bridge.text import display_text

COLUMNS = (
    Column("Name", 12, weight=2, max_width=40),
    Column("Address", 14, weight=3, priority=1),
    Column("Messages", 9, align="right", priority=2),
    Column("Zone", 14, priority=3, shown_from=100),
)
NAMES = [
    "Marta Heavy",
    "日本語の名前です",
    "[b]Bold[/] \x1b[31m",
    "Zoë e\u0301",
    "👩\u200d👩\u200d👧 family",
    "مرحبا",
    "x" * 60,
]
SIZES = [(80, 24), (120, 40)]


def row(number: int) -> Row:
    name = display_text(NAMES[number % len(NAMES)])
    style = {3: "muted", 5: "error"}.get(number, "")
    return Row(number, (name, f"user{number}@example.org", f"{number * 37:,}", "Europe/Berlin"), style)


@dataclass
class Endless:
    """A listing that is computed; it counts what it is asked."""

    count: int | None
    asked: int = 0
    missing: set[int] = field(default_factory=set)

    def get(self, index: int) -> Row | None:
        self.asked += 1
        return None if index in self.missing else row(index)

    def index_of(self, key: Key) -> int | None:
        return int(key)


class TableApp(App[None]):
    def __init__(self, table: VirtualTable) -> None:
        super().__init__()
        self.table = table
        self.heard: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_virtual_table_row_highlighted(self, message: VirtualTable.RowHighlighted) -> None:
        self.heard.append(message)

    on_virtual_table_row_selected = on_virtual_table_row_highlighted
    on_virtual_table_marks_changed = on_virtual_table_row_highlighted
    on_virtual_table_pages_wanted = on_virtual_table_row_highlighted
    on_virtual_table_header_selected = on_virtual_table_row_highlighted

    def last(self, kind: type[Message]) -> Message | None:
        return next((each for each in reversed(self.heard) if isinstance(each, kind)), None)


def highlighted(app: TableApp) -> tuple[Key, int] | None:
    message = app.last(VirtualTable.RowHighlighted)
    assert message is None or isinstance(message, VirtualTable.RowHighlighted)
    return (message.key, message.index) if message else None


def wanted(app: TableApp) -> tuple[int, int] | None:
    message = app.last(VirtualTable.PagesWanted)
    assert message is None or isinstance(message, VirtualTable.PagesWanted)
    return (message.first, message.last) if message else None


def table_of(count: int | None) -> TableApp:
    return TableApp(VirtualTable(COLUMNS, Endless(count)))


async def settle(pilot: Pilot[None]) -> None:
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_rows_are_drawn_with_cursor_and_marks(size: tuple[int, int]) -> None:
    app = table_of(12)
    async with app.run_test(size=size) as pilot:
        app.table.sort = (2, True)
        await pilot.press("down", "space", "space", "down")
        assert app.table.marks == {1, 2}
        assert_frame(f"table-{size[0]}x{size[1]}", app)


@pytest.mark.parametrize("size", SIZES)
async def test_a_hundred_thousand_rows_are_walked_through(size: tuple[int, int]) -> None:
    app = table_of(100_000)
    async with app.run_test(size=size) as pilot:
        source = app.table.source
        assert isinstance(source, Endless)
        await pilot.press("end")
        assert app.table.cursor == 99_999
        assert_frame(f"table-end-{size[0]}x{size[1]}", app)
        await pilot.press("pageup", "up")
        assert app.table.cursor == 99_999 - (size[1] - 2) - 1
        await pilot.press("home")
        assert highlighted(app) == (0, 0)
        assert source.asked < 5_000  # only what is in view, and near it


async def test_narrow_tables_drop_columns_and_keep_the_first() -> None:
    app = table_of(3)
    async with app.run_test(size=(30, 6)):
        assert frame(app).splitlines()[:2] == ["   Name", "▸  Marta Heavy"]


async def test_missing_rows_are_skeletons_that_are_asked_for_and_then_filled() -> None:
    source = PagedRows(page_size=10)
    source.reset(100)
    app = TableApp(VirtualTable(COLUMNS, source))
    async with app.run_test(size=(80, 12)) as pilot:
        await settle(pilot)
        assert wanted(app) == (0, 21)
        assert highlighted(app) is None
        assert_frame("table-skeleton", app)
        for page in source.missing(0, 21):
            source.put(page, [row(page * 10 + offset) for offset in range(10)])
        app.table.rows_changed()
        await settle(pilot)
        assert highlighted(app) == (0, 0)
        assert "·" not in frame(app)
        assert source.missing(0, 29) == []


async def test_scrolling_past_what_is_there_asks_for_what_is_in_view_now() -> None:
    app = table_of(1000)
    source = app.table.source
    assert isinstance(source, Endless)
    source.missing = set(range(200, 1000))
    async with app.run_test(size=(80, 11)) as pilot:
        await settle(pilot)
        assert wanted(app) is None
        await pilot.press("end")
        assert wanted(app) == (980, 999)
        asked = [each for each in app.heard if isinstance(each, VirtualTable.PagesWanted)]
        await pilot.press("up", "up")
        assert [each for each in app.heard if isinstance(each, VirtualTable.PagesWanted)] == asked
        assert highlighted(app) == (0, 0)  # nothing is said of rows that are not there
        source.missing = set()
        app.table.rows_changed()
        await settle(pilot)
        assert highlighted(app) == (997, 997)


async def test_the_cursor_stays_on_its_row_when_the_listing_changes() -> None:
    source = PagedRows(page_size=50)
    source.put(0, [row(number) for number in range(50)], count=50)
    app = TableApp(VirtualTable(COLUMNS, source))
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.move_cursor(20)
        source.reset(40)
        source.put(0, [row(number) for number in range(10, 50)])
        app.table.rows_changed()
        await settle(pilot)
        assert (app.table.cursor, highlighted(app)) == (10, (20, 10))


async def test_the_cursor_finds_its_row_on_a_page_that_comes_later() -> None:
    source = PagedRows(page_size=10)
    source.put(0, [row(number) for number in range(10)], count=20)
    source.put(1, [row(number) for number in range(10, 20)])
    app = TableApp(VirtualTable(COLUMNS, source))
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.move_cursor(12)
        source.reset(20)
        app.table.rows_changed()
        source.put(0, [row(number) for number in range(2, 12)])
        app.table.rows_changed()
        source.put(1, [row(number) for number in range(12, 20)] + [row(0), row(1)])
        app.table.rows_changed()
        await settle(pilot)
        assert highlighted(app) == (12, 10)


async def test_the_cursor_takes_the_nearest_place_when_its_row_is_gone() -> None:
    source = PagedRows(page_size=50)
    source.put(0, [row(number) for number in range(50)], count=50)
    app = TableApp(VirtualTable(COLUMNS, source))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("end")
        source.reset(5)
        source.put(0, [row(number) for number in range(5)])
        app.table.rows_changed()
        await settle(pilot)
        assert highlighted(app) == (4, 4)
        assert "user0@" in frame(app)
        source.reset(0)
        app.table.rows_changed()
        await pilot.press("down", "enter", "space", "end", "pageup")
        assert app.table.cursor_row is None
        assert app.last(VirtualTable.RowSelected) is None
        assert "Nothing to show." in frame(app)


async def test_another_listing_starts_at_its_top() -> None:
    app = table_of(500)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("end")
        app.table.source = Endless(300)
        await settle(pilot)
        assert highlighted(app) == (0, 0)
        assert "user0@" in frame(app)


async def test_while_the_number_of_rows_is_unknown_there_is_a_shape_and_no_cursor() -> None:
    app = table_of(None)
    source = app.table.source
    assert isinstance(source, Endless)
    source.missing = set(range(100))
    async with app.run_test(size=(80, 6)) as pilot:
        await settle(pilot)
        lines = frame(app).splitlines()
        assert all("···" in line for line in lines[1:])
        assert "▸" not in frame(app)
        assert wanted(app) is None


async def test_enter_opens_and_space_marks() -> None:
    app = table_of(10)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "enter", "space")
        opened = app.last(VirtualTable.RowSelected)
        assert isinstance(opened, VirtualTable.RowSelected)
        assert (opened.key, opened.index, opened.control) == (1, 1, app.table)
        assert (app.table.marks, app.table.cursor) == (frozenset([1]), 2)
        await pilot.press("up", "space")
        assert app.table.marks == frozenset()
        app.table.set_marks([3, 4])
        await settle(pilot)
        assert frame(app).count("●") == 2


async def test_marks_can_be_left_out() -> None:
    app = TableApp(VirtualTable(COLUMNS, Endless(10), markable=False))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        assert app.table.marks == frozenset()
        assert frame(app).splitlines()[1].startswith("▸ Marta")


async def test_the_mouse_moves_marks_opens_and_sorts() -> None:
    app = table_of(10)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click(VirtualTable, offset=(10, 4))
        assert highlighted(app) == (3, 3)
        assert app.last(VirtualTable.RowSelected) is None
        await pilot.click(VirtualTable, offset=(1, 6))
        assert app.table.marks == {5}
        await pilot.click(VirtualTable, offset=(10, 3), times=2)
        opened = app.last(VirtualTable.RowSelected)
        assert isinstance(opened, VirtualTable.RowSelected) and opened.key == 2
        await pilot.click(VirtualTable, offset=(5, 0))
        chosen = app.last(VirtualTable.HeaderSelected)
        assert isinstance(chosen, VirtualTable.HeaderSelected) and chosen.column == 0
        await pilot.click(VirtualTable, offset=(10, 20))  # below the last row
        assert highlighted(app) == (2, 2)


async def test_the_wheel_scrolls_and_the_next_key_comes_back_to_the_cursor() -> None:
    app = table_of(1000)
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.action_scroll_down()
        app.table.scroll_to(y=500, animate=False)
        await settle(pilot)
        assert "▸" not in frame(app)
        await pilot.press("down")
        assert frame(app).splitlines()[1].startswith("▸  日本語")


async def test_a_smaller_window_keeps_the_cursor_in_view() -> None:
    app = table_of(1000)
    async with app.run_test(size=(120, 40)) as pilot:
        app.table.move_cursor(35)
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        assert "▸" in frame(app)
        assert "Zone" not in frame(app)


def test_pages_are_forgotten_but_the_last_ones_looked_at() -> None:
    source = PagedRows(page_size=10, max_pages=3)
    source.reset(1000)
    for page in range(20):
        source.put(page, [row(page * 10 + offset) for offset in range(10)])
        source.get(3)  # somebody still looks at the first page's rows, as long as they are kept
    assert source.cached == 30
    assert source.missing(0, 999) == [page for page in range(100) if page not in (0, 18, 19)]
    assert source.index_of(3) == 3
    assert source.index_of(55) is None
    with pytest.raises(ValueError, match="at most 10"):
        source.put(0, [row(number) for number in range(11)])
