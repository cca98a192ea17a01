"""The steward: one session on one server, the same for the screens and the command line.

It opens the bridge, and writes the journal before anything about a person is handed over: a reading that cannot be
recorded does not happen.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zulip_bridge.api.calls import Hello, Progress, WorkerOptions
from zulip_bridge.api.changes import Change
from zulip_bridge.api.edit import (
    NO_ACTION,
    ApplyResult,
    ChangePreview,
    DescribeFields,
    EditableField,
    ListMemberships,
    PreviewChanges,
)
from zulip_bridge.api.errors import ErrorKind, StewardError
from zulip_bridge.api.footprint import FootprintRow, ReadFootprint
from zulip_bridge.api.people import (
    CountWeekly,
    FindPerson,
    ListRealms,
    PageOfPeople,
    PeoplePage,
    Person,
    PersonDetail,
    Realm,
    SearchPeople,
    ShowPerson,
)
from zulip_bridge.api.server import Examine, Finding
from zulip_bridge.client import Bridge, Shell, Stage, start_shell
from zulip_bridge.journal import Entry, Journal, JournalError, Operator, Result, Server, current_operator
from zulip_bridge.journal import Person as JournalPerson
from zulip_bridge.launch import Door, Target

if TYPE_CHECKING:
    from zulip_bridge.api.export_scope import ExportScope, SectionSize
    from zulip_bridge.api.recipients import Recipient
    from zulip_bridge.browse import Browser
    from zulip_bridge.channels import Channels
    from zulip_bridge.erase import Erasures
    from zulip_bridge.export import ExportResult, Packaging, Provenance
    from zulip_bridge.export.recorded import Exports
    from zulip_bridge.inspect import Inspect
    from zulip_bridge.query import Queries
    from zulip_bridge.realm_export import RealmExports
    from zulip_bridge.removal import Removals

Words = Callable[[str], None]
EXPORTS = "zulip_bridge.export.recorded"
STAGE_WORDS: dict[Stage, str] = {"worker": "Asking the database", "ready": "Connected"}


def version() -> str:
    """This tool's version."""
    return metadata.version("zulip-steward")


class Steward:
    """An open session. Make it with :meth:`open`, end it with :meth:`close`."""

    def __init__(self, door: Door, bridge: Bridge, journal: Journal, read_only: bool, exports: bool = False) -> None:
        self.door = door
        self._worker_exports = exports
        self.journal = journal
        self.read_only = read_only
        self._bridge = bridge
        self._identity = current_operator()
        self._recorded: set[tuple[str, int]] = set()
        self._queries: Queries | None = None
        self._exports: Exports | None = None
        self._inspect: Inspect | None = None
        self._erasures: Erasures | None = None
        self._browser: Browser | None = None
        self._channels: Channels | None = None

    @classmethod
    async def open(
        cls,
        target: Target,
        *,
        read_only: bool = False,
        for_exports: bool = False,
        on_stage: Words = lambda sentence: None,
        shell: Shell | None = None,
    ) -> Steward:
        """Open ``target``; ``on_stage`` is told in short sentences what is being done. ``shell``: already started.

        ``for_exports``: nothing else is wanted, so that one worker, which only reads, does for it; otherwise an
        export has one of its own, and does not hold up what is asked meanwhile.

        Raises :class:`StewardError` with what to do about it.
        """
        shell = shell or await start_shell(target, on_stage)
        try:
            journal, operator = Journal(), current_operator()
            options = WorkerOptions(read_only=read_only, operator=operator.login)
            if for_exports:
                options = _for_exports(operator)
                asyncio.get_running_loop().run_in_executor(None, importlib.import_module, EXPORTS)
            await _journaling(journal.check)
        except BaseException:
            await asyncio.shield(shell.child.end())
            raise
        bridge = await Bridge.greet(shell, options, lambda stage: on_stage(STAGE_WORDS[stage]))
        return cls(shell.door, bridge, journal, read_only, for_exports)

    @property
    def hello(self) -> Hello:
        """What the worker said of the server."""
        return self._bridge.hello

    @property
    def label(self) -> str:
        """The server's own name, or where its install is."""
        return self.hello.server or self.door.label

    @property
    def operator(self) -> str:
        """The person at the keyboard, as the journal names them."""
        return _operator_words(self._identity)

    @property
    def alive(self) -> bool:
        """Whether the worker can still be asked."""
        return self._bridge.alive

    @property
    def diagnostics(self) -> list[str]:
        """The last lines that Zulip wrote to stderr; untrusted text."""
        return self._bridge.diagnostics

    async def search(self, request: SearchPeople) -> PeoplePage:
        """Find people; cancelling the task ends the query."""
        return await self._bridge.call(request)

    async def page(self, request: PageOfPeople) -> PeoplePage:
        """Another page of a listing."""
        return await self._bridge.call(request)

    async def realms(self) -> list[Realm]:
        """The server's organizations."""
        return await self._bridge.call(ListRealms())

    async def find(self, user: str, realm: str | None = None) -> Person:
        """The one account that ``user`` (id or address) means."""
        return await self._bridge.call(FindPerson(user, realm))

    async def examine(self) -> list[Finding]:
        """What ``doctor`` reports."""
        return await self._bridge.call(Examine())

    async def recipients(self, realm: str | None = None) -> list[Recipient]:
        """Who receives personal data from the server, or of an organization's people, by the settings."""
        from zulip_bridge.api.recipients import ListRecipients

        return await self._bridge.call(ListRecipients(realm))

    async def show(self, person: Person, *, weekly: bool = False) -> PersonDetail:
        """A person's first page, with ``weekly`` also the messages by week; recorded."""
        await self._record_reading("person.read", person)
        return await self._bridge.call(ShowPerson(person.id, weekly))

    async def weekly(self, person: Person) -> list[int]:
        """Messages that the person sent, by week (see :attr:`PersonDetail.weekly_messages`); recorded as the page."""
        await self._record_reading("person.read", person)
        return await self._bridge.call(CountWeekly(person.id))

    async def footprint(
        self, person: Person, on_progress: Callable[[Progress], None] | None = None
    ) -> list[FootprintRow]:
        """Where the server holds something about the person, with counts; recorded."""
        await self._record_reading("person.footprint", person)
        return await self._bridge.call(ReadFootprint(person.id), on_progress)

    async def measure_export(
        self, person: Person, scope: ExportScope, on_size: Callable[[SectionSize], None] = lambda size: None
    ) -> list[SectionSize]:
        """How much each section of an export would be; ``on_size`` is told each as it is known. Recorded."""
        from zulip_bridge.export.measuring import measure_export

        await self._record_reading("export.measure", person)
        return await measure_export(self._bridge, person, scope, on_size)

    async def export(
        self,
        person: Person,
        destination: Path,
        on_progress: Callable[[Progress], None],
        scope: ExportScope | None = None,
        packaging: Packaging | None = None,
    ) -> ExportResult:
        """Export what ``scope`` chooses (by default what Zulip's own export has) of a person.

        To a directory, unless ``packaging`` says otherwise. Recorded with its start and its end.

        Cancelling the task cancels the export; nothing is kept then.
        """
        from zulip_bridge.api.export_scope import SAME
        from zulip_bridge.export import Packaging

        return await self.exports.export(person, destination, on_progress, scope or SAME, packaging or Packaging())

    @property
    def exports(self) -> Exports:
        """Exports of people, in a worker of their own unless this session is for them; recorded."""
        if self._exports is None:
            from zulip_bridge.export.recorded import Exports

            shared = self._bridge if self._worker_exports else None
            self._exports = Exports(self.record, self._open_export_worker, self._provenance, _failure, shared)
        return self._exports

    async def _open_export_worker(self) -> Bridge:
        return await Bridge.open(self.door, _for_exports(self._identity))

    def _provenance(self, hello: Hello) -> Provenance:
        from zulip_bridge.export import Provenance

        return Provenance(tool_version=version(), operator=self.operator, hello=hello, install=self.door.label)

    async def editable_fields(self, person: Person) -> list[EditableField]:
        """The fields of a person that can be edited, with their values; recorded."""
        await self._record_reading("person.read", person)
        return await self._bridge.call(DescribeFields(person.id))

    async def memberships(self, person: Person) -> list[EditableField]:
        """The groups and channels that the person can be put into or taken out of; recorded."""
        await self._record_reading("person.read", person)
        return await self._bridge.call(ListMemberships(person.id))

    async def preview(self, person: Person, changes: list[Change]) -> ChangePreview:
        """What changes would do, and whether Zulip's rules allow it. Nothing is written; recorded."""
        await self._record_reading("edit.preview", person)
        preview = await self._bridge.call(PreviewChanges(person.id, changes))
        for item in preview.items:
            for refusal in item.refusals:
                if refusal.rule == NO_ACTION:  # what was wished for, and cannot be had from this Zulip
                    wish = {"field": item.field}
                    await self.record("edit.impossible", Result("failed", refusal.sentence), person, wish)
        return preview

    async def apply(self, preview: ChangePreview, why: dict[str, Any] | None = None) -> ApplyResult:
        """Do what was previewed; recorded before it is begun and when it has ended, with values before and after.

        ``why`` is added to the entries' parameters. Cancelling the task waits for the end and then raises
        :class:`~zulip_bridge.edit.AppliedThenCancelled`, which has the result.
        """
        from zulip_bridge.edit import AppliedThenCancelled
        from zulip_bridge.edit.applying import to_the_end

        result, cancelled = await to_the_end(self._apply(preview, why or {}))
        if cancelled:
            raise AppliedThenCancelled(result)
        return result

    async def _apply(self, preview: ChangePreview, why: dict[str, Any]) -> ApplyResult:
        from zulip_bridge.edit import after_of, apply_changes, before_of, parameters_of, result_of

        person, before = preview.person, before_of(preview)
        started = {**why, **parameters_of(preview)}
        await self.record("edit.started", Result("started"), person, started, before, after_of(preview))
        try:
            result = await apply_changes(self._bridge, preview)
        except BaseException as error:
            await asyncio.shield(self.record("edit.finished", _failure(error), person, started, before))
            raise
        finished, outcome = {**why, **parameters_of(preview, result)}, result_of(result)
        try:
            await self.record("edit.finished", outcome, person, finished, before, after_of(preview, result))
        except StewardError as error:
            sentence = f"It was applied ({outcome.sentence}), but that could not be recorded. {error.sentence}"
            raise StewardError(error.kind, sentence) from error
        return result

    @property
    def queries(self) -> Queries:
        """Questions to the database; recorded."""
        if self._queries is None:
            from zulip_bridge.query import Queries

            self._queries = Queries(self._bridge, self.record, self._open_query_worker)
        return self._queries

    @property
    def browser(self) -> Browser:
        """The rows of every model, and changing them; recorded."""
        if self._browser is None:
            from zulip_bridge.browse import Browser

            self._browser = Browser(self._bridge, self.record)
        return self._browser

    @property
    def channels(self) -> Channels:
        """Changing channels; recorded."""
        if self._channels is None:
            from zulip_bridge.channels import Channels

            self._channels = Channels(self._bridge, self.record)
        return self._channels

    @property
    def erasures(self) -> Erasures:
        """Erasing people, in a worker of its own; recorded."""
        if self._erasures is None:
            from zulip_bridge.erase import Erasures
            from zulip_bridge.erase.erasures import Place

            place = Place(self.label, self.door.label, self.read_only or self.hello.read_only)
            directory = self.journal.path.parent
            self._erasures = Erasures(self._bridge, self.record, self._open_erase_worker, place, directory)
        return self._erasures

    @property
    def removals(self) -> Removals:
        """Deleting messages and files; recorded."""
        from zulip_bridge.removal import Removals

        return Removals(self._bridge, self.record, self.read_only or self.hello.read_only)

    async def _open_erase_worker(self) -> Bridge:
        options = WorkerOptions(role="erase", statement_timeout_ms=0, operator=self._identity.login)
        return await Bridge.open(self.door, options)

    @property
    def realm_exports(self) -> RealmExports:
        """Zulip's own exports of organizations, in a worker of their own; recorded."""
        from zulip_bridge.realm_export import RealmExports

        return RealmExports(self._bridge, self.record, self._open_command_worker, _failure)

    async def _open_command_worker(self) -> Bridge:
        options = WorkerOptions(role="command", read_only=self.read_only, operator=self._identity.login)
        return await Bridge.open(self.door, options)

    @property
    def inspect(self) -> Inspect:
        """Readings of a part of what is held about a person; recorded."""
        if self._inspect is None:
            from zulip_bridge.inspect import Inspect

            self._inspect = Inspect(self._bridge, self.record)
        return self._inspect

    async def _open_query_worker(self) -> Bridge:
        """A worker of its own for a long result; it only reads."""
        return await Bridge.open(self.door, WorkerOptions(read_only=True, operator=self._identity.login))

    async def record(
        self,
        action: str,
        result: Result,
        person: Person | None = None,
        parameters: dict[str, Any] | None = None,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
        *,
        realm: str | None = None,
    ) -> None:
        """Write an entry to the journal; :class:`StewardError` (kind ``storage``) where that fails.

        ``before`` and ``after`` are the values that an edit found and left, by field. ``realm`` is for what belongs
        to no person.
        """
        entry = Entry(
            action=action,
            result=result,
            server=Server(self.label, self.hello.zulip_version, self.door.label),
            realm=person.realm if person else realm,
            person=JournalPerson(person.id, person.realm) if person else None,
            parameters=parameters or {},
            before=before,
            after=after,
            operator=self._identity,
        )
        await _journaling(lambda: self.journal.append(entry))

    async def close(self) -> None:
        """End the worker."""
        try:
            if self._queries is not None and self._bridge.alive:
                await self._queries.close_all()
        finally:
            await self._bridge.close()

    async def _record_reading(self, action: str, person: Person) -> None:
        """Once a session for each person and kind of reading: scrolling past somebody again says nothing new."""
        if (action, person.id) not in self._recorded:
            await self.record(action, Result("done"), person)
            self._recorded.add((action, person.id))


async def _journaling(work: Callable[[], object]) -> None:
    """Write in a thread, to the end: a cancelled task waits for it, so that entries keep their order."""
    writing = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        await asyncio.shield(writing)
    except asyncio.CancelledError:
        await asyncio.wait({writing})
        raise
    except JournalError as error:
        raise StewardError(ErrorKind.STORAGE, str(error)) from error


def _failure(error: BaseException) -> Result:
    if isinstance(error, StewardError):
        cancelled = error.kind is ErrorKind.CANCELLED
        return Result("cancelled" if cancelled else "failed", error.sentence)
    if isinstance(error, asyncio.CancelledError | KeyboardInterrupt):
        return Result("cancelled", "Cancelled by the operator.")
    return Result("failed", type(error).__name__)


def _for_exports(operator: Operator) -> WorkerOptions:
    return WorkerOptions(role="export", read_only=True, statement_timeout_ms=0, operator=operator.login)


def _operator_words(operator: Operator) -> str:
    login = operator.sudo_user or operator.login
    return f"{login} (sudo)" if operator.sudo_user else login
