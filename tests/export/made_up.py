"""Made-up third parties for property-based tests: names, addresses and texts in many scripts, where they occur."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from hypothesis import strategies as st

LATIN = "abcdefghijklmnopqrstuvwxyzäöüßéñçøåłšž"
ALPHABETS = (LATIN, "абвгдежзиклмнопрстуфхцчшэюя", "αβγδεζηθικλμνξοπρστυφχψω", "ابتثجحخدرزسشصضطظعغفقكلمنهوي")
HAN = "王李張劉陳楊黃趙周吳徐孫馬朱胡林郭何高羅鄭梁謝宋唐許鄧韓馮曹彭曾蕭田董潘袁蔡蔣余"
BETWEEN = (" ", " ", " ", "-", " van ", ". ", "'", " – ")
ORDINARY = {"person", "text", "left", "out", "quoted", "somebody", "address", "name"}
"""Words that replacements are made of."""


@dataclass(frozen=True)
class ThirdParty:
    """Somebody with a name, an address, and something that they wrote."""

    name: str
    address: str
    text: str


def _word(alphabet: str) -> st.SearchStrategy[str]:
    words = st.text(alphabet, min_size=4, max_size=9).filter(lambda word: word not in ORDINARY)
    return words.map(lambda word: word[0].upper() + word[1:])


def _spelt(alphabet: str) -> st.SearchStrategy[str]:
    parts = st.lists(_word(alphabet), min_size=2, max_size=3)
    return st.tuples(parts, st.sampled_from(BETWEEN)).map(lambda both: both[1].join(both[0]))


names = st.one_of(
    *(_spelt(alphabet) for alphabet in ALPHABETS),
    st.text(HAN, min_size=2, max_size=4),
    _word(LATIN),
)
"""Full names as Zulip allows them: of several words, of one, and in scripts without spaces."""

_local = st.text(f"{LATIN[:26]}0123456789.+_-'", min_size=3, max_size=12).filter(
    lambda text: text[0].isalnum() and text[-1].isalnum() and ".." not in text
)
addresses = st.tuples(_local, st.text(LATIN[:26], min_size=3, max_size=9)).map(
    lambda both: f"{both[0]}@{both[1]}.example"
)
texts = st.lists(st.text(LATIN, min_size=3, max_size=10), min_size=5, max_size=9).map(" ".join)
third_parties = st.builds(ThirdParty, names, addresses, texts)

Template = Callable[[ThirdParty, int], str]


def slug(name: str) -> str:
    """A name as in Zulip's links: percent encoding with dots."""
    return quote(name.replace(" ", "-"), safe="").replace(".", "%2E").replace("%", ".")


TEMPLATES: tuple[Template, ...] = (
    lambda who, number: f"I met {who.name} today",
    lambda who, number: f"({who.name}), and then “{who.name}”!",
    lambda who, number: f"ask @**{who.name}** or @**{who.name}|{number}** please",
    lambda who, number: f"@_**{who.name}|{number}** [said](https://z.example/#narrow/dm/{number}-{slug(who.name)}/near/1):\n"
    f"```quote\n{who.text}\n```\nno",
    lambda who, number: f"@_**{who.name}** said:\n````quote\n{who.text}\n```py\n{who.text}\n```\n````\nwell",
    lambda who, number: f"  > {who.text}\n> {who.text}\n\nI do not think so",
    lambda who, number: f"write to {who.address}, or <{who.address}>; **{who.address}**",
    lambda who, number: f"[{who.name}](mailto:{who.address}) and [it](https://z.example/x/{quote(who.name)}/y)",
    lambda who, number: f"https://z.example/#narrow/sender/{number}-{slug(who.name)}",
    lambda who, number: f"* {who.name.upper() if ' ' in who.name else who.name}\n* {who.name}'s thing",
)  # fmt: skip
"""Ways in which somebody occurs in what another writes; the number is their id."""
