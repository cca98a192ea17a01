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
from zulip_bridge.api.export_scope import ExportScope
from zulip_bridge.api.paths import safe_path
from zulip_bridge.api.people import Person

from .. import compat
from .reading import batches
from .rows import OUTSIDE, Writing, within
from .sending import FRAME_BYTES, FileSender, plain, printable
from .storage import Area, Storage, StoredFile, Unreadable, storage

GRAVATAR, UPLOADED = "G", "U"
RECORDS = "records.json"
MOST_VERSIONS = 1_000
"""Earlier profile pictures looked for, the latest first."""


@dataclass(frozen=True)
class Wanted:
    """A file to export: where it is kept, and its entry in ``records.json``.

    What the storage knows of the file is added; Zulip adds nothing for an emoji on the local disk (``is_emoji``).
    """

    area: Area
    key: str
    record: dict[str, Any]
    is_emoji: bool = False


def plan_files(writing: Writing) -> int:
    """Tell the steward how much is to come; returns the number of files that the database lists."""
    files, size = 0, 0
    if writing.scope.has("uploads"):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*), coalesce(sum(size), 0)::bigint FROM zerver_attachment WHERE owner_id = %(id)s"
                + _dates(writing.scope),
                writing.parameters,
            )
            files, size = cursor.fetchone()
    writing.context.event(Planned(files, size))
    return int(files)


def send_files(writing: Writing, expected: int) -> None:
    """Stream the files of the chosen folders; ``expected`` is how many the database lists, for the progress."""
    source, scope, person = storage(), writing.scope, writing.person
    sender = _FilesSender(writing, source, expected)
    if scope.has("uploads"):
        sender.send_folder("uploads", _uploads(writing))
    if scope.has("avatars"):
        sender.send_folder("avatars", _avatars(writing, source))
    if scope.has("emoji"):
        sender.send_folder("emoji", _emoji(person, as_zulip=scope.as_zulip))
    writing.context.progress("files", sender.done, sender.done)


def _dates(scope: ExportScope) -> str:
    dates = within(scope, "create_time")
    return f" AND {dates}" if dates else ""


class _FilesSender:
    def __init__(self, writing: Writing, source: Storage, expected: int) -> None:
        self._context = writing.context
        self._redactor = writing.redactor
        self._writing = writing
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
        outside = _outside_the_dates(self._writing) if folder == "uploads" else 0
        if outside:
            left_out[OUTSIDE] = outside
        left_out = {reason: count for reason, count in left_out.items() if count}
        self._context.event(SectionDone(folder, len(records) + sum(left_out.values()), len(records), left_out))

    def _send(self, folder: str, wanted: Wanted) -> dict[str, Any] | None:
        name = f"{folder}/{self._cleaned(wanted.key)}"
        if safe_path(name).startswith(f"{folder}/{RECORDS}"):
            name = f"{folder}/_/{self._cleaned(wanted.key)}"
        try:
            with self._source.open(wanted.area, wanted.key) as stored:
                path = self._copy(name, stored)
        except Unreadable as error:
            self._context.event(Warned(printable(name), self._cleaned(str(error))))
            return None
        known = {} if wanted.is_emoji and stored.local else stored.record
        record = {**wanted.record, **known}
        if wanted.is_emoji and "user_profile_id" in known:
            # A bucket knows who put it there; Zulip's export adds the address then.
            record["user_profile_email"] = self._writing.person.email
        if self._redactor is not None:
            self._redactor.row(folder, record)
        return {**record, "path": path.removeprefix(f"{folder}/")}

    def _cleaned(self, text: str) -> str:
        return text if self._redactor is None else self._redactor.text(text)

    def _copy(self, name: str, stored: StoredFile) -> str:
        file = FileSender(self._context, name)
        while True:
            try:
                data = stored.stream.read(FRAME_BYTES)
            except OSError as error:
                sentence = f"It could not be read to its end: {error.strerror or str(error).rstrip('.')}."
                file.abandon(sentence)
                raise Unreadable(sentence) from error
            if not data:
                break
            file.write(data)
        file.end(modified=stored.modified)
        return file.path


def _uploads(writing: Writing) -> Iterator[Wanted]:
    query = (
        f"SELECT path_id, realm_id FROM zerver_attachment WHERE owner_id = %(id)s{_dates(writing.scope)} ORDER BY id"
    )
    for rows in batches(query, writing.parameters):
        for path_id, realm_id in rows:
            yield Wanted("uploads", path_id, _record_of(writing.person, realm_id, path_id))


def _outside_the_dates(writing: Writing) -> int:
    dates = within(writing.scope, "create_time")
    if not dates:
        return 0
    with connection.cursor() as cursor:
        query = f"SELECT count(*) FROM zerver_attachment WHERE owner_id = %(id)s AND NOT ({dates})"
        cursor.execute(query, writing.parameters)
        return int(cursor.fetchone()[0])


def _avatars(writing: Writing, source: Storage) -> Iterator[Wanted]:
    """The picture in use, and those of earlier versions that are still stored (from 9.0 they are kept)."""
    person, as_zulip = writing.person, writing.scope.as_zulip
    with connection.cursor() as cursor:
        cursor.execute("SELECT avatar_source, avatar_version FROM zerver_userprofile WHERE id = %s", [person.id])
        kind, version = cursor.fetchone()
    _, versioned = compat.avatar_base(person.id, version, person.realm_id)
    are_kept = versioned and not as_zulip
    if kind == GRAVATAR and not are_kept:
        return
    # Somebody who went back to Gravatar may still have uploaded pictures, also under the version in use.
    for number in range(version, 0, -1)[:MOST_VERSIONS] if are_kept else [version]:
        base, _ = compat.avatar_base(person.id, number, person.realm_id)
        try:
            keys = source.stored_avatar(base, as_zulip)
        except Unreadable as error:
            if number != version or kind != UPLOADED:
                writing.context.event(Warned("avatars", f"Not all versions of the picture were looked for. {error}"))
                return
            keys = []
        if not keys and number == version and kind == UPLOADED:
            # Asked for all the same: it is then listed as missing.
            keys = [f"{base}.original"]
        for key in keys:
            version_key = {"avatar_version": number} if versioned else {}
            yield Wanted("avatars", key, _record_of(person, person.realm_id, printable(key), version_key))


def _emoji(person: Person, *, as_zulip: bool) -> Iterator[Wanted]:
    query = """
        SELECT realm_id, author_id, file_name, name, deactivated, is_animated FROM zerver_realmemoji
        WHERE author_id = %(id)s AND file_name IS NOT NULL ORDER BY id
    """
    for rows in batches(query, {"id": person.id}):
        for realm_id, author, file_name, name, deactivated, is_animated in rows:
            path = compat.emoji_path(realm_id, file_name)
            still = [compat.still_emoji_path(realm_id, file_name)] if is_animated and not as_zulip else []
            for key in (path, f"{path}.original", *still):
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
