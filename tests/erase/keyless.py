"""What no key connects with the person: codes, links, registrations and logins that were begun."""

from __future__ import annotations

import json

from tests.plain_sql import Database, value

SUBJECT = "lena@acme.example"
OLD_ADDRESS = "lena.before@acme.example"


def plant_codes(database: Database, person: int) -> None:
    """Codes for the case that a second factor is lost: they hang on a device, and name nobody."""
    device = value(
        database,
        """INSERT INTO otp_static_staticdevice (name, confirmed, user_id, throttling_failure_count)
           VALUES ('backup', true, %s, 0) RETURNING id""",
        person,
    )
    database.execute("INSERT INTO otp_static_statictoken (token, device_id) VALUES ('planted', %s)", [device])


def plant_half_registered(database: Database, realm: int) -> None:
    """Registrations and logins that were begun, by the address now and an earlier one."""
    database.execute(
        """INSERT INTO zerver_preregistrationrealm (name, org_type, default_language, string_id, email, status,
           data_import_metadata) VALUES ('Planted', 10, 'en', 'planted', %s, 0, '{}')""",
        [OLD_ADDRESS.title()],
    )
    database.execute(
        """INSERT INTO social_auth_code (email, code, verified, timestamp) VALUES (%s, 'planted', false, now())""",
        [SUBJECT],
    )
    for address in (SUBJECT.upper(), f"not-{SUBJECT}"):
        database.execute(
            """INSERT INTO social_auth_partial (token, next_step, backend, timestamp, data)
               VALUES ('planted', 1, 'saml', now(), %s)""",
            [json.dumps({"kwargs": {"email": address}})],
        )


LINK = """
    INSERT INTO confirmation_confirmation (content_type_id, object_id, date_sent, confirmation_key, type, realm_id)
    SELECT c.id, o.id, now(), %s || o.id, %s, %s FROM django_content_type c, {table} o
    WHERE c.app_label = 'zerver' AND c.model = %s AND {condition}
"""
LINKS = (
    (1, "preregistrationuser", "zerver_preregistrationuser", "lower(o.email) = %s"),
    (3, "emailchangestatus", "zerver_emailchangestatus", "o.old_email = %s"),
    (7, "preregistrationrealm", "zerver_preregistrationrealm", "lower(o.email) = %s"),
)


def plant_links(database: Database, person: int, realm: int) -> None:
    """Secret links of every kind: to an old address, and one by which several people are invited."""
    for kind, model, table, condition in LINKS:
        query = LINK.format(table=table, condition=condition)
        planted = database.execute(query, [f"planted-{model}-", kind, realm, model, OLD_ADDRESS]).rowcount
        assert planted, model
    database.execute(
        """INSERT INTO zerver_multiuseinvite (invited_as, include_realm_default_subscriptions, status, referred_by_id,
           realm_id) VALUES (400, true, 0, %s, %s)""",
        [person, realm],
    )
    query = LINK.format(table="zerver_multiuseinvite", condition="o.referred_by_id = %s")
    database.execute(query, ["invitation-", 6, realm, "multiuseinvite", person])
