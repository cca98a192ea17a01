"""Fields that an organization adds to its people's profiles."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.db import models
from django.db.models import CASCADE


class CustomProfileField(models.Model):
    """A field of the realm; choices and the like are JSON in ``field_data``."""

    SHORT_TEXT = 1
    LONG_TEXT = 2
    SELECT = 3
    DATE = 4
    URL = 5
    USER = 6
    EXTERNAL_ACCOUNT = 7
    PRONOUNS = 8
    FIELD_TYPES: ClassVar[dict[int, str]] = {
        SHORT_TEXT: "Text (short)",
        LONG_TEXT: "Text (long)",
        SELECT: "List of options",
        DATE: "Date",
        URL: "Link",
        USER: "Users",
        EXTERNAL_ACCOUNT: "External account",
        PRONOUNS: "Pronouns",
    }

    name = models.CharField(max_length=40)
    hint = models.CharField(max_length=80, default="")
    order = models.IntegerField(default=0)
    display_in_profile_summary = models.BooleanField(default=False)
    required = models.BooleanField(default=False)
    field_type = models.PositiveSmallIntegerField(default=SHORT_TEXT)
    field_data = models.TextField(default="")
    realm = models.ForeignKey("zerver.Realm", CASCADE)
    editable_by_user = models.BooleanField(default=True, db_default=True)

    class Meta:
        unique_together = ("realm", "name")

    def __str__(self) -> str:
        return str(self.name)

    def as_dict(self) -> dict[str, Any]:
        """The field as clients get it."""
        names = ("id", "name", "hint", "field_data", "order", "required", "editable_by_user")
        return {**{name: getattr(self, name) for name in names}, "type": self.field_type}

    def convert(self, value: str) -> Any:
        """A stored value as clients get it: people as a list of ids."""
        return json.loads(value) if self.field_type == self.USER else value

    def is_renderable(self) -> bool:
        """Whether values are also kept as HTML."""
        return self.field_type in (self.SHORT_TEXT, self.LONG_TEXT)


class CustomProfileFieldValue(models.Model):
    """What a person has in a field."""

    value = models.TextField()
    rendered_value = models.TextField(null=True)
    field = models.ForeignKey("zerver.CustomProfileField", CASCADE)
    user_profile = models.ForeignKey("zerver.UserProfile", CASCADE)

    class Meta:
        unique_together = ("user_profile", "field")
