"""ANONYMOUS against RFC 4505, the standard library's stringprep tables, and GNU SASL."""

import base64
import unicodedata

import pytest
from hypothesis import given
from hypothesis.strategies import binary, characters, text

from tests.sasl.judges import gsasl
from tests.sasl.misconceptions import check
from tutor.sasl import registry
from tutor.sasl.exchange import ClientExchange, ServerExchange
from tutor.sasl.identity import Credentials, UserTable
from tutor.sasl.mechanism import Failure, Reason, Scenario, Side, Success, Turns
from tutor.sasl.mechanisms.anonymous import trace_problem

ANONYMOUS = registry.require("ANONYMOUS")
SIRHC = Scenario(Credentials("sirhc"), UserTable({}))


def test_rfc_4505_section_4() -> None:
    """The RFC's example: the trace is `sirhc`, its line `c2lyaGM=`."""
    server = ServerExchange(ANONYMOUS, SIRHC)
    assert server.challenge == b""
    client = ClientExchange(ANONYMOUS, SIRHC)
    assert client.initial_response == base64.b64decode("c2lyaGM=")
    server.respond(client.initial_response)
    assert server.outcome == client.succeed() == Success("anonymous")


@pytest.mark.parametrize(
    "trace",
    [
        "",
        "sirhc",
        "a b",
        "ada@example.org",
        "a.d+a@example.org",
        '"a b\\" c"@example.org',
        "ada@[192.0.2.1]",
        "x" * 255,
        "ö" * 255,
        "\u05d0\u05d1",
        "\u0627 \u0628",
        "\U0001f600",
        f"{'x' * 300}@example.org",
    ],
)
def test_what_is_a_trace(trace: str) -> None:
    assert trace_problem(trace.encode()) is None
    assert ServerExchange(ANONYMOUS, SIRHC, trace.encode()).outcome == Success("anonymous")


@pytest.mark.parametrize(
    ("trace", "why"),
    [
        (b"a\nb", "control"),
        (b"\0ada\0secret", "control"),
        (b"a\x7f", "control"),
        ("a\u0085".encode(), "control"),
        ("a\ue000".encode(), "private"),
        ("a\ufffe".encode(), "non-character"),
        (b"a\xed\xa0\x80", "UTF-8"),
        ("a\ufffd".encode(), "plain text"),
        ("a\u202e".encode(), "displayed"),
        ("a\U000e0041".encode(), "tagging"),
        ("a\u05d0".encode(), "direction"),
        ("\u05d01".encode(), "direction"),
        (b"\xff", "UTF-8"),
        (b"ada@", "whole e-mail address"),
        (b"@", "whole e-mail address"),
        (b"a b@example.org", "whole e-mail address"),
        (b"a@b@c", "whole e-mail address"),
        ("ä@example.org".encode(), "whole e-mail address"),
        (b"ada@example.org ", "whole e-mail address"),
        (b"x" * 256, "255"),
        ("ö" * 256, "255"),
    ],
)
def test_what_is_no_trace(trace: bytes | str, why: str) -> None:
    message = trace.encode() if isinstance(trace, str) else trace
    assert why in (trace_problem(message) or "")
    outcome = ServerExchange(ANONYMOUS, SIRHC, message).outcome
    assert isinstance(outcome, Failure)
    assert outcome.reason is Reason.MALFORMED


@given(text(characters(codec="utf-8", exclude_characters="@"), max_size=6))
def test_no_other_characters_are_refused_than_those_of_the_tables(trace: str) -> None:
    """Letters, digits, punctuation and symbols of left-to-right scripts are never refused."""
    harmless = all(
        unicodedata.category(each)[0] in "LNPSM"
        and unicodedata.bidirectional(each) not in ("R", "AL")
        and not 0x340 <= ord(each) <= 0x341
        and each not in "\ufffc\ufffd"
        and unicodedata.name(each, "")
        for each in trace
    )
    if harmless:
        assert trace_problem(trace.encode()) is None


@given(text(characters(codec="utf-8"), max_size=12))
def test_client_and_server_agree(trace: str) -> None:
    assert ANONYMOUS.carries is not None
    scenario = Scenario(Credentials(trace), UserTable({}))
    client = ClientExchange(ANONYMOUS, scenario)
    outcome = ServerExchange(ANONYMOUS, scenario, client.initial_response).outcome
    assert isinstance(outcome, Success) is (ANONYMOUS.carries(scenario.credentials) is None)


@given(binary(max_size=40))
def test_any_bytes(message: bytes) -> None:
    (field,) = ANONYMOUS.fields(Side.CLIENT, 0, message)
    assert field.span == (0, len(message))
    assert field.secret is (b"\0" in message)


def test_misconceptions() -> None:
    scenario = Scenario(Credentials("ada", "secret"), UserTable({}))
    assert check(ANONYMOUS, scenario, Turns())
    assert ANONYMOUS.reads is not None
    assert ANONYMOUS.reads(scenario, Turns(), b"anything") is None
    wrong = ANONYMOUS.reads(scenario, Turns(), b"any@")
    assert wrong is not None
    assert wrong.code == "anonymous.trace"


@pytest.mark.parametrize("trace", ["sirhc", "ada@example.org", "ädä"])
def test_gsasls_client_is_accepted(trace: str) -> None:
    lines, _ = gsasl("ANONYMOUS", "--client", "--anonymous-token", trace)
    said = base64.b64decode(lines[-1])
    assert said == ClientExchange(ANONYMOUS, SIRHC._replace(credentials=Credentials(trace))).initial_response
    assert ServerExchange(ANONYMOUS, SIRHC, said).outcome == Success("anonymous")


def test_gsasls_server_can_read_our_client() -> None:
    """Its command has no way to say yes: it stops at asking its caller; what it cannot read ends before that."""
    ours = ClientExchange(ANONYMOUS, SIRHC).initial_response
    assert ours is not None
    _, complaint = gsasl("ANONYMOUS", "--server", said=base64.b64encode(ours) + b"\n")
    assert "No callback specified by caller" in complaint
    _, complaint = gsasl("ANONYMOUS", "--server", said=base64.b64encode(b"x" * 1100) + b"\n")
    assert "No callback specified by caller" not in complaint
