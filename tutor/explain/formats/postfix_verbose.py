"""Postfix with -v or debug_peer_list."""

from tutor.explain.formats import Format

FORMAT = Format(
    "postfix-verbose",
    "Postfix with -v or debug_peer_list",
    r"postfix(?:-\w{1,40})?/(?:\w{1,40}/){0,3}smtpd?\[(?P<key>\d+)\]: (?P<mark>[<>]) \S+: (?P<line>.*)$",
    noise=r"postfix(?:-\w{1,40})?/(?:\w{1,40}/){0,3}smtpd?\[\d+\]: (?:warning|xsasl|match|smtp_|name_mask)",
    weight=4,
    before=": ",
)
