"""``edit --from FILE.csv``: everybody is looked at before the first is changed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zulip_bridge.api.codec import to_json
from zulip_bridge.api.edit import ApplyResult, ChangePreview
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.edit import Outcome, Row, TableError, apply_all, read_table
from zulip_bridge.edit.bulk import AllThenCancelled

from .asking import agreed
from .changes import narrate_outcome, print_previews, without_cause
from .ending import REFUSED, refused
from .narration import narrate, status
from .options import Choice
from .output import path_text, print_json
from .session import with_steward

if TYPE_CHECKING:
    from zulip_bridge.steward import Steward

MOST_BYTES = 16 * 1024 * 1024
SKIPPED_KINDS = (ErrorKind.NOT_FOUND, ErrorKind.AMBIGUOUS, ErrorKind.INVALID)
"""What is wrong with one row, and said of it; anything else ends the command."""


def edit_many(source: Path, realm: str | None, choice: Choice, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Read the file, preview every row, ask once, apply one by one."""
    rows = _rows(source)

    async def work(steward: Steward) -> int:
        previews, problems = await _look(steward, rows, realm)
        problems += _across(previews)
        if not as_json:
            print_previews([preview for _, preview in previews])
        for problem in problems:
            narrate(problem)
        refusing = bool(problems) or any(preview.refusals for _, preview in previews)
        changing = [preview for _, preview in previews if preview.changes]
        if refusing or dry_run or not changing:
            return _look_only([preview for _, preview in previews], problems, refusing, as_json)
        if not yes and not await agreed(f"Apply this to {_people(len(changing))} on {steward.label}?"):
            narrate("Nothing was changed.")
            return REFUSED
        return await _apply(steward, [preview for _, preview in previews], as_json)

    ended = with_steward(choice, work)
    if ended:
        sys.exit(ended)


def _rows(source: Path) -> list[Row]:
    try:
        raw = sys.stdin.buffer.read(MOST_BYTES + 1) if str(source) == "-" else source.read_bytes()
    except OSError as error:
        refused(f"{path_text(source)} cannot be read: {error.strerror}.")
    if len(raw) > MOST_BYTES:
        refused(f"{path_text(source)} is larger than {MOST_BYTES >> 20} MiB.")
    try:
        return read_table(raw.decode("utf-8"))
    except UnicodeDecodeError:
        refused(f"{path_text(source)} is not UTF-8.")
    except TableError as error:
        for sentence in error.sentences[:-1]:
            narrate(sentence)
        refused(error.sentences[-1])


async def _look(
    steward: Steward, rows: Sequence[Row], realm: str | None
) -> tuple[list[tuple[Row, ChangePreview]], list[str]]:
    previews: list[tuple[Row, ChangePreview]] = []
    problems: list[str] = []
    for number, row in enumerate(rows, 1):
        status.say(f"Looking at {number} of {_people(len(rows))}")
        try:
            person = await steward.find(row.user, realm if row.realm is None else row.realm)
            previews.append((row, await steward.preview(person, row.changes)))
        except StewardError as error:
            if error.kind not in SKIPPED_KINDS:
                raise
            problems.append(f"Line {row.line}: {error.sentence}")
    status.clear()
    return previews, problems


def _across(previews: Sequence[tuple[Row, ChangePreview]]) -> list[str]:
    """What only shows when the rows are seen together: somebody, or an address, that occurs twice."""
    problems = []
    people: dict[int, int] = {}
    addresses: dict[tuple[int, str], int] = {}
    for row, preview in previews:
        person = preview.person
        first = people.setdefault(person.id, row.line)
        if first != row.line:
            problems.append(f"Line {row.line}: {row.user} is the person of line {first} again.")
        for item in preview.changes:
            key = (person.realm_id, item.after.casefold())
            if item.field == "delivery_email" and addresses.setdefault(key, row.line) != row.line:
                problems.append(f"Line {row.line}: {item.after} is given out on line {addresses[key]} already.")
    return problems


def _look_only(previews: list[ChangePreview], problems: list[str], refusing: bool, as_json: bool) -> int:
    if as_json:
        print_json({"previews": to_json(previews), "problems": problems})
    if refusing:
        narrate("Nothing was changed: every row must be right before the first is applied.")
        return REFUSED
    if not any(preview.changes for preview in previews):
        narrate("There is nothing to change.")
    return 0


async def _apply(steward: Steward, previews: list[ChangePreview], as_json: bool) -> int:
    def apply(preview: ChangePreview) -> Any:
        number = previews.index(preview) + 1
        status.say(f"Applying: {number} of {_people(len(previews))}")
        return steward.apply(preview, {"bulk": f"{number} of {len(previews)}"})

    try:
        outcomes = await apply_all(previews, apply, lambda outcome: None if as_json else narrate_outcome(outcome))
    except AllThenCancelled as cancelled:
        _summarize(cancelled.outcomes, as_json)
        raise
    return _summarize(outcomes, as_json)


def _summarize(outcomes: list[Outcome], as_json: bool) -> int:
    if as_json:
        print_json({"outcomes": [_flat(each) for each in outcomes]})
    counts: dict[str, int] = {}
    for outcome in outcomes:
        counts[outcome.state] = counts.get(outcome.state, 0) + 1
    words = {"unchanged": "nothing to do", "not_reached": "not begun"}
    narrate(
        "; ".join(f"{words.get(name, name.replace('_', ' '))}: {_people(each)}" for name, each in counts.items())
        + "."
    )
    return 0 if counts.keys() <= {"done", "unchanged"} else REFUSED


def _flat(outcome: Outcome) -> dict[str, Any]:
    items = outcome.result.items if isinstance(outcome.result, ApplyResult) else []
    return {
        "person": to_json(outcome.person),
        "state": outcome.state,
        "sentence": outcome.sentence,
        "items": [without_cause(item) for item in items],
    }


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"
