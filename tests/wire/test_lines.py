"""Octets become the same lines however they are cut, and never fill the memory."""

from itertools import pairwise

from hypothesis import given
from hypothesis.strategies import binary, integers, lists

from tutor.wire.lines import Framed, LineBuffer, Side


def fed(chunks: list[bytes], limit: int = 12288) -> tuple[list[Framed], bytes]:
    buffer = LineBuffer(limit)
    lines = [line for chunk in chunks for line in buffer.feed(chunk)]
    return lines, buffer.pending


@given(binary(max_size=200), lists(integers(0, 200), max_size=8))
def test_chunks_do_not_matter(data: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    chunks = [data[start:end] for start, end in pairwise(places)]
    assert fed(chunks) == fed([data]) == fed([data[i : i + 1] for i in range(len(data))])


@given(binary(max_size=200))
def test_nothing_is_lost(data: bytes) -> None:
    lines, pending = fed([data])
    assert b"".join(line.line + line.ending for line in lines) + pending == data


@given(binary(max_size=300), integers(4, 30))
def test_memory_is_bounded_and_long_lines_are_said(data: bytes, limit: int) -> None:
    lines, pending = fed([data[i : i + 7] for i in range(0, len(data), 7)], limit)
    assert len(pending) <= limit + 1
    parts = data.split(b"\n")
    assert [line.overlong for line in lines] == [len(part) + 1 > limit for part in parts[:-1]]
    for line, part in zip(lines, parts[:-1], strict=True):
        assert len(line.line) <= limit
        assert part.startswith(line.line)


def test_line_ends() -> None:
    assert fed([b"EHLO a\r\nNOOP\nQUI"]) == ([Framed(b"EHLO a", b"\r\n"), Framed(b"NOOP", b"\n")], b"QUI")
    assert fed([b"a\rb\r\n"]) == ([Framed(b"a\rb", b"\r\n")], b"")


def test_one_line_at_a_time_leaves_the_rest_alone() -> None:
    buffer = LineBuffer()
    assert buffer.feed_one(b"START") == (None, b"")
    assert buffer.feed_one(b"TLS\r\nAUTH") == (Framed(b"STARTTLS", b"\r\n"), b"AUTH")
    assert buffer.pending == b""


def test_clearing_forgets_what_was_injected() -> None:
    buffer = LineBuffer()
    buffer.feed(b"RSET")
    buffer.clear()
    assert buffer.feed(b"NOOP\r\n") == [Framed(b"NOOP", b"\r\n")]


def test_sides() -> None:
    assert (Side.SERVER.letter, Side.CLIENT.letter, str(Side.CLIENT)) == ("S", "C", "client")
    assert Side.SERVER.other is Side.CLIENT
    assert Side.CLIENT.other is Side.SERVER
