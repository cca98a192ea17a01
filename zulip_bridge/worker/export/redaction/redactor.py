"""What is replaced where: by the table that a row is of, and in any text by what can be told from it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from . import markup
from .names import NameFinder
from .quotes import replace_quotes

Record = dict[str, Any]
ADDRESS = "[address]"
TEXT = "[text of {who} left out]"
NAME = "[name]"
LEFT_OUT = "[left out]"
EARLIER_TEXTS = ("prev_content", "content")
CONTAINERS = ("{", "[")


class Redactor:
    """Replaces third parties' names by ``Person 17`` (with their id), their addresses, and what they wrote.

    ``own`` are the ids of the subject and of their bots, ``addresses`` theirs; ``plain_fence`` is the language of
    fences that name none. Rows keep ids of people: they tie the export together, and say nothing to whoever has no
    access to the server.
    """

    def __init__(self, own: Iterable[int], addresses: Iterable[str], plain_fence: str = "") -> None:
        self.counts: Counter[str] = Counter()
        self._own = frozenset(own)
        self._addresses = frozenset(each.lower() for each in addresses if each)
        self._plain_fence = plain_fence
        self._finder = NameFinder()
        self._by_name: dict[str, int | None] = {}

    def learn(self, name: str, person: int | None) -> None:
        """Somebody's name, now or formerly; None for the subject's own, their bots' and Zulip's own bots'."""
        self._finder.add(name, person)
        folded = name.casefold()
        self._by_name[folded] = None if person is None else self._by_name.get(folded, person)

    def name_of(self, person: int, name: str) -> str:
        """How somebody is called in the export."""
        return (
            name if person in self._own or self._by_name.get(name.casefold(), person) is None else pseudonym(person)
        )

    def text(self, text: str) -> str:
        """Text of the subject's, without what it tells of others."""
        if not text:
            return text
        text, quotes = replace_quotes(text, self._is_own, self._plain_fence)
        self.counts["quotations"] += quotes
        text = markup.replace_mentions(text, self._mentioned)
        text = markup.replace_conversations(text)
        text = markup.replace_encoded(text, self._plain)
        return self._plain(text)

    def value(self, value: Any) -> Any:
        """Any JSON value with the texts in it, also where a text is JSON itself."""
        if isinstance(value, str):
            if value.startswith(CONTAINERS):
                inner = _parsed(value)
                if inner is not None:
                    return _dumped(self.value(inner), value)
            return self.text(value)
        if isinstance(value, dict):
            return {
                self.text(key) if isinstance(key, str) else key: self._of_key(key, each)
                for key, each in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.value(each) for each in value]
        return value

    def row(self, table: str, record: Record) -> None:
        """One row of a table, in place."""
        special = getattr(self, f"_{table}", None)
        if special is not None:
            special(record)
        for key, value in record.items():
            if isinstance(value, str | dict | list | tuple):
                record[key] = self._of_key(key, value)

    def message(self, record: Record) -> None:
        """One message, in place: of another, its text goes; of the subject, what it tells of others."""
        sender = record["sender"]
        record["rendered_content"] = None
        record["subject"] = self.text(record["subject"])
        history = record.get("edit_history")
        if sender in self._own:
            record["content"] = self.text(record["content"])
        else:
            self.counts["message texts"] += 1
            record["content"] = TEXT.format(who=pseudonym(sender))
        if history:
            entries = _parsed(history) if isinstance(history, str) else history
            cleaned = self._history(entries, sender) if entries is not None else LEFT_OUT
            record["edit_history"] = _dumped(cleaned, "[]") if isinstance(history, str) else cleaned

    def edit_of_another(self, record: Record) -> None:
        """The subject's entries in the history of somebody else's message."""
        record["edit_history"] = self._history(record["edit_history"], None)

    def _history(self, entries: Any, sender: int | None) -> Any:
        if not isinstance(entries, list):
            return self.value(entries)
        cleaned = []
        for entry in entries:
            made = dict(entry) if isinstance(entry, dict) else {"entry": LEFT_OUT}
            for key in EARLIER_TEXTS:
                if isinstance(made.get(key), str) and sender not in self._own:
                    self.counts["message texts"] += 1
                    made[key] = TEXT.format(who="somebody else" if sender is None else pseudonym(sender))
            cleaned.append(self.value(made))
        return cleaned

    def _of_key(self, key: Any, value: Any) -> Any:
        """HTML is made from text that the row has as well; that, cleaned, must do."""
        if isinstance(key, str) and isinstance(value, str) and key.startswith(("rendered_", "prev_rendered_")):
            return None if value else value
        return self.value(value)

    def _zerver_realmauditlog(self, record: Record) -> None:
        """About others: their former names, addresses and settings."""
        modified = record.get("modified_user")
        if modified is not None and modified not in self._own:
            record["extra_data"] = _without_text(record.get("extra_data"))

    def _zerver_preregistrationuser(self, record: Record) -> None:
        """Whoever was invited by name."""
        if record.get("full_name") and not self._is_kept(str(record.get("email"))):
            self.counts["names"] += 1
            record["full_name"] = NAME

    def _zerver_customprofilefieldvalue(self, record: Record) -> None:
        """Values of other people's profiles are lists of ids; anything else would be theirs."""
        if record.get("user_profile") not in self._own and _parsed(str(record.get("value"))) is None:
            record["value"] = LEFT_OUT

    def _plain(self, text: str) -> str:
        text = markup.replace_addresses(text, self._is_kept, ADDRESS)
        return self._finder.replace(text, self._replaced)

    def _replaced(self, person: int) -> str:
        self.counts["names"] += 1
        return pseudonym(person)

    def _mentioned(self, name: str, person: int | None) -> str | None:
        if person is None:
            folded = name.casefold()
            if folded in self._by_name and self._by_name[folded] is None:
                return None
            person = self._by_name.get(folded)
            self.counts["names"] += 1
            return NAME if person is None else pseudonym(person)
        if person in self._own:
            return None
        self.counts["names"] += 1
        return f"{pseudonym(person)}|{person}"

    def _is_own(self, name: str, person: int | None) -> bool:
        if person is not None:
            return person in self._own
        return name.casefold() in self._by_name and self._by_name[name.casefold()] is None

    def _is_kept(self, address: str) -> bool:
        return address.lower() in self._addresses


def pseudonym(person: int) -> str:
    """The name that stands for somebody, the same throughout every export of a server."""
    return f"Person {person}"


def _parsed(text: str) -> Any | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None


def _dumped(value: Any, like: str) -> str:
    spaced = ": " in like or ", " in like
    return json.dumps(value, ensure_ascii=False, separators=None if spaced else (",", ":"))


def _without_text(value: Any) -> Any:
    if isinstance(value, str):
        return LEFT_OUT if value else value
    if isinstance(value, dict):
        return {key: _without_text(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without_text(each) for each in value]
    return value
