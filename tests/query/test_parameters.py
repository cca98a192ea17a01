"""Where ``:name`` is a parameter, and where it is something else."""

from __future__ import annotations

import pytest

from zulip_bridge.api.parameters import parameter_names, replace_parameters


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT :a, :b, :a", ["a", "b"]),
        ("SELECT ':a', \":b\", $$ :c $$, $x$ :d $$ :e $x$", []),
        ("SELECT 'it''s :a', :b", ["b"]),
        (r"SELECT E'\' :a', :b", ["b"]),
        (r"SELECT '\', :b", ["b"]),
        ("SELECT 1 -- :a\n, :b", ["b"]),
        ("SELECT /* :a /* :b */ :c */ :d", ["d"]),
        ("SELECT /* :a", []),
        ("SELECT x::int, :y::date", ["y"]),
        ("SELECT a[1:n], f(x := :y)", ["y"]),
        ("SELECT 'open :a", []),
        ("SELECT $1, a$b$:c", ["c"]),
        ("SELECT ':', :ü", ["ü"]),
        ("", []),
    ],
)
def test_parameters_are_found_where_sql_has_values(sql: str, names: list[str]) -> None:
    assert parameter_names(sql) == names


def test_replacing_leaves_everything_else_as_it_was() -> None:
    sql = "SELECT ':a' /* :a */, :a, x::text -- :a"
    assert replace_parameters(sql, lambda name: f"<{name}>") == "SELECT ':a' /* :a */, <a>, x::text -- :a"
