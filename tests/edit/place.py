"""The install that is edited: its database, its shell, and people whom no other test has touched."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.plain_sql import Database, column, rows, value
from zulip_bridge.api.changes import parse_change
from zulip_bridge.api.edit import ApplyResult, ChangePreview
from zulip_bridge.steward import Steward

MEMBER = "is_active AND NOT is_bot AND NOT is_mirror_dummy AND role = 400"


@dataclass
class Place:
    """``last``: only so many of the realm's newest accounts may be changed; None for all."""

    path: Path
    database: Database
    realm: str
    last: int | None = None
    used: list[int] = field(default_factory=list)

    @property
    def realm_id(self) -> int:
        """The organization's id."""
        return int(value(self.database, "SELECT id FROM zerver_realm WHERE string_id = %s", self.realm))

    def somebody(self, condition: str = "TRUE", kind: str = MEMBER) -> int:
        """The id of an account of the realm that fits and that no test has had yet; skips where there is none."""
        newest = "SELECT id FROM zerver_userprofile WHERE realm_id = %s ORDER BY id DESC LIMIT %s"
        found = column(
            self.database,
            f"""SELECT u.id FROM zerver_userprofile u WHERE u.id IN ({newest}) AND ({kind}) AND ({condition})
                AND NOT u.id = ANY(%s) ORDER BY u.id DESC LIMIT 1""",
            self.realm_id,
            self.last,
            self.used,
        )
        if not found:
            pytest.skip(f"nobody in {self.realm} fits: {condition}")
        self.used.append(found[0])
        return int(found[0])

    def of(self, person: int, columns: str) -> Any:
        """A column of an account, or a tuple of several."""
        (row,) = rows(self.database, f"SELECT {columns} FROM zerver_userprofile WHERE id = %s", person)
        return row[0] if len(row) == 1 else row

    def newest_audit(self) -> int:
        """Id of the audit log's last entry."""
        return int(value(self.database, "SELECT coalesce(max(id), 0) FROM zerver_realmauditlog"))

    def audit(self, person: int, since: int) -> list[tuple[int, dict[str, Any]]]:
        """Numbers and extra data of the entries about a person after ``since``; none may name an acting user.

        (But 8.4's entry of a changed address names the person: its action is not told who acts.)
        """
        found = rows(
            self.database,
            """SELECT event_type, extra_data, acting_user_id FROM zerver_realmauditlog
               WHERE modified_user_id = %s AND id > %s ORDER BY id""",
            person,
            since,
        )
        assert {acting for _, _, acting in found} <= {None, person}
        assert [number for number, _, acting in found if acting is not None and number != 125] == []
        return [(number, data) for number, data, _ in found]

    def shell(self, code: str) -> str:
        """What code prints that Zulip's shell runs."""
        words = [str(self.path / "manage.py"), "shell", "-v", "0", "-c", f"from zerver.models import *\n{code}"]
        owner = pwd.getpwuid((self.path / "manage.py").stat().st_uid)
        if owner.pw_uid != os.geteuid():
            words = ["runuser", "-u", owner.pw_name, "--", *words]
        done = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/")
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def open_session(self, person: int) -> str:
        """Log somebody in; the session's key."""
        return self.shell(
            f"""from django.conf import settings
from importlib import import_module
session = import_module(settings.SESSION_ENGINE).SessionStore()
session["_auth_user_id"] = "{person}"
session.create()
print(session.session_key)"""
        ).splitlines()[-1]

    def session_exists(self, key: str) -> bool:
        """Whether a session is still in the table."""
        return bool(value(self.database, "SELECT count(*) FROM django_session WHERE session_key = %s", key))


async def look(steward: Steward, person: int, *changes: str) -> ChangePreview:
    """Preview changes, written as on the command line."""
    return await steward.preview(await steward.find(str(person)), [parse_change(each) for each in changes])


async def edit(steward: Steward, person: int, *changes: str) -> ApplyResult:
    """Preview and apply changes that no rule forbids."""
    preview = await look(steward, person, *changes)
    assert preview.refusals == []
    return await steward.apply(preview)
