"""Kinds of messages in one line, with how many there are of each."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui import wording
from tui.message_rows import KIND_WORDS
from tui.shown import MUTED
from zulip_bridge.api.messages import MESSAGE_KINDS, MessageCount, MessageKind


class KindBar(Widget):
    """Shows the kinds, the chosen one in reverse; whoever owns the list sets ``kind`` and ``counts``."""

    DEFAULT_CSS = """
    KindBar { height: 1; text-wrap: nowrap; }
    """

    kind: reactive[MessageKind] = reactive[MessageKind]("sent")
    counts: reactive[dict[MessageKind, MessageCount]] = reactive(dict)

    def render(self) -> Content:
        """All of them in a row."""
        return Content.assemble((" k", "bold $primary"), " ", *[self._kind(each) for each in MESSAGE_KINDS])

    def _kind(self, kind: MessageKind) -> Content:
        count = self.counts.get(kind)
        number = "" if count is None else f" {wording.thousands(count.count, exact=count.exact)}"
        if kind == self.kind:
            return Content.styled(f" {KIND_WORDS[kind]}{number} ", "bold reverse")
        return Content.assemble((f" {KIND_WORDS[kind]}", ""), (f"{number} ", MUTED))
