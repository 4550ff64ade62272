"""ESP-Mail-Client."""

from tutor.explain.formats import Format

FORMAT = Format(
    "esp-mail-client",
    "ESP-Mail-Client",
    r"^(?P<mark><) S: (?P<line>.*)$",
    server=(b"<",),
    noise=r"^[>!#] [A-Z]: ",
    weight=3,
)
