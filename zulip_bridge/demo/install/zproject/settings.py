"""Settings of the demo install: Zulip's names, and values that a small organization might have.

Where the database is, and the secrets, are read from the demo's own directory, which ``manage.py`` names.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

BASE = Path(os.environ["ZULIP_DEMO_BASE"])
DEPLOY_ROOT = str(BASE / "install")


def _read(name: str) -> dict[str, str]:
    """One of the demo's own files; empty before the demo is complete."""
    try:
        values: dict[str, str] = json.loads((BASE / name).read_text())
    except FileNotFoundError:
        return {}
    return values


_secrets = _read("secrets.json")
_connection = _read("connection.json")

SECRET_KEY = _secrets["secret_key"]
AVATAR_SALT = _secrets["avatar_salt"]
SHARED_SECRET = _secrets["shared_secret"]

PRODUCTION = True
DEVELOPMENT = False
TEST_SUITE = False
DEBUG = False
ALLOWED_HOSTS = ["zulip.acme.example"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "confirmation",
    "zerver",
    "social_django",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "two_factor.plugins.phonenumber",
    "analytics",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "zerver.UserProfile"
# Every migration of the demo is its creation: the tables are written from the models.
MIGRATION_MODULES: dict[str, None] = {name.rsplit(".", 1)[-1]: None for name in INSTALLED_APPS}
SILENCED_SYSTEM_CHECKS = ["auth.E003", "auth.W004", "fields.E009", "models.E034"]

DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _connection.get("database", "zulip"),
        "USER": "zulip",
        "PASSWORD": "",
        "HOST": _connection.get("sockets", ""),
        "PORT": "5432",
        "SCHEMA": "zulip",
        "CONN_MAX_AGE": 600,
        "OPTIONS": {"connect_timeout": 2},
    }
}
POSTGRESQL_MISSING_DICTIONARIES = True
USING_PGROONGA = False

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SESSION_ENGINE = "zerver.lib.safe_session_cached_db"
SESSION_COOKIE_AGE = 14 * 24 * 3600
USING_RABBITMQ = False
USING_TORNADO = False
RATE_LIMITING = False
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTHENTICATION_BACKENDS = ("zproject.backends.EmailAuthBackend",)

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
USE_I18N = False

EXTERNAL_HOST = "zulip.acme.example"
EXTERNAL_HOST_WITHOUT_PORT = EXTERNAL_HOST
EXTERNAL_URI_SCHEME = "https://"
ROOT_DOMAIN_URI = f"{EXTERNAL_URI_SCHEME}{EXTERNAL_HOST}"
FAKE_EMAIL_DOMAIN = EXTERNAL_HOST
ZULIP_ADMINISTRATOR = "zulip-admin@acme.example"
ADMINS = [("Zulip Administrator", ZULIP_ADMINISTRATOR)]

SYSTEM_BOT_REALM = "zulipinternal"
NOTIFICATION_BOT = "notification-bot@zulip.com"
WELCOME_BOT = "welcome-bot@zulip.com"
EMAIL_GATEWAY_BOT = "emailgateway@zulip.com"
CROSS_REALM_BOT_EMAILS = {NOTIFICATION_BOT, WELCOME_BOT, EMAIL_GATEWAY_BOT}

LOCAL_UPLOADS_DIR = str(BASE / "uploads")
LOCAL_FILES_DIR = str(BASE / "uploads" / "files")
LOCAL_AVATARS_DIR = str(BASE / "uploads" / "avatars")
S3_AUTH_UPLOADS_BUCKET = ""
S3_AVATAR_BUCKET = ""
S3_EXPORT_BUCKET = ""
S3_ENDPOINT_URL = None
S3_REGION = None
MAX_FILE_UPLOAD_SIZE = 100
MAX_MESSAGE_LENGTH = 10000

ARCHIVED_DATA_VACUUMING_DELAY_DAYS = 30
NAME_CHANGES_DISABLED = False
AVATAR_CHANGES_DISABLED = False

# Who gets data from this server, part 1: it calls Zulip's push service, sends mail, shows pictures from elsewhere.
ZULIP_SERVICES_URL = "https://push.zulipchat.com"
ZULIP_SERVICE_PUSH_NOTIFICATIONS = True
ZULIP_SERVICE_SUBMIT_USAGE_STATISTICS = True
ZULIP_SERVICE_SECURITY_ALERTS = True
ANALYTICS_DATA_UPLOAD_LEVEL = 3
PUSH_NOTIFICATION_REDACT_CONTENT = False
APNS_TOKEN_KEY_FILE = None
ANDROID_FCM_CREDENTIALS_PATH = None
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
EMAIL_HOST = "mail.acme.example"
EMAIL_HOST_USER = "zulip@acme.example"
EMAIL_PORT = 587
EMAIL_USE_TLS = True
DEFAULT_FROM_EMAIL = f"Zulip <noreply@{EXTERNAL_HOST}>"
EMAIL_GATEWAY_PATTERN = f"%s@{EXTERNAL_HOST}"
EMAIL_GATEWAY_LOGIN = ""
EMAIL_GATEWAY_IMAP_SERVER = ""
ENABLE_GRAVATAR = True
GRAVATAR_REALM_OVERRIDE: dict[int, bool] = {}
INLINE_IMAGE_PREVIEW = True
INLINE_URL_EMBED_PREVIEW = False
CAMO_URI = "/external_content/"
GIPHY_API_KEY = ""
JITSI_SERVER_URL = "https://meet.jit.si"
VIDEO_ZOOM_CLIENT_ID = "demo-zoom-client"
VIDEO_ZOOM_SERVER_TO_SERVER_ACCOUNT_ID = None
BIG_BLUE_BUTTON_URL = None

# Part 2: errors, logins, text of summarized topics, and the machines that hold the data.
SENTRY_DSN = None
SENTRY_FRONTEND_DSN = None
ERROR_REPORTING = True
SEND_LOGIN_EMAILS = True
AUTH_LDAP_SERVER_URI = "ldaps://directory.acme.example"
AUTH_LDAP_BIND_DN = "cn=zulip,dc=acme,dc=example"
SOCIAL_AUTH_GITHUB_KEY = None
SOCIAL_AUTH_GITLAB_KEY = None
SOCIAL_AUTH_GOOGLE_KEY = None
SOCIAL_AUTH_AZUREAD_OAUTH2_KEY = None
SOCIAL_AUTH_APPLE_SERVICES_ID = None
SOCIAL_AUTH_SAML_ENABLED_IDPS: dict[str, Any] = {}
SOCIAL_AUTH_OIDC_ENABLED_IDPS: dict[str, Any] = {}
JWT_AUTH_KEYS: dict[str, Any] = {}
SCIM_CONFIG: dict[str, Any] = {}
TOPIC_SUMMARIZATION_MODEL = None
TOPIC_SUMMARIZATION_PARAMETERS: dict[str, Any] = {}
EMBEDDED_BOTS_ENABLED = True
TWO_FACTOR_AUTHENTICATION_ENABLED = False
TWO_FACTOR_SMS_GATEWAY = None
GOOGLE_ANALYTICS_ID = None
DROPBOX_APP_KEY = None
NAVIGATION_TOUR_VIDEO_URL = "https://static.zulipchat.com/static/navigation-tour-video/zulip-10.mp4"
BILLING_ENABLED = False
RATE_LIMIT_TOR_TOGETHER = False
REMOTE_POSTGRES_HOST = ""
RABBITMQ_HOST = "127.0.0.1"
REDIS_HOST = "127.0.0.1"
MEMCACHED_LOCATION = "127.0.0.1:11211"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
