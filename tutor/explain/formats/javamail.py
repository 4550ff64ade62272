"""JavaMail with mail.debug."""

from tutor.explain.formats import NEVER, Format

FORMAT = Format(
    "javamail",
    "JavaMail with mail.debug",
    NEVER,
    noise=r"^DEBUG(?: SMTPS?)?: ",
    bare=True,
)
