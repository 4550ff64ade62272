"""What was pasted into the decode screen: the lines that it is walked through by, and why each session failed."""

from typing import TYPE_CHECKING

from tutor.explain.annotate import AnnotatedLine, annotate_line
from tutor.explain.hiding import repeated
from tutor.explain.shown import MASK, hidden, is_prose, is_sentence, secrets_of, told_of, without_passwords
from tutor.spans import Span
from tutor.tui.widgets.entry import octets

if TYPE_CHECKING:
    from tutor.explain.findings import Finding
    from tutor.explain.session import Session

MOST_LINES = 5000
"""Of one paste."""


def may_tell(line: bytes) -> bool:
    """Whether it is a line that may tell alone why something failed: a sentence, or a reply that refuses."""
    said = annotate_line(line)
    if said.kind == "reply":
        return said.code is not None and said.code >= 400
    return is_sentence(said) or (len(line.split()) > 2 and said.kind != "command")


class Pasted:
    """The sessions of a pasted text, and why each of them ended as it did."""

    def __init__(self, sessions: "list[Session] | None" = None) -> None:
        self._found: dict[int, list[Finding]] = {}
        self._sessions = sessions or []
        self.lines: list[AnnotatedLine] = []
        """Of all sessions, one behind the other; of what a program says, whole lines."""
        self.numbers: list[int] = []
        """Theirs in the text that was pasted, from 1: the findings name them so."""
        self.left_out = 0
        """Lines of the text that are not among them, though it may seem so."""
        self._owners: list[int] = []
        for place, session in enumerate(self._sessions):
            for n, line in self._walked(place, session):
                self.lines.append(line)
                self.numbers.append(n)
                self._owners.append(place)
        self.shown = list(dict.fromkeys(self._owners))
        """Sessions that have lines here."""

    @classmethod
    def read(cls, text: str) -> "Pasted":
        """The protocol lines of a pasted session or log, each annotated in its context."""
        from tutor.explain.session import sessions

        lines = text.splitlines()
        pasted = cls(list(sessions([line.encode("utf-8", "surrogateescape") for line in lines[:MOST_LINES]])))
        # What a program writes between the lines of a session is not missed; what is cut off is.
        cut = len(lines) > MOST_LINES or any(one.truncated or not one.entries for one in pasted._sessions)
        if cut or len(pasted.lines) == 1:
            pasted.left_out = sum(1 for line in lines if line.strip()) - len(set(pasted.numbers))
        return pasted

    def _walked(self, place: int, session: "Session") -> "list[tuple[int, AnnotatedLine]]":
        told = told_of(session, () if session.entries else self.findings(place))
        if not session.entries and not told:
            told = dict(session.notes[:1])
        secrets = secrets_of(session)
        if not session.entries:
            return [(n, _sentence(without_passwords(note, secrets))) for n, note in told.items()]
        lines = []
        for n, line, _, _ in session.entries:
            if line.side is None and not line.decoded and n in told:
                line = _sentence(without_passwords(told[n], secrets))
            elif not line.line.strip() and line.kind != "response":
                continue  # a client may answer with an empty line, but nobody says one
            elif is_prose(line):
                line = _sentence(hidden(line, False, secrets))
            elif not line.masked and (spans := repeated(line.line, secrets)):
                line = _repeated(line, spans)
            lines.append((n, line))
        return lines

    @property
    def name(self) -> str:
        """What wrote it."""
        from tutor.explain import formats

        name = self._sessions[0].format if self._sessions else ""
        return next((form.title.split(":")[0] for form in formats.all() if form.name == name), name)

    def places(self, place: int) -> list[int]:
        """Where the lines of a session stand among all."""
        return [at for at, owner in enumerate(self._owners) if owner == place]

    def owner(self, at: int) -> int | None:
        """The session of the line at a place in `lines`."""
        return self._owners[at] if 0 <= at < len(self._owners) else None

    def of(self, at: int) -> "tuple[Session | None, list[Finding]]":
        """The session of the line at a place in `lines`, and its findings."""
        place = self.owner(at)
        return (None, []) if place is None else (self._sessions[place], self.findings(place))

    def findings(self, place: int) -> "list[Finding]":
        """Why a session ended as it did."""
        from tutor.explain.findings import find

        if place not in self._found:
            self._found[place] = find(self._sessions[place])
        return self._found[place]


def _repeated(line: AnnotatedLine, spans: list[Span]) -> AnnotatedLine:
    """A reply in which the server repeats the client's answer: masked there, too, and in what is said of it."""
    fields = list(line.fields)
    for span in spans:
        secret = line.line[span.start : span.end].decode("utf-8", "replace")
        fields = [one._replace(value=one.value.replace(secret, MASK)) for one in fields]
    return line._replace(masked=tuple(spans), fields=tuple(fields), note=None)


def _sentence(text: str) -> AnnotatedLine:
    return AnnotatedLine(octets(text), None, "unknown")
