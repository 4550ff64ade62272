"""DIGEST-MD5 against both exchanges of RFC 2831 section 4, and every way to break it."""

import hashlib

import pytest
from hypothesis import given
from hypothesis.strategies import binary, characters, integers, none, text

from tutor.sasl import digest, registry
from tutor.sasl.exchange import ClientExchange, ServerExchange
from tutor.sasl.identity import Credentials, UserTable
from tutor.sasl.mechanism import Failure, Reason, Scenario, Side, Success, Turn, Turns
from tutor.spans import tile

DIGEST = registry.require("DIGEST-MD5")
# RFC 2831 section 4: user chris, password secret; first with IMAP, then with ACAP.
IMAP = Scenario(
    Credentials("chris", "secret"),
    UserTable({"chris": "secret"}),
    hostname="elwood.innosoft.com",
    client_nonce=b"OA6MHXh6VqTrRk",
    server_nonce=b"OA6MG9tEQGm2hh",
    realm="elwood.innosoft.com",
    service="imap",
)
IMAP_CHALLENGE = b'realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8'
IMAP_RESPONSE = (
    b'charset=utf-8,username="chris",realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",nc=00000001,'
    b'cnonce="OA6MHXh6VqTrRk",digest-uri="imap/elwood.innosoft.com",'
    b"response=d388dad90d4bbd760a152321f2143af7,qop=auth"
)
IMAP_RSPAUTH = b"rspauth=ea40f60335c427b5527b84dbabcdfffd"
ACAP = IMAP._replace(client_nonce=b"OA9BSuZWMSpW8m", server_nonce=b"OA9BSXrbuRhWay", service="acap")
ACAP_CHALLENGE = b'realm="elwood.innosoft.com",nonce="OA9BSXrbuRhWay",qop="auth",algorithm=md5-sess,charset=utf-8'
ACAP_RESPONSE = (
    b'charset=utf-8,username="chris",realm="elwood.innosoft.com",nonce="OA9BSXrbuRhWay",nc=00000001,'
    b'cnonce="OA9BSuZWMSpW8m",digest-uri="acap/elwood.innosoft.com",'
    b"response=6084c6db3fede7352c551284490fd0fc,qop=auth"
)
ACAP_RSPAUTH = b"rspauth=2f0b3d7c3c2e486600ef710726aa2eae"


@pytest.mark.parametrize(
    ("scenario", "challenge", "response", "rspauth"),
    [
        (IMAP, IMAP_CHALLENGE, IMAP_RESPONSE, IMAP_RSPAUTH),
        (ACAP, ACAP_CHALLENGE, ACAP_RESPONSE, ACAP_RSPAUTH),
    ],
    ids=["IMAP", "ACAP"],
)
def test_rfc_2831_section_4(scenario: Scenario, challenge: bytes, response: bytes, rspauth: bytes) -> None:
    """The server's challenge may have another order (IMAP's and ACAP's own differ from ours in that alone)."""
    client = ClientExchange(DIGEST, scenario)
    assert client.initial_response is None
    assert client.response(challenge) == response
    assert client.response(rspauth) == b""
    assert client.succeed() == Success("chris")
    server = ServerExchange(DIGEST, scenario)
    assert server.challenge is not None
    assert {(one.name, one.value) for one in digest.parse(server.challenge).found} == {
        (one.name, one.value) for one in digest.parse(challenge).found
    }
    server.respond(response)
    assert server.challenge == rspauth
    server.respond(b"")
    assert server.outcome == Success("chris")


def test_without_charset_names_are_latin_1() -> None:
    """RFC 2831 section 2.1.1: without charset, the client uses ISO 8859-1."""
    scenario = IMAP._replace(credentials=Credentials("jürgen", "grün"))
    response = ClientExchange(DIGEST, scenario).response(IMAP_CHALLENGE.replace(b",charset=utf-8", b""))
    assert response is not None
    assert b'username="j\xfcrgen"' in response
    assert b"charset" not in response


def play(client: Scenario, server: Scenario | None = None) -> tuple[ClientExchange, ServerExchange]:
    ours = ClientExchange(DIGEST, client)
    theirs = ServerExchange(DIGEST, server or client)
    while theirs.outcome is None:
        assert theirs.challenge is not None
        response = ours.response(theirs.challenge)
        if response is None:
            theirs.cancel()
        else:
            theirs.respond(response)
    return ours, theirs


values = text(characters(codec="utf-8"), max_size=8)


@given(values, values, values, none() | values)
def test_any_name_password_and_realm(name: str, password: str, other: str, realm: str | None) -> None:
    users = UserTable({name: password})
    for tried in {password, other}:
        scenario = Scenario(Credentials(name, tried), users, realm=realm)
        client, server = play(scenario)
        same = tried == password or {digest.hashed_octets(tried), tried.encode()} & {
            digest.hashed_octets(password),
            password.encode(),
        }
        assert isinstance(server.outcome, Success if same else Failure)
        if tried == password:
            assert client.succeed() == server.outcome == Success(name)


def test_utf_8_and_latin_1_passwords_are_both_taken() -> None:
    """RFC 2831 section 2.1.2.1 hashes Latin-1 where it can; Dovecot takes UTF-8, GNU SASL Latin-1."""
    scenario = IMAP._replace(credentials=Credentials("jürgen", "grün"), users=UserTable({"jürgen": "grün"}))
    asked = digest.due(scenario, IMAP_CHALLENGE)
    assert asked is not None
    assert asked.inputs.password == b"gr\xfcn"
    for inputs in (asked.inputs, asked.inputs._replace(username="jürgen".encode(), password="grün".encode())):
        server = ServerExchange(DIGEST, scenario)
        server.respond(asked.message(inputs))
        assert server.challenge == b"rspauth=" + inputs.response(b"")


def test_what_curl_sends_is_taken() -> None:
    """curl quotes nc, sends no charset, and puts the realm into digest-uri."""
    smtp = IMAP._replace(service="smtp", realm=None)
    asked = digest.due(smtp, b'nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess')
    assert asked is not None
    inputs = asked.inputs._replace(uri=b"smtp/")
    server = ServerExchange(DIGEST, smtp)
    server.respond(
        b'username="chris",realm="",nonce="OA6MG9tEQGm2hh",cnonce="OA6MHXh6VqTrRk",nc="00000001",'
        b'digest-uri="smtp/",response=' + inputs.response() + b",qop=auth"
    )
    assert server.challenge == b"rspauth=" + inputs.response(b"")


def test_names_in_utf_8_without_a_charset_are_taken() -> None:
    """curl and Cyrus SASL's client send UTF-8 and do not say so; both judge this elsewhere too."""
    scenario = IMAP._replace(credentials=Credentials("ада", "пароль"), users=UserTable({"ада": "пароль"}))
    asked = digest.due(scenario, IMAP_CHALLENGE)
    assert asked is not None
    server = ServerExchange(DIGEST, scenario)
    server.respond(asked.message().removeprefix(b"charset=utf-8,"))
    assert server.challenge == b"rspauth=" + asked.inputs.response(b"")


def test_a_realm_is_chosen_among_those_offered() -> None:
    two = IMAP_CHALLENGE.replace(b'realm="', b'realm="first.example",realm="', 1)
    for wanted, chosen in (
        ("elwood.innosoft.com", b"elwood.innosoft.com"),
        ("other", b"first.example"),
        (None, b"first.example"),
    ):
        response = ClientExchange(DIGEST, IMAP._replace(realm=wanted)).response(two)
        assert response is not None
        assert digest.parse(response).every("realm") == [chosen]


@pytest.mark.parametrize(
    "directive", [b'nonce="x"', b"algorithm=md5-sess", b"qop=auth", b"charset=utf-8", b"stale=true"]
)
def test_a_challenge_with_a_directive_twice_is_refused(directive: bytes) -> None:
    """RFC 2831 section 2.1.1: the client aborts."""
    client = ClientExchange(DIGEST, IMAP)
    assert client.response(IMAP_CHALLENGE + b"," + directive + b"," + directive) is None
    assert isinstance(client.outcome, Failure)


def test_an_authzid_is_hashed_and_judged_before_rspauth() -> None:
    for authzid, taken in (("chris", True), ("root", False)):
        scenario = IMAP._replace(credentials=Credentials("chris", "secret", authzid))
        client, server = ClientExchange(DIGEST, scenario), ServerExchange(DIGEST, scenario)
        response = client.response(server.challenge or b"") or b""
        assert b'authzid="' + authzid.encode() in response
        server.respond(response)
        assert (server.challenge is not None) is taken
        if not taken:
            assert isinstance(server.outcome, Failure)
            assert server.outcome.reason is Reason.AUTHORIZATION


@pytest.mark.parametrize(
    ("side", "turn", "message", "stage"),
    [
        (Side.SERVER, 0, IMAP_CHALLENGE, "challenge"),
        (Side.SERVER, 1, IMAP_CHALLENGE, "challenge"),  # the fresh one that answers an initial response
        (Side.SERVER, 0, IMAP_RSPAUTH, "rspauth"),
        (Side.SERVER, 1, b"rspauth=1", "rspauth"),
        (Side.SERVER, 0, b"", "empty"),
        (Side.CLIENT, 0, IMAP_RESPONSE, "response"),
        (Side.CLIENT, 1, IMAP_RESPONSE, "response"),
        (Side.CLIENT, 1, b"", "acknowledgement"),
    ],
)
def test_stages(side: Side, turn: int, message: bytes, stage: str) -> None:
    assert DIGEST.stage(side, turn, message) == stage
    assert DIGEST.expects(side, turn, message).endswith(".")


@given(integers(0, 300), integers(1, 255))
def test_a_flipped_byte_never_ends_well(place: int, flip: int) -> None:
    place %= len(IMAP_RESPONSE)
    message = IMAP_RESPONSE[:place] + bytes([IMAP_RESPONSE[place] ^ flip]) + IMAP_RESPONSE[place + 1 :]
    server = ServerExchange(DIGEST, IMAP)
    server.respond(message)
    same = digest.parse(message), digest.parse(IMAP_RESPONSE)
    # Names of directives have no case, charset may go, qop is auth by default: what is hashed is the same then.
    unprotected = all(
        (same[0].get(name) or b"auth") == (same[1].get(name) or b"auth")
        for name in ("username", "realm", "nonce", "nc", "cnonce", "digest-uri", "response", "qop", "authzid")
    )
    if not unprotected:
        assert isinstance(server.outcome, Failure)


def test_the_client_wants_proof_before_success() -> None:
    client = ClientExchange(DIGEST, IMAP)
    client.response(IMAP_CHALLENGE)
    outcome = client.succeed()
    assert isinstance(outcome, Failure)
    assert outcome.reason is Reason.SERVER_UNPROVEN
    client = ClientExchange(DIGEST, IMAP)
    client.response(IMAP_CHALLENGE)
    assert client.response(b"rspauth=" + b"f" * 32) is None


def test_an_initial_response_gets_a_fresh_challenge() -> None:
    server = ServerExchange(DIGEST, IMAP, IMAP_RESPONSE)
    assert server.challenge is not None
    assert b"nonce=" in server.challenge


@pytest.mark.parametrize(
    ("message", "word"),
    [
        (b"", "username"),
        (IMAP_RESPONSE.replace(b"nc=00000001,", b""), "nc"),
        (IMAP_RESPONSE + b',cnonce="x"', "twice"),
        (IMAP_RESPONSE + b",qop=auth", "twice"),
        (IMAP_RESPONSE + b",charset=utf-8", "twice"),
        (IMAP_RESPONSE + b',authzid=""', "authzid"),
        (IMAP_RESPONSE.replace(b"d388", b"D388"), "hex"),
        (IMAP_RESPONSE.replace(b"=auth", b"=auth-int"), "qop"),
        (IMAP_RESPONSE.replace(b"imap/", b"smtp/"), "digest-uri"),
        (IMAP_RESPONSE.replace(b"00000001", b"00000002"), "nc"),
        (IMAP_RESPONSE.replace(b'realm="elwood', b'realm="dogwood'), "realm"),
    ],
)
def test_refusals_say_why(message: bytes, word: str) -> None:
    server = ServerExchange(DIGEST, IMAP)
    server.respond(message)
    assert isinstance(server.outcome, Failure)
    assert word in server.outcome.detail


def test_every_mistake_is_refused_by_the_server() -> None:
    scenario = IMAP._replace(
        credentials=Credentials("chris@example.org", "secret"),
        users=UserTable({"chris@example.org": "secret"}),
        service="smtp",
    )
    server = ServerExchange(DIGEST, scenario)
    seen: dict[bytes, str] = {}
    for mistake in DIGEST.misconceptions:
        made = list(mistake.wrong(scenario, server.turns))
        assert made, mistake.code
        for message in made:
            assert seen.setdefault(message, mistake.code) == mistake.code
            again = ServerExchange(DIGEST, scenario)
            again.respond(message)
            assert isinstance(again.outcome, Failure), (mistake.code, message)


def test_quotes_and_backslashes_are_meanings_in_fields() -> None:
    message = b'realm="cu\\"rl",nonce="a\\\\b" , qop=auth'
    found = {field.name: field.value for field in DIGEST.fields(Side.SERVER, 0, message)}
    assert (found["realm"], found["nonce"], found["qop"]) == ('cu"rl', "a\\b", "auth")


def test_the_workings_end_in_the_rfcs_values() -> None:
    assert DIGEST.steps is not None
    workings = {w.name: w.value for w in DIGEST.steps(IMAP, Turns((Turn(Side.SERVER, IMAP_CHALLENGE),)))}
    assert workings["message"] == IMAP_RESPONSE
    assert b"rspauth=" + workings["rspauth"] == IMAP_RSPAUTH
    assert hashlib.md5(workings["A1"]).hexdigest().encode() == workings["HA1"]
    assert hashlib.md5(workings["A2"]).hexdigest().encode() == workings["HA2"]
    assert hashlib.md5(workings["KD input"]).hexdigest().encode() == workings["response"]


@given(binary(max_size=80))
def test_any_bytes_are_survived(message: bytes) -> None:
    server = ServerExchange(DIGEST, IMAP)
    server.respond(message)
    assert isinstance(server.outcome, Failure)
    client = ClientExchange(DIGEST, IMAP)
    client.response(message)
    position = 0
    for one in digest.parse(message).found:
        assert position <= one.start < one.end <= len(message)
        position = one.end


def test_nonsense_costs_no_time_and_still_tiles() -> None:
    """A limit on the count of directives: without it this takes seconds."""
    message = b"a=," * 30_000
    fields = tile(len(message), DIGEST.fields(Side.SERVER, 0, message))
    assert len(fields) < 1000
    assert b"".join(message[f.span.start : f.span.end] for f in fields if f.level == 0) == message
