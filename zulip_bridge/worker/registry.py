"""Which method is served by which function; requests and functions are imported when the first of them comes.

To import all requests takes a fifth of the time of the shell's start, and every command would wait for that.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from zulip_bridge.api.calls import Request
from zulip_bridge.api.errors import ErrorKind, StewardError

from .context import Context

Handler = Callable[[Any, Context], Any]

SERVED: dict[str, tuple[str, str]] = {
    "people.search": ("people.SearchPeople", "people.search"),
    "people.page": ("people.PageOfPeople", "people.page"),
    "realms.list": ("people.ListRealms", "realms.list_realms"),
    "person.find": ("people.FindPerson", "people.find"),
    "person.show": ("people.ShowPerson", "person.show"),
    "person.weekly": ("people.CountWeekly", "person.count_weekly"),
    "person.footprint": ("footprint.ReadFootprint", "footprint.read_footprint"),
    "person.messages": ("messages.ReadMessages", "inspect.messages.read_messages"),
    "person.messages.count": ("messages.CountMessages", "inspect.messages.count_messages"),
    "person.message": ("messages.ReadMessage", "inspect.message.read_message"),
    "person.files": ("files.ReadFiles", "inspect.files.read_files"),
    "person.pictures": ("files.ReadPictures", "inspect.pictures.read_pictures"),
    "person.channels": ("channels.ReadMemberships", "inspect.channels.read_memberships"),
    "person.access": ("access.ReadAccess", "inspect.access.read_access"),
    "person.timeline": ("timeline.ReadTimeline", "inspect.timeline.read_timeline"),
    "person.activity": ("timeline.ReadActivity", "inspect.activity.read_activity"),
    "person.export": ("export.ExportPerson", "export.export_person"),
    "person.measure_export": ("export_scope.MeasureExport", "export.measure_export"),
    "server.examine": ("server.Examine", "examine.examine"),
    "server.recipients": ("recipients.ListRecipients", "recipients.list_recipients"),
    "realm.plan_export": ("realm_export.PlanRealmExport", "realm_export.plan_realm_export"),
    "realm.export": ("realm_export.RunRealmExport", "realm_export.run_realm_export"),
    "realm.export_ended": ("realm_export.AwaitRealmExport", "realm_export.await_realm_export"),
    "query.open": ("query.OpenQuery", "query.open_query"),
    "query.fetch": ("query.FetchRows", "query.fetch_rows"),
    "query.close": ("query.CloseQuery", "query.close_query"),
    "query.stream": ("query.StreamQuery", "query.stream_query"),
    "query.write": ("writing.TryWrite", "query.try_write"),
    "query.decide": ("writing.DecideWrite", "query.decide_write"),
    "models.list": ("query.ListModels", "query.list_models"),
    "names.describe": ("names.DescribeNames", "query.describe_names"),
    "tables.describe": ("query.DescribeTables", "query.describe_tables"),
    "edit.preview": ("edit.PreviewChanges", "edit.preview"),
    "edit.apply": ("edit.ApplyChanges", "edit.apply"),
    "edit.fields": ("edit.DescribeFields", "edit.describe"),
    "edit.memberships": ("edit.ListMemberships", "edit.list_memberships"),
    "channel.find": ("channel_changes.FindChannel", "channels.find"),
    "channel.preview": ("channel_changes.PreviewChannel", "channels.preview"),
    "channel.apply": ("channel_changes.ApplyToChannel", "channels.apply"),
    "erase.preview": ("erase.PreviewErasure", "erase.preview"),
    "erase.open": ("erase.OpenErasure", "erase.open_erasure"),
    "erase.step": ("erase.EraseStep", "erase.run_step"),
    "erase.residue": ("residue.ScanResidue", "erase.scan"),
    "messages.preview": ("removal.PreviewMessageDeletion", "removal.preview_message_deletion"),
    "messages.delete": ("removal.DeleteMessages", "removal.delete_messages"),
    "messages.archive": ("removal.ListArchive", "removal.list_archive"),
    "messages.restore": ("removal.RestoreMessages", "removal.restore_messages"),
    "messages.purge": ("removal.PurgeMessages", "removal.purge_messages"),
    "files.preview": ("removal.PreviewFileDeletion", "removal.preview_file_deletion"),
    "files.delete": ("removal.DeleteFiles", "removal.delete_files"),
    "browse.describe": ("browse.DescribeModel", "browse.describe_model"),
    "browse.page": ("browse.PageOfRows", "browse.page_of_rows"),
    "browse.count": ("browse.CountRows", "browse.count_rows"),
    "browse.row": ("browse.ShowRow", "browse.show_row"),
    "browse.references": ("browse.CountReferences", "browse.count_references"),
    "browse.edit.preview": ("browse.PreviewRowEdit", "browse.preview_edit"),
    "browse.edit.save": ("browse.SaveRow", "browse.save_row"),
    "browse.delete.preview": ("browse.PreviewRowDeletion", "browse.preview_deletion"),
    "browse.delete": ("browse.DeleteRow", "browse.delete_row"),
}
"""By method the request, in ``zulip_bridge.api``, and the function, in ``zulip_bridge.worker``."""


def find(method: str) -> tuple[type[Request[Any]], Handler]:
    """Request type and handler of a method; :class:`StewardError` for one that nobody serves."""
    if method not in SERVED:
        raise StewardError(ErrorKind.PROTOCOL, f"The worker does not know the method {method!r}.")
    request, function = SERVED[method]
    return _named("zulip_bridge.api", request), _named("zulip_bridge.worker", function)


def _named(package: str, path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(f"{package}.{module}"), name)
