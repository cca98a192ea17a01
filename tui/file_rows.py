"""Files as rows of tables, and one as sections of facts."""

from __future__ import annotations

from textual.content import Content

from tui import wording
from tui.shown import MUTED, shown
from tui.widgets.columns import Column
from tui.widgets.facts import Fact, Section
from tui.widgets.rows import Row
from zulip_bridge.api.files import AvatarFile, EmojiFile, FileRow, FileUse, Pictures, Stored
from zulip_bridge.text import display_text

KINDS = {"uploads": "Uploads", "avatars": "Avatar files", "emoji": "Custom emoji"}
NOTHING = {
    "uploads": "This person has uploaded nothing.",
    "avatars": "The storage has no avatar of this person.",
    "emoji": "This person has added no emoji.",
}

_NAME = Column("Name", 18, weight=4, max_width=60)
_SIZE = Column("Size", 9, align="right")
_STORED = Column("In storage", 11)
COLUMNS: dict[str, tuple[Column, ...]] = {
    "uploads": (
        Column("Uploaded (UTC)", 16),
        _NAME,
        _SIZE,
        _STORED,
        Column("Used in", 16, weight=3, priority=1),
    ),
    "avatars": (
        Column("Picture", 11),
        Column("Version", 8, align="right"),
        Column("Of", 15),
        _SIZE,
        Column("Key", 20, weight=4, priority=1),
    ),
    "emoji": (_NAME, _SIZE, _STORED, Column("State", 12, priority=1), Column("Key", 20, weight=3, priority=2)),
}
STORED_WORDS: dict[Stored, str] = {
    "there": "there",
    "missing": "✕ missing",
    "differs": "! differs",
    "unreadable": "✕ unreadable",
    "unchecked": "not checked",
}
STYLES: dict[Stored, str] = {"missing": "error", "unreadable": "error", "differs": "warning"}
LONGEST_CELL = 120


def upload_row(file: FileRow) -> Row:
    """An upload as cells that are safe to show."""
    cells = (
        wording.moment(file.created_at).removesuffix(" UTC"),
        display_text(file.name, limit=LONGEST_CELL),
        wording.size(file.size),
        STORED_WORDS[file.stored],
        _uses(file),
    )
    return Row(file.id, cells, style=STYLES.get(file.stored, ""))


def avatar_row(file: AvatarFile) -> Row:
    """A picture of the person."""
    version = "" if file.version is None else str(file.version)
    whose = "the present one" if file.current else "an earlier one"
    key = display_text(file.key, limit=LONGEST_CELL)
    cells = (_picture(file.key), version, whose, wording.size(file.size), key)
    return Row(f"avatar {file.key}", cells, style="" if file.current else "muted")


def emoji_row(file: EmojiFile) -> Row:
    """A custom emoji."""
    cells = (
        display_text(f":{file.name}:", limit=LONGEST_CELL),
        "" if file.stored_size is None else wording.size(file.stored_size),
        STORED_WORDS[file.stored],
        "deactivated" if file.deactivated else "in use",
        display_text(file.key, limit=LONGEST_CELL),
    )
    return Row(f"emoji {file.id}", cells, style=STYLES.get(file.stored, ""))


def upload_sections(file: FileRow) -> tuple[Section, ...]:
    """An upload: for the pane beside the list."""
    facts = [
        Fact("name", shown(file.name)),
        Fact("uploaded", Content(wording.moment(file.created_at))),
        Fact("size", Content(_size(file.size))),
        Fact("type", shown(file.content_type) if file.content_type else Content.styled("not recorded", MUTED)),
        Fact("key", shown(file.path_id)),
        Fact("seen by", Content(_audience(file))),
        Fact("in storage", stored_content(file.stored, file.stored_size, file.trouble)),
    ]
    uses = [Fact("", _use(each)) for each in file.used_in]
    if file.uses > len(file.used_in):
        uses.append(Fact("", Content.styled(f"and {wording.thousands(file.uses - len(file.used_in))} more", MUTED)))
    if not uses:
        uses = [Fact("", Content.styled("no message uses it", MUTED))]
    return (Section("", tuple(facts)), Section("Used in", tuple(uses)))


def avatar_sections(file: AvatarFile, pictures: Pictures) -> tuple[Section, ...]:
    """A picture of the person."""
    facts = (
        Fact("key", shown(file.key)),
        Fact("size", Content(_size(file.size))),
        Fact("changed", Content(wording.moment(file.modified_at))),
        Fact("version", Content("not in the name" if file.version is None else str(file.version))),
        Fact("account has", shown(f"{pictures.avatar}, version {pictures.avatar_version}")),
    )
    return (Section("", facts),)


def emoji_sections(file: EmojiFile) -> tuple[Section, ...]:
    """A custom emoji."""
    facts = (
        Fact("name", shown(f":{file.name}:")),
        Fact("key", shown(file.key)),
        Fact("animated", Content("yes" if file.animated else "no")),
        Fact("state", Content("deactivated" if file.deactivated else "in use")),
        Fact("in storage", stored_content(file.stored, file.stored_size, file.trouble)),
    )
    return (Section("", facts),)


def stored_content(stored: Stored, size: int | None, trouble: str) -> Content:
    """What the storage says, in a sentence."""
    if stored == "there":
        return Content("it is there")
    if stored == "differs":
        return Content.styled(f"it is there, but with {size or 0:,} bytes", "$warning")
    if stored == "unchecked":
        return Content.styled("there was no time to look; r looks again", MUTED)
    return shown(trouble, "$error")


def _picture(key: str) -> str:
    """What Zulip makes of an avatar: as it was uploaded, as it is shown, and a larger one."""
    if key.endswith(".original"):
        return "as uploaded"
    return "larger" if key.endswith("-medium.png") else "as shown"


def _size(size: int) -> str:
    return wording.size(size) + (f" · {size:,} bytes" if size >= 1000 else "")


def _uses(file: FileRow) -> str:
    if not file.uses or not file.used_in:
        return "nothing"
    more = f" and {wording.thousands(file.uses - 1)} more" if file.uses > 1 else ""
    return f"{_place(file.used_in[0])}{more}"


def _use(use: FileUse) -> Content:
    about = f"  message {use.message_id} · {wording.moment(use.sent_at)}"
    return Content.assemble(_place(use), "\n", (about, MUTED))


def _place(use: FileUse) -> str:
    to = display_text(use.to, limit=LONGEST_CELL)
    if use.where == "channel":
        return f"#{to} › {display_text(use.topic, limit=LONGEST_CELL) or '(no topic)'}"
    return f"group: {to}" if use.where == "group" else f"direct: {display_text(use.sender, limit=60)} to {to}"


def _audience(file: FileRow) -> str:
    if file.web_public:
        return "anybody on the web"
    if file.realm_public:
        return "all of the organization"
    if file.realm_public is None:
        return "not worked out by Zulip yet"
    return "who can see the messages"
