"""Who receives personal data: each setting's recipient, hosts and nothing more, organizations, the export."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.cli.process import on, run
from zulip_bridge.demo import DemoInstall

SECRET = "hunter2-do-not-tell"

Recipients = list[dict[str, Any]]
Ask = Callable[..., Recipients]


@pytest.fixture
def ask(scratch: DemoInstall) -> Ask:
    """Ask a copy of the demo's server, with other settings, as a process."""

    def asked(*words: str, **settings: Any) -> Recipients:
        stub = scratch.path / "manage.py"
        text = stub.read_text().partition("    # changed\n")[0]
        lines = [f"    zproject.settings.{name} = {value!r}\n" for name, value in settings.items()]
        before, mark, after = text.partition("    from django.core.management")
        stub.write_text(before + "    import zproject.settings\n" + "".join(lines) + mark + after)
        done = on(scratch, "recipients", "--json", *words)
        stub.write_text(text)
        assert done.status == 0, done.stderr
        assert SECRET not in done.stdout
        found: Recipients = done.json
        return found

    return asked


def hosts(found: Recipients, setting: str) -> list[str]:
    """Hosts of all recipients that a setting makes."""
    return [host for each in found if each["setting"] == setting for host in each["hosts"]]


URL = f"https://user:{SECRET}@{{}}/path/{SECRET}?key={SECRET}"

HOSTS: list[tuple[str, dict[str, Any], str]] = [
    ("PUSH_NOTIFICATION_BOUNCER_URL", {"ZULIP_SERVICES_URL": None}, "push.example.org"),
    ("SENTRY_DSN", {}, "faults.example.org"),
    ("SENTRY_FRONTEND_DSN", {}, "faults.example.org"),
    ("REMOTE_POSTGRES_HOST", {}, "db.example.org"),
    ("NAVIGATION_TOUR_VIDEO_URL", {}, "video.example.org"),
]  # fmt: skip


@pytest.mark.parametrize(("setting", "others", "host"), HOSTS, ids=[each[0] for each in HOSTS])
def test_an_address_gives_its_host(ask: Ask, setting: str, others: dict[str, Any], host: str) -> None:
    """User names, passwords, paths and keys in it are not told."""
    assert hosts(ask(**{setting: URL.format(host), **others}), setting) == [host]


def test_services_that_are_switched_on(ask: Ask) -> None:
    """Everything at once: one recipient for each, with its host."""
    found = ask(
        ZULIP_SERVICE_PUSH_NOTIFICATIONS=True,
        PUSH_NOTIFICATION_REDACT_CONTENT=True,
        APNS_TOKEN_KEY_FILE=f"/etc/zulip/{SECRET}.p8",
        ANDROID_FCM_CREDENTIALS_PATH=f"/etc/zulip/{SECRET}.json",
        EMAIL_HOST="email-smtp.eu-central-1.amazonaws.com",
        EMAIL_HOST_PASSWORD=SECRET,
        EMAIL_GATEWAY_IMAP_SERVER="imap.example.org",
        EMAIL_GATEWAY_LOGIN="zulip",
        LOCAL_UPLOADS_DIR=None,
        S3_ENDPOINT_URL="https://files.example.org",
        S3_AUTH_UPLOADS_BUCKET="uploads",
        GIPHY_API_KEY=SECRET,
        TWITTER_CONSUMER_KEY=SECRET,
        TOPIC_SUMMARIZATION_MODEL="openai/some-model",
        TOPIC_SUMMARIZATION_PARAMETERS={"api_base": "https://models.example.org/v1", "api_key": SECRET},
        TWO_FACTOR_AUTHENTICATION_ENABLED=True,
        TWO_FACTOR_SMS_GATEWAY="two_factor.gateways.twilio.gateway.Twilio",
    )
    assert hosts(found, "APNS_TOKEN_KEY_FILE") == ["api.push.apple.com"]
    assert hosts(found, "ANDROID_FCM_CREDENTIALS_PATH") == ["fcm.googleapis.com"]
    assert hosts(found, "EMAIL_HOST") == ["email-smtp.eu-central-1.amazonaws.com"]
    assert hosts(found, "EMAIL_GATEWAY_IMAP_SERVER") == ["imap.example.org"]
    assert hosts(found, "S3_AUTH_UPLOADS_BUCKET") == ["files.example.org"]
    assert hosts(found, "GIPHY_API_KEY") == ["api.giphy.com"]
    assert hosts(found, "TWITTER_CONSUMER_KEY") == ["api.twitter.com"]
    assert hosts(found, "TOPIC_SUMMARIZATION_MODEL") == ["models.example.org"]
    named = {each["recipient"]: each for each in found}
    assert "Gateway for text messages (Twilio)" in named
    (push,) = [each for each in found if each["setting"] == "ZULIP_SERVICE_PUSH_NOTIFICATIONS"]
    assert "left out" in push["data"]


def test_nothing_that_is_switched_off(ask: Ask) -> None:
    """A server that keeps to itself still has previews, programs and what its organizations chose."""
    found = ask(
        ZULIP_SERVICE_PUSH_NOTIFICATIONS=False,
        ANALYTICS_DATA_UPLOAD_LEVEL=0,
        EMAIL_HOST="",
        ERROR_REPORTING=False,
        ENABLE_GRAVATAR=False,
        INLINE_IMAGE_PREVIEW=False,
        NAVIGATION_TOUR_VIDEO_URL=None,
        EMBEDDED_BOTS_ENABLED=False,
    )
    assert {each["setting"] for each in found} == {"outgoing webhook bots", "bots", "JITSI_SERVER_URL"}


def test_who_says_who_somebody_is(ask: Ask) -> None:
    """Only those that are among the ways to log in; several directories are several hosts."""
    backends = ["GitHubAuthBackend", "ZulipLDAPAuthBackend", "SAMLAuthBackend", "GenericOpenIdConnectBackend"]
    found = ask(
        AUTHENTICATION_BACKENDS=tuple(f"zproject.backends.{each}" for each in backends),
        AUTH_LDAP_SERVER_URI="ldaps://one.example.org ldaps://two.example.org:636",
        AUTH_LDAP_BIND_PASSWORD=SECRET,
        SOCIAL_AUTH_GITHUB_SECRET=SECRET,
        SOCIAL_AUTH_GOOGLE_KEY="set, and not among them",
        SOCIAL_AUTH_SAML_ENABLED_IDPS={"idp": {"url": "https://login.example.org/saml", "x509cert": SECRET}},
        SOCIAL_AUTH_OIDC_ENABLED_IDPS={"idp": {"oidc_url": "https://oidc.example.org", "secret": SECRET}},
        SCIM_CONFIG={"acme": {"bearer_token": SECRET, "scim_client_name": "okta"}},
        JWT_AUTH_KEYS={"acme": {"key": SECRET}},
    )
    signing = {each["recipient"]: each for each in found if each["kind"] == "sign-in"}
    assert {name: each["hosts"] for name, each in signing.items()} == {
        "GitHub": ["github.com"],
        "Directory (LDAP)": ["one.example.org", "two.example.org"],
        "Identity provider (SAML)": ["login.example.org"],
        "Identity provider (OpenID Connect)": ["oidc.example.org"],
        "SCIM: okta": [],
        "Site that logs people in (JWT)": [],
    }
    assert signing["SCIM: okta"]["realms"] == ["acme"]


def test_what_organizations_chose(ask: Ask, scratch: DemoInstall) -> None:
    """The provider of video calls, webhooks by their hosts, channels that everybody can read."""
    with psycopg.connect(scratch.url, user="postgres", autocommit=True) as connection:
        connection.execute(f"UPDATE zerver_service SET base_url = 'https://u:{SECRET}@bots.example.org/{SECRET}'")
        connection.execute("UPDATE zerver_realm SET video_chat_provider = 4 WHERE string_id = 'example'")
        connection.execute("UPDATE zerver_realm SET enable_spectator_access = true WHERE string_id = 'acme'")
        connection.execute(
            """UPDATE zerver_stream SET is_web_public = true WHERE id = (
               SELECT max(s.id) FROM zerver_stream s JOIN zerver_realm r ON r.id = s.realm_id
               WHERE string_id = 'acme' AND NOT s.deactivated)"""
        )
    settings = {"BIG_BLUE_BUTTON_URL": "https://calls.example.org/bbb/", "WEB_PUBLIC_STREAMS_ENABLED": True}
    found = {each["recipient"].partition(" (")[0]: each for each in ask(**settings)}
    assert found["Outgoing webhooks"]["hosts"] == ["bots.example.org"]
    assert (found["BigBlueButton"]["hosts"], found["BigBlueButton"]["realms"]) == (["calls.example.org"], ["example"])
    assert "example" not in found["Jitsi Meet"]["realms"]
    assert found["Everybody on the internet"]["realms"] == ["acme"]
    of_one = {each["recipient"].partition(" (")[0]: each for each in ask("--realm", "example", **settings)}
    assert "BigBlueButton" in of_one and "Mail server" in of_one
    assert not {"Everybody on the internet", "Jitsi Meet", "Outgoing webhooks"} & set(of_one)
    assert all(each["realms"] in ([], ["example"]) for each in of_one.values())


def test_the_table_and_an_organization_that_is_none(demo: DemoInstall) -> None:
    """For people; a name that nobody bears is an error with a sentence."""
    done = on(demo, "recipients")
    assert done.status == 0
    assert "Mail server" in done.stdout and "mail.acme.example" in done.stdout
    done = on(demo, "recipients", "--realm", "nowhere")
    assert (done.status, done.stdout) == (1, "")
    assert "There is no organization 'nowhere'." in done.stderr


def test_exports_tell_recipients(demo: DemoInstall, tmp_path: Path) -> None:
    """An answer to an access request has them, as data and on its page, and its manifest covers both."""
    done = on(demo, "export", "--preset", "access", "--output", tmp_path / "out", "marta@example.org")
    assert done.status == 0, done.stderr
    told = json.loads((tmp_path / "out/recipients.json").read_bytes())["recipients"]
    assert told == on(demo, "recipients", "--realm", "example", "--json").json
    page = (tmp_path / "out/index.html").read_text()
    assert "mail.acme.example" in page and "#recipients" in page
    manifest = json.loads((tmp_path / "out/manifest.json").read_bytes())
    listed = {each["path"] for each in manifest["files"]}
    assert {"index.html", "recipients.json", "pages/data-00000.js"} <= listed
    assert run("export", "verify", tmp_path / "out").status == 0
