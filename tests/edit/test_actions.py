"""Deactivating, reactivating, and what is done once: sessions, key, reset, devices, invitations."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.edit.place import Place, edit, look
from tests.plain_sql import rows, value
from tests.scratch import with_settings
from zulip_bridge.api.codec import to_json
from zulip_bridge.demo import DemoInstall
from zulip_bridge.launch import InstallTarget
from zulip_bridge.steward import Steward

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPEN = "SELECT count(*) FROM confirmation_confirmation WHERE id = ANY(%s) AND expiry_date > now()"


def invite(place: Place, person: int, address: str) -> int:
    """Let somebody invite an address; the confirmation's id."""
    return int(
        place.shell(
            f"""from datetime import timedelta
from confirmation.models import Confirmation
from django.utils.timezone import now
somebody = UserProfile.objects.get(id={person})
invitation = PreregistrationUser.objects.create(email="{address}", referred_by=somebody, realm=somebody.realm)
link = Confirmation.objects.create(content_object=invitation, date_sent=now(), realm=somebody.realm, type=2,
    confirmation_key="key-{address}"[:40], expiry_date=now() + timedelta(days=1))
print(link.id)"""
        ).splitlines()[-1]
    )


async def test_deactivation_takes_bots_and_sessions_and_names_them_first(steward: Steward, place: Place) -> None:
    person = place.somebody("NOT EXISTS (SELECT 1 FROM zerver_userprofile b WHERE b.bot_owner_id = u.id)")
    bot = place.somebody(kind="is_bot AND is_active")
    await edit(steward, bot, f"bot_owner={person}")
    session, since = place.open_session(person), place.newest_audit()

    preview = await look(steward, person, "deactivate")
    bots = [effect.sentence for effect in preview.items[0].effects if effect.kind == "bot"]
    assert len(bots) == 1
    assert f"{place.of(bot, 'full_name')} (id {bot})" in bots[0]
    assert any("1 now" in effect.sentence for effect in preview.items[0].effects if effect.kind == "session")

    result = await steward.apply(preview)
    assert result.state == "done"
    assert place.of(person, "is_active") is False
    assert place.of(bot, "is_active") is False
    assert not place.session_exists(session)
    active = "SELECT count(*) FROM zerver_subscription WHERE user_profile_id = %s AND is_user_active"
    assert value(place.database, active, person) == 0
    assert [number for number, _ in place.audit(person, since)] == [103]
    assert [number for number, _ in place.audit(bot, since)] == [103]

    back = await look(steward, person, "reactivate")
    assert any("stay deactivated" in effect.sentence for effect in back.items[0].effects)
    assert (await steward.apply(back)).state == "done"
    assert place.of(person, "is_active") is True
    assert place.of(bot, "is_active") is False
    assert place.audit(person, since)[1][0] == 104
    assert (await edit(steward, bot, "active=yes")).state == "done"
    assert place.of(bot, "is_active") is True


async def test_ending_sessions_ends_those_of_this_person_only(steward: Steward, place: Place) -> None:
    person, other = place.somebody(), place.somebody()
    sessions, kept = [place.open_session(person), place.open_session(person)], place.open_session(other)
    result = await edit(steward, person, "end-sessions")
    assert [item.state for item in result.items] == ["done"]
    assert [place.session_exists(key) for key in sessions] == [False, False]
    assert place.session_exists(kept)
    assert result.items[0].after == "0"
    await edit(steward, other, "end-sessions")


async def test_a_new_api_key_is_never_told(steward: Steward, place: Place) -> None:
    person, since = place.somebody(), place.newest_audit()
    old = place.of(person, "api_key")
    preview = await look(steward, person, "regenerate-api-key")
    result = await steward.apply(preview)
    assert [item.state for item in result.items] == ["done"]
    new = place.of(person, "api_key")
    assert new != old
    told = json.dumps([to_json(preview), to_json(result)]) + steward.journal.path.read_text()
    assert old not in told
    assert new not in told
    assert [number for number, _ in place.audit(person, since)] == [127]


async def test_password_reset_sends_one_mail(steward: Steward, place: Place, scratch: DemoInstall | None) -> None:
    person = place.somebody("last_login IS NOT NULL")
    before, since = place.of(person, "password, api_key"), place.newest_audit()
    preview = await look(steward, person, "send-password-reset")
    if scratch is None and [each.rule for each in preview.refusals] == ["mail server"]:
        pytest.skip("this server has no mail server")
    result = await steward.apply(preview)
    assert [item.state for item in result.items] == ["done"]
    assert place.of(person, "password, api_key") == before
    assert place.audit(person, since) == []
    if scratch is not None:
        mails = [mail.read_text() for mail in Path(scratch.path, "mails").iterdir()]
        assert len(mails) == 1
        assert f"To: {place.of(person, 'delivery_email')}" in mails[0]


async def test_without_a_mail_server_no_reset_is_called_sent(place: Place, scratch: DemoInstall | None) -> None:
    if scratch is None:
        pytest.skip("settings of a real server are left alone")
    person = place.somebody()
    path = with_settings(scratch, EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend")
    steward = await Steward.open(InstallTarget(path))
    (item,) = (await look(steward, person, "send-password-reset")).items
    await steward.close()
    assert item.state == "refused"
    assert [each.rule for each in item.refusals] == ["mail server"]


async def test_unregistering_devices(steward: Steward, place: Place) -> None:
    person = place.somebody("EXISTS (SELECT 1 FROM zerver_pushdevicetoken d WHERE d.user_id = u.id)")
    devices = "SELECT count(*) FROM zerver_pushdevicetoken WHERE user_id = %s"
    preview = await look(steward, person, "unregister-push-devices")
    assert preview.items[0].before == str(value(place.database, devices, person))
    result = await steward.apply(preview)
    assert [item.state for item in result.items] == ["done"]
    assert value(place.database, devices, person) == 0


async def test_revoking_invitations(steward: Steward, place: Place) -> None:
    person, other, since = place.somebody(), place.somebody(), place.newest_audit()
    mine = [invite(place, person, f"{number}.{since}.{person}@example.org") for number in (1, 2)]
    others = invite(place, other, f"3.{since}.{other}@example.org")
    result = await edit(steward, person, "revoke-invitations")
    assert [item.state for item in result.items] == ["done"]
    assert value(place.database, OPEN, mine) == 0
    assert value(place.database, OPEN, [others]) == 1
    assert int(result.items[0].before) >= 2
    await edit(steward, other, "deactivate")
    assert value(place.database, OPEN, [others]) == 0


async def test_nothing_left_to_end_is_nothing_to_do(steward: Steward, place: Place) -> None:
    person = place.somebody()
    await edit(steward, person, "end-sessions")
    preview = await look(steward, person, "end-sessions")
    assert [item.state for item in preview.items] == ["unchanged"]


async def test_a_session_opened_after_the_preview_is_no_conflict(steward: Steward, place: Place) -> None:
    person = place.somebody()
    first = place.open_session(person)
    preview = await look(steward, person, "end-sessions", "deactivate")
    second = place.open_session(person)
    result = await steward.apply(preview)
    assert result.state == "done"
    assert not place.session_exists(first)
    assert not place.session_exists(second)
    assert place.of(person, "is_active") is False


async def test_the_journal_has_both_ends_of_every_edit(steward: Steward, place: Place) -> None:
    person, since = place.somebody(), place.newest_audit()
    old, new = place.of(person, "full_name"), f"In the Journal {since}"
    await edit(steward, person, f"full_name={new}", "role=moderator")
    finished, started = [each.entry for each in steward.journal.entries(limit=2)]
    assert (started.action, started.result.state) == ("edit.started", "started")
    assert (finished.action, finished.result.state) == ("edit.finished", "done")
    assert finished.person is not None
    assert finished.person.id == person
    assert finished.before == {"full_name": old, "role": "member"}
    assert finished.after == {"full_name": new, "role": "moderator"}
    assert finished.parameters["states"] == {"full_name": "done", "role": "done"}
    assert rows(place.database, "SELECT role FROM zerver_userprofile WHERE id = %s", person) == [(300,)]
