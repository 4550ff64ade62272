"""How real servers word things: greetings, EHLO keywords, LOGIN prompts and reply texts, as data.

Codes are those that a correct server gives; where the real server differs in a code, its
text alone is taken, unless the difference is what users meet (Exchange's 5.7.3, say).
"""

from typing import NamedTuple

from tutor.smtp.replies import REPLIES, ReplyText


class Dialect(NamedTuple):
    """The manners of one server."""

    name: str
    """Lower case, as `serve --like` takes it."""
    title: str
    about: str
    """One sentence for people."""
    keywords: tuple[str, ...] = ("PIPELINING", "SIZE 10485760", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")
    """EHLO lines besides AUTH and STARTTLS; only what our server really does."""
    prompts: tuple[bytes, bytes] = (b"Username:", b"Password:")
    """LOGIN's prompts, decoded."""
    takes_login_initial_response: bool = True
    """LOGIN: the name may come on the AUTH line; else that is ignored and asked for again."""
    legacy_auth_line: bool = False
    """Whether EHLO also says `AUTH=LOGIN …`, for clients older than RFC 2554."""
    replies: dict[str, ReplyText] = {}  # noqa: RUF012 -- a NamedTuple's default; nobody writes to it

    def reply(self, key: str) -> ReplyText:
        """The reply of that key in this dialect's words."""
        return self.replies.get(key) or REPLIES[key]


PLAIN = Dialect("plain", "sasl-tutor", "Says what it means: the texts of the RFCs, and reasons.")


def get(name: str) -> Dialect | None:
    """The dialect of that name, in any case."""
    wanted = name.lower()
    if wanted == PLAIN.name:
        return PLAIN
    return next((dialect for dialect in all() if dialect.name == wanted), None)


def all() -> tuple[Dialect, ...]:
    """Every dialect, ours first."""
    from tutor.smtp.dialects.servers import DIALECTS

    return (PLAIN, *DIALECTS)


def names() -> tuple[str, ...]:
    """What `serve --like` takes."""
    return tuple(dialect.name for dialect in all())
