"""What the demo says when it cannot be had."""

from __future__ import annotations


class DemoError(Exception):
    """The demo cannot be created, started or stopped; the text is one sentence for the operator."""
