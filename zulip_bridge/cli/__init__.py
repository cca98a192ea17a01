"""The command line: the same operations as the screens, over the same session.

Data goes to stdout, narration to stderr. Exit status: 0 done, 1 refused or failed (one sentence on stderr), 2 usage,
128 + n for a signal.
"""
