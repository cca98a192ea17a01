"""``index.html`` with any text in it: the same elements as with none, and a policy that fits its style and script."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.export.page.pages import PERSON, manifest
from zulip_bridge.export.page.document import document

TEXTS = st.text(max_size=60) | st.sampled_from(
    ["<script>", "</script><b>", "<!--style-->", "&lt;", "'\"><img onerror=x>"]
)


class Elements(HTMLParser):
    """Collects elements with the names of their attributes, and the texts of script and style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.inline: dict[str, str] = {}
        self._inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))
        self._inside = tag

    def handle_data(self, data: str) -> None:
        if self._inside in ("script", "style"):
            self.inline[self._inside] = self.inline.get(self._inside, "") + data

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""


def page(text: str) -> str:
    """A page in which everything that somebody chose is ``text``."""
    some: dict[str, Any] = manifest(
        person={"id": PERSON, "realm": text, "full_name": text, "delivery_email": text},
        made={"snapshot_taken": text, "operator": text, "tool_version": text},
        server={"name": text, "zulip_version": text},
        scope={"preset": "", "words": text},
        sections=[{"section": text, "found": 1, "written": 1, "left_out": {text: 1}}],
        warnings=[{"subject": text, "sentence": text}],
        redactions={text: text},
    )
    recipient = {"recipient": text, "hosts": [text], "data": text, "purpose": text, "setting": text}
    return document(some, [recipient], [text]).decode()


PLAIN = Elements(page("plain"))


@settings(max_examples=150, deadline=None)
@given(TEXTS)
@example("\ud800")
@example("2026-05-01T09:30:00Z")
def test_any_text_is_text(text: str) -> None:
    """No element more, no attribute more, and the script is the same."""
    elements = Elements(page(text))
    without_breaks = [each for each in elements.found if each[0] != "wbr"]
    bdi = sum(tag == "bdi" for tag, _ in without_breaks) - sum(tag == "bdi" for tag, _ in PLAIN.found)
    # A moment that can be read is written without an element around it.
    assert bdi in (0, -2)
    assert [each for each in without_breaks if each[0] != "bdi"] == [each for each in PLAIN.found if each[0] != "bdi"]
    assert elements.inline == PLAIN.inline


def test_the_policy_fits() -> None:
    """It allows the page's own style and script by their digests, and nothing that is not said."""
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page("plain"))
    assert policy is not None
    said = policy[1].replace("&#x27;", "'")
    for tag, text in PLAIN.inline.items():
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in said
    assert said.startswith("default-src 'none'; ")
    assert "unsafe" not in said and "http" not in said and "*" not in said
