"""A skimmed log against the same log read line by line: the same sessions, but for those that tell of no login."""

from collections.abc import Iterator
from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.explain import log as log_module
from tutor.explain.findings import find
from tutor.explain.log import GENTLE, Explained, Log
from tutor.explain.session import Session, sessions

MAIL = ("MAIL FROM:<a@example.org>", "250 2.1.0 Ok", "DATA", "354 go on", "words 220 of a mail", ".", "250 2.0.0 Ok")
LOGIN = ("AUTH LOGIN", "334 VXNlcm5hbWU6", "YWRh", "334 UGFzc3dvcmQ6", "c2VjcmV0", "235 2.7.0 Welcome")
REFUSED = (*LOGIN[:-1], "535 5.7.8 Error: authentication failed")
TLS = ("STARTTLS", "220 2.0.0 Ready to start TLS", "EHLO me", "250 AUTH PLAIN LOGIN")
HELLO = ("220 mail.example.org ESMTP", "EHLO me", "250-mail.example.org", "250 AUTH PLAIN LOGIN")
TALKS = [
    (*HELLO, *MAIL, "QUIT", "221 Bye"),
    (*HELLO, *LOGIN, *MAIL, "QUIT", "221 Bye"),
    (*HELLO, *REFUSED),
    (*HELLO, "auth login", *LOGIN[1:], *MAIL),
    (*HELLO, *TLS, *REFUSED),
    (*HELLO, "MAIL FROM:<a@example.org>", "530 5.7.0 Authentication required"),
    (*HELLO, *MAIL * 30),
]


def marked(talk: tuple[str, ...], form: str, key: int) -> Iterator[bytes]:
    for line in talk:
        server = line[:3].isdigit()
        if form == "swaks":
            yield (("<-  " if server else " -> ") + line).encode()
        elif form == "letters":
            yield (("S: " if server else "C: ") + line).encode()
        else:
            mark = ">" if server else "<"
            yield f"Nov 23 00:08:41 mx postfix/smtpd[{key}]: {mark} c[192.0.2.{key}]: {line}".encode()


def told(found: list[Session]) -> list[tuple[tuple[int, bytes], ...]]:
    """The sessions that tell of a login or a refusal, as numbered lines up to the last that does."""
    rows = (tuple((entry.n, entry.line.line) for entry in one.entries) for one in found)
    return sorted(row[: last + 1] for row in rows if (last := _last(row)) >= 0)


def _last(rows: tuple[tuple[int, bytes], ...]) -> int:
    """The place of the last line that begins or ends a login, or refuses; -1 where there is none."""
    return max(
        (n for n, (_, row) in enumerate(rows) if row[:4].upper() in (b"AUTH", b"235 ", b"535 ", b"530 ")), default=-1
    )


def cut(data: bytes, places: list[int]) -> Iterator[bytes]:
    """Blocks that end at line ends."""
    start = 0
    for place in sorted(places):
        end = data.find(b"\n", place % (len(data) + 1)) + 1
        if end > start:
            yield data[start:end]
            start = end
    yield data[start:]


@given(
    talks=st.lists(st.sampled_from(TALKS), min_size=1, max_size=12),
    form=st.sampled_from(["swaks", "letters"]),
    places=st.lists(st.integers(0, 1 << 20), max_size=6),
)
def test_one_behind_the_other(talks: list[tuple[str, ...]], form: str, places: list[int]) -> None:
    lines = [line for talk in talks for line in marked(talk, form, 1)]
    compare(lines, places)


@given(
    talks=st.lists(st.sampled_from(TALKS), min_size=1, max_size=6),
    order=st.lists(st.integers(0, 5), min_size=100, max_size=100),
    places=st.lists(st.integers(0, 1 << 20), max_size=6),
)
def test_interleaved(talks: list[tuple[str, ...]], order: list[int], places: list[int]) -> None:
    waiting = [list(marked(talk, "postfix", key)) for key, talk in enumerate(talks, 1)]
    lines = []
    for turn in cycle(order):
        rest = [one for one in waiting if one]
        if not rest:
            break
        lines.append(rest[turn % len(rest)].pop(0))
    compare(lines, places)


def compare(lines: list[bytes], places: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_module, "GENTLE", 1)
        log = Log(cut(b"".join(line + b"\n" for line in lines), places))
        skimmed = [item.session for item in log.sessions() if isinstance(item, Explained)]
    whole = list(sessions(lines))
    assert told(skimmed) == told(whole)
    shown = sum(len(one.entries) for one in skimmed)
    assert log.skipped + shown == len(lines)


def test_the_mail_behind_a_login_is_passed_over() -> None:
    whole = b"".join(line + b"\n" for line in marked((*HELLO, *LOGIN, *MAIL), "swaks", 1))
    log = Log([whole * 1000, whole * 2])
    found = [item.session for item in log.sessions() if isinstance(item, Explained)]
    assert len(found) == 1002
    assert [entry.line.line for entry in found[-1].entries] == [line.encode() for line in (*HELLO, *LOGIN)]
    assert found[-1].entries[0].n == 1001 * 17 + 1


def test_what_tells_of_no_login_is_passed_over() -> None:
    quiet = b"".join(line + b"\n" for line in marked(TALKS[0], "swaks", 1))
    loud = b"".join(line + b"\n" for line in marked(TALKS[2], "swaks", 1))
    log = Log([quiet * 8000, quiet * 10, loud + quiet * 10])
    found = [item.session for item in log.sessions() if isinstance(item, Explained)]
    assert len(quiet) * 8000 > GENTLE
    first = -(-GENTLE // 4 // len(quiet))  # so much is read line by line where the first block is a large one
    assert len(found) == first + 1
    assert found[-1].entries[0].n == 8010 * 13 + 1
    assert log.skipped == (8020 - first) * 13


@given(st.lists(st.binary(max_size=60), max_size=40))
def test_any_bytes(lines: list[bytes]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_module, "GENTLE", 1)
        list(Log(iter([b"\n".join(lines)])).sessions())


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1000, 99999), st.integers(0, 250)), min_size=1, max_size=12))
def test_a_mail_log_has_the_findings_of_each_of_its_sessions(talks: list[tuple[int, int, int]]) -> None:
    # The words of Postfix (tests/vectors/logs, public logs); connections differ in numbers, some in their words.
    words = (
        "warning: unknown[{ip}]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, sasl_username=user{pid}",
        "warning: unknown[{ip}]: SASL LOGIN authentication failed: VXNlcm5hbWU6",
        "warning: unknown[{ip}]: SASL PLAIN authentication failed: Connection lost to authentication server",
        "warning: unknown[{ip}]: SASL LOGIN authentication failed: Invalid authentication mechanism",
        "NOQUEUE: client=unknown[{ip}], sasl_method=LOGIN, sasl_username=user{pid}",
        "warning: hostname h{pid}.example.net does not resolve to address {ip}",
    )
    lines = []
    for kind, pid, last in talks:
        head, ip = f"Nov 23 00:08:41 mx postfix/smtpd[{pid}]: ", f"192.0.2.{last}"
        lines += [f"{head}connect from unknown[{ip}]", head + words[kind].format(ip=ip, pid=pid)]
        lines += [f"{head}disconnect from unknown[{ip}] ehlo=1 auth=0/1 commands=1/2"]
    data = [line.encode() for line in lines]
    explained = [item for item in Log([b"\n".join(data)]).sessions() if isinstance(item, Explained)]
    whole = list(sessions(data))
    assert [item.session for item in explained] == whole
    assert [item.findings for item in explained] == [find(session) for session in whole]
