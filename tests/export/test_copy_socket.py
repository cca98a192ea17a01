"""Rows of a COPY read from the connection's socket are those that the driver reads, which can go on afterwards."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import psycopg
import pytest

from tests.plain_sql import Database, value
from zulip_bridge.worker.compat import sqlstate
from zulip_bridge.worker.compat_copy import copy_rows, copy_rows_by_driver
from zulip_bridge.worker.copy_socket import READY_BEGINS, RECEIVED_BYTES, CopySocket, socket_of

QUERIES = {
    "no row": "SELECT 1 WHERE false",
    "one row": "SELECT 1",
    "no column": "SELECT FROM generate_series(1, 3)",
    "many rows": "SELECT g, repeat('ü', g % 700), nullif(g % 3, 0) FROM generate_series(1, 5000) g",
    "long rows": f"SELECT repeat('x', g * {RECEIVED_BYTES}) FROM generate_series(0, 9) g",
    "a row and a long one": f"SELECT repeat('x', g) FROM unnest(array[1, {20 * RECEIVED_BYTES}, 1]) g",
    "what looks like the end": f"SELECT '\\x{READY_BEGINS.hex()}54'::bytea FROM generate_series(1, 20000)",
}


def copy(query: str) -> str:
    return f"COPY ({query}) TO STDOUT (FORMAT binary)"


@pytest.fixture
def raw(database: Database) -> Iterator[Database]:
    """A connection of the driver's over a Unix socket, in a transaction."""
    connected = psycopg.connect(database.info.dsn)
    connected.execute("SELECT 1")
    yield connected
    connected.close()


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_the_rows_are_those_that_the_driver_reads(raw: Database, query: str) -> None:
    ours: list[bytes] = []
    theirs: list[bytes] = []
    copy_rows_by_driver(raw, copy(query), theirs.extend)
    copy_rows(raw, copy(query), ours.extend)
    assert ours == theirs
    assert value(raw, "SELECT 7") == 7


def test_the_transaction_goes_on_afterwards(raw: Database) -> None:
    before = value(raw, "SELECT pg_current_xact_id()::text")
    copy_rows(raw, copy("SELECT 1"), lambda rows: None)
    assert raw.info.transaction_status is psycopg.pq.TransactionStatus.INTRANS
    assert value(raw, "SELECT pg_current_xact_id()::text") == before


def test_a_query_that_fails_in_the_middle_is_the_drivers_error(raw: Database) -> None:
    found: list[bytes] = []
    with pytest.raises(psycopg.errors.DivisionByZero) as caught:
        copy_rows(raw, copy("SELECT 1 / (5000 - g) FROM generate_series(1, 10000) g"), found.extend)
    assert sqlstate(caught.value) == "22012"
    assert "division by zero" in str(caught.value)
    raw.rollback()
    assert value(raw, "SELECT 7") == 7


def test_a_query_that_cannot_be_read_is_the_drivers_error(raw: Database) -> None:
    with pytest.raises(psycopg.errors.SyntaxError):
        copy_rows(raw, "COPY (SELECT FROM FROM) TO STDOUT", lambda rows: None)


def test_a_query_that_is_cancelled_ends(raw: Database) -> None:
    def take(rows: list[bytes]) -> None:
        if not taken:
            raw.cancel()
        taken.append(len(rows))

    taken: list[int] = []
    with pytest.raises(psycopg.errors.QueryCanceled):
        copy_rows(raw, copy("SELECT repeat('x', 1000) FROM generate_series(1, 1000000)"), take)
    assert sum(taken) < 1_000_000


def test_a_server_process_that_is_ended_is_an_error_and_not_an_end(raw: Database, database: Database) -> None:
    def take(rows: list[bytes]) -> None:
        if not taken:
            database.execute("SELECT pg_terminate_backend(%s)", [raw.info.backend_pid])
        taken.append(len(rows))

    taken: list[int] = []
    with pytest.raises(psycopg.OperationalError):
        copy_rows(raw, copy("SELECT repeat('x', 1000) FROM generate_series(1, 1000000)"), take)
    assert sum(taken) < 1_000_000


def test_a_connection_that_is_lost_is_an_error_and_not_an_end() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"H\0\0\0\x07\0\0\0" + b"d\0\0\0\x08abcd" + b"d\0\0\0\x08ab")
        theirs.shutdown(socket.SHUT_WR)
        with pytest.raises(psycopg.OperationalError, match="closed the connection"):
            CopySocket(ours, lambda rows: None).run("SELECT 1")


def test_what_may_be_encrypted_is_left_to_the_driver() -> None:
    with socket.socket(socket.AF_INET) as over_a_network:
        assert socket_of(over_a_network) is None
