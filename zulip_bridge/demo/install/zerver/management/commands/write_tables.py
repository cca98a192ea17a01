"""``manage.py write_tables``: the SQL of the models' tables, for whoever creates the demo's database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

BESIDE_THE_MODELS = """
CREATE TABLE third_party_api_results (
    cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL
);
CREATE INDEX third_party_api_results_expires ON third_party_api_results (expires);
CREATE SEQUENCE fts_update_log_id_seq;
CREATE TABLE fts_update_log (
    id bigint PRIMARY KEY DEFAULT nextval('fts_update_log_id_seq'), message_id integer NOT NULL
);
ALTER SEQUENCE fts_update_log_id_seq OWNED BY fts_update_log.id;
CREATE FUNCTION do_notify_fts_update_log() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NOTIFY fts_update_log; RETURN NEW; END $$;
CREATE TRIGGER fts_update_log_notify AFTER INSERT ON fts_update_log
    FOR EACH STATEMENT EXECUTE FUNCTION do_notify_fts_update_log();
"""

# Zulip's trigger writes to fts_update_log, and a daemon computes the column. The demo has no daemon.
FULL_TEXT_SEARCH = """
CREATE FUNCTION append_to_fts_update_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search_tsvector := to_tsvector(
        'zulip.english_us_search', NEW.subject || ' ' || coalesce(NEW.rendered_content, NEW.content)
    );
    RETURN NEW;
END $$;
CREATE TRIGGER zerver_message_update_search_tsvector_async
    BEFORE INSERT OR UPDATE OF subject, rendered_content ON zerver_message
    FOR EACH ROW EXECUTE FUNCTION append_to_fts_update_log();
ALTER TABLE zerver_message ENABLE ALWAYS TRIGGER zerver_message_update_search_tsvector_async;
"""


class Command(BaseCommand):
    """Prints JSON: ``tables``, to run before rows come, and ``indexes``, cheaper after them."""

    help = "Print the SQL of the demo's tables."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        with connection.schema_editor(collect_sql=True, atomic=False) as editor:
            # Without this Django asks a server to write the few parameters (the columns' defaults) into the text.
            connection.ops.compose_sql = lambda sql, parameters: (
                sql % tuple(map(editor.quote_value, parameters)) if parameters else sql
            )
            for model in (*apps.get_models(), MigrationRecorder(connection).Migration):
                if model._meta.managed and not model._meta.proxy:
                    editor.create_model(model)
            tables = [*editor.collected_sql, BESIDE_THE_MODELS, FULL_TEXT_SEARCH, *_content_types()]
            indexes = [f"{statement};" for statement in editor.deferred_sql]
            editor.deferred_sql.clear()
        self.stdout.write(json.dumps({"tables": "\n".join(tables), "indexes": "\n".join(indexes)}))


def _content_types() -> Iterator[str]:
    """The rows that Django would make after its migrations."""
    for model in apps.get_models():
        label, name = model._meta.app_label, model._meta.model_name
        yield f"INSERT INTO django_content_type (app_label, model) VALUES ('{label}', '{name}');"
