"""Files: uploads, avatars that the storage has, custom emoji; and whether they are really there."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui import file_rows as layout
from tui import wording
from tui.keyset_rows import KeysetRows
from tui.screens.base import StewardScreen
from tui.shown import MUTED
from tui.tabs.base import PersonTab
from tui.tabs.kind_bar import KindBar
from tui.widgets.facts import Facts, Section
from tui.widgets.rows import Key, PagedRows
from tui.widgets.virtual_table import VirtualTable
from zulip_bridge.api.errors import StewardError
from zulip_bridge.api.files import FilePage, FileRow, Pictures, ReadFiles, ReadPictures
from zulip_bridge.api.people import Person, PersonDetail

PAGE = 100
MOST_SAVED = 20_000


@dataclass(frozen=True)
class FilesFound:
    """The first page of uploads, and all pictures."""

    page: FilePage
    pictures: Pictures


class FileTable(VirtualTable):
    """The table; uploads can be marked and deleted, and one that is used leads somewhere."""

    has_uploads = True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that lead nowhere are not offered."""
        return action != "mark" or self.has_uploads


class FilesTab(PersonTab[FilesFound]):
    """Three lists, one at a time."""

    SECTION = "files"
    WHAT = "The files"
    PAINTS_FIRST = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "kind(1)", "kind", id="files.kind", tooltip="Show the next kind: uploads, avatar files, emoji"),
        Binding("K", "kind(-1)", "kind before", show=False, id="files.kind_before", tooltip="The kind before"),
        Binding(
            "delete",
            "remove",
            "delete…",
            key_display="del",
            id="files.delete",
            tooltip="Delete uploads: the marked ones, this one, or all",
        ),
    ]

    DEFAULT_CSS = """
    FilesTab > #file-panes { height: 1fr; }
    FilesTab FileTable { width: 1fr; }
    FilesTab #preview { width: 46; height: 1fr; padding: 0 1; border-left: solid $line; display: none;
        scrollbar-size-vertical: 1; }
    FilesTab > #file-words { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    @dataclass
    class PageRead(Message):
        """Another page of uploads is there."""

        number: int
        page: FilePage

    def __init__(self, person: Person, detail: PersonDetail | None) -> None:
        super().__init__(person, detail)
        self._uploads = KeysetRows(page_size=PAGE)
        self._files: dict[int, FileRow] = {}

    def body(self) -> ComposeResult:
        """The kinds, the sum, the list and what is under its cursor."""
        yield KindBar(layout.KINDS)
        yield Static(id="file-words")
        with Horizontal(id="file-panes"):
            yield FileTable(layout.COLUMNS["uploads"], self._uploads)
            with VerticalScroll(id="preview", can_focus=False):
                yield Facts()

    async def read(self) -> FilesFound:
        """Both at once: the worker has a lane for each."""
        pictures, page = await asyncio.gather(self._pictures(), self._page(None))
        return FilesFound(page, pictures)

    async def _page(self, before: int | None, limit: int = PAGE) -> FilePage:
        assert self.steward is not None
        return await self.steward.inspect.read(self.person, ReadFiles(self.person.id, before, limit))

    async def _pictures(self) -> Pictures:
        assert self.steward is not None
        return await self.steward.inspect.read(self.person, ReadPictures(self.person.id))

    def show(self, found: FilesFound) -> None:
        """Show the list that is chosen."""
        self._uploads.reset()
        self._files.clear()
        self._take(0, found.page)
        pictures = found.pictures
        self.query_one(KindBar).counts = {
            "uploads": wording.thousands(found.page.total),
            "avatars": wording.thousands(len(pictures.avatars), exact=not pictures.unchecked),
            "emoji": wording.thousands(len(pictures.emoji)),
        }
        self._list()

    def _take(self, number: int, page: FilePage) -> None:
        self._files.update((each.id, each) for each in page.files)
        rows = [layout.upload_row(each) for each in page.files]
        self._uploads.put(number, rows, page.files[-1].id if page.files else None, more=page.more)

    def _list(self) -> None:
        """Show the chosen kind."""
        found = self.found
        if found is None:
            return
        kind = self.query_one(KindBar).kind
        table = self.query_one(FileTable)
        table.columns = layout.COLUMNS[kind]
        table.empty = layout.NOTHING[kind]
        table.has_uploads = kind == "uploads"
        if kind == "uploads":
            table.source = self._uploads
        else:
            avatars, emoji = found.pictures.avatars, found.pictures.emoji
            rows = [layout.avatar_row(each) for each in avatars] if kind == "avatars" else []
            rows += [layout.emoji_row(each) for each in emoji] if kind == "emoji" else []
            source = PagedRows(page_size=max(1, len(rows)))
            source.put(0, rows, count=len(rows))
            table.source = source
        row = table.cursor_row
        self._preview(row.key if row else None)
        self._say(kind, found)

    def _say(self, kind: str, found: FilesFound) -> None:
        page, pictures = found.page, found.pictures
        if kind == "uploads":
            gone = sum(each.stored in ("missing", "unreadable") for each in self._files.values())
            more = "" if len(self._files) == page.total else f" of the newest {len(self._files):,}"
            trouble = f" · {wording.thousands(gone)}{more} missing or unreadable" if gone else ""
            words = f"{wording.size(page.total_size)} in all · newest first{trouble}"
        elif kind == "avatars":
            words = f"The account has: {pictures.avatar}, version {pictures.avatar_version}"
        else:
            words = "Emoji belong to the organization; they stay when the account goes"
        self.query_one("#file-words", Static).update(Content.styled(words, MUTED), layout=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only uploads can be deleted here."""
        return action != "remove" or (self.found is not None and self.query_one(KindBar).kind == "uploads")

    def action_remove(self) -> None:
        """Preview a deletion."""
        screen = self.screen
        if not isinstance(screen, StewardScreen) or screen.refused("remove"):
            return
        from tui.screens.file_removal import FileRemovalDialog

        table = self.query_one(FileTable)
        row = table.cursor_row
        current = self._files.get(row.key) if row is not None and isinstance(row.key, int) else None
        marked = [file.path_id for key, file in self._files.items() if key in table.marks]

        def answered(tried: bool | None) -> None:
            if tried:
                table.set_marks(())

        dialog = FileRemovalDialog(self.person, marked, current.path_id if current else None)
        self.app.push_screen(dialog, callback=answered)

    def action_kind(self, by: int) -> None:
        """Another kind."""
        bar = self.query_one(KindBar)
        bar.kind = bar.stepped(by)
        self._list()
        self.screen.refresh_bindings()

    def on_virtual_table_pages_wanted(self, event: VirtualTable.PagesWanted) -> None:
        """Fetch what is in view and not there yet."""
        event.stop()
        pages = self._uploads.missing(event.first, event.last)
        showing = self.query_one(KindBar).kind == "uploads" and self.found is not None
        if pages and showing and self.steward_app.connection.ready:
            self.run_worker(self._fetch(pages[0]), group="pages", exclusive=True, exit_on_error=False)

    async def _fetch(self, number: int) -> None:
        try:
            page = await self._page(self._uploads.starts[number])
        except StewardError as error:
            self.post_message(StewardScreen.RequestFailed("The rows could not be read", error.problem))
            return
        self.post_message(self.PageRead(number, page))

    def on_files_tab_page_read(self, message: PageRead) -> None:
        """Fill the gap."""
        self._take(message.number, message.page)
        if self.query_one(KindBar).kind == "uploads" and self.found is not None:
            self.query_one(FileTable).rows_changed()
            self._say("uploads", self.found)

    def on_virtual_table_row_highlighted(self, event: VirtualTable.RowHighlighted) -> None:
        """Show it beside the list."""
        event.stop()
        self._preview(event.key)

    def on_virtual_table_row_selected(self, event: VirtualTable.RowSelected) -> None:
        """Open the newest message that uses it."""
        event.stop()
        file = self._files.get(event.key) if isinstance(event.key, int) else None
        if file is not None and file.used_in:
            from tui.screens.message import MessageDialog

            self.app.push_screen(MessageDialog(self.person, file.used_in[0].message_id))

    def copied(self) -> tuple[str, str] | None:
        """The key of the file under the cursor."""
        row = self.query_one(FileTable).cursor_row
        if row is None:
            return None
        if isinstance(row.key, int):
            return self._files[row.key].path_id, "The file's key was"
        found = self.found
        keys = {f"emoji {each.id}": each.key for each in found.pictures.emoji} if found else {}
        return keys.get(row.key, row.key.removeprefix("avatar ")), "The file's key was"

    async def to_save(self) -> Any:
        """All uploads, up to a bound, and all pictures."""
        files: list[FileRow] = []
        more = True
        while more and len(files) < MOST_SAVED:
            page = await self._page(files[-1].id if files else None, 1_000)
            files += page.files
            more = page.more
        return {"complete": not more, "uploads": files, "pictures": await self._pictures()}

    def _preview(self, key: Key | None) -> None:
        self.query_one(Facts).sections = self._sections(key)
        self.query_one("#preview", VerticalScroll).scroll_home(animate=False)

    def _sections(self, key: Key | None) -> tuple[Section, ...]:
        if isinstance(key, int):
            return layout.upload_sections(self._files[key]) if key in self._files else ()
        pictures = self.found.pictures if self.found else None
        for avatar in pictures.avatars if pictures else ():
            if pictures and key == f"avatar {avatar.key}":
                return layout.avatar_sections(avatar, pictures)
        for emoji in pictures.emoji if pictures else ():
            if key == f"emoji {emoji.id}":
                return layout.emoji_sections(emoji)
        return ()
