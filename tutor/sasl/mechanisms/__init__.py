"""One file a mechanism: scripts, fields, mistakes. The registry finds them by name."""
