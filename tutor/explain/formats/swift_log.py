"""SwiftMailer's logger plugin; only the first line of a reply is marked. An exception holds the log on one line."""

from tutor.explain.formats import Format, unglued

FORMAT = Format(
    "swift-log",
    "SwiftMailer's logger plugin",
    r"(?:^|Log data: \+\+ Starting \S+ )(?P<mark><<|>>) (?P<line>.*)$",
    server=(b"<<",),
    client=(b">>",),
    clean=unglued,
    glued=r"(?:(?<=\s)|^)(?:<< (?=[2-5]\d\d[ -])|>> (?=\S)|\+\+ (?=\S+ (?:started|Starting)|Starting )|!! )",
    noise=r"^(?:\+\+ (?:Starting|\S+ started)|-- Stopping|!! |Log data:$|Swift_\w+Exception: )",
)
