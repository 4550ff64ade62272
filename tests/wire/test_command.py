"""Commands, and AUTH above all: absent, empty and present are three things."""

import pytest
from hypothesis import given
from hypothesis.strategies import binary

from tutor.spans import Span
from tutor.wire import command


@given(binary(max_size=60))
def test_any_bytes_are_read_or_are_no_command(line: bytes) -> None:
    parsed = command.parse(line)
    if parsed is None:
        return
    assert line.upper().startswith(parsed.verb)
    assert line[parsed.argument_span.start : parsed.argument_span.end] == parsed.argument
    span = parsed.initial_response_span
    if parsed.initial_response is not None:
        assert span is not None
        assert line[span.start : span.end] in (parsed.initial_response, b"=")


@pytest.mark.parametrize(
    ("line", "mechanism", "initial"),
    [
        (b"AUTH LOGIN", "LOGIN", None),
        (b"auth login", "login", None),
        (b"AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm", "PLAIN", b"AHRpbQB0YW5zdGFhZnRhbnN0YWFm"),
        (b"AUTH EXTERNAL =", "EXTERNAL", b""),
        (b"AUTH  PLAIN  AHRp ", "PLAIN", b"AHRp"),
        (b"AUTH LOGIN ", "LOGIN", None),
        (b"AUTH PLAIN a b", "PLAIN", b"a b"),
        (b"AUTH", None, None),
        (b"EHLO LOGIN x", None, None),
    ],
)
def test_auth(line: bytes, mechanism: str | None, initial: bytes | None) -> None:
    parsed = command.parse(line)
    assert parsed is not None
    if initial is not None or mechanism is None:
        assert parsed.initial_response == initial
    assert parsed.mechanism == mechanism


def test_spans_count_the_line() -> None:
    parsed = command.parse(b"AUTH EXTERNAL =")
    assert parsed is not None
    assert parsed.initial_response_span == Span(14, 15)
    assert parsed.argument_span == Span(5, 15)


@pytest.mark.parametrize("line", [b"", b"334 x", b"dGltCg==", b"*", b"MAIL\x00", b"a b"])
def test_no_commands(line: bytes) -> None:
    assert command.parse(line) is None


@pytest.mark.parametrize("line", [b"AUTH LOGIN ", b"AUTH LOGIN  \t", b"AUTH PLAIN "])
def test_blanks_behind_the_mechanism_are_no_initial_response(line: bytes) -> None:
    """RFC 5321 section 4.1.1: white space before the line's end is tolerated; an empty one is `=` (RFC 4954)."""
    parsed = command.parse(line)
    assert parsed is not None
    assert parsed.initial_response is None
    assert parsed.initial_response_span is None


@pytest.mark.parametrize(
    ("line", "setting"),
    [
        (b"auth on", True),
        (b"auth off", True),
        (b"Auth failed: 535 5.7.8 Authentication credentials invalid", True),
        (b"AUTH LOGIN", False),
        (b"auth plain AHRpbQB0ZXN0", False),
        (b"AUTH X-NEW_1", False),
        (b"AUTH", False),
        (b"EHLO on", False),
    ],
)
def test_a_word_behind_auth_may_be_no_mechanism(line: bytes, setting: bool) -> None:
    parsed = command.parse(line)
    assert parsed is not None
    assert parsed.of_a_setting is setting
