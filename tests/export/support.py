"""What the tests of exports share: making one, and reading one back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zulip_bridge.api.calls import Progress
from zulip_bridge.api.export_scope import SAME, ExportScope
from zulip_bridge.api.people import FindPerson
from zulip_bridge.client import Bridge
from zulip_bridge.export import ExportResult, Packaging, Provenance, export_person

Rows = list[dict[str, Any]]
MESSAGES_IN_A_FILE = 1_000
DIRECTORY = Packaging()
FOLDERS = ("uploads", "avatars", "emoji")


def nobody_watches(progress: Progress) -> None:
    """Takes the progress and does nothing."""


async def export(
    bridge: Bridge,
    user: str | int,
    destination: Path,
    watch: Callable[[Progress], None] = nobody_watches,
    scope: ExportScope = SAME,
    packaging: Packaging = DIRECTORY,
) -> ExportResult:
    """Export the account with this id or address; by default what Zulip's own export has, to a directory."""
    person = await bridge.call(FindPerson(str(user)))
    provenance = Provenance(tool_version="1.2.3", operator="the tests", hello=bridge.hello, install="test install")
    return await export_person(bridge, person, destination, watch, provenance, scope, packaging)


@dataclass
class Exported:
    """An export in memory."""

    path: Path
    user: dict[str, Rows] = field(default_factory=dict)
    messages: Rows = field(default_factory=list)
    records: dict[str, Rows] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, folders: Iterable[str] = FOLDERS) -> Exported:
        """Read what ``export_single_user``, or this project, wrote; ``folders`` are those of files."""
        found = cls(path, user=json.loads((path / "user.json").read_bytes()))
        files = sorted(path.glob("messages-*.json"))
        for number, file in enumerate(files, 1):
            assert file.name == f"messages-{number:06}.json"
            messages = json.loads(file.read_bytes())
            assert list(messages) == ["zerver_message"]
            assert len(messages["zerver_message"]) <= MESSAGES_IN_A_FILE
            found.messages += messages["zerver_message"]
        for folder in folders:
            found.records[folder] = json.loads((path / folder / "records.json").read_bytes())
        manifest = path / "manifest.json"
        found.manifest = json.loads(manifest.read_bytes()) if manifest.exists() else {}
        return found

    def section(self, name: str) -> dict[str, Any]:
        """What the manifest says of a section."""
        (section,) = [each for each in self.manifest["sections"] if each["section"] == name]
        return dict(section)


def leftovers(directory: Path) -> list[str]:
    """Everything in a directory, at any depth, hidden things included."""
    return sorted(str(each.relative_to(directory)) for each in directory.rglob("*"))


def remove(*paths: Path) -> None:
    """Remove files and trees that may not be there."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
