"""Golden screens as plain text: what a person would read, without colours, one file per screen.

A difference shows up as a readable diff. To accept the screens as they are now: UPDATE_FRAMES=1 pytest …
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from textual.app import App

FRAMES = Path(__file__).parent / "frames"
UPDATE_VARIABLE = "UPDATE_FRAMES"


def frame(app: App[Any]) -> str:
    """The screen as it is now, with everything that lies over it: lines without trailing spaces."""
    # The compositor draws what a terminal would get, after the app's line filters.
    strips = app.screen._compositor.render_strips()
    return "".join(strip.text.rstrip() + "\n" for strip in strips)


def assert_frame(name: str, app: App[Any]) -> None:
    """Compare the screen with the golden file of this name."""
    path = FRAMES / f"{name}.txt"
    drawn = frame(app)
    if os.environ.get(UPDATE_VARIABLE):
        path.parent.mkdir(exist_ok=True)
        path.write_text(drawn, encoding="utf-8")
        return
    if not path.exists():
        raise AssertionError(f"There is no frame {path.name} yet; with {UPDATE_VARIABLE}=1 this becomes it:\n{drawn}")
    golden = path.read_text(encoding="utf-8")
    assert drawn.splitlines() == golden.splitlines(), f"the screen differs from {path.name}; now it is:\n{drawn}"
