"""How a command ends: the exit statuses that scripts rely on, and the error that carries one."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit statuses, the same for every verb."""

    OK = 0
    WRONG = 1
    """The answer is wrong, the login or an explained exchange failed, or a decoded line has a problem."""
    USAGE = 2
    """Bad usage or unreadable input."""
    UNREACHABLE = 3
    """No such server, connection lost, or port taken."""
    INTERRUPTED = 130
    """ctrl+c."""


class UserError(Exception):
    """Something that the user can mend: said in one clear sentence (what, where, what to do), no traceback."""

    def __init__(self, message: str, status: Exit = Exit.USAGE) -> None:
        super().__init__(message)
        self.status = status
