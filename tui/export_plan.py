"""What the operator has chosen in the export wizard so far; kept while they go back and forth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Literal

from tui import destination, wording
from tui.export_sizes import Sizes
from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.export_scope import (
    BY_NAME,
    PRESETS,
    SECTIONS,
    ExportScope,
    Others,
    SectionSize,
    choose,
    sections_of,
)
from zulip_bridge.api.people import Person
from zulip_bridge.export import (
    Format,
    Packaging,
    Passphrase,
    Permissions,
    Recipients,
    free_bytes,
    read_recipients,
    stem_of,
)
from zulip_bridge.export.packaging import ENCRYPTED
from zulip_bridge.export.recorded import Order, archive_name

Protection = Literal["none", "keys", "passphrase"]
USUAL = "access"
ALL = tuple(each.name for each in SECTIONS)
TEXT_SHRINKS = 4
"""How much smaller text is in an archive, roughly."""
PAGE_BYTES = 100_000
"""Of everybody's readable page, without messages: itself, what it explains, and its share of the manifest."""
PAGE_SHARE = 5
"""The page holds the messages once more, without what only programs want: a fifth of them, for the demo's people."""
NOT_CHOSEN = ("people", "counts", "_now", "_suggested")
"""Fields of a plan that are not of the operator's choosing."""


def is_messages(section: str) -> bool:
    """Whether it holds messages with their text."""
    return section in BY_NAME and BY_NAME[section].kind == "messages" and section != "flags"


@dataclass
class Plan:
    """The choices. ``people`` are those who were marked, in their order, less ``left_out`` (ids)."""

    people: Sequence[Person]
    left_out: set[int] = field(default_factory=set)
    preset: str = USUAL
    sections: set[str] = field(default_factory=lambda: set(sections_of("access")))
    others: Others = "keep"
    first: str = ""
    last: str = ""
    format: Format = "directory"
    protection: Protection = "none"
    keys: str = ""
    passphrase: str = field(default="", repr=False)
    again: str = field(default="", repr=False)
    permissions: Permissions = "owner"
    destination: str = ""
    counts: Sizes = field(default_factory=Sizes)
    _now: datetime | None = None
    _suggested: str = ""

    @property
    def chosen(self) -> list[Person]:
        """Whom to export."""
        return [person for person in self.people if person.id not in self.left_out]

    @property
    def is_for_many(self) -> bool:
        """Whether there were several to choose from: each is exported into a folder."""
        return len(self.people) > 1

    @property
    def sizes(self) -> dict[str, SectionSize]:
        """By section, of all who are chosen, as far as it is known."""
        return self.counts.added_up([person.id for person in self.chosen])

    @property
    def uncounted(self) -> list[Person]:
        """Who is chosen, and nothing is known of them yet."""
        return [person for person in self.chosen if person.id not in self.counts.counted]

    def counted_words(self) -> str:
        """Of how many people the sizes are; empty where that is all of them."""
        known, of = self.counts.known([person.id for person in self.chosen]), len(self.chosen)
        return "" if known == of or not self.is_for_many else f"{wording.thousands(known)} of {wording.thousands(of)}"

    def take_preset(self, name: str) -> None:
        """The sections of a preset."""
        self.preset = name
        self.sections = {each.name for each in SECTIONS if name in each.presets}

    def take_sections(self, names: set[str]) -> None:
        """Exactly these; where they are a preset's, that is meant."""
        self.sections = names
        self.preset = next((name for name in PRESETS if set(sections_of(name)) == names), "")

    def take_protection(self, protection: Protection) -> None:
        """Only an archive can be encrypted: where it is none yet, it becomes one."""
        self.protection = protection
        if protection != "none" and self.format == "directory":
            self.format = "tar.gz"
        self._rename()

    def take_format(self, kind: Format) -> None:
        """A directory cannot be encrypted."""
        self.format = kind
        if kind == "directory":
            self.protection = "none"
        self._rename()

    def scope(self) -> ExportScope:
        """What to export; raises :class:`StewardError`, kind ``invalid``."""
        names = () if self.preset else tuple(self.sections)
        return choose(
            self.preset, names, since=self.first.strip() or None, until=self.last.strip() or None, others=self.others
        )

    def packaging(self) -> Packaging:
        """How to write it; raises :class:`StewardError`, kind ``invalid``. Reads files of keys."""
        return Packaging(self.format, self._encryption(), self.permissions)

    def protection_trouble(self) -> str | None:
        """What is wrong with the key or the passphrase."""
        if self.protection == "passphrase" and self.passphrase != self.again:
            return "The two passphrases differ."
        try:
            self.packaging()
        except StewardError as error:
            return error.sentence
        return None

    def place_trouble(self) -> str | None:
        """What is wrong with the destination."""
        if self.is_for_many:
            return destination.folder_objection(self.destination)
        if self.format == "directory":
            return destination.objection(self.destination)
        return destination.file_objection(self.destination)

    def orders(self, now: datetime) -> list[Order]:
        """Who goes where."""
        place = destination.read_path(self.destination)
        if not self.is_for_many:
            return [Order(self.people[0], place)]
        packaging = self.packaging()
        return [Order(person, place / archive_name(person, now, packaging)) for person in self.chosen]

    def suggest(self, now: datetime) -> None:
        """A destination that does not exist yet."""
        self._now = now
        if self.is_for_many:
            self.destination = str(destination.HOME.expanduser() / f"{now:%Y-%m-%d}")
        else:
            self.destination = str(destination.suggest(self.people[0], now, self.suffix))
        self._suggested = self.destination

    def suggest_anew(self, now: datetime) -> bool:
        """Another destination where something has taken the one that was suggested; whether that was so."""
        if self.destination != self._suggested or self.place_trouble() is None:
            return False
        self.suggest(now)
        return self.place_trouble() is None

    @property
    def suffix(self) -> str:
        """What an archive's name ends in."""
        return Packaging(self.format).suffix + (ENCRYPTED if self.protection != "none" else "")

    def estimate(self) -> int | None:
        """Bytes to be written, about, for those who have been counted; None where they are not known."""
        counted = self.sizes
        sizes = [counted[name] for name in self.sections if name in counted]
        if not sizes:
            return None
        files = sum(each.bytes or 0 for each in sizes if BY_NAME[each.section].kind == "files")
        text = sum(each.bytes or 0 for each in sizes if BY_NAME[each.section].kind != "files")
        text += (self.page_bytes() or 0) if "page" in self.sections else 0
        return files + text // (1 if self.format == "directory" else TEXT_SHRINKS)

    def page_bytes(self) -> int | None:
        """Bytes of the readable pages of the sections that are chosen, about; None where nothing is known yet."""
        people = [person.id for person in self.chosen if person.id in self.counts.by_person]
        messages = [each for name, each in self.sizes.items() if name in self.sections and is_messages(name)]
        text = sum(each.bytes or 0 for each in messages)
        return PAGE_BYTES * len(people) + text // PAGE_SHARE if people else None

    def free_bytes(self) -> int | None:
        """Room at the destination."""
        return free_bytes(destination.read_path(self.destination))

    @property
    def is_cramped(self) -> bool:
        """Whether it does not fit there, by what is known of it."""
        return _is_more(self.estimate(), self.free_bytes())

    def size_words(self) -> str:
        """The estimate, of whom it is, and whether there is room for it."""
        estimate, free = self.estimate(), self.free_bytes()
        size = "not counted" if estimate is None else f"about {wording.size(estimate)}{self._of_what()}"
        room = "" if free is None else f"; {wording.size(free)} are free"
        return f"{size}{room}{': not enough room' if _is_more(estimate, free) else ''}"

    def _of_what(self) -> str:
        some = self.counted_words()
        whom = f" for {some} people" if some else ""
        return f"{whom} so far, still counting" if self.counts.is_counting else whom

    @property
    def is_chosen_by_hand(self) -> bool:
        """Whether anything is not as it was suggested."""
        usual = Plan(self.people, destination=self._suggested)
        return self._choices() != usual._choices()

    def _choices(self) -> tuple[object, ...]:
        return tuple(getattr(self, each.name) for each in fields(self) if each.name not in NOT_CHOSEN)

    def dates_words(self) -> str:
        """The range in words."""
        first, last = self.first.strip(), self.last.strip()
        if first and last:
            return f"from {first} to {last}"
        return f"from {first}" if first else f"to {last}" if last else "any time"

    def sections_words(self) -> str:
        """The preset and its sections in words."""
        title = PRESETS[self.preset][0] if self.preset in PRESETS else "Chosen one by one"
        return f"{title} · {wording.counted(len(self.sections), 'section')} of {len(ALL)}"

    def _encryption(self) -> Passphrase | Recipients | None:
        if self.protection == "keys":
            return read_recipients([word.strip() for word in self.keys.split(",") if word.strip()])
        return Passphrase(self.passphrase) if self.protection == "passphrase" else None

    def _rename(self) -> None:
        """Let the name end as the format wants it; a suggestion is made anew."""
        typed = self.destination.strip()
        if self.is_for_many or not typed or self._now is None:
            return
        if typed == self._suggested:
            self.suggest(self._now)
            return
        folder, slash, name = typed.rpartition("/")
        self.destination = f"{folder}{slash}{stem_of(Path(name))}{self.suffix}" if name else typed


def _is_more(estimate: int | None, free: int | None) -> bool:
    return estimate is not None and free is not None and estimate > free
