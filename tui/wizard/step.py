"""What every step has: the plan it fills in, what is wrong with it, and where the keyboard goes first."""

from __future__ import annotations

from typing import ClassVar

from textual.containers import Vertical
from textual.message import Message

from tui.export_plan import Plan


class Step(Vertical):
    """One step. Says :class:`Stepped` where Enter was pressed in something that takes it for itself, and
    :class:`Touched` where the plan has become another.
    """

    TITLE: ClassVar[str]

    class Stepped(Message):
        """Go on to the next."""

    class Touched(Message):
        """Something was chosen or typed by hand."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(classes="step")
        self.plan = plan

    def show(self) -> None:
        """This step is on the screen now: draw what the others have changed, and take the focus."""
        raise NotImplementedError

    def trouble(self) -> str | None:
        """Why it cannot go on from here, as a sentence; None where it can."""
        return None

    def show_trouble(self) -> None:
        """What is wrong is here: take the focus to where it can be mended."""
        self.show()

    def sizes_changed(self) -> None:
        """More has been counted, or counting has ended: draw it, where it is shown here."""
