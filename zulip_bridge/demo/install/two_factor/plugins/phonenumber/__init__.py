"""Second factors by telephone."""
