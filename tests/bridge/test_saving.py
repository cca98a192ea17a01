"""Files of JSON for the operator: whole, owner-only, never over another one."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path

import pytest

from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.messages import MessageFilters
from zulip_bridge.saving import Draft

VALUE = {"filters": MessageFilters(text="ü"), "rows": [1, None, True]}


def names_in(directory: Path) -> list[str]:
    """What lies there, hidden or not."""
    return [each.name for each in directory.iterdir()]


def test_a_kept_draft_is_whole_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deep" / "saved.json"
    draft = Draft.write(path, VALUE)
    assert not path.exists()
    saved = draft.keep()
    assert json.loads(path.read_bytes())["filters"]["text"] == "ü"
    assert (saved.path, saved.size) == (path, path.stat().st_size)
    assert saved.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert names_in(path.parent) == ["saved.json"]


def test_a_dropped_draft_leaves_nothing(tmp_path: Path) -> None:
    Draft.write(tmp_path / "saved.json", VALUE).drop()
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("kind", ["file", "link"])
def test_nothing_is_written_over(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "saved.json"
    if kind == "file":
        path.write_text("mine")
    else:
        path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StewardError, match="such a file already") as caught:
        Draft.write(path, VALUE)
    assert caught.value.kind is ErrorKind.STORAGE
    assert names_in(tmp_path) == ["saved.json"]
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_that_came_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "saved.json"
    draft = Draft.write(path, VALUE)
    path.write_text("mine")
    with pytest.raises(StewardError, match="cannot be written"):
        draft.keep()
    assert path.read_text() == "mine"
    assert names_in(tmp_path) == ["saved.json"]


def test_a_place_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StewardError, match="cannot be written"):
        Draft.write(tmp_path / "file" / "saved.json", VALUE)
