"""Services that the server itself calls: notifications, mail, files, faults, statistics, previews, models."""

from __future__ import annotations

from collections.abc import Iterator

from zulip_bridge.api.recipients import Recipient

from .. import compat
from .hosts import domains_of, host_of, hosts_of, is_local

PREFIXES_OF_MODELS = "/"
TWITTER = ("TWITTER_CONSUMER_KEY", "TWITTER_ACCESS_TOKEN_KEY")


def services() -> Iterator[Recipient]:
    """All of them that are switched on."""
    yield from _push()
    yield from _statistics()
    yield from _mail()
    yield from _files()
    yield from _faults()
    yield from _other()


def _push() -> Iterator[Recipient]:
    data = "device tokens, account and organization ids, sender, conversation and text of messages"
    if compat.setting("PUSH_NOTIFICATION_REDACT_CONTENT"):
        data = "device tokens, account and organization ids; texts of messages are left out"
    service = compat.setting("ZULIP_SERVICES_URL") or compat.setting("PUSH_NOTIFICATION_BOUNCER_URL")
    if compat.uses_push_bouncer():
        setting = "ZULIP_SERVICE_PUSH_NOTIFICATIONS"
        if compat.setting(setting) is None or compat.setting("PUSH_NOTIFICATION_BOUNCER_URL"):
            setting = "PUSH_NOTIFICATION_BOUNCER_URL"
        purpose = "notifications on phones, handed on to Apple and Google"
        name = "Zulip's push notification service (Kandra Labs), Apple and Google"
        yield Recipient(name, "service", data, purpose, setting, hosts_of([service]))
    for names, company, host in (
        (("APNS_TOKEN_KEY_FILE", "APNS_CERT_FILE"), "Apple", "api.push.apple.com"),
        (("ANDROID_FCM_CREDENTIALS_PATH", "ANDROID_GCM_API_KEY"), "Google", "fcm.googleapis.com"),
    ):
        for name in names:
            if compat.setting(name):
                yield Recipient(f"{company}, directly", "service", data, "notifications on phones", name, [host])


def _statistics() -> Iterator[Recipient]:
    """The level is computed by Zulip from several settings; where a version has none, the switch itself counts."""
    level = compat.setting("ANALYTICS_DATA_UPLOAD_LEVEL")
    switch = compat.setting("SUBMIT_USAGE_STATISTICS") or compat.setting("ZULIP_SERVICE_SUBMIT_USAGE_STATISTICS")
    service = compat.setting("ZULIP_SERVICES_URL") or compat.setting("PUSH_NOTIFICATION_BOUNCER_URL")
    if (int(level) > 0) if level is not None else (bool(switch) and compat.uses_push_bouncer()):
        data = "numbers of users and messages by organization, names and addresses of organizations; no messages"
        name = "Zulip's usage statistics (Kandra Labs)"
        yield Recipient(
            name, "service", data, "statistics, billing", "ANALYTICS_DATA_UPLOAD_LEVEL", hosts_of([service])
        )


def _mail() -> Iterator[Recipient]:
    host = host_of(compat.setting("EMAIL_HOST"))
    if host:
        data = "names and addresses, missed messages, invitations, links to log in, notices of logins"
        yield Recipient("Mail server", "service", data, "sending e-mail", "EMAIL_HOST", [host])
        if host.endswith(".amazonaws.com") and compat.find_function(SUPPRESSION) is not None:
            data = "addresses that could not be reached"
            yield Recipient(
                "Amazon SES, its suppression list", "service", data, "sending again", "EMAIL_HOST", [host]
            )
    incoming = host_of(compat.setting("EMAIL_GATEWAY_IMAP_SERVER"))
    if incoming and compat.setting("EMAIL_GATEWAY_LOGIN"):
        data = "addresses of senders, texts of mail sent to Zulip"
        setting = "EMAIL_GATEWAY_IMAP_SERVER"
        yield Recipient("Mailbox for incoming mail", "service", data, "posting by e-mail", setting, [incoming])


SUPPRESSION = "zerver.lib.send_email.maybe_remove_from_suppression_list"


def _files() -> Iterator[Recipient]:
    if not compat.setting("LOCAL_UPLOADS_DIR"):
        host = host_of(compat.setting("S3_ENDPOINT_URL"))
        region = compat.setting("S3_REGION")
        hosts = [host or f"s3.{region + '.' if region else ''}amazonaws.com"]
        data = "uploaded files, profile pictures, emoji, exports of the organization"
        yield Recipient("Storage for files", "service", data, "storing files", "S3_AUTH_UPLOADS_BUCKET", hosts)
    if compat.has_secret("s3_backups_bucket"):
        data = "the whole database"
        yield Recipient("Storage for backups", "service", data, "backups", "s3_backups_bucket (secret)")


def _faults() -> Iterator[Recipient]:
    for name, data in (
        ("SENTRY_DSN", "faults of the server with IP address, account id, organization and role"),
        ("SENTRY_FRONTEND_DSN", "faults in the browser with IP address, account id, organization and role"),
    ):
        if compat.setting(name):
            yield Recipient("Sentry", "service", data, "finding faults", name, hosts_of([compat.setting(name)]))
    admins = [address for _, address in compat.setting("ADMINS") or ()]
    if compat.setting("ERROR_REPORTING") and admins:
        data = "faults of the server with parameters, cookies and headers of the request"
        name = "Administrators of the server, by e-mail"
        yield Recipient(name, "service", data, "finding faults", "ERROR_REPORTING", domains_of(admins))


def _other() -> Iterator[Recipient]:
    for name in TWITTER:
        if compat.setting(name):
            data = "ids of posts that messages link to"
            yield Recipient("X (Twitter)", "service", data, "previews of posts", name, ["api.twitter.com"])
            break
    model = compat.setting("TOPIC_SUMMARIZATION_MODEL")
    if model:
        parameters = compat.setting("TOPIC_SUMMARIZATION_PARAMETERS") or {}
        base = parameters.get("api_base") or parameters.get("base_url")
        company = str(model).partition(PREFIXES_OF_MODELS)[0]
        data = "texts and names of the topics that somebody has summarized"
        hosts = hosts_of([base]) or ([company] if company else [])
        if not all(is_local(host) for host in hosts):
            name = "Provider of a language model"
            yield Recipient(name, "service", data, "summaries", "TOPIC_SUMMARIZATION_MODEL", hosts)
    gateway = compat.setting("TWO_FACTOR_SMS_GATEWAY")
    if compat.setting("TWO_FACTOR_AUTHENTICATION_ENABLED") and gateway:
        name = f"Gateway for text messages ({str(gateway).rpartition('.')[2]})"
        yield Recipient(name, "service", "phone numbers", "second factor", "TWO_FACTOR_SMS_GATEWAY")
    if compat.setting("BILLING_ENABLED") or compat.setting("CORPORATE_ENABLED"):
        data = "names and addresses of who pays, numbers of users"
        yield Recipient("Stripe", "service", data, "billing", "BILLING_ENABLED", ["api.stripe.com"])
