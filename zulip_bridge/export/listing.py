"""The list of files in a manifest, as it is checked against what is there."""

from __future__ import annotations

from typing import Any

from zulip_bridge.api.paths import is_safe

from .manifest import ManifestError

LONGEST_MANIFEST = 1 << 30

Listed = dict[str, tuple[int, str]]
"""Path to size in bytes and sha256."""


def listed_in(manifest: dict[str, Any]) -> Listed:
    """The files that a manifest lists; :class:`ManifestError` where it does not list them as ours do."""
    listed = {}
    try:
        for entry in manifest["files"]:
            name, size, digest = entry["path"], entry["size"], entry["sha256"]
            if not (isinstance(name, str) and isinstance(size, int) and isinstance(digest, str) and is_safe(name)):
                raise ManifestError("An entry in its list of files is not one.")
            listed[name] = (size, digest)
    except (KeyError, TypeError) as error:
        raise ManifestError("Its list of files cannot be read.") from error
    return listed


def shown_path(path: str) -> str:
    """A path that may hold what is no text."""
    return path.encode("utf-8", "backslashreplace").decode()
