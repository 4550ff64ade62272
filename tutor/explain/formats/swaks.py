"""swaks: `<-` and `->`, `<~` and `~>` inside TLS, `**` for refusals."""

from tutor.explain.formats import Format

FORMAT = Format(
    "swaks",
    "swaks: `<-` and `->`, `<~` and `~>` inside TLS, `**` for refusals",
    r"^ ?(?P<mark><-|<\*\*|<~\*?|->|~>|\*\*>) {1,2}(?P<line>.*)$",
    server=(
        b"<-",
        b"<**",
        b"<~",
        b"<~*",
    ),
    client=(
        b"->",
        b"~>",
        b"**>",
    ),
    noise=r"^(?:=== |\*\*\* )",
    weight=3,
)
