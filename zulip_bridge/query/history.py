"""What was asked before: a file of the operator's own, which can be switched off.

Questions may hold personal data, so the file is readable by its owner alone, keeps the last questions only, and never
the values of parameters.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from platformdirs import user_state_path

PATH_VARIABLE = "ZULIP_STEWARD_HISTORY"
"""Names another file; ``off`` keeps nothing."""

MOST = 500
Language = Literal["sql", "orm"]


@dataclass(frozen=True)
class Asked:
    """A question as it was typed, and when (ISO 8601)."""

    language: Language
    text: str
    when: str


class History:
    """The questions, oldest first. Without a file they are kept for the session only."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.entries: list[Asked] = _read(path) if path is not None else []

    @classmethod
    def default(cls) -> History:
        """The operator's."""
        chosen = os.environ.get(PATH_VARIABLE, "")
        if chosen.lower() in ("off", "none", "0"):
            return cls(None)
        if chosen:
            return cls(Path(chosen).expanduser())
        return cls(user_state_path("zulip-steward", appauthor=False) / "queries.jsonl")

    def add(self, language: Language, text: str, when: str) -> str:
        """Remember a question; a sentence where the file could not be written, else nothing."""
        if not text.strip():
            return ""
        self.entries = [each for each in self.entries if (each.language, each.text) != (language, text)]
        self.entries = [*self.entries, Asked(language, text, when)][-MOST:]
        return self._write()

    def clear(self) -> str:
        """Forget all of them; a sentence where the file could not be written, else nothing."""
        self.entries = []
        return self._write()

    def switch_off(self) -> str:
        """Keep nothing from now on, and remove the file."""
        path, self.path, self.entries = self.path, None, []
        try:
            if path is not None:
                path.unlink(missing_ok=True)
        except OSError as error:
            return f"The history could not be removed: {error.strerror}."
        return ""

    def _write(self) -> str:
        if self.path is None:
            return ""
        temporary = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        data = "".join(json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in self.entries)
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogatepass") as file:
                file.write(data)
            temporary.replace(self.path)
        except OSError as error:
            return f"The history could not be written: {error.strerror}."
        return ""


def _read(path: Path) -> list[Asked]:
    """What is there; lines that are not ours are left out."""
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return []
    found = []
    for line in lines[-MOST:]:
        try:
            value = json.loads(line)
            found.append(Asked(value["language"], str(value["text"]), str(value["when"])))
        except (ValueError, KeyError, TypeError):
            continue
    return [each for each in found if each.language in ("sql", "orm")]
