"""Stands in for the demo's people where a test is about the demo's life and not about them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

WAIT_VARIABLE = "TESTS_WAIT_WHILE_POPULATING"
"""Environment variable: a file to create while populating, and then not to come back."""


def populate(connection: psycopg.Connection[Any], uploads: Path, size: str, progress: Callable[[str], None]) -> None:
    """One row and one file."""
    progress("Making up nobody")
    connection.execute("INSERT INTO zerver_client (name) VALUES ('tiny')")
    (uploads / "tiny.txt").write_text("tiny")
    marker = os.environ.get(WAIT_VARIABLE)
    if marker:
        Path(marker).touch()
        time.sleep(3600)
