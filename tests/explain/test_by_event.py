"""An interleaved log that is searched for what matters, against the same log read line by line."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.explain.test_skim import HELLO, LOGIN, MAIL, REFUSED, TALKS, cut, told
from tutor.explain import by_event, formats, stretch
from tutor.explain import log as log_module
from tutor.explain.log import Explained, Log
from tutor.explain.session import Session, sessions
from tutor.explain.stretch import within_lines

QUICK = [form for form in formats.all() if form.before]
MARKS = {
    "postfix-verbose": ("mx postfix/smtpd[1{key}]: > c[192.0.2.1]: ", "mx postfix/smtpd[1{key}]: < c[192.0.2.1]: "),
    "exim-debug": ("00:00:01 1{key} SMTP>> ", "00:00:01 1{key} SMTP<< "),
    "haraka": ("[PROTOCOL] [0352218B{key}] [core] S: ", "[PROTOCOL] [0352218B{key}] [core] C: "),
    "nodemailer": ("DEBUG: [a{key}] S: ", "DEBUG: [a{key}] C: "),
    "net-smtp": ("Net::SMTP=GLOB(0x55{key})<<< ", "Net::SMTP=GLOB(0x55{key})>>> "),
    "sendmail": ("mx sendmail[1{key}]: AB: --- ", "mx sendmail[1{key}]: AB: <-- "),
    "snappymail": ("[a][b{key}] SMTP[c]: < ", "[a][b{key}] SMTP[c]: > "),
    "postal": ("-- : [a{key}] => ", "-- : [a{key}] <= "),
    "tcpflow": ("192.000.002.001.0100{key}-192.000.002.002.00025: ",) * 2,
}
BYE = ("QUIT", "221 Bye")
MORE = [
    *TALKS,
    ("220-mail.example.org", "220-is busy", *HELLO, *LOGIN, *BYE),
    (*HELLO, "STARTTLS", "220 Go ahead", *HELLO[1:], *LOGIN, *MAIL, *BYE),
    (*HELLO, "STARTTLS", "454 not now", *LOGIN),
    (*HELLO, *REFUSED[4:], "AUTH PLAIN AGFkYQBzZWNyZXQ=", "235 2.7.0 Welcome", *MAIL, *BYE),
    (*HELLO, *LOGIN, *MAIL, *MAIL, *LOGIN[:-1], "535-5.7.8 no", "535 5.7.8 not again"),
    (*HELLO, *MAIL * 8, *LOGIN, *MAIL),
    (*HELLO, *LOGIN[:3]),
    (*HELLO[1:], *LOGIN, *BYE),
    (*HELLO, *LOGIN, "DATA", "354 go on", "words: 535 5.7.8 no, SMTP<< AUTH LOGIN: 220 words", ".", "250 Ok"),
    (*HELLO, "AUTH PLAIN", "334 ", "*", "501 5.7.0 cancelled", *BYE),
]
ORDER = st.lists(st.integers(0, 30), min_size=1, max_size=100)
PLACES = st.lists(st.integers(0, 1 << 20), max_size=8)


@st.composite
def logs(draw: st.DrawFn, most_keys: int) -> list[bytes]:
    """Lines of sessions, those of one key one behind the other."""
    server, client = MARKS[draw(st.sampled_from(sorted(MARKS)))]
    waiting: dict[int, list[bytes]] = {}
    for key, talk in draw(
        st.lists(st.tuples(st.integers(10, 9 + most_keys), st.sampled_from(MORE)), min_size=1, max_size=14)
    ):
        talked = (((server if row[:3].isdigit() else client).replace("{key}", str(key)) + row).encode() for row in talk)
        waiting.setdefault(key, []).extend(talked)
    lines: list[bytes] = []
    for turn in _again(draw(ORDER)):
        rest = [rows for rows in waiting.values() if rows]
        if not rest:
            return lines
        count = 1 + turn % 5
        rows = rest[turn % len(rest)]
        lines += rows[:count]
        del rows[:count]
    raise AssertionError


def _again(order: list[int]) -> Iterator[int]:
    while True:
        yield from order


def skimmed(lines: list[bytes], places: list[int], window: int | None = None) -> tuple[list[Session], int]:
    """The sessions of the log, skimmed behind its first line; how many lines were passed over."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_module, "GENTLE", 1)
        if window is not None:
            patch.setattr(by_event, "_WINDOW", window)
            patch.setattr(by_event, "_PIECE", 1 + window // 4)
            patch.setattr(stretch, "NARROW", window)
        log = Log(cut(b"".join(line + b"\n" for line in lines), places))
        return [item.session for item in log.sessions() if isinstance(item, Explained)], log.skipped


@given(lines=logs(12), places=PLACES, narrow=st.booleans())
def test_what_tells_of_a_login_is_what_the_full_reading_shows(
    lines: list[bytes], places: list[int], narrow: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if narrow:  # as in logs so large that it pays to know where the lines of each key are
            patch.setattr(stretch, "NARROW", -1 << 20)
        found, skipped = skimmed(lines, places)
    assert told(found) == told(list(sessions(lines)))
    assert skipped + sum(len(one.entries) for one in found) == len(lines)


@given(lines=logs(12), places=PLACES, window=st.integers(1, 3000))
def test_a_small_window_loses_no_login(lines: list[bytes], places: list[int], window: int) -> None:
    found, skipped = skimmed(lines, places, window)
    shown = [(entry.n, entry.line.line) for one in found for entry in one.entries]
    assert max(Counter(shown).values(), default=0) <= 1
    assert skipped + len(shown) == len(lines)
    form = formats.recognise(lines)
    read = {n: formats.read(form, line)[0] for n, line in enumerate(lines, 1)}
    for one in found:
        assert len({read[entry.n].key for entry in one.entries}) == 1
        assert [entry.n for entry in one.entries] == sorted(entry.n for entry in one.entries)
    telling = (b"AUTH", b"auth", b"535 ", b"530 ", b"501 ", b"454 ")
    assert {n for n, row in read.items() if row.line[:4] in telling} <= {n for n, _ in shown}


@pytest.mark.parametrize("window", range(400, 1200, 50))
def test_no_line_is_shown_twice_where_a_session_begins_without_greeting(window: int) -> None:
    server, client = (mark.replace("{key}", "10") for mark in MARKS["postfix-verbose"])
    talk = (*HELLO, *LOGIN, *BYE, *HELLO[1:], *LOGIN, *BYE)
    lines = [((server if row[:3].isdigit() else client) + row).encode() for row in talk]
    other = lines[0].replace(b"[110]", b"[111]")
    found, skipped = skimmed([other, *lines], [], window)
    shown = [entry.n for one in found for entry in one.entries]
    assert len(shown) == len(set(shown))
    assert skipped + len(shown) == len(lines) + 1


def test_words_of_a_mail_are_no_event_however_many_are_in_a_line() -> None:
    server, client = (mark.replace("{key}", "10") for mark in MARKS["postfix-verbose"])
    talk = (*HELLO, *LOGIN, "DATA", "354 go on", "a: 535 5.7.8 no: AUTH LOGIN: 220 words", *LOGIN, *BYE)
    lines = [((server if row[:3].isdigit() else client) + row).encode() for row in talk]
    other = lines[0].replace(b"[110]", b"[111]")
    found, skipped = skimmed([other, *lines], [])
    assert [len(one.entries) for one in found] == [1, len(lines) - len(BYE)]
    assert skipped == len(BYE)


@pytest.mark.parametrize("form", QUICK, ids=lambda form: form.name)
def test_every_such_format_is_tried(form: formats.Format) -> None:
    server, client = MARKS[form.name]
    lines = [(server if row[:3].isdigit() else client).replace("{key}", "10") + row for row in (*HELLO, *LOGIN)]
    assert formats.recognise([line.encode() for line in lines]) == form


@pytest.mark.parametrize("form", QUICK, ids=lambda form: form.name)
@given(data=st.data())
def test_in_many_lines_is_found_what_is_found_in_each(form: formats.Format, data: st.DataObject) -> None:
    mark = data.draw(st.sampled_from([one.replace("{key}", "10") for one in MARKS[form.name]]))
    # Lines that have a mark, a piece of one, or none, with what may be around it.
    piece = st.tuples(st.integers(0, len(mark)), st.integers(0, len(mark))).map(lambda ends: mark[slice(*ends)])
    words = st.sampled_from(["220 a", " ", "\t", "[", "]", "a", "1", " state=1", "\r", ":"])
    row = st.lists(st.one_of(st.just(mark), piece, words), max_size=5).map("".join)
    lines = [one.encode() for one in data.draw(st.lists(row, min_size=1, max_size=8))]
    alone = [match for match in map(formats.compiled(form.pattern).search, lines) if match is not None]
    together = re.compile(within_lines(form.pattern)).finditer(b"\n".join(lines))
    assert [match.groups() for match in together] == [match.groups() for match in alone]
    before = re.compile(b"(?:" + form.before.encode() + rb")\Z")
    for match in alone:
        assert match["line"] is None or before.search(match.string, 0, match.start("line"))
