"""Tables of python-social-auth, which Zulip creates and leaves empty."""
