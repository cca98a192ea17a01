"""Names made safe: properties that hold for any name whatsoever."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zulip_bridge.api.paths import DEPTH, NAME_BYTES, PATH_BYTES, is_safe, safe_path

names = (
    st.text() | st.text(alphabet="./\\a\x00\x1b\n\u202e\u200b~é🦊", max_size=700) | st.from_regex(r"(\.\./)*[a-z./]*")
)


@given(names)
def test_a_safe_path_is_safe(name: str) -> None:
    path = safe_path(name)
    assert not path.startswith("/")
    assert not {"", ".", ".."} & set(path.split("/"))
    assert "\\" not in path
    assert all(unicodedata.category(each) not in ("Cc", "Cf", "Cs") for each in path)
    assert len(path.encode()) <= PATH_BYTES
    assert all(len(part.encode()) <= NAME_BYTES for part in path.split("/"))
    assert path.count("/") < DEPTH
    assert is_safe(path)


@given(names)
def test_making_safe_twice_changes_nothing_more(name: str) -> None:
    assert safe_path(safe_path(name)) == safe_path(name)


@given(names)
def test_a_safe_path_leads_to_below_the_directory(name: str) -> None:
    assert os.path.normpath(Path("/root") / safe_path(name)).startswith("/root/")


@given(names, names)
def test_two_names_never_become_one(one: str, other: str) -> None:
    if one != other:
        assert safe_path(one) != safe_path(other)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(names)
def test_a_safe_path_can_be_written(tmp_path: Path, name: str) -> None:
    file = tmp_path / safe_path(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"")
    file.unlink()
    while file.parent != tmp_path:
        file = file.parent
        file.rmdir()


@pytest.mark.parametrize(
    "name",
    [
        "uploads/2/ab/XyZ_-1/report final.pdf",
        "uploads/2/ab/x/اسم الملف.png",
        "avatars/2/0a.original",
        "user.json",
        "-rf",
    ],
)
def test_harmless_names_stay_as_they_are(name: str) -> None:
    assert safe_path(name) == name


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("../../etc/passwd", "etc/passwd~", ""),
        ("/etc/passwd", "etc/passwd~", ""),
        ("uploads/a\x1bb.txt", "uploads/a_b~", ".txt"),
        ("uploads/" + "x" * 300 + ".png", "uploads/xxx", ".png"),
        ("uploads/..", "uploads~", ""),
        ("", "unnamed~", ""),
    ],
)
def test_changed_names_stay_recognizable(name: str, start: str, end: str) -> None:
    assert safe_path(name).startswith(start)
    assert safe_path(name).endswith(end)
