"""Why a server said no to a command, as one line of a running session shows it; whole transcripts are findings."""

from tutor.diagnosis import Diagnosis, Layer
from tutor.explain.catalogue import explain
from tutor.sasl import registry
from tutor.sasl.mechanism import Side
from tutor.smtp.dialogue import Observation, State
from tutor.smtp.states import ESTABLISHED, TRANSACTION_STATES

_COMMAND_LIMIT = 510
_RESPONSE_LIMIT = 12286
_OTHER_PROTOCOLS = {b"AUTHENTICATE": "IMAP", b"LOGIN": "IMAP", b"USER": "POP3", b"PASS": "POP3", b"APOP": "POP3"}
_TLS_FIRST = (523, 530, 538)
_OF_THE_SERVER = {
    421: "server.temporary",
    432: "server.password-transition",
    451: "server.temporary",
    454: "server.temporary",
    525: "server.account",
    534: "server.too-weak",
}


class Refusals:
    """Watches one session's observations, in order."""

    def __init__(self) -> None:
        self._asked: Observation | None = None
        self._length = 0
        self._tls = False

    def observe(self, seen: Observation, line: bytes) -> Diagnosis | None:
        """The next line: what it tells about the order of the session, or None. Never raises."""
        if seen.side is Side.CLIENT:
            self._asked, self._length = seen, len(line)
            return _other_protocol(seen)
        if seen.reply is None or not seen.reply.last:
            return None
        code = seen.reply.code
        if seen.state_before is State.STARTTLS_SENT and code == 220:
            self._tls = True
        asked, self._asked = self._asked, None
        if seen.state_before is State.CONNECTED and asked is None:
            return _said("greeting.refused", f"The greeting is {code} and not 220.") if code >= 400 else None
        if asked is None:
            return None
        if code == 334:
            ignored = any("ignored the initial response" in note for note in seen.notes)
            return _said("session.initial-response", "The server ignored the initial response.") if ignored else None
        return self._refused(asked, code) if code >= 400 else None

    def _refused(self, asked: Observation, code: int) -> Diagnosis | None:
        limit = _RESPONSE_LIMIT if asked.kind == "response" else _COMMAND_LIMIT
        verb = asked.command.verb if asked.command is not None else b""
        if code == 500 and self._length > limit:
            return _said(
                "session.line-too-long", f"The line has {self._length + 2} octets; {limit + 2} are taken here."
            )
        if verb == b"AUTH":
            return self._auth_refused(asked, code)
        if asked.kind == "response":
            return _of_the_server(code)
        if verb in (b"MAIL", b"RCPT"):
            if code == 503 and asked.state_before is State.GREETED:
                return self._no_ehlo(verb.decode("ascii"))
            if code == 530:
                return _said("session.auth-required", f"{verb.decode('ascii')} needs a login first ({code}).")
        return None

    def _auth_refused(self, asked: Observation, code: int) -> Diagnosis | None:
        before = asked.state_before
        if code == 503 and before in ESTABLISHED:
            return _said("session.auth-twice", "AUTH came again, and the client is logged in already.")
        if code == 503 and before in TRANSACTION_STATES:
            return _said("session.auth-in-transaction", "AUTH came inside a mail transaction.")
        if code == 503 and before in (State.CONNECTED, State.GREETED, State.UNEXTENDED):
            return self._no_ehlo("AUTH")
        if code in (500, 502, 503):
            return _said("session.auth-not-offered", f"AUTH is not taken here ({code}).")
        if code == 504:
            return _said("session.mechanism-not-offered", "The server does not offer this mechanism now.")
        if code in _TLS_FIRST:
            return _said("session.starttls-first", f"The server wants TLS before AUTH ({code}).")
        mechanism = None if asked.mechanism is None else registry.get(asked.mechanism)
        if code == 501 and asked.text is not None and mechanism is not None and not mechanism.initial_response:
            return _said("session.initial-response", f"{mechanism.name} takes no initial response.")
        return _of_the_server(code)

    def _no_ehlo(self, what: str) -> Diagnosis | None:
        if self._tls:
            return _said("session.ehlo-again", f"{what} came after STARTTLS without a new EHLO.")
        return _said("session.no-ehlo", f"{what} came before EHLO.")


def _other_protocol(seen: Observation) -> Diagnosis | None:
    if seen.command is None or seen.kind != "command":
        return None
    name = _OTHER_PROTOCOLS.get(seen.command.verb)
    return None if name is None else _said("session.wrong-protocol", f"This is a command of {name}, not of SMTP.")


def _of_the_server(code: int) -> Diagnosis | None:
    name = _OF_THE_SERVER.get(code)
    return None if name is None else _said(name, f"The server said {code}.")


def _said(code: str, summary: str) -> Diagnosis:
    entry = explain(code)
    return Diagnosis(
        code,
        Layer.LINE,
        summary,
        entry.fix if entry is not None else "",
        source=entry.source if entry is not None else "",
    )
