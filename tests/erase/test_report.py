"""The page of an erasure: whole, and harmless whatever the server said."""

from __future__ import annotations

from html.parser import HTMLParser

from zulip_bridge.api.erase import ErasureOptions
from zulip_bridge.api.people import Person
from zulip_bridge.api.residue import Residue, ResidueReport
from zulip_bridge.erase import ErasureResult
from zulip_bridge.erase.report import page_of, report_of

EVIL = "<script>alert(1)</script>\"'&"
WHO = Person(
    17, "Zoe Secret", "zoe@example.org", "zoe@example.org", "acme", 2, 400, "member", True, False, None, False, False,
    "active", "2026-01-01T00:00:00Z", None, None,
)  # fmt: skip


class Tags(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag."""
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        """Note the text."""
        self.text += data


def result(verdict: str = "stays") -> ErasureResult:
    found = Residue(EVIL, EVIL, "name", 1234, "should be gone" if verdict == "should be gone" else "stays", EVIL)
    report = ResidueReport(70, 179, 22, 0.6, [found])
    return ErasureResult(WHO, ErasureOptions("delete", "delete"), {"messages": {EVIL: 5}}, [EVIL], report)


def test_page_escapes_what_the_server_says_and_names_nobody() -> None:
    page = page_of(result(), EVIL, "2026-11-23T12:00:00Z")
    seen = Tags()
    seen.feed(page)
    assert not seen.tags & {"script", "img", "link", "a"}
    assert seen.text.count(EVIL) >= 5 and "1,234" in seen.text
    assert "Nothing is left that should be gone" in seen.text
    assert "Zoe" not in page and "zoe@" not in page
    assert "Zoe" not in str(report_of(result(), "server", "now")["person"])


def test_page_says_what_should_be_empty() -> None:
    page = page_of(result("should be gone"), "chat.example.org", "2026-11-23T12:00:00Z")
    assert "Places that should be empty: 1." in page
