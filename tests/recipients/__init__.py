"""Tests of who receives personal data."""
