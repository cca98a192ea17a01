"""The programs that talk to the server."""

from __future__ import annotations

from typing import Any

from django.db import models


class Client(models.Model):
    """A program by name: website, ZulipMobile, an integration."""

    MAX_NAME_LENGTH = 30

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=30, unique=True)

    def __str__(self) -> str:
        return str(self.name)


def get_client(name: str) -> Any:
    """The client of that name, made on first use; longer names are cut off."""
    client, _ = Client.objects.get_or_create(name=name[: Client.MAX_NAME_LENGTH])
    return client
