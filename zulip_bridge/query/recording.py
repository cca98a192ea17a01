"""A statement as the journal may have it: as it was typed, unless a secret may have been typed into it."""

from __future__ import annotations

import re

NAMED = re.compile(
    r"(password|passphrase|secret|api_?key|private_key|push_key|session_key|session_data|token|creation_key"
    r"|confirmation_key|extra_data|otp)",
    re.IGNORECASE,
)
"""Where a statement mentions one of these, what is quoted in it may be one."""

PLACEHOLDER = "'[…]'"
_SQL = re.compile(r"\$(?P<tag>\w*)\$.*?\$(?P=tag)\$|'(?:[^']|'')*'", re.DOTALL)
_PYTHON = re.compile(
    r"""'''(?:[^\\]|\\.)*?'''|\"""(?:[^\\]|\\.)*?\"""|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*\"""", re.DOTALL
)


def recorded_statement(text: str, *, python: bool) -> str:
    """The text, without what is quoted in it where it mentions a secret."""
    if NAMED.search(text) is None:
        return text
    return (_PYTHON if python else _SQL).sub(PLACEHOLDER, text)
