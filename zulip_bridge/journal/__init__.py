"""The operator's journal: who read or changed whose data, when, on which server, with what result.

Append-only JSON lines at the operator's side, each entry carrying the hash of the one before, beside a small
head file that remembers how far the chain went. `Journal` writes and reads it, `verify` finds what was changed,
removed, reordered or cut off. There is no switch to do without it.

What it can and cannot show: a chain without a key shows tampering to whoever kept one of its hashes elsewhere
(`VerifyReport.last_hash`), and every partial change to anybody. Whoever can write both files can still forge
the whole of them, or delete both.
"""

from zulip_bridge.journal.entry import (
    NOTICED,
    Entry,
    Operator,
    Person,
    RecordedEntry,
    Result,
    Server,
    current_operator,
)
from zulip_bridge.journal.place import JournalError, default_path
from zulip_bridge.journal.store import Journal
from zulip_bridge.journal.verify import Problem, ProblemKind, VerifyReport, verify

__all__ = [
    "NOTICED",
    "Entry",
    "Journal",
    "JournalError",
    "Operator",
    "Person",
    "Problem",
    "ProblemKind",
    "RecordedEntry",
    "Result",
    "Server",
    "VerifyReport",
    "current_operator",
    "default_path",
    "verify",
]
