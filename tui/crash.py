"""What is said of a fault in the screens: that of the program, seen through Textual's wrapping of a worker's."""

from __future__ import annotations

from textual.worker import WorkerFailed

from zulip_bridge.fault import SENTENCE, fault_report


def crash_report(error: BaseException, *, sentence: str = SENTENCE) -> str:
    """The lines of :func:`fault_report` as one text; of a worker's fault, what happened in the worker."""
    while isinstance(error, WorkerFailed):
        error = error.error
    return "\n".join(fault_report(error, sentence=sentence))
