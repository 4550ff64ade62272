"""The decoder against the RFC's vectors, against the standard library, and against every way to be wrong."""

import base64
import binascii

import pytest
from hypothesis import example, given
from hypothesis.strategies import binary, integers, sampled_from, text

from tutor.spans import Span
from tutor.wire import b64

RFC_4648_SECTION_10 = [
    (b"", b""), (b"f", b"Zg=="), (b"fo", b"Zm8="), (b"foo", b"Zm9v"),
    (b"foob", b"Zm9vYg=="), (b"fooba", b"Zm9vYmE="), (b"foobar", b"Zm9vYmFy"),
]  # fmt: skip


@pytest.mark.parametrize(("message", "encoded"), RFC_4648_SECTION_10)
def test_rfc_4648_section_10(message: bytes, encoded: bytes) -> None:
    assert b64.encode(message) == encoded
    assert b64.decode(encoded) == b64.Decoding(message, (), message)


@given(binary(max_size=200))
def test_round_trip_against_the_standard_library(message: bytes) -> None:
    assert b64.encode(message) == base64.b64encode(message)
    assert b64.decode(base64.b64encode(message)).message == message


@given(text("AQRZaz09+/=", max_size=9).map(str.encode))
@example(b"QUJD=")
@example(b"QUJD====")
@example(b"QR==")
@example(b"=")
def test_differential_against_binascii(encoded: bytes) -> None:
    """Where both are strict they agree; where we refuse and binascii does not, the re-encoding differs."""
    ours = b64.decode(encoded)
    try:
        theirs: bytes | None = binascii.a2b_base64(encoded, strict_mode=True)
    except binascii.Error:
        theirs = None
    canonical = theirs is not None and base64.b64encode(theirs) == encoded
    assert (ours.message is not None) == canonical
    assert bool(ours.problems) == (ours.message is None)
    if canonical:
        assert ours.message == theirs


@given(binary(max_size=80))
def test_any_bytes_are_decoded_or_explained(encoded: bytes) -> None:
    decoding = b64.decode(encoded)
    assert (decoding.message is None) == bool(decoding.problems)
    for problem in decoding.problems:
        assert problem.code.startswith("b64.")
        assert 0 <= problem.span.start <= problem.span.end <= len(encoded)
        assert problem.message.isprintable()
        assert problem.message.endswith((".", ")"))
    assert len(decoding.problems) <= b64.MOST_PROBLEMS


def only(encoded: bytes) -> b64.Problem:
    (problem,) = b64.decode(encoded).problems
    return problem


@pytest.mark.parametrize(
    ("encoded", "code", "span", "word"),
    [
        (b"VXNlcm5hbWU!", "b64.alphabet", Span(11, 12), "`!`"),
        (b"VXNl\x00cm5", "b64.alphabet", Span(4, 5), "00"),
        (b"VXNl\xc3\xbccm5", "b64.alphabet", Span(4, 6), "C3 BC"),
        (b"ab,c", "b64.alphabet", Span(2, 3), "`/`"),
        (b"a-_b", "b64.url-safe", Span(1, 3), "RFC 4648 section 5"),
        (b"VXNl cm5h", "b64.whitespace", Span(4, 5), "inside"),
        (b"VXNlcm5h ", "b64.whitespace", Span(8, 9), "at the end"),
        (b"VXNl\r\ncm5h", "b64.wrapped", Span(4, 6), "line break"),
        (b"UGFzc3dvcmQ==", "b64.padding", Span(12, 13), "too many"),
        (b"Y29ycmVjdCBob3JzZSE", "b64.padding", Span(19, 19), "One `=` is missing"),
        (b"QQ==QUJD", "b64.padding", Span(2, 4), "before the end"),
        (b"QUJDR", "b64.length", Span(5, 5), "5 characters"),
        (b"QR==", "b64.non-canonical", Span(1, 2), "`Q`"),
        (b"QUJ=", "b64.non-canonical", Span(2, 3), "`I`"),
    ],
)
def test_each_problem_is_named_and_located(encoded: bytes, code: str, span: Span, word: str) -> None:
    problem = only(encoded)
    assert (problem.code, problem.span) == (code, span)
    assert word in problem.message


@given(binary(min_size=1, max_size=40), integers(0, 60), sampled_from(b"!\"#$%&'()*.,:;<>?@[\\]^`{|}~\x00\x7f\x80\xff"))
def test_a_stranger_is_found_where_it_stands(message: bytes, place: int, stranger: int) -> None:
    encoded = base64.b64encode(message)
    place %= len(encoded) + 1
    spoilt = encoded[:place] + bytes([stranger]) + encoded[place:]
    problem = b64.decode(spoilt).problems[0]
    assert (problem.code, problem.span.start) == ("b64.alphabet", place)


@given(binary(min_size=1, max_size=40), integers(0, 60), sampled_from([b" ", b"\t", b"\n", b"\r\n"]))
def test_a_blank_is_found_and_the_rest_still_read(message: bytes, place: int, blank: bytes) -> None:
    encoded = base64.b64encode(message)
    place %= len(encoded) + 1
    decoding = b64.decode(encoded[:place] + blank + encoded[place:])
    code = "b64.whitespace" if blank in b" \t" else "b64.wrapped"
    assert [(problem.code, problem.span) for problem in decoding.problems] == [(code, Span(place, place + len(blank)))]
    assert decoding.lenient == message


@given(binary(min_size=1, max_size=40))
def test_lost_and_added_padding(message: bytes) -> None:
    encoded = base64.b64encode(message)
    assert only(encoded + b"=").code == "b64.padding"
    bare = encoded.rstrip(b"=")
    if bare != encoded:
        decoding = b64.decode(bare)
        assert [problem.code for problem in decoding.problems] == ["b64.padding"]
        assert decoding.lenient == message


@given(binary(max_size=12), binary(max_size=12))
def test_the_url_safe_alphabet(before: bytes, behind: bytes) -> None:
    message = before + b"\xfb\xef\xbe\xff\xff" + behind  # a - or a _ at every alignment
    encoded = base64.urlsafe_b64encode(message)
    decoding = b64.decode(encoded)
    assert {problem.code for problem in decoding.problems} == {"b64.url-safe"}
    assert decoding.lenient == message


@given(binary(min_size=1, max_size=30), integers(0, 29), integers(1, 255))
def test_text_span_is_where_a_changed_byte_shows(message: bytes, at: int, flip: int) -> None:
    """Changing a byte changes characters of its span alone, and some flip changes each of them."""
    at %= len(message)
    span = b64.text_span(Span(at, at + 1))
    before = base64.b64encode(message)
    changed = base64.b64encode(message[:at] + bytes([message[at] ^ flip]) + message[at + 1 :])
    different = {index for index, (old, new) in enumerate(zip(before, changed, strict=True)) if old != new}
    assert different
    assert different <= set(range(span.start, span.end))
    every = base64.b64encode(message[:at] + bytes([message[at] ^ 0xFF]) + message[at + 1 :])
    assert {i for i, (old, new) in enumerate(zip(before, every, strict=True)) if old != new} == set(range(*span))


@given(integers(0, 50), integers(0, 50))
def test_byte_span_and_text_span_see_each_other(start: int, length: int) -> None:
    span = Span(start, start + length)
    inner = b64.byte_span(b64.text_span(span))
    if length:
        assert inner.start <= span.start
        assert span.end <= inner.end
    else:
        assert b64.text_span(span).start == b64.text_span(span).end


def test_the_docstrings_own_example() -> None:
    assert b64.text_span(Span(1, 2)) == Span(1, 3)


def test_ten_megabytes_are_read_in_one_go() -> None:
    decoding = b64.decode(b"QUJD" * 2_500_000 + b"!")
    assert [problem.span.start for problem in decoding.problems] == [10_000_000]
