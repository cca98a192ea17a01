"""``export`` and ``export verify`` as processes."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.process import SCRIPT, on, run
from tests.plain_sql import Database, value
from zulip_bridge.demo import DemoInstall


def test_export_writes_a_directory_and_verify_agrees(demo: DemoInstall, tmp_path: Path) -> None:
    place = tmp_path / "marta"
    ended = on(demo, "export", "marta@example.org", "--output", place, "--json")
    assert ended.status == 0
    assert ended.json["directory"] == str(place)
    assert (place / "user.json").is_file()
    assert (place / "manifest.json").is_file()
    assert place.stat().st_mode & 0o777 == 0o700
    assert run("export", "verify", place).status == 0
    (place / "user.json").write_text("{}")
    changed = run("export", "verify", place, "--json")
    assert changed.status == 1
    assert [each["path"] for each in changed.json] == ["user.json"]


def test_export_says_what_it_has_done(demo: DemoInstall, database: Database, tmp_path: Path) -> None:
    ended = on(demo, "export", "7", "--output", tmp_path / "seven")
    assert ended.status == 0
    assert str(tmp_path / "seven") in ended.stdout
    assert "sha256" in ended.stdout
    assert value(database, "SELECT count(*) FROM zulip.zerver_message WHERE sender_id = 7") > 0


def test_a_directory_with_something_in_it_is_refused(demo: DemoInstall, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    ended = on(demo, "export", "7", "--output", tmp_path)
    assert (ended.status, ended.stdout) == (1, "")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_output_is_wanted(demo: DemoInstall) -> None:
    assert on(demo, "export", "7").status == 2


def test_verify_of_what_is_no_export(tmp_path: Path) -> None:
    assert run("export", "verify", tmp_path).status == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_order_and_nothing_is_kept(
    demo: DemoInstall, tmp_path: Path, number: signal.Signals
) -> None:
    journal = tmp_path / "journal" / "journal.jsonl"
    place = tmp_path / "out"
    words: list[str | Path] = [SCRIPT, "export", "7", "--output", place / "seven", "--install", demo.path]
    place.mkdir()
    environment = {**os.environ, "ZULIP_STEWARD_JOURNAL": str(journal)}
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as command:
        deadline = time.monotonic() + 30
        while not (journal.exists() and b"export.started" in journal.read_bytes()):
            assert time.monotonic() < deadline
            time.sleep(0.005)
        command.send_signal(number)
        command.communicate(timeout=30)
    if command.returncode == 0:
        pytest.skip("the export was quicker than the signal")
    assert command.returncode == 128 + number
    assert list(place.iterdir()) == []
    entries = run("journal", "--json", ZULIP_STEWARD_JOURNAL=str(journal)).json
    assert entries[0]["action"] == "export.finished"
    assert entries[0]["result"]["state"] == "cancelled"
