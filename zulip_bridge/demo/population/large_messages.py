"""Messages of the large organization, made by the database itself from a few thousand texts.

Message number i (0 to MESSAGES - 1, in order of time) has the rank (i * STEP) mod MESSAGES, and ranges of ranks
decide what it is: so the kinds are mixed over time, and how many there are of each is exact.
"""

from __future__ import annotations

from collections.abc import Callable

from zulip_bridge.demo.population import flags
from zulip_bridge.demo.population.clock import DAY, NOW_S, at
from zulip_bridge.demo.population.indexes import rest_triggers
from zulip_bridge.demo.population.large import GROUPS, HEAVY_TEAMS, PEERS, PEOPLE, TEAMS, Large
from zulip_bridge.demo.population.load import Connection, copy_rows, run
from zulip_bridge.demo.population.texts import compose
from zulip_bridge.demo.population.world import World

MESSAGES = 600_000
STEP = 514_229
"""Has no factor in common with MESSAGES."""
TEXTS = 20_000
SENT_DIRECT, SENT_GROUP, SENT = 25_000, 35_000, 60_337
"""Below these ranks: sent by the heavy user to a person, to a group, to a channel."""
RECEIVED_DIRECT, RECEIVED_GROUP, ANNOUNCED, RECEIVED = 170_337, 203_867, 203_887, 560_567
"""Below these: sent to the heavy user by a person, in a group, to everybody, in a channel. The rest are others'."""
EXPORTED = RECEIVED_GROUP
"""How many messages export_single_user finds for the heavy user."""
SECONDS_BETWEEN = 104


def write_large_messages(connection: Connection, world: World, large: Large, progress: Callable[[str], None]) -> None:
    """Make the messages, who received them, their files and reactions."""
    numbers = _numbers(world, large)
    for statement in _TEMPORARY:
        run(connection, statement)
    copy_rows(connection, "big_text", _texts(world))
    copy_rows(connection, "big_seat", large.seats)
    copy_rows(connection, "big_file", [(n, file.id, file.path_id) for n, file in enumerate(large.files)])
    # A trigger that makes the search vector would make it anew for each of the 600,000 messages.
    put_back = rest_triggers(connection, "zerver_message")
    for words, statement in _STATEMENTS:
        progress(words)
        for name, value in numbers.items():
            statement = statement.replace(f"@{name}@", str(value))
        run(connection, statement)
    for statement in put_back:
        run(connection, statement)


def _texts(world: World) -> list[tuple[object, ...]]:
    """(number, content, rendered content): two or three ordinary messages put together."""
    chance = world.chance("big texts")
    parts = [[compose(chance) for _ in range(2 + n % 2)] for n in range(TEXTS)]
    return [
        (n, "\n\n".join(text.content for text in texts), "\n".join(text.rendered for text in texts))
        for n, texts in enumerate(parts)
    ]


def _numbers(world: World, large: Large) -> dict[str, int | str]:
    """What stands for the names between at signs in the statements: numbers and one time, no data of people."""
    start = NOW_S - MESSAGES * SECONDS_BETWEEN
    return {
        "messages": MESSAGES,
        "step": STEP,
        "texts": TEXTS,
        "realm": large.realm.id,
        "client": world.clients["website"],
        "first_message": world.book.reserve("zerver_message", MESSAGES),
        "last_user_message": world.book.reserve("zerver_usermessage") - 1,
        "last_reaction": world.book.reserve("zerver_reaction") - 1,
        "last_use": world.book.reserve("zerver_attachment_messages") - 1,
        "last_count": world.book.reserve("analytics_usercount") - 1,
        "first_user": large.realm.people[0].id,
        "heavy": large.heavy.id,
        "heavy_recipient": large.heavy.recipient,
        "first_recipient": large.realm.people[0].recipient,
        "general": large.general.recipient,
        "first_group": large.groups[0],
        "groups": GROUPS,
        "peers": PEERS,
        "people": PEOPLE - 10,
        "heavy_teams": HEAVY_TEAMS,
        "other_teams": TEAMS - HEAVY_TEAMS,
        "sent_direct": SENT_DIRECT,
        "sent_group": SENT_GROUP,
        "sent": SENT,
        "received_direct": RECEIVED_DIRECT,
        "received_group": RECEIVED_GROUP,
        "announced": ANNOUNCED,
        "received": RECEIVED,
        "start": f"timestamptz '{at(start).isoformat()}'",
        "seconds": SECONDS_BETWEEN,
        "day": DAY,
        "private": flags.IS_PRIVATE,
        "read": flags.READ,
        "starred": flags.STARRED,
        "mentioned": flags.MENTIONED,
    }


_TEMPORARY = (
    "SET LOCAL max_parallel_workers_per_gather = 0",
    "CREATE TEMPORARY TABLE big_text (n int, content text, rendered text, vector tsvector) ON COMMIT DROP",
    "CREATE TEMPORARY TABLE big_seat (recipient int, person int) ON COMMIT DROP",
    "CREATE TEMPORARY TABLE big_file (rank int, attachment bigint, path text) ON COMMIT DROP",
    "CREATE TEMPORARY TABLE big_plan (i int, rank int, sender int, recipient int, peer int) ON COMMIT DROP",
)

_PLAN = """
INSERT INTO big_plan
SELECT i, rank,
  CASE
    WHEN rank < @sent@ THEN @heavy@
    WHEN rank < @received_direct@ THEN @first_user@ + 2 + rank % @peers@
    WHEN rank < @received_group@
      THEN @first_user@ + 2 + (rank % @groups@ * 17 + rank / @groups@ % 3 * 4441) % @people@
    WHEN rank < @announced@ THEN @first_user@
    ELSE @first_user@ + 2 + (team * 61 + seat * 3331) % @people@
  END,
  CASE
    WHEN rank < @sent_direct@ THEN @first_recipient@ + 2 + rank % @peers@
    WHEN rank < @sent_group@ THEN @first_group@ + rank % @groups@
    WHEN rank < @sent@ THEN @general@ + team
    WHEN rank < @received_direct@ THEN @heavy_recipient@
    WHEN rank < @received_group@ THEN @first_group@ + rank % @groups@
    WHEN rank < @announced@ THEN @general@
    ELSE @general@ + team
  END,
  CASE
    WHEN rank < @sent_direct@ THEN @first_user@ + 2 + rank % @peers@
    WHEN rank >= @sent@ AND rank < @received_direct@ THEN @heavy@
  END
FROM (
  SELECT i, rank,
    CASE WHEN rank < @received@ THEN 1 + rank % @heavy_teams@
      ELSE @heavy_teams@ + 1 + rank % @other_teams@ END AS team,
    rank / @heavy_teams@ % 6 AS seat
  FROM (SELECT i, (i::bigint * @step@ % @messages@)::int AS rank FROM generate_series(0, @messages@ - 1) AS i) ranked
) placed
"""

_MESSAGES = """
INSERT INTO zerver_message (
  id, type, sender_id, recipient_id, realm_id, sending_client_id, subject, content, rendered_content,
  rendered_content_version, date_sent, last_edit_time, edit_history, has_attachment, has_image, has_link,
  is_channel_message, search_tsvector)
SELECT @first_message@ + i, 1, sender, recipient, @realm@, @client@,
  CASE WHEN in_channel THEN 'topic ' || p.rank % 40 ELSE '' END,
  t.content || coalesce(E'\\n[measurement](/user_uploads/' || f.path || ')', ''),
  t.rendered || coalesce(E'\\n<p><a href="/user_uploads/' || f.path || '">measurement</a></p>', ''),
  1, sent_at,
  CASE WHEN edited THEN sent_at + interval '5 minutes' END,
  CASE WHEN edited THEN json_build_array(json_build_object(
    'user_id', sender, 'timestamp', extract(epoch FROM sent_at)::bigint + 300, 'prev_content', 'An earlier text.',
    'prev_rendered_content', '<p>An earlier text.</p>', 'prev_rendered_content_version', 1))::text END,
  f.path IS NOT NULL, false, f.path IS NOT NULL, in_channel, t.vector
FROM (
  SELECT *, @start@ + i * interval '@seconds@ seconds' AS sent_at, rank % 97 = 11 AS edited,
    rank >= @sent_group@ AND rank < @sent@ OR rank >= @received_group@ AS in_channel
  FROM big_plan
) p
JOIN big_text t ON t.n = p.rank % @texts@
LEFT JOIN big_file f ON f.rank = p.rank
"""

_USER_MESSAGES = """
INSERT INTO zerver_usermessage (id, message_id, user_profile_id, flags)
SELECT @last_user_message@ + row_number() OVER (), id, person,
  CASE WHEN (id + person) % 50 = 0 AND i > @messages@ * 5 / 6 AND person <> sender THEN 0 ELSE @read@ END
  + CASE WHEN private THEN @private@ ELSE 0 END
  + CASE WHEN (id + person) % 1009 = 0 THEN @starred@ ELSE 0 END
  + CASE WHEN NOT private AND (id + person) % 811 = 0 THEN @mentioned@ ELSE 0 END
FROM (
  SELECT @first_message@ + i AS id, i, sender,
    unnest(CASE WHEN peer IS NULL THEN persons ELSE ARRAY[sender, peer] END) AS person,
    rank < @sent_group@ OR rank >= @sent@ AND rank < @received_group@ AS private
  FROM big_plan LEFT JOIN (SELECT recipient, array_agg(person ORDER BY person) AS persons FROM big_seat GROUP BY 1) s
    USING (recipient)
) received
"""

_REACTIONS = """
INSERT INTO zerver_reaction (id, user_profile_id, message_id, reaction_type, emoji_name, emoji_code)
SELECT @last_reaction@ + row_number() OVER (), peer, @first_message@ + i, 'unicode_emoji', '+1', '1f44d'
FROM (SELECT * FROM big_plan WHERE peer IS NOT NULL AND rank % 15 = 4 ORDER BY i) liked
"""

_USES = """
INSERT INTO zerver_attachment_messages (id, attachment_id, message_id)
SELECT @last_use@ + row_number() OVER (), attachment, @first_message@ + i
FROM (SELECT * FROM big_file JOIN big_plan USING (rank) ORDER BY rank) used
"""

_COUNTS = """
INSERT INTO analytics_usercount (id, realm_id, user_id, property, subgroup, end_time, value)
SELECT @last_count@ + row_number() OVER (), @realm@, @heavy@, 'messages_sent:message_type:day', kind, ended, sent
FROM (
  SELECT CASE WHEN rank < @sent_direct@ THEN 'private_message' WHEN rank < @sent_group@ THEN 'huddle_message'
      ELSE 'public_stream' END AS kind,
    date_trunc('day', @start@ + i * interval '@seconds@ seconds', 'UTC') + interval '1 day' AS ended, count(*) AS sent
  FROM big_plan WHERE sender = @heavy@ GROUP BY 1, 2 ORDER BY 2, 1
) counted
"""

_STATEMENTS = (
    ("Indexing texts", "UPDATE big_text SET vector = to_tsvector('english', rendered)"),
    ("Planning 600,000 messages", _PLAN),
    ("Planning 600,000 messages", "ANALYZE big_text, big_seat, big_file, big_plan"),
    ("Writing 600,000 messages", _MESSAGES),
    ("Writing who received them", _USER_MESSAGES),
    ("Writing who liked them", _REACTIONS),
    ("Writing who liked them", _USES),
    ("Writing who liked them", _COUNTS),
)
