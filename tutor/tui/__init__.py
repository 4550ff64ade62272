"""Floor 7: the Textual app."""
