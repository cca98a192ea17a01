"""Editing an account through Zulip's own actions: previewed, applied one by one, and read back."""

from .applying import apply
from .belonging import list_memberships
from .describe import describe
from .planning import preview

__all__ = ["apply", "describe", "list_memberships", "preview"]
