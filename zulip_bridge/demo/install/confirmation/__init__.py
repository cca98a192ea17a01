"""Links in e-mails."""
