"""SwiftMailer's logger plugin; only the first line of a reply is marked."""

from tutor.explain.formats import Format

FORMAT = Format(
    "swift-log",
    "SwiftMailer's logger plugin",
    r"^(?P<mark><<|>>) (?P<line>.*)$",
    server=(b"<<",),
    client=(b">>",),
    noise=r"^(?:\+\+ (?:Starting|\S+ started)|-- Stopping|!! |Log data:$|Swift_\w+Exception: )",
)
