"""Floor 4: why a session failed, from its whole transcript or from a single error line.

The main finding comes first. Nothing is said where nothing is known: a wrong finding is
worse than none. Texts of providers and servers are data (`tutor.reference`), each with its
source and date; the order of the rules is the order in which a good teacher would look.
"""

import re
from collections.abc import Iterator

from tutor.diagnosis import Diagnosis
from tutor.explain.catalogue import explain
from tutor.explain.facts import Facts, Seen
from tutor.explain.session import Session
from tutor.records import Record
from tutor.reference import match_provider
from tutor.sasl import registry
from tutor.sasl.identity import Credentials
from tutor.wire.lines import Line, Side

COMMAND_LIMIT = 510
"""Octets of a command line without its CRLF (RFC 5321 section 4.5.3.1.4)."""
_PROMPTS = (b"VXNlcm5hbWU6", b"UGFzc3dvcmQ6")
_VAGUE = ("server.bad-credentials", "server.temporary")
"""What says so little that the answer itself is looked at first."""
_WRAPS = (60, 64, 72, 76)
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}").fullmatch
_UNSURE = ("value.username", "value.case", "value.domain", "value.mangled", "value.password")
"""What cannot be said of an answer when nobody tells the right name and password."""
_NO_GREETINGS = (421, 450, 520, 521, 550, 554, 571)
"""What a server says that does not want the connection; another code without a greeting is a piece of a session."""


class Finding(Record):
    """One thing that happened in a session."""

    code: str
    line: int | None
    """The line of the log, counted from 1."""
    summary: str
    fix: str
    source: str
    sure: str
    """`certain`, `likely` or `possible`."""


def find(session: Session) -> list[Finding]:
    """What happened, the main thing first; empty where nothing is known. Never raises for any session."""
    facts = Facts(session)
    for rule in _RULES:
        found = list(rule(facts))
        if found:
            return found
    return []


def _finding(code: str, line: int | None, summary: str = "", sure: str = "certain", fix: str = "") -> Finding:
    entry = explain(code)
    title = "" if entry is None else entry.title[:1].upper() + entry.title[1:] + "."
    return Finding(
        code, line, summary or title, fix or ("" if entry is None else entry.fix),
        "" if entry is None else entry.source, sure,
    )  # fmt: skip


# The rules, in their order


def _client_bug(facts: Facts) -> Iterator[Finding]:
    """235 is success, and the client took it for an error."""
    found = facts.said(r"Expected response code \"?250\"? but got code \"?235")
    if found is not None:
        yield _finding("session.client-bug", found[0], "The server said 235, login done; the client wanted 250.")


def _succeeded(facts: Facts) -> Iterator[Finding]:
    """The last word on AUTH was 235."""
    words = [(n, code) for n, code, _ in facts.replies if code in (235, 535, 534, 530, 454, 501, 504)]
    if words and words[-1][1] == 235:
        yield _finding("session.ok", words[-1][0])


def _greeted(facts: Facts) -> Iterator[Finding]:
    """No greeting, or another protocol's."""
    from tutor.explain import greeting

    if not facts.seen:
        return
    first = facts.seen[0]
    other = None if first.what.side is Side.CLIENT else greeting.other_protocol(first.line)
    if other is not None:
        yield _finding("greeting.not-smtp", first.n, other[1])


_TLS_EXPECTED = r"wrong version number|ssl3_get_record|packet length too long|first record does not look like a TLS"
_TLS_FAILED = (
    r"certificate verify failed|self[- ]signed certificate|certificate has expired|certificate is not trusted|"
    r"unable to get local issuer|sslv3 alert handshake failure|unable to verify the first certificate|"
    r"hostname mismatch|TLS handshake failed|unsupported protocol \(_ssl"
)
_NO_GREETING = (
    r"Greeting never received|timed out while waiting for (?:the )?(?:initial )?greeting|"
    r"lost connection with .* while receiving the initial server greeting"
)


def _tls(facts: Facts) -> Iterator[Finding]:
    """What TLS libraries say, word for word."""
    for pattern, code in ((_TLS_EXPECTED, "greeting.tls-expected"), (_TLS_FAILED, "session.tls-failed"),
                          (_NO_GREETING, "greeting.none")):  # fmt: skip
        found = facts.said(pattern)
        if found is not None:
            yield _finding(code, found[0])
            return


def _by_text(facts: Facts, vague: bool = False) -> Iterator[Finding]:
    """A provider's or a program's own words."""
    failed = [(n, text) for n, code, text in facts.replies if code >= 400]
    for n, text in (*failed, *facts.notes):
        for provider in match_provider(text):
            code = provider.finding
            if not code or code in ("session.ok", "session.answer") or (code in _VAGUE) is not vague:
                continue
            entry = explain(code)
            rule = f"; {entry.source}" if entry is not None and entry.source else ""
            yield Finding(
                code, n, f"{provider.provider}: {provider.meaning}", provider.fix,
                f"{provider.source}, as of {provider.as_of}{rule}", "certain",
            )  # fmt: skip
            return


def _vaguely(facts: Facts) -> Iterator[Finding]:
    """Words that say no more than "no"."""
    yield from _by_text(facts, vague=True)


def _odd_challenge(facts: Facts) -> Iterator[Finding]:
    """A 334 without its space, or one in UTF-32."""
    for one in facts.seen:
        if re.match(rb"^3[^ -~]{1,3}3[^ -~]{1,3}4|^3\.\.\.3\.\.\.4", one.line):
            yield _finding("session.bad-challenge", one.n, "The server writes UTF-32, with three more bytes a letter.")
            return
    last = facts.seen[-1] if facts.seen else None
    if last is not None and last.line == b"334":
        summary = "The server's 334 has no space behind it, and some clients stop there (RFC 4954 section 4)."
        yield _finding("session.bad-challenge", last.n, summary, "likely")


def _order(facts: Facts) -> Iterator[Finding]:
    """What was refused since it came at the wrong time."""
    for n, said in facts.refused:
        if said.code == "greeting.refused" and not any(
            at == n and code in _NO_GREETINGS for at, code, _ in facts.replies
        ):
            continue
        if said.code in ("session.auth-required", *_VAGUE) or (
            said.code == "session.auth-not-offered" and _took(facts)
        ):
            continue
        yield Finding(said.code, n, said.summary, said.fix, said.source, "certain")
        return
    for one in facts.seen:
        command = one.what.command
        answer = facts.reply_behind(one)
        refused = command is not None and command.verb == b"STARTTLS" and answer is not None and answer[1] == 503
        greeted = any(seen.what.command is not None and seen.what.command.verb == b"EHLO" for seen in facts.seen)
        if refused and not greeted:
            yield _finding("session.ehlo-again", one.n, "STARTTLS came without an EHLO before it.")
            return


def _took(facts: Facts) -> bool:
    """Whether the last AUTH named an offered mechanism with an initial response: then that is what was not taken."""
    auths = facts.auths
    return bool(auths) and auths[-1].what.text is not None and auths[-1].what.mechanism in (facts.offered or ())


def _mechanism(facts: Facts) -> Iterator[Finding]:
    """AUTH with a mechanism that EHLO does not list."""
    for one in facts.auths:
        answer = facts.reply_behind(one)
        name = one.what.mechanism
        if name is None or answer is None or answer[1] < 400 or facts.offered is None or name in facts.offered:
            continue
        if not facts.offered:
            yield _finding("session.auth-not-offered", answer[0], "The last EHLO reply offers no AUTH.")
        else:
            listed = ", ".join(sorted(facts.offered))
            summary = f"The client sent AUTH {name if registry.get(name) else ''}; the server lists {listed}."
            yield _finding("session.mechanism-not-offered", answer[0], summary)
        return
    found = facts.said(r"invalid authentication mechanism|mechanism \S+ not available|unrecognized authentication type|"
                       r"authentication mechanism not supported|auth type not supported")  # fmt: skip
    if found is not None:
        yield _finding("session.mechanism-not-offered", found[0])


def _initial(facts: Facts) -> Iterator[Finding]:
    """The initial response: not taken, wanted, or too long for a command line."""
    for one in facts.auths:
        answer = facts.reply_behind(one)
        if len(one.line) > COMMAND_LIMIT and (answer is None or answer[1] >= 500):
            summary = f"The AUTH line has {len(one.line) + 2} octets; a command line may have 512."
            yield _finding("session.line-too-long", one.n, summary, "likely")
            return
        if answer is None:
            continue
        n, code, _ = answer
        if one.what.text is not None and code in (500, 501, 502) and _undamaged(one):
            yield _finding("session.initial-response", n, f"AUTH with an initial response got {code}.", "likely")
            return
        if one.what.text is None and code in (501, 535) and one.what.mechanism == "PLAIN":
            summary = f"A bare AUTH PLAIN got {code} at once: no 334 came."
            yield _finding("session.initial-response-required", n, summary)
            return


def _undamaged(one: Seen) -> bool:
    from tutor.wire import b64

    return one.what.text is not None and b64.decode(one.what.text).message is not None


def _answers(facts: Facts) -> Iterator[Finding]:
    """A response whose form is wrong, whatever the password is."""
    earlier: tuple[str, int] | None = None
    for number, one in enumerate(facts.seen):
        if one.what.side is Side.CLIENT and one.line.strip() == b"*":
            yield _finding("session.cancelled", one.n)
            return
        if one.what.side is not Side.CLIENT or one.what.text is None:
            continue
        behind = facts.seen[number + 1] if number + 1 < len(facts.seen) else None
        goes_on = any(n == one.n + 1 and _BASE64(text.strip()) for n, text in facts.notes)
        if behind is not None and behind.what.side is not Side.SERVER:
            goes_on = True
        if goes_on and len(one.what.text) in _WRAPS:
            yield _finding("session.answer", one.n, "The encoder broke the answer into lines.")
            yield _finding("b64.wrapped", one.n)
            return
        if behind is not None and behind.what.reply is not None and behind.what.reply.code in (235, 334):
            early = _damaged_name(one)
            earlier = (early, one.n) if early and behind.what.reply.code == 334 else earlier
            continue
        shown = _by_bytes(one)
        if shown:
            yield _finding("session.answer", one.n)
            yield _finding(shown, one.n, sure="likely")
            return
        said = _judged(facts, number)
        if said is None or said.code == "b64.masked" or said.code in _UNSURE:
            continue
        yield _finding("session.answer", one.n)
        # What the answer holds is not repeated here: without the password nobody can say what of it is secret.
        entry = explain(said.code)
        summary = said.summary if entry is None else entry.title[:1].upper() + entry.title[1:] + "."
        yield _finding(said.code, one.n, summary)
        return
    if earlier is not None and any(code == 535 for _, code, _ in facts.replies):
        yield _finding("session.answer", earlier[1])
        yield _finding(*earlier, sure="likely")
        return
    found = facts.said(
        r"invalid base64 data|cannot decode (?:response|argument)|another step is needed in authentication"
    )
    if found is not None:
        yield _finding("session.answer", found[0], "The server could not decode the answer.")
        summary = "The answer is no Base64; perhaps it was not encoded at all. This log does not show it."
        yield _finding("b64.alphabet", found[0], summary, "likely")


def _by_bytes(one: Seen) -> str:
    """What the bytes of LOGIN's answer show, whoever the user is; empty where they show nothing."""
    message = one.what.message or b""
    if one.what.mechanism != "LOGIN":
        return ""
    if b"\0" in message.strip(b"\0"):
        return "login.combined"
    return "b64.case-changed" if message[:1] and message[0] < 0x20 and message[1:].isalnum() else ""


def _damaged_name(one: Seen) -> str:
    """What is wrong with LOGIN's user name, which the server took without a word; empty where nothing shows."""
    message = one.what.message or b""
    if one.what.mechanism != "LOGIN" or one.what.turn != 0:
        return ""
    if message[-1:] in (b"\n", b"\r"):
        return "text.trailing-newline"
    if len(message) > 3 and not len(message) % 2 and not any(message[1::2]) and all(message[::2]):
        return "text.utf-16"
    return "text.surrounding-space" if message != message.strip(b" ") else ""


def _judged(facts: Facts, number: int) -> Diagnosis | None:
    from tutor.explain.judge import Unjudgeable, judge_exchange

    lines = [Line(one.what.side, one.line, one.n) for one in facts.seen[: number + 1]]
    name = _name(facts, number)
    try:
        verdict = judge_exchange(lines, Credentials(name, None)).verdict
    except (Unjudgeable, ValueError):
        return None
    return verdict.diagnoses[0] if verdict.diagnoses and verdict.correct is False else None


def _name(facts: Facts, number: int) -> str:
    """The user name that stands in the exchange itself, as nobody else tells it."""
    from tutor.wire import b64

    one = facts.seen[number]
    mechanism = None if one.what.mechanism is None else registry.get(one.what.mechanism)
    messages = [message for side, message in one.what.turns.said if side is Side.CLIENT]
    texts = [*messages, b64.decode(one.what.text or b"").lenient]
    if mechanism is not None:
        for turn, message in enumerate(texts):
            for field in mechanism.fields(Side.CLIENT, turn, message):
                if field.name in ("authcid", "username", "user", "n", "a") and field.span.end > field.span.start:
                    return (
                        message[field.span.start : field.span.end]
                        .split(b"\0")[0]
                        .strip(b"\r\n")
                        .decode("utf-8", "replace")
                    )
    return "ada"


def _gave_up(facts: Facts) -> Iterator[Finding]:
    """The client left at a challenge."""
    for number, one in enumerate(facts.seen):
        if one.what.reply is None or one.what.reply.code != 334:
            continue
        rest = [seen for seen in facts.seen[number + 1 :] if seen.what.side is not Side.SERVER]
        left = not rest or rest[0].line.strip().upper() == b"QUIT"
        if not left:
            continue
        if any("ignored the initial response" in note for note in one.what.notes):
            yield _finding("session.initial-response", one.n)
        elif one.what.mechanism == "LOGIN" and one.what.text not in (None, b"", *_PROMPTS):
            yield _finding("session.prompt-compared", one.n, sure="likely")
        elif rest:
            yield _finding("session.out-of-step", rest[0].n, "QUIT came where a response to the 334 was due.", "likely")
        return


def _never_sent(facts: Facts) -> Iterator[Finding]:
    """Mail without a login."""
    if facts.auths:
        return
    found = facts.said(r"no supported authentication mechanisms?|no suitable authentication (?:method|mechanism)")
    if facts.offered is not None and not facts.offered and facts.starttls and found is not None:
        yield _finding(
            "session.starttls-first", found[0], "AUTH has nothing to offer before TLS, and STARTTLS is offered."
        )
        return
    for n, code, text in facts.replies:
        relay = code in (550, 554) and re.search(r"relay|authenticat", text, re.IGNORECASE)
        if code == 530 or relay:
            tls = re.search(r"starttls", text, re.IGNORECASE)
            yield _finding("session.starttls-first" if tls else "session.auth-required", n)
            return


_BY_CODE = {
    421: "server.temporary", 432: "server.password-transition", 451: "server.temporary", 454: "server.temporary",
    504: "session.mechanism-not-offered", 523: "session.starttls-first", 525: "server.account",
    530: "session.auth-required", 534: "server.too-weak", 535: "server.bad-credentials",
    538: "session.starttls-first",
}  # fmt: skip


def _by_code(facts: Facts) -> Iterator[Finding]:
    """Nothing more to go by than the code."""
    for n, code, _ in reversed(facts.replies):
        if code in _BY_CODE:
            yield _finding(_BY_CODE[code], n, sure="likely")
            return
    yield from _by_words(facts)


_TLS_FIRST = r"must issue a starttls|secure connection is requi"
"""Gmail and others; QQ Mail, in its own spelling."""
_QUOTED = r"(?:^|[^\w.])(%d)[ -](?:[45]\.[0-9]{1,3}\.[0-9]{1,3}|[A-Z])"


def _by_words(facts: Facts) -> Iterator[Finding]:
    """A reply inside a program's own sentence."""
    found = facts.said(_TLS_FIRST)
    if found is not None:
        yield _finding("session.starttls-first", found[0], sure="likely")
        return
    for code in (504, 530, 534, 538, 454):
        found = facts.said(_QUOTED % code)
        if found is not None:
            yield _finding(_BY_CODE[code], found[0], sure="likely")
            return
    found = facts.said(r"authentication failed: UGFzc3dvcmQ6|\b535\b|authentication (?:failed|failure|unsuccessful)")
    if found is not None:
        told = "UGFzc3dvcmQ6" in found[1]
        summary = "The login failed at the password. UGFzc3dvcmQ6 is only the server's last prompt, `Password:`."
        yield _finding("server.bad-credentials", found[0], summary if told else "", "likely")


_RULES = (
    _client_bug, _succeeded, _greeted, _tls, _odd_challenge, _by_text, _mechanism, _initial, _answers, _order,
    _never_sent, _gave_up, _vaguely, _by_code,
)  # fmt: skip
