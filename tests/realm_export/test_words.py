"""What the progress of Zulip's export says: every figure with what it counts."""

from __future__ import annotations

import pytest

from zulip_bridge.api.calls import Progress
from zulip_bridge.api.realm_export import PHASES
from zulip_bridge.realm_export_words import amount, title


@pytest.mark.parametrize(
    ("progress", "meanwhile", "afterwards"),
    [
        (Progress("tables", 0), "being written", "written"),
        (Progress("messages", 1_000, 1_654), "1,000 / 1,654 messages", "1,000 messages"),
        (Progress("messages", 1, 1), "1 / 1 message", "1 message"),
        (Progress("files", 12), "being copied", "copied"),
        (Progress("flags", 152), "152 messages", "152 messages"),
        (Progress("archive", 39_855), "39855 B so far", "39855 B"),
        (Progress("checksum", 0), "being computed", "computed"),
        (Progress("checksum", 5, 10), "5 B of 10 B read", "10 B read"),
    ],
)
def test_amounts(progress: Progress, meanwhile: str, afterwards: str) -> None:
    assert amount(progress, "{} B".format) == meanwhile
    assert amount(progress, "{} B".format, over=True) == afterwards


def test_every_phase_has_a_title() -> None:
    assert [title(phase) for phase in PHASES] == ["tables", "messages", "files", "read marks", "archive", "sha256"]
