"""How the text of messages is searched: as Zulip's own search does where it can, by substring elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import Any

from django.db import connection
from django.db.utils import DatabaseError

from .. import compat

QUOTED = re.compile(r'"([^"]+)"')
RARE = 20_000
"""Up to so many matches in the whole server are found by the index first; more are met soon enough on the way."""

ENGLISH = "english_us_search"
"""Zulip's text search configuration; the column ``search_tsvector`` is made with it."""


@dataclass(frozen=True)
class TextSearch:
    """SQL for a text: ``conditions`` on the message ``m``, and a subquery that gives the ids of all matches where
    that is the quicker road (``ids``). ``how`` is :attr:`MessagePage.search`."""

    how: str = ""
    conditions: list[str] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)
    ids: str = ""


def text_search(text: str | None) -> TextSearch:
    """What to search for ``text``; nothing where there is none."""
    text = (text or "").replace("\x00", "").strip()
    if not text:
        return TextSearch()
    if compat.setting("USING_PGROONGA") and _has_column("search_pgroonga"):
        return _pgroonga(text)
    configuration = _configuration()
    if configuration is None:
        return TextSearch("substring", ["m.content ILIKE %(like)s"], {"like": like(text.replace('"', ""))})
    return _full_text(text, configuration)


def _pgroonga(text: str) -> TextSearch:
    """By its query language, as Zulip does; what is no query in it matches where the text occurs."""
    words = {"words": escape(text).replace("&#x27;", "&#39;")}  # as Zulip's function escape_html writes it
    try:
        _value("SELECT '' &@~ %(words)s", words)
    except DatabaseError as error:
        if compat.is_query_cancelled(error):
            raise
        return TextSearch("substring", ["m.content ILIKE %(like)s"], {"like": like(text)})
    return TextSearch("PGroonga", ["m.search_pgroonga &@~ %(words)s"], words)


def like(text: str) -> str:
    """A pattern for ILIKE that matches where ``text`` occurs."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _full_text(text: str, configuration: str) -> TextSearch:
    """Words by Zulip's index; a message that it has not indexed yet matches where the text occurs in it."""
    phrases = QUOTED.findall(text)
    parameters: dict[str, Any] = {"words": text, "configuration": configuration, "like": like(text.replace('"', ""))}
    query = "plainto_tsquery(%(configuration)s::regconfig, %(words)s)"
    matches = [f"m.search_tsvector @@ {query}", "m.search_tsvector IS NULL AND m.content ILIKE %(like)s"]
    if not _has_words(query, parameters):
        # Nothing but words such as "the", which the index leaves out.
        return TextSearch("substring", ["m.content ILIKE %(like)s"], parameters)
    conditions = []
    for number, phrase in enumerate(phrases):
        parameters[f"phrase{number}"] = like(phrase)
        conditions.append(f"(m.content ILIKE %(phrase{number})s OR m.subject ILIKE %(phrase{number})s)")
    if not _is_rare(query, parameters):
        return TextSearch("full text", [f"({' OR '.join(matches)})", *conditions], parameters)
    ids = f"SELECT m.id FROM zerver_message m WHERE {matches[0]}"
    if _has_table("fts_update_log"):
        ids += (
            " UNION SELECT m.id FROM (SELECT message_id FROM fts_update_log ORDER BY id DESC LIMIT 20000) waiting"
            f" JOIN zerver_message m ON m.id = waiting.message_id WHERE {matches[1]}"
        )
    return TextSearch("full text", conditions, parameters, ids)


def _has_words(query: str, parameters: dict[str, Any]) -> bool:
    return bool(_value(f"SELECT numnode({query}) > 0", parameters))


def _is_rare(query: str, parameters: dict[str, Any]) -> bool:
    matches = f"SELECT 1 FROM zerver_message m WHERE m.search_tsvector @@ {query} LIMIT {RARE + 1}"
    return int(_value(f"SELECT count(*) FROM ({matches}) bounded", parameters)) <= RARE


def _configuration() -> str | None:
    """Name of Zulip's text search configuration with its schema, quoted; None where this database has none."""
    found = _value(
        """SELECT format('%%I.%%I', n.nspname, c.cfgname) FROM pg_ts_config c JOIN pg_namespace n
           ON n.oid = c.cfgnamespace WHERE c.cfgname = %(name)s AND pg_ts_config_is_visible(c.oid)""",
        {"name": ENGLISH},
    )
    return str(found) if found and _has_column("search_tsvector") else None


def _has_column(name: str) -> bool:
    return bool(
        _value(
            """SELECT true FROM pg_attribute
               WHERE attrelid = 'zerver_message'::regclass AND attname = %(name)s AND NOT attisdropped""",
            {"name": name},
        )
    )


def _has_table(name: str) -> bool:
    return _value("SELECT to_regclass(%(name)s)", {"name": name}) is not None


def _value(query: str, parameters: dict[str, Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        row = cursor.fetchone()
        return row[0] if row else None
