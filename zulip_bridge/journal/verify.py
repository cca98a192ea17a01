"""Finding what was done to a journal: each kind of damage with its line, its number, and a sentence."""

from __future__ import annotations

import os
from pathlib import Path

from zulip_bridge.journal.findings import Findings, Problem, ProblemKind, VerifyReport
from zulip_bridge.journal.head import read_head
from zulip_bridge.journal.lock import locked
from zulip_bridge.journal.place import default_path, head_path, open_for_reading

__all__ = ["Problem", "ProblemKind", "VerifyReport", "verify"]


def verify(path: Path | None = None) -> VerifyReport:
    """Check every line of the journal at `path` (`default_path()` where none is given) and its head.

    Reads once, from the first line to the last, keeping numbers and hashes only. An append that runs at the
    same time waits. A journal that does not exist, nor its head, is whole. Raises `JournalError` where the
    files cannot be read.
    """
    path = path or default_path()
    descriptor = open_for_reading(path)
    findings = Findings()
    if descriptor is None:
        return findings.report(read_head(path), head_exists=head_path(path).exists(), size=0)
    with os.fdopen(descriptor, "rb") as file, locked(descriptor, shared=True):
        for number, raw in enumerate(file, start=1):
            findings.take(number, raw)
        size = os.fstat(descriptor).st_size
        return findings.report(read_head(path), head_exists=head_path(path).exists(), size=size)
