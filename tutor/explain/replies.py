"""What a reply that carries no Base64 means, and what should come after it."""

import re

from tutor import reference
from tutor.smtp.dialogue import State
from tutor.spans import Field, Span
from tutor.wire import b64

KEYWORDS = {
    "AUTH": "AUTH lists the SASL mechanisms of this server, at this moment: after STARTTLS the list may differ.",
    "STARTTLS": "STARTTLS is offered: say it, start TLS, then say EHLO again (RFC 3207).",
    "XXXA": "XXXA is what is left of STARTTLS or AUTH where a firewall rewrites the session.",
    "XXXXXXXA": "XXXXXXXA is what is left of STARTTLS where a firewall rewrites the session.",
}
"""Keyword of the EHLO reply -> a note."""

_CLASSES = {
    2: "Yes: done.",
    3: "Go on: more is wanted.",
    4: "Not now: it may work later.",
    5: "No: it will not work like this.",
}
_SOURCES = {
    235: "RFC 4954 section 6", 334: "RFC 4954 section 4", 432: "RFC 4954 section 6", 454: "RFC 4954 section 6",
    530: "RFC 4954 section 6", 534: "RFC 4954 section 6", 535: "RFC 4954 section 6", 538: "RFC 4954 section 6",
    500: "RFC 4954 section 6", 521: "RFC 7504 section 3",
}  # fmt: skip
_EXPECTS = {
    220: "EHLO and the client's own host name.",
    221: "Nothing: the server closes the connection.",
    235: "MAIL, or whatever the client came for: it is logged in.",
    250: "The next command.",
    354: "The mail, ended by a line that is a single dot.",
    421: "Nothing: the server closes the connection. Try later.",
    432: "Log in once with PLAIN over TLS; then this mechanism works.",
    454: "Wait, then try the same again: the password is not the point.",
    501: "A command or response in the right form.",
    503: "The command that is due: EHLO before AUTH, AUTH only once.",
    504: "AUTH with a mechanism of the list that EHLO brought.",
    530: "AUTH (or STARTTLS, as the text says), then the same command again.",
    534: "AUTH with a stronger mechanism, or what the text asks for.",
    535: "AUTH again with other credentials, or QUIT.",
    538: "STARTTLS, EHLO, then AUTH again.",
}
_ENCODED = re.compile(rb"(?:failed|failure|invalid|error):? *:? ([A-Za-z0-9+/]{4,}={0,2})\s*\Z", re.IGNORECASE)
_ASKED = re.compile(rb"(?i)user ?name\W*|password\W*|[^<>]{0,40}:|<[^<>]+@[^<>]+>|r=.*,i=\d+|realm=.*|nonce=.*|\{.*\}")
"""What servers ask with: a prompt of LOGIN's, a challenge."""
_ECHO = re.compile(rb"AUTH +[A-Za-z0-9_-]+ +([A-Za-z0-9+/]{4,}={0,2})", re.IGNORECASE)


def _short(code: str) -> str | None:
    short = getattr(reference, "short", None)
    return None if short is None else str(short(code) or "") or None


def meaning_of(code: int, enhanced: str | None) -> str | None:
    """One short sentence for the code, without its enhanced code."""
    return _short(str(code)) or _CLASSES.get(code // 100)


def meaning_of_enhanced(enhanced: str) -> str | None:
    """One short sentence for the enhanced code (RFC 3463)."""
    return _short(enhanced)


def source_of(code: int) -> str:
    """Where the code is defined."""
    return _SOURCES.get(code, "RFC 5321 section 4.2.3")


def expects_after(code: int, state: State) -> str | None:
    """What should come after the reply."""
    if code == 250 and state is State.READY:
        return "AUTH, with a mechanism of the list; or STARTTLS first, where it is offered."
    return _EXPECTS.get(code)


def capability_fields(text: bytes, offset: int, capability: tuple[str, tuple[str, ...]]) -> list[Field]:
    """The keyword and its parameters; `text` begins at `offset` in the line."""
    keyword, parameters = capability
    source = "RFC 4954 section 3" if keyword == "AUTH" else "RFC 5321 section 4.1.1.1"
    words = re.search(rb"[^ \t=]+", text)
    if words is None:
        return []
    start = offset + words.start()
    end = offset + words.end()
    if b"." in words[0] or words[0][:1] == b"[":  # no keyword has one: the first line names the server
        name = words[0].decode("latin-1")
        return [Field("hostname", Span(start, end), name, "The server's own name, or what it says.", source)]
    found = [
        Field("keyword", Span(start, end), keyword, KEYWORDS.get(keyword, "Something that the server can do."), source)
    ]
    behind = text[words.end() :].strip(b" \t=")
    if parameters and behind:
        at = offset + text.find(behind, words.end())
        meaning = "The mechanisms that are offered." if keyword == "AUTH" else "Its parameters."
        found.append(Field("parameters", Span(at, at + len(behind)), " ".join(parameters), meaning, source))
    return found


def notes_on_text(text: bytes) -> list[str]:
    """What the text of a refusal hides: Postfix ends it with the last Base64 prompt."""
    match = _ENCODED.search(text)
    if match is None:
        return []
    message = b64.decode(match[1]).message
    if message is None or not message.isascii() or not message.decode().isprintable():
        return []
    if _ASKED.fullmatch(message) is None:
        return []  # some servers repeat the client's answer there
    return [
        f"{match[1].decode()} is the server's last prompt, `{message.decode()}`: the exchange ended there. "
        "It is nothing that the client sent."
    ]


def echoed_credentials(line: bytes) -> tuple[Span, ...]:
    """Where a server repeats an AUTH line with its initial response."""
    return tuple(Span(*match.span(1)) for match in _ECHO.finditer(line))
