"""``export`` and ``export verify`` as processes."""

from __future__ import annotations

import os
import signal
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.cli.process import SCRIPT, on, run, start
from tests.plain_sql import Database, value
from tests.terminal import Terminal
from zulip_bridge.demo import DemoInstall

pytestmark = pytest.mark.usefixtures("demo")

PATIENCE = 30.0


def test_export_writes_a_directory_and_verify_agrees(demo: DemoInstall, tmp_path: Path) -> None:
    place = tmp_path / "marta"
    ended = on(demo, "export", "marta@example.org", "--output", place, "--json")
    assert ended.status == 0
    assert ended.json["path"] == str(place)
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


def test_options_may_stand_before_the_user_and_the_place_may_be_relative(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("export", "--output", "here", "--realm", "acme", "--demo", "66").status == 0
    assert run("export", "verify", "here").status == 0


def test_everything_in_it_is_its_owners_alone(tmp_path: Path, demo: DemoInstall) -> None:
    place = tmp_path / "maria"
    place.mkdir(mode=0o755)  # an empty directory is taken
    result = on(demo, "export", "66", "--json", "--output", place).json
    paths = [place, *place.rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_dir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_file()} == {0o600}
    assert result["files"] == sum(path.is_file() for path in paths)
    assert result["bytes"] == sum(path.stat().st_size for path in paths if path.is_file())


def test_what_a_killed_export_left_is_mentioned(tmp_path: Path) -> None:
    left = tmp_path / ".maria.partial-0123456789ab"
    left.mkdir()
    ran = run("export", "66", "--output", str(tmp_path / "maria"), "--demo")
    assert ran.status == 0
    assert str(left) in ran.stderr


@pytest.fixture
def blocked(demo: DemoInstall) -> Iterator[Callable[[], bool]]:
    """While this holds, an export waits at the messages; tells whether one has come there."""
    with psycopg.connect(demo.url, user="postgres") as blocker, psycopg.connect(
        demo.url, user="postgres", autocommit=True
    ) as watcher:  # fmt: skip
        blocker.execute("LOCK TABLE zulip.zerver_message IN ACCESS EXCLUSIVE MODE")
        yield lambda: bool(
            value(
                watcher,
                """SELECT count(*) FROM pg_stat_activity
                   WHERE application_name LIKE 'zulip-steward:export%%' AND wait_event_type = 'Lock'""",
            )
        )
        blocker.rollback()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_cancels_an_export_and_leaves_nothing(
    tmp_path: Path, blocked: Callable[[], bool], number: signal.Signals
) -> None:
    place = tmp_path / "exports" / "marta"
    with start("export", "65", "--output", str(place), "--demo") as process:
        wait_for(blocked)
        assert list(place.parent.iterdir())  # something has been written by now
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + number
    assert out == b""
    assert err == b"Interrupted.\n"
    assert list(place.parent.iterdir()) == []
    wait_for(lambda: not blocked())
    newest = run("journal", "--json", "--limit", "1").json[0]
    assert (newest["action"], newest["result"]["state"]) == ("export.finished", "cancelled")


def test_ctrl_c_in_a_terminal_cancels_an_export_and_gives_the_cursor_back(
    tmp_path: Path, blocked: Callable[[], bool]
) -> None:
    command = [str(SCRIPT), "export", "65", "--output", str(tmp_path / "marta"), "--demo"]
    with Terminal(command, columns=100) as terminal:
        terminal.read_until(blocked)
        terminal.send("ctrl+c")
        assert terminal.wait() == 130
        assert terminal.output.rindex(b"\x1b[?25h") > terminal.output.rindex(b"\x1b[?25l")
        assert "Interrupted." in "\n".join(terminal.screen())
    assert list(tmp_path.iterdir()) == []


def test_an_ignored_hangup_stays_ignored(tmp_path: Path) -> None:
    """As under ``nohup``: the terminal goes, the export goes on."""
    place = tmp_path / "marta"
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        process = start("export", "65", "--output", str(place), "--demo")
    finally:
        signal.signal(signal.SIGHUP, before)
    with process:
        while process.poll() is None:
            os.kill(process.pid, signal.SIGHUP)
            time.sleep(0.05)
        assert process.returncode == 0
    assert (place / "manifest.json").exists()
