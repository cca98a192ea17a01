"""``export`` into archives, encrypted and for many people, and ``export verify`` of them, as processes."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import tarfile
import time
from pathlib import Path

import pyrage
import pytest

from tests.cli.process import SCRIPT, on, run
from tests.terminal import Terminal
from zulip_bridge.cli import packaging
from zulip_bridge.demo import DemoInstall
from zulip_bridge.export import FORMATS, PERMISSIONS

WORDS = "correct horse battery staple"
MARTA = "marta@example.org"


def test_the_help_knows_every_choice() -> None:
    assert packaging.FORMATS == FORMATS
    assert packaging.PERMISSIONS == PERMISSIONS


@pytest.mark.parametrize("ending", ["tar.gz", "tar.zst", "zip"])
def test_the_ending_says_the_format(demo: DemoInstall, tmp_path: Path, ending: str) -> None:
    place = tmp_path / f"marta.{ending}"
    ended = on(demo, "export", MARTA, "--output", place, "--json")
    assert ended.status == 0
    assert ended.json["format"] == ending
    assert ended.json["sha256"] == hashlib.sha256(place.read_bytes()).hexdigest()
    assert ended.json["stored_bytes"] == place.stat().st_size < ended.json["bytes"]
    assert place.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == [place.name]
    verified = run("export", "verify", place)
    assert verified.status == 0
    assert ended.json["sha256"] in verified.stderr


def test_what_is_encrypted_to_keys_opens_with_one_of_them(demo: DemoInstall, tmp_path: Path) -> None:
    mine, theirs = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    (tmp_path / "key").write_text(f"# mine\n{mine}\n")
    (tmp_path / "recipients").write_text(f"{theirs.to_public()}\n")
    place = tmp_path / "marta.tar.gz.age"
    how = ["--encrypt-to", str(mine.to_public()), "--encrypt-to", str(tmp_path / "recipients")]
    ended = on(demo, "export", MARTA, "--output", place, *how, "--json")
    assert ended.status == 0
    assert ended.json["encrypted"] is True
    for identity in (mine, theirs):
        assert pyrage.decrypt(place.read_bytes(), [identity]).startswith(b"\x1f\x8b")
    assert run("export", "verify", place).status == 1
    assert run("export", "verify", place, "--identity", tmp_path / "key").status == 0
    place.write_bytes(place.read_bytes()[:-100])
    cut = run("export", "verify", place, "--identity", tmp_path / "key", "--json")
    assert cut.status == 1
    assert "archive" in [each["kind"] for each in cut.json]


def test_a_passphrase_is_asked_for_twice_and_once(demo: DemoInstall, tmp_path: Path) -> None:
    place = tmp_path / "marta.zip.age"
    command = [str(SCRIPT), "export", "65", "--install", str(demo.path), "--output", str(place), "--passphrase"]
    with Terminal(command, columns=100) as terminal:
        terminal.read_until(lambda: "Passphrase to encrypt with:" in "\n".join(terminal.screen()))
        terminal.send(WORDS, "enter")
        terminal.read_until(lambda: "The same again:" in "\n".join(terminal.screen()))
        terminal.send(WORDS, "enter")
        assert terminal.wait() == 0
        assert WORDS.encode() not in terminal.output
    assert pyrage.passphrase.decrypt(place.read_bytes(), WORDS).startswith(b"PK")
    with Terminal([str(SCRIPT), "export", "verify", str(place)], columns=100) as terminal:
        terminal.read_until(lambda: "Passphrase:" in "\n".join(terminal.screen()))
        terminal.send(WORDS, "enter")
        assert terminal.wait() == 0
    with Terminal([str(SCRIPT), "export", "verify", str(place)], columns=100) as terminal:
        terminal.read_until(lambda: "Passphrase:" in "\n".join(terminal.screen()))
        terminal.send("something else", "enter")
        assert terminal.wait() == 1
        assert "not its passphrase" in "\n".join(terminal.screen())


def test_a_passphrase_can_come_from_a_file_or_a_descriptor(demo: DemoInstall, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(WORDS + "\n")
    secret.chmod(0o644)
    place = tmp_path / "marta.tar.zst.age"
    ended = on(demo, "export", "65", "--output", place, "--passphrase-file", secret)
    assert ended.status == 0
    assert "others on this machine can read" in ended.stderr
    reading, writing = os.pipe()
    os.write(writing, WORDS.encode())
    os.close(writing)
    command: list[str | Path] = [SCRIPT, "export", "verify", place, "--passphrase-file", f"/dev/fd/{reading}"]
    done = subprocess.run(command, pass_fds=(reading,), capture_output=True, text=True, check=False)
    os.close(reading)
    assert (done.returncode, done.stderr.count("warning")) == (0, 0)


def test_without_a_terminal_nobody_is_asked(demo: DemoInstall, tmp_path: Path) -> None:
    command: list[str | Path] = [
        SCRIPT,
        "export",
        "65",
        "--install",
        demo.path,
        "--output",
        tmp_path / "a.zip",
        "--passphrase",
    ]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, start_new_session=True, check=False
    )
    assert done.returncode == 2
    assert "--passphrase-file" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ["--output", "out.zip", "--format", "tar.gz"],
        ["--output", "out.zip.age"],
        ["--output", "out", "--format", "directory", "--encrypt-to", "age1nonsense"],
        ["--output", "out.zip", "--encrypt-to", "age1nonsense"],
        ["--output", "out.zip", "--passphrase", "--encrypt-to", "age1nonsense"],
        ["--output", "out.zip", "--from", "people.txt"],
        ["--output", "out.zip", "--passphrase-file", "/nowhere"],
    ],
)
def test_choices_that_do_not_go_together_are_usage(words: list[str]) -> None:
    ended = run("export", "65", *words, "--install", "/nowhere")
    assert (ended.status, ended.stdout) == (2, "")


def test_many_people_get_an_archive_each_and_the_rest_is_told(demo: DemoInstall, tmp_path: Path) -> None:
    people = tmp_path / "people.txt"
    people.write_text(f"# October\n{MARTA}\n\nnobody@example.org\n65\n7\n")
    folder = tmp_path / "out"
    ended = on(demo, "export", "--from", people, "--output", folder, "--format", "tar.zst", "--json")
    assert ended.status == 1
    assert [(each["line"], each["state"]) for each in ended.json] == [(2, "done"), (4, "failed"), (6, "done")]
    assert "nobody@example.org" in ended.stderr
    assert "Line 5 names the account that line 2 names: exported once." in ended.stderr
    paths = [Path(each["export"]["path"]) for each in ended.json if "export" in each]
    assert sorted(paths) == sorted(folder.iterdir())
    assert all(run("export", "verify", each).status == 0 for each in paths)
    assert all("marta" not in each.name for each in paths)
    again = on(demo, "export", "--from", "-", "--output", folder, "--format", "tar.zst", stdin="7\n")
    assert again.status == 1
    assert "is there already" in again.stdout + again.stderr


def test_a_file_of_people_may_have_titles(demo: DemoInstall, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text(f'ticket,user,realm\n"R-1","{MARTA}",zulip\n')
    ended = on(demo, "export", "--from", people, "--output", tmp_path / "out")
    assert ended.status in (0, 1)
    people.write_text("\n# nobody\n")
    assert on(demo, "export", "--from", people, "--output", tmp_path / "out").status == 1


def test_the_journal_has_the_digest_and_not_the_passphrase(demo: DemoInstall, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(WORDS)
    place = tmp_path / "marta.tar.gz"
    journal = tmp_path / "journal.jsonl"
    where = {"ZULIP_STEWARD_JOURNAL": str(journal)}
    ended = on(demo, "export", "65", "--output", place, "--passphrase-file", secret, "--json", **where)
    assert ended.status == 0
    assert WORDS not in journal.read_text()
    last = json.loads(journal.read_text().splitlines()[-1])
    assert last["action"] == "export.finished"
    assert last["parameters"]["archive_sha256"] == hashlib.sha256(place.read_bytes()).hexdigest()
    assert (last["parameters"]["format"], last["parameters"]["encrypted_to"]) == ("tar.gz", "passphrase")


def test_tar_lists_it(demo: DemoInstall, tmp_path: Path) -> None:
    place = tmp_path / "acme-65.tar.gz"
    assert on(demo, "export", "65", "--output", place).status == 0
    with tarfile.open(place) as archive:
        names = archive.getnames()
    assert names[0] == "acme-65"
    assert {"acme-65/user.json", "acme-65/manifest.json", "acme-65/uploads/records.json"} <= set(names)


def test_many_that_are_interrupted_say_what_is_there(demo: DemoInstall, tmp_path: Path) -> None:
    people = tmp_path / "people.txt"
    people.write_text("7\n" + "\n".join(str(number) for number in range(8, 60)) + "\n")
    folder = tmp_path / "out"
    words: list[str | Path] = [SCRIPT, "export", "--from", people, "--output", folder, "--format", "zip", "--json"]
    with subprocess.Popen(
        [*words, "--install", demo.path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        deadline = time.monotonic() + 60
        while not (folder.is_dir() and len(list(folder.iterdir())) > 1) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    told = {each["user"]: each for each in json.loads(out)}
    assert told["7"]["state"] == "done"
    assert told["59"]["state"] == "not_begun"
    done = [Path(each["export"]["path"]) for each in told.values() if each["state"] == "done"]
    assert sorted(done) == sorted(folder.iterdir())
    assert all(run("export", "verify", each).status == 0 for each in done)
