"""The page while an export is under way: looks at what is written, and writes its own files in between."""

from __future__ import annotations

from typing import Any

import orjson

from .conversations import Conversations
from .data_files import DataFiles, Write
from .document import INDEX, document
from .rows import RowReader, Tables

LARGEST_FILE = 64 * 1024 * 1024
"""A file of the export that is looked at as a whole, in bytes, at most; the page says what it left out."""

MESSAGES = ("messages-", "archived-messages-")
LEFT_TO_FILES = "usermessages-"
"""What was read when: numbers only, and as many as messages were delivered."""
ACCOUNT = "user"
PEOPLE = ("zerver_userprofile", "bots/zerver_userprofile", "reference/people")
STAND_FOR = ("zerver_recipient", "reference/recipients")
RECIPIENTS = "recipients.json"
RECORDS = "/records.json"


class ReadablePage:
    """One export's page. Blocking, and used by one thread; ``write`` writes a whole file of the export.

    Nothing that arrives is trusted: texts are data to the page, never markup and never script.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self._files = DataFiles(write)
        self._tables = Tables(self._files, self._learn)
        self._conversations = Conversations(self._files)
        self._path = ""
        self._rows: RowReader | None = None
        self._whole: bytearray | None = None
        self._recipients: list[dict[str, Any]] = []
        self._left_out: list[str] = []

    def begin(self, path: str) -> None:
        """A file of the export begins."""
        self._path = path
        self._rows = self._whole = None
        if path.startswith(MESSAGES) or path.endswith(RECORDS) or path == RECIPIENTS:
            self._whole = bytearray()
        elif path.endswith(".json") and "/" not in path and not path.startswith(LEFT_TO_FILES):
            stem = path.removesuffix(".json")
            self._rows = RowReader(self._tables, "" if stem == ACCOUNT else f"{stem}/")

    def chunk(self, data: bytes | memoryview) -> None:
        """Its next bytes."""
        if self._rows is not None:
            self._rows.chunk(data)
        elif self._whole is not None and len(self._whole) <= LARGEST_FILE:
            self._whole += data

    def end(self) -> None:
        """It is whole, and closed: files of the page may be written."""
        if self._rows is not None:
            self._rows.end()
            self._tables.flush()
        elif self._whole is not None and len(self._whole) > LARGEST_FILE:
            self._left_out.append(self._path)
        elif self._whole is not None:
            value = orjson.loads(self._whole)
            self._whole = None
            self._take(self._path, value)
        self._rows = self._whole = None

    def finish(self, manifest: dict[str, Any]) -> None:
        """Write what waits, the index, and ``index.html``; ``manifest`` is what the page's summary tells."""
        conversations = self._conversations
        places = [
            [f"{str(place['file']).removesuffix('.json')}/{name}", place["description"]]
            for name, place in manifest.get("places", {}).items()
        ]
        conversations.write_rest()
        self._files.put_index(
            conversations.lines(),
            conversations.message_files,
            self._tables.described(),
            ([number, name] for number, name in conversations.people.items()),
            places,
        )
        self._write(INDEX, [document(manifest, self._recipients, self._left_out)])

    def _take(self, path: str, value: Any) -> None:
        if path == RECIPIENTS:
            self._recipients = [each for each in value.get("recipients", []) if isinstance(each, dict)]
        elif path.endswith(RECORDS):
            self._tables.begin(path.removesuffix(RECORDS))
            for record in value:
                self._tables.add(record)
            self._tables.flush()
        else:
            (messages,) = value.values()
            self._conversations.add(messages, deleted=path.startswith(MESSAGES[1]))

    def _learn(self, table: str, row: dict[str, Any]) -> None:
        """Names of people and what recipients stand for: they make messages readable."""
        number, kind, recipient = row.get("id"), row.get("type"), row.get("recipient")
        if not isinstance(number, int):
            return
        if table in PEOPLE:
            self._conversations.people[number] = str(row.get("full_name"))
        if table in STAND_FOR and isinstance(kind, int) and isinstance(row.get("type_id"), int):
            self._conversations.recipients[number] = (kind, row["type_id"])
        if table == PEOPLE[0] and isinstance(recipient, int):
            self._conversations.own_recipient = recipient
