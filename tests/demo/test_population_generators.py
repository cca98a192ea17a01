"""The made-up organization before it reaches a database: the same each time, and hostile within Zulip's rules."""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
import zlib

import pytest

from zulip_bridge.demo.population import large, large_messages
from zulip_bridge.demo.population.book import ContentType, Permission
from zulip_bridge.demo.population.encoding import Encoder
from zulip_bridge.demo.population.pictures import png
from zulip_bridge.demo.population.small import compose
from zulip_bridge.demo.population.texts import HOSTILE_BODIES
from zulip_bridge.demo.population.world import World


@pytest.fixture(scope="module")
def world() -> World:
    return compose()


def digests(world: World) -> dict[str, str]:
    """A digest of every table's rows and of all files."""
    encoder = Encoder({ContentType: repr, Permission: repr})
    found = {}
    for table in world.book.tables():
        digest = hashlib.sha256()
        for columns, rows in world.book.sheets(table):
            digest.update(repr(columns).encode())
            for row in rows:
                digest.update(encoder.line(row, "\n").encode())
        found[table] = digest.hexdigest()
    digest = hashlib.sha256()
    for upload in world.uploads:
        digest.update(upload.path.encode() + b"\0" + upload.content)
    return {**found, "files": digest.hexdigest()}


def test_two_populations_are_the_same(world: World) -> None:
    assert digests(compose()) == digests(world)


def test_salt_and_key_reach_avatars_and_sessions(world: World) -> None:
    other = compose(avatar_salt="another salt", secret_key="another key")
    before, after = digests(world), digests(other)
    assert {table for table in before if before[table] != after[table]} == {
        "files",
        "django_session",
        "zerver_realmemoji",
    }


def test_ids_are_given_once(world: World) -> None:
    for table in world.book.tables():
        ids = [row["id"] for row in world.book.rows(table) if "id" in row]
        assert len(ids) == len(set(ids)), table


def test_names_follow_the_rules_of_zulip(world: World) -> None:
    for person in world.everyone():
        name = person.full_name
        assert 2 <= len(name) <= 100, name
        assert name == name.strip(), name
        assert not set(name) & set('*`\\>"@'), name
        assert not {unicodedata.category(character) for character in name} & {"Cc", "Cs"}, name
        assert not any(ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF for character in name)
        assert re.search(r"\|\d+$", name) is None, name


def test_names_are_hostile_all_the_same(world: World) -> None:
    names = [person.full_name for person in world.everyone()]
    assert "[bold]Bob[/bold]" in names
    assert "a[/]b" in names
    assert any(len(name) == 100 for name in names)
    for character in ("\u202e", "\u200b", "'", "🦄", "م", "ש", "\u0301", "<"):
        assert any(character in name for name in names), repr(character)


def test_no_body_is_longer_than_zulip_allows() -> None:
    assert max(map(len, HOSTILE_BODIES)) == 10_000
    assert not any("\x00" in body for body in HOSTILE_BODIES)


@pytest.mark.parametrize("side", [1, 20, 300])
def test_pictures_are_real(side: int) -> None:
    picture = png(side, 123_456_789)
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    position, kinds, pixels = 8, [], b""
    while position < len(picture):
        length = int.from_bytes(picture[position : position + 4], "big")
        kind, body = picture[position + 4 : position + 8], picture[position + 8 : position + 8 + length]
        check = int.from_bytes(picture[position + 8 + length : position + 12 + length], "big")
        assert check == zlib.crc32(kind + body)
        kinds.append(kind)
        pixels += body if kind == b"IDAT" else b""
        position += 12 + length
    assert kinds == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    assert len(zlib.decompress(pixels)) == side * (side + 1)


def test_every_large_message_has_a_rank_of_its_own() -> None:
    assert math.gcd(large_messages.STEP, large_messages.MESSAGES) == 1


def test_teams_and_groups_have_different_people() -> None:
    for team in range(large.TEAMS + 1):
        assert len({large.team_member(team, seat) for seat in range(6)}) == 6
    groups = {frozenset(large.group_member(group, seat) for seat in range(3)) for group in range(large.GROUPS)}
    assert {len(members) for members in groups} == {3}
    assert len(groups) == large.GROUPS
