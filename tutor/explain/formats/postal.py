"""Postal."""

from tutor.explain.formats import Format

FORMAT = Format(
    "postal",
    "Postal",
    r"-- : \[(?P<key>\w+)\]\s+(?:\S+ )?(?P<mark><=|=>) (?P<line>.*)$",
    server=(b"=>",),
    client=(b"<=",),
    weight=4,
)
