"""Pages for tests, made of made-up messages and rows by the exporter's own code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from zulip_bridge.export.page import ReadablePage

Rows = list[dict[str, Any]]

PERSON = 7
OWN_RECIPIENT = 70
CHUNK_BYTES = 1_000
REFERENCE = {"profile_fields": [{"id": 3, "name": "Pronouns"}]}
MESSAGES_IN_A_FILE = 1_000


def manifest(**changed: Any) -> dict[str, Any]:
    """What the page's summary is made of."""
    return {
        "person": {"id": PERSON, "realm": "acme", "full_name": "Ada Sample", "delivery_email": "ada@acme.example"},
        "made": {"snapshot_taken": "2026-05-01T09:30:00Z", "operator": "otto", "tool_version": "1.2.3"},
        "server": {"name": "chat.acme.example", "zulip_version": "11.0"},
        "scope": {"preset": "access", "words": "Everything."},
        "messages": {"written": 3},
        "files": [],
        "sections": [
            {"section": "messages", "found": 3, "written": 2, "left_out": {"too odd": 1}},
            {"section": "contributions", "found": 1, "written": 1},
        ],
        "warnings": [],
        "redactions": {},
        **changed,
    }


def message(number: int, content: str, **changed: Any) -> dict[str, Any]:
    """A message in the topic "tea" of the channel "kitchen", written by somebody else."""
    return {
        "id": number,
        "sender": 8,
        "recipient": 71,
        "subject": "tea",
        "content": content,
        "date_sent": 1_700_000_000.5 + number,
        "edit_history": None,
        "last_edit_time": None,
        "is_channel_message": True,
        "flags": ["read"],
        "recipient_name": "kitchen",
        **changed,
    }


def direct(number: int, content: str, *, sender: int, recipient: int, name: str) -> dict[str, Any]:
    """A direct message; ``name`` is that of the recipient."""
    fields = {"subject": "\x07", "is_channel_message": False, "recipient_name": name}
    return message(number, content, sender=sender, recipient=recipient, **fields)


def account(**tables: Rows) -> dict[str, Rows]:
    """``user.json``: the account, and other tables."""
    own = {"id": PERSON, "full_name": "Ada Sample", "delivery_email": "ada@acme.example", "recipient": OWN_RECIPIENT}
    return {"zerver_userprofile": [{**own, "role": 400, "is_active": True}], **tables}


def account_bytes(tables: dict[str, Rows]) -> bytes:
    """As the worker writes it: each row on a line of its own."""
    parts = []
    for name, rows in tables.items():
        lines = ",\n".join(orjson.dumps(row).decode() for row in rows)
        parts.append(f'"{name}":[' + ("\n" + lines if rows else "") + "]")
    return ("{" + ",".join(parts) + "\n}\n").encode()


def make_page(
    directory: Path,
    messages: Iterable[dict[str, Any]] = (),
    tables: dict[str, Rows] | None = None,
    records: dict[str, Rows] | None = None,
    people: Rows | None = None,
    reference: dict[str, Rows] | None = None,
    **changed: Any,
) -> Path:
    """Feed the exporter's page with an export's files; returns the path of ``index.html``."""

    def write(path: str, pieces: Iterable[bytes]) -> None:
        place = directory / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as file:
            file.writelines(pieces)

    page = ReadablePage(write)
    _feed(page, "user.json", account_bytes(account() if tables is None else tables))
    _feed(page, "reference.json", account_bytes(REFERENCE | (reference or {}) | {"people": people or []}))
    for number, some in enumerate(_portions(messages), 1):
        data = b'{"zerver_message":[\n' + orjson.dumps(some)[1:-1] + b"\n]}\n"
        _feed(page, f"messages-{number:06}.json", data)
    for folder, rows in (records or {}).items():
        _feed(page, f"{folder}/records.json", orjson.dumps(rows))
    page.finish(manifest(**changed))
    return directory / "index.html"


def read_index(index: Path) -> Any:
    """What the page's index says."""
    return read_data(index, 0)


def read_data(index: Path, number: int) -> Any:
    """The contents of a data file: exactly one call with data."""
    text = (index.parent / f"pages/data-{number:05}.js").read_bytes()
    found = re.fullmatch(rb"steward\((\d+),(.*)\);\n", text, re.DOTALL)
    assert found and int(found[1]) == number
    return orjson.loads(found[2])


def _portions(messages: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    some: list[dict[str, Any]] = []
    for each in messages:
        some.append(each)
        if len(some) == MESSAGES_IN_A_FILE:
            yield some
            some = []
    if some:
        yield some


def _feed(page: ReadablePage, path: str, data: bytes) -> None:
    page.begin(path)
    for start in range(0, len(data), CHUNK_BYTES):
        page.chunk(memoryview(data)[start : start + CHUNK_BYTES])
    page.end()
