"""What verbs read: lines from a file or standard input, bounded; and passwords, never echoed."""

import os
import re
import sys
from collections.abc import Iterator

from tutor.cli.exits import UserError
from tutor.wire.printable import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import BinaryIO

LONGEST_LINE = 1 << 20
"""Octets. RFC 4954 section 4 needs 12,288; a debug log may put a whole session on one line."""

PASSWORD_VARIABLE = "SASL_TUTOR_PASSWORD"


def input_lines(source: str) -> Iterator[bytes]:
    """The lines of a file, or of standard input where `source` is `-`, without their line ends.

    Raises UserError where it cannot be read, or where a line is longer than LONGEST_LINE;
    the lines before that have been yielded by then.
    """
    if source == "-":
        if sys.stdin is None:
            raise UserError("Standard input is closed. Give the line as an argument, or a file with --from.")
        yield from _lines(sys.stdin.buffer, "standard input")
        return
    try:
        file = open(source, "rb")  # noqa: SIM115 - closed below; the error text belongs to the opening alone
    except OSError as error:
        raise UserError(_cannot_read(source, error)) from None
    with file:
        yield from _lines(file, show(source))


LONGEST_PIECE = 1 << 16
"""Octets of a log's line that are kept."""


_CHUNK = 1 << 20


class LogFile:
    """A log of any size, read in blocks that end at line ends; of an endless line, LONGEST_PIECE octets.

    A file in UTF-16 (with its mark) is read as such. Whatever reads raises UserError where it cannot.
    """

    def __init__(self, source: str) -> None:
        """`source`: the name of a file, or `-` for standard input."""
        self._source = source
        self._from_pipe = source == "-"
        self._blocks = _Blocks(iter(()))
        self._read = 0

    def __iter__(self) -> Iterator[bytes]:
        """All of it."""
        if self._from_pipe and sys.stdin is None:
            raise UserError("Standard input is closed. Give the name of a file.")
        self._blocks = _Blocks(self._counted())
        return iter(self._blocks)

    @property
    def place(self) -> int | None:
        """Where the last block ended, in octets of the file; None where no other place can be read, as in a pipe."""
        return None if self._from_pipe or self._blocks.wide else self._read - len(self._blocks.rest)

    def size(self) -> int:
        """Octets of the file by now; 0 where that cannot be told."""
        try:
            return os.stat(self._source).st_size
        except OSError:
            return 0

    def part(self, begin: int, end: int) -> Iterator[bytes]:
        """What stands between two beginnings of lines, in such blocks; only where there is a `place`."""
        return iter(_Blocks(self._chunks(begin, end)))

    def look(self, begin: int, size: int) -> bytes:
        """At most so many octets, as they stand there; only where there is a `place`."""
        return b"".join(self._chunks(begin, begin + size))

    def _counted(self) -> Iterator[bytes]:
        for chunk in self._chunks(0, None):
            self._read += len(chunk)
            yield chunk

    def _chunks(self, begin: int, end: int | None) -> Iterator[bytes]:
        try:
            file = sys.stdin.buffer if self._from_pipe else open(self._source, "rb")  # noqa: SIM115 - closed below
        except OSError as error:
            raise UserError(_cannot_read(self._source, error)) from None
        read = getattr(file, "read1", file.read)  # what a pipe has now, not what it may have later
        left = end if end is None else end - begin
        try:
            if begin:
                file.seek(begin)
            while chunk := read(_CHUNK if left is None else min(left, _CHUNK)):
                left = left if left is None else left - len(chunk)
                yield chunk
        except OSError as error:
            where = "standard input" if self._from_pipe else self._source
            raise UserError(_cannot_read(where, error)) from None
        finally:
            if not self._from_pipe:
                file.close()


_CONTROLS = bytes({*range(0x20), 0x7F} - {*b"\t\n\r\x08\x1b"})
_REPLY = re.compile(rb"(?<!\d)(?:220|235|250|334|5[0-5]\d)[ -]")


def is_binary(data: bytes) -> bool:
    """Whether a file that begins so is a program, a picture or the like, and no log, however damaged."""
    data = data[:LONGEST_PIECE]
    controls = len(data) - len(data.translate(None, _CONTROLS))
    return controls > max(16, len(data) // 10) and _REPLY.search(data) is None


class _Blocks:
    """Chunks of any size, cut anew at line ends."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.wide = False
        """Whether it is UTF-16."""
        self.rest = b""
        """Of the chunks, what no block has brought yet; of an endless line, its beginning."""
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        first = endless = False
        for chunk in self._chunks:
            if not first:
                first = True
                self.wide = chunk[:2] in (b"\xff\xfe", b"\xfe\xff")
                chunk = chunk[2:] if self.wide else chunk
            if self.wide:
                chunk = chunk.replace(b"\0", b"")  # SMTP is ASCII: the other half of each letter is a NUL
            if endless:
                end = chunk.find(b"\n")
                if end < 0:
                    continue
                chunk, endless = chunk[end:], False
            cut = chunk.rfind(b"\n") + 1
            if cut:
                block, self.rest = self.rest + chunk[:cut], chunk[cut:]
                yield block
            else:
                self.rest += chunk
            if len(self.rest) > LONGEST_PIECE:
                self.rest, endless = self.rest[:LONGEST_PIECE], True
        if self.rest:
            block, self.rest = self.rest, b""
            yield block


def _lines(file: "BinaryIO", where: str) -> Iterator[bytes]:
    number = 0
    while True:
        try:
            line = file.readline(LONGEST_LINE + 2)
        except OSError as error:
            raise UserError(_cannot_read(where, error)) from None
        if not line:
            return
        number += 1
        stripped = line.removesuffix(b"\n").removesuffix(b"\r")
        if len(stripped) > LONGEST_LINE:
            raise UserError(
                f"Line {number} of {where} is longer than {LONGEST_LINE:,} bytes; "
                "an SMTP line ends after 12,288 at most (RFC 4954 section 4). Give a part of it."
            )
        yield stripped


def _cannot_read(source: str, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"There is no file {show(source)}. Check the name, or give `-` to read standard input."
    if isinstance(error, IsADirectoryError):
        return f"{show(source)} is a directory. Give the name of a file inside it."
    if isinstance(error, PermissionError):
        return f"{show(source)} may not be read by this user. Check its permissions."
    return f"{show(source)} cannot be read: {error.strerror or error}."


def add_password_argument(parser: "argparse.ArgumentParser") -> None:
    """The one option for passwords. There is no `--password`: it would show in the list of processes."""
    parser.add_argument(
        "--password-file",
        metavar="FILE",
        help=f"read the password from the first line of FILE (else from ${PASSWORD_VARIABLE}, else you are asked)",
    )


def password(file: str | None, prompt: str = "Password: ", ask: bool = True) -> str | None:
    """The password: from `file`, from the environment, or from a prompt that does not echo.

    None where none of them has one. It asks only where `ask` is true and somebody sits at
    the terminal. Its octets are UTF-8; others survive as surrogates.
    """
    if file is not None:
        first = next(input_lines(file), None)
        if first is None:
            raise UserError(f"The password file {show(file)} is empty. Its first line is the password.")
        return first.decode("utf-8", "surrogateescape")
    given = os.environ.get(PASSWORD_VARIABLE)
    if given is not None:
        return given
    if not ask or not sys.stderr.isatty():
        return None
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return None
    os.close(terminal)
    from getpass import getpass

    try:
        return getpass(prompt)
    except EOFError:
        return None
