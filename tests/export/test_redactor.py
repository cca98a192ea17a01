"""Replacing third parties' names, addresses and quotations in texts."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.export.made_up import TEMPLATES, ThirdParty, third_parties
from zulip_bridge.worker.export.redaction.names import NameFinder
from zulip_bridge.worker.export.redaction.redactor import Redactor

ME, MY_NAME, MY_ADDRESS = 7, "Marta Leicht", "marta@example.org"


def redactor(*names: str) -> Redactor:
    """A redactor for Marta and people of these names, with the ids 100, 101, …"""
    made = Redactor({ME}, [MY_ADDRESS])
    made.learn(MY_NAME, None)
    for number, name in enumerate(names, 100):
        made.learn(name, number)
    return made


def is_left(who: ThirdParty, text: str) -> bool:
    """Whether anything of somebody is still in a text."""
    name = who.name in text if " " not in who.name else who.name.casefold() in text.casefold()
    return name or who.address.casefold() in text.casefold() or who.text in text


@given(who=third_parties, template=st.sampled_from(TEMPLATES), around=st.sampled_from(["", "…\n", "well,\n\n", "\t"]))
def test_nothing_of_a_third_party_is_left_in_a_text(who: ThirdParty, template: object, around: str) -> None:
    text = around + template(who, 100)  # type: ignore[operator]
    assert not is_left(who, redactor(who.name).text(text))


@given(
    people=st.lists(third_parties, min_size=2, max_size=6), chosen=st.lists(st.sampled_from(TEMPLATES), min_size=3)
)
def test_nor_of_many_in_one(people: list[ThirdParty], chosen: list[object]) -> None:
    parts = [
        template(people[index % len(people)], 100 + index % len(people))  # type: ignore[operator]
        for index, template in enumerate(chosen)
    ]
    found = redactor(*(who.name for who in people)).text("\n".join(parts))
    assert not [who for who in people if is_left(who, found)]


@given(who=third_parties, template=st.sampled_from(TEMPLATES))
def test_nor_in_json_inside_a_text(who: ThirdParty, template: object) -> None:
    text = template(who, 100)  # type: ignore[operator]
    found = redactor(who.name).value({"content": json.dumps([{"topic": text}, text])})
    assert not any(is_left(who, each) for each in (json.loads(found["content"])[0]["topic"], found["content"]))


@given(text=st.text("abcdefghijklmnopqrstuvwxyz äöü\n.,;:!?", max_size=200))
def test_what_tells_of_nobody_stays(text: str) -> None:
    assert redactor("Anna Berg", "王小明").text(text) == text


Q = "[quoted text left out]"
SAID = "@_**Marta Leicht|7** [said](https://z.example/#narrow/dm/7/near/1):"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Hi Anna Berg", "Hi Person 100"),
        ("ANNA BERG, anna_berg.pdf, Anna  Berg", "Person 100, Person 100.pdf, Person 100"),
        ("Anna Bergs Fahrrad, Anna Berg's bike", "Person 100 Fahrrad, Person 100's bike"),
        ("Anna Bergmann", "Anna Bergmann"),
        ("Joanna Berg", "Joanna Berg"),
        ("Anna and Berg", "Anna and Berg"),
        ("Anna Berg Olsen", "Person 101"),
        ("Marta Leicht and Anna Berg", "Marta Leicht and Person 100"),
        ("Will you? Will will.", "Person 102 you? Person 102 will."),
        ("我和王小明去了", "我和Person 103去了"),
        ("Jose\u0301 Nu\u0301n\u0303ez, JOSE NUNEZ", "Person 104, Person 104"),
        ("O’Brien, Hanna O’Brien", "O’Brien, Person 105"),
        ("🐙🐙 came", "Person 106 came"),
        ("@**Anna Berg** @_**Anna Berg|100**", "@**Person 100** @_**Person 100|100**"),
        ("@**Somebody Else**", "@**[name]**"),
        ("@**Somebody Else|99**", "@**Person 99|99**"),
        ("@**all** @**Marta Leicht** @*team*", "@**all** @**Marta Leicht** @*team*"),
        ("marta@example.org MARTA@example.org anna@example.org", "marta@example.org MARTA@example.org [address]"),
        ("**anna@example.org** <a.b+c@x.example>", "**[address]** <[address]>"),
        ("/#narrow/dm/100-Anna-Berg/near/5", "/#narrow/dm/100/near/5"),
        ("/#narrow/dm/7,100-dm", "/#narrow/dm/7,100"),
        ("/#narrow/pm-with/anna.40example.2Eorg", "/#narrow/pm-with/someone"),
        ("x/Anna%20Berg/y", "x/Person%20100/y"),
        ("```quote\nsecret\n```\nfine", "```quote\n[quoted text left out]\n```\nfine"),
        ("```py\n> not a quote\n```", "```py\n> not a quote\n```"),
        ("a > b", "a > b"),
        ("> x\n> y\nz\n\nmine", f"> {Q}\n\nmine"),
        ("* > x\n\nmine", f"> {Q}\n\nmine"),
        (" > x\n1. - > y", f"> {Q}"),
        ("```spoiler x\n> y\n```\nmine", f"```spoiler x\n> {Q}\n```\nmine"),
        ("````spoiler x\n```quote\ny\n```\nmine\n````", f"````spoiler x\n```quote\n{Q}\n```\nmine\n````"),
        ("```quoted\nx\n```\nmine", f"```quoted\n{Q}\n```\nmine"),
        ("~~~ {.quote} of him\nx\n~~~\nmine", f"~~~ {{.quote}} of him\n{Q}\n~~~\nmine"),
        ("```quotes\nmine\n```", "```quotes\nmine\n```"),
        ("  ```\n> x\n  ```\n\nmine", f"  ```\n> {Q}\n\nmine"),
        ("```a~b\n> x\n```", f"```a~b\n> {Q}\n```"),
        ("```quote\n```py\nx\n```\ny\n```\nmine", f"```quote\n{Q}\n```\nmine"),
        (f"{SAID}\n```quote\n> x\n\nmine\n```", f"{SAID}\n```quote\n> {Q}\n\nmine\n```"),
        (
            f"{SAID}\n````quote\n```spoiler a\n> x\n```\nmine\n````",
            f"{SAID}\n````quote\n```spoiler a\n> {Q}\n```\nmine\n````",
        ),
        (
            f"{SAID}\n\n```quote\nmine\n```\n\n```quote\nx\n```",
            f"{SAID}\n\n```quote\nmine\n```\n\n```quote\n{Q}\n```",
        ),
        (
            "@_**Marta Leicht|7** as it says:\n```quote\nx\n```",
            f"@_**Marta Leicht|7** as it says:\n```quote\n{Q}\n```",
        ),
        ("```quote\nnever closed", "```quote\n[quoted text left out]\n```"),
        (
            "@_**Marta Leicht|7** [said](x):\n```quote\nmy own\n```\nyes",
            "@_**Marta Leicht|7** [said](x):\n```quote\nmy own\n```\nyes",
        ),
        (
            "@_**Marta Leicht|7** [said](x):\n````quote\nmine\n```quote\ntheirs\n```\n````",
            "@_**Marta Leicht|7** [said](x):\n````quote\nmine\n```quote\n[quoted text left out]\n```\n````",
        ),
    ],
)
def test_what_becomes_of_a_text(text: str, wanted: str) -> None:
    names = ("Anna Berg", "Anna Berg Olsen", "Will", "王小明", "José Núñez", "Hanna O'Brien", "🐙🐙")
    assert redactor(*names).text(text) == wanted


def test_a_block_that_says_nothing_is_what_the_organization_says() -> None:
    text = "```\n> x\n```"
    assert Redactor([7], [], "Quote").text(text) == f"```\n{Q}\n```"
    assert Redactor([7], [], "python").text(text) == text


def test_the_subjects_name_stays_whoever_else_bears_it() -> None:
    assert redactor("Marta Leicht").text("Marta Leicht was here") == "Marta Leicht was here"


def test_messages_of_others_lose_their_text_and_earlier_texts() -> None:
    entry = {"user_id": 100, "prev_content": "Earlier", "prev_rendered_content": "<p>Earlier</p>", "prev_topic": "t"}
    record = {"sender": 100, "content": "Now", "rendered_content": "<p>Now</p>", "subject": "About Anna Berg"}
    message = {**record, "edit_history": json.dumps([entry])}
    redactor("Anna Berg").message(message)
    assert message["content"] == "[text of Person 100 left out]"
    assert message["subject"] == "About Person 100"
    assert message["rendered_content"] is None
    (cleaned,) = json.loads(str(message["edit_history"]))
    assert cleaned == {
        "user_id": 100,
        "prev_content": "[text of Person 100 left out]",
        "prev_rendered_content": None,
        "prev_topic": "t",
    }


def test_audit_entries_about_others_lose_their_details() -> None:
    about_another = {"modified_user": 100, "acting_user": ME, "extra_data": {"1": "Old Name", "2": "New", "n": 3}}
    redactor().row("zerver_realmauditlog", about_another)
    assert about_another["extra_data"] == {"1": "[left out]", "2": "[left out]", "n": 3}
    about_me = {"modified_user": ME, "acting_user": 100, "extra_data": {"1": "Marta Old", "2": MY_NAME}}
    redactor("Anna Berg").row("zerver_realmauditlog", about_me)
    assert about_me["extra_data"] == {"1": "Marta Old", "2": MY_NAME}


def test_many_people_with_the_same_first_name_are_told_apart() -> None:
    finder = NameFinder()
    for number in range(1, 5_001):
        finder.add(f"User {number}", number)
    assert finder.replace("User 4711 and User 5000", lambda person: f"<{person}>") == "<4711> and <5000>"


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text", ["a" * 50_000, "a." * 25_000, "``` " + " " * 50_000 + "x`", "@**" * 20_000, "%4" * 25_000]
)
def test_long_texts_without_spaces_are_read_once(text: str) -> None:
    # Reading them again from each letter would take longer than a test may.
    for around in ("{}", "me@x.example {} > @**Anna Berg**\n> x"):
        redactor("Anna Berg", "王小明").text(around.format(text))
