"""Erasing where files are in buckets: uploads, thumbnails, and every version of an avatar, by their keys."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.erase.buckets import move_into_buckets, put
from tests.erase.planting import Subject
from tests.plain_sql import Database, column
from zulip_bridge.api.erase import ErasureOptions
from zulip_bridge.demo import DemoInstall
from zulip_bridge.demo.paths import Places
from zulip_bridge.launch import InstallTarget
from zulip_bridge.steward import Steward

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATHS = "SELECT path_id FROM zerver_attachment WHERE owner_id = %s ORDER BY id"


@pytest.fixture(scope="module")
def top(scratch: DemoInstall, subject: Subject) -> Path:
    """The buckets."""
    return move_into_buckets(scratch)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def steward(scratch: DemoInstall, top: Path, journal_place: Path) -> AsyncIterator[Steward]:
    """A session that may write."""
    opened = await Steward.open(InstallTarget(scratch.path))
    yield opened
    await opened.close()


def avatar_keys(install: DemoInstall, subject: Subject) -> list[str]:
    """As Zulip's storage for S3 names the pictures of three versions: the middle size has no ending."""
    salt = json.loads(Places(install.base).secrets.read_text())["avatar_salt"]
    hashes = [hashlib.sha256(f"{subject.id}:{version}:{salt}".encode()).hexdigest()[:40] for version in (1, 2, 3)]
    return [f"avatars/{subject.realm_id}/{each}{end}" for each in hashes for end in ("", "-medium.png", ".original")]


def objects(top: Path) -> set[str]:
    """All keys, with their buckets."""
    return {str(path.relative_to(top)) for path in top.rglob("*") if path.is_file()}


async def test_what_is_the_persons_goes_and_nothing_else(
    steward: Steward, subject: Subject, copy: Database, scratch: DemoInstall, top: Path
) -> None:
    paths = column(copy, PATHS, subject.id)
    mine = [f"uploads/{path}" for path in paths] + [f"uploads/thumbnail/{path}/840x560.webp" for path in paths]
    mine += avatar_keys(scratch, subject)
    others = [f"uploads/{paths[0]}2", f"uploads/thumbnail/{paths[0]}2/840x560.webp", "avatars/2/" + "0" * 40]
    put(top, *mine, *others)
    options = ErasureOptions("anonymize", "deactivate")
    preview = await steward.erasures.preview(await steward.find(str(subject.id)), options)

    put(top, "down")
    result = await steward.erasures.erase(preview, preview.confirm)
    assert not result.complete
    assert {each.place for each in result.residue.wrong} == {"storage: uploads", "storage: avatars"}
    assert any("could not be deleted" in each for each in result.warnings)

    (top / "down").unlink()
    (case,) = steward.erasures.under_way(str(subject.id))
    result = await steward.erasures.resume(case)
    assert result.complete, result.residue.wrong
    assert objects(top) == set(others)
