"""Codes that an app computes from the time."""
