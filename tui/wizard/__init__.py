"""The steps of the export wizard, one module each."""
