"""What the command line leaves in the journal, and what it says of it."""

from __future__ import annotations

from pathlib import Path

from tests.cli.process import on, run
from zulip_bridge.demo import DemoInstall


def test_readings_are_recorded_without_names_or_addresses(demo: DemoInstall, tmp_path: Path) -> None:
    journal = tmp_path / "journal" / "journal.jsonl"
    environment = {"ZULIP_STEWARD_JOURNAL": str(journal), "SUDO_USER": "anna"}
    person = on(demo, "show", "marta@example.org", "--json", **environment).json
    on(demo, "footprint", str(person["id"]), **environment)
    on(demo, "search", "marta", **environment)
    entries = run("journal", "--json", **environment).json
    assert [entry["action"] for entry in entries] == ["person.footprint", "person.read"]
    assert all(entry["person"] == {"id": person["id"], "realm": "example"} for entry in entries)
    assert all(entry["operator"]["sudo_user"] == "anna" for entry in entries)
    written = journal.read_text()
    assert "marta" not in written.lower()
    assert journal.stat().st_mode & 0o777 == 0o600
    assert run("journal", "verify", **environment).status == 0


def test_verify_finds_a_changed_entry(demo: DemoInstall, tmp_path: Path) -> None:
    journal = tmp_path / "journal" / "journal.jsonl"
    environment = {"ZULIP_STEWARD_JOURNAL": str(journal)}
    for user in ("7", "8"):
        on(demo, "show", user, **environment)
    journal.write_text(journal.read_text().replace('"id":7', '"id":9'))
    ended = run("journal", "verify", **environment)
    assert ended.status == 1
    assert ended.stderr
    assert run("journal", "verify", "--json", **environment).json["problems"]


def test_what_cannot_be_recorded_is_not_read(demo: DemoInstall, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = on(demo, "show", "7", ZULIP_STEWARD_JOURNAL=str(tmp_path / "file" / "journal.jsonl"))
    assert (ended.status, ended.stdout) == (1, "")
    assert ended.stderr.count("\n") == 1


def test_an_empty_journal_says_so(tmp_path: Path) -> None:
    environment = {"ZULIP_STEWARD_JOURNAL": str(tmp_path / "journal.jsonl")}
    assert run("journal", **environment).stderr == "The journal has no entries.\n"
    assert run("journal", "--json", **environment).json == []
    assert run("journal", "verify", **environment).status == 0


def test_the_table_shows_the_newest_first_and_says_when_there_is_more(demo: DemoInstall, tmp_path: Path) -> None:
    environment = {"ZULIP_STEWARD_JOURNAL": str(tmp_path / "journal" / "journal.jsonl")}
    for person in ("65", "66"):
        assert on(demo, "show", person, **environment).status == 0
    ended = run("journal", "--limit", "1", **environment)
    header, line = ended.stdout.splitlines()
    assert header.split()[:3] == ["nr", "when", "operator"]
    assert "66 (acme)" in line
    assert "--limit N shows more" in ended.stderr
    assert run("journal", **environment).stderr == ""


def test_a_target_leaves_only_its_own_entries(demo: DemoInstall, tmp_path: Path) -> None:
    environment = {"ZULIP_STEWARD_JOURNAL": str(tmp_path / "journal" / "journal.jsonl")}
    assert run("show", "65", "--demo", **environment).status == 0
    assert on(demo, "show", "66", **environment).status == 0
    targets: list[list[str]] = [[], ["--demo"], ["--install", str(demo.path)], ["--install", "/nowhere"]]
    seen = [
        [entry["person"]["id"] for entry in run("journal", "--json", *target, **environment).json]
        for target in targets
    ]
    assert seen == [[66, 65], [65], [66], []]


def test_the_last_hash_is_printed_to_be_kept(demo: DemoInstall, tmp_path: Path) -> None:
    journal = tmp_path / "journal" / "journal.jsonl"
    environment = {"ZULIP_STEWARD_JOURNAL": str(journal)}
    assert on(demo, "show", "66", **environment).status == 0
    assert run("journal", "--json", **environment).json[0]["hash"] in run("journal", "verify", **environment).stdout
