"""Who receives personal data from this server, read from its settings and, for organizations, its database.

What is told are names and hosts. Keys, passwords and whole addresses stay where they are: an address of a webhook or
of Sentry holds a secret.
"""

from .listing import list_recipients, recipients_of

__all__ = ["list_recipients", "recipients_of"]
