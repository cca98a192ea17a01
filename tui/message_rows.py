"""Messages as rows of a table, and one as sections of facts."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from tui import wording
from tui.shown import MUTED, shown
from tui.widgets.columns import Column
from tui.widgets.facts import Fact, Section
from tui.widgets.rows import Row
from zulip_bridge.api.messages import MessageDetail, MessageEdit, MessageKind, MessageRow
from zulip_bridge.api.people import Person
from zulip_bridge.text import display_text

KIND_WORDS: dict[MessageKind, str] = {
    "sent": "Sent",
    "direct": "Direct",
    "mentions": "Mentions",
    "starred": "Starred",
    "reacted": "Reacted",
}
NOTHING: dict[MessageKind, str] = {
    "sent": "No message was sent by this person.",
    "direct": "There are no direct messages.",
    "mentions": "No message mentions this person.",
    "starred": "No message is starred.",
    "reacted": "There is no reaction to a message.",
}

_SENT = Column("Sent (UTC)", 16)
_FROM = Column("From", 10, weight=2, max_width=24, priority=2)
_WHERE = Column("Where", 16, weight=3, max_width=44, priority=1)
_TEXT = Column("Message", 24, weight=6)
OF_THE_PERSON = ("sent", "direct")
"""Kinds whose place says who wrote it: the person, or the other one."""

LONGEST_CELL = 240
LONGEST_CONTENT = 40_000
"""Cells of a message that are shown; Zulip's own bound is 10,000 characters."""


def columns(kind: MessageKind) -> tuple[Column, ...]:
    """What a list of this kind has; the sender where it may be anybody."""
    return (_SENT, _WHERE, _TEXT) if kind in OF_THE_PERSON else (_SENT, _FROM, _WHERE, _TEXT)


def message_row(message: MessageRow, kind: MessageKind, person: Person) -> Row:
    """A message as cells that are safe to show."""
    marks = ("✎ " if message.edited else "") + ("↓ " if message.has_attachment else "")
    text = display_text(message.content, limit=LONGEST_CELL)
    sender = [] if kind in OF_THE_PERSON else [display_text(message.sender, limit=LONGEST_CELL)]
    sent = wording.moment(message.sent_at).removesuffix(" UTC")
    return Row(message.id, (sent, *sender, where_words(message, person), marks + text))


def where_words(message: MessageRow, person: Person) -> str:
    """``#design › colours``, ``to Amir Keller``, ``from Amir Keller``, ``group: …``."""
    to = display_text(message.to, limit=LONGEST_CELL)
    if message.where == "channel":
        topic = display_text(message.topic, limit=LONGEST_CELL) or "(no topic)"
        return f"#{to} › {topic}"
    if message.where == "group":
        return f"group: {to}" if to else "group"
    if message.where != "direct":
        return display_text(message.where)
    if message.sender_id == person.id:
        return f"to {to}"
    sender = display_text(message.sender, limit=LONGEST_CELL)
    return f"from {sender}" if message.to == person.full_name else f"{sender} to {to}"


def preview_sections(message: MessageRow, person: Person) -> tuple[Section, ...]:
    """What the list knows of a message: for the pane beside it."""
    facts = [
        Fact("sent", Content(wording.moment(message.sent_at))),
        Fact("from", shown(message.sender)),
        Fact("where", Content(where_words(message, person))),
        Fact("flags", _flags(message)),
    ]
    if message.edited:
        facts.append(Fact("edited", Content("yes; ⏎ shows the history")))
    if message.reactions:
        facts.append(Fact("reacted", shown(", ".join(message.reactions))))
    text = content_lines(message.content)
    more = Content.styled("\n… ⏎ shows all of it", MUTED) if message.cut else Content("")
    return (Section("", tuple(facts)), Section("Content", (Fact("", Content.assemble(text, more)),)))


def detail_sections(detail: MessageDetail, person: Person) -> tuple[Section, ...]:
    """All of a message."""
    row = detail.row
    facts = [
        Fact("id", Content(str(row.id))),
        Fact("sent", Content.assemble(wording.moment(row.sent_at), (" · with ", MUTED), shown(detail.client))),
        Fact("from", Content.assemble(shown(row.sender), (f" · id {row.sender_id}", MUTED))),
        Fact("where", Content(where_words(row, person))),
        Fact("flags", _flags(row)),
        Fact("held by", Content(wording.counted(detail.readers, "person", "people"))),
    ]
    if detail.last_edit_at:
        facts.append(Fact("last edit", Content(wording.moment(detail.last_edit_at))))
    facts += [
        Fact("reaction", shown(f"{each.emoji} × {each.count}: {_names(each.names, each.count)}"))
        for each in detail.reactions
    ]
    facts += [Fact("file", shown(f"{each.name} · {wording.size(each.size)}")) for each in detail.files]
    sections = [
        Section("", tuple(facts)),
        Section("Content, as it was typed", (Fact("", content_lines(row.content)),)),
    ]
    if detail.history_unreadable:
        words = Content.styled("There is an edit history, but not one that can be read.", MUTED)
        sections.append(Section("Edit history", (Fact("", words),)))
    sections += [_edit_section(each) for each in detail.history]
    return tuple(sections)


def content_lines(content: str) -> Content:
    """What was typed, as data: its lines, nothing rendered."""
    return Content(display_text(content, limit=LONGEST_CONTENT, newlines="keep"))


def _edit_section(edit: MessageEdit) -> Section:
    by = f"{display_text(edit.editor) or 'somebody'}" + (f" · id {edit.editor_id}" if edit.editor_id else "")
    facts = []
    if edit.channel is not None:
        facts.append(Fact("channel was", shown(edit.channel)))
    if edit.topic is not None:
        facts.append(Fact("topic was", shown(edit.topic)))
    if edit.content is not None:
        facts.append(Fact("", content_lines(edit.content)))
    return Section(f"Before {wording.moment(edit.at)}, changed by {by}", tuple(facts))


def _flags(message: MessageRow) -> Content:
    if not message.held:
        return Content.styled("none: Zulip keeps no row of this person for it", MUTED)
    return shown(", ".join(message.flags)) if message.flags else Content.styled("none", MUTED)


def _names(names: Sequence[str], count: int) -> str:
    others = count - len(names)
    return ", ".join(names) + (f" and {others} more" if others else "")
