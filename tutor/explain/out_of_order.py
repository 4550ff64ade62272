"""Floor 4: sessions in which something came at the wrong time, or replies were taken for answers to other lines."""

import re
from collections.abc import Iterator

from tutor.explain import wording
from tutor.explain.facts import CONTENT, Facts
from tutor.explain.finding import Finding, finding
from tutor.wire.lines import Side

# EHLO is missing

_HELLO = re.compile(
    r"\b(?:send|say|need|issue|use|expect\w*|missing|requires?|no|without|polite\w*)\b[^\n]{0,30}"
    r"\b(?:HELO|EHLO|hello)\b(?! ?[- ]?(?:and|&|or) AUTH)|"
    r"\b(?:HELO|EHLO|HELO/EHLO)\b (?:is )?(?:first|required|needed)",
    re.IGNORECASE,
)
"""Postfix, Exchange, Exim, sendmail, qmail-smtpd, Haraka and others with 503: EHLO was not said in this session."""
_OTHERWISE = (CONTENT, "EHLO", "HELO")
"""What such words do not speak of: a mail, or the name behind EHLO."""
_UNREAD = re.compile(
    r"(?:\b503[ -](?:5\.5\.\d )?(?:\w+: )?|(?<![\w.])5\.5\.[12] )(?P<text>[^\n]{1,120})", re.IGNORECASE
)
"""503, or its enhanced code alone, in a line that no format knows."""


def no_hello(facts: Facts) -> Iterator[Finding]:
    """The server has seen no EHLO: none was said, or none again behind STARTTLS (RFC 3207 section 4.2)."""
    for n, code, text in facts.replies:
        if code not in (503, 550, 501, 500) or facts.asked.get(n) in _OTHERWISE or not _HELLO.search(text):
            continue
        if stale_at(facts, n):
            yield finding("session.ehlo-again", n)
            return
        if not _greeted_before(facts, n) and any(one.what.side is Side.CLIENT for one in facts.seen):
            yield finding("session.no-ehlo", n, sure="likely")
            return
    if facts.replies:
        return
    for n, note in facts.notes:
        match = _UNREAD.search(note)
        if match is not None and _HELLO.search(match["text"]) and not wording.foreign(note):
            yield finding("session.no-ehlo", n, "503: the server has seen no EHLO in this session.", "likely")
            return


def stale_at(facts: Facts, n: int) -> bool:
    """Whether TLS began before line `n`, and no EHLO was said in it: the list is that of the time before."""
    begun = [at for at, code, _ in facts.replies if code == 220 and facts.asked.get(at) == "STARTTLS" and at < n]
    return bool(begun) and not any(begun[-1] < at < n for at in _hellos(facts))


def _hellos(facts: Facts) -> list[int]:
    commands = [(one.n, one.what.command) for one in facts.seen if one.what.command is not None]
    return [n for n, command in commands if command.verb in (b"EHLO", b"HELO")]


def _greeted_before(facts: Facts, n: int) -> bool:
    """Whether the server took an EHLO before line `n`."""
    return any(code == 250 and facts.asked.get(at) in ("EHLO", "HELO") and at < n for at, code, _ in facts.replies)


_NOT_HERE = (500, 502, 503, 504)


def not_again(facts: Facts) -> Iterator[Finding]:
    """AUTH was not taken behind STARTTLS, and EHLO was not said again: whatever the words are, that comes first."""
    for one in facts.auths:
        answer = facts.reply_behind(one)
        if answer is not None and answer[1] in _NOT_HERE and stale_at(facts, one.n):
            yield finding("session.ehlo-again", answer[0])
            return


# A login that is there already

_ALREADY = re.compile(r"already (?:been )?(?:authenticated|authori[sz]ed|logged[ -]?in)", re.IGNORECASE)


def twice(facts: Facts) -> Iterator[Finding]:
    """AUTH behind a good login, or in a transaction, was refused, and no mail followed (RFC 4954 section 4)."""
    taken = [n for n, code, _ in facts.replies if code == 235]
    for n, said in facts.refused:
        ours = said.code in ("session.auth-twice", "session.auth-in-transaction") and taken and taken[0] < n
        if ours and not _sent(facts, n):
            yield finding(said.code, n, said.summary)
            return
    for n, code, text in facts.replies:
        if code >= 400 and facts.asked.get(n) == "login" and _ALREADY.search(text) and not _sent(facts, n):
            yield finding("session.auth-twice", n)
            return


def _sent(facts: Facts, n: int) -> bool:
    return any(
        at > n and facts.asked.get(at) in ("MAIL", "RCPT", "DATA") for at, code, _ in facts.replies if code < 400
    )


# AUTH alone, and lines that are too long


def bare_auth(facts: Facts) -> Iterator[Finding]:
    """AUTH without a mechanism's name (RFC 4954 section 4)."""
    for n, note in facts.notes:
        answer = next((reply for reply in facts.replies if reply[0] > n), None) if note.strip() == "AUTH" else None
        if answer is not None and answer[1] in (500, 501, 502, 503, 504, 535) and answer[0] - n < 4:
            told = answer[1] != 501 and wording.family(answer[2]) == "session.auth-not-offered"
            if not facts.offered and facts.starttls and told:
                summary = "The reply to EHLO has STARTTLS and no AUTH, and the server says so itself: TLS comes first."
                yield finding("session.starttls-first", answer[0], summary)
                return
            if not facts.offered and not facts.starttls and (facts.listed or told):
                summary = "The reply to EHLO has no AUTH; a mechanism's name behind it would have changed nothing."
                unlisted = "The server says that it has no AUTH; a mechanism's name would have changed nothing."
                yield finding("session.auth-not-offered", answer[0], summary if facts.listed else unlisted)
                return
            summary = "AUTH was sent without a mechanism's name."
            fix = (
                "Name one that the program has and the server lists, such as AUTH PLAIN; install what it needs for it."
            )
            yield finding("session.client-bug", n, summary, "certain", fix)
            return


def too_long(facts: Facts) -> Iterator[Finding]:
    """The server calls AUTH's line, or the answer, too long (RFC 5321 section 4.5.3.1.4, RFC 4954 section 4)."""
    for n, code, text in facts.replies:
        if code >= 500 and facts.asked.get(n) == "login" and wording.family(text) == "session.line-too-long":
            yield finding("session.line-too-long", n)
            return


# One side is a reply behind

_KEYWORD = re.compile(
    r"250[ -](?:SIZE|8BITMIME|PIPELINING|STARTTLS|AUTH|HELP|DSN|ETRN|VRFY|CHUNKING|SMTPUTF8|ENHANCEDSTATUSCODES|"
    r"BINARYMIME|DELIVERBY)\b|250[ -]\S{1,80} (?:Hello|at your service|greets|pleased)\b",
    re.IGNORECASE,
)
"""A line that only the reply to EHLO has."""


def out_of_step(facts: Facts) -> Iterator[Finding]:
    """What answers AUTH, or follows it, is a piece of the greeting or of the reply to EHLO."""
    for number, one in enumerate(facts.seen[1:-1], 1):
        command = one.what.command
        before, behind = facts.seen[number - 1].what.reply, facts.seen[number + 1].what.reply
        if command is None or command.verb != b"AUTH" or behind is None:
            continue
        if before is not None and before.code == behind.code == 250 and not before.last:
            yield finding("session.out-of-step", one.n, "AUTH came before the last line of the EHLO reply.")
            return
        if _KEYWORD.match(facts.seen[number + 1].line.decode("latin-1")):
            yield finding("session.out-of-step", one.n, "What stands behind AUTH is a line of the reply to EHLO.")
            return
    late = next((number for number in range(len(facts.seen)) if _late(facts, number)), None)
    if late is not None:
        code, verb = facts.seen[late + 1].line[:3].decode(), facts.seen[late].line.split(b" ")[0].decode().upper()
        summary = f"{code} is no answer to {verb}: it answers what came before, so the client is a reply behind."
        yield finding("session.out-of-step", facts.seen[late].n, summary, "likely", _READ_ON)
        return
    found = facts.said(_GREETING_FOR_EHLO) or facts.said(_LATE, skip=_none_in_common)
    if found is not None:
        summary = "The program took a line of the greeting, or of the reply to EHLO, for the answer to something else."
        yield finding("session.out-of-step", found[0], summary, "likely", _READ_ON)
        return
    found = facts.said(_GREETING_LATE, skip=wording.foreign) if "220 " in facts.whole else None
    if found is not None:
        summary = "The greeting came late: the program had said EHLO before, and took 220 for the answer to it."
        fix = "Wait for 220 before EHLO (RFC 5321 section 4.3.1): give the program a longer timeout for the greeting."
        yield finding("session.out-of-step", found[0], summary, "likely", fix)
        return
    yield from _shifted(facts)


_OF_AN_EARLIER_ONE = {
    b"EHLO": {220: b"", 334: b"AUTH", 235: b"AUTH"}, b"HELO": {220: b"", 334: b"AUTH", 235: b"AUTH"},
    b"STARTTLS": {250: b"EHLO"}, b"MAIL": {220: b"", 334: b"AUTH", 354: b"DATA"},
    b"QUIT": {220: b"", 334: b"AUTH", 354: b"DATA"},
}  # fmt: skip
"""Command -> good replies that it cannot have, each with what it answers; nothing: the greeting.

RFC 5321 section 4.3.2, RFC 4954 section 4."""
_BEGINS_TLS = re.compile(rb"tls|ssl|ready|go ahead|start|begin|proceed", re.IGNORECASE)
"""What a server may write behind its 250 to STARTTLS, where 220 is due, and mean it."""


def _late(facts: Facts, number: int) -> bool:
    """Whether a command has got the good reply to an earlier one, which was not read before."""
    asked = facts.seen[number]
    command = asked.what.command if asked.what.kind == "command" else None
    behind = facts.seen[number + 1 :]
    if command is None or not behind or behind[0].what.reply is None:
        return False
    if number and facts.seen[number - 1].what.side is not Side.SERVER:
        return False  # commands that were sent together
    earlier = _OF_AN_EARLIER_ONE.get(command.verb, {}).get(behind[0].what.reply.code)
    if earlier is None:
        return False
    if earlier == b"":
        fits = not any(n < asked.n for n, code, _ in facts.replies if code == 220)
    else:
        fits = any(one.line[:4].upper() == earlier for one in facts.seen[:number])
    ends = next((at for at, one in enumerate(behind) if one.what.reply is not None and one.what.reply.last), 0)
    after = behind[ends + 1].what if ends + 1 < len(behind) else None
    if after is not None and after.reply is not None and after.reply.code not in (221, 421):
        return False  # the server says more: that is the answer, and a log has its lines in another order
    means_it = command.verb == b"STARTTLS" and _BEGINS_TLS.search(behind[0].line) and not _is_keyword(behind[0].line)
    return fits and not means_it


def _is_keyword(line: bytes) -> bool:
    return _KEYWORD.match(line.decode("latin-1")) is not None


_READ_ON = "Read each reply up to its last line: the one with a space behind the code (RFC 5321 section 4.2.1)."
_GREETING_FOR_EHLO = r"(?:reject|fail|error|unexpected|refus)[^\n]{0,60}\bEHLO\b[^\n]{0,60}\W220-"
_GREETING_LATE = (
    r"(?:reject|fail|error|unexpected|refus)[^\n]{0,60}\b(?:EHLO|HELO)\b[^\n]{0,60}\W220 \S|"
    r"\b(?:EHLO|HELO)\b (?:command |was |is )*(?:not accepted|rejected|refused|failed)[^\n]{0,60}\W220 \S"
)
_LATE = (
    r"\b(?:auth\w{0,20}|log-?in)\b[^\n]{0,20}\b(?:fail\w*|error|reject\w*|refus\w*|not accepted)\b[^\n]{0,40}"
    r"(?:\b(?:code|got)\W{1,3}(?:250|220)\b(?!\))|"
    r": ?\W?(?:250|220)[ -](?:(?-i:[A-Z])|\S+\.\S))|"  # Hoa, and others that show code and words
    r"expected response code (?:of )?\W{0,3}(?:334|354|235)(?:/\d{3})*\W{0,3} but got code \W{0,3}2[25]0\b|"
    r"expected response code (?:of )?\W{0,3}250\W{0,3} but got code \W{0,3}(?:220|354|334)\b"  # Swift Mailer, Symfony
)
"""A program that names the reply it did not want to AUTH, and that is a good reply to another command."""


def _none_in_common(text: str) -> bool:
    """PEAR adds the last reply, the one to EHLO, to what it says itself of the methods that are offered."""
    return re.search(r"support|\bmethod|\bmechanism|STARTTLS", text, re.IGNORECASE) is not None


_STEPS = (
    (r"(?:SEND )?(?:ehlo|helo)", (250,)), (r"auth[ _-]?(?:login|plain|request|cmd|command)?", (334, 235)),
    (r"(?:auth|send|smtp)?[ _-]?user ?(?:name)?", (334,)), (r"(?:auth|send|smtp)?[ _-]?pass(?:word)?", (235,)),
    (r"mail[ _-]?(?:from|to)?", (250, 251)), (r"rcpt[ _-]?(?:to)?|loop rcpt to", (250, 251)),
    (r"data\d?", (354, 250)), (r"quit", (221,)),
)  # fmt: skip
"""Step as programs label it in a table of the server's answers -> the good replies that it can have."""
_LABELLED = re.compile(
    r"(?:^|[\[(:>\"' ])(?P<step>[A-Za-z][A-Za-z0-9 _-]{2,15}?)[ _-]?(?:resp(?:onse)?|reply|result|answer)?[\])\"']{0,2}"
    r"(?: ?[:=]>? ?| => )[\"']?(?P<code>2[0-5]\d|3[35]4)[ -]",
    re.IGNORECASE,
)
_FULL_STEPS = tuple((re.compile(step, re.IGNORECASE), codes) for step, codes in _STEPS)


def _shifted(facts: Facts) -> Iterator[Finding]:
    """A table of answers in which good replies stand at steps that cannot have them."""
    wrong = [n for n, note in facts.notes if _misplaced(note)]
    if len(wrong) > 2 and any(re.search(r"\W2[25]0-\S", note) for _, note in facts.notes):
        summary = (
            "The answers are shifted: replies stand at steps that cannot have them. A reply of several lines was read"
        )
        yield finding("session.out-of-step", wrong[0], f"{summary} line by line.", "likely", _READ_ON)


def _misplaced(note: str) -> bool:
    match = _LABELLED.search(note)
    if match is None:
        return False
    code = int(match["code"])
    return any(step.fullmatch(match["step"].strip()) and code not in codes for step, codes in _FULL_STEPS)
