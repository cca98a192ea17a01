"""What changes accounts, and writes down that it did."""
