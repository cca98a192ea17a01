"""The demo's Zulip. Its ``manage.py`` puts this directory on the path: the packages in it have Zulip's names."""
