"""Settings of the demo install."""
