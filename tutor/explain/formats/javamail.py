"""JavaMail with mail.debug."""

from tutor.explain.formats import NEVER, Format

FORMAT = Format(
    "javamail",
    "JavaMail with mail.debug",
    NEVER,
    noise=r"^DEBUG(?: SMTPS?)?: |^\tat |^\t\.\.\. \d+ more|^Exception in thread |^Caused by: "
    r"|^(?:javax|jakarta|java|sun|com\.sun)\.[\w.$]+(?:Exception|Error)\b|^  nested exception is:|^DEBUG: ",
    bare=True,
)
