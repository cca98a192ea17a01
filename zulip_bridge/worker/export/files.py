"""``uploads/``, ``avatars/`` and ``emoji/``: the person's files with their ``records.json``.

A file that is missing or unreadable is reported and the export goes on. Names come from whoever uploaded the file:
they are made safe, and ``s3_path`` keeps the original.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection

from zulip_bridge.api.export import Planned, SectionDone, Warned
from zulip_bridge.api.paths import safe_path
from zulip_bridge.api.people import Person

from .. import compat
from ..context import Context
from .reading import batches
from .sending import FRAME_BYTES, FileSender, plain, printable
from .storage import Area, Storage, StoredFile, Unreadable, storage

GRAVATAR = "G"
RECORDS = "records.json"


@dataclass(frozen=True)
class Wanted:
    """A file to export: where it is kept, and its entry in ``records.json``.

    What the storage knows of the file is added; Zulip adds nothing for an emoji on the local disk (``is_emoji``).
    """

    area: Area
    key: str
    record: dict[str, Any]
    is_emoji: bool = False


def plan_files(context: Context, person: Person) -> int:
    """Tell the steward how much is to come; returns the number of files that the database lists."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(size), 0)::bigint FROM zerver_attachment WHERE owner_id = %s", [person.id]
        )
        files, size = cursor.fetchone()
    context.event(Planned(files, size))
    return int(files)


def send_files(context: Context, person: Person, expected: int) -> None:
    """Stream all files; ``expected`` is how many the database lists, for the progress."""
    source = storage()
    sender = _FilesSender(context, source, expected)
    sender.send_folder("uploads", _uploads(person))
    sender.send_folder("avatars", _avatars(person, source))
    sender.send_folder("emoji", _emoji(person))
    context.progress("files", sender.done, sender.done)


class _FilesSender:
    def __init__(self, context: Context, source: Storage, expected: int) -> None:
        self._context = context
        self._source = source
        self._expected = expected
        self.done = 0

    def send_folder(self, folder: str, wanted: Iterable[Wanted]) -> None:
        """Stream the files of one folder, then its ``records.json``, by path as Zulip sorts it."""
        records, left_out = [], {"missing or unreadable": 0}
        for each in wanted:
            self._context.progress("files", self.done, max(self._expected, self.done + 1))
            record = self._send(folder, each)
            if record is None:
                left_out["missing or unreadable"] += 1
            else:
                records.append(record)
            self.done += 1
        records.sort(key=lambda record: str(record["path"]))
        file = FileSender(self._context, f"{folder}/{RECORDS}")
        file.write(orjson.dumps(records, default=plain, option=orjson.OPT_INDENT_2))
        file.end({"records": len(records)})
        lost = sum(left_out.values())
        self._context.event(SectionDone(folder, len(records) + lost, len(records), left_out if lost else {}))

    def _send(self, folder: str, wanted: Wanted) -> dict[str, Any] | None:
        name = f"{folder}/{wanted.key}"
        if safe_path(name).startswith(f"{folder}/{RECORDS}"):
            name = f"{folder}/_/{wanted.key}"
        try:
            with self._source.open(wanted.area, wanted.key) as stored:
                path = self._copy(name, stored)
        except Unreadable as error:
            self._context.event(Warned(printable(name), str(error)))
            return None
        known = {} if wanted.is_emoji and stored.local else stored.record
        return {**wanted.record, **known, "path": path.removeprefix(f"{folder}/")}

    def _copy(self, name: str, stored: StoredFile) -> str:
        file = FileSender(self._context, name)
        while True:
            try:
                data = stored.stream.read(FRAME_BYTES)
            except OSError as error:
                file.abandon(f"It could not be read to its end: {error.strerror or error}.")
                raise Unreadable(f"It could not be read to its end: {error.strerror or error}.") from error
            if not data:
                break
            file.write(data)
        file.end(modified=stored.modified)
        return file.path


def _uploads(person: Person) -> Iterator[Wanted]:
    query = "SELECT path_id, realm_id FROM zerver_attachment WHERE owner_id = %(id)s ORDER BY id"
    for rows in batches(query, {"id": person.id}):
        for path_id, realm_id in rows:
            yield Wanted("uploads", path_id, _record_of(person, realm_id, path_id))


def _avatars(person: Person, source: Storage) -> Iterator[Wanted]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT avatar_source, avatar_version FROM zerver_userprofile WHERE id = %s", [person.id])
        kind, version = cursor.fetchone()
    if kind == GRAVATAR:
        return
    base, versioned = compat.avatar_base(person.id, version, person.realm_id)
    for key in source.avatar_keys(base):
        version_key = {"avatar_version": version} if versioned else {}
        yield Wanted("avatars", key, _record_of(person, person.realm_id, printable(key), version_key))


def _emoji(person: Person) -> Iterator[Wanted]:
    query = """
        SELECT realm_id, author_id, file_name, name, deactivated FROM zerver_realmemoji
        WHERE author_id = %(id)s AND file_name IS NOT NULL ORDER BY id
    """
    for rows in batches(query, {"id": person.id}):
        for realm_id, author, file_name, name, deactivated in rows:
            for key in (path := compat.emoji_path(realm_id, file_name), f"{path}.original"):
                record = {
                    "realm_id": realm_id,
                    "author": author,
                    "path": key,
                    "s3_path": key,
                    "file_name": file_name,
                    "name": name,
                    "deactivated": deactivated,
                }
                yield Wanted("avatars", key, record, is_emoji=True)


def _record_of(person: Person, realm_id: int, key: str, more: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "realm_id": realm_id,
        "user_profile_id": person.id,
        "user_profile_email": person.email,
        **(more or {}),
        "s3_path": key,
        "path": key,
    }
