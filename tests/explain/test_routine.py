"""Sessions that are filled into the template of an earlier one: what comes out is what reading them in full gives."""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tutor.explain import log as log_module
from tutor.explain import usual
from tutor.explain.findings import find
from tutor.explain.log import Explained, Log
from tutor.explain.routine import Batch
from tutor.explain.session import sessions
from tutor.explain.shown import as_object
from tutor.sasl import registry
from tutor.sasl.mechanism import Mechanism, Side, Usual
from tutor.wire.printable import dumps

KNOWN = [mechanism for mechanism in registry.all() if mechanism.usual]
MARKS = {
    "letters": ("S: ", "C: "),
    "swaks": ("<-  ", " -> "),
    "curl": ("< ", "> "),
    "postfix": (
        "Nov 23 00:08:41 mx postfix/smtpd[{key}]: > c[192.0.2.1]: ",
        "Nov 23 00:08:41 mx postfix/smtpd[{key}]: < c[192.0.2.1]: ",
    ),
    "exim": ("00:00:01 {key} SMTP>> ", "00:00:01 {key} SMTP<< "),
    "bare": ("", ""),
}
MAIL = (
    "C MAIL FROM:<a@example.org>",
    "S 250 2.1.0 Ok",
    "C DATA",
    "S 354 End data with <CR><LF>.<CR><LF>",
    "C  words",
    "C .",
    "S 250 2.0.0 Ok",
)


def encoded(message: str) -> str:
    return b64encode(message.encode()).decode()


def form(mechanism: Mechanism, side: Side, turn: int, mistaken: bool) -> Usual | None:
    found = {(one.side, one.turn, bool(one.mistake)): one for one in mechanism.usual}
    return found.get((side, turn, mistaken)) or found.get((side, turn, False))


def messages(draw: st.DrawFn, mechanism: Mechanism, initial: bool, mistaken: bool) -> Iterator[tuple[Side, str]]:
    """The messages of an exchange, each drawn from its form; what has no form is a prompt."""
    nonce = ""
    server, client = int(initial), 0
    side = Side.CLIENT if initial else Side.SERVER
    last = max(one.turn for one in mechanism.usual if one.side is Side.CLIENT)
    while client <= last:
        turn = client if side is Side.CLIENT else server
        found = form(mechanism, side, turn, mistaken)
        if found is None:
            prompts = ["Username:", "Password:"] if mechanism.first is Side.SERVER else [""]
            text = prompts[turn] if turn < len(prompts) else ""
        else:
            text = draw(st.from_regex(found.pattern.decode(), fullmatch=True).filter(str.isascii))
            match = re.fullmatch(found.pattern.decode(), text)
            if match is not None and "nonce" in match.groupdict():
                nonce = nonce + match["nonce"] if side is Side.SERVER or not nonce else nonce
                text = text[: match.start("nonce")] + nonce + text[match.end("nonce") :]
        yield side, text
        server, client = server + (side is Side.SERVER), client + (side is Side.CLIENT)
        side = Side.SERVER if side is Side.CLIENT else Side.CLIENT


@st.composite
def talks(draw: st.DrawFn, mechanism: Mechanism, how: tuple[bool, bool, bool, str]) -> list[str]:
    """A whole session of lines with their side in front."""
    initial, mistaken, short, reply = how
    host = draw(st.from_regex(r"[A-Za-z0-9.-]{1,30}", fullmatch=True).filter(str.isascii))
    lines = ["S 220 mx.example.org ESMTP", f"C EHLO {host}", "S 250-mx.example.org", "S 250-SIZE 1000"]
    lines.append("S 250 AUTH " + " ".join(one.name for one in KNOWN))
    if not initial:
        lines.append(f"C AUTH {mechanism.name}")
    for number, (side, message) in enumerate(messages(draw, mechanism, initial, mistaken)):
        text = encoded(message)
        if initial and number == 0:
            lines.append(f"C AUTH {mechanism.name} {text or '='}")
        elif side is Side.SERVER:
            lines.append(f"S 334 {text}")
        else:
            lines.append("C " + (text[:-1] if short and number == 1 else text))
    return [*lines, "S " + reply]


def written(talk: list[str], marks: tuple[str, str], key: int) -> list[bytes]:
    return [(marks[line[0] == "C"].replace("{key}", str(key)) + line[2:]).encode() for line in talk]


def objects(item: Explained | Batch) -> list[Any]:
    """The JSON of each session, read again."""
    if isinstance(item, Batch):
        return [json.loads(line) for line in item.json.split(b"\n")]
    return [json.loads(dumps(as_object(item.session, item.findings)))]


@pytest.mark.parametrize("name", ["letters", "postfix"])
@pytest.mark.parametrize("mechanism", KNOWN, ids=str)
@settings(max_examples=40)  # each reads several sessions, twice
@given(data=st.data())
def test_a_filled_session_is_the_session_read_in_full(name: str, mechanism: Mechanism, data: st.DataObject) -> None:
    initial = mechanism.initial_response and data.draw(st.booleans())
    mistaken = any(one.mistake for one in mechanism.usual) and data.draw(st.booleans())
    short = mechanism.name == "LOGIN" and not initial and data.draw(st.booleans())
    reply = data.draw(st.sampled_from(["235 2.7.0 ok", "535 5.7.8 Error: authentication failed", "535 no"]))
    drawn = st.lists(talks(mechanism, (initial, mistaken, short, reply)), min_size=2, max_size=4)
    first = written(["S 220 mx.example.org ESMTP", "C EHLO a", "S 250 ok", "C QUIT", "S 221 bye"], MARKS[name], 99)
    parts = [written(talk, MARKS[name], key) for key, talk in enumerate(data.draw(drawn), 10)]
    lines = [line for part in parts for line in part]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_module, "GENTLE", 1)
        log = Log([b"".join(line + b"\n" for line in first), b"".join(line + b"\n" for line in lines)], routine=True)
        got = [value for item in log.sessions() for value in objects(item) if value["lines"][0]["n"] > len(first)]
    whole = [one for one in sessions([*first, *lines]) if one.entries[0].n > len(first)]
    wanted = [json.loads(dumps(as_object(one, find(one)))) for one in whole]
    assert [{**one, "exchange": 0} for one in got] == [{**one, "exchange": 0} for one in wanted]


def test_what_a_tool_says_between_its_sessions_does_not_slow_it_down() -> None:
    talk = ["S 220 mx.example.org ESMTP", "C EHLO a", "S 250 AUTH LOGIN", "C AUTH LOGIN", "S 334 VXNlcm5hbWU6",
            f"C {encoded('ada')}", "S 334 UGFzc3dvcmQ6", f"C {encoded('secret')}", "S 535 no"]  # fmt: skip
    said = [b"=== Trying mx.example.org:587...", b"=== Connected to mx.example.org."]
    lines = [*said, *written(talk, MARKS["swaks"], 1), b"=== Connection closed with remote host."]
    block = b"".join(line + b"\n" for line in lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_module, "GENTLE", len(block))
        found = list(Log([block, block * 20], routine=True).sessions())
    filled = [value for item in found if isinstance(item, Batch) for value in objects(item)]
    assert len(filled) == 19  # the first is read line by line, the second is the first of its kind
    assert [line["n"] for line in filled[-1]["lines"]] == [20 * len(lines) + 3 + n for n in range(9)]


def test_a_host_whose_name_could_be_base64_is_filled_in_as_it_is() -> None:
    # Of this name, which Hypothesis found, the letters are Base64 of something with two NULs in it, as PLAIN has them.
    hosts = ("mail.example.org", "other.example.org", "d03UAGpern5zwt2UkQC2q")
    talks = [
        ["S 220 mx.example.org ESMTP", f"C EHLO {host}", "S 250-mx", "S 250 AUTH LOGIN", "C AUTH LOGIN",
         "S 334 VXNlcm5hbWU6", f"C {encoded('ada')}", "S 334 UGFzc3dvcmQ6", f"C {encoded('s3cret')}", "S 535 no"]
        for host in hosts
    ]  # fmt: skip
    lines = [b"".join(line + b"\n" for line in written(talk, MARKS["letters"], 1)) for talk in talks]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_module, "GENTLE", 1)
        shown = [value for item in Log([lines[0], *lines], routine=True).sessions() for value in objects(item)]
    assert [one["lines"][1]["line"] for one in shown[1:]] == [f"EHLO {host}" for host in hosts]
    (whole,) = sessions(lines[-1].splitlines())
    assert as_object(whole, [])["lines"][1]["line"] == f"EHLO {hosts[-1]}"  # type: ignore[index]  # the values of an object have many types


def test_a_password_that_stands_in_the_name_is_masked_there_too() -> None:
    talks = [
        ["S 220 mx.example.org ESMTP", "C EHLO a", "S 250 AUTH LOGIN", "C AUTH LOGIN", "S 334 VXNlcm5hbWU6",
         f"C {encoded(name)}", "S 334 UGFzc3dvcmQ6", f"C {encoded(password)}", "S 535 no"]
        for name, password in (("ada", "secret"), ("ada", "sesame"), ("xxxada", "ada"))
    ]  # fmt: skip
    lines = [b"".join(line + b"\n" for line in written(talk, MARKS["letters"], 1)) for talk in talks]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_module, "GENTLE", 1)
        shown = [value for item in Log([lines[0], *lines], routine=True).sessions() for value in objects(item)]
    assert shown[-2]["lines"][5]["line"] == encoded("ada")
    assert shown[-1]["lines"][5]["line"] == encoded("xxx") + "••••"


@pytest.mark.parametrize(
    ("name", "password", "outcome"),
    [
        ("ada", "Hunter2x", "535 no Hunter2x"),  # the server repeats the password
        ("Hunter2x@example.org", "Hunter2x", "535 no"),
        ("Hunter2xHunter2x", "Hunter2x", "535 no"),
        ("Zx9SecretPw", "ada", "535 no"),  # one in the other's place
        ("Zx9SecretPw", "ada@example.org", "535 no"),
        ("ada", "password", "535 wrong password"),
    ],
)
def test_a_secret_that_shows_elsewhere_is_masked_as_in_a_small_log(name: str, password: str, outcome: str) -> None:
    def talk(name: str, password: str, outcome: str) -> list[str]:
        return ["S 220 mx.example.org ESMTP", "C EHLO a", "S 250 AUTH LOGIN", "C AUTH LOGIN", "S 334 VXNlcm5hbWU6",
                f"C {encoded(name)}", "S 334 UGFzc3dvcmQ6", f"C {encoded(password)}", f"S {outcome}"]  # fmt: skip

    talks = [talk("ada", "secret", outcome), talk("ada", "sesame", outcome), talk(name, password, outcome)]
    lines = [line for one in [talks[0], *talks] for line in written(one, MARKS["letters"], 1)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_module, "GENTLE", 1)
        shown = [
            value for item in Log([line + b"\n" for line in lines], routine=True).sessions() for value in objects(item)
        ]
    wanted = [json.loads(dumps(as_object(one, find(one)))) for one in sessions(lines)]
    assert shown[-1]["lines"] == wanted[-1]["lines"]
    assert "Hunter2x" not in str(shown[-1])
    assert "Zx9SecretPw" not in str(shown[-1])


@pytest.mark.parametrize("name", MARKS)
@pytest.mark.parametrize("reply", ["235 2.7.0 ok", "535 5.7.8 no"])
def test_usual_sessions_are_filled(name: str, reply: str) -> None:
    talk = ["S 220 mx.example.org ESMTP", "C EHLO {0}", "S 250-mx", "S 250 AUTH LOGIN", "C AUTH LOGIN",
            "S 334 VXNlcm5hbWU6", "C {1}", "S 334 UGFzc3dvcmQ6", "C {2}", f"S {reply}", *MAIL]  # fmt: skip
    lines: list[bytes] = []
    for key in range(20):
        fillings = (f"client{key}.example.net", encoded(f"ada{key}@example.org"), encoded(f"pass{key}word"))
        lines += written([line.format(*fillings) for line in talk], MARKS[name], key + 10)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_module, "GENTLE", 1)
        half = len(lines) // 2
        log = Log([b"".join(line + b"\n" for line in part) for part in (lines[:half], lines[half:])], routine=True)
        found = list(log.sessions())
    filled = [value for item in found if isinstance(item, Batch) for value in objects(item)]
    assert sum(len(objects(item)) for item in found) == 20
    assert len(filled) == 18  # the first is read line by line, the second is the first of its kind
    value = filled[-1]
    said = [line["line"] for line in value["lines"]]
    assert said[1] == "EHLO client19.example.net"
    assert said[6] == encoded("ada19@example.org")
    assert said[8] == "••••=="
    assert said[9] == reply
    assert value["lines"][9]["n"] == len(lines) - len(MAIL)
    assert log.skipped == 19 * len(MAIL)
    assert "pass19word" not in json.dumps(value)


@pytest.mark.parametrize("mechanism", [one for one in KNOWN if any(form.mistake for form in one.usual)], ids=str)
@given(data=st.data())
def test_a_usual_mistake_is_always_that_mistake(mechanism: Mechanism, data: st.DataObject) -> None:
    initial = data.draw(st.booleans())
    talk = data.draw(talks(mechanism, (initial, True, False, "535 5.7.8 no")))
    said = b64decode(talk[-2].split()[-1])
    match = next(match for one in mechanism.usual if one.mistake and (match := re.fullmatch(one.pattern, said)))
    assume(match["name"] != match["secret"])
    (session,) = sessions(written(talk, MARKS["letters"], 1))
    codes = [finding.code for finding in find(session)]
    names = {one.mistake for one in mechanism.usual if one.mistake}
    assert codes[0] == "session.answer"
    assert codes[1] in names


@pytest.mark.parametrize("mechanism", KNOWN, ids=str)
@given(data=st.data())
def test_the_judge_has_nothing_to_say_against_a_usual_answer(mechanism: Mechanism, data: st.DataObject) -> None:
    initial = mechanism.initial_response and data.draw(st.booleans())
    talk = data.draw(talks(mechanism, (initial, False, False, "535 5.7.8 no")))
    (session,) = sessions(written(talk, MARKS["letters"], 1))
    quickly = find(session)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(usual, "is_usual", lambda *_: False)
        assert find(session) == quickly
