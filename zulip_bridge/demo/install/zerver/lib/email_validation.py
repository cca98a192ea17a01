"""Which e-mail addresses people may have."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from zerver.models import RealmDomain, UserProfile
from zerver.models.realms import DisposableEmailError, DomainNotAllowedForRealmError, EmailContainsPlusError

if TYPE_CHECKING:
    from zerver.models import Realm

DISPOSABLE_DOMAINS = {"disposable.example", "mailinator.com"}
"""Zulip has a long list; these stand for it."""


def get_realm_email_validator(realm: Realm) -> Callable[[str], None]:
    """A function that raises one of three errors of ``zerver.models.realms`` for an address that is not allowed."""
    if realm.emails_restricted_to_domains:
        domains = dict(RealmDomain.objects.filter(realm=realm).values_list("domain", "allow_subdomains"))
        return lambda email: _check_domain(email, domains)
    if realm.disallow_disposable_email_addresses:
        return _check_not_disposable
    return lambda email: None


def validate_email_is_valid(email: str, validate_email_allowed_in_realm: Callable[[str], None]) -> str | None:
    """What is wrong with an address, as a sentence; None when nothing is."""
    try:
        validate_email(email)
        validate_email_allowed_in_realm(email)
    except ValidationError:
        return "Invalid address."
    except DomainNotAllowedForRealmError:
        return "Outside your domain."
    except DisposableEmailError:
        return "Please use your real email address."
    except EmailContainsPlusError:
        return "Email addresses containing + are not allowed."
    return None


def validate_email_not_already_in_realm(
    target_realm: Realm, email: str, verbose: bool = True, *, allow_inactive_mirror_dummies: bool
) -> None:
    """Raises ValidationError when somebody in the realm has the address."""
    holders = UserProfile.objects.filter(realm=target_realm, delivery_email__iexact=email)
    if allow_inactive_mirror_dummies:
        holders = holders.exclude(is_mirror_dummy=True, is_active=False)
    if holders.exists():
        raise ValidationError(f"{email} already has an account" if verbose else "Already has an account.")


def _check_domain(email: str, domains: dict[str, bool]) -> None:
    name, _, domain = email.rpartition("@")
    if "+" in name:
        raise EmailContainsPlusError
    domain = domain.lower()
    below = any(domain.endswith(f".{each}") for each, with_subdomains in domains.items() if with_subdomains)
    if domain not in domains and not below:
        raise DomainNotAllowedForRealmError


def _check_not_disposable(email: str) -> None:
    if email.rpartition("@")[2].lower() in DISPOSABLE_DOMAINS:
        raise DisposableEmailError
