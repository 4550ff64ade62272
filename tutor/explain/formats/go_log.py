"""An error of Go's net/smtp, as Go's log package prints it."""

from tutor.explain.formats import Format

FORMAT = Format(
    "go",
    "An error of Go's net/smtp, in Go's log",
    r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d (?:[^\"]*: )?(?P<line>[2-5]\d\d [^\"]*)$",
    alone=True,
)
