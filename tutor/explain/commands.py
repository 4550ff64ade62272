"""Floor 4: why a line is no command, where a command was due: what a beginner's hand or eye did to it.

Where a response is due, `check.py` judges. Here the server has refused a line with 500 or 501, or has
taken it without being brought nearer to a login; the words say what is odd about the line itself.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from tutor.sasl import registry
from tutor.smtp.states import State
from tutor.wire import b64
from tutor.wire.printable import show


class Slip(NamedTuple):
    """What is odd about a line, and what to do."""

    summary: str
    fix: str
    source: str = "RFC 5321 section 4.1.1"


SHELL = re.compile(
    rb"(sudo |\$ ?)?(printf|echo|openssl|base64|curl|swaks|python3?|telnet|nc)\s|.*\|\s*(openssl|base64)\b"
)
"""A line for a shell, such as the course itself shows."""
MARKER = re.compile(rb"(C:|S:|[$>#%]|-->|->|<--|<-)\s*")
"""What transcripts and terminals put in front of a line."""
_VERBS = ("AUTH", "EHLO", "HELO", "STARTTLS", "QUIT", "MAIL", "RCPT", "DATA", "RSET", "NOOP", "HELP", "VRFY", "EXPN")
_GOODBYES = ("EXIT", "BYE", "LOGOUT", "END", "CLOSE", "DISCONNECT", "GOODBYE", "Q")
_GREETINGS = ("HELLO", "HALLO", "HI", "HEHLO", "EHELO", "ELHO", "HLEO", "EHL", "ELO", "EHHLO", "HEY", "OLEH")
_OTHERS = {"AUTHENTICATE": "IMAP", "CAPABILITY": "IMAP", "USER": "POP3", "PASS": "POP3", "APOP": "POP3", "GET": "HTTP"}


def slip(line: bytes, state: State) -> Slip | None:
    """What is odd about a line that came where a command was due; None where nothing of that kind is."""
    text = line.decode("utf-8", "replace")
    for look in _LOOKS:
        found = look(line, text, state)
        if found is not None:
            return found
    return None


def _framed(line: bytes, text: str, state: State) -> Slip | None:
    """Something stands in front of the line or around it."""
    if not line.strip():
        return Slip("An empty line is no command.", "Type the word of a command, then enter.")
    if SHELL.match(line):
        return Slip("That is a line for a shell, not for a server.", "Run it in a terminal, and send what it prints.")
    marker = MARKER.match(line)
    if marker is not None and marker.end() < len(line):
        return Slip(f"`{show(marker[0].strip())}` only shows who speaks; it is no part of the line.",
                    "Send the rest alone.")  # fmt: skip
    if re.match(rb"\d{3}([ -]|$)", line):
        return Slip("Three digits in front make it a server's line. You are the client.",
                    "A client's line begins with a word.", "RFC 5321 section 4.2")  # fmt: skip
    if len(text) > 1 and text[0] in "\"'`“<" and text[-1] in "\"'`”>":
        return Slip("Marks stand around the line; they are no part of it.", "Send what stands between them.")
    if text[0] in " \t":
        return Slip("A blank stands in front of the command.", "A line begins with its command, without a blank.")
    return None


def _mistyped(line: bytes, text: str, state: State) -> Slip | None:
    """The word of the command is not quite one."""
    word = text.strip().partition(" ")[0]
    verb = word.upper().rstrip(".,;:!")
    if verb in _VERBS and verb != word.upper():
        return Slip(f"`{show(word[len(verb) :])}` stands behind the word; a command has no such sign.", "Leave it out.")
    if verb in _GREETINGS:
        return Slip(f"SMTP's word for hello has four letters, and is not `{show(word)}`.",
                    "It begins with `E` and ends with `O`.", "RFC 5321 section 4.1.1.1")  # fmt: skip
    if verb in _GOODBYES:
        return Slip(f"SMTP does not know the word `{show(word)}`. Its goodbye has four letters.", "It begins with `Q`.",
                    "RFC 5321 section 4.1.1.10")  # fmt: skip
    if verb in _OTHERS:
        return Slip(f"`{verb}` is a word of {_OTHERS[verb]}, another language.",
                    "SMTP asks for a login with `AUTH`.", "RFC 4954 section 4")  # fmt: skip
    glued = re.match(r"(AUTH|EHLO|HELO)(?:[=:_/-]\s*)?(?=\w)", verb) if verb not in _VERBS else None
    if glued is not None:
        return Slip(f"Between `{glued[1]}` and what follows stands one blank, and nothing else.",
                    "Two words, one blank.")  # fmt: skip
    if registry.get(verb) is not None:
        return Slip(f"`{verb}` is the name of a mechanism, not a command.",
                    "The command that asks for it stands in front of it: `AUTH`.", "RFC 4954 section 4")  # fmt: skip
    return None


def _argument(line: bytes, text: str, state: State) -> Slip | None:
    """The command is known; what stands behind it is not right."""
    word, _, rest = text.strip().partition(" ")
    verb = word.upper()
    if verb in ("EHLO", "HELO") and not rest.strip():
        return Slip(f"Behind `{verb}` the name of your computer is missing.", "A blank, and the name.",
                    "RFC 5321 section 4.1.1.1")  # fmt: skip
    if verb == "AUTH" and not rest.strip():
        return Slip("Behind `AUTH` the name of a mechanism is missing.", "A blank, and one name of the server's list.",
                    "RFC 4954 section 4")  # fmt: skip
    if verb in ("STARTTLS", "QUIT") and rest.strip():
        source = "RFC 3207 section 4" if verb == "STARTTLS" else "RFC 5321 section 4.1.1.10"
        return Slip(f"`{verb}` stands alone on its line; nothing comes behind it.", "Send the one word.", source)
    if verb == "HELO":
        return Slip("`HELO` brings no list, so nobody can log in behind it.",
                    "The younger word is made of the same four letters.", "RFC 5321 section 4.1.1.1")  # fmt: skip
    return None


def _answer(line: bytes, text: str, state: State) -> Slip | None:
    """An answer, where nothing was asked."""
    message = b64.decode(line.strip()).message
    if not message or len(line.strip()) < 4 or text.strip().upper() in _VERBS:
        return None
    words = message.translate(None, b"\0\r\n\x01").decode("utf-8", "replace")
    if words.isprintable() and "\ufffd" not in words:
        return Slip("That is an answer in Base64, but the server has not asked anything.",
                    "First a command; the question comes with `334`.", "RFC 4954 section 4")  # fmt: skip
    return None


def _order(line: bytes, text: str, state: State) -> Slip | None:
    """The command is right, and comes at the wrong moment."""
    verb = text.split(" ", 1)[0].upper()
    if verb in ("AUTH", "MAIL") and state in (State.GREETED, State.UNEXTENDED):
        return Slip(f"`{verb}` comes too early: the server does not know yet who calls.",
                    "First greet it, and read its list.", "RFC 5321 section 4.1.4")  # fmt: skip
    if verb == "EHLO" and state is State.READY:
        return Slip("You have greeted already, and the list is the same.", "Go on with what the list offers.",
                    "RFC 5321 section 4.1.4")  # fmt: skip
    return None


def _unknown(line: bytes, text: str, state: State) -> Slip | None:
    """No command at all."""
    word = text.strip().partition(" ")[0]
    if word.upper() in _VERBS:
        return None
    fix = "First greet it." if state in (State.GREETED, State.UNEXTENDED) else "Its last list says what it can do."
    return Slip(f"`{show(word[:40])}` is no command that the server knows.", fix)


_LOOKS: tuple[Callable[[bytes, str, State], Slip | None], ...] = (
    _framed, _mistyped, _argument, _answer, _order, _unknown,
)  # fmt: skip
