"""Postfix's mail log: logins that it refused, and its own that were."""

from tutor.explain.formats import Format

FORMAT = Format(
    "postfix-maillog",
    "Postfix's mail log: refused logins",
    r"postfix(?:-\w{1,40})?/(?:\w{1,40}/){0,3}smtpd?\[(?P<key>\d+)\]: "
    r"(?:warning: \S+?: SASL \S+ authentication failed:? ?"
    r"(?P<line>.*)|\w+: to=.*\(SASL authentication failed; server \S+ said: (?P<line2>[45]\d\d[^()]*).*)$",
    noise=r"postfix(?:-\w{1,40})?/(?:\w{1,40}/){0,3}"
    r"(?:smtpd?\[\d+\]: (?:connect|disconnect|lost connection|warning: |NOQUEUE: |\w+: )"
    r"|(?:pickup|cleanup|qmgr|bounce|local|error|postfix-script|master|anvil)\[\d+\]: )",
    words=True,
    weight=3,
    alone=True,
    owner=r"/smtpd?\[(?P<key>\d+)\]: (?P<begin>connect from|\w{1,20}: to=)?",
)
