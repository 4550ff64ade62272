"""Floor 6: sockets. asyncio begins here."""
