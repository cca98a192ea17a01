"""Finding people's full names in text, whatever is between the words, in one pass over it.

A name is looked for by its words: ``Anne-Marie O'Brien`` is also found in ``anne_marie.o-brien``. Names in scripts
without spaces (Chinese, Thai, …) are found inside longer runs, names without letters (emoji) literally.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+")
BETWEEN = 3
"""Characters between two words of a name: a space, a hyphen, a comma and a space; more where the name has more."""
UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Letters of scripts that are written without spaces, or that join particles to names (Korean)."""

Match = tuple[int, int, "int | None"]
"""Where a name begins and ends, and who bears it; None for a name that stays."""


@dataclass(frozen=True)
class _Name:
    """A name by its words: ``folded`` without case and accents, ``exact`` as written, ``gap`` between them."""

    folded: tuple[str, ...]
    exact: tuple[str, ...]
    gap: int
    person: int | None

    def fits(self, text: str, words: list[re.Match[str]], at: int) -> bool:
        """Whether the words from ``at`` on are the name; the last may have an ending, as in "Anna Bergs"."""
        if len(self.folded) == 1:
            # Everybody writes "will", and somebody may be called "Will".
            return words[at].group() == self.exact[0]
        found = words[at : at + len(self.folded)]
        if len(found) < len(self.folded) or not fold(found[-1].group()).startswith(self.folded[-1]):
            return False
        if any(fold(word.group()) != part for word, part in zip(found[:-1], self.folded[:-1], strict=True)):
            return False
        return all(right.start() - left.end() <= self.gap for left, right in itertools.pairwise(found))


class NameFinder:
    """All names to look for, each with the id of who bears it; of two found at one place, the longer wins."""

    def __init__(self) -> None:
        self._by_first_word: dict[str, list[_Name]] = defaultdict(list)
        self._by_first_letter: dict[str, list[tuple[str, int | None]]] = defaultdict(list)
        self._literal: dict[str, int | None] = {}
        self._pattern: re.Pattern[str] | None = None

    def add(self, name: str, person: int | None) -> None:
        """Look for a name; with None as person it is the subject's own, and stays, whoever else is called so."""
        name = name.strip()
        words = list(WORD.finditer(name))
        if words:
            exact = tuple(each.group() for each in words)
            gap = max([BETWEEN, *(right.start() - left.end() for left, right in itertools.pairwise(words))])
            names = self._by_first_word[fold(exact[0])]
            names.append(_Name(tuple(map(fold, exact)), exact, gap, person))
            names.sort(key=lambda each: (-len(each.folded), each.person is not None))
        elif name:
            self._literal[name] = None if person is None else self._literal.get(name, person)
            self._pattern = None
        if name and UNSPACED.match(name):
            for form in {name, "".join(name.split())}:
                self._by_first_letter[form[0]].append((form, person))
            self._by_first_letter[name[0]].sort(key=lambda each: (-len(each[0]), each[1] is not None))

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
        at = 0
        while at < len(words):
            names = self._by_first_word.get(fold(words[at].group()))
            name = next((each for each in names if each.fits(text, words, at)), None) if names else None
            if name is None:
                at += 1
                continue
            yield words[at].start(), words[at + len(name.folded) - 1].end(), name.person
            at += len(name.folded)

    def _inside_runs(self, text: str) -> Iterator[Match]:
        if not self._by_first_letter:
            return
        for letter in UNSPACED.finditer(text):
            for name, person in self._by_first_letter.get(letter.group(), ()):
                if text.startswith(name, letter.start()):
                    yield letter.start(), letter.start() + len(name), person
                    break

    def _literals(self, text: str) -> Iterator[Match]:
        if not self._literal:
            return
        if self._pattern is None:
            longest_first = sorted(self._literal, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))
        for found in self._pattern.finditer(text):
            yield found.start(), found.end(), self._literal[found.group()]


def fold(word: str) -> str:
    """A word without case and accents."""
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(each for each in plain if not unicodedata.combining(each))
