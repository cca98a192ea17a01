"""Entry of the console script: the command line, with the screens for when no command is given."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

from zulip_bridge.cli.main import run

if TYPE_CHECKING:
    from zulip_bridge.launch.targets import Target

FRAMES_A_SECOND = 120
"""How often Textual looks whether there is something to draw. A letter and its rows wait for that two or three times,
at Textual's own 60 longer than the server takes to answer. Idle costs nothing, at any number.
"""


def open_screens(target: Target, *, read_only: bool, slow: bool | None, mouse: bool) -> int:
    """Open the screens; Textual is imported only now. Returns the exit status."""
    # What is imported and built until the first paint stays: looking for garbage in it only delays that.
    gc.disable()
    os.environ.setdefault("TEXTUAL_FPS", str(FRAMES_A_SECOND))  # read when Textual is imported
    from tui.app import run_screens

    return run_screens(target, read_only=read_only, slow=slow, mouse=mouse)


def main() -> None:
    """Run ``zulip-steward``."""
    run(open_screens)
