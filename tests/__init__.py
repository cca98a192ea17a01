"""Tests: on a real PostgreSQL and real child processes."""
