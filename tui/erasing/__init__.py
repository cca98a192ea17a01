"""The screens of deleting: a person, messages, files, and the archive of what was deleted."""
