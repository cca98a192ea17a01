"""``export-realm``: Zulip's command as a process; what it writes, what is left where it fails or is interrupted."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import tarfile
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.cli.process import SCRIPT, on, start
from tests.terminal import Terminal
from zulip_bridge.demo import DemoInstall

WAIT_SECONDS = 60.0
SUCCEEDED, FAILED = 3, 4
"""RealmExport.status."""
OTHER = """
    if sys.argv[1:2] == ["export"]:
        import subprocess, pathlib, time
        output = pathlib.Path(sys.argv[sys.argv.index("--output") + 1])
        output.mkdir()
        (output / "realm.json").write_text("somebody@example.org")
        output.with_name(output.name + ".tar.gz").touch()
        print("2026-11-01 12:00:00,000 WARN [] Copying avatar file for user somebody@example.org", flush=True)
        {}
"""
FAILING = 'print("No room for somebody@example.org"); sys.exit(3)'
ENDLESS = (
    'helper = subprocess.Popen(["sleep", "600"]); (output / "helper").write_text(str(helper.pid)); '
    '(output / "begun").touch(); time.sleep(600)'
)

SLOW_TO_END = (
    "import signal; signal.signal(signal.SIGTERM, lambda *rest: (time.sleep(4.5), sys.exit(1))); "
    '(output / "begun").touch(); time.sleep(600)'
)
"""As where much has been written that takes its time to go."""


@pytest.fixture
def place(scratch: DemoInstall) -> Path:
    """A directory in which Zulip's user may write, and no more of a path than an export's name to go."""
    directory = scratch.base / "exports"
    directory.mkdir(mode=0o700)
    owner = (scratch.path / "manage.py").stat()
    os.chown(directory, owner.st_uid, owner.st_gid)
    return directory / "out"


def replace_command(install: DemoInstall, words: str) -> None:
    """Have the install's ``export`` do something else."""
    stub = install.path / "manage.py"
    before, mark, after = stub.read_text().partition("    from django.core.management")
    stub.write_text(before + OTHER.format(words) + mark + after)


def statuses(install: DemoInstall) -> list[int]:
    """What Zulip shows administrators of its newest export."""
    with psycopg.connect(install.url, user="postgres", autocommit=True) as connection:
        return [
            status
            for (status,) in connection.execute("SELECT status FROM zerver_realmexport ORDER BY id DESC LIMIT 1")
        ]


def names_in(directory: Path) -> list[str]:
    """Whatever is there."""
    return sorted(each.name for each in directory.iterdir())


def journal(own_journal: Path) -> list[dict[str, Any]]:
    """The entries about exports of organizations."""
    entries = [json.loads(line) for line in own_journal.read_text().splitlines()]
    return [each for each in entries if each["action"].startswith("realm_export")]


def test_an_organization(scratch: DemoInstall, place: Path, own_journal: Path) -> None:
    """The archive is what Zulip's command made, private, with the digest that is told and recorded."""
    done = on(scratch, "export-realm", "example", "--yes", "--json", "--output", place)
    assert done.status == 0, done.stderr
    archive = Path(done.json["tarball"])
    assert archive == place.with_name("out.tar.gz")
    assert archive.stat().st_mode & 0o777 == 0o600
    assert done.json["sha256"] == hashlib.sha256(archive.read_bytes()).hexdigest()
    assert done.json["size"] == archive.stat().st_size
    with tarfile.open(archive) as opened:
        names = opened.getnames()
    assert {"out/realm.json", "out/messages-000001.json"} <= set(names)
    assert names_in(place.parent) == ["out.tar.gz"]
    assert statuses(scratch) == [SUCCEEDED]
    started, finished = journal(own_journal)[-2:]
    assert (started["result"]["state"], finished["result"]["state"]) == ("started", "done")
    assert started["parameters"]["realm"] == "example"
    assert finished["parameters"]["sha256"] == done.json["sha256"]


def test_the_options_are_zulips(scratch: DemoInstall, place: Path) -> None:
    """Public channels only is less; uploading gives an address instead of a place."""
    everything = on(scratch, "export-realm", "example", "--yes", "--json", "--output", place).json
    words = ("--public-only", "--upload", "--threads", "2")
    public = on(scratch, "export-realm", "example", *words, "--yes", "--json", "--output", f"{place}2")
    assert public.status == 0, public.stderr
    assert public.json["tarball"].startswith("https://zulip.acme.example/user_avatars/exports/")
    (uploaded,) = (scratch.base / "uploads/avatars/exports").iterdir()
    assert 0 < uploaded.stat().st_size < everything["size"]
    assert public.json["size"] == uploaded.stat().st_size
    assert public.json["sha256"] == hashlib.sha256(uploaded.read_bytes()).hexdigest()
    assert names_in(place.parent) == ["out.tar.gz"]


def test_a_dry_run_shows_the_command(demo: DemoInstall) -> None:
    """And starts nothing."""
    done = on(demo, "export-realm", "example", "--dry-run", "--with-consent", "--force")
    assert done.status == 0
    assert "export -r example --output " in done.stdout
    assert done.stdout.rstrip().endswith("--export-full-with-consent --force")
    assert "those members can read who agreed" in done.stderr
    plan = on(demo, "export-realm", "example", "--dry-run", "--json", "--output", "/tmp/zs-none/x").json
    assert plan["words"][-2:] == ["--output", "/tmp/zs-none/x"]
    assert plan["messages"] > 1_000


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nowhere", "--dry-run"], "There is no organization 'nowhere'."),
        (["example", "--dry-run", "--output", "relative"], "relative is not an absolute path on the server."),
        (["example", "--dry-run", "--output", "/nowhere/x"], "cannot write in /nowhere"),
        (["example", "--dry-run", "--consent-message", "5"], "does not find members who agreed by a message"),
        (["example"], "there is no terminal to ask on"),
        (["example", "--yes", "--read-only"], "This session was opened read-only."),
    ],
)
def test_what_is_refused(demo: DemoInstall, words: list[str], sentence: str) -> None:
    """With the reason, and status 1."""
    done = on(demo, "export-realm", *words)
    assert done.status == 1
    assert sentence in done.stderr
    assert [each for each in Path.home().iterdir() if each.name.startswith("export-example-")] == []


def test_a_failure_leaves_nothing(scratch: DemoInstall, place: Path, own_journal: Path) -> None:
    """Zulip's last words are told, without addresses; what it had written is removed."""
    replace_command(scratch, FAILING)
    links = scratch.path / "var"
    links.mkdir(exist_ok=True)
    owner = (scratch.path / "manage.py").stat()
    os.chown(links, owner.st_uid, owner.st_gid)
    (links / "export-in-progress").symlink_to(place)
    (links / "export-most-recent").symlink_to("/an/earlier/one")
    done = on(scratch, "export-realm", "example", "--yes", "--output", place)
    assert done.status == 1
    assert "Zulip's export failed (status 3): No room for …" in done.stderr
    assert "somebody" not in done.stdout + done.stderr + own_journal.read_text()
    assert names_in(place.parent) == []
    assert names_in(links) == ["export-most-recent"], "the link that Zulip's own export leaves is removed"
    assert journal(own_journal)[-1]["result"]["state"] == "failed"


def test_deactivating_is_asked_apart(scratch: DemoInstall, place: Path, own_journal: Path) -> None:
    """Yes to the export is no yes to that; without it nothing is done, and nothing is recorded."""
    words = [str(SCRIPT), "export-realm", "example", "--deactivate", "--output", str(place)]
    with Terminal([*words, "--install", str(scratch.path)], columns=160) as terminal:
        terminal.read_until("Export Example")
        terminal.read_until("[y/N]")
        terminal.send("y", "enter")
        terminal.read_until("nobody can log in any more, neither")
        terminal.send("enter")
        assert terminal.wait() == 1
        assert "Nothing was exported." in "\n".join(terminal.screen())
    assert names_in(place.parent) == []
    assert str(place) not in own_journal.read_text(), "what was not begun is not recorded"


@pytest.mark.parametrize(("target", "left"), [("out", False), ("an-earlier-one", True)])
def test_the_link_to_the_export_goes_with_what_it_leads_to(
    scratch: DemoInstall, place: Path, target: str, left: bool
) -> None:
    """Zulip leaves a link to the directory that it has removed; one to anything else is not ours to remove."""
    links = scratch.path / "var"
    links.mkdir(exist_ok=True)
    owner = (scratch.path / "manage.py").stat()
    os.chown(links, owner.st_uid, owner.st_gid)
    (links / "export-most-recent").symlink_to(place.with_name(target))
    done = on(scratch, "export-realm", "example", "--yes", "--output", place)
    assert done.status == 0, done.stderr
    assert names_in(links) == (["export-most-recent"] if left else [])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_interrupted(scratch: DemoInstall, place: Path, own_journal: Path, number: signal.Signals) -> None:
    """Every process of the export ends, and what it had written is removed; even where the steward is killed."""
    replace_command(scratch, ENDLESS)
    process = start("export-realm", "example", "--yes", "--output", place, "--install", scratch.path)
    _until(lambda: (place / "begun").exists())
    helper = int((place / "helper").read_text())
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as connection:
        connection.execute(
            """INSERT INTO zerver_realmexport (realm_id, type, status, date_requested)
               SELECT id, 3, 2, now() FROM zerver_realm WHERE string_id = 'example'"""
        )
    process.send_signal(number)
    process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == (-number if number == signal.SIGKILL else 128 + number)
    _until(lambda: not _lives(helper))
    _until(lambda: names_in(place.parent) == [])
    _until(lambda: statuses(scratch) == [FAILED])
    if number != signal.SIGKILL:
        assert journal(own_journal)[-1]["result"]["state"] == "cancelled"


def test_what_takes_long_to_go_is_waited_for(scratch: DemoInstall, place: Path, own_journal: Path) -> None:
    """An export that is ended has ended, and nothing is there any more, when that is said."""
    replace_command(scratch, SLOW_TO_END)
    process = start("export-realm", "example", "--yes", "--output", place, "--install", scratch.path)
    _until(lambda: (place / "begun").exists())
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 130
    assert names_in(place.parent) == []
    assert journal(own_journal)[-1]["result"]["state"] == "cancelled"
    assert journal(own_journal)[-1]["parameters"]["left"] == []


def _until(condition: Any) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _lives(number: int) -> bool:
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(number)], capture_output=True, text=True, check=False
    ).stdout
    return bool(state.strip()) and not state.startswith("Z")
