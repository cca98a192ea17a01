"""The page of real exports of the demo: everything is on it, and nothing that was to be left out."""

from __future__ import annotations

import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.cli.process import on, run
from tests.export.page.pages import read_data, read_index
from zulip_bridge.demo import DemoInstall

WHO = "marta@example.org"


@pytest.fixture(scope="module")
def exported(demo: DemoInstall, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An answer to an access request."""
    place = tmp_path_factory.mktemp("page") / "out"
    done = on(demo, "export", WHO, "--preset", "access", "--output", place)
    assert done.status == 0, done.stderr
    return place


def texts_of(index: Path) -> dict[int, str]:
    """All messages on the page, by id."""
    found: dict[int, str] = {}
    for number in read_index(index)[1]:
        for _, messages in read_data(index, number):
            for message in messages:
                assert message[0] not in found
                found[message[0]] = message[3]
    return found


def rows_in(path: Path) -> dict[str, list[Any]]:
    """Lists by name."""
    found: dict[str, list[Any]] = json.loads(path.read_bytes())
    return found


def test_every_message_of_the_export(exported: Path) -> None:
    """Live and deleted ones, word for word."""
    expected: dict[int, str] = {}
    for file in [*exported.glob("messages-*.json"), *exported.glob("archived-messages-*.json")]:
        (messages,) = rows_in(file).values()
        expected |= {each["id"]: each["content"] for each in messages}
    assert len(expected) > 4_000
    assert texts_of(exported / "index.html") == expected


def test_every_row_of_the_export(exported: Path) -> None:
    """By table, as many as there are; and names for whoever wrote something."""
    described = {name: count for name, count, _ in read_index(exported / "index.html")[2]}
    for stem, prefix in (("user", ""), ("bots", "bots/"), ("elsewhere", "elsewhere/"), ("reference", "reference/")):
        for name, rows in rows_in(exported / f"{stem}.json").items():
            assert described[prefix + name] == len(rows), name
    for folder in ("uploads", "avatars", "emoji"):
        assert described[folder] == len(json.loads((exported / folder / "records.json").read_bytes()))
    names = dict(read_index(exported / "index.html")[3])
    for number in read_index(exported / "index.html")[1]:
        for _, messages in read_data(exported / "index.html", number):
            assert {message[1] for message in messages} <= set(names)


def test_nobody_else_where_others_are_redacted(demo: DemoInstall, exported: Path, tmp_path: Path) -> None:
    """The page is made of what is exported, so that names and texts of others are not on it either."""
    done = on(demo, "export", WHO, "--preset", "access", "--others", "redact", "--output", tmp_path / "out")
    assert done.status == 0, done.stderr
    others = [each["full_name"] for each in rows_in(exported / "reference.json")["people"] if not each["is_bot"]]
    others = [name for name in others if len(name) > 8 and name != "Marta Heavy"]
    assert len(others) > 20
    files = [tmp_path / "out/index.html", *(tmp_path / "out/pages").iterdir()]
    page = "".join(each.read_text() for each in files)
    assert [name for name in others if name in page] == []


@pytest.mark.parametrize("ending", [".tar.gz", ".zip"])
def test_in_archives(demo: DemoInstall, exported: Path, tmp_path: Path, ending: str) -> None:
    """The same files, covered by the manifest."""
    archive = tmp_path / f"out{ending}"
    done = on(demo, "export", WHO, "--preset", "access", "--format", ending.removeprefix("."), "--output", archive)
    assert done.status == 0, done.stderr
    if ending == ".zip":
        with zipfile.ZipFile(archive) as opened_zip:
            names = opened_zip.namelist()
    else:
        with tarfile.open(archive) as opened_tar:
            names = opened_tar.getnames()
    expected = {f"pages/{each.name}" for each in (exported / "pages").iterdir()} | {"index.html"}
    assert expected <= {name.partition("/")[2] for name in names} | set(names)
    assert run("export", "verify", archive).status == 0


def test_it_can_be_left_out(demo: DemoInstall, tmp_path: Path) -> None:
    """What Zulip's own export has no page of has none; asked for, it has."""
    done = on(demo, "export", WHO, "--preset", "same", "--output", tmp_path / "same")
    assert done.status == 0, done.stderr
    assert not (tmp_path / "same/index.html").exists() and not (tmp_path / "same/pages").exists()
    done = on(demo, "export", WHO, "--preset", "same", "--section", "page", "--output", tmp_path / "with")
    assert done.status == 0, done.stderr
    assert (tmp_path / "with/index.html").exists()
