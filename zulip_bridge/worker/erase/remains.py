"""What an erasure leaves, and why: places that no program on this server's side can or may clean (facts.md 4.3)."""

from __future__ import annotations

from zulip_bridge.api.erase import ErasureOptions, Remains
from zulip_bridge.worker import compat
from zulip_bridge.worker.edit.account import Account

from .rules import sources_of_accounts

FOR_ALL = (
    Remains(
        "other people's messages", "names, mentions and quotes that others wrote stay; the residue scan names them"
    ),
    Remains("logs", "server.log, nginx, manage.log, send_email.log and others are rotated, for up to weeks"),
    Remains("backups", "dumps, WAL archives and snapshots keep the person until they are overwritten"),
    Remains("statistics", "counts by organization and channel do not name anybody"),
    Remains(
        "mails", "what was sent by e-mail is with its recipients; so are reports of errors, at the admins or Sentry"
    ),
    Remains("exports", "archives of organization or person exports made earlier, on disk, in S3 or elsewhere"),
    Remains(
        "queues", "RabbitMQ, Redis rate limits and Tornado's event queues hold ids and addresses until they expire"
    ),
)
FOR_GONE = (
    Remains("the placeholder", "the id and the date of joining stay with “Deleted User”"),
    Remains("groups of direct messages", "that somebody was a member stays to be seen, under the placeholder's name"),
    Remains("audit log", "entries about others may hold the id in their details"),
)


def remains(account: Account, options: ErasureOptions) -> list[Remains]:
    """For this person on this server."""
    found = list(FOR_ALL)
    if options.strategy != "scrub-profile":
        found += FOR_GONE
    if options.strategy == "anonymize":
        found.append(Remains("the person's own messages", "they stay as they were written, with what they say"))
    if options.bots == "deactivate":
        found.append(Remains("bots", "they stay, deactivated and without an owner, with what they sent"))
    if not compat.setting("LOCAL_UPLOADS_DIR"):
        found.append(Remains("cache of files", "nginx keeps copies of files from S3 until they expire"))
    if compat.uses_push_bouncer() and account.devices:
        found.append(Remains("push service", "Zulip's, Apple's and Google's services keep their own logs"))
    if sources := sources_of_accounts():
        found.append(
            Remains("directory", f"{', '.join(sources)}: still knows the person, and makes the account again")
        )
    return found
