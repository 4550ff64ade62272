"""s-nail with -v: `>>> SERVER:` is what came, `>>>` alone what went."""

from tutor.explain.formats import Format

FORMAT = Format(
    "s-nail",
    "s-nail with -v",
    r"^(?:[\w.-]+: )?>>> (?P<mark>SERVER: |)(?P<line>.*)$",
    server=(b"SERVER: ",),
    client=(b"",),
    noise=r"^(?:s-nail|mailx): ",
    weight=3,
)
