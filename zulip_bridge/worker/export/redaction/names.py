"""Finding people's full names in text, whatever is between the words, in one pass over it.

A name is looked for by its words: ``Anne-Marie O'Brien`` is also found in ``anne_marie.o-brien``. Names in scripts
without spaces (Chinese, Thai, …) are found inside longer runs, names without letters (emoji) literally.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator

WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+")
BETWEEN = 3
"""Characters between two words of a name: a space, a hyphen, a comma and a space; more where the name has more."""
ENDING = 2
"""Letters that a language may put behind a name: "Anna Bergs", "Annas Hanses"."""
UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Letters of scripts that are written without spaces, or that join particles to names (Korean)."""

Match = tuple[int, int, "int | None"]
"""Where a name begins and ends, and who bears it; None for a name that stays."""
NOBODY = 0
"""In place of an id, where no name ends."""


class _Node:
    """A word of names: what may follow it, how far away, and whose name ends here; ``exact`` as that is written."""

    __slots__ = ("children", "exact", "gap", "person")

    def __init__(self) -> None:
        self.children: dict[str, _Node] | None = None
        self.gap = BETWEEN
        self.person: int | None = NOBODY
        self.exact: tuple[str, ...] = ()

    def child(self, word: str) -> _Node:
        """The node of the word that follows, made where there is none."""
        if self.children is None:
            self.children = {}
        node = self.children.get(word)
        if node is None:
            node = self.children[word] = _Node()
        return node

    def end(self, word: str, person: int | None) -> None:
        """A name ends here: the subject's own wins, then whoever was first."""
        if person is None or self.person == NOBODY:
            self.person = person
        if word not in self.exact:
            self.exact += (word,)


class NameFinder:
    """All names to look for, each with the id of who bears it; of two found at one place, the longer wins."""

    def __init__(self) -> None:
        self._root = _Node()
        self._by_first_letter: dict[str, dict[str, int | None]] = defaultdict(dict)
        self._literal: dict[str, int | None] = {}
        self._pattern: re.Pattern[str] | None = None

    def add(self, name: str, person: int | None) -> None:
        """Look for a name; with None as person it is the subject's own, and stays, whoever else is called so."""
        name = name.strip()
        words = list(WORD.finditer(name))
        if words:
            node, end = self._root, words[0].start()
            for word in words:
                node = node.child(fold(word.group()))
                node.gap = max(node.gap, word.start() - end)
                end = word.end()
            node.end(words[-1].group(), person)
        elif name:
            _keep_first(self._literal, name, person)
            self._pattern = None
        if name and UNSPACED.match(name):
            for form in {name, "".join(name.split())}:
                _keep_first(self._by_first_letter[form[0]], form, person)

    def replace(self, text: str, by: Callable[[int], str]) -> str:
        """The text with every name replaced by what ``by`` makes of the id of who bears it."""
        matches = list(self._words(text))
        if not text.isascii():
            matches += [*self._inside_runs(text), *self._literals(text)]
        elif self._literal:
            matches += self._literals(text)
        if not matches:
            return text
        pieces, position = [], 0
        for start, end, person in sorted(matches, key=lambda each: (each[0], -each[1], each[2] is not None)):
            if start >= position:
                pieces += [text[position:start], text[start:end] if person is None else by(person)]
                position = end
        return "".join([*pieces, text[position:]])

    def _words(self, text: str) -> Iterator[Match]:
        words = list(WORD.finditer(text))
        first_words = self._root.children or {}
        at = 0
        while at < len(words):
            node = first_words.get(fold(words[at].group()))
            match = self._longest(words, at, node) if node is not None else None
            if match is None:
                at += 1
                continue
            count, person = match
            yield words[at].start(), words[at + count - 1].end(), person
            at += count

    def _longest(self, words: list[re.Match[str]], at: int, node: _Node) -> tuple[int, int | None] | None:
        """The longest name that begins at a word: how many words it has, and whose it is."""
        found: tuple[int, int | None] | None = None
        # Everybody writes "will", and somebody may be called "Will".
        if node.person != NOBODY and words[at].group() in node.exact:
            found = (1, node.person)
        for index in range(at + 1, len(words)):
            if node.children is None:
                break
            word, between = fold(words[index].group()), words[index].start() - words[index - 1].end()
            ending = _with_ending(node, word, between)
            if ending is not None:
                found = (index - at + 1, ending.person)
            following = node.children.get(word)
            if following is None or between > following.gap:
                break
            node = following
        return found

    def _inside_runs(self, text: str) -> Iterator[Match]:
        if not self._by_first_letter:
            return
        for letter in UNSPACED.finditer(text):
            names = self._by_first_letter.get(letter.group(), {})
            fitting = [name for name in names if text.startswith(name, letter.start())]
            if fitting:
                name = max(fitting, key=len)
                yield letter.start(), letter.start() + len(name), names[name]

    def _literals(self, text: str) -> Iterator[Match]:
        if not self._literal:
            return
        if self._pattern is None:
            longest_first = sorted(self._literal, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))
        for found in self._pattern.finditer(text):
            yield found.start(), found.end(), self._literal[found.group()]


def _with_ending(node: _Node, word: str, between: int) -> _Node | None:
    """The name that ends with this word, or with its beginning ("Anna Bergs"); the longest of them."""
    for length in range(len(word), max(0, len(word) - 1 - ENDING), -1):
        child = (node.children or {}).get(word[:length])
        if child is not None and child.person != NOBODY and between <= child.gap:
            return child
    return None


def _keep_first(names: dict[str, int | None], name: str, person: int | None) -> None:
    names[name] = None if person is None else names.get(name, person)


def fold(word: str) -> str:
    """A word without case and accents."""
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(each for each in plain if not unicodedata.combining(each))
