"""telnet or nc."""

from tutor.explain.formats import NEVER, Format

FORMAT = Format(
    "telnet",
    "telnet or nc",
    NEVER,
    noise=r"^(?:Trying \S+\.\.\.|Connected to |Escape character is |Connection closed by foreign host)",
    bare=True,
    weight=9,
)
