"""MailEnable's activity log: a row holds a command and the reply to it, in columns that tabs part.

mailenable.com, knowledge base ME020170: time, direction (SMTP-IN, or SMTP-OU where it sends on), message, socket,
address, verb, command, reply, octets sent, octets received, user. The greeting has no command, an answer in an
exchange has the verb AUTH; the reply to EHLO is written without its code, so it does not tell what is offered.
"""

from collections.abc import Iterable

from tutor.explain.formats import Format
from tutor.wire import reply


def _both(text: bytes) -> Iterable[bytes]:
    """The command, then the reply; neither where it was left out."""
    command, _, answer = text.partition(b"\t")
    if command.strip() not in (b"", b"{blank}"):
        yield command
    if reply.parse_line(answer) is not None:
        yield answer


FORMAT = Format(
    "mailenable",
    "MailEnable: activity log",
    r"^\d\d/\d\d/\d\d \d\d:\d\d:\d\d\s+SMTP-(?:IN|OU)\t[^\t]*\t(?P<key>\d+\t[^\t]*)\t[^\t]*\t"
    r"(?P<line>[^\t]*\t[^\t]*)(?:\t|$)",
    noise=r"^\d\d/\d\d/\d\d \d\d:\d\d:\d\d\s+SMTP-(?:IN|OU)\t",
    clean=_both,
    weight=4,
)
