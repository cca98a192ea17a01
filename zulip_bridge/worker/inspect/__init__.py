"""Parts of what the server holds about a person, one module each; the functions that answer the requests."""

from __future__ import annotations
