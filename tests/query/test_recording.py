"""What the journal may have of a statement, and questions saved under a name."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.query import Orm, Sql
from zulip_bridge.query import library
from zulip_bridge.query.library import keep
from zulip_bridge.query.recording import recorded_statement


@pytest.mark.parametrize(
    ("text", "python", "kept"),
    [
        ("SELECT * FROM zerver_realm WHERE name = 'acme'", False, "SELECT * FROM zerver_realm WHERE name = 'acme'"),
        ("UPDATE u SET api_key = 'abc''def' WHERE id = 1", False, "UPDATE u SET api_key = '[…]' WHERE id = 1"),
        ('SELECT "api_key" FROM u WHERE p = $x$abc$x$', False, "SELECT \"api_key\" FROM u WHERE p = '[…]'"),
        ("User.filter(password=\"abc\", n='d\\'e')", True, "User.filter(password='[…]', n='[…]')"),
        ('User.filter(name="abc")', True, 'User.filter(name="abc")'),
    ],
)
def test_quotes_are_left_out_where_a_secret_may_be_among_them(text: str, python: bool, kept: str) -> None:
    assert recorded_statement(text, python=python) == kept


def test_a_question_is_saved_under_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    path = keep("my-drafts", "Drafts\nof one", "SELECT * FROM zerver_draft WHERE user_profile_id = :who")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    saved = library()["my-drafts"]
    assert (saved.title, saved.shipped) == ("Drafts of one", False)
    assert saved.variants[0].sql == "SELECT * FROM zerver_draft WHERE user_profile_id = :who"
    assert saved.question([], {"who": "5"}) == Sql(saved.variants[0].sql, {"who": "5"})
    with pytest.raises(StewardError, match="wants a value for who"):
        saved.question([], {})
    for name in ("my-drafts", "Not a name", "../x", ""):
        with pytest.raises(StewardError):
            keep(name, "", "SELECT 1")
        with pytest.raises(StewardError):
            keep(name, "", "1 + 1", "orm")


def test_python_is_saved_as_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    code = "# title is not this\nx = {'a': 1}\nx['a'] + 1"
    path = keep("adding", "What it makes", code, "orm")
    assert (path.suffix, stat.S_IMODE(path.stat().st_mode)) == (".py", 0o600)
    saved = library()["adding"]
    assert (saved.title, saved.language, saved.parameters) == ("What it makes", "orm", [])
    assert saved.question([], {}) == Orm(code)
    with pytest.raises(StewardError):
        keep("adding", "", "SELECT 1")
