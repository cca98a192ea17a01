"""What is understood of the output of Zulip's export: 8.4's and 11.0's lines, with made-up people in them."""

from __future__ import annotations

from zulip_bridge.worker.realm_export.lines import Lines

COMMON = """\
\x1b[94mExporting realm\x1b[0m: museum
2026-11-23 16:09:31.592 INFO [] Exporting data from get_realm_config()...
2026-11-23 16:09:31.592 WARN [] ??? NO DATA EXPORTED FOR TABLE zerver_client!!!
2026-11-23 16:09:31.633 INFO [] Finished writing /x/messages-000001.json.partial
2026-11-23 16:09:31.633 INFO [] Finished writing /x/messages-000002.json.partial
2026-11-23 16:09:31.634 INFO [] 1654 messages were exported
2026-11-23 16:09:31.654 INFO [] Finished writing /x/realm.json
2026-11-23 16:09:31.765 INFO [] Exporting uploaded files and avatars
2026-11-23 16:09:31.859 INFO [] Copying avatar file for user nobody@museum.example from /y/z.png
2026-11-23 16:09:31.860 WARN [] Missing file of nobody@museum.example
2026-11-23 16:09:31.907 INFO [] Launching 1 PARALLEL subprocesses to export UserMessage rows
2026-11-23 16:09:35.000 INFO [] Finished writing /x/messages-000001.json
"""
NEWER = "2026-11-23 16:09:36.317 INFO [] Compressing tarball...\n"
ENDING = "Tarball written to /x.tar.gz\n"
CHECKSUM = "Calculating SHA-256 checksum of tarball...\nSHA-256 checksum is 206b\n"


def taken(text: str) -> tuple[Lines, list[tuple[str, int]]]:
    """Take all lines; the phases on the way, with how far each came."""
    lines = Lines(messages=1_654)
    seen: dict[str, int] = {}
    for line in text.splitlines():
        lines.take(line)
        seen[lines.phase] = lines.done
    return lines, list(seen.items())


def test_a_newer_version() -> None:
    """All phases, in their order."""
    lines, phases = taken(COMMON + NEWER + ENDING + CHECKSUM)
    assert [phase for phase, _ in phases] == ["tables", "messages", "files", "flags", "archive", "checksum"]
    assert dict(phases)["messages"] == 1_654
    assert dict(phases)["flags"] == 1_000
    assert (lines.tarball, lines.address) == ("/x.tar.gz", "")


def test_an_older_version() -> None:
    """It says less towards the end."""
    lines, phases = taken(COMMON + ENDING)
    assert [phase for phase, _ in phases] == ["tables", "messages", "files", "flags"]
    assert lines.tarball == "/x.tar.gz"


def test_an_export_of_less_than_everything() -> None:
    """What Zulip says that it exported is the figure, and not what the organization has."""
    lines, phases = taken(COMMON.replace("1654 messages were exported", "1205 messages were exported"))
    assert dict(phases)["messages"] == 1_205
    assert (lines.phase, lines.total) == ("flags", 1_205)


def test_packing_without_a_word() -> None:
    """An older version does not say that it begins with the archive, which grows then."""
    lines, _ = taken(COMMON)
    lines.packing(0)
    assert lines.phase == "flags"
    lines.packing(12)
    assert (lines.phase, lines.total) == ("archive", None)
    early = Lines(messages=3)
    early.packing(12)
    assert early.phase == "tables", "the archive is begun when the rest is there"


def test_nobody_is_named() -> None:
    """Neither in warnings nor in the last words; empty tables are no warning."""
    lines, _ = taken(COMMON)
    assert lines.warnings == ["Missing file of …"]
    lines.take("django.core.management.base.CommandError: nobody@museum.example is in the way")
    assert lines.last.endswith("CommandError: … is in the way")


def test_an_upload() -> None:
    """Its address takes the place of the path."""
    lines, _ = taken(COMMON + ENDING + "Uploaded to https://chat.example.org/user_avatars/exports/4/abc.tar.gz\n")
    assert lines.address == "https://chat.example.org/user_avatars/exports/4/abc.tar.gz"
