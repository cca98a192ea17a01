"""Files: uploads, avatars, custom emoji."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zulip_bridge.api.files import FilePage, FileRow, FileUse, Pictures, ReadFiles, ReadPictures
from zulip_bridge.api.people import Person

from ..output import print_facts, print_line, print_table
from . import SectionOptions

if TYPE_CHECKING:
    from zulip_bridge.steward import Steward

PAGE = 500


@dataclass(frozen=True)
class FoundFiles:
    """What ``--json`` prints: the newest uploads, up to the limit, and all pictures."""

    uploads: FilePage
    pictures: Pictures


async def read(steward: Steward, person: Person, options: SectionOptions) -> FoundFiles:
    """The newest uploads, and all pictures."""
    pictures = await steward.inspect.read(person, ReadPictures(person.id))
    files: list[FileRow] = []
    while True:
        before = files[-1].id if files else None
        page = await steward.inspect.read(person, ReadFiles(person.id, before, min(PAGE, options.limit - len(files))))
        files += page.files
        if not page.more or len(files) >= options.limit:
            return FoundFiles(FilePage(files, page.more, page.total, page.total_size), pictures)


def show(found: FoundFiles) -> None:
    """Print the uploads as a table, the pictures as facts."""
    titles = ["id", "uploaded", "bytes", "stored", "name", "used in"]
    rows = [
        [str(each.id), each.created_at, f"{each.size:,}", each.stored, each.name, _uses(each)]
        for each in found.uploads.files
    ]
    print_table(titles, rows, ["right", "left", "right"])
    print_line(f"{len(rows):,} of {found.uploads.total:,} uploads, {found.uploads.total_size:,} bytes in all")
    pictures = found.pictures
    facts = [("avatar", f"{pictures.avatar}, version {pictures.avatar_version}")]
    facts += [
        (
            "avatar file",
            f"{each.key}, {each.size:,} bytes" + ("" if each.current else ", of an earlier version"),
        )
        for each in pictures.avatars
    ]
    facts += [
        ("emoji", f":{each.name}: {each.key}, {each.stored}" + (", deactivated" if each.deactivated else ""))
        for each in pictures.emoji
    ]
    print_facts(facts)


def _uses(file: FileRow) -> str:
    if not file.uses:
        return "nothing"
    first = _use(file.used_in[0]) if file.used_in else ""
    return first + (f" and {file.uses - 1} more" if file.uses > 1 else "")


def _use(use: FileUse) -> str:
    where = f"#{use.to} > {use.topic}" if use.where == "channel" else f"{use.where}: {use.to}"
    return f"message {use.message_id} ({where})"
