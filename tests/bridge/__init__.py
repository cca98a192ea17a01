"""Tests of the bridge: what touches Zulip, and what stands beside it."""
