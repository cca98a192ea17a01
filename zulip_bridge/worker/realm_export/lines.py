"""Zulip's output, line by line: how far it has come. Lines name people, so that none is passed on as it is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MESSAGES_IN_A_FILE = 1_000
"""As Zulip cuts them (zerver/lib/export.py, MESSAGE_BATCH_CHUNK_SIZE)."""

COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
PARTIAL = re.compile(r"Finished writing .*/messages-(\d+)\.json\.partial$")
FLAGS = re.compile(r"Finished writing .*/messages-(\d+)\.json$")
MARKED = re.compile(r"^\S+ \S+ (WARN|WARNING|ERROR|ERR)\w* \[[^]]*\] (.*)$")
ADDRESS = re.compile(r"\S+@\S+")
EXPORTED = re.compile(r" (\d+) messages were exported$")
WRITTEN = re.compile(r"^Tarball written to (.+)$")
UPLOADED = re.compile(r"^Uploaded to (.+)$")
MOST_WARNINGS = 50
EMPTY_TABLE = "NO DATA EXPORTED FOR TABLE"
"""Zulip says so of every table that is empty: nothing to worry anybody with."""

PHASES = {
    "Exporting uploaded files": "files",
    "Compressing tarball": "archive",
    "Calculating SHA-256": "checksum",
    "Uploading export tarball": "archive",
}
LAUNCHED = re.compile(r"Launching \d+ PARALLEL subprocesses")


@dataclass
class Lines:
    """What has been understood so far; ``messages`` is how many there are at the most, until Zulip says it."""

    messages: int
    phase: str = "tables"
    done: int = 0
    tarball: str = ""
    packed: int = 0
    address: str = ""
    last: str = ""
    warnings: list[str] = field(default_factory=list)

    @property
    def total(self) -> int | None:
        """How many things the phase has, where that is known."""
        return self.messages if self.phase in ("messages", "flags") else None

    def take(self, line: str) -> None:
        """One more line."""
        line = COLOURS.sub("", line).strip()
        if not line:
            return
        if not line.startswith("Traceback"):
            self.last = ADDRESS.sub("…", line)
        for words, phase in PHASES.items():
            if words in line:
                self._begin(phase)
        if exported := EXPORTED.search(line):
            self._begin("messages")
            self.messages = self.done = int(exported[1])
        if LAUNCHED.search(line):
            self._begin("flags")
        if PARTIAL.search(line):
            self._begin("messages")
            self.done = min(self.done + MESSAGES_IN_A_FILE, self.messages)
        elif self.phase == "flags" and FLAGS.search(line):
            self.done = min(self.done + MESSAGES_IN_A_FILE, self.messages)
        elif self.phase == "files":
            self.done += 1
        self._result(line)

    def packing(self, size: int) -> None:
        """The archive has become so large: an older version does not say when it begins with that."""
        if size and self.phase == "flags":
            self._begin("archive")
        if size and self.tarball:
            self.packed = size

    def _begin(self, phase: str) -> None:
        if self.phase != phase:
            self.phase, self.done = phase, 0

    def _result(self, line: str) -> None:
        if written := WRITTEN.match(line):
            self.tarball = written[1]
        elif uploaded := UPLOADED.match(line):
            self.address = uploaded[1]
        marked = MARKED.match(line)
        if marked and EMPTY_TABLE not in marked[2] and len(self.warnings) < MOST_WARNINGS:
            self.warnings.append(ADDRESS.sub("…", marked[2]))
