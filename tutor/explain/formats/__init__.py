"""One file a log format: text that people paste becomes Lines."""
