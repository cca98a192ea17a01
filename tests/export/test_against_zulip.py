"""The export held against Zulip's own, value by value and in the same order: with ``pytest --install PATH`` only."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.export.support import FOLDERS, Exported, Rows, export
from zulip_bridge.api.people import ListRealms, SearchPeople
from zulip_bridge.client import Bridge
from zulip_bridge.client.child import child_environment
from zulip_bridge.export import verify_export
from zulip_bridge.launch import InstallTarget, open_door
from zulip_bridge.launch.words import SHELL

PEOPLE_OF_A_REALM = 40
ATTEMPTS = 3
"""A server in use changes between the two exports: people who differ are looked at again, both ways."""

EXPORT = """
import logging, os
from zerver.lib.export import do_export_user
from zerver.models import UserProfile
logging.disable(logging.CRITICAL)
for person in UserProfile.objects.filter(id__in={ids}):
    directory = f"{directory}/{{person.id}}"
    os.mkdir(directory)
    do_export_user(person, directory)
"""

ADDED_OF_EMOJI = {"author", "name", "deactivated"}
ADDED_FILES = {".original"}
"""Up to 9.0 Zulip left out the picture of an emoji as it was uploaded; it comes along here."""


@pytest.fixture
def real_install(request: pytest.FixtureRequest) -> Path:
    """The install of ``--install``; Zulip's own export is not part of the demo."""
    chosen: Path | None = request.config.getoption("--install")
    if chosen is None:
        pytest.skip("needs a real Zulip: pytest --install PATH")
    return chosen


@pytest.fixture
def zulips(real_install: Path) -> Iterator[Path]:
    """A directory that Zulip can write and the tests can read."""
    directory = Path(tempfile.mkdtemp(prefix="zulips-export-"))
    owner = (real_install / "manage.py").stat()
    if os.geteuid() == 0:
        os.chown(directory, owner.st_uid, owner.st_gid)
    yield directory
    shutil.rmtree(directory)


async def some_people(bridge: Bridge) -> list[int]:
    """Ids from all realms, evenly over each."""
    found: list[int] = []
    for realm in await bridge.call(ListRealms()):
        page = await bridge.call(SearchPeople(realm=realm.string_id, limit=1_000))
        ids = [person.id for person in page.people]
        found += ids[:: max(1, len(ids) // PEOPLE_OF_A_REALM)][:PEOPLE_OF_A_REALM]
    return found


def zulip_exports(install: Path, ids: list[int], directory: Path) -> None:
    """Have Zulip's own code export these people."""
    door = open_door(InstallTarget(install))
    words = [*door.argv[: -len(SHELL)], "shell", "-v", "0", "-c", EXPORT.format(ids=ids, directory=directory)]
    environment = child_environment(door.environment)
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd="/", env=environment)


@pytest.mark.timeout(1_200)
async def test_exports_equal_zulips_own(
    install_bridge: Bridge, real_install: Path, zulips: Path, tmp_path: Path
) -> None:
    people = await some_people(install_bridge)
    assert people
    for attempt in range(ATTEMPTS):
        zulip_exports(real_install, people, make_directory(zulips / str(attempt), zulips))
        differing = []
        for person in people:
            theirs, ours = zulips / str(attempt) / str(person), tmp_path / str(attempt) / str(person)
            await export(install_bridge, person, ours)
            assert verify_export(ours) == []
            try:
                compare(Exported.read(theirs), Exported.read(ours))
            except AssertionError:
                if attempt == ATTEMPTS - 1:
                    raise
                differing.append(person)
        people = differing


def make_directory(path: Path, like: Path) -> Path:
    """A directory with the owner of another."""
    path.mkdir()
    shutil.chown(path, like.stat().st_uid, like.stat().st_gid)
    return path


def compare(theirs: Exported, ours: Exported) -> None:
    """Equal but for what is documented: the video call secret, the search index, the messages that Zulip drops."""
    for row in theirs.user["zerver_userprofile"]:
        row.pop("zoom_token", None)
        row.pop("third_party_api_state", None)
    assert_same(ours.user, theirs.user)
    for message in theirs.messages:
        message.pop("search_tsvector", None)
    present = {message["id"] for message in theirs.messages}
    assert_same([message for message in ours.messages if message["id"] in present], theirs.messages)
    dropped = [message for message in ours.messages if message["id"] not in present]
    assert all(message["flags"] == [] and message["flags_mask"] == 0 for message in dropped)
    assert ours.manifest["messages"]["without_own_row"] == len(dropped)
    for folder in FOLDERS:
        known = {record["path"] for record in theirs.records[folder]}
        added = [record["path"] for record in ours.records[folder] if record["path"] not in known]
        assert all(Path(path).suffix in ADDED_FILES for path in added)
        shared = [record for record in ours.records[folder] if record["path"] in known]
        assert_records_same(shared, theirs.records[folder])
        for path in known:
            assert (ours.path / folder / path).read_bytes() == (theirs.path / folder / path).read_bytes()


def assert_same(ours: Any, theirs: Any) -> None:
    """Equal in value, type, and the order of rows and keys."""
    assert json.dumps(ours) == json.dumps(theirs)


def assert_records_same(ours: Rows, theirs: Rows) -> None:
    """Of files Zulip writes the same in another order where they are in a bucket, and less of an emoji there."""
    for own, known in zip(ours, theirs, strict=True):
        assert own.keys() - known.keys() <= ADDED_OF_EMOJI
        assert {key: own[key] for key in known} == known
