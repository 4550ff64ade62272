"""Postal."""

from collections.abc import Iterable

from tutor.explain.formats import Format


def lines(text: bytes) -> Iterable[bytes]:
    """Without what newer versions write behind the line."""
    return [text.split(b" trace_id=", 1)[0]]


FORMAT = Format(
    "postal",
    "Postal",
    r"^(?=.*(?:-- : \[| trace_id=)(?P<key>\w+)).*?(?:\]\s+(?:\S+ )?|\b(?:DEBUG|INFO)\s+)(?P<mark><=|=>) (?P<line>.*)$",
    server=(b"=>",),
    client=(b"<=",),
    noise=r"\bcomponent=smtp-server\b",
    clean=lines,
    weight=4,
    before="(?:<=|=>) ",
)
