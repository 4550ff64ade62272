"""Floor 7: the command line, one module a verb. Never imports Textual but to start the app."""
