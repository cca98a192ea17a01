"""Completion with the names of a running server."""

from __future__ import annotations

import pytest
import pytest_asyncio

from zulip_bridge.api.names import DescribeNames
from zulip_bridge.client import Bridge
from zulip_bridge.query.completion import Completer

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def completer(bridge: Bridge) -> Completer:
    return Completer(await bridge.call(DescribeNames()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * FROM zerver_userpr|", "zerver_userprofile"),
        ("SELECT * FROM zulip.zerver_dr|", "zerver_draft"),
        ("SELECT full_n| FROM zerver_userprofile", "full_name"),
        ("SELECT u.deliv| FROM zerver_userprofile u", "delivery_email"),
        ("SELECT u.| FROM zerver_draft AS u WHERE id > 1", "last_edit_time"),
        ("SELECT zerver_draft.top| FROM zerver_draft", "topic"),
        ("SELECT to_char|", "to_char("),
        ("sel|", "select"),
        ("SELECT string_a|", "string_agg("),
        ("SELECT * FROM zerver_draft d JOIN zerver_realm r ON r.stri|", "string_id"),
    ],
)
async def test_sql(completer: Completer, text: str, expected: str) -> None:
    position = text.index("|")
    found = completer.sql(text.replace("|", ""), position)
    assert expected in [each.text for each in found], found[:8]


@pytest.mark.parametrize("text", ["SELECT 'zerver_userpr|'", "SELECT 1 -- zerver_userpr|", "SELECT nothing.zerver|"])
async def test_nothing_in_quotes_and_comments(completer: Completer, text: str) -> None:
    assert completer.sql(text.replace("|", ""), text.index("|")) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("UserPro|", "UserProfile"),
        ("UserProfile.obj|", "objects"),
        ("UserProfile.objects.fil|", "filter("),
        ("UserProfile.objects.filter(deliv|", "delivery_email"),
        ("Draft.objects.filter(user_profile__realm__str|", "string_id"),
        ("Draft.objects.filter(user_profile__realm__string_id__icon|", "icontains"),
        ("UserProfile.objects.filter(is_active=True).values('full_n|", "full_name"),
        ("Realm.objects.filter(userprofile__full_n|", "full_name"),
        ("timed|", "timedelta"),
    ],
)
async def test_python(completer: Completer, text: str, expected: str) -> None:
    found = completer.python(text.replace("|", ""), text.index("|"))
    assert expected in [each.text for each in found], found[:8]
