"""Which Zulip the demo is shaped like."""

ZULIP_VERSION = "11.0+demo"
API_FEATURE_LEVEL = 372
