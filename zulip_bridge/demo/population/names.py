"""Names of made-up people, and names that are hostile within the rules of Zulip.

Zulip (zerver/lib/users.py, check_full_name) refuses names shorter than 2 or longer than 100 characters, with
one of  * ` \\ > " @  in them, with control characters or surrogates, or ending in a pipe and digits. Everything
else is a name that a server can hold.
"""

from __future__ import annotations

from random import Random

_FIRST = (
    "Adele Aiko Alma Amara Amir Ana Anders Anika Ben Bianca Bruno Carla Cem Chidi Clara Dana David Dilek Edda "
    "Elif Emil Erik Esra Farid Fatima Felix Freya Gita Greta Hana Hassan Hugo Ida Imran Ines Ivan Jana Jonas "
    "Joao Julia Kai Karim Kemal Klara Lars Leila Leo Linh Lucia Luis Magda Malik Mateo Mei Mila Mina Nadia Nils "
    "Noor Olga Omar Oskar Pavel Pia Priya Rafael Rania Rosa Ruth Said Sara Selin Sofia Sven Tariq Tessa Tomas "
    "Uma Vera Viktor Wanda Yara Yusuf Zeynep Zofia"
)
_LAST = (
    "Abbas Adler Almeida Andersen Baker Bauer Becker Berg Bianchi Brandt Castro Celik Chen Cohen Costa Dahl Diaz "
    "Dubois Eriksen Farkas Fischer Fontaine Garcia Gomez Gruber Haddad Hansen Hartmann Hoang Hofer Horvat Huber "
    "Ivanov Jansen Jensen Kaya Keller Khan Kim Klein Kovacs Kowalski Kumar Lang Larsen Lehmann Lindberg Mancini "
    "Martin Mehta Meyer Moreau Moser Mueller Nakamura Navarro Nguyen Nielsen Novak Okafor Olsen Ortiz Ozturk "
    "Patel Petrov Popescu Ramos Rashid Ricci Rossi Santos Sato Schmid Silva Singh Steiner Suzuki Tanaka Torres "
    "Vargas Vogel Wagner Weber Winter Yilmaz Zhang Ziegler"
)

HOSTILE: tuple[tuple[str, str], ...] = (
    ("markup", "[bold]Bob[/bold]"),
    ("markup.close", "a[/]b"),
    ("markup.open", "z [b +"),
    ("markup.link", "[link=https://evil.example]Click[/link]"),
    ("markup.action", "[$error on red]Ring[/]"),
    ("bidi", "Eve \u202egnp.exe\u202c Harmless"),
    ("isolate", "Ira \u2066\u2067Isolated\u2069\u2069"),
    ("zero.width", "Zero\u200bWid\u200dth\ufeff Joiner"),
    ("lookalike", "Mаrc Admin"),
    ("long", "Maximilian " + "Wolfeschlegelsteinhausenberger" * 2 + " von und zu Bergerdorff und Hold"[:29]),
    ("wide", "山田太郎 東京本社開発部"),
    ("stack", "Zalgo" + "\u0301\u0327\u0338\u0489\u0336" * 12 + " Jones"),
    ("emoji", "🦄 Uma 👩\u200d👩\u200d👧\u200d👦 🏳️\u200d🌈"),
    ("arabic", "محمد الأحمد"),
    ("hebrew", "שרה כהן"),
    ("mixed.direction", "שרה (Sarah) كوهين 123"),
    ("o'brien", "Conan O'Brien"),
    ("double.single", "Ada 'Quote' D''Arcy"),
    ("sql", "'; DROP TABLE zerver_message; --"),
    ("formula", "=cmd|' /C calc'!A0"),
    ("plus.formula", "+1+1 Pia"),
    ("percent", "%s%n %(name)s {0} ${HOME}"),
    ("html", "<img src=x onerror=alert(1)"),
    ("null", "null"),
    ("digits", "0012"),
    ("dash", "--help"),
    ("tag.characters", "Tag\U000e0041\U000e0042 Name"),
    ("nbsp", "No\u00a0Break\u2003Space\u3000Ito"),
    ("soft.hyphen", "Soft\u00ad\u00adHyphen Sam"),
    ("separator", "Line\u2028Para\u2029 Sep"),
    ("thai", "สมชาย ใจดี"),
    ("dotless", "İlker Işık"),
    ("unassigned", "Una\u0378ssigned \ue000 \U000f0000 Una"),
    ("variation", "Vera\ufe0f\ufe0e \u20e3 Selector"),
)
"""(what is odd about it, used as the local part of the address; the name)"""

LANGUAGES = ("en", "en", "en", "de", "de", "es", "fr", "pt", "ja", "zh-hans", "ar", "tr", "cy", "si", "en-gb", "mn")
TIMEZONES = (
    "", "Europe/Berlin", "Europe/Berlin", "Europe/London", "America/New_York", "America/Sao_Paulo", "Asia/Tokyo",
    "Asia/Kolkata", "Asia/Kathmandu", "Australia/Eucla", "Pacific/Chatham", "Pacific/Kiritimati",
    "America/Argentina/ComodRivadavia", "Antarctica/Troll", "America/St_Johns", "Africa/Lagos",
)  # fmt: skip


def full_names(chance: Random, count: int) -> list[str]:
    """Different plain names."""
    pairs = [(first, last) for first in _FIRST.split() for last in _LAST.split()]
    return [f"{first} {last}" for first, last in chance.sample(pairs, count)]


def local_part(full_name: str) -> str:
    """The part of an address before the at sign for a plain name."""
    return full_name.lower().replace(" ", ".")
