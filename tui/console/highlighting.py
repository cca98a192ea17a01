"""Colours for SQL and Python, found by Pygments."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from rich.style import Style
from textual.theme import Theme
from textual.widgets.text_area import TextAreaTheme

from zulip_bridge.query.history import Language

LONGEST = 50_000
"""Characters; a longer text is shown plain, so that typing into it stays quick."""

Highlight = tuple[int, int | None, str]
"""Start and end in bytes of a line, and the name of a style."""


def highlights(text: str, language: Language) -> dict[int, list[Highlight]]:
    """What is to be coloured, by line."""
    found: dict[int, list[Highlight]] = {}
    if len(text) > LONGEST:
        return found
    line, column = 0, 0
    before = ""
    for kind, value in _lexer(language).get_tokens(text):
        # A column may be called as a keyword is.
        name = "" if before == "." or value == "." else _name(kind)
        before = value
        for index, piece in enumerate(value.split("\n")):
            if index:
                line, column = line + 1, 0
            width = len(piece.encode("utf-8", "surrogatepass"))
            if name and width:
                found.setdefault(line, []).append((column, column + width, name))
            column += width
    return found


def text_theme(theme: Theme) -> TextAreaTheme:
    """The editor's colours in a theme of ours; weight says as much where there is no colour."""
    return TextAreaTheme(
        name=f"console-{theme.name}",
        syntax_styles={
            "keyword": Style(color=_colour(theme.primary), bold=True),
            "string": Style(color=_colour(theme.success)),
            "number": Style(color=_colour(theme.accent)),
            "comment": Style(dim=True, italic=True),
            "parameter": Style(color=_colour(theme.accent), bold=True),
        },
    )


@cache
def _lexer(language: Language) -> Any:
    if language == "sql":
        from pygments.lexers.sql import PostgresLexer

        return PostgresLexer(stripnl=False, ensurenl=False)
    from pygments.lexers.python import PythonLexer

    return PythonLexer(stripnl=False, ensurenl=False)


@cache
def _name(kind: Any) -> str:
    names = list(_lineage(kind))
    for part in names:
        if part in ("Keyword", "Comment"):
            return part.lower()
        if part == "String":
            return "string"
        if part == "Number":
            return "number"
        if part == "Variable":
            return "parameter"
        if part == "Word":
            return "keyword"
    return ""


def _lineage(kind: Any) -> Iterator[str]:
    for part in kind:
        yield str(part)


def _colour(name: str | None) -> str | None:
    return None if name in (None, "ansi_default") else str(name).removeprefix("ansi_")
