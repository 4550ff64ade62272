"""Floor 4: why a session failed, from the client's answers and the challenges before them."""

import re
from collections.abc import Iterator

from tutor.diagnosis import Diagnosis
from tutor.explain.by_words import OAUTH, VAGUE
from tutor.explain.catalogue import explain
from tutor.explain.facts import Facts, Seen
from tutor.explain.finding import Finding, finding
from tutor.explain.hiding import NAMES
from tutor.explain.look import at_a_glance, is_text
from tutor.explain.masks import posted
from tutor.explain.values import UNSET
from tutor.reference import match_provider
from tutor.sasl import registry
from tutor.sasl.identity import Credentials
from tutor.smtp.states import CONTENT_STATES
from tutor.wire import b64
from tutor.wire.lines import Line, Side

_WRAPS = (60, 64, 72, 76)
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}").fullmatch
_UNSURE = ("value.username", "value.case", "value.domain", "value.mangled", "value.password")
"""What cannot be said of an answer when nobody tells the right name and password."""


def answers(facts: Facts) -> Iterator[Finding]:
    """A response whose form is wrong, whatever the password is."""
    seen = {one.n: one for one in facts.seen}
    for found in _answers(facts):
        command = _command(seen[found.line]) if found.line in seen else ""
        if command and "printf %s 'ada'" in found.fix:
            found = found._replace(fix=found.fix.replace("printf %s 'ada' | openssl base64 -A", command))
        yield found


_COMMANDS = {
    ("LOGIN", 0): "printf %s 'NAME' | openssl base64 -A",
    ("LOGIN", 1): 'read -rs P; printf %s "$P" | openssl base64 -A',
    ("PLAIN", 0): "read -rs P; printf '\\0%s\\0%s' 'NAME' \"$P\" | openssl base64 -A",
    ("XOAUTH2", 0): "printf 'user=%s\\001auth=Bearer %s\\001\\001' 'NAME' \"$TOKEN\" | openssl base64 -A",
    ("OAUTHBEARER", 0): "printf 'n,a=%s,\\001auth=Bearer %s\\001\\001' 'NAME' \"$TOKEN\" | openssl base64 -A",
    ("CRAM-MD5", 0): "sasl-tutor answer",
}
"""What prints the right answer, by mechanism and which answer it is: the name is not known for sure, nor a secret."""


def _command(one: Seen) -> str:
    return _COMMANDS.get((one.what.mechanism or "", one.what.turn or 0), "")


def _answers(facts: Facts) -> Iterator[Finding]:
    earlier: tuple[str, int] | None = None
    for number, one in enumerate(facts.seen):
        if one.what.side is Side.CLIENT and one.line.strip() == b"*":
            yield finding("session.cancelled", one.n)
            return
        behind = facts.seen[number + 1] if number + 1 < len(facts.seen) else None
        if _empty(one, behind):
            yield finding("session.answer", one.n)
            yield finding("line.empty", one.n, sure="likely")
            return
        if one.what.side is not Side.CLIENT or one.what.text is None:
            continue
        goes_on = any(n == one.n + 1 and _BASE64(text.strip()) for n, text in facts.notes)
        if behind is not None and behind.what.side is not Side.SERVER:
            goes_on = True
        if goes_on and (len(one.what.text) in _WRAPS or (behind is not None and _continued(one, behind))):
            yield finding("session.answer", one.n, "The encoder broke the answer into lines.")
            yield finding("b64.wrapped", one.n)
            return
        if behind is not None and behind.what.reply is not None and behind.what.reply.code in (235, 334):
            early = _plain_name(facts, number) or _damaged_name(one) or _without_end(facts, one)
            earlier = (early, one.n) if early and behind.what.reply.code == 334 else earlier
            continue
        if posted(one.what.text):
            continue
        shown = _by_bytes(one) or _without_end(facts, one)
        if shown:
            yield finding("session.answer", one.n)
            yield finding(shown, one.n, sure="likely")
            return
        said = _judged(facts, number)
        code = "" if said is None or said.code == "b64.masked" or said.code in _UNSURE else said.code
        seen = at_a_glance(one.what.mechanism, one.what.text, code)
        if seen != code:
            yield finding("session.answer", one.n)
            yield finding(seen, one.n, sure="likely")
            return
        if said is None or not code:
            continue
        if earlier is not None:
            yield finding("session.answer", earlier[1], f"Two answers were wrong, on lines {earlier[1]} and {one.n}.")
            yield finding(*earlier, sure="likely")
        else:
            yield finding("session.answer", one.n)
        # What the answer holds is not repeated here: without the password nobody can say what of it is secret.
        entry = explain(said.code)
        summary = said.summary if entry is None else entry.title[:1].upper() + entry.title[1:] + "."
        yield finding(said.code, one.n, summary)
        return
    if earlier is not None and any(code == 535 for _, code, _ in facts.replies):
        yield finding("session.answer", earlier[1])
        yield finding(*earlier, sure="likely")
        return
    yield from _told_by_server(facts)


def _told_by_server(facts: Facts) -> Iterator[Finding]:
    """A response that the log does not show: the server could not decode it, or the client cancelled."""
    found = facts.said(
        r"invalid base64 data|(?<!syntax error, )can(?:no|')t decode (?:response|argument|AUTH parameter|base64)|"
        r"another step is needed in authentication|authentication failed: bad protocol / cancel"
    )
    if found is None:
        aborted = facts.said(
            r"SASL \S+ authentication aborted|"
            r"^501 .*(?:auth\S*|negotiation)(?: exchange)? (?:aborted|cancell?ed)|client (?:aborted|cancell?ed) AUTH\b"
        )
        if aborted is not None:
            yield finding("session.cancelled", aborted[0])
    else:
        yield finding("session.answer", found[0], "The server could not decode the answer.")
        summary = "The answer is no Base64; perhaps it was not encoded at all. This log does not show it."
        yield finding("b64.alphabet", found[0], summary, "likely")


_CUT = 36
"""Characters of a line behind which encoders of mail programs may cut, whatever their width is."""


def _continued(one: Seen, behind: Seen) -> bool:
    """Whether the next line goes on where an answer stops: together they are Base64 of text."""
    text, rest = one.what.text or b"", behind.line.strip()
    name = one.what.mechanism == "LOGIN" and one.what.turn == 0  # behind which the password may follow
    if behind.n != one.n + 1 or name or len(text) < _CUT or text.endswith(b"="):
        return False
    if len(text) % 4 or behind.what.side is not Side.CLIENT or not _BASE64(rest.decode("ascii", "replace")):
        return False
    message = b64.decode(text + rest).message
    try:
        return message is not None and len(rest) <= len(text) and message.replace(b"\0", b"").decode().isprintable()
    except UnicodeDecodeError:
        return False


_NOTHING = UNSET - {b""}
"""What a program writes for a variable that was not set; what is empty is told elsewhere."""


def _empty(one: Seen, behind: Seen | None) -> bool:
    """Whether nothing was sent, in a log that begins in the middle, and a login was refused for it."""
    refused = None if behind is None or behind.what.reply is None else behind.what.reply.code
    if one.what.side is not Side.CLIENT or one.what.text is not None or one.what.state_before in CONTENT_STATES:
        return False
    return not one.line.strip() and refused in (501, 535)


def _by_bytes(one: Seen) -> str:
    """What the bytes of LOGIN's answer show, whoever the user is; empty where they show nothing."""
    message = one.what.message or b""
    if one.what.mechanism != "LOGIN":
        return ""
    if message in _NOTHING:
        return "value.placeholder"
    if b"\0" in message.strip(b"\0"):
        return "login.combined"
    return "b64.case-changed" if message[:1] and message[0] < 0x20 and message[1:].isalnum() else ""


def _damaged_name(one: Seen) -> str:
    """What is wrong with LOGIN's user name, which the server took without a word; empty where nothing shows."""
    message = one.what.message or b""
    if one.what.mechanism != "LOGIN" or one.what.turn != 0 or posted(one.what.text or b""):
        return ""
    if message and [problem.code for problem in b64.decode(one.what.text or b"").problems] == ["b64.padding"]:
        return "b64.padding"  # some servers read it all the same, and know nobody of that name
    if message[-1:] in (b"\n", b"\r"):
        return "text.trailing-newline"
    if len(message) > 3 and not len(message) % 2 and not any(message[1::2]) and all(message[::2]):
        return "text.utf-16"
    if b"\0" in message.strip(b"\0"):
        return "login.combined"
    if message in _NOTHING:
        return "value.placeholder"
    return "text.surrounding-space" if message != message.strip(b" ") else ""


def _plain_name(facts: Facts, number: int) -> str:
    """LOGIN's user name as it is, not encoded, to which the server said nothing."""
    one = facts.seen[number]
    decoding = b64.decode(one.what.text or b"")
    if one.what.mechanism != "LOGIN" or one.what.turn != 0 or not decoding.problems or is_text(decoding.lenient):
        return ""
    said = _judged(facts, number)
    return "b64.plain-text" if said is not None and said.code == "b64.plain-text" else ""


def _without_end(facts: Facts, one: Seen) -> str:
    """Whether the user name ends in the provider's name alone: `@gmail` at smtp.gmail.com."""
    if one.what.turn != 0 or one.what.mechanism not in ("PLAIN", "LOGIN") or posted(one.what.text or b""):
        return ""
    parts = (one.what.message or b"").split(b"\0")
    name = parts[0] if one.what.mechanism == "LOGIN" else parts[1] if len(parts) == 3 else b""
    domain = name.rpartition(b"@")[2].lower().decode("latin-1")
    if b"@" not in name or not domain.isalnum():
        return ""
    hosts = (_HOST.match(text) for n, _, text in facts.replies if n < one.n)
    return "value.domain" if any(host is not None and host[1].lower() == domain for host in hosts) else ""


_HOST = re.compile(r"2[25]0[ -](?:[A-Za-z0-9-]{1,63}\.)*([A-Za-z0-9-]{1,63})\.[A-Za-z]{2,24}[ ,]")
"""The server's name in its greeting or its reply to EHLO, and the last but one of its labels."""


def _judged(facts: Facts, number: int) -> Diagnosis | None:
    from tutor.explain.judge import Unjudgeable, judge_exchange
    from tutor.explain.usual import is_usual

    one = facts.seen[number]
    if posted(one.what.text or b""):
        return None
    message = None if one.what.text is None else b64.decode(one.what.text).message
    if message is not None and is_usual(one.what.mechanism or "", one.what.turns, message):
        return None
    lines = [Line(one.what.side, one.line, one.n) for one in facts.seen[: number + 1]]
    name = _name(facts, number)
    try:
        verdict = judge_exchange(lines, Credentials(name, None)).verdict
    except (Unjudgeable, ValueError):
        return None
    return verdict.diagnoses[0] if verdict.diagnoses and verdict.correct is False else None


def _name(facts: Facts, number: int) -> str:
    """The user name that stands in the exchange itself, as nobody else tells it."""
    one = facts.seen[number]
    mechanism = None if one.what.mechanism is None else registry.get(one.what.mechanism)
    messages = [message for side, message in one.what.turns.said if side is Side.CLIENT]
    texts = [*messages, b64.decode(one.what.text or b"").lenient]
    found: dict[str, bytes] = {}
    for turn, message in enumerate(texts) if mechanism is not None else ():
        for field in mechanism.fields(Side.CLIENT, turn, message) if mechanism is not None else ():
            # A part that may be the password (of a PLAIN message without its first NUL) is nobody's name.
            if field.name in NAMES and not field.secret and field.span.end > field.span.start:
                found.setdefault(field.name, message[field.span.start : field.span.end])
    for name in NAMES:
        if name in found:
            return found[name].split(b"\0")[0].strip(b"\r\n").decode("utf-8", "replace")
    return "ada"


_BOTH = re.compile(r"Authenticator \W{1,3}(?:LOGIN|PLAIN|CRAM-MD5)\b[^\n]*\b535[ -]")
"""Swift and Symfony, which try all that the server lists with the same password (EsmtpTransport.php)."""
_ERROR_CHALLENGE = re.compile(r"(?<![\w+/.-])(?P<code>334 )?(?P<text>eyJ[A-Za-z0-9+/]{8,}={0,2})")
"""A challenge that begins as JSON does, with a brace and a quotation mark; perhaps without its code."""


def token(facts: Facts) -> Iterator[Finding]:
    """An OAuth token was refused: the error challenge says so (RFC 7628 section 3.2.2), or a plain no does.

    Not where the message itself is malformed, and not where a provider says another reason.
    """
    told = next((n for n, text in _challenges(facts) if _is_error(text)), None)
    carried = [at for at, one in enumerate(facts.seen) if _carries(one) and (told is None or one.n < told)]
    number = carried[-1] if carried else None
    if number is not None and facts.seen[number].what.mechanism in OAUTH:
        said = _judged(facts, number)
        if said is not None and said.code != "b64.masked" and said.code not in _UNSURE:
            if told is not None:
                yield finding("session.answer", facts.seen[number].n)
                yield finding(said.code, facts.seen[number].n)
            return
    if told is not None:
        yield finding("server.token", told)
        return
    refused = [(n, text) for n, code, text in facts.replies if code == 535]
    if number is None or facts.mechanism not in OAUTH or not refused:
        return
    if all(text.finding in (*VAGUE, "server.app-password") for text in match_provider(refused[-1][1])):
        yield finding("server.token", refused[-1][0], sure="likely")


_QUOTED_PLAIN = r"\bAUTH PLAIN ([A-Za-z0-9+/]{4,}={0,2})(?![A-Za-z0-9+/=])"


def unset(facts: Facts) -> Iterator[Finding]:
    """PLAIN's message holds the name of nothing, such as `undefined`, in a sentence that quotes the command."""
    from tutor.wire import b64

    for n, note in facts.notes:
        for match in re.finditer(_QUOTED_PLAIN, note):
            message = b64.decode(match[1].encode()).message or b""
            parts = message.split(b"\0")
            if len(parts) == 3 and (parts[1] in UNSET or parts[2] in UNSET):
                yield finding("session.answer", n)
                yield finding("value.placeholder", n)
                return


def _carries(one: Seen) -> bool:
    """Whether a line is the client's first message of an exchange."""
    return one.what.side is Side.CLIENT and bool(one.what.text) and one.what.turn == 0


def _challenges(facts: Facts) -> Iterator[tuple[int, bytes]]:
    """Line and Base64 of every challenge, of those in a program's sentence too."""
    for one in facts.seen:
        if one.what.reply is not None and one.what.reply.code == 334 and one.what.text is not None:
            yield one.n, one.what.text
    for n, note in facts.notes:
        if _BOTH.search(note):
            continue  # a password was tried as well, and refused
        for match in _ERROR_CHALLENGE.finditer(note):
            text = match["text"].encode()
            if match["code"] or _names_scheme(text):
                yield n, text


def _is_error(text: bytes) -> bool:
    return "status" in _json(text)


def _names_scheme(text: bytes) -> bool:
    """Whether an error says how to log in instead: that of XOAUTH2 does, wherever it stands; other JSON does not."""
    found = _json(text)
    return str(found.get("status", "")).startswith("4") and bool({"schemes", "scope"} & found.keys())


def _json(text: bytes) -> dict[str, object]:
    """The object that a challenge holds; empty where it holds none."""
    from json import loads

    message = b64.decode(text).message or b""
    try:
        value = loads(message) if message[:1] == b"{" else None
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


_STOPPED = re.compile(
    r"(?:exception|error|failed|failure)\W[^\n]{0,60}\b334(?: [A-Za-z0-9+/]*={0,2})?\s*$", re.IGNORECASE
)


def stopped(facts: Facts) -> Iterator[Finding]:
    """A program that shows a challenge as its error: it had nothing to answer it with, or did not want to."""
    for n, note in facts.notes:
        if _STOPPED.search(note):
            summary = "What the program shows as the error is the server's question (334): it did not answer it."
            fix = "Give the program name and password: empty ones end here too."
            yield finding("session.cancelled", n, summary, "likely", fix)
            return


def digest(facts: Facts) -> Iterator[Finding]:
    """A digest got no more than no, and the server would take the password itself, which nobody tried."""
    refused = [(n, text) for n, code, text in facts.replies if code == 535 and facts.asked.get(n) == "login"]
    tried = {one.what.mechanism for one in facts.auths}
    clear = sorted((facts.offered or frozenset()) & {"PLAIN", "LOGIN"})
    if not refused or len(tried) != 1 or not tried <= {"CRAM-MD5", "DIGEST-MD5"} or not clear:
        return
    summary = f"{tried.pop()} was refused: a wrong password, or a server without clear passwords to compute with."
    fix = f"Try {' or '.join(clear)} over TLS with the same password: it tells the two apart."
    yield finding("server.no-clear-password", refused[-1][0], summary, "possible", fix)
    yield finding("server.bad-credentials", refused[-1][0], sure="possible")


_BROKEN = re.compile(r"[\"']([A-Za-z0-9+/]{60,76})(?:\\r)?\\n([A-Za-z0-9+/]{1,76}={0,2})[\"']")
"""A quoted value of two lines, the first one as long as encoders make them, with the line end written out."""


def broken_value(facts: Facts) -> Iterator[Finding]:
    """Nothing but a value: Base64 of readable text, with a line break where encoders wrap."""
    from tutor.wire import b64

    for n, note in facts.notes:
        match = _BROKEN.search(note)
        if match is None or len(match[1]) not in _WRAPS:
            continue
        message = b64.decode((match[1] + match[2]).encode()).message
        if message is not None and message.isascii() and message.decode().isprintable():
            yield finding("session.answer", n, "The encoder broke the value into lines.", "possible")
            yield finding("b64.wrapped", n, sure="possible")
            return
