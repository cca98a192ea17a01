"""What a person sees of untrusted text: nothing that a terminal obeys, nothing that hides."""

from __future__ import annotations

import unicodedata
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zulip_bridge.text import cell_width, display_text, pad

BIDI = [*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A)), "\u200e", "\u200f", "\u061c"]
NASTY = [
    *"\x1b\x9b\x9d\x7f\x00\n\r\t\u200d\ufe0f\ufe0e\u0301\u20e3\u2028\ud800\udfff\ue000\ufeff",
    *"\U000e0041\U000e0100\U0010ffff👩🏻❤1葛가\u1161⟪⟫◌©",
    *BIDI,
]

calm = settings(deadline=None)  # a slow machine is no failure
# All of Unicode, and often what is special in it close together.
texts = st.lists(st.one_of(st.sampled_from(NASTY), st.characters(), st.text(max_size=5)), max_size=60).map("".join)
limits = st.one_of(st.none(), st.integers(min_value=0, max_value=50))
newline_modes: st.SearchStrategy[Literal["mark", "keep"]] = st.sampled_from(["mark", "keep"])


@calm
@given(texts, limits)
def test_no_character_that_a_terminal_obeys_survives(value: str, limit: int | None) -> None:
    for char in display_text(value, limit=limit):
        assert unicodedata.category(char) not in {"Cc", "Cs", "Zl", "Zp"}
        assert char not in BIDI
        assert unicodedata.category(char) != "Cf" or char == "\u200d"


@calm
@given(texts, limits)
def test_kept_newlines_are_the_only_control_character(value: str, limit: int | None) -> None:
    shown = display_text(value, limit=limit, newlines="keep")
    assert {char for char in shown if unicodedata.category(char) == "Cc"} <= {"\n"}


@calm
@given(texts, limits, newline_modes)
def test_its_own_result_stays_as_it_is(value: str, limit: int | None, newlines: Literal["mark", "keep"]) -> None:
    once = display_text(value, limit=limit, newlines=newlines)
    assert display_text(once, limit=limit, newlines=newlines) == once


@calm
@given(texts, st.integers(min_value=0, max_value=50), newline_modes)
def test_never_wider_than_the_limit(value: str, limit: int, newlines: Literal["mark", "keep"]) -> None:
    assert cell_width(display_text(value, limit=limit, newlines=newlines)) <= limit


@calm
@given(texts, st.integers(min_value=0, max_value=50), st.sampled_from(["left", "right"]))
def test_padding_gives_exactly_the_width(value: str, width: int, align: Literal["left", "right"]) -> None:
    assert cell_width(pad(value, width, align=align)) == width


@calm
@given(texts)
def test_every_code_point_of_zero_width_is_bounded(value: str) -> None:
    longest = run = 0
    for char in display_text(value):
        run = run + 1 if cell_width(char) == 0 and char not in "\u200d\ufe0f\ufe0e" else 0
        longest = max(longest, run)
    assert longest <= 5  # four marks, or one selector between


@calm
@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_plain_text_is_left_alone(value: str) -> None:
    assert display_text(value) == value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("\x1b]52;c;SEVMTE8=\x07", "␛]52;c;SEVMTE8=␇"),
        ("\x9b2J\x7f\x00", "⟪U+009B⟫2J␡␀"),
        ("invoice\u202efdp.exe", "invoice⟪U+202E⟫fdp.exe"),
        ("pay\u200bpal\u2060\ufeff", "pay⟪U+200B⟫pal⟪U+2060⟫⟪U+FEFF⟫"),
        ("a\u200db", "a⟪U+200D⟫b"),
        ("one\r\ntwo\u2028three", "one␍␊two⟪U+2028⟫three"),
        ("\U000e0068\U000e0069", "⟪U+E0068⟫⟪U+E0069⟫"),
        ("\ud83d \ue000 \uffff", "⟪U+D83D⟫ ⟪U+E000⟫ ⟪U+FFFF⟫"),
        ("\u3164\u115f\u034f", "⟪U+3164⟫⟪U+115F⟫⟪U+034F⟫"),
        ("x\ufe0f\ufe01", "x⟪U+FE0F⟫⟪U+FE01⟫"),
        ("soft\xadhyphen", "soft⟪U+00AD⟫hyphen"),
        ("ab\tc\td", "ab      c       d"),
        ("日\t|", "日      |"),
        ("z" + "\u0300" * 40 + "x", "z" + "\u0300" * 4 + "⟪+36⟫x"),
        ("\u0301accent first", "◌\u0301accent first"),
        ("\x1b\u0301", "␛◌\u0301"),
        ("👩\u200d" * 4 + "👩", "👩\u200d👩\u200d👩\u200d👩⟪U+200D⟫👩"),
    ],
)
def test_what_was_hidden_is_seen(value: str, shown: str) -> None:
    assert display_text(value) == shown


@pytest.mark.parametrize(
    "value",
    [
        "Zoë O’Neill – naïve “café” €5…",
        "Ёлка Ελλάδα Tiếng Việt",
        "日本語 한국어 中文 𠮷野家",
        "葛\U000e0100城市",  # a variant of an ideograph, as Japanese names have it
        "مرحبا שלום",
        "नमस्ते กำลังที่",
        "👩\u200d👩\u200d👧\u200d👦 🏳\ufe0f\u200d🌈 ❤\ufe0f 1\ufe0f\u20e3 👍🏽 🇩🇪",
        "e\u0301 n\u0303",
        "[b]markup[/b] [/]",
        "\U000323b0",  # an ideograph newer than the oldest Python's tables
    ],
)
def test_ordinary_writing_is_left_alone(value: str) -> None:
    assert display_text(value) == value


@pytest.mark.parametrize(
    ("value", "limit", "shown"),
    [
        ("Marta Heavy", 11, "Marta Heavy"),
        ("Marta Heavy", 8, "Marta H…"),
        ("Marta Heavy", 1, "…"),
        ("Marta Heavy", 0, ""),
        ("日本語テキスト", 7, "日本語…"),
        ("日本語テキスト", 6, "日本…"),
        ("ab\x9bcd", 6, "ab…"),  # a mark is shown whole or not at all
        ("ab\ncd", 4, "ab␊…"),
        ("a" * 10 + "e\u0301x", 11, "a" * 10 + "…"),
    ],
)
def test_text_is_cut_by_cells(value: str, limit: int, shown: str) -> None:
    assert display_text(value, limit=limit) == shown


def test_lines_are_kept_where_they_are_wanted() -> None:
    assert display_text("one\r\ntwo\n\tthree\rfour", newlines="keep") == "one\ntwo\n        three␍four"


def test_numbers_align_right() -> None:
    assert pad("1,204", 8, align="right") == "   1,204"
    assert pad("名前", 6) == "名前  "
