"""Floor 1: reply codes, enhanced codes, mechanisms, ports, providers, glossary: data and a lazy loader."""
