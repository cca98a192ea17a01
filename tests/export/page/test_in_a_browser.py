"""The page in a real browser: what a person sees, and what hostile content does not get to do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio

from tests.export.page.chromium import Browser, chromium, find_chromium
from tests.export.page.pages import OWN_RECIPIENT, PERSON, account, direct, make_page, message

READY = "document.body.dataset.ready === '1'"
SEARCHED = "document.getElementById('search-state')?.dataset.done === '1'"

HOSTILE = [
    "<script>window.hacked = 1</script>",
    "</script><script>window.hacked = 2</script>",
    "<img src=x onerror='window.hacked = 3'>",
    "<svg onload='window.hacked = 4'></svg>",
    "[a](javascript:window.hacked=5)",
    "javascript:window.hacked=6",
    '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
    "<!--summary--><base href='https://evil.example/'>",
    "![x](https://evil.example/pixel.png)",
    'https://evil.example/"onmouseover="window.hacked=7',
    "<link rel=stylesheet href=https://evil.example/a.css>",
    "`'\"]);window.hacked=8;([\\",
    "[x](/user_uploads/../../../etc/passwd)",
    "[x](data:text/html,<script>window.hacked=9</script>)",
    "a\u202egnp.exe \u2066b\u2069 \x1b[31m zero\u200bwidth \x00",
    "```quote\n<iframe srcdoc='<script>parent.hacked=10</script>'></iframe>\n```",
    "${window.hacked=11}{{constructor.constructor('window.hacked=12')()}}",
    "<style>@import url(https://evil.example/b.css)</style>",
    "__proto__",
    "[" * 5_000,
]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests here."""
    program = find_chromium()
    if program is None:
        pytest.skip("There is no Chromium on this machine; .ci/run installs it where it can.")
    async with chromium(program) as running:
        yield running


@pytest.fixture
def quiet(browser: Browser, tmp_path: Path) -> Iterator[None]:
    """Nothing is fetched from anywhere but beside the page, and the browser has nothing to complain about."""
    browser.requested.clear()
    browser.said.clear()
    yield
    elsewhere = [url for url in browser.requested if not url.startswith(tmp_path.resolve().as_uri())]
    assert elsewhere == []
    assert browser.said == []


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def opened(browser: Browser, index: Path, part: str = "") -> None:
    """The page, when it has read its index."""
    await browser.open(index, part)
    await browser.until(READY)


async def searched(browser: Browser, words: str) -> str:
    """Type the words, press Enter, and wait for the end; returns what the page says of it."""
    await browser.evaluate(
        f"document.getElementById('query').value = {words!r};"
        "document.getElementById('search-form').requestSubmit();"
        "document.getElementById('search-state')?.removeAttribute('data-done')"
    )
    await browser.until(SEARCHED)
    return await browser.text("#search-state")


def hostile_everywhere() -> dict[str, Any]:
    """An export in which every text that somebody chose is one of the above."""
    messages = [
        message(number, text, subject=text, recipient=100 + number, recipient_name=text, flags=["starred"])
        for number, text in enumerate(HOSTILE, 1)
    ]
    rows = [
        {"id": number, text: text, "full_name": text, "extra": {text: [text]}, "extra_data": text}
        for number, text in enumerate(HOSTILE)
    ]
    fields = [
        {
            "id": number,
            "name": text,
            "field_type": number % 7,
            "field_data": orjson.dumps({text: {"text": text}}).decode(),
        }
        for number, text in enumerate(HOSTILE)
    ]
    values = [{"id": number, "field": number, "value": text} for number, text in enumerate(HOSTILE)]
    own = account(zerver_realmauditlog=rows, zerver_alertword=[{"word": text} for text in HOSTILE])
    own["zerver_customprofilefieldvalue"] = values
    own["zerver_userprofile"][0] |= {"full_name": HOSTILE[0], "timezone": HOSTILE[2], "default_language": HOSTILE[14]}
    records = [
        {"path": f"1/{number}/{text[:60].replace('/', '_')}.png", "size": 1, "s3_path": text}
        for number, text in enumerate(HOSTILE)
    ]
    return {
        "messages": messages,
        "tables": own,
        "reference": {"profile_fields": fields},
        "records": {"uploads": records, "avatars": records, "emoji": records},
        "warnings": [{"subject": text, "sentence": text} for text in HOSTILE],
        "redactions": dict(zip(HOSTILE, HOSTILE, strict=True)),
        "person": {"id": PERSON, "realm": HOSTILE[1], "full_name": HOSTILE[0], "delivery_email": HOSTILE[2]},
        "server": {"name": HOSTILE[7], "zulip_version": HOSTILE[6]},
    }


async def test_hostile_content_is_text(browser: Browser, tmp_path: Path, quiet: None) -> None:
    """On every part of the page: no script runs, nothing is loaded, nothing leads elsewhere."""
    index = make_page(tmp_path, **hostile_everywhere())
    await opened(browser, index)
    parts = [
        "#profile",
        "#conversations",
        "#files",
        "#activity",
        "#records",
        "#table=zerver_realmauditlog",
        "#table=zerver_customprofilefieldvalue",
        "#nonsense",
    ]
    for part in [*parts, *(f"#conversation={number}" for number in range(len(HOSTILE)))]:
        await browser.evaluate(f"location.hash = '{part}'")
        if part != "#nonsense":
            await browser.until(f"document.body.dataset.shown === '{part}'")
        assert await browser.evaluate("window.hacked") is None, part
        assert await browser.evaluate("location.protocol") == "file:"
        targets = "[...document.querySelectorAll('a[href]')].map((each) => each.protocol)"
        assert set(await browser.evaluate(targets)) <= {"file:", "https:"}
        handlers = "[...document.querySelectorAll('*')].flatMap((each) => each.getAttributeNames())"
        assert [each for each in await browser.evaluate(handlers) if each.startswith("on")] == []
        foreign = ", ".join(f"main {name}" for name in ("script", "iframe", "svg", "style", "link", "meta", "base"))
        assert await browser.evaluate(f"document.querySelectorAll('{foreign}').length") == 0
        shown = await browser.text("body")
        assert not any(each in shown for each in "\u202e\u2066\u200b\x1b\x00"), part


async def test_hostile_words_can_be_searched_for(browser: Browser, tmp_path: Path, quiet: None) -> None:
    """The search takes them as text as well, in the field and in the address."""
    await opened(browser, make_page(tmp_path, **hostile_everywhere()))
    assert (await searched(browser, "<script>window.hacked")).startswith("6 results")
    await opened(browser, tmp_path / "index.html", "#search=%3Cimg%20src%3Dx%20onerror%3D'window.hacked%3D1'%3E")
    await browser.until(SEARCHED)
    assert await browser.evaluate("window.hacked") is None


async def test_what_the_policy_forbids_does_not_run(browser: Browser, tmp_path: Path) -> None:
    """Were markup to get into the page after all: its policy stops scripts, handlers, pictures and frames."""
    index = make_page(tmp_path)
    (tmp_path / "evil.js").write_text("window.hacked = 1")
    broken = "<script>window.hacked = 2</script><script src='evil.js'></script><img src=x onerror='window.hacked=3'>"
    broken += "<img src='https://evil.example/a.png'><iframe src='https://evil.example/'></iframe>"
    index.write_text(index.read_text().replace("</h1>", f"</h1>{broken}"))
    browser.said.clear()
    await opened(browser, index)
    with pytest.raises(AssertionError, match="TrustedHTML"):
        await browser.evaluate("document.body.innerHTML = '<p>'")
    assert await browser.evaluate("window.hacked") is None
    said = "\n".join(browser.said)
    for what in ("inline script", "evil.js", "inline event handler", "the image", "Framing"):
        assert what in said
    assert said.count("has been blocked") >= 5


async def test_a_conversation_reads_as_it_was_written(browser: Browser, tmp_path: Path, quiet: None) -> None:
    """Names, times, line breaks, code, mentions, links that tell where they lead, exported files."""
    texts = [
        direct(1, "line one\nline **two**", sender=8, recipient=OWN_RECIPIENT, name="Ada Sample"),
        direct(2, "```python\nx = 1\n```\nand `code`", sender=PERSON, recipient=80, name="Ben Other"),
        direct(
            3,
            "@**Ben Other** see [minutes](https://docs.example.org/m)",
            sender=PERSON,
            recipient=80,
            name="Ben Other",
        ),
        direct(
            4,
            "[plan.png](/user_uploads/2/ab/plan.png) [x.html](/user_uploads/2/ab/x.html)",
            sender=PERSON,
            recipient=80,
            name="Ben Other",
        ),
    ]
    uploads = [{"path": f"2/ab/{name}", "s3_path": f"2/ab/{name}", "size": 5} for name in ("plan.png", "x.html")]
    (tmp_path / "uploads/2/ab").mkdir(parents=True)
    (tmp_path / "uploads/2/ab/plan.png").write_bytes(b"no picture")
    people = [{"id": 8, "full_name": "Ben Other"}]
    index = make_page(tmp_path, texts, account(), {"uploads": uploads}, people)
    await opened(browser, index)
    await browser.go("#conversations")
    assert "Ben Other" in await browser.text()
    await browser.go("#conversation=0")
    text = await browser.text()
    for words in (
        "Ben Other",
        "Ada Sample",
        "2023-11-14 22:13 UTC",
        "line one\nline two",
        "@Ben Other",
        "docs.example.org",
    ):
        assert words in text
    assert await browser.text("pre") == "x = 1"
    links = "[...document.querySelectorAll('article a')].map((each) => [each.innerText, each.getAttribute('href')])"
    assert dict(await browser.evaluate(links)) == {
        "minutes": "https://docs.example.org/m",
        "plan.png": "uploads/2/ab/plan.png",
    }
    assert "could run something" in text


async def test_rows_and_files(browser: Browser, tmp_path: Path, quiet: None) -> None:
    """Profile, activity, all records and files show what was exported."""
    tables = account(
        zerver_customprofilefieldvalue=[{"id": 1, "field": 3, "value": "she/her"}],
        zerver_realmauditlog=[
            {"id": number, "event_time": 1_700_000_000.0, "event_type": 101} for number in range(250)
        ],
    )
    await opened(browser, make_page(tmp_path, [], tables, {"uploads": [{"path": "2/a/notes.txt", "size": 2_500}]}))
    await browser.go("#profile")
    assert "Pronouns\nshe/her" in (await browser.text()).replace("\n\n", "\n")
    await browser.go("#files")
    assert "notes.txt" in await browser.text() and "2.5 kB" in await browser.text()
    await browser.go("#activity")
    assert "All 250 rows" in await browser.text()
    await browser.go("#table=zerver_realmauditlog+2")
    assert "page 3 of 3" in await browser.text()
    assert await browser.evaluate("document.querySelectorAll('#other tbody tr').length") == 50


def referring() -> dict[str, Any]:
    """An export whose rows mean something only together with what ``reference.json`` says."""
    fields = [
        {"id": 4, "name": "Mentor", "field_type": 6, "field_data": ""},
        {"id": 5, "name": "Editor", "field_type": 3, "field_data": '{"0":{"text":"Vim","order":"1"}}'},
        {"id": 6, "name": "Notes", "field_type": 2, "field_data": ""},
    ]
    values = [(4, "[8,99]"), (5, "0"), (5, "constructor"), (6, "[8]"), (4, "[")]
    events = [
        {"event_type": 101, "extra_data": {"10": {"11": {"100": 1, "400": 2}, "12": 0}}},
        {"event_type": 105, "extra_data": {"1": 400, "2": 200}},
        {"event_type": 722, "extra_data": {"property": "can_mention_group", "1": 14, "2": {"direct_members": [8]}}},
        {"event_type": 705, "extra_data": '{"subgroup_ids":[13,14]}'},
        {"event_type": 350, "extra_data": {"muted_user_id": 8, "__proto__": {"constructor": "x"}, "odd": [[], {}]}},
        {"event_type": 350, "extra_data": {}},
    ]
    rows = [
        {"id": number, **event, "modified_user_group": 14, "modified_stream": 1, "recipient": 37}
        for number, event in enumerate(events, 1)
    ]
    names = {101: "USER_CREATED", 105: "USER_ROLE_CHANGED", 722: "USER_GROUP_GROUP_BASED_SETTING_CHANGED"}
    tables = account(
        zerver_customprofilefieldvalue=[
            {"id": number, "user_profile": PERSON, "field": field, "value": value}
            for number, (field, value) in enumerate(values)
        ],
        zerver_realmauditlog=rows,
        zerver_draft=[{"id": 1, "content": '{"typed": [8]}'}],
    )
    tables["zerver_userprofile"][0] |= {"avatar_source": "U", "default_sending_stream": 1}
    reference = {
        "profile_fields": fields,
        "channels": [{"id": 1, "name": "kitchen", "recipient": 71}],
        "groups": [{"id": 13, "name": "backend"}, {"id": 14, "name": "role:members"}],
        "recipients": [{"id": 37, "type": 3, "type_id": 2, "people": [PERSON, 8]}],
        "audit_events": [{"id": number, "name": name} for number, name in names.items()],
    }
    return {"tables": tables, "reference": reference, "people": [{"id": 8, "full_name": "Ben Other"}]}


async def test_a_profile_says_names_and_choices(browser: Browser, tmp_path: Path, quiet: None) -> None:
    """Not the numbers by which the server has people, choices and where the picture is from."""
    await opened(browser, make_page(tmp_path, **referring()))
    await browser.go("#profile")
    text = (await browser.text()).replace("\n\n", "\n")
    for words in (
        "Mentor\nBen Other, Person 99\n",
        "Editor\nVim\n",
        "Editor\nconstructor\n",
        "Notes\n[8]\n",
        "Mentor\n[\n",
        "Picture\nuploaded\n",
        "default sending stream\n#\xa0kitchen (1)",
    ):
        assert words in text, words


async def test_activity_says_names_and_details(browser: Browser, tmp_path: Path, quiet: None) -> None:
    """Groups, channels and people by name; what happened as lines of key and value, and no JSON."""
    await opened(browser, make_page(tmp_path, **referring()))
    await browser.go("#activity")
    cells = (
        "[...document.querySelectorAll('#other tbody tr')].map((row) => [...row.cells].map((cell) => cell.innerText))"
    )
    rows = await browser.evaluate(cells)
    assert [row[2] for row in rows] == [
        "accounts:\n  people:\n    owner: 1\n    member: 2\n  bots: 0",
        "before: member\nafter: administrator",
        "property: can_mention_group\nbefore: role:members (14)\nafter:\n  direct members: Ben Other (8)",
        "subgroup ids: backend (13), role:members (14)",
        "muted user id: Ben Other (8)\nproto:\n  constructor: x\nodd:\n  –\n  –",
        "–",
    ]
    assert {tuple(row[3:]) for row in rows} == {
        ("role:members (14)", "#\xa0kitchen (1)", "Ada Sample, Ben Other (37)"),
    }
    await browser.go("#table=zerver_draft")
    assert '{"typed": [8]}' in await browser.text()


async def test_words_are_broken_only_where_they_are_long(browser: Browser, tmp_path: Path, quiet: None) -> None:
    """However many columns there are; what has no place to break is broken, and does not make the table endless."""
    columns = {f"column_{number}": "membership internationalization" for number in range(20)}
    rows = [{"id": 1, **columns, "digest": "a" * 3_000}]
    await opened(browser, make_page(tmp_path, tables=account(zerver_realmauditlog=rows)))
    await browser.go("#activity")
    pieces = """[...document.querySelectorAll('#other td bdi')].flatMap((each) => {
        const range = document.createRange(), text = each.firstChild, found = [];
        for (const word of text.data.matchAll(/\\S+/g)) {
            range.setStart(text, word.index);
            range.setEnd(text, word.index + word[0].length);
            found.push([word[0].length, new Set([...range.getClientRects()].map((box) => box.top)).size]);
        }
        return found;
    })"""
    found = await browser.evaluate(pieces)
    assert {lines for length, lines in found if length < 30} == {1}
    assert all(lines > 1 for length, lines in found if length > 30)
    width = "Math.max(...[...document.querySelectorAll('#other td')].map((each) => each.offsetWidth))"
    assert await browser.evaluate(width) < 480
    assert await browser.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_wide_table_fits_on_paper(browser: Browser, tmp_path: Path, quiet: None) -> None:
    """It does not scroll there: no column is cut off."""
    export = referring()
    export["tables"]["zerver_draft"] = [
        {f"some_column_{number}": "words and internationalization" for number in range(24)}
    ]
    await opened(browser, make_page(tmp_path, **export))
    await browser.call("Emulation.setEmulatedMedia", media="print")
    await browser.call("Emulation.setDeviceMetricsOverride", width=700, height=990, deviceScaleFactor=1, mobile=False)
    try:
        for part in ("#activity", "#table=zerver_draft"):
            await browser.go(part)
            assert await browser.evaluate(
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            )
    finally:
        await browser.call("Emulation.setEmulatedMedia", media="")
        await browser.call("Emulation.clearDeviceMetricsOverride")


async def test_no_file_outside_of_the_export(browser: Browser, tmp_path: Path, quiet: None) -> None:
    """A path that leads out of it, from whoever made it up, is shown and not followed."""
    records = [{"path": path, "s3_path": "2/x.png", "size": 1} for path in ("../../x.png", "a/./b.png", "/etc/x.png")]
    text = message(1, "[x](/user_uploads/2/x.png)")
    await opened(browser, make_page(tmp_path, [text], records={"uploads": records}))
    for part in ("#files", "#conversation=0"):
        await browser.go(part)
        assert await browser.evaluate("[...document.querySelectorAll('#other a')].map((each) => each.text)") in (
            [],
            ["All conversations"],
        )
        assert await browser.evaluate("document.images.length") == 0


async def test_the_keyboard_is_enough(browser: Browser, tmp_path: Path, quiet: None) -> None:
    """A slash goes to the search, Enter searches, results are links."""
    await opened(browser, make_page(tmp_path, [message(number, f"a cup of tea {number}") for number in range(450)]))
    for kind in ("keyDown", "keyUp"):
        await browser.call("Input.dispatchKeyEvent", type=kind, key="/", text="/" if kind == "keyDown" else "")
    assert await browser.evaluate("document.activeElement.id") == "query"
    await browser.call("Input.insertText", text="tea 417")
    for kind in ("keyDown", "keyUp"):
        await browser.call("Input.dispatchKeyEvent", type=kind, key="Enter", text="\r", windowsVirtualKeyCode=13)
    await browser.until(SEARCHED)
    assert (await browser.text("#search-state")).startswith("1 result")
    await browser.evaluate("document.querySelector('#results a').click()")
    await browser.until("!!document.querySelector('.message.found')")
    assert "a cup of tea 417" in await browser.text(".message.found")
    assert "page 3 of 3" in await browser.text()


async def test_missing_data_files_are_named(browser: Browser, tmp_path: Path) -> None:
    """Somebody sent index.html alone."""
    index = make_page(tmp_path, [message(1, "tea")])
    for each in (tmp_path / "pages").iterdir():
        each.unlink()
    await browser.open(index, "#conversations")
    await browser.until("document.querySelector('.notice:not(noscript *)')?.innerText.includes('keep the folder')")


@pytest.mark.timeout(300)
async def test_two_hundred_thousand_messages(browser: Browser, tmp_path: Path, quiet: None) -> None:
    """No file is large, every page of a long conversation opens, the search goes through all of them."""
    needles = {5, 99_999, 199_999}
    text = "The water pump was serviced before the summer party, and the door code changed. " * 3
    made = (
        message(
            number,
            ("needle in hay " if number in needles else "") + text,
            subject=f"topic {number % 40 if number % 2 else 0}",
        )
        for number in range(200_000)
    )
    index = make_page(tmp_path, made)
    sizes = [each.stat().st_size for each in tmp_path.rglob("*") if each.is_file()]
    assert max(sizes) < 2_000_000
    await opened(browser, index)
    assert (await searched(browser, "needle")).startswith("3 results")
    await browser.go("#conversation=0+104999")
    assert "page 525 of 525" in await browser.text() or "page 500 of 500" in await browser.text()
    await browser.go("#conversation=0+50000")
    assert await browser.evaluate("document.querySelectorAll('article.message').length") == 200
