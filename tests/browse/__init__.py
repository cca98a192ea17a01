"""The browser of every model's rows."""
