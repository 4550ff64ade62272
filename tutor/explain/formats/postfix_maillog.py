"""Postfix's mail log: refused logins."""

from tutor.explain.formats import Format

FORMAT = Format(
    "postfix-maillog",
    "Postfix's mail log: refused logins",
    r"postfix(?:-\w+)?/\S*smtpd\[(?P<key>\d+)\]: warning: "
    r"(?P<host>\S+?): SASL (?P<mechanism>\S+) authentication failed:? ?(?P<line>.*)$",
    noise=r"postfix(?:-\w+)?/\S*smtpd\[\d+\]: (?:connect|disconnect|lost connection)",
    words=True,
    weight=3,
)
