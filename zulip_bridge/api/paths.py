"""Making names safe to write: what an upload is called was chosen by whoever uploaded it.

Both sides use it: the worker, so that ``records.json`` names the file that is written, and the steward, which
trusts no path that it receives.
"""

from __future__ import annotations

import hashlib
import unicodedata

NAME_BYTES = 255
"""Longest file name that Linux file systems take, in bytes of UTF-8."""
PATH_BYTES = 1_024
"""Longest relative path; a quarter of Linux's limit for a whole one."""
DEPTH = 16
TAG_LENGTH = 10

UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, invisible and direction marks, surrogates, line separators. Unassigned characters are left alone: which
they are depends on the Python, and the two sides may run different ones."""


def safe_path(path: str) -> str:
    """``path`` itself where it is harmless, else a harmless one that is as like it as can be.

    Never absolute, never with ``.`` or ``..``, no control or invisible characters, no backslash, bounded in length
    and depth. A changed path carries a tag made from the original, so that two originals do not meet in one name.
    ``safe_path(safe_path(p)) == safe_path(p)``.
    """
    parts = [_safe_name(part) for part in path.split("/")]
    kept = [part for part in parts if part not in ("", ".", "..")]
    if "/".join(kept) == path and is_safe(path):
        return path
    if len(kept) > DEPTH:
        kept = [*kept[: DEPTH - 1], kept[-1]]
    digest = hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()
    return _tagged(kept or ["unnamed"], digest)


def is_safe(path: str) -> bool:
    """Whether a path may be written as it is."""
    parts = path.split("/")
    return (
        0 < len(path.encode("utf-8", "surrogatepass")) <= PATH_BYTES
        and len(parts) <= DEPTH
        and all(part not in ("", ".", "..") and _safe_name(part) == part for part in parts)
        and all(len(part.encode()) <= NAME_BYTES for part in parts)
    )


def _safe_name(name: str) -> str:
    if name.isascii() and name.isprintable() and "\\" not in name:
        return name
    return "".join(_safe_character(each) for each in name)


def _safe_character(character: str) -> str:
    unsafe = character == "\\" or unicodedata.category(character) in UNSAFE_CATEGORIES
    return "_" if unsafe else character


def _tagged(parts: list[str], digest: str) -> str:
    """The parts with a tag in the last one, shortened until the whole fits."""
    tag = f"~{digest[:TAG_LENGTH]}"
    stem, dot, suffix = parts[-1].rpartition(".")
    if not stem or len(suffix.encode()) > 16:
        stem, dot, suffix = parts[-1], "", ""
    ending = tag + dot + suffix
    name = _shortened(stem, NAME_BYTES - len(ending.encode())) + ending
    folders = [_shortened(part, NAME_BYTES) for part in parts[:-1]]
    while folders and len("/".join([*folders, name]).encode()) > PATH_BYTES:
        # The deepest folder goes first: the leading ones say which kind of file this is.
        folders.pop()
    return "/".join([*folders, name])


def _shortened(text: str, limit: int) -> str:
    return text.encode()[:limit].decode("utf-8", "ignore")
