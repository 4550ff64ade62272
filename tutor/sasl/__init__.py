"""Floor 2: SASL mechanisms, one file each, and what drives them. Knows no SMTP."""
