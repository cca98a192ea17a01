"""The Zulip application, as far as it concerns people's data."""
