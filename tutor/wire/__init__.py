"""Floor 1: lines and Base64 as they stand on the wire. Has never heard of a mechanism."""
