"""Headers that are not ours are refused, and what is too long is not sent; test_incoming.py reads frames."""

from __future__ import annotations

import pytest

from zulip_bridge.wire import MAX_FRAME, WireError, chunk_header, json_frame, parse_header


@pytest.mark.parametrize(
    "header",
    [
        (MAX_FRAME + 1).to_bytes(4, "big") + b"J",
        (10).to_bytes(4, "big") + b"X",
        (3).to_bytes(4, "big") + b"B",
        b"Trace",
    ],
)
def test_headers_that_cannot_be_ours(header: bytes) -> None:
    with pytest.raises(WireError):
        parse_header(header)


def test_what_is_too_long_is_not_sent() -> None:
    with pytest.raises(WireError):
        chunk_header(1, MAX_FRAME)
    with pytest.raises(WireError):
        json_frame(bytes(MAX_FRAME + 1))
