"""Which method is served by which function; the modules are imported when their first request comes."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from zulip_bridge.api.access import ReadAccess
from zulip_bridge.api.browse import (
    CountReferences,
    CountRows,
    DeleteRow,
    DescribeModel,
    PageOfRows,
    PreviewRowDeletion,
    PreviewRowEdit,
    SaveRow,
    ShowRow,
)
from zulip_bridge.api.calls import Request
from zulip_bridge.api.channel_changes import ApplyToChannel, FindChannel, PreviewChannel
from zulip_bridge.api.channels import ReadMemberships
from zulip_bridge.api.edit import ApplyChanges, DescribeFields, ListMemberships, PreviewChanges
from zulip_bridge.api.erase import EraseStep, OpenErasure, PreviewErasure
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.export import ExportPerson
from zulip_bridge.api.export_scope import MeasureExport
from zulip_bridge.api.files import ReadFiles, ReadPictures
from zulip_bridge.api.footprint import ReadFootprint
from zulip_bridge.api.messages import CountMessages, ReadMessage, ReadMessages
from zulip_bridge.api.names import DescribeNames
from zulip_bridge.api.people import CountWeekly, FindPerson, ListRealms, PageOfPeople, SearchPeople, ShowPerson
from zulip_bridge.api.query import CloseQuery, DescribeTables, FetchRows, ListModels, OpenQuery, StreamQuery
from zulip_bridge.api.realm_export import PlanRealmExport, RunRealmExport
from zulip_bridge.api.recipients import ListRecipients
from zulip_bridge.api.removal import (
    DeleteFiles,
    DeleteMessages,
    ListArchive,
    PreviewFileDeletion,
    PreviewMessageDeletion,
    PurgeMessages,
    RestoreMessages,
)
from zulip_bridge.api.residue import ScanResidue
from zulip_bridge.api.server import Examine
from zulip_bridge.api.timeline import ReadActivity, ReadTimeline
from zulip_bridge.api.writing import DecideWrite, TryWrite

from .context import Context

Handler = Callable[[Any, Context], Any]

SERVED: list[tuple[type[Request[Any]], str, str]] = [
    (SearchPeople, "people", "search"),
    (PageOfPeople, "people", "page"),
    (ListRealms, "realms", "list_realms"),
    (FindPerson, "people", "find"),
    (ShowPerson, "person", "show"),
    (CountWeekly, "person", "count_weekly"),
    (ReadFootprint, "footprint", "read_footprint"),
    (ReadMessages, "inspect.messages", "read_messages"),
    (CountMessages, "inspect.messages", "count_messages"),
    (ReadMessage, "inspect.message", "read_message"),
    (ReadFiles, "inspect.files", "read_files"),
    (ReadPictures, "inspect.pictures", "read_pictures"),
    (ReadMemberships, "inspect.channels", "read_memberships"),
    (ReadAccess, "inspect.access", "read_access"),
    (ReadTimeline, "inspect.timeline", "read_timeline"),
    (ReadActivity, "inspect.activity", "read_activity"),
    (ExportPerson, "export", "export_person"),
    (MeasureExport, "export", "measure_export"),
    (Examine, "examine", "examine"),
    (ListRecipients, "recipients", "list_recipients"),
    (PlanRealmExport, "realm_export", "plan_realm_export"),
    (RunRealmExport, "realm_export", "run_realm_export"),
    (OpenQuery, "query", "open_query"),
    (FetchRows, "query", "fetch_rows"),
    (CloseQuery, "query", "close_query"),
    (StreamQuery, "query", "stream_query"),
    (TryWrite, "query", "try_write"),
    (DecideWrite, "query", "decide_write"),
    (ListModels, "query", "list_models"),
    (DescribeNames, "query", "describe_names"),
    (DescribeTables, "query", "describe_tables"),
    (PreviewChanges, "edit", "preview"),
    (ApplyChanges, "edit", "apply"),
    (DescribeFields, "edit", "describe"),
    (ListMemberships, "edit", "list_memberships"),
    (FindChannel, "channels", "find"),
    (PreviewChannel, "channels", "preview"),
    (ApplyToChannel, "channels", "apply"),
    (PreviewErasure, "erase", "preview"),
    (OpenErasure, "erase", "open_erasure"),
    (EraseStep, "erase", "run_step"),
    (ScanResidue, "erase", "scan"),
    (PreviewMessageDeletion, "removal", "preview_message_deletion"),
    (DeleteMessages, "removal", "delete_messages"),
    (ListArchive, "removal", "list_archive"),
    (RestoreMessages, "removal", "restore_messages"),
    (PurgeMessages, "removal", "purge_messages"),
    (PreviewFileDeletion, "removal", "preview_file_deletion"),
    (DeleteFiles, "removal", "delete_files"),
    (DescribeModel, "browse", "describe_model"),
    (PageOfRows, "browse", "page_of_rows"),
    (CountRows, "browse", "count_rows"),
    (ShowRow, "browse", "show_row"),
    (CountReferences, "browse", "count_references"),
    (PreviewRowEdit, "browse", "preview_edit"),
    (SaveRow, "browse", "save_row"),
    (PreviewRowDeletion, "browse", "preview_deletion"),
    (DeleteRow, "browse", "delete_row"),
]
"""Request type, module below ``zulip_bridge.worker``, function."""

BY_METHOD = {request.METHOD: (request, module, function) for request, module, function in SERVED}


def find(method: str) -> tuple[type[Request[Any]], Handler]:
    """Request type and handler of a method; :class:`StewardError` for one that nobody serves."""
    if method not in BY_METHOD:
        raise StewardError(ErrorKind.PROTOCOL, f"The worker does not know the method {method!r}.")
    request, module, function = BY_METHOD[method]
    handler: Handler = getattr(importlib.import_module(f"zulip_bridge.worker.{module}"), function)
    return request, handler
