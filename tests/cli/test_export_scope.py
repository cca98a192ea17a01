"""``export`` with a preset, sections, dates and ``--others``, as a process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.process import on, run
from tests.plain_sql import Database, value
from zulip_bridge.api.export_scope import SECTIONS, sections_of
from zulip_bridge.demo import DemoInstall

pytestmark = pytest.mark.usefixtures("demo")


def manifest(place: Path) -> dict[str, Any]:
    """The manifest of an export."""
    found: dict[str, Any] = json.loads((place / "manifest.json").read_bytes())
    return found


def test_without_options_it_is_everything(demo: DemoInstall, tmp_path: Path) -> None:
    assert on(demo, "export", "7", "--output", tmp_path / "out").status == 0
    scope = manifest(tmp_path / "out")["scope"]
    assert scope["preset"] == "access"
    assert scope["sections"] == list(sections_of("access"))
    assert (tmp_path / "out" / "elsewhere.json").is_file()
    assert run("export", "verify", tmp_path / "out").status == 0


def test_the_same_as_zulips_own(demo: DemoInstall, tmp_path: Path) -> None:
    assert on(demo, "export", "7", "--preset", "same", "--output", tmp_path / "out").status == 0
    names = {path.name for path in (tmp_path / "out").iterdir() if not path.name.startswith("messages-")}
    assert names == {"user.json", "uploads", "avatars", "emoji", "manifest.json"}


def test_sections_dates_and_redaction(demo: DemoInstall, database: Database, tmp_path: Path) -> None:
    options = ["--section", "messages.direct", "--section", "drafts", "--since", "2000-01-01", "--others", "redact"]
    assert on(demo, "export", "7", *options, "--output", tmp_path / "out").status == 0
    told = manifest(tmp_path / "out")
    assert told["scope"]["sections"] == ["drafts", "messages.direct"]
    assert told["scope"]["since"] == "2000-01-01T00:00:00Z"
    assert told["third_parties"]["mode"] == "redact"
    assert list(told["tables"]) == ["zerver_draft", "zerver_message"]
    assert (
        value(database, "SELECT count(*) FROM zulip.zerver_draft WHERE user_profile_id = 7")
        == told["tables"]["zerver_draft"]
    )


@pytest.mark.parametrize(
    "options",
    [
        ["--preset", "everything"],
        ["--section", "secrets"],
        ["--since", "yesterday"],
        ["--since", "2026-02-01", "--until", "2026-01-01"],
        ["--others", "forget"],
    ],
)
def test_what_is_no_choice_is_a_usage_error(demo: DemoInstall, options: list[str], tmp_path: Path) -> None:
    ended = on(demo, "export", "7", *options, "--output", tmp_path / "out")
    assert (ended.status, ended.stdout) == (2, "")
    assert not (tmp_path / "out").exists()


def test_the_sections_are_listed() -> None:
    assert [each["name"] for each in run("export", "sections", "--json").json] == [each.name for each in SECTIONS]
    listed = run("export", "sections").stdout
    assert all(each.name in listed and each.title in listed for each in SECTIONS)


def test_the_journal_knows_the_scope(demo: DemoInstall, tmp_path: Path) -> None:
    assert on(demo, "export", "7", "--section", "drafts", "--output", tmp_path / "out").status == 0
    entries = run("journal", "--json").json
    found = next(each for each in entries if each["action"] == "export.finished")
    assert found["parameters"]["scope"]["sections"] == ["drafts"]
