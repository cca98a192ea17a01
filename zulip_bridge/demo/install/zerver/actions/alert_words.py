"""Words that people want to be told of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import transaction
from zerver.models import AlertWord

if TYPE_CHECKING:
    from zerver.models import UserProfile


@transaction.atomic(durable=True)
def do_add_alert_words(user_profile: UserProfile, alert_words: Iterable[str]) -> None:
    """Add words; upper and lower case do not matter."""
    present = {word.lower() for word in _words(user_profile).values_list("word", flat=True)}
    wanted = {word.lower(): word for word in alert_words}
    AlertWord.objects.bulk_create(
        AlertWord(user_profile=user_profile, realm=user_profile.realm, word=word)
        for folded, word in wanted.items()
        if folded not in present
    )


@transaction.atomic(durable=True)
def do_remove_alert_words(user_profile: UserProfile, alert_words: Iterable[str]) -> None:
    """Remove words; upper and lower case do not matter."""
    for word in alert_words:
        _words(user_profile).filter(word__iexact=word).delete()


def _words(user_profile: UserProfile) -> Any:
    return AlertWord.objects.filter(user_profile=user_profile)
