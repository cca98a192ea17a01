"""``export --from FILE``: many people, each into an archive of its own."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zulip_bridge.api.codec import to_json
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.export_scope import ExportScope
from zulip_bridge.export import ExportResult, Packaging
from zulip_bridge.export.people_file import Named, PeopleFileError, read_people
from zulip_bridge.export.recorded import Order, Outcome, archive_name

from .ending import REFUSED, refused
from .narration import counted, narrate, status
from .options import Choice
from .output import path_text, print_json, print_table
from .session import with_steward

if TYPE_CHECKING:
    from zulip_bridge.api.calls import Progress
    from zulip_bridge.api.people import Person
    from zulip_bridge.steward import Steward

MOST_BYTES = 16 * 1024 * 1024
FOLDER = Path("folder")
"""Stands for the folder, whose name says nothing of the format of what is put into it."""
NOT_DONE = "It was not come to, or interrupted; nothing is kept of it."
UNKNOWN = (ErrorKind.NOT_FOUND, ErrorKind.AMBIGUOUS, ErrorKind.INVALID)


@dataclass(frozen=True)
class Asked:
    """One line of the file, and what became of it."""

    named: Named
    outcome: Outcome | None
    sentence: str = ""


def export_many(
    source: Path,
    realm: str | None,
    folder: Path,
    packaging: Packaging,
    scope: ExportScope | None,
    choice: Choice,
    *,
    as_json: bool,
) -> None:
    """Export everybody whom the file names; status 1 where one was not."""
    people = _people(source)

    async def work(steward: Steward) -> list[Asked]:
        found, unknown = await _find(steward, people, realm)
        told: list[Outcome] = []
        try:
            outcomes = await _export(steward, [person for _, person in found], folder, packaging, scope, told)
        except asyncio.CancelledError:
            # Those before the one that was interrupted are kept: say which.
            _summarize(_asked(found, told, unknown), as_json)
            raise
        return _asked(found, outcomes, unknown)

    asked = with_steward(choice, work, for_exports=True)
    _summarize(asked, as_json)
    if not all(each.outcome and each.outcome.state == "done" for each in asked):
        sys.exit(REFUSED)


def _asked(found: list[tuple[Named, Person]], outcomes: list[Outcome], unknown: list[Asked]) -> list[Asked]:
    """A line of the file each, in its order; without an outcome where it was not come to."""
    ended = {outcome.order.person.id: outcome for outcome in outcomes}
    asked = [
        Asked(named, outcome, outcome.sentence if outcome else NOT_DONE)
        for named, person in found
        for outcome in [ended.get(person.id)]
    ]
    return sorted([*asked, *unknown], key=lambda each: each.named.line)


def _people(source: Path) -> list[Named]:
    try:
        raw = sys.stdin.buffer.read(MOST_BYTES + 1) if str(source) == "-" else source.read_bytes()
        if len(raw) > MOST_BYTES:
            refused(f"{path_text(source)} is larger than {MOST_BYTES >> 20} MiB.")
        return read_people(raw.decode("utf-8"))
    except OSError as error:
        refused(f"{path_text(source)} cannot be read: {error.strerror}.")
    except UnicodeDecodeError:
        refused(f"{path_text(source)} is not UTF-8.")
    except PeopleFileError as error:
        refused(str(error))


async def _find(
    steward: Steward, people: list[Named], realm: str | None
) -> tuple[list[tuple[Named, Person]], list[Asked]]:
    """The accounts that are meant, each once, and the lines that mean none."""
    found: dict[int, tuple[Named, Person]] = {}
    unknown: list[Asked] = []
    for named in people:
        try:
            person = await steward.find(named.user, named.realm or realm)
        except StewardError as error:
            if error.kind not in UNKNOWN:
                raise
            unknown.append(Asked(named, None, error.sentence))
            narrate(f"Line {named.line}: {error.sentence}")
            continue
        if person.id in found:
            narrate(f"Line {named.line} names the account that line {found[person.id][0].line} names: exported once.")
        found.setdefault(person.id, (named, person))
    return list(found.values()), unknown


async def _export(
    steward: Steward,
    people: list[Person],
    folder: Path,
    packaging: Packaging,
    scope: ExportScope | None,
    told: list[Outcome],
) -> list[Outcome]:
    from zulip_bridge.amounts import out_of
    from zulip_bridge.api.export_scope import SAME

    today = datetime.now(timezone.utc)
    orders = [Order(person, folder / archive_name(person, today, packaging)) for person in people]

    def on_progress(order: Order, progress: Progress) -> None:
        place = f"{orders.index(order) + 1} of {counted(len(orders), 'person').replace('persons', 'people')}"
        status.say(f"{place}: {progress.phase} {out_of(progress)}")

    def on_outcome(outcome: Outcome) -> None:
        told.append(outcome)
        if outcome.state == "failed":
            narrate(f"{path_text(outcome.order.destination)}: {outcome.sentence}")

    return await steward.exports.export_all(orders, on_progress, on_outcome, scope or SAME, packaging)


def _summarize(asked: list[Asked], as_json: bool) -> None:
    if as_json:
        print_json([_json(each) for each in asked])
    else:
        print_table(["who", "what", "messages", "bytes", "sha256"], [_row(each) for each in asked])
    done = sum(1 for each in asked if each.outcome and each.outcome.state == "done")
    narrate(f"{counted(done, 'export')} of {counted(len(asked), 'line')} written.")


def _row(asked: Asked) -> list[str]:
    result = asked.outcome.result if asked.outcome else None
    if result is None:
        state = asked.outcome.state if asked.outcome else "failed"
        return [asked.named.user, asked.sentence or state.replace("_", " "), "", "", ""]
    return [
        asked.named.user,
        path_text(result.path),
        f"{result.messages:,}",
        f"{result.stored_bytes:,}",
        result.digest,
    ]


def _json(asked: Asked) -> dict[str, Any]:
    outcome = asked.outcome
    described: dict[str, Any] = {
        "user": asked.named.user,
        "line": asked.named.line,
        "person": to_json(outcome.order.person) if outcome else None,
        "state": outcome.state if outcome else "not_begun" if asked.sentence == NOT_DONE else "failed",
        "sentence": asked.sentence,
    }
    if outcome is not None and outcome.result is not None:
        described["export"] = result_json(outcome.result)
    return described


def result_json(result: ExportResult) -> dict[str, Any]:
    """A finished export for machines."""
    return {
        "path": path_text(result.path),
        "format": result.packaging.format,
        "encrypted": result.packaging.encryption is not None,
        "messages": result.messages,
        "files": result.files,
        "bytes": result.bytes,
        "stored_bytes": result.stored_bytes,
        "warnings": result.warnings,
        "sha256": result.sha256,
        "manifest_sha256": result.manifest_sha256,
        "seconds": round(result.seconds, 3),
    }
