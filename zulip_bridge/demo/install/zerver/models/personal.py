"""What people keep for themselves: drafts, snippets, alert words, views, hints they have seen."""

from __future__ import annotations

from django.db import models
from django.db.models import CASCADE, SET_NULL
from django.utils.timezone import now


class AlertWord(models.Model):
    """A word that somebody wants to be told of."""

    word = models.TextField()
    user_profile = models.ForeignKey("zerver.UserProfile", CASCADE)
    realm = models.ForeignKey("zerver.Realm", CASCADE)

    class Meta:
        unique_together = ("user_profile", "word")


class Draft(models.Model):
    """A message that was not sent."""

    topic = models.CharField(max_length=60, db_index=True)
    content = models.TextField()
    last_edit_time = models.DateTimeField(db_index=True)
    user_profile = models.ForeignKey("zerver.UserProfile", CASCADE)
    recipient = models.ForeignKey("zerver.Recipient", SET_NULL, null=True)


class SavedSnippet(models.Model):
    """Text that somebody uses again."""

    MAX_TITLE_LENGTH = 60

    title = models.TextField()
    content = models.TextField()
    date_created = models.DateTimeField(default=now)
    realm = models.ForeignKey("zerver.Realm", CASCADE)
    user_profile = models.ForeignKey("zerver.UserProfile", CASCADE)


class OnboardingStep(models.Model):
    """A hint that was shown."""

    onboarding_step = models.CharField(max_length=40)
    timestamp = models.DateTimeField(default=now)
    user = models.ForeignKey("zerver.UserProfile", CASCADE)

    class Meta:
        unique_together = ("user", "onboarding_step")


class NavigationView(models.Model):
    """An entry that somebody pinned in, or took from, the sidebar (11.0)."""

    user = models.ForeignKey("zerver.UserProfile", CASCADE)
    fragment = models.TextField()
    is_pinned = models.BooleanField(default=False)
    name = models.TextField(null=True)

    class Meta:
        unique_together = ("user", "fragment")
