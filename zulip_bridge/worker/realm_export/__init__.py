"""Exporting an organization: Zulip's own command as a child process, watched and, where asked for, ended."""

from .planning import plan_realm_export
from .running import await_realm_export, run_realm_export

__all__ = ["await_realm_export", "plan_realm_export", "run_realm_export"]
