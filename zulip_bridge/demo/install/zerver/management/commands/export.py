"""``manage.py export``: an organization as an archive. Zulip's options and its way of telling how far it is; the
archive has the demo's tables and files, in less detail than Zulip's."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import sys
import tarfile
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone
from zerver.models import Realm, RealmExport

MESSAGES_IN_A_FILE = 1000
SECRETS = {"api_key", "password", "zoom_token", "third_party_api_state", "uuid"}
OF_REALM = ("zerver_userprofile", "zerver_stream", "zerver_realmemoji", "zerver_customprofilefield")
PUBLIC = """ AND recipient_id IN (
    SELECT recipient_id FROM zerver_stream WHERE realm_id = %(realm)s AND NOT invite_only)"""


class Command(BaseCommand):
    """Exports an organization."""

    help = "Exports all data from a realm"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Those of Zulip's command."""
        parser.add_argument("--output", dest="output_dir")
        parser.add_argument("--threads", default=6)
        for name in ("--public-only", "--deactivate-realm", "--export-full-with-consent", "--force", "--upload"):
            parser.add_argument(name, action="store_true")
        parser.add_argument("-r", "--realm", dest="realm_id", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Export it."""
        logging.basicConfig(stream=sys.stdout, format="%(asctime)s %(levelname)s [] %(message)s", level=logging.INFO)
        realm = Realm.objects.filter(string_id=options["realm_id"]).first()
        if realm is None:
            raise CommandError(f"There is no realm with id '{options['realm_id']}'. Aborting.")
        if options["deactivate_realm"]:
            self._say(f"Deactivating realm: {realm.string_id}")
            realm.deactivated = True
            realm.save(update_fields=["deactivated"])
        self._say(f"\033[94mExporting realm\033[0m: {realm.string_id}")
        kind = RealmExport.EXPORT_PUBLIC if options["public_only"] else RealmExport.EXPORT_FULL_WITHOUT_CONSENT
        if options["export_full_with_consent"]:
            kind = RealmExport.EXPORT_FULL_WITH_CONSENT
        now = timezone.now()
        row = RealmExport.objects.create(
            realm=realm, type=kind, status=RealmExport.STARTED, date_requested=now, date_started=now
        )
        output = Path(options["output_dir"])
        tarball = output.with_name(output.name + ".tar.gz")
        tarball.touch(exist_ok=False)
        output.mkdir()
        self._messages(realm, output, PUBLIC if options["public_only"] else "")
        self._realm(realm, output)
        self._files(realm, output)
        self._say("Compressing tarball...")
        with tarfile.open(tarball, "w:gz") as archive:
            archive.add(output, output.name)
        shutil.rmtree(output)
        self._say(f"Tarball written to {tarball}")
        self._say("Calculating SHA-256 checksum of tarball...")
        row.sha256sum_hex = hashlib.sha256(tarball.read_bytes()).hexdigest()
        row.tarball_size_bytes = tarball.stat().st_size
        row.status, row.date_succeeded = RealmExport.SUCCEEDED, timezone.now()
        row.save()
        self._say(f"SHA-256 checksum is {row.sha256sum_hex}")
        if options["upload"]:
            place = Path(settings.LOCAL_UPLOADS_DIR) / "avatars" / "exports" / tarball.name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(tarball, place)
            self._say(f"Uploaded to https://{settings.EXTERNAL_HOST}/user_avatars/exports/{tarball.name}")

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()

    def _messages(self, realm: Realm, output: Path, condition: str) -> None:
        rows = _rows(f"zerver_message t WHERE realm_id = %(realm)s{condition} ORDER BY id", realm)
        number, count = 0, 0
        some: list[dict[str, Any]] = []
        for row in rows:
            row.pop("search_tsvector", None)
            some.append(row)
            if len(some) == MESSAGES_IN_A_FILE:
                number, count, some = number + 1, count + len(some), _written(output, number + 1, some)
        if some:
            number, count = number + 1, count + len(some)
            _written(output, number, some)
        logging.info("%s messages were exported", count)
        logging.info("Launching 1 PARALLEL subprocesses to export UserMessage rows")
        for each in sorted(output.glob("*.partial")):
            each.rename(each.with_suffix(""))
            logging.info("Finished writing %s", each.with_suffix(""))

    def _realm(self, realm: Realm, output: Path) -> None:
        tables = {"zerver_realm": list(_rows("zerver_realm t WHERE id = %(realm)s", realm))}
        for table in OF_REALM:
            tables[table] = list(_rows(f"{table} t WHERE realm_id = %(realm)s ORDER BY id", realm))
            if not tables[table]:
                logging.warning("??? NO DATA EXPORTED FOR TABLE %s!!!", table)
        for row in tables["zerver_userprofile"]:
            for name in SECRETS & set(row):
                del row[name]
        (output / "realm.json").write_text(json.dumps(tables))
        logging.info("Finished writing %s", output / "realm.json")

    def _files(self, realm: Realm, output: Path) -> None:
        logging.info("Exporting uploaded files and avatars")
        source = Path(settings.LOCAL_FILES_DIR) / str(realm.id)
        if source.is_dir():
            shutil.copytree(source, output / "uploads")
        logging.info("Finished writing %s", output / "uploads/records.json")


def _rows(query: str, realm: Realm) -> Iterator[dict[str, Any]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT row_to_json(t)::text FROM {query}", {"realm": realm.id})
        while found := cursor.fetchmany(MESSAGES_IN_A_FILE):
            yield from (json.loads(row) if isinstance(row, str) else row for (row,) in found)


def _written(output: Path, number: int, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    place = output / f"messages-{number:06}.json.partial"
    place.write_text(json.dumps({"zerver_message": rows}))
    logging.info("Finished writing %s", place)
    return []
