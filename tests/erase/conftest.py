"""Copies of the demo with somebody to erase, and a session that may."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.erase.planting import Subject, plant
from tests.erase.snapshots import files_below, keys, own_keys
from tests.plain_sql import Database
from zulip_bridge.api.erase import ErasureOptions, ErasurePreview
from zulip_bridge.demo import DemoInstall
from zulip_bridge.erase import ErasureResult
from zulip_bridge.launch import InstallTarget
from zulip_bridge.steward import Steward


@pytest.fixture(scope="module")
def scratch(trial: DemoInstall) -> DemoInstall:
    """A copy of the demo for a module's tests."""
    return trial


@pytest.fixture(scope="module")
def journal_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A journal of the module's own: erasures under way lie beside it."""
    path = tmp_path_factory.mktemp("erase") / "journal" / "journal.jsonl"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZULIP_STEWARD_JOURNAL", str(path))
        yield path


@pytest.fixture(scope="module")
def copy(trial_db: Database) -> Database:
    """The copy's database, for plain SQL."""
    return trial_db


@pytest.fixture(scope="module")
def subject(copy: Database, scratch: DemoInstall) -> Subject:
    """Whom to erase."""
    return plant(copy, scratch)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def steward(scratch: DemoInstall, subject: Subject, journal_place: Path) -> AsyncIterator[Steward]:
    """A session that may write."""
    opened = await Steward.open(InstallTarget(scratch.path))
    yield opened
    await opened.close()


@dataclass(frozen=True)
class Erased:
    """What was there before an erasure, what it said it would do, and what it said it did. ``going`` are the ids of
    the person and of the bots that are deleted.
    """

    subject: Subject
    going: list[int]
    before: dict[str, set[str]]
    own: dict[str, set[str]]
    sent: list[int]
    paths: list[str]
    files: set[str]
    preview: ErasurePreview
    result: ErasureResult


PATHS = """
    SELECT path_id FROM zerver_attachment WHERE owner_id = %(id)s
    UNION SELECT path_id FROM zerver_archivedattachment WHERE owner_id = %(id)s
"""


async def erase_and_remember(
    steward: Steward,
    subject: Subject,
    database: Database,
    install: DemoInstall,
    options: ErasureOptions,
    do: Callable[[ErasurePreview], Awaitable[ErasureResult]] | None = None,
) -> Erased:
    """Preview and do it, as the command line does; or in another way."""
    going = [subject.id]
    if options.bots == "delete":
        bots = database.execute("SELECT id FROM zerver_userprofile WHERE bot_owner_id = %s", [subject.id]).fetchall()
        going += [row[0] for row in bots]
    before, own, files = keys(database), own_keys(database, going), files_below(install)
    sent = database.execute("SELECT id FROM zerver_message WHERE sender_id = %s ORDER BY id", [subject.id]).fetchall()
    paths = database.execute(PATHS, {"id": subject.id}).fetchall()
    preview = await steward.erasures.preview(await steward.find(str(subject.id)), options)
    assert not preview.refusals
    result = await (do(preview) if do else steward.erasures.erase(preview, preview.confirm))
    return Erased(
        subject, going, before, own, [row[0] for row in sent], [row[0] for row in paths], files, preview, result
    )
