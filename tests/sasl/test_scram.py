"""SCRAM against RFC 5802 section 5, RFC 7677 section 3, scramp, and every way to break it."""

import base64
import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis.strategies import binary, characters, integers, sampled_from, text

from tutor.sasl import registry, scram
from tutor.sasl.exchange import ClientExchange, ServerExchange
from tutor.sasl.identity import Credentials, UserTable
from tutor.sasl.mechanism import Certainty, Failure, Reason, Scenario, Side, Success, Turn, Turns
from tutor.spans import tile

scramp = pytest.importorskip("scramp", reason="scramp is the judge here; the test extra has it")

NAMES = ["SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"]
DIGESTS = {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256", "SCRAM-SHA-512": "sha512"}
USER = Scenario(Credentials("user", "pencil"), UserTable({"user": "pencil"}), salt=base64.b64decode("QSXCR+Q6sek8bf92"))
RFC_5802 = [
    b"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
    b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
    b"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
    b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
]
RFC_7677 = [
    b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
    b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
]
SCENARIOS = {
    "SCRAM-SHA-1": USER,
    "SCRAM-SHA-256": USER._replace(
        client_nonce=b"rOprNGfwEbeRWgbNEkqO",
        server_nonce=b"%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
        salt=base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ=="),
    ),
}


def play(name: str, client: Scenario, server: Scenario | None = None) -> tuple[ClientExchange, ServerExchange]:
    mechanism = registry.require(name)
    ours = ClientExchange(mechanism, client)
    theirs = ServerExchange(mechanism, server or client, ours.initial_response)
    while theirs.outcome is None:
        assert theirs.challenge is not None
        response = ours.response(theirs.challenge)
        if response is None:
            theirs.cancel()
        else:
            theirs.respond(response)
    return ours, theirs


@pytest.mark.parametrize(("name", "vector"), [("SCRAM-SHA-1", RFC_5802), ("SCRAM-SHA-256", RFC_7677)])
def test_the_rfcs_own_exchange(name: str, vector: list[bytes]) -> None:
    client, server = play(name, SCENARIOS[name])
    assert [turn.message for turn in server.turns.said] == [*vector, b""]
    assert client.succeed() == server.outcome == Success("user")


@pytest.mark.parametrize("name", NAMES)
def test_scramp_as_the_client(name: str) -> None:
    for password in ("pencil", "wrong"):
        client = scramp.ScramClient([name], "user", password, c_nonce="fyko")
        server = ServerExchange(registry.require(name), USER, client.get_client_first().encode())
        assert server.challenge is not None
        client.set_server_first(server.challenge.decode())
        server.respond(client.get_client_final().encode())
        if password == "wrong":
            assert isinstance(server.outcome, Failure)
            continue
        assert server.challenge is not None
        client.set_server_final(server.challenge.decode())
        server.respond(b"")
        assert server.outcome == Success("user")


@pytest.mark.parametrize("name", NAMES)
def test_scramp_as_the_server(name: str) -> None:
    mechanism = scramp.ScramMechanism(name)

    def credentials(_: str) -> Any:
        return mechanism.make_auth_info("pencil", salt=b"salty" * 3, iteration_count=4096)

    for password in ("pencil", "wrong"):
        server = mechanism.make_server(credentials)
        client = ClientExchange(registry.require(name), USER._replace(credentials=Credentials("user", password)))
        assert client.initial_response is not None
        server.set_client_first(client.initial_response.decode())
        final = client.response(server.get_server_first().encode())
        assert final is not None
        if password == "wrong":
            with pytest.raises(scramp.ScramException):
                server.set_client_final(final.decode())
            continue
        server.set_client_final(final.decode())
        assert client.response(server.get_server_final().encode()) == b""
        assert client.succeed() == Success("user")


names = text(characters(codec="utf-8"), min_size=1, max_size=8)


@settings(max_examples=30)
@given(sampled_from(NAMES), names, names, names)
def test_any_name_and_password(name: str, user: str, password: str, other: str) -> None:
    mechanism = registry.require(name)
    assert mechanism.carries is not None
    users = UserTable({user: password})
    for tried in {password, other}:
        if mechanism.carries(Credentials(user, tried)) or mechanism.carries(Credentials(user, password)):
            continue
        scenario = Scenario(Credentials(user, tried), users, iterations=1)
        client, server = play(name, scenario)
        same = scram.prepared(tried) == scram.prepared(password)
        assert isinstance(server.outcome, Success if same else Failure)
        if same:
            assert isinstance(client.succeed(), Success)


@settings(max_examples=60)
@given(sampled_from(NAMES), integers(0, 1), integers(0, 500), integers(1, 255))
def test_a_flipped_byte_of_the_client_never_ends_well(name: str, turn: int, place: int, flip: int) -> None:
    """The name is protected too: it is part of the AuthMessage."""
    mechanism = registry.require(name)
    scenario = USER._replace(iterations=1)
    client = ClientExchange(mechanism, scenario)
    message = client.initial_response or b""
    if turn == 0:
        place %= len(message)
        message = message[:place] + bytes([message[place] ^ flip]) + message[place + 1 :]
    server = ServerExchange(mechanism, scenario, message)
    if server.outcome is None:
        assert server.challenge is not None
        final = client.response(server.challenge)
        if final is None:
            return
        if turn == 1:
            place %= len(final)
            final = final[:place] + bytes([final[place] ^ flip]) + final[place + 1 :]
        server.respond(final)
    assert isinstance(server.outcome, Failure)


@given(integers(0, 200), integers(1, 255))
def test_a_flipped_byte_of_the_server_is_noticed(place: int, flip: int) -> None:
    scenario = USER._replace(iterations=1)
    mechanism = registry.require("SCRAM-SHA-256")
    for turn in (0, 1):
        client = ClientExchange(mechanism, scenario)
        server = ServerExchange(mechanism, scenario, client.initial_response)
        for number in range(2):
            challenge = server.challenge
            assert challenge is not None
            if number == turn:
                at = place % len(challenge)
                challenge = challenge[:at] + bytes([challenge[at] ^ flip]) + challenge[at + 1 :]
            response = client.response(challenge)
            if response is None:
                break
            server.respond(response)
            if server.outcome is not None:
                break
        else:
            pytest.fail("the client took a changed message for the server's")


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"", Reason.MALFORMED),
        (b"n=user,r=fyko", Reason.MALFORMED),
        (b"n,,m=x,n=user,r=fyko", Reason.MALFORMED),
        (b"n,,n=user,r=fyko,m=x", Reason.MALFORMED),
        (b"n,,n=us\x07er,r=fyko", Reason.MALFORMED),  # SASLprep
        (b"n,,n=\xc2\xad,r=fyko", Reason.MALFORMED),  # nothing is left of it
        (b"n,,n=us=er,r=fyko", Reason.MALFORMED),
        (b"n,,n=,r=fyko", Reason.MALFORMED),
        (b"n,,n=user", Reason.MALFORMED),
        (b"p=tls-unique,,n=user,r=fyko", Reason.MALFORMED),
        (b"x,,n=user,r=fyko", Reason.MALFORMED),
    ],
)
def test_client_first_refused(message: bytes, reason: Reason) -> None:
    server = ServerExchange(registry.require("SCRAM-SHA-256"), USER, message)
    assert isinstance(server.outcome, Failure)
    assert server.outcome.reason is reason


class TestExtensions:
    """RFC 5802 section 5.1: unknown optional attributes are ignored, `m=` must fail, on both sides."""

    NONCE = b"fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j"

    def final(self, extension: bytes) -> bytes:
        """A client-final with an extension, made by the standard library alone."""
        without = b"c=biws,r=" + self.NONCE + extension
        message = b",".join((b"n=user,r=fyko+d2lbbFgONRv9qkxdawL,x=1", RFC_5802[1], without))
        salted = hashlib.pbkdf2_hmac("sha1", b"pencil", USER.salt, 4096)
        key = hmac.digest(salted, b"Client Key", "sha1")
        signature = hmac.digest(hashlib.sha1(key).digest(), message, "sha1")
        return without + b",p=" + base64.b64encode(bytes(a ^ b for a, b in zip(key, signature, strict=True)))

    @pytest.mark.parametrize(("extension", "taken"), [(b"", True), (b",x=whatever", True), (b",m=whatever", False)])
    def test_the_server(self, extension: bytes, taken: bool) -> None:
        server = ServerExchange(registry.require("SCRAM-SHA-1"), USER, RFC_5802[0] + b",x=1")
        assert server.challenge == RFC_5802[1]
        server.respond(self.final(extension))
        assert (server.outcome is None) is taken
        assert (server.challenge or b"").startswith(b"v=") is taken

    @pytest.mark.parametrize(
        ("challenge", "why"),
        [
            (b"m=x,r=%s,s=QSXCR+Q6sek8bf92,i=4096", "m="),
            (b"r=%s,s=QSXCR+Q6sek8bf92,i=4096,m=x", "m="),
            (b"s=QSXCR+Q6sek8bf92,r=%s,i=4096", "this order"),
            (b"r=%s,s=0,i=4096", "salt"),
            (b"r=%s,s=QSXCR+Q6sek8bf92,i=0", "i="),
            (b"r=%s,s=QSXCR+Q6sek8bf92,i=04096", "i="),
            (b"e=other-error", "e="),
        ],
    )
    def test_the_client(self, challenge: bytes, why: str) -> None:
        message = challenge.replace(b"%s", self.NONCE)
        client = ClientExchange(registry.require("SCRAM-SHA-1"), USER)
        assert client.response(message) is None
        assert isinstance(client.outcome, Failure)
        assert why in client.outcome.detail

    def test_the_client_ignores_what_it_does_not_know(self) -> None:
        client = ClientExchange(registry.require("SCRAM-SHA-1"), USER)
        final = client.response(RFC_5802[1] + b",x=new")
        assert final is not None
        assert final != RFC_5802[2], "it is part of the AuthMessage all the same"


def test_an_authzid_is_refused_before_the_server_proves_itself() -> None:
    """RFC 5802 section 5: the authorization is verified, and finally server-final is sent."""
    for authzid, taken in (("user", True), ("root", False)):
        client = ClientExchange(
            registry.require("SCRAM-SHA-1"), USER._replace(credentials=Credentials("user", "pencil", authzid))
        )
        server = ServerExchange(registry.require("SCRAM-SHA-1"), USER, client.initial_response)
        server.respond(client.response(server.challenge or b"") or b"")
        assert (server.outcome is None) is taken
        if not taken:
            assert isinstance(server.outcome, Failure)
            assert server.outcome.reason is Reason.AUTHORIZATION


BINDING = ("tls-server-end-point", hashlib.sha256(b"certificate").digest())


def test_channel_binding() -> None:
    bound = USER._replace(channel_binding=BINDING, plus_offered=True)
    client, server = play("SCRAM-SHA-256-PLUS", bound)
    assert (client.initial_response or b"").startswith(b"p=tls-server-end-point,,")
    assert client.succeed() == server.outcome == Success("user")
    # Another channel: somebody stands between.
    other = bound._replace(channel_binding=(BINDING[0], b"another certificate"))
    _, server = play("SCRAM-SHA-256-PLUS", bound, other)
    assert isinstance(server.outcome, Failure)
    assert "channel-bindings-dont-match" in server.outcome.detail
    _, server = play("SCRAM-SHA-256-PLUS", bound, bound._replace(channel_binding=("tls-unique", b"x")))
    assert isinstance(server.outcome, Failure)


@pytest.mark.parametrize("name", NAMES)
def test_scramp_binds_the_channel_too(name: str) -> None:
    """Both directions; another channel's data is refused."""
    scenario = USER._replace(channel_binding=BINDING, plus_offered=True)
    plus = f"{name}-PLUS"
    for data in (BINDING[1], b"another certificate"):
        theirs = scramp.ScramClient([plus], "user", "pencil", channel_binding=(BINDING[0], data))
        server = ServerExchange(registry.require(plus), scenario, theirs.get_client_first().encode())
        assert server.challenge is not None
        theirs.set_server_first(server.challenge.decode())
        server.respond(theirs.get_client_final().encode())
        assert (server.outcome is None) is (data == BINDING[1])
        if server.challenge is not None:
            theirs.set_server_final(server.challenge.decode())

    mechanism = scramp.ScramMechanism(plus)
    stored = mechanism.make_auth_info("pencil", salt=b"salty" * 3, iteration_count=4096)
    judge = mechanism.make_server(lambda _: stored, channel_binding=BINDING)
    client = ClientExchange(registry.require(plus), scenario)
    judge.set_client_first((client.initial_response or b"").decode())
    judge.set_client_final((client.response(judge.get_server_first().encode()) or b"").decode())
    assert client.response(judge.get_server_final().encode()) == b""
    assert client.succeed() == Success("user")


def test_a_hidden_plus_offer_is_noticed() -> None:
    """RFC 5802 section 6: the client says y (`c=eSws`), and a server that can bind refuses."""
    stripped = USER._replace(channel_binding=BINDING, plus_offered=False)
    client, server = play("SCRAM-SHA-256", stripped)
    assert (client.initial_response or b"").startswith(b"y,,")
    assert isinstance(server.outcome, Failure)
    assert "server-does-support-channel-binding" in server.outcome.detail
    unable = USER._replace(channel_binding=None)
    client, server = play("SCRAM-SHA-256", stripped, unable)
    assert isinstance(server.outcome, Success)
    assert server.turns.said[2].message.startswith(b"c=eSws,")


def test_the_client_wants_proof_before_success() -> None:
    mechanism = registry.require("SCRAM-SHA-256")
    client = ClientExchange(mechanism, USER)
    server = ServerExchange(mechanism, USER, client.initial_response)
    client.response(server.challenge or b"")
    outcome = client.succeed()
    assert isinstance(outcome, Failure)
    assert outcome.reason is Reason.SERVER_UNPROVEN


@pytest.mark.parametrize("count", [b"0", b"-1", b"x", b"99999999999", b""])
def test_absurd_iteration_counts_are_not_computed(count: bytes) -> None:
    client = ClientExchange(registry.require("SCRAM-SHA-256"), USER)
    assert client.response(b"r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXC,i=" + count) is None
    assert isinstance(client.outcome, Failure)


def test_an_unknown_user_looks_like_a_wrong_password() -> None:
    outcomes = []
    for user, password in (("nobody", "pencil"), ("user", "wrong")):
        _, server = play("SCRAM-SHA-1", USER._replace(credentials=Credentials(user, password)))
        outcomes.append(server.outcome)
    assert outcomes[0] == outcomes[1]


def test_fields_of_the_rfcs_messages() -> None:
    mechanism = registry.require("SCRAM-SHA-1")
    expected: list[dict[str, str]] = [
        {"gs2-header": "n,,", "n": "user", "r": "fyko+d2lbbFgONRv9qkxdawL"},
        {"r": "fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j", "s": "QSXCR+Q6sek8bf92", "i": "4096"},
        {"c": "biws", "r": "fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j", "p": "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="},
        {"v": "rmF9pqV8S7suAoZWja4dJRkFsKQ="},
    ]
    for message, values, side in zip(RFC_5802, expected, [Side.CLIENT, Side.SERVER] * 2, strict=True):
        found = {f.name: f.value for f in mechanism.fields(side, 0, message) if f.name != "separator"}
        assert found == values


def test_names_with_signs() -> None:
    mechanism = registry.require("SCRAM-SHA-1")
    scenario = USER._replace(credentials=Credentials("a,b=c", "pencil"), users=UserTable({"a,b=c": "pencil"}))
    client, server = play("SCRAM-SHA-1", scenario)
    assert b"n=a=2Cb=3Dc," in (client.initial_response or b"")
    assert server.outcome == Success("a,b=c")
    (name,) = (f for f in mechanism.fields(Side.CLIENT, 0, client.initial_response or b"") if f.name == "n")
    assert name.value == "a,b=c"


def test_the_workings_end_in_the_rfcs_values() -> None:
    turns = Turns((Turn(Side.CLIENT, RFC_7677[0]), Turn(Side.SERVER, RFC_7677[1])))
    mechanism = registry.require("SCRAM-SHA-256")
    assert mechanism.steps is not None
    values = {working.name: working.value for working in mechanism.steps(SCENARIOS["SCRAM-SHA-256"], turns)}
    assert values["client-final-message"] == RFC_7677[2]
    assert b"v=" + base64.b64encode(values["ServerSignature"]) == RFC_7677[3]
    assert values["SaltedPassword"] == hashlib.pbkdf2_hmac("sha256", b"pencil", values["salt"], 4096)


@pytest.mark.parametrize("authzid", ["", "x,b=c"])
@pytest.mark.parametrize("name", [*NAMES, *(f"{name}-PLUS" for name in NAMES)])
def test_every_mistake_is_refused_by_the_server(name: str, authzid: str) -> None:
    mechanism = registry.require(name)
    user = Credentials("x,b=c", "pencil", authzid)
    scenario = USER._replace(credentials=user, users=UserTable({"x,b=c": "pencil"}), iterations=64)
    if name.endswith("-PLUS"):
        scenario = scenario._replace(channel_binding=BINDING)
    first = ClientExchange(mechanism, scenario).initial_response or b""
    server = ServerExchange(mechanism, scenario, first)
    seen: dict[bytes, str] = {}
    for mistake in mechanism.misconceptions:
        made = [*mistake.wrong(scenario, Turns()), *mistake.wrong(scenario, server.turns)]
        assert made, mistake.code
        assert len(made) == len(set(made)), mistake.code
        for message in made:
            assert seen.setdefault(message, mistake.code) == mistake.code, "two names for the same bytes"
        for message in mistake.wrong(scenario, Turns()):
            begun = ServerExchange(mechanism, scenario, message)
            if begun.outcome is None:  # a wrong name looks like an unknown user until the end
                assert mistake.code == "scram.name"
        for message in mistake.wrong(scenario, server.turns):
            again = ServerExchange(mechanism, scenario, first)
            again.respond(message)
            assert isinstance(again.outcome, Failure), (mistake.code, message)


@given(binary(max_size=60))
def test_any_bytes_are_survived(message: bytes) -> None:
    for name in NAMES:
        mechanism = registry.require(name)
        server = ServerExchange(mechanism, USER._replace(iterations=1), message)
        assert server.outcome is None or isinstance(server.outcome, Failure)
        client = ClientExchange(mechanism, USER)
        assert client.response(message) is None or client.outcome is None


@pytest.mark.parametrize("size", [20, 32, 64])
def test_the_size_of_v_tells_the_hash(size: int) -> None:
    message = b"v=" + base64.b64encode(bytes(size))
    certain = [
        mechanism.name
        for mechanism in registry.all()
        if (found := mechanism.recognises(Side.SERVER, message, False)) and found.certainty is Certainty.CERTAIN
    ]
    assert certain == [{20: "SCRAM-SHA-1", 32: "SCRAM-SHA-256", 64: "SCRAM-SHA-512"}[size]]


def read(name: str, message: bytes, scenario: Scenario = USER, turns: Turns | None = None) -> str | None:
    """The code that reading a client's message gives."""
    mechanism = registry.require(name)
    assert mechanism.reads is not None
    found = mechanism.reads(scenario, Turns() if turns is None else turns, message)
    if found is None:
        return None
    assert found.summary.endswith(".")
    assert found.message_span is None or 0 <= found.message_span.start <= found.message_span.end <= len(message)
    return found.code


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"n,,n=user,r=abc", None),
        (b"n=user,r=abc", "scram.gs2-header"),
        (b"n,n=user,r=abc", "scram.gs2-header"),
        (b"p=tls-unique,,n=user,r=abc", "scram.gs2-header"),
        (b"n,,n=a,b,r=abc", "scram.name"),
        (b"n,,n=a=b,r=abc", "scram.name"),
        (b"n,,n=a=2Cb,r=abc", None),
        (b"n,,n=user", "scram.nonce"),
        (b"n,,n=user,r=", "scram.nonce"),
        (b"pencil", None),
        (b"", None),
    ],
)
def test_client_first_is_read(message: bytes, code: str | None) -> None:
    assert read("SCRAM-SHA-1", message) == code


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (RFC_5802[2], None),
        (RFC_5802[2].replace(b"v0X8", b"AAAA"), None),  # another password, or anything
        (RFC_5802[2].replace(b"biws", b"eSws"), "scram.channel-binding"),
        (RFC_5802[2].replace(b"biws", b"n,,"), "scram.channel-binding"),
        (RFC_5802[2].removeprefix(b"c=biws,"), "scram.channel-binding"),
        (RFC_5802[2].replace(b"3rfcNHYJY1ZVvWVs7j", b""), "scram.nonce"),
        (RFC_5802[2].replace(b"3rfc", b"4rfc"), "scram.nonce"),
        (RFC_5802[2].partition(b",p=")[0], "scram.proof"),
        (RFC_5802[2].replace(b"v0X8", b""), "scram.proof"),
        (RFC_5802[2].replace(b"v0X8", b"!0X8"), "scram.proof"),
        (RFC_5802[2].partition(b",p=")[0] + b",p=" + base64.b64encode(bytes(32)), "scram.hash"),
        (b"pencil", None),
    ],
)
def test_client_final_is_read(message: bytes, code: str | None) -> None:
    turns = Turns((Turn(Side.CLIENT, RFC_5802[0]), Turn(Side.SERVER, RFC_5802[1])))
    assert read("SCRAM-SHA-1", message, turns=turns) == code
    without = USER._replace(credentials=Credentials("user"))
    assert read("SCRAM-SHA-1", message, without, turns) == code


def test_what_is_sent_after_the_servers_proof_is_read() -> None:
    said = zip([Side.CLIENT, Side.SERVER] * 2, RFC_5802, strict=True)
    turns = Turns(tuple(Turn(side, message) for side, message in said))
    assert read("SCRAM-SHA-1", b"", turns=turns) is None
    assert read("SCRAM-SHA-1", b"ok", turns=turns) == "scram.no-empty-response"


@pytest.mark.parametrize(
    ("side", "message", "name", "words"),
    [
        (Side.SERVER, b"r=Test123,s=0,i=0", "i", "No count"),
        (Side.SERVER, b"r=Test123,s=0,i=0", "s", "is not"),
        (Side.SERVER, b"r=Test123,s=QSXC,i=1000", "i", "RFC 7677"),
        (Side.SERVER, b"e=channel-bindings-dont-match", "e", "channel"),
        (Side.SERVER, b"e=invalid-proof", "e", "password"),
        (Side.CLIENT, b"c=eSws,r=ab,p=AAAA", "c", "`y,,`"),
        (Side.CLIENT, b"n,,n=user,r=ab", "r", "client's nonce"),
        (Side.SERVER, b"r=ab,s=QSXC,i=4096", "r", "behind it the server's"),
    ],
)
def test_what_fields_say(side: Side, message: bytes, name: str, words: str) -> None:
    fields = registry.require("SCRAM-SHA-256").fields(side, 1, message)
    (field,) = (field for field in fields if field.name == name)
    assert words in field.meaning


@pytest.mark.parametrize(
    "message", [b"," * 100_000, b"a=," * 30_000, b"n,," + b"r=," * 30_000], ids=["commas", "a", "r"]
)
def test_nonsense_costs_no_time_and_still_tiles(message: bytes) -> None:
    """A limit on the count of fields: without it these take seconds."""
    mechanism = registry.require("SCRAM-SHA-1")
    for side in Side:
        fields = tile(len(message), mechanism.fields(side, 0, message))
        assert len(fields) < 1000
        assert b"".join(message[f.span.start : f.span.end] for f in fields if f.level == 0) == message
