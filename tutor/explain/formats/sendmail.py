"""Sendmail: its syslog from log level 12 on, and its -X traffic log."""

from tutor.explain.formats import Format

FORMAT = Format(
    "sendmail",
    "Sendmail's syslog, or its -X traffic log",
    r"(?:sendmail|sm-mta)[^\s\[]{0,40}\[(?P<key>\d+)\]: \w+: (?P<mark><--|---) (?P<line>.*)$"
    r"|^\d+ (?P<mark2><<<|>>>) (?P<line2>.*)$",
    server=(b"---", b">>>"),
    client=(b"<--", b"<<<"),
    noise=r"(?:sendmail|sm-mta)[^\s\[]{0,40}\[\d+\]: ",
    weight=4,
    before=": (?:<--|---) ",
)
