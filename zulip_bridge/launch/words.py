"""What is said to Zulip's management shell: short, and always the same: ``manage.log`` keeps every argument."""

BOOT = "import sys;f=sys.stdin.buffer;exec(f.read(int(f.readline())),{'f':f})"
"""Reads the loader's source, of the length on the first line, and runs it. ``shell -c`` never reads stdin."""

SHELL = ("shell", "-v", "0", "-c", BOOT)
"""``-v 0`` silences Django 5.2's list of imports and is accepted by all versions."""
