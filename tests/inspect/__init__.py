"""Tests of the parts of a person, held against plain SQL."""
