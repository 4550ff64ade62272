"""SwiftMailer and Symfony Mailer exceptions."""

from tutor.explain.formats import Format

FORMAT = Format(
    "swift",
    "SwiftMailer and Symfony Mailer exceptions",
    r'(?<!!! )Expected response code (?![^\n]{0,600} Log data: \+\+ )"?(?P<want>\d{3}(?:/\d{3})*)"? but got '
    r'(?:an empty response|code "(?P<code>\d{3})", with message "(?P<line>[^"]*))',
    words=True,
    weight=4,
)
