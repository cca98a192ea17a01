"""The journal as its operator meets it: what is recorded, where, by whom, and what a crash leaves."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from zulip_bridge.api.errors import ErrorKind
from zulip_bridge.journal import (
    Entry,
    Journal,
    JournalError,
    Person,
    ProblemKind,
    Result,
    Server,
    default_path,
    verify,
)

READ = Entry(
    "person.read",
    Result("done"),
    server=Server("chat.example.org", "11.0", "/home/zulip/deployments/current"),
    realm="acme",
    person=Person(66, "acme"),
    parameters={"tables": ["zerver_draft"], "limit": 50},
)

APPEND_FOR_EVER = """
import sys
from pathlib import Path
from zulip_bridge.journal import Entry, Journal, Result
journal = Journal(Path(sys.argv[1]))
count = int(sys.argv[2])
while count:
    print(journal.append(Entry(sys.argv[3], Result("done"))).seq, flush=True)
    count -= 1
"""

APPEND_ON_A_FULL_DISK = """
import resource, sys
from pathlib import Path
from zulip_bridge.journal import Entry, Journal, JournalError, Result
path = Path(sys.argv[1])
limit = path.stat().st_size + int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    Journal(path).append(Entry("export.started", Result("started")))
except JournalError as error:
    print(error.sentence)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.jsonl"


def child(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True)


def act(action: str = "person.read") -> Entry:
    return Entry(action, Result("done"))


def test_an_entry_comes_back_as_it_was_recorded(path: Path) -> None:
    written = Journal(path).append(READ)
    assert list(Journal(path).entries()) == [written]
    assert written.entry == READ
    assert (written.seq, written.prev) == (1, "0" * 64)


def test_entries_are_chained_and_the_chain_verifies(path: Path) -> None:
    journal = Journal(path)
    first, second = journal.append(READ), journal.append(act("edit"))
    assert second.prev == first.hash
    report = verify(path)
    assert report.ok
    assert (report.entries, report.last_hash) == (2, second.hash)


def test_newest_or_oldest_first_and_only_as_many_as_wanted(path: Path) -> None:
    journal = Journal(path)
    for number in range(400):  # more than one block of the file
        journal.append(Entry("person.read", Result("done"), parameters={"number": number, "text": "x" * 100}))
    assert [each.seq for each in journal.entries(limit=3)] == [400, 399, 398]
    assert [each.seq for each in journal.entries(newest_first=False, limit=2)] == [1, 2]
    assert [each.seq for each in journal.entries()] == list(range(400, 0, -1))


def test_no_journal_yet_is_an_empty_one(path: Path) -> None:
    assert list(Journal(path).entries()) == []
    assert verify(path).ok
    assert not path.exists()


def test_only_the_owner_can_read_it(path: Path) -> None:
    Journal(path).append(READ)
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in (path, path.with_suffix(".head"), path.parent)}
    assert modes == {"journal.jsonl": 0o600, "journal.head": 0o600, "state": 0o700}


def test_it_lies_in_the_state_directory_or_where_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    monkeypatch.delenv("ZULIP_STEWARD_JOURNAL", raising=False)
    assert default_path().parts[-2:] == ("zulip-steward", "journal.jsonl")
    monkeypatch.setenv("ZULIP_STEWARD_JOURNAL", str(path))
    assert Journal().path == path


def test_the_operator_is_who_logged_in_who_called_sudo_and_from_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "anna")
    monkeypatch.setenv("SSH_CLIENT", "192.0.2.7 50123 22")
    operator = act().operator
    assert operator.login
    assert (operator.sudo_user, operator.ssh_client) == ("anna", "192.0.2.7")
    monkeypatch.delenv("SSH_CLIENT")
    monkeypatch.setenv("SSH_CONNECTION", "2001:db8::7 50123 2001:db8::1 22")
    monkeypatch.delenv("SUDO_USER")
    operator = act().operator
    assert (operator.sudo_user, operator.ssh_client) == (None, "2001:db8::7")


def test_each_line_is_json_that_other_tools_read(path: Path) -> None:
    Journal(path).append(READ)
    line = orjson.loads(path.read_bytes())
    assert line["person"] == {"id": 66, "realm": "acme"}
    assert line["when"].endswith("Z")


def test_a_file_name_that_is_not_utf8_can_be_recorded(path: Path) -> None:
    output = os.fsdecode(b"/tmp/\xff")
    recorded = Entry("export.started", Result("started"), parameters={"output": output})
    Journal(path).append(recorded)
    assert [each.entry.parameters for each in Journal(path).entries()] == [{"output": "/tmp/\\udcff"}]
    assert verify(path).ok


@pytest.mark.parametrize("value", [object(), 2**70, "x" * 2_000_000])
def test_what_cannot_be_recorded_is_refused_and_leaves_nothing(path: Path, value: object) -> None:
    with pytest.raises(JournalError):
        Journal(path).append(Entry("edit", Result("done"), parameters={"value": value}))
    assert list(Journal(path).entries()) == []
    assert verify(path).ok


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_can_write_is_refused(path: Path, mode: int) -> None:
    Journal(path).append(READ)
    path.chmod(mode)
    with pytest.raises(JournalError, match="can be written by others") as refused:
        Journal(path).append(READ)
    assert refused.value.kind is ErrorKind.STORAGE
    assert verify(path).entries == 1


def test_a_directory_that_others_can_write_is_refused(path: Path) -> None:
    Journal(path).append(READ)
    path.parent.chmod(0o777)
    with pytest.raises(JournalError, match="directory"):
        Journal(path).append(READ)


@pytest.mark.parametrize("existing", [True, False])
def test_a_symbolic_link_is_refused(path: Path, existing: bool) -> None:
    target = path.parent / "elsewhere"
    path.parent.mkdir(mode=0o700)
    if existing:
        target.touch(mode=0o600)
    path.symlink_to(target)
    with pytest.raises(JournalError, match="symbolic link"):
        Journal(path).append(READ)
    assert not existing or target.read_bytes() == b""


def test_what_is_not_a_file_is_refused_and_does_not_hang(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    os.mkfifo(path, 0o600)
    with pytest.raises(JournalError, match="not a regular file"):
        Journal(path).append(READ)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_refused(path: Path) -> None:
    Journal(path).append(READ)
    os.chown(path, 12345, -1)
    with pytest.raises(JournalError, match="belongs to another user"):
        Journal(path).append(READ)


def test_a_check_before_the_act_says_whether_it_can_be_recorded(path: Path) -> None:
    Journal(path).check()
    assert verify(path).ok
    path.chmod(0o666)
    with pytest.raises(JournalError):
        Journal(path).check()


def test_processes_that_append_at_once_make_one_chain(path: Path) -> None:
    writers = [child(APPEND_FOR_EVER, str(path), "25", f"writer.{number}") for number in range(4)]
    numbers = [int(line) for writer in writers for line in writer.communicate(timeout=60)[0].split()]
    assert sorted(numbers) == list(range(1, 101))
    report = verify(path)
    assert (report.problems, report.notes, report.entries) == ([], [], 100)


@pytest.mark.parametrize("after", [1, 4, 9])
def test_a_killed_writer_leaves_a_chain_that_goes_on(path: Path, after: int) -> None:
    writer = child(APPEND_FOR_EVER, str(path), "-1", "person.read")
    assert writer.stdout is not None
    promised = [int(writer.stdout.readline()) for _ in range(after)]
    writer.send_signal(signal.SIGKILL)
    promised += [int(line) for line in writer.communicate(timeout=60)[0].split()]
    assert {problem.kind for problem in verify(path).problems} <= {ProblemKind.TORN}
    Journal(path).append(act("after the crash"))
    report = verify(path)
    assert report.problems == []
    kept = [each.seq for each in Journal(path).entries()]
    assert set(promised) < set(kept)


@pytest.mark.parametrize("room", [1, 40, 200])
def test_a_full_disk_leaves_half_a_line_that_the_next_append_steps_over(path: Path, room: int) -> None:
    Journal(path).append(READ)
    said = child(APPEND_ON_A_FULL_DISK, str(path), str(room)).communicate(timeout=60)[0]
    assert said.startswith("Cannot write the journal")
    report = verify(path)
    assert [problem.kind for problem in report.problems] == [ProblemKind.TORN]
    assert "interrupted" in report.problems[0].sentence

    Journal(path).append(act("edit"))
    report = verify(path)
    assert report.ok
    assert [note.kind for note in report.notes] == [ProblemKind.TORN]
    assert [each.entry.action for each in Journal(path).entries(newest_first=False)] == [
        "person.read",
        "journal.noticed",
        "edit",
    ]
