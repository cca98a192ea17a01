"""Parts of Zulip that the steward calls, under Zulip's names."""
