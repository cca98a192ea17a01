"""What an organization brings to its messages: emoji, linkifiers, playgrounds."""

from __future__ import annotations

from django.db import models
from django.db.models import CASCADE, Q


class RealmEmoji(models.Model):
    """A custom emoji; the image is a file below ``PATH_ID_TEMPLATE``."""

    PATH_ID_TEMPLATE = "{realm_id}/emoji/images/{emoji_file_name}"
    STILL_PATH_ID_TEMPLATE = "{realm_id}/emoji/images/still/{emoji_filename_without_extension}.png"

    name = models.TextField()
    file_name = models.TextField(null=True, db_index=True)
    is_animated = models.BooleanField(default=False)
    deactivated = models.BooleanField(default=False)
    author = models.ForeignKey("zerver.UserProfile", CASCADE, null=True)
    realm = models.ForeignKey("zerver.Realm", CASCADE)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["realm", "name"],
                condition=Q(deactivated=False),
                name="unique_realm_emoji_when_false_deactivated",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.realm}"


class RealmFilter(models.Model):
    """A pattern in messages that becomes a link."""

    pattern = models.TextField()
    url_template = models.TextField()
    order = models.IntegerField(default=0)
    realm = models.ForeignKey("zerver.Realm", CASCADE)

    class Meta:
        unique_together = ("realm", "pattern")


class RealmPlayground(models.Model):
    """Where code of a language can be opened and run."""

    url_template = models.TextField()
    name = models.TextField(db_index=True)
    pygments_language = models.CharField(max_length=40, db_index=True)
    realm = models.ForeignKey("zerver.Realm", CASCADE)

    class Meta:
        unique_together = ("realm", "pygments_language", "name")
