"""Tests of exports of organizations."""
