"""Postfix with -v or debug_peer_list."""

from tutor.explain.formats import Format

FORMAT = Format(
    "postfix-verbose",
    "Postfix with -v or debug_peer_list",
    r"postfix(?:-\w+)?/(?:\S+/)?smtpd?\[(?P<key>\d+)\]: (?P<mark>[<>]) \S+?: (?P<line>.*)$",
    noise=r"postfix(?:-\w+)?/(?:\S+/)?smtpd?\[\d+\]: (?:warning|xsasl|match|smtp_|name_mask)",
    weight=4,
)
