"""The order of an SMTP session with AUTH, as one table: (state, token) -> state.

The table does not know which side asks it: the watcher (`dialogue.py`) makes a note where
a pair is absent, the server (`server.py`) answers 503 (RFC 5321 section 4.1.4, RFC 4954
section 4). A command that is syntactically wrong counts as `Token.OTHER`, since a server
that refuses its syntax stays in its state.
"""

from enum import Enum


class State(Enum):
    """Where a session stands, after the last whole line or reply."""

    CONNECTED = "connected"
    """No greeting yet: the server's turn (RFC 5321 section 3.1)."""
    TURNED_AWAY = "turned away"
    """The greeting was 554: only QUIT is left (RFC 5321 section 3.1)."""
    GREETED = "greeted"
    """After 220, and again after the 220 to STARTTLS (RFC 3207 section 4.2): EHLO is due."""
    EHLO_SENT = "EHLO sent"
    HELO_SENT = "HELO sent"
    HELLO_AFTER_AUTH = "EHLO sent, logged in"
    UNEXTENDED = "ready, without extensions"
    """After HELO: no AUTH, no STARTTLS (RFC 5321 section 4.1.1.1)."""
    READY = "ready"
    """After EHLO, not logged in."""
    STARTTLS_SENT = "STARTTLS sent"
    AUTH_SENT = "AUTH sent"
    CHALLENGED = "challenged"
    """After 334: the client's response is due, or `*` (RFC 4954 section 4)."""
    RESPONDED = "responded"
    CANCELLED = "cancelled"
    """After `*`: the server owes a 501."""
    AUTHENTICATED = "logged in"
    """After 235: a second AUTH is refused (RFC 4954 section 4)."""
    MAIL_SENT = "MAIL sent"
    TRANSACTION = "in a mail transaction"
    DATA_SENT = "DATA sent"
    CONTENT = "sending the message"
    """After 354: lines are the message until a line with a single dot (RFC 5321 section 4.1.1.4)."""
    CONTENT_SENT = "message sent"
    HELO_MAIL_SENT = "MAIL sent, without extensions"
    HELO_TRANSACTION = "in a mail transaction, without extensions"
    HELO_DATA_SENT = "DATA sent, without extensions"
    HELO_CONTENT = "sending the message, without extensions"
    HELO_CONTENT_SENT = "message sent, without extensions"
    AUTH_MAIL_SENT = "MAIL sent, logged in"
    AUTH_TRANSACTION = "in a mail transaction, logged in"
    AUTH_DATA_SENT = "DATA sent, logged in"
    AUTH_CONTENT = "sending the message, logged in"
    AUTH_CONTENT_SENT = "message sent, logged in"
    QUIT_SENT = "QUIT sent"
    CLOSED = "closed"

    def __str__(self) -> str:
        return self.value


class Token(Enum):
    """What one side says, as far as the order of things cares."""

    EHLO = "EHLO"
    HELO = "HELO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    RSET = "RSET"
    QUIT = "QUIT"
    OTHER = "another command"
    """NOOP, HELP, VRFY, EXPN, an unknown verb, or a command with wrong syntax."""
    RESPONSE = "response"
    """A SASL response: a line of Base64, perhaps an empty one."""
    CANCEL = "*"
    TEXT = "message text"
    END = "."
    READY = "220"
    BYE = "221"
    YES = "2xx"
    ACCEPTED = "235"
    CHALLENGE = "334"
    GO_AHEAD = "354"
    CLOSING = "421"
    NO = "4xx or 5xx"

    def __str__(self) -> str:
        return self.value

    @property
    def from_server(self) -> bool:
        """Whether the server says it."""
        return self in _REPLIES


_REPLIES = frozenset(
    (Token.READY, Token.BYE, Token.YES, Token.ACCEPTED, Token.CHALLENGE, Token.GO_AHEAD, Token.CLOSING, Token.NO)
)
_CODES = {
    220: Token.READY,
    221: Token.BYE,
    235: Token.ACCEPTED,
    334: Token.CHALLENGE,
    354: Token.GO_AHEAD,
    421: Token.CLOSING,
}


def reply_token(code: int) -> Token | None:
    """The token of a reply code, or None for one that no table has (1xx, 3xx but 334 and 354)."""
    exact = _CODES.get(code)
    if exact is not None:
        return exact
    return {2: Token.YES, 4: Token.NO, 5: Token.NO}.get(code // 100)


S = State
T = Token

TRANSITIONS: dict[tuple[State, Token], State] = {
    (S.CONNECTED, T.READY): S.GREETED,
    (S.CONNECTED, T.NO): S.TURNED_AWAY,
    (S.TURNED_AWAY, T.QUIT): S.QUIT_SENT,
    (S.TURNED_AWAY, T.NO): S.TURNED_AWAY,
    (S.GREETED, T.EHLO): S.EHLO_SENT,
    (S.GREETED, T.HELO): S.HELO_SENT,
    (S.EHLO_SENT, T.YES): S.READY,
    (S.EHLO_SENT, T.NO): S.GREETED,
    (S.HELO_SENT, T.YES): S.UNEXTENDED,
    (S.HELO_SENT, T.NO): S.GREETED,
    (S.UNEXTENDED, T.EHLO): S.EHLO_SENT,
    (S.UNEXTENDED, T.HELO): S.HELO_SENT,
    (S.UNEXTENDED, T.MAIL): S.HELO_MAIL_SENT,
    (S.READY, T.EHLO): S.EHLO_SENT,
    (S.READY, T.HELO): S.HELO_SENT,
    (S.READY, T.STARTTLS): S.STARTTLS_SENT,
    (S.STARTTLS_SENT, T.READY): S.GREETED,
    (S.STARTTLS_SENT, T.NO): S.READY,
    (S.READY, T.AUTH): S.AUTH_SENT,
    (S.AUTH_SENT, T.CHALLENGE): S.CHALLENGED,
    (S.AUTH_SENT, T.ACCEPTED): S.AUTHENTICATED,
    (S.AUTH_SENT, T.NO): S.READY,
    (S.CHALLENGED, T.RESPONSE): S.RESPONDED,
    (S.CHALLENGED, T.CANCEL): S.CANCELLED,
    (S.RESPONDED, T.CHALLENGE): S.CHALLENGED,
    (S.RESPONDED, T.ACCEPTED): S.AUTHENTICATED,
    (S.RESPONDED, T.NO): S.READY,
    (S.CANCELLED, T.NO): S.READY,
    (S.READY, T.MAIL): S.MAIL_SENT,
    (S.AUTHENTICATED, T.EHLO): S.HELLO_AFTER_AUTH,
    (S.AUTHENTICATED, T.HELO): S.HELLO_AFTER_AUTH,
    (S.HELLO_AFTER_AUTH, T.YES): S.AUTHENTICATED,
    (S.HELLO_AFTER_AUTH, T.NO): S.AUTHENTICATED,
    (S.AUTHENTICATED, T.MAIL): S.AUTH_MAIL_SENT,
    (S.QUIT_SENT, T.BYE): S.CLOSED,
}


def _add_transaction(base: State, mail: State, transaction: State, data: State, content: State, sent: State) -> None:
    """One mail transaction (RFC 5321 section 3.3), and what a client may pipeline in it (RFC 2920 section 3.1)."""
    TRANSITIONS.update(
        {
            (mail, T.YES): transaction,
            (mail, T.NO): base,
            (mail, T.RCPT): mail,
            (mail, T.DATA): mail,
            (transaction, T.RCPT): transaction,
            (transaction, T.DATA): data,
            (transaction, T.YES): transaction,
            (transaction, T.NO): transaction,
            (transaction, T.GO_AHEAD): content,
            (data, T.GO_AHEAD): content,
            (data, T.NO): transaction,
            (data, T.YES): data,
            (content, T.TEXT): content,
            (content, T.END): sent,
            (sent, T.YES): base,
            (sent, T.NO): base,
            (transaction, T.RSET): base,
            (transaction, T.OTHER): transaction,
            (transaction, T.QUIT): S.QUIT_SENT,
        }
    )
    again = S.HELLO_AFTER_AUTH if base is S.AUTHENTICATED else S.EHLO_SENT
    TRANSITIONS[transaction, T.EHLO] = again
    TRANSITIONS[transaction, T.HELO] = again if base is S.AUTHENTICATED else S.HELO_SENT


_add_transaction(S.READY, S.MAIL_SENT, S.TRANSACTION, S.DATA_SENT, S.CONTENT, S.CONTENT_SENT)
_add_transaction(
    S.UNEXTENDED, S.HELO_MAIL_SENT, S.HELO_TRANSACTION, S.HELO_DATA_SENT, S.HELO_CONTENT, S.HELO_CONTENT_SENT
)
_add_transaction(
    S.AUTHENTICATED, S.AUTH_MAIL_SENT, S.AUTH_TRANSACTION, S.AUTH_DATA_SENT, S.AUTH_CONTENT, S.AUTH_CONTENT_SENT
)

for _idle in (S.GREETED, S.UNEXTENDED, S.READY, S.AUTHENTICATED):
    # RSET, NOOP, HELP, VRFY and QUIT go at any time, before EHLO too (RFC 5321 section 4.1.4).
    TRANSITIONS.update({(_idle, token): _idle for token in (T.RSET, T.OTHER, T.YES, T.NO)})
    TRANSITIONS[_idle, T.QUIT] = S.QUIT_SENT
for _open in S:
    # 421 may answer any command, or come unasked (RFC 5321 section 3.8).
    if _open is not S.CLOSED:
        TRANSITIONS[_open, T.CLOSING] = S.CLOSED

CONTENT_STATES = frozenset((S.CONTENT, S.HELO_CONTENT, S.AUTH_CONTENT))
"""Where a client line is the message, not a command."""
EXCHANGE_STATES = frozenset((S.AUTH_SENT, S.CHALLENGED, S.RESPONDED, S.CANCELLED))
"""Where an exchange exists."""
TRANSACTION_STATES = frozenset(state for state in S if "TRANSACTION" in state.name)
"""Where a mail transaction is open and the next command is due."""
COMMAND_TOKENS = {
    token.value.encode(): token
    for token in (T.EHLO, T.HELO, T.STARTTLS, T.AUTH, T.MAIL, T.RCPT, T.DATA, T.RSET, T.QUIT)
}
"""Verbs that the table knows by name; any other is `Token.OTHER`."""
ESTABLISHED = frozenset(state for state in S if state.name.startswith("AUTH_") and state is not S.AUTH_SENT) | {
    S.AUTHENTICATED,
    S.HELLO_AFTER_AUTH,
}
"""Where the client is logged in."""
KNOWN_VERBS = frozenset(
    (b"EHLO", b"HELO", b"STARTTLS", b"AUTH", b"MAIL", b"RCPT", b"DATA", b"RSET", b"QUIT", b"NOOP", b"HELP", b"VRFY",
     b"EXPN", b"BDAT", b"LHLO", b"ETRN", b"TURN")
)  # fmt: skip
"""Verbs that a line is taken for a command by, in a paste that names no sides."""
