"""Names of hosts out of settings that are written in many ways."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

LOCAL = ("", "localhost", "127.0.0.1", "::1", "0.0.0.0")


def host_of(value: Any) -> str:
    """The host in an address, a ``host:port`` or a host; empty where there is none."""
    text = str(value or "").strip()
    if not text:
        return ""
    try:
        return urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""


def hosts_of(values: Iterable[Any]) -> list[str]:
    """The hosts in several, each once, sorted."""
    return sorted({host for value in values if (host := host_of(value))})


def is_local(host: str) -> bool:
    """Whether a host is the server itself."""
    return host in LOCAL or host.startswith("127.")


def domains_of(addresses: Iterable[Any]) -> list[str]:
    """The part behind the at-sign of e-mail addresses, each once, sorted."""
    return sorted({str(address).rpartition("@")[2].lower() for address in addresses if "@" in str(address)})
