"""Tests of editing accounts."""
