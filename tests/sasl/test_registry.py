"""One suite over every registered mechanism: a new file is tested the moment it exists."""

from importlib import import_module
from pkgutil import iter_modules

import pytest
from hypothesis import given, settings
from hypothesis.strategies import DrawFn, binary, booleans, characters, composite, integers, sampled_from, text

from tests.sasl.misconceptions import check
from tutor.sasl import mechanisms, registry
from tutor.sasl.exchange import ClientExchange, ServerExchange
from tutor.sasl.identity import Credentials, UserTable
from tutor.sasl.mechanism import (
    Certainty,
    Failure,
    Mechanism,
    Outcome,
    Recognition,
    Scenario,
    Side,
    Success,
    Turn,
    Turns,
)
from tutor.smtp import replies
from tutor.spans import GAP, Field, tile

ALL = registry.all()
PLAYED = registry.played()
CHALLENGES = {
    "username prompt", "password prompt", "challenge", "rspauth", "server-first", "server-final", "error-json",
    "type-1", "type-2", "type-3", "security-layer", "empty", "text",
}  # fmt: skip
RESPONSES = {
    "initial response", "username", "password", "response", "client-first", "client-final", "type-1", "type-2",
    "type-3", "acknowledgement", "cancel",
}  # fmt: skip
# What a flipped byte must never leave valid. A file may say it itself, as PROTECTED.
PROTECTED = {
    "LOGIN": ("username", "password"),
    "PLAIN": ("authcid", "passwd"),
    "CRAM-MD5": ("authcid", "digest"),
    "DIGEST-MD5": ("username", "realm", "nonce", "cnonce", "nc", "response", "rspauth"),
}
SCRAM = ("n", "r", "c", "p", "v")
WITHOUT_PASSWORD = {"ANONYMOUS", "EXTERNAL"}


def scenario_for(mechanism: Mechanism, credentials: Credentials, password: str | None = None) -> Scenario:
    """A server that knows this user; a binding only where the mechanism binds (else the client must say `y`)."""
    binding = ("tls-server-end-point", b"\x17" * 32) if mechanism.name.endswith("-PLUS") else None
    known = credentials.password if password is None else password
    users = UserTable({credentials.authcid: known or ""})
    return Scenario(credentials, users, tls=True, channel_binding=binding)


class Spoken:
    """A whole exchange between our client and our server, perhaps with a byte changed on its way."""

    def __init__(
        self,
        mechanism: Mechanism,
        client: Scenario,
        server: Scenario,
        *,
        initial: bool = True,
        flip: tuple[int, int, int] | None = None,
    ) -> None:
        self.said: list[Turn] = []
        self._flip = flip
        ours = ClientExchange(mechanism, client)
        first = ours.initial_response
        if first is not None and initial and ours.outcome is None:
            theirs = ServerExchange(mechanism, server, self._on_the_way(Side.CLIENT, first))
        else:
            theirs = ServerExchange(mechanism, server)
        for turn in range(8):
            if theirs.outcome is not None or ours.outcome is not None:
                break
            challenge = self._on_the_way(Side.SERVER, theirs.challenge or b"")
            answer = first if turn == 0 and first is not None and not initial else ours.response(challenge)
            if answer is None:
                theirs.cancel()
            else:
                theirs.respond(self._on_the_way(Side.CLIENT, answer))
        self.server: Outcome | None = theirs.outcome
        if isinstance(theirs.outcome, Success):
            ours.succeed()
        elif theirs.outcome is not None:
            ours.fail()
        self.client: Outcome | None = ours.outcome

    def _on_the_way(self, side: Side, message: bytes) -> bytes:
        if self._flip is not None and self._flip[0] == len(self.said):
            _, at, bit = self._flip
            message = message[:at] + bytes([message[at] ^ 1 << bit]) + message[at + 1 :]
        self.said.append(Turn(side, message))
        return message

    @property
    def succeeded(self) -> bool:
        """Whether both sides say so."""
        return isinstance(self.server, Success) and isinstance(self.client, Success)

    def turns(self) -> list[tuple[Side, int, bytes]]:
        """Each message with its turn, counted per side; an initial response leaves the first challenge out."""
        early = bool(self.said) and self.said[0].side is Side.CLIENT
        counts = {Side.CLIENT: 0, Side.SERVER: 1 if early else 0}
        found = []
        for side, message in self.said:
            found.append((side, counts[side], message))
            counts[side] += 1
        return found


def sound(fields: list[Field], message: bytes) -> list[Field]:
    """The tiled fields of a message, which cover it; each with a name, a meaning and a place in it."""
    found = tile(len(message), fields)
    assert b"".join(message[f.span.start : f.span.end] for f in found if f.level == 0) == message
    for field in found:
        assert field.name
        assert field.name.isprintable()
        assert field.name == GAP or field.meaning
        assert 0 <= field.span.start <= field.span.end <= len(message)
        assert field.level >= 0
        assert isinstance(field.value, str)
    return found


def reply_to(outcome: Outcome | None) -> tuple[int, str | None]:
    """The reply that an exchange's failure becomes."""
    assert isinstance(outcome, Failure)
    reply = replies.REPLIES[replies.REASONS[outcome.reason]]
    return reply.code, reply.enhanced


def recognised(mechanism: Mechanism, side: Side, message: bytes, clear: bool = False) -> Recognition | None:
    """What a mechanism makes of a lone message, with a stage of the list and a reason."""
    found = mechanism.recognises(side, message, clear)
    if found is not None:
        assert found.stage in CHALLENGES | RESPONSES
        assert found.why.endswith(".")
    return found


@composite
def credentials(draw: DrawFn) -> Credentials:
    anything = text(characters(codec=None), max_size=10)
    easy = text(characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=10)
    awkward = sampled_from(
        ["ada", "a,b=c", 'c"u\\r', "ada@example.org", "\u00e4d\u00e4", "a\u0308", "correct horse", "\u00a0x", "\u00ad"]
    )
    name, password = draw(easy | awkward | anything), draw(easy | awkward | anything)
    return Credentials(name, password, draw(sampled_from(["", "", name])))


@pytest.mark.parametrize("mechanism", PLAYED, ids=str)
@given(credentials=credentials(), initial=booleans())
@settings(max_examples=25)
def test_client_and_server_agree(mechanism: Mechanism, credentials: Credentials, initial: bool) -> None:
    """For any credentials that it can carry; for the others, `carries` says why."""
    assert mechanism.carries is not None, "carries() is how the others are told why not"
    reason = mechanism.carries(credentials)
    if reason is not None:
        assert reason.endswith(".")
        return
    scenario = scenario_for(mechanism, credentials)
    spoken = Spoken(mechanism, scenario, scenario, initial=initial)
    assert spoken.succeeded, (spoken.server, spoken.client, spoken.said)
    assert spoken.server == spoken.client
    again = Spoken(mechanism, scenario, scenario, initial=initial)
    assert again.said == spoken.said


@pytest.mark.parametrize("mechanism", PLAYED, ids=str)
@given(credentials=credentials())
@settings(max_examples=15)
def test_what_cannot_be_carried_never_raises(mechanism: Mechanism, credentials: Credentials) -> None:
    """Nor do credentials without a password, which the checks use."""
    for each in (credentials, Credentials(credentials.authcid)):
        scenario = scenario_for(mechanism, each)
        Spoken(mechanism, scenario, scenario)


@pytest.mark.parametrize("mechanism", PLAYED, ids=str)
@pytest.mark.parametrize("initial", [True, False])
def test_a_wrong_password_or_an_unknown_user(mechanism: Mechanism, initial: bool) -> None:
    known = scenario_for(mechanism, Credentials("ada", "correct-horse"))
    assert Spoken(mechanism, known, known, initial=initial).succeeded
    for wrong in (Credentials("ada", "correct-horsf"), Credentials("tim", "correct-horse"), Credentials("ada", "x")):
        spoken = Spoken(mechanism, known._replace(credentials=wrong), known, initial=initial)
        if mechanism.name in WITHOUT_PASSWORD:
            continue
        assert reply_to(spoken.server) == (535, "5.7.8")
        assert not isinstance(spoken.client, Success)


@pytest.mark.parametrize("mechanism", PLAYED, ids=str)
def test_a_server_never_tells_an_unknown_user_from_a_wrong_password(mechanism: Mechanism) -> None:
    """RFC 4954 section 6: one reply for both, and as many steps."""
    if mechanism.name in WITHOUT_PASSWORD:
        return
    known = scenario_for(mechanism, Credentials("ada", "correct-horse"))
    lengths, outcomes = set(), set()
    for wrong in (Credentials("ada", "wrong"), Credentials("tim", "wrong")):
        spoken = Spoken(mechanism, known._replace(credentials=wrong), known)
        lengths.add(len(spoken.said))
        outcomes.add(spoken.server)
    assert len(lengths) == len(outcomes) == 1


def protected(mechanism: Mechanism) -> tuple[str, ...]:
    """The fields whose bytes the mechanism protects, as its file says it."""
    for module in iter_modules(mechanisms.__path__):
        loaded = import_module(f"tutor.sasl.mechanisms.{module.name}")
        if mechanism in loaded.MECHANISMS and hasattr(loaded, "PROTECTED"):
            names: tuple[str, ...] = loaded.PROTECTED
            return names
    return SCRAM if mechanism.name.startswith("SCRAM") else PROTECTED[mechanism.name]


def places(mechanism: Mechanism, scenario: Scenario) -> list[tuple[int, int]]:
    """(message, byte) of everything protected in one exchange."""
    names = protected(mechanism)
    found = []
    for number, (side, turn, message) in enumerate(Spoken(mechanism, scenario, scenario).turns()):
        for field in tile(len(message), mechanism.fields(side, turn, message)):
            if field.name in names:
                start = field.span.start
                if mechanism.name == "DIGEST-MD5":
                    # A directive's name may be in any case of letters (RFC 2831 section 7.1); its value is protected.
                    start = message.index(b"=", start) + 1
                found += [(number, at) for at in range(start, field.span.end)]
    return found


@pytest.mark.parametrize("mechanism", PLAYED, ids=str)
def test_a_flipped_bit_never_ends_in_success(mechanism: Mechanism) -> None:
    """Any bit of what is protected, in either direction; the server's own proof is the client's to check."""
    credentials = Credentials("ada", "correct-horse", "ada" if mechanism.name == "EXTERNAL" else "")
    scenario = scenario_for(mechanism, credentials)
    spots = places(mechanism, scenario)
    assert spots or not protected(mechanism)
    slow = mechanism.name.startswith("SCRAM")
    for count, (message, at) in enumerate(spots):
        if slow and count % 3:
            continue
        for bit in (count % 8,) if slow else range(8):
            spoken = Spoken(mechanism, scenario, scenario, flip=(message, at, bit))
            assert not spoken.succeeded, (message, at, bit, spoken.said)


@pytest.mark.parametrize("mechanism", PLAYED, ids=str)
def test_the_password_shows_in_no_field_that_is_not_secret(mechanism: Mechanism) -> None:
    password = "correct-horse"
    scenario = scenario_for(mechanism, Credentials("ada", password))
    for side, turn, message in Spoken(mechanism, scenario, scenario).turns():
        found = sound(mechanism.fields(side, turn, message), message)
        assert all(field.name != GAP for field in found), (side, turn, message)
        at = message.find(password.encode())
        for field in found:
            assert field.secret or password not in field.value
            overlaps = field.span.start < at + len(password) and at < field.span.end
            if at != -1 and field.level == 0 and overlaps:
                assert field.secret


@pytest.mark.parametrize("mechanism", PLAYED, ids=str)
def test_stages_and_hints_of_a_real_exchange(mechanism: Mechanism) -> None:
    scenario = scenario_for(mechanism, Credentials("ada", "correct-horse"))
    for initial in (True, False):
        for side, turn, message in Spoken(mechanism, scenario, scenario, initial=initial).turns():
            assert mechanism.stage(side, turn, message) in (CHALLENGES if side is Side.SERVER else RESPONSES)
            assert mechanism.expects(side, turn, message).endswith(".")
            certain = [
                other.name
                for other in ALL
                if (found := recognised(other, side, message)) is not None and found.certainty is Certainty.CERTAIN
            ]
            family = {name.removesuffix("-PLUS").rpartition("SHA")[0] or name for name in certain}
            assert len(family) <= 1, (message, certain)


@pytest.mark.parametrize("mechanism", PLAYED, ids=str)
def test_misconceptions_are_refused(mechanism: Mechanism) -> None:
    """At every point of an exchange; their codes keep the order in which they are listed."""
    scenario = scenario_for(mechanism, Credentials("ada", "correct-horse"))
    turns = Turns()
    made: set[str] = set()
    for side, message in Spoken(mechanism, scenario, scenario, initial=False).said:
        if side is Side.CLIENT:
            made |= set(check(mechanism, scenario, turns))
        turns = turns.then(side, message)
    codes = [each.code for each in mechanism.misconceptions]
    assert len(codes) == len(set(codes))
    for each in mechanism.misconceptions:
        assert each.why.endswith((".", ","))
        assert each.source
    # Without the password nothing can be made that needs it, and nothing raises.
    check(mechanism, scenario._replace(credentials=Credentials("ada")), Turns())


@pytest.mark.parametrize("mechanism", PLAYED, ids=str)
def test_reply_codes(mechanism: Mechanism) -> None:
    """RFC 4954 section 4: `*` is 501, an initial response that has no place is 501 5.7.0, a no is 535 or 501."""
    scenario = scenario_for(mechanism, Credentials("ada", "correct-horse"))
    server = ServerExchange(mechanism, scenario)
    server.cancel()
    assert reply_to(server.outcome) == (501, "5.7.0")
    if mechanism.first is Side.SERVER and not mechanism.initial_response:
        assert reply_to(ServerExchange(mechanism, scenario, b"ada").outcome) == (501, "5.7.0")
    server = ServerExchange(mechanism, scenario)
    for _ in range(8):
        if server.outcome is None:
            server.respond(b"\xff\0\xfe,=\x01")
    assert reply_to(server.outcome) in ((501, "5.5.2"), (535, "5.7.8"))


STARTS = [
    b"", b"\0", b"n,,", b"y,a=x,", b"p=tls-unique,,", b"r=", b"e=", b"v=", b"c=biws,r=", b"{", b'{"status":"', b"user=",
    b"NTLMSSP\0", b"NTLMSSP\0\x02\0\0\0", b"NTLMSSP\0\x03\0\0\0", b"\x60", b"\x60\x20\x06\x09", b"\xa1\x80",
    b"\x05\x04",
    b'realm="', b"rspauth=", b'username="a",', b"<1.2@", b"Username:", b"\x01", b"=", b"*",
]  # fmt: skip


@pytest.mark.parametrize("mechanism", ALL, ids=str)
@given(
    start=sampled_from(STARTS),
    rest=binary(max_size=120),
    side=sampled_from(Side),
    turn=integers(0, 5),
    clear=booleans(),
)
def test_any_bytes_at_any_turn(
    mechanism: Mechanism, start: bytes, rest: bytes, side: Side, turn: int, clear: bool
) -> None:
    message = start + rest
    sound(mechanism.fields(side, turn, message), message)
    assert mechanism.stage(side, turn, message) in (CHALLENGES if side is Side.SERVER else RESPONSES)
    assert mechanism.expects(side, turn, message)
    recognised(mechanism, side, message, clear)


@pytest.mark.parametrize("mechanism", PLAYED, ids=str)
@given(start=sampled_from(STARTS), rest=binary(max_size=60), initial=booleans())
@settings(max_examples=25)
def test_any_bytes_into_both_sides(mechanism: Mechanism, start: bytes, rest: bytes, initial: bool) -> None:
    """Nothing raised, a verdict in the end; and never a yes from the server but to ANONYMOUS."""
    scenario = scenario_for(mechanism, Credentials("ada", "correct-horse"))
    message = start + rest
    server = ServerExchange(mechanism, scenario, message if initial else None)
    for _ in range(8):
        if server.outcome is None:
            server.respond(message)
    assert server.outcome is not None
    harmless = mechanism.name == "ANONYMOUS" or (mechanism.name == "EXTERNAL" and message in (b"", b"ada"))
    assert harmless or not isinstance(server.outcome, Success)
    client = ClientExchange(mechanism, scenario)
    for _ in range(8):
        if client.outcome is None:
            client.response(message)
    assert client.outcome is None or isinstance(client.outcome, Failure)


@pytest.mark.parametrize("mechanism", ALL, ids=str)
def test_who_is_played_and_who_is_read(mechanism: Mechanism) -> None:
    assert (mechanism.serve is None) is (mechanism.answer is None)
    assert registry.get(mechanism.name.lower()) is mechanism
    assert mechanism.source
    read_only = {"NTLM", "GSSAPI", "GS2-KRB5", "GSS-SPNEGO"}
    assert (mechanism.serve is None) is (mechanism.name in read_only)


FORBIDDEN = [
    ("PLAIN", b"ada\0correct-horse", "RFC 4616 section 2: two NULs"),
    ("PLAIN", b"\0ada\0correct-horse\0", "RFC 4616 section 2: two NULs"),
    ("PLAIN", b"\0\0correct-horse", "RFC 4616 section 2: authcid is 1*SAFE"),
    ("PLAIN", b"\0ada\0", "RFC 4616 section 2: passwd is 1*SAFE"),
    ("SCRAM-SHA-1", b"n,,m=x,n=ada,r=abc", "RFC 5802 section 5.1: m= must fail"),
    ("SCRAM-SHA-256", b"n,,n=ada=2,r=abc", "RFC 5802 section 5.1: = only in =2C and =3D"),
    ("SCRAM-SHA-256", b"n,,r=abc,n=ada", "RFC 5802 section 7: the order of the attributes"),
    ("SCRAM-SHA-256", b"n=ada,r=abc", "RFC 5802 section 7: the GS2 header"),
    ("SCRAM-SHA-256", b"p=tls-unique,,n=ada,r=abc", "RFC 5802 section 6: p= needs a -PLUS mechanism"),
    ("SCRAM-SHA-256-PLUS", b"n,,n=ada,r=abc", "RFC 5802 section 6: a -PLUS mechanism needs p="),
    ("OAUTHBEARER", b"\x01auth=Bearer correct-horse\x01\x01", "RFC 7628 section 3.1: the GS2 header"),
    ("OAUTHBEARER", b"p=tls-unique,,\x01auth=Bearer correct-horse\x01\x01", "RFC 5801 section 4: no such binding"),
    ("OAUTHBEARER", b"n,,\x01auth=Bearer correct-horse\x01", "RFC 7628 section 3.1: the last kvsep"),
    ("OAUTHBEARER", b"n,,\x01a-b=x\x01auth=Bearer correct-horse\x01\x01", "RFC 7628 section 3.1: a key is 1*ALPHA"),
    ("EXTERNAL", b"ada\0", "RFC 4422 appendix A: no NUL"),
    ("EXTERNAL", b"\xff", "RFC 4422 appendix A: UTF-8"),
    ("ANONYMOUS", b"x" * 256, "RFC 4505 section 2: token is 1*255TCHAR"),
    ("ANONYMOUS", b"ada@", "RFC 4505 section 2: no @ in a token"),
    ("ANONYMOUS", b"a\tb", "RFC 4505 section 3: no control characters"),
]


@pytest.mark.parametrize(("name", "message", "why"), FORBIDDEN, ids=repr)
def test_what_the_rfcs_forbid(name: str, message: bytes, why: str) -> None:
    """501 5.5.2 for what breaks the grammar; SCRAM's m= and binding may as well be a failed login, 535 5.7.8."""
    mechanism = registry.require(name)
    scenario = scenario_for(mechanism, Credentials("ada", "correct-horse"))
    allowed = {(501, "5.5.2"), (535, "5.7.8")} if name.startswith("SCRAM") else {(501, "5.5.2")}
    assert reply_to(ServerExchange(mechanism, scenario, message).outcome) in allowed, why
