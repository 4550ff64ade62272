"""The learner is the server: asks, decodes what the client answers, and gives the verdict."""

from collections.abc import Mapping
from random import Random

from tutor.course.kinds.base import CLIENT, Play, no
from tutor.course.table import Table
from tutor.diagnosis import Verdict
from tutor.sasl import registry
from tutor.sasl.exchange import ClientExchange, ServerExchange
from tutor.sasl.identity import Credentials
from tutor.sasl.mechanism import Mechanism, Side, Success
from tutor.wire import b64, reply
from tutor.wire.lines import Line

_YES, _NO = 235, 535


class Serve(Play):
    """The server knows the scenario's user. `client` is `right`, `wrong` or, drawn by the seed, `either`."""

    INPUT = "line"
    prompt = "You, the server"
    placeholder = "one reply, with its code"

    @classmethod
    def read(cls, table: Table) -> Mapping[str, object]:
        """Who comes."""
        return {**super().read(table), "client": table.one_of("client", ("right", "wrong", "either"), "either")}

    def begin(self) -> None:
        """The client has said EHLO and AUTH; now the server must speak."""
        self._mechanism: Mechanism = registry.require(self.step.cast.mechanism)
        given = self.option("client")
        random = Random(f"{self.step.id} {self.seed}")
        self._honest = given == "right" or (given == "either" and random.random() < 0.5)
        own = self.scenario.credentials
        password = own.password or ""
        if not self._honest:
            password = "".join(random.sample(password, len(password)))
            password = password if password != own.password else password + "x"
        self._theirs = self.scenario._replace(credentials=Credentials(own.authcid, password))
        self._said: list[str] = []
        self._start()

    def _start(self) -> None:
        self._client = ClientExchange(self._mechanism, self._theirs)
        auth = b"AUTH " + self._mechanism.name.encode()
        first = self._client.initial_response
        if first is not None:
            auth += b" " + (b64.encode(first) or b"=")
        self._server = ServerExchange(self._mechanism, self.scenario, first)
        self._lines = [
            Line(Side.CLIENT, b"EHLO " + CLIENT),
            Line(Side.SERVER, b"250-" + self.scenario.hostname.encode()),
            Line(Side.SERVER, b"250 AUTH " + self._mechanism.name.encode()),
            Line(Side.CLIENT, auth),
        ]

    def own_names(self) -> Mapping[str, bytes]:
        """`due`: the reply that is due."""
        return {"due": self._due()} if hasattr(self, "_server") else {}

    def _due(self) -> bytes:
        if self._server.outcome is None:
            return b"334 " + b64.encode(self._server.challenge or b"")
        if isinstance(self._server.outcome, Success):
            return b"235 2.7.0 Authentication successful"
        return b"535 5.7.8 Authentication credentials invalid"

    def lines(self) -> list[Line]:
        """All that was said, both sides."""
        return [*super().lines(), *self._lines]

    def judge(self, text: str) -> Verdict:
        """The code must be the right one; a challenge must say what is due; the words of a verdict are free."""
        line = text.encode("utf-8", "surrogateescape")
        wrong = self._wrong(line)
        if wrong is not None:
            return wrong
        self._said.append(text)
        self._lines.append(Line(Side.SERVER, line))
        if self._server.outcome is not None:
            self.passed = True
            return Verdict(True)
        message = b64.decode(line[4:]).message or b""
        answer = self._client.response(message) or b""
        self._lines.append(Line(Side.CLIENT, b64.encode(answer)))
        self._server.respond(answer)
        return Verdict(True)

    def _wrong(self, line: bytes) -> Verdict | None:
        parsed = reply.parse_line(line)
        due = reply.parse_line(self._due())
        assert due is not None
        if not line.strip():
            return no("serve.nothing", "The client waits.", "A server answers every line.")
        if parsed is None:
            return no("serve.no-code", "A server's line begins with three digits and a blank.",
                      "Which code is it?", source="RFC 5321 section 4.2")  # fmt: skip
        if not parsed.last:
            return no("serve.more-lines", "A hyphen behind the code says that more lines follow; the client waits.",
                      "A blank stands in the last line, and this is the only one.",
                      source="RFC 5321 section 4.2.1")  # fmt: skip
        if parsed.code != due.code:
            return self._wrong_code(parsed.code, due.code)
        if due.code != 334:
            return None
        decoding = b64.decode(parsed.text)
        if not parsed.separator:
            return no("serve.no-space", "A blank must follow `334`; some clients stop without it.",
                      source="RFC 4954 section 4")  # fmt: skip
        if decoding.message is None:
            return no("serve.not-base64", f"What follows `334` must be Base64. {decoding.problems[0].message}",
                      source="RFC 4954 section 4")  # fmt: skip
        if not self._asks(decoding.message):
            return no("serve.wrong-challenge", "That is Base64, but it does not ask for what is due now.",
                      "What does the server not know yet?", source=self._mechanism.source)  # fmt: skip
        return None

    def _asks(self, message: bytes) -> bool:
        """The very challenge; or any words of LOGIN that ask for the same thing."""
        challenge = self._server.challenge or b""
        if message == challenge:
            return True
        seen = self._mechanism.recognises(Side.SERVER, message, False)
        turn = self._server.turns.number
        return (
            self._mechanism.name == "LOGIN"
            and seen is not None
            and seen.stage == self._mechanism.stage(Side.SERVER, turn, challenge)
        )

    def _wrong_code(self, code: int, due: int) -> Verdict:
        source = "RFC 4954 section 6"
        if code == 334:
            return no("serve.asks-on", "All is known now: the next reply is the verdict.", "Yes or no?", source=source)
        if due == 334 and code in (_YES, _NO):
            return no("serve.too-early", "That is a verdict, but you do not know yet what you must know.",
                      "Ask first: `334`, a blank, and the question in Base64.", source=source)  # fmt: skip
        if code == _YES:
            return no("serve.let-in", "You let somebody in who did not know the password.",
                      "Decode what was sent, and compare it letter by letter.", source=source)  # fmt: skip
        if code == _NO:
            return no("serve.kept-out", "The password was right, and you refused it.",
                      "Decode what was sent, and compare it letter by letter.", source=source)  # fmt: skip
        return no("serve.other-code", f"`{code}` is not the code for this.", "The codes of a login have a 3 in the "
                  "middle.", source=source)  # fmt: skip

    @property
    def encodes(self) -> bool:
        """A challenge is Base64."""
        return True

    def undo(self) -> bool:
        """Take the last reply back, with the client's answer to it."""
        if not self._said:
            return False
        *earlier, _ = self._said
        self._said = []
        self._start()
        for text in earlier:
            self.judge(text)
        return True

    def solution(self) -> list[str]:
        """The replies from here on."""
        copy = Serve(self.step, self.scenario, self.seed)
        for text in self._said:
            copy.judge(text)
        lines: list[str] = []
        while not copy.passed:
            lines.append(copy._due().decode())
            copy.judge(lines[-1])
        return lines[len(lines) :] if self.passed else lines


KIND = Serve
