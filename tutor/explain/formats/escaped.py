"""`<` or `>` in front of lines whose ends are written out as `\\r\\n`: a log of what went over the wire.

Which of the two is the server's is not asked: mox's `>` is (seen in cypht-org/cypht#1466), in other logs `<`.
"""

from tutor.explain.formats import Format, split_crlf

FORMAT = Format(
    "escaped",
    "`<` or `>` in front of lines whose ends are written out",
    r"^[<>]{1,3} ?(?P<line>.*\\r\\n)\s*$",
    clean=split_crlf,
    weight=3,
)
