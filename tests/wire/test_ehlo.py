"""What a server offers."""

import smtplib

from hypothesis import given
from hypothesis.strategies import binary, lists, sampled_from

from tutor.wire import ehlo

COMCAST = [
    b"250-SP1.example.org Hello [192.0.2.1]",
    b"250-AUTH=LOGIN PLAIN CRAM-MD5",
    b"250-auth LOGIN PLAIN cram-md5 DIGEST-MD5",
    b"250-SIZE 104857600",
    b"250-STARTTLS",
    b"250 HELP",
]


def test_a_whole_reply() -> None:
    found = ehlo.parse(COMCAST)
    assert (found.hostname, found.greeting) == (b"SP1.example.org", b"Hello [192.0.2.1]")
    assert found.auth == ("LOGIN", "PLAIN", "CRAM-MD5", "DIGEST-MD5")
    assert found.starttls
    assert found.size == 104857600
    assert found.has("help")
    assert found.parameters("PIPELINING") is None


def test_no_list_and_an_empty_list_are_two_things() -> None:
    assert ehlo.parse([b"250-a", b"250 HELP"]).auth is None
    assert ehlo.parse([b"250-a", b"250 AUTH"]).auth == ()


@given(lists(binary(max_size=30), max_size=6))
def test_any_bytes(lines: list[bytes]) -> None:
    found = ehlo.parse(lines)
    assert found.auth is None or all(name == name.upper() for name in found.auth)
    assert found.size is None or found.size >= 0


@given(lists(sampled_from([b"AUTH LOGIN PLAIN", b"STARTTLS", b"SIZE 10", b"8BITMIME", b"AUTH=CRAM-MD5"]), max_size=5))
def test_smtplib_sees_the_same(offered: list[bytes]) -> None:
    client = smtplib.SMTP()
    client.putcmd = lambda *_: None  # type: ignore[method-assign]
    client.getreply = lambda: (250, b"\n".join([b"mail.example.org", *offered]))  # type: ignore[method-assign]
    client.ehlo("x")
    ours = ehlo.parse([b"mail.example.org", *offered])
    assert set(ours.auth or ()) == set(client.esmtp_features.get("auth", "").split())
    assert ours.starttls == client.has_extn("starttls")
