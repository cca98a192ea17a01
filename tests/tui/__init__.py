"""Tests of the screens, in Textual's pilot and in a real terminal."""
