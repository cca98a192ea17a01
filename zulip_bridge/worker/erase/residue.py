"""Proof: every text and JSON column of every table of the running server, and its storage, looked through.

Each table is read once, in its own order, and only counts leave PostgreSQL: memory stays flat, whatever the size.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from zulip_bridge.api.residue import NeedleKind, Needles, Residue, ResidueReport, ScanResidue, Verdict
from zulip_bridge.worker.context import Context
from zulip_bridge.worker.export.storage import Missing, Unreadable, storage
from zulip_bridge.worker.references import references_to_people

from .remainder import rows_of

TEXT_TYPES = ("text", "character varying", "character", "json", "jsonb", "citext", "inet", "name", "ARRAY")
COLUMNS = """
    SELECT c.table_name, c.column_name,
        EXISTS (SELECT 1 FROM information_schema.columns r WHERE r.table_schema = c.table_schema
                AND r.table_name = c.table_name AND r.column_name = 'realm_id') AS has_realm
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = ANY (current_schemas(false)) AND t.table_type = 'BASE TABLE'
      AND c.data_type = ANY (%s) ORDER BY 1, 2
"""
WRITTEN = "what people wrote"
STAYS = {
    "zerver_message": "text of messages that stay",
    "zerver_archivedmessage": "text of deleted messages, until the archive is emptied",
    "zerver_submessage": "polls and widgets of messages that stay",
    "zerver_archivedsubmessage": "polls and widgets of deleted messages",
    "zerver_draft": WRITTEN,
    "zerver_scheduledmessage": WRITTEN,
    "zerver_savedsnippet": WRITTEN,
    "zerver_userstatus": WRITTEN,
    "zerver_alertword": "others' alert words",
    "zerver_stream": "names and descriptions of channels",
    "zerver_defaultstreamgroup": "descriptions",
    "zerver_usertopic": "names of topics",
    "zerver_namedusergroup": "names and descriptions of groups",
    "zerver_usergroup": "names and descriptions of groups",
    "zerver_realm": "settings of the organization",
    "zerver_attachment": "names of others' files",
    "zerver_archivedattachment": "names of others' files",
    "zerver_imageattachment": "names of others' files",
    "zerver_realmauditlog": "details of entries about others",
    "zerver_customprofilefieldvalue": "others' profiles",
    "zerver_customprofilefield": "names of profile fields",
    "zerver_linkifier": "settings of the organization",
    "zerver_realmfilter": "settings of the organization",
    "zerver_realmplayground": "settings of the organization",
    "zerver_realmemoji": "names of emoji",
    "zerver_scheduledemail": "mails that are queued for others",
    "third_party_api_results": "cached answers of other services",
}
"""Tables in which others' words stay."""

ADDRESS = r"[a-z0-9._%+'-]+@[a-z0-9.-]+"


@dataclass(frozen=True)
class Table:
    """A table and those of its columns that can hold text."""

    name: str
    columns: list[str]
    has_realm: bool


def scan(request: ScanResidue, context: Context) -> ResidueReport:
    """Answer :class:`ScanResidue`."""
    began = time.monotonic()
    tables = list(_tables())
    found: list[Residue] = []
    for done, table in enumerate(tables):
        context.progress("residue", done, len(tables))
        found += _in_table(table, request.needles)
        if request.needles.hashes:
            found += _by_hash(table, request.needles, context)
    found = [each if request.erased else _of_somebody(each) for each in found]
    if request.strategy and request.needles.person_id is not None:
        found += _by_key(request)
    files = [*request.needles.files, *request.needles.pictures]
    found += _in_storage(request.needles, request.strategy)
    context.progress("residue", len(tables), len(tables))
    columns = sum(len(table.columns) for table in tables)
    return ResidueReport(len(tables), columns, len(files), round(time.monotonic() - began, 3), found)


def _of_somebody(residue: Residue) -> Residue:
    """Of a person who was not erased nothing should be gone."""
    wrong = residue.verdict == "should be gone"
    return replace(residue, verdict="look", reason="of an account that is there") if wrong else residue


def _tables() -> Iterator[Table]:
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [list(TEXT_TYPES)])
        columns: dict[str, tuple[list[str], bool]] = {}
        for table, column, has_realm in cursor.fetchall():
            columns.setdefault(table, ([], has_realm))[0].append(column)
    return (Table(name, found, has_realm) for name, (found, has_realm) in columns.items())


def _patterns(needles: Needles) -> list[tuple[NeedleKind, str]]:
    """PostgreSQL regular expressions; addresses and names as whole words."""
    patterns: list[tuple[NeedleKind, str]] = []
    if needles.addresses:
        patterns.append(("address", rf"(?<![\w.+-])({_any(needles.addresses)})(?![\w-]|\.\w)"))
    if needles.names:
        patterns.append(("name", rf"(?<!\w)({_any(needles.names)})(?!\w)"))
    if needles.person_id is not None:
        patterns.append(("mention", rf'\|{needles.person_id}\*\*|data-user-id="{needles.person_id}"'))
    return patterns


def _any(texts: Iterable[str]) -> str:
    return "|".join(re.sub(r"([^\w\s@-])", r"\\\1", text, flags=re.ASCII) for text in sorted(set(texts)))


def _in_table(table: Table, needles: Needles) -> list[Residue]:
    patterns = _patterns(needles)
    if not patterns:
        return []
    asked = [(column, kind, pattern) for column in table.columns for kind, pattern in patterns]
    mine = _mine(table, needles)
    counts, parameters = [], []
    for column, _, pattern in asked:
        for condition in (mine, f"NOT ({mine})"):
            # The cheap condition first: each text is looked at once.
            counts.append(f'count(*) FILTER (WHERE ({condition}) AND "{column}"::text ~* %s)')
            parameters.append(pattern)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {", ".join(counts)} FROM "{table.name}"', parameters)
        numbers = cursor.fetchone()
    found = []
    for index, (column, kind, _) in enumerate(asked):
        here, elsewhere = numbers[2 * index], numbers[2 * index + 1]
        if here:
            found.append(Residue(table.name, column, kind, here, *_judged(table.name, kind)))
        if elsewhere:
            found.append(Residue(table.name, column, kind, elsewhere, "look", "of another account or organization"))
    return found


def _mine(table: Table, needles: Needles) -> str:
    """Rows that could be the person's: not another account's own row, nor another organization's."""
    if table.name == "zerver_userprofile" and needles.person_id is not None:
        return f"id = {int(needles.person_id)}"
    if table.has_realm and needles.realm_id is not None:
        return f"coalesce(realm_id = {int(needles.realm_id)}, true)"
    if needles.person_id is None:
        return "true"
    accounts = ", ".join(str(int(each)) for each in (needles.person_id, *needles.bots))
    return " OR ".join(f'coalesce("{each}" IN ({accounts}), true)' for each in _owners(table)) or "true"


def _owners(table: Table) -> list[str]:
    """Columns that say whose a row is, where no organization does: a login at another service, what a bot keeps."""
    if table.has_realm or table.name == "zerver_userprofile":
        return []
    return [each.column for each in references_to_people() if each.table == table.name]


def _judged(table: str, kind: NeedleKind) -> tuple[Verdict, str]:
    if table in STAYS:
        return "stays", STAYS[table]
    if kind == "name":
        return "look", "somebody else may bear the name"
    if kind == "mention":
        return "stays", "names the id only"
    return "should be gone", "the address of somebody who was erased"


def _by_hash(table: Table, needles: Needles, context: Context) -> Iterator[Residue]:
    """Every address in the table, hashed as the journal's were."""
    wanted, key = set(needles.hashes), bytes.fromhex(needles.key)
    for column in table.columns:
        context.check()
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT lower(m[1]), count(*) FROM "{table.name}",
                    regexp_matches("{column}"::text, '({ADDRESS.replace("'", "''")})', 'gi') m
                    WHERE "{column}"::text LIKE '%%@%%' GROUP BY 1""",
            )
            rows = sum(number for address, number in cursor.fetchall() if _hashed(key, address) in wanted)
        if rows and _owners(table):
            yield Residue(table.name, column, "address", rows, "look", "of an account that is there")
        elif rows:
            yield Residue(table.name, column, "address", rows, *_judged(table.name, "address"))


def _hashed(key: bytes, address: str) -> str:
    return hmac.new(key, address.casefold().strip().rstrip(".").encode(), hashlib.sha256).hexdigest()


def _by_key(request: ScanResidue) -> Iterator[Residue]:
    needles = request.needles
    assert needles.person_id is not None and needles.realm_id is not None
    groups = (
        ([needles.person_id], request.strategy, "refers to the person by key"),
        (needles.bots, "delete", "refers to a bot of the person by key"),
    )
    for ids, strategy, words in groups:
        for (table, column), rows in rows_of(ids, needles.realm_id, strategy).items() if ids else ():
            yield Residue(table, column, "row", rows, "should be gone", words)


def _in_storage(needles: Needles, strategy: str) -> Iterator[Residue]:
    source = storage()
    wanted: list[tuple[Any, str]] = [("uploads", key) for key in needles.files if strategy != "scrub-profile"]
    wanted += [("avatars", key) for key in needles.pictures]
    there: dict[str, int] = {}
    unknown: dict[str, int] = {}
    for area, key in wanted:
        try:
            with source.open(area, key):
                there[area] = there.get(area, 0) + 1
        except Missing:
            continue
        except Unreadable:
            unknown[area] = unknown.get(area, 0) + 1
    verdict: Verdict = "should be gone" if strategy else "look"
    for area, files in there.items():
        yield Residue(f"storage: {area}", "", "file", files, verdict, "a file of the person")
    for area, files in unknown.items():
        yield Residue(f"storage: {area}", "", "file", files, verdict, "the storage does not say whether it is there")
