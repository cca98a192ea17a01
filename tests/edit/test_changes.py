"""How changes are written down: on the command line, and in a file for many people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zulip_bridge.api.changes import FIELDS, Change, ChangeError, normal, parse_change
from zulip_bridge.edit import Row, TableError, read_table


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("full_name=Ada Lovelace", Change("full_name", "Ada Lovelace")),
        ("name=Ada = Countess", Change("full_name", "Ada = Countess")),
        ("email=a@b.example", Change("delivery_email", "a@b.example")),
        ("role=guest", Change("role", "guest")),
        ("setting:enter_sends=no", Change("setting:enter_sends", "no")),
        ("setting:timezone=UTC", Change("timezone", "UTC")),
        ("profile:Home page=https://a.example/?b=c", Change("profile:Home page", "https://a.example/?b=c")),
        ("profile:Pronouns=", Change("profile:Pronouns", "")),
        ("group:+crew", Change("group:crew", "+")),
        ("group:-a=b", Change("group:a=b", "-")),
        ("group:crew=-", Change("group:crew", "-")),
        ("channel:+#general", Change("channel:#general", "+")),
        ("deactivate", Change("active", "no")),
        ("reactivate", Change("active", "yes")),
        ("remove-avatar", Change("avatar", "")),
        ("avatar=", Change("avatar", "")),
        ("end-sessions", Change("end-sessions", "")),
    ],
)
def test_changes_are_read_in_one_way(text: str, change: Change) -> None:
    assert parse_change(text) == change
    assert normal(change) == change


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rol=guest", "Did you mean role?"),
        ("full_nme=x", "Did you mean full_name?"),
        ("deactivat", "Did you mean deactivate?"),
        ("colour=red", "There are full_name"),
        ("role", "There is no field role"),
        ("", "There is no field (empty)"),
        ("=x", "There is no field (empty)"),
        ("profile:=x", "needs a name"),
        ("group:crew", "needs a value"),
        ("group:+", "group:+NAME to add"),
        ("channel:general=maybe", "channel:+NAME to add"),
        ("end-sessions=now", "takes no value"),
    ],
)
def test_what_is_no_change_is_said_to_be_none(text: str, words: str) -> None:
    with pytest.raises(ChangeError) as error:
        parse_change(text)
    assert words in str(error.value)


@given(st.text())
def test_any_text_is_a_change_or_an_error_with_a_sentence(text: str) -> None:
    try:
        change = parse_change(text)
    except ChangeError as error:
        assert str(error)
    else:
        assert normal(change) == change


def test_a_file_for_many_people() -> None:
    text = (
        "\ufeffuser,realm,role,profile:Pronouns,group,do\r\n"
        "12,,guest,,,\r\n"
        '\r\n"a@b.example",acme,,(empty),"+crew; -ops","deactivate;end-sessions"\r\n'
        "13,,,,,\r\n"
    )
    assert read_table(text) == [
        Row(2, "12", None, [Change("role", "guest")]),
        Row(
            4,
            "a@b.example",
            "acme",
            [
                Change("profile:Pronouns", ""),
                Change("group:crew", "+"),
                Change("group:ops", "-"),
                Change("active", "no"),
                Change("end-sessions", ""),
            ],
        ),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "one of them must be user"),
        ("name,role\n1,guest\n", "one of them must be user"),
        ("user,role,role\n", "The column role is there twice"),
        ("user,rol\n1,guest\n", "Column rol: There is no field rol. Did you mean role?"),
        ("user,role\n", "no rows below"),
        ("user,role\n,guest\n", "Line 2: nobody is named"),
        ("user,role\n1,guest,x\n", "Line 2: it has 3 cells for 2 columns"),
        ("user,do\n1,explode\n", "Line 2: there is no action explode"),
        ("user,group\n1,crew\n", "Line 2: Write group:+NAME"),
        ('user,role\n1,"guest\n', "this is not CSV"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_line(text: str, words: str) -> None:
    with pytest.raises(TableError) as error:
        read_table(text)
    assert any(words in sentence for sentence in error.value.sentences), error.value.sentences


def test_all_wrong_lines_are_told_at_once() -> None:
    with pytest.raises(TableError) as error:
        read_table("user,do\n1,explode\n2,deactivate\n3,implode\n")
    assert len(error.value.sentences) == 2


def test_fields_may_be_columns() -> None:
    titles = ",".join(FIELDS)
    assert read_table(f"user,{titles},setting:x,profile:y,channel\n1{',' * len(FIELDS)},,z,\n") == [
        Row(2, "1", None, [Change("profile:y", "z")])
    ]
