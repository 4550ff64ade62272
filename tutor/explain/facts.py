"""Floor 4: what a session holds, read once, for the rules that say why it failed."""

import re
from bisect import bisect_right
from collections.abc import Callable
from operator import itemgetter

from tutor.diagnosis import Diagnosis
from tutor.explain.refused import Refusals
from tutor.explain.session import Session
from tutor.records import Record
from tutor.smtp.dialogue import Dialogue, Observation
from tutor.smtp.states import CONTENT_STATES, EXCHANGE_STATES, KNOWN_VERBS
from tutor.wire.lines import Line, Side

LONGEST = 4096
"""Characters of a reply that are looked at."""
CONTENT = "content"
"""In `Facts.asked`: not a reply, but a line of a mail."""


class Seen(Record):
    """One line of the session."""

    n: int
    what: Observation
    line: bytes


class Facts:
    """A session, read once."""

    def __init__(self, session: Session) -> None:
        ehlo = None
        refusals = Refusals()
        self.seen: list[Seen] = []
        self.replies: list[tuple[int, int, str]] = []
        """Line of the log, code, and the whole text of a reply with its code."""
        self.asked: dict[int, str] = {}
        """Line of a reply -> what it answers: `login` for AUTH and responses, else the verb, or CONTENT for what only
        looks like a reply inside a mail; empty where nobody asked."""
        self.refused: list[tuple[int, Diagnosis]] = []
        self.format = session.format
        self.alone = session.alone and session.number == 1
        self._whole: str | None = None
        self.notes = _telling(session.notes)
        """What is no protocol line: line of the log, text. Only matched, never shown: it may hold a secret."""
        self.offered: frozenset[str] | None = None
        """The mechanisms of the last EHLO reply; None where none was seen."""
        self.starttls = False
        """Whether the last EHLO reply offered STARTTLS."""
        text: list[str] = []
        asker: Observation | None = None
        summed_up = next((n for n, note in session.notes if _SUMMARY.match(note)), None)
        for entry in session.entries:
            said = entry.seen or Dialogue().observe(Line(entry.line.side, entry.line.line, entry.n))
            if _prose(said) or (summed_up is not None and entry.n > summed_up):
                self.notes.append((entry.n, _text(entry.line.line)))
                continue
            self.seen.append(Seen(entry.n, said, entry.line.line))
            refusal = refusals.observe(said, entry.line.line)
            if refusal is not None:
                self.refused.append((entry.n, refusal))
            ehlo = entry.ehlo or ehlo
            mail = said.state_before in CONTENT_STATES
            if said.kind == "unknown" and not mail:
                self.notes.append((entry.n, _text(entry.line.line)))
            if said.side is Side.CLIENT:
                asker = said
            elif said.reply is not None:
                if text and not text[0].startswith(str(said.reply.code)):
                    text = []  # a reply without its last line
                text.append(_text(entry.line.line))
                if said.reply.last:
                    self.replies.append((entry.n, said.reply.code, " ".join(text)[:LONGEST]))
                    self.asked[entry.n] = _answers(said, asker)
                    text, asker = [], None
        if ehlo is None:
            self.offered = _listed(self.seen)
        else:
            self.offered = frozenset(ehlo.auth or ())
            self.starttls = ehlo.has("STARTTLS")
        if not self.offered:
            self.offered = _told(self.notes) or self.offered
        if text:
            last, code = self.seen[-1], int(text[0][:3])
            self.replies.append((last.n, code, " ".join(text)[:LONGEST]))
            if code >= 400 and last.what.reply is not None:
                self.asked[last.n] = _answers(last.what, asker)  # a no is one, whatever its last line says

    @property
    def whole(self) -> str:
        """All notes and replies, to be looked through once before many patterns are."""
        if self._whole is None:
            self._whole = "\n".join((*(text for _, text in self.notes), *(text for _, _, text in self.replies)))
        return self._whole

    @property
    def auths(self) -> list[Seen]:
        """The AUTH commands."""
        return [
            one
            for one in self.seen
            if one.what.command is not None and one.what.command.verb == b"AUTH" and not _prose(one.what)
        ]

    @property
    def greets(self) -> bool:
        """Whether the log shows the client's EHLO, so that it would show its AUTH too."""
        return any(one.what.command is not None and one.what.command.verb == b"EHLO" for one in self.seen)

    @property
    def listed(self) -> bool:
        """Whether the log shows EHLO with the whole reply to it: what is missing there is not offered."""
        hellos = [one for one in self.seen if one.what.command is not None and one.what.command.verb == b"EHLO"]
        answer = self.reply_behind(hellos[-1]) if hellos else None
        return answer is not None and answer[1] == 250 and self.asked.get(answer[0]) == "EHLO"

    def went_on(self, n: int) -> bool:
        """Whether the server spoke SMTP behind line `n`, other than to let TLS begin or to say goodbye."""
        behind = [(line, code) for line, code, _ in self.replies if line > n and code != 221]
        starts = [self.reply_behind(one) for one in self.seen if one.line[:8].upper() == b"STARTTLS"]
        begun = next((answer[0] for answer in reversed(starts) if answer is not None and answer[1] == 220), None)
        return bool(behind) and behind[-1][0] != begun

    def reply_behind(self, one: Seen) -> tuple[int, int, str] | None:
        """The first whole reply behind a line."""
        place = bisect_right(self.replies, one.n, key=itemgetter(0))
        return self.replies[place] if place < len(self.replies) else None

    @property
    def tried(self) -> bool:
        """Whether a program says that what it shows was the reply to AUTH, though the log does not show AUTH."""
        return bool(self.auths) or self.said(r"\bin (?:reply|response) to AUTH\b") is not None

    @property
    def mechanism(self) -> str | None:
        """Of the last AUTH, upper case, also of one that a sentence quotes; None where it is not told."""
        seen = next((one.what.mechanism for one in reversed(self.seen) if one.what.mechanism), None)
        return seen or self._told_mechanism()

    def _told_mechanism(self) -> str | None:
        """OAuth, where a sentence says that it was tried, and nothing else."""
        notes = [note for _, note in self.notes]
        if any(re.search(r"\bAuthenticator \W?(?:LOGIN|PLAIN|CRAM-MD5)\b", note) for note in notes):
            return None  # Swift and Symfony, which tell all that they tried
        found = (_OAUTH.search(note) for note in notes)
        return next(((match[1] or match[2]).upper() for match in found if match is not None), None)

    def said(
        self, pattern: str, skip: Callable[[str], bool] | None = None, skip_line: Callable[[int], bool] | None = None
    ) -> tuple[int, str] | None:
        """The first note or reply in which a pattern is found, case ignored; not one that is to be skipped.

        `skip` looks at its text, `skip_line` at the number of its line.
        """
        search = re.compile(pattern, re.IGNORECASE).search
        for n, text in (*self.notes, *((n, text) for n, _, text in self.replies)):
            if not search(text) or (skip is not None and skip(text)) or (skip_line is not None and skip_line(n)):
                continue
            return n, text
        return None


_SUMMARY = re.compile(r"SMTP Last Response Code:")
"""Mailspring repeats the last reply behind the session, without its codes: what looks like AUTH there is none."""
_CURLY = str.maketrans({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x201E: '"'})
"""Quotation marks that an editor or a web page put in place of straight ones."""


def _text(line: bytes) -> str:
    """A line as it is matched."""
    return _spaced(line.decode("utf-8", "replace").translate(_CURLY))


_OAUTH = re.compile(
    r"\b(?:AUTH|authenticator|mechanisms?|method|using|via|with|type|SASL)[\"': =]{1,3}"
    r"(XOAUTH2|OAUTHBEARER)\b(?![ ,]+(?:PLAIN|LOGIN))|"
    r"\b(?P<alone>XOAUTH2|OAUTHBEARER)\b[\"']? (?:auth\w{0,20} )?(?:failed|returned|error|rejected)",
    re.IGNORECASE,
)
"""How programs say with what they logged in."""
_STEP = re.compile(r"\bdma\S*: .*\bAUTH cram-md5 not available")
_BEHIND_LOGIN = re.compile(r"\bdma\S*: .*\bfailed after DATA\b")
"""The DragonFly Mail Agent tries CRAM-MD5, then LOGIN: what fails at DATA had a login behind it."""


def _spaced(text: str) -> str:
    """A line of qmail-send's log, whose reports have underscores for blanks (qmail-send.c, log3s)."""
    return text.replace("_", " ") if "_host_said:_" in text else text


def _telling(notes: tuple[tuple[int, str], ...]) -> list[tuple[int, str]]:
    """The notes, without lines of code in a traceback, and without a first try that a later one made good."""
    good = max((n for n, text in notes if _BEHIND_LOGIN.search(text)), default=0)
    notes = tuple((n, _spaced(text.translate(_CURLY))) for n, text in notes)
    return [(n, text) for n, text in notes if not text.startswith("raise ") and not (n < good and _STEP.search(text))]


def _answers(said: Observation, asker: Observation | None) -> str:
    if said.mechanism or said.state_before in EXCHANGE_STATES:
        return "login"
    if said.state_before in CONTENT_STATES:
        return CONTENT
    return "" if asker is None else _asks(asker)


def _listed(seen: list[Seen]) -> frozenset[str] | None:
    """The mechanisms of the last AUTH line in an EHLO reply, where the log does not show who asked for it."""
    for one in reversed(seen):
        match = re.match(rb"250[ -]AUTH[ =]([A-Za-z0-9 _-]+)", one.line)
        if match is not None and one.what.reply is not None:
            return frozenset(match[1].decode("ascii").upper().split())
    return None


_LIST = re.compile(
    r'\bserver \S+ with \{(.*)\}|\bFound extension "AUTH", arg "([A-Z0-9 _-]+)"|'
    r"\bAuth methods available on the server: ([A-Z0-9, _-]+)"
)
"""How lettre, Jakarta Mail and PHPMailer (SMTP.php, at its lowest level) tell what they read in the reply to EHLO."""


def _told(notes: list[tuple[int, str]]) -> frozenset[str]:
    """The mechanisms that a program says it was offered, where the log has the reply to EHLO in part or not at all."""
    found: frozenset[str] = frozenset()
    for _, note in notes:
        match = _LIST.search(note)
        if match is not None:
            names = match[2] or match[3] or " ".join(re.findall(r"Authentication\(([\w, -]+)\)", match[1]))
            found = frozenset(re.findall(r"[A-Z0-9_-]+", names.upper()))
    return found


def _asks(said: Observation) -> str:
    """What a client's line asks for, in the words of `Facts.asked`."""
    if said.kind == "response" or said.mechanism is not None:
        return "login"
    verb = "" if said.command is None else said.command.verb.decode("ascii", "replace")
    return "login" if verb == "AUTH" else verb or "?"


_VERDICTS = frozenset(
    {b"failed", b"failure", b"error", b"rejected", b"refused", b"unsuccessful", b"not", b"is", b"was"}
)
"""What stands behind a mechanism's name, or behind AUTH, in a sentence, such as `AUTH PLAIN failed: 535 …`."""


def _prose(said: Observation) -> bool:
    """Whether a line only looks like a command: a program's sentence, such as `Mail command failed: 530 …`.

    A mechanism's name is of letters, digits, hyphens and underscores (RFC 4422 section 3.1).
    """
    command = said.command
    if command is None:
        return False
    if command.verb == b"STARTTLS":
        return b" " in command.argument.strip()  # it takes no parameter (RFC 3207 section 4)
    if command.verb == b"AUTH":
        name, *rest = command.argument.split(b" ")
        if rest and _VERDICTS & {name.lower(), rest[0].rstrip(b":,").lower()}:
            return True
        return not name.replace(b"-", b"").replace(b"_", b"").isalnum()
    if command.verb not in KNOWN_VERBS and command.argument.count(b" ") >= 2:
        return True  # no command of SMTP has so many words
    return command.verb == b"MAIL" and not command.argument.upper().startswith(b"FROM:")
