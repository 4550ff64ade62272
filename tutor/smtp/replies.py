"""What our server says, in one table; a dialect may put other words in the place of these."""

from tutor.records import Record
from tutor.sasl.mechanism import Reason


class ReplyText(Record):
    """One reply before its placeholders are filled."""

    code: int
    enhanced: str | None
    """RFC 3463; None where the reply, or the server, has none."""
    texts: tuple[str, ...]
    """A line each. `{hostname}`, `{client}`, `{date}`, `{last}` (the last 334's Base64) are filled in."""


def _reply(code: int, enhanced: str | None, *texts: str) -> ReplyText:
    return ReplyText(code, enhanced, texts)


REPLIES: dict[str, ReplyText] = {
    # Enhanced codes stand on no 3xx, greeting or EHLO reply (RFC 2034 section 4).
    "greeting": _reply(220, None, "{hostname} ESMTP sasl-tutor"),
    "hello": _reply(250, None, "{hostname} greets {client}"),
    "ok": _reply(250, "2.0.0", "OK"),
    "help": _reply(214, "2.0.0", "EHLO HELO STARTTLS AUTH MAIL RCPT DATA RSET NOOP VRFY HELP QUIT"),
    "vrfy": _reply(252, "2.1.5", "Cannot verify a user, will take the message anyway"),
    "goodbye": _reply(221, "2.0.0", "{hostname} closes the connection"),
    "starttls": _reply(220, "2.0.0", "Ready to start TLS"),
    "sender": _reply(250, "2.1.0", "Sender OK"),
    "recipient": _reply(250, "2.1.5", "Recipient OK"),
    "go-ahead": _reply(354, None, "Go ahead, end with a line that is a single dot"),
    "thrown-away": _reply(250, "2.0.0", "Accepted and thrown away: this server delivers no mail"),
    # AUTH: RFC 4954 sections 4 and 6.
    "authenticated": _reply(235, "2.7.0", "Authentication successful"),
    "credentials": _reply(535, "5.7.8", "Authentication credentials invalid"),
    "malformed": _reply(501, "5.5.2", "The response does not have the mechanism's form"),
    "undecodable": _reply(501, "5.5.2", "Cannot decode this as Base64"),
    "cancelled": _reply(501, "5.7.0", "Authentication cancelled"),
    "no-initial-response": _reply(501, "5.7.0", "This mechanism takes no initial response: the server speaks first"),
    "mechanism": _reply(504, "5.5.4", "Unrecognized authentication mechanism"),
    "already": _reply(503, "5.5.1", "Already authenticated"),
    "in-transaction": _reply(503, "5.5.1", "AUTH is not permitted during a mail transaction"),
    "hello-first": _reply(503, "5.5.1", "Send EHLO first"),
    "not-extended": _reply(503, "5.5.1", "HELO knows no extensions: send EHLO first"),
    "too-long": _reply(500, "5.5.6", "Line too long"),
    "too-many": _reply(421, "4.7.0", "{hostname} Too many failed logins, closing the connection"),
    "too-weak": _reply(534, "5.7.9", "Authentication mechanism is too weak"),
    "encryption": _reply(538, "5.7.11", "Encryption required for the requested authentication mechanism"),
    "transition": _reply(432, "4.7.12", "A password transition is needed"),
    "temporary": _reply(454, "4.7.0", "Temporary authentication failure"),
    "auth-required": _reply(530, "5.7.0", "Authentication required"),
    "tls-first": _reply(530, "5.7.0", "Must issue a STARTTLS command first"),
    # Order and syntax: RFC 5321 sections 4.1.4 and 4.2.4, RFC 3207 section 4.
    "order": _reply(503, "5.5.1", "Bad sequence of commands"),
    "tls-active": _reply(503, "5.5.1", "TLS is active already"),
    "no-starttls": _reply(502, "5.5.1", "STARTTLS is not offered here"),
    "no-auth": _reply(503, "5.5.1", "AUTH is not offered here"),
    "syntax": _reply(501, "5.5.4", "Syntax error in parameters or arguments"),
    "parameter": _reply(555, "5.5.4", "A parameter of MAIL FROM or RCPT TO is not known here"),
    "unknown": _reply(500, "5.5.2", "Command not recognized"),
    "recipient-first": _reply(503, "5.5.1", "Send RCPT TO first"),
    "too-many-recipients": _reply(452, "4.5.3", "Too many recipients"),
    "too-big": _reply(552, "5.3.4", "Message too big"),
    "too-many-errors": _reply(421, "4.7.0", "{hostname} Too many errors, closing the connection"),
    "idle": _reply(421, "4.4.2", "{hostname} Timeout, closing the connection"),
    "too-many-connections": _reply(421, "4.3.2", "{hostname} Too many connections, try again later"),
    "shutting-down": _reply(421, "4.3.2", "{hostname} Service shutting down"),
}

REASONS: dict[Reason, str] = {
    Reason.CREDENTIALS: "credentials",
    Reason.MALFORMED: "malformed",
    # The same reply as for a wrong password (RFC 4954 section 6): who may act as whom is no stranger's business.
    Reason.AUTHORIZATION: "credentials",
    Reason.CANCELLED: "cancelled",
    Reason.TOO_WEAK: "too-weak",
    Reason.ENCRYPTION: "encryption",
    Reason.TRANSITION: "transition",
    Reason.TEMPORARY: "temporary",
    Reason.NO_INITIAL_RESPONSE: "no-initial-response",
    # Only a client finds this out; a server that hears of it has lost the login all the same.
    Reason.SERVER_UNPROVEN: "credentials",
}
"""How an exchange's failure is said in SMTP."""
