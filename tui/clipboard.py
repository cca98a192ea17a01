"""What fits into the terminal's clipboard.

Text goes there as one escape sequence (OSC 52), base64. Terminals cut or drop long ones without a word: xterm and
tmux take about 74,994 bytes of base64, which is the bound that is used here.
"""

from __future__ import annotations

from tui import wording

MOST_BASE64 = 74_994


def too_long(text: str) -> str | None:
    """The sentence that says why ``text`` is not copied; None where it fits."""
    length = len(text.encode())
    if -(-length // 3) * 4 <= MOST_BASE64:
        return None
    return f"{wording.size(length)} are too much for a terminal's clipboard: nothing was copied."
