"""Errors with a sentence for the one who asked."""

from __future__ import annotations


class JsonableError(Exception):
    """A request is refused; ``msg`` says why, and the web server would answer with ``http_status_code``."""

    http_status_code = 400

    def __init__(self, msg: str) -> None:
        super().__init__(msg)
        self.msg = msg
