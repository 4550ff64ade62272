"""Floor 1: what the program is about, in a few lines: a login, and one challenge worth taking apart."""

from typing import NamedTuple


class Spoken(NamedTuple):
    """One line of a login."""

    side: str
    """`S` or `C`."""
    line: str
    says: str
    """In plain words; of Base64, what it decodes to."""


LOGIN = (
    Spoken("S", "220 mail.example.org ESMTP", "the server greets"),
    Spoken("C", "EHLO laptop.example.net", "who I am"),
    Spoken("S", "250 AUTH LOGIN PLAIN", "how to log in here"),
    Spoken("C", "AUTH LOGIN", "like this, please"),
    Spoken("S", "334 VXNlcm5hbWU6", "Username:"),
    Spoken("C", "YWRh", "ada"),
    Spoken("S", "334 UGFzc3dvcmQ6", "Password:"),
    Spoken("C", "••••••••", "a secret"),
    Spoken("S", "235 2.7.0 Authentication successful", "welcome"),
)
"""draft-murchison-sasl-login-00, RFC 4954 section 4."""
CHALLENGE = b"334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"
"""The challenge of the example of RFC 2195 section 2, as an SMTP server sends it."""
CHALLENGE_SOURCE = "RFC 2195 section 2"
LOOKED_AT = 15
"""The character of it that a picture points to: it lies in the timestamp."""
