"""A log read in pieces against the same log read in one go: the same sessions, with the same numbers."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.explain.test_routine import objects
from tests.explain.test_skim import HELLO, LOGIN, MAIL, REFUSED, TALKS, TLS, marked
from tutor.explain import log as log_module
from tutor.explain import pieces as pieces_module
from tutor.explain.log import Log
from tutor.explain.pieces import Pieces, Told
from tutor.explain.skim import ByGreeting

BANNER = ("220-mail.example.org", "220 ESMTP", *HELLO[1:])
KINDS = [*TALKS, (*BANNER, *REFUSED), (*BANNER, *TLS, *LOGIN, *MAIL), (*HELLO, "AUTH PLAIN", "334 ", "*", "501 no")]


class Text:
    """A log in memory, a Source; it gives its lines in blocks of about `block` octets."""

    def __init__(self, data: bytes, block: int) -> None:
        self.data = data
        self.block = block
        self.place: int | None = 0

    def __iter__(self) -> Iterator[bytes]:
        begin = 0
        while begin < len(self.data):
            end = self.data.find(b"\n", begin + self.block) + 1 or len(self.data)
            self.place = end
            yield self.data[begin:end]
            begin = end

    def size(self) -> int:
        return len(self.data)

    def part(self, begin: int, end: int) -> Iterator[bytes]:
        yield from Text(self.data[begin:end], self.block)

    def look(self, begin: int, size: int) -> bytes:
        return self.data[begin : begin + size]


def one_by_one(
    count: int, lines: Callable[[int], int], sessions: Callable[[int, int], int], tell: Callable[[int, int], Told]
) -> Iterator[Told]:
    """A Spread without other processes; the first step of the next piece is taken early, as they do."""
    many, more = 0, 0
    for index in range(count):
        found = sessions(index, many)
        many += lines(index)
        yield tell(index, more)
        more += found


def read(data: bytes, block: int, in_pieces: bool) -> tuple[list[Any], int, int]:
    """The JSON of all sessions, and how many lines were passed over and octets read."""
    text = Text(data, block)
    log = Log(text, True, text if in_pieces else None, one_by_one)
    shown = [value for item in log.sessions() for value in objects(item)]
    return shown, log.skipped, log.octets


@pytest.fixture(autouse=True, scope="module")
def _small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_module, "GENTLE", 1)
        patch.setattr(log_module, "PIECE", 500)
        patch.setattr(log_module, "MANY", 1)
        patch.setattr(pieces_module, "PIECE", 500)
        patch.setattr(pieces_module, "_LOOK", 40)
        yield


@pytest.mark.parametrize("form", ["swaks", "letters"])
@given(talks=st.lists(st.sampled_from(KINDS), min_size=4, max_size=30), block=st.integers(1, 3000))
def test_in_pieces_as_in_one_go(form: str, talks: list[tuple[str, ...]], block: int) -> None:
    data = b"".join(line + b"\n" for talk in talks for line in marked(talk, form, 1))
    whole, skipped, _ = read(data, block, False)
    shown, passed, octets = read(data, block, True)
    assert shown == whole
    assert (passed, octets) == (skipped, len(data))


def test_most_of_a_log_is_read_in_pieces() -> None:
    data = b"".join(line + b"\n" for line in marked((*HELLO, *REFUSED, *MAIL), "letters", 1)) * 100
    asked: list[int] = []

    def spread(
        count: int, lines: Callable[[int], int], sessions: Callable[[int, int], int], tell: Callable[[int, int], Told]
    ) -> Iterator[Told]:
        asked.append(count)
        return one_by_one(count, lines, sessions, tell)

    text = Text(data, 700)
    found = [value for item in Log(text, True, text, spread).sessions() for value in objects(item)]
    assert [one["exchange"] for one in found] == list(range(1, 101))
    assert asked == [48]  # of 63; the first sixteen are in what the format is recognised from


def test_a_source_without_places_is_read_in_one_go() -> None:
    data = b"".join(line + b"\n" for line in marked((*HELLO, *REFUSED, *MAIL), "letters", 1)) * 100

    class Pipe(Text):
        def __iter__(self) -> Iterator[bytes]:
            for block in super().__iter__():
                self.place = None
                yield block

    pipe = Pipe(data, 700)
    assert sum(len(objects(item)) for item in Log(pipe, True, pipe, None).sessions()) == 100
    pipe = Pipe(data, 700)
    log = Log(pipe, True, pipe, lambda *_: pytest.fail("no other place can be read"))
    assert sum(len(objects(item)) for item in log.sessions()) == 100


@given(
    lines=st.lists(st.sampled_from(TALKS[1]) | st.text("ab 250", max_size=700), max_size=80), begin=st.integers(0, 9)
)
def test_pieces_hold_every_octet_once(lines: list[str], begin: int) -> None:
    data = b"".join(line.encode() + b"\n" for line in lines)
    begin = data.find(b"\n", begin) + 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces_module, "MOST_CARRIED", 600)
        from tutor.explain import formats

        form = formats.recognise(iter([b"220 mail.example.org ESMTP", b"EHLO me"]))
        found = Pieces(Text(data, 300), ByGreeting(form, None, 1, False, int), begin, len(data))
        bounds = [found.bounds(index) for index in range(len(found))]
        assert b"".join(b"".join(found.blocks(index)) for index in range(len(found))) == data[begin:]
        assert sum(map(found.lines, range(len(found)))) == data.count(b"\n", begin)
    for place, _ in bounds:
        assert place in (0, len(data)) or data[place - 1 : place] == b"\n"


@given(data=st.lists(st.binary(max_size=60) | st.sampled_from([b"S: 220 a", b"C: AUTH LOGIN"]), max_size=80))
def test_any_bytes(data: list[bytes]) -> None:
    shown, _, _ = read(b"\n".join([b"S: 220 a", b"C: EHLO b", b"S: 250 c", *data]), 100, True)
    assert [one["exchange"] for one in shown] == list(range(1, len(shown) + 1))
    json.dumps(shown)
