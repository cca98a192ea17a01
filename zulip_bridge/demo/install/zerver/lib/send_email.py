"""E-mail: what waits to be sent, and the little that the demo sends itself (into files, to nobody)."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from zerver.models import ScheduledEmail


def send_plain_email(subject: str, body: str, to: str) -> None:
    """Write a message to a file beside ``manage.py``, where a real server would send it."""
    files = "django.core.mail.backends.filebased.EmailBackend"
    folder = Path(settings.DEPLOY_ROOT) / "mails"
    EmailMessage(subject, body, to=[to], connection=get_connection(files, file_path=str(folder))).send()


def clear_scheduled_invitation_emails(email: str) -> None:
    """Forget reminders of invitations to an address."""
    ScheduledEmail.objects.filter(address__iexact=email, type=ScheduledEmail.INVITATION_REMINDER).delete()


@transaction.atomic(savepoint=False)
def clear_scheduled_emails(user_id: int, email_type: int | None = None) -> None:
    """Take a person off what waits to be sent; what then is for nobody is forgotten."""
    waiting = ScheduledEmail.objects.filter(users=user_id).select_for_update()
    if email_type is not None:
        waiting = waiting.filter(type=email_type)
    for item in waiting:
        item.users.remove(user_id)
        if not item.users.exists():
            item.delete()
