"""Kinds of second factors."""
