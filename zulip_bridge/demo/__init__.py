"""The demo: a small Zulip-shaped install on a PostgreSQL of its own, with a made-up organization in it.

Nothing outside this package knows more about it than these names. Importing it where the packages of the extra
``demo`` are missing raises :class:`ImportError`.
"""

from __future__ import annotations

from importlib.util import find_spec

from zulip_bridge.demo.errors import DemoError
from zulip_bridge.demo.lifecycle import DemoInstall, ensure, locate, reset, stop

__all__ = ["DemoError", "DemoInstall", "ensure", "locate", "reset", "stop"]

for _needed in ("django", "psycopg"):
    # Looked for, not loaded: opening a demo that exists needs neither in this process.
    if find_spec(_needed) is None:
        raise ImportError(f"the demo needs the package {_needed}", name=_needed)
