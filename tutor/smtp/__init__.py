"""Floor 3: the SMTP dialogue, sans-I/O: a watcher, a strict server, a strict client."""
