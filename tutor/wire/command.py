"""Commands: a verb, perhaps a space and an argument (RFC 5321 section 4.1.1); AUTH from RFC 4954 section 4."""

import re

from tutor.records import Record
from tutor.spans import Span

_COMMAND = re.compile(rb"([A-Za-z]{3,12})(?:([ \t]+)(.*))?\Z", re.DOTALL)
_AUTH = re.compile(rb"([^ \t]+)(?:[ \t]+(.*?))?[ \t]*\Z", re.DOTALL)

_NO_MECHANISMS = frozenset(
    b"on off yes no true false auto enabled disabled required optional failed failure fails error rejected refused "
    b"denied unsuccessful success successful succeeded ok not is was with using method".split()
)


class Command(Record):
    """One command line."""

    verb: bytes
    """Upper case, such as `b"AUTH"`."""
    argument: bytes
    """All behind the first blanks; `b""` where there is nothing."""
    argument_span: Span
    """Characters of the line."""

    @property
    def mechanism(self) -> str | None:
        """AUTH's mechanism as it was written; None for other commands, or where it is missing."""
        parts = self._auth()
        return None if parts is None else parts[1].decode("ascii", "backslashreplace")

    @property
    def initial_response(self) -> bytes | None:
        """AUTH's initial response as Base64 text. None: absent; `=`: the empty one, `b""` (RFC 4954 section 4).

        Blanks alone behind the mechanism are none: a receiver tolerates them (RFC 5321 section 4.1.1).
        """
        parts = self._auth()
        if parts is None or not parts[2]:
            return None
        return b"" if parts[2] == b"=" else bytes(parts[2])

    @property
    def initial_response_span(self) -> Span | None:
        """Where the initial response stands in the line, its `=` for "empty" included."""
        parts = self._auth()
        if parts is None or not parts[2]:
            return None
        start, end = parts.span(2)
        return Span(self.argument_span.start + start, self.argument_span.start + end)

    @property
    def of_a_setting(self) -> bool:
        """Whether AUTH has a word behind it that is no mechanism: `auth on` of a configuration, `Auth failed: 535 …`.

        A mechanism's name is of letters, digits, `-` and `_` (RFC 4422 section 3.1), and none is called like these.
        """
        parts = self._auth()
        return parts is not None and parts[1].rstrip(b":,.;!").lower() in _NO_MECHANISMS

    def _auth(self) -> "re.Match[bytes] | None":
        if self.verb != b"AUTH":
            return None
        return _AUTH.match(self.argument)


def parse(line: bytes) -> Command | None:
    """Read one line (without CRLF) as a command of any verb; None where it does not look like one.

    A word alone may also be Base64 (`QUIT` is): whoever asks must know what is due.
    """
    match = _COMMAND.match(line)
    if match is None:
        return None
    if match[3] is None:
        return Command(match[1].upper(), b"", Span(len(line), len(line)))
    return Command(match[1].upper(), match[3], Span(*match.span(3)))
