"""How Zulip's own exports cut messages into files."""

from __future__ import annotations

MESSAGE_BATCH_CHUNK_SIZE = 1000
"""Messages in one ``messages-NNNNNN.json``."""
