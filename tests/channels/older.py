"""A copy of the demo whose actions archive and bring back as Zulip 8.4's do (zerver/actions/streams.py there)."""

from __future__ import annotations

from pathlib import Path

import zulip_bridge.demo
from zulip_bridge.demo import DemoInstall

ACTIONS = Path(zulip_bridge.demo.__file__).parent / "install" / "zerver" / "actions" / "streams.py"

AS_IN_8_4 = """
import hashlib

from django.db import transaction


@transaction.atomic(savepoint=False)
def do_deactivate_stream(stream, *, acting_user):
    if stream.deactivated is True:
        raise JsonableError("Stream is already deactivated")
    event = {"type": "mark_stream_messages_as_read_for_everyone", "stream_recipient_id": stream.recipient_id}
    affected = can_access_stream_metadata_user_ids(stream)
    transaction.on_commit(lambda: send_event_on_commit(stream.realm, event, []))
    get_active_subscriptions_for_stream_id(stream.id, include_deactivated_users=True).update(active=False)
    stream.deactivated = True
    stream.invite_only = True
    mark = hashlib.sha512(str(stream.id).encode()).hexdigest()[0:7]
    stream.name = (mark + "!DEACTIVATED:" + stream.name)[: Stream.MAX_NAME_LENGTH]
    stream.save(update_fields=["name", "deactivated", "invite_only"])
    send_event_on_commit(stream.realm, {"type": "stream", "op": "delete"}, affected)
    record(AuditLogEventType.CHANNEL_DEACTIVATED, None, acting_user, realm=stream.realm, modified_stream=stream)


@transaction.atomic(savepoint=False)
def do_unarchive_stream(stream, new_name, *, acting_user):
    realm = stream.realm
    if not stream.deactivated:
        raise JsonableError("Stream is not currently deactivated")
    if Stream.objects.filter(realm=realm, name=new_name).exists():
        raise JsonableError(f"Stream named {new_name} already exists")
    stream.deactivated = False
    stream.name = new_name
    stream.is_web_public = False
    stream.invite_only = True
    stream.history_public_to_subscribers = True
    stream.save()
    record(AuditLogEventType.CHANNEL_REACTIVATED, None, acting_user, realm=realm, modified_stream=stream)
    owners = UserProfile.objects.filter(realm=realm, is_active=True, is_bot=False, role=UserProfile.ROLE_REALM_OWNER)
    bulk_add_subscriptions(realm=realm, streams=[stream], users=owners, acting_user=acting_user)
    _tell_readers(stream, f"Stream {new_name} un-archived.")
"""

FINDER = """
import sys
from importlib.util import spec_from_file_location
from pathlib import Path


class Older:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "zerver.actions.streams":
            return spec_from_file_location(name, Path(__file__).with_name("older_streams.py"))
        return None


sys.meta_path.insert(0, Older)
"""


def make_older(install: DemoInstall) -> None:
    """Give the copy these actions."""
    (install.path / "older_streams.py").write_text(ACTIONS.read_text() + AS_IN_8_4)
    manage = install.path / "manage.py"
    first, rest = manage.read_text().split("\n", 1)
    manage.write_text(f"{first}\n{FINDER}\n{rest}")
