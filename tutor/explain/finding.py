"""Floor 4: one thing that happened in a session, with the words of the catalogue."""

from tutor.explain.catalogue import explain
from tutor.records import Record


class Finding(Record):
    """One thing that happened in a session."""

    code: str
    line: int | None
    """The line of the log, counted from 1."""
    summary: str
    fix: str
    source: str
    sure: str
    """`certain`, `likely` or `possible`."""
    failed: bool = True
    """Whether anything failed; not where a login went well, or nobody tried one."""


def finding(
    code: str, line: int | None, summary: str = "", sure: str = "certain", fix: str = "", failed: bool = True
) -> Finding:
    """A finding whose title, advice and source are the catalogue's, where nothing better is known."""
    entry = explain(code)
    title = "" if entry is None else entry.title[:1].upper() + entry.title[1:] + "."
    return Finding(
        code, line, summary or title, fix or ("" if entry is None else entry.fix),
        "" if entry is None else entry.source, sure, failed and code != "session.ok",
    )  # fmt: skip
