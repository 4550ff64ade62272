"""Replies as real servers write them, and as we write them ourselves."""

import json
import smtplib

import pytest
from hypothesis import given
from hypothesis.strategies import binary, from_regex, integers, lists, none, sampled_from

from tests.tools import VECTORS
from tutor.wire import reply

BANNERS = [json.loads(line) for line in (VECTORS / "banners.jsonl").read_text(encoding="utf-8").splitlines()]
CHALLENGES = [json.loads(line) for line in (VECTORS / "challenges.jsonl").read_text(encoding="utf-8").splitlines()]


@given(binary(max_size=60))
def test_any_bytes_are_read_or_are_no_reply(line: bytes) -> None:
    parsed = reply.parse_line(line)
    if parsed is not None:
        assert line == b"%d" % parsed.code + parsed.separator + parsed.text
        assert line[parsed.text_span.start : parsed.text_span.end] == parsed.text


@pytest.mark.parametrize(
    "row", [row for row in BANNERS if "IMAP" not in str(row["software"])], ids=lambda row: row["id"]
)
def test_greetings_of_real_servers(row: dict[str, list[str]]) -> None:
    for line in row["lines"]:
        parsed = reply.parse_line(line.encode())
        assert parsed is not None
        assert str(parsed.code) == line[:3]


@pytest.mark.parametrize("row", CHALLENGES, ids=lambda row: row["id"])
def test_challenges_of_real_servers(row: dict[str, str]) -> None:
    parsed = reply.parse_line(row["line"].encode())
    assert parsed is not None
    assert (parsed.code, parsed.text.decode()) == (334, row["line"][4:])


@pytest.mark.parametrize(
    ("line", "code", "separator", "enhanced"),
    [
        (b"535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", 535, b" ", "5.7.8"),
        (b"220 2.0.0 Ready to start TLS", 220, b" ", "2.0.0"),
        (b"534-5.7.14 Please log in via your web browser", 534, b"-", "5.7.14"),
        (b"250-8BITMIME", 250, b"-", None),
        (b"334", 334, b"", None),
        (b"334 ", 334, b" ", None),
        (b"220 192.0.2.1 ready", 220, b" ", None),
        (b"535 4.7.0 of another class", 535, b" ", None),
        (b"500 5.5.2.1 no enhanced code", 500, b" ", None),
    ],
)
def test_parts(line: bytes, code: int, separator: bytes, enhanced: str | None) -> None:
    parsed = reply.parse_line(line)
    assert parsed is not None
    assert (parsed.code, parsed.separator, parsed.enhanced) == (code, separator, enhanced)


@pytest.mark.parametrize(
    "line", [b"", b"22", b"2200 x", b"VXNl", b"600 x", b"334VXNlcm5hbWU6", b"* OK IMAP", b" 220 x"]
)
def test_no_replies(line: bytes) -> None:
    assert reply.parse_line(line) is None


@given(
    integers(200, 599),
    none() | sampled_from(["2.7.0", "5.7.8"]),
    lists(from_regex(rb"[!-~]([ -~]{0,20}[!-~])?", fullmatch=True), min_size=1, max_size=4),
)
def test_what_we_write_smtplib_reads(code: int, enhanced: str | None, texts: list[bytes]) -> None:
    octets = reply.write(code, enhanced, *texts)

    class Read(smtplib.SMTP):
        def __init__(self) -> None:
            from io import BytesIO

            self.file = BytesIO(octets)

        def close(self) -> None:
            pass

    got_code, got_text = Read().getreply()
    prefix = b"" if enhanced is None else enhanced.encode() + b" "
    assert (got_code, got_text) == (code, b"\n".join(prefix + text for text in texts))
    assembler = reply.ReplyAssembler()
    whole = [assembler.feed(line) for line in octets.split(b"\r\n")[:-1]]
    assert whole[:-1] == [None] * (len(texts) - 1)
    last = whole[-1]
    assert last is not None
    assert last.code == code
    if enhanced is not None and enhanced[0] == str(code)[0]:
        assert last.lines == tuple(texts)


def test_the_empty_challenge_keeps_its_space() -> None:
    assert reply.write(334, None) == b"334 \r\n"


def test_an_endless_reply_is_bounded() -> None:
    assembler = reply.ReplyAssembler()
    for _ in range(2000):
        assert assembler.feed(b"250-x") is None
    whole = assembler.feed(b"250 end")
    assert whole is not None
    assert len(whole.lines) == reply.ReplyAssembler.MOST_LINES
