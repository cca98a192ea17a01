"""Who is asked, or tells, who somebody is: directories, single sign-on, other sites' accounts, provisioning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zulip_bridge.api.recipients import Recipient

from .. import compat
from .hosts import host_of, hosts_of

DATA = "logins, and in return name and address"
PURPOSE = "logging in"

SITES = {
    "GitHubAuthBackend": ("GitHub", "github.com"),
    "GitLabAuthBackend": ("GitLab", "gitlab.com"),
    "GoogleAuthBackend": ("Google", "accounts.google.com"),
    "AzureADAuthBackend": ("Microsoft Entra ID", "login.microsoftonline.com"),
    "AppleAuthBackend": ("Apple", "appleid.apple.com"),
}
"""Class in zproject.backends to whom it asks."""


def sign_in() -> Iterator[Recipient]:
    """All of them that are switched on."""
    backends = {str(each).rpartition(".")[2] for each in compat.setting("AUTHENTICATION_BACKENDS") or ()}
    for backend, (name, host) in SITES.items():
        if backend in backends:
            own = host_of(compat.setting("SOCIAL_AUTH_GITLAB_API_URL")) if backend == "GitLabAuthBackend" else ""
            yield Recipient(name, "sign-in", DATA, PURPOSE, "AUTHENTICATION_BACKENDS", [own or host])
    yield from _directories(backends)
    yield from _single_sign_on(backends)
    for realm, config in _items(compat.setting("SCIM_CONFIG")):
        name = str(config.get("scim_client_name") or "a provisioning service") if isinstance(config, dict) else ""
        data = "names, addresses and whether accounts are active"
        realms = [str(realm)] if realm else []
        yield Recipient(f"SCIM: {name}", "sign-in", data, "managing accounts", "SCIM_CONFIG", realms=realms)


def _directories(backends: set[str]) -> Iterator[Recipient]:
    if backends & {"ZulipLDAPAuthBackend", "ZulipLDAPUserPopulator"}:
        hosts = hosts_of(str(compat.setting("AUTH_LDAP_SERVER_URI") or "").split())
        data = "logins with passwords, and in return names, addresses, pictures and other attributes"
        name = "Directory (LDAP)"
        yield Recipient(name, "sign-in", data, "logging in, filling accounts", "AUTH_LDAP_SERVER_URI", hosts)


def _single_sign_on(backends: set[str]) -> Iterator[Recipient]:
    for backend, name, setting, key in (
        ("SAMLAuthBackend", "SAML", "SOCIAL_AUTH_SAML_ENABLED_IDPS", "url"),
        ("GenericOpenIdConnectBackend", "OpenID Connect", "SOCIAL_AUTH_OIDC_ENABLED_IDPS", "oidc_url"),
    ):
        if backend in backends:
            providers = [each for _, each in _items(compat.setting(setting)) if isinstance(each, dict)]
            hosts = hosts_of(each.get(key) for each in providers)
            yield Recipient(f"Identity provider ({name})", "sign-in", DATA, PURPOSE, setting, hosts)
    if "ZulipRemoteUserBackend" in backends:
        name = "Single sign-on in front of Zulip's web server"
        yield Recipient(name, "sign-in", DATA, PURPOSE, "AUTHENTICATION_BACKENDS")
    for realm, _ in _items(compat.setting("JWT_AUTH_KEYS")):
        realms = [str(realm)] if realm else []
        yield Recipient("Site that logs people in (JWT)", "sign-in", DATA, PURPOSE, "JWT_AUTH_KEYS", realms=realms)


def _items(value: Any) -> list[tuple[Any, Any]]:
    return list(value.items()) if isinstance(value, dict) else []
