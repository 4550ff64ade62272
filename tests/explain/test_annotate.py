"""Every challenge and every greeting of the corpus reads as its row says; and any bytes at all are read."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import binary, lists, none, sampled_from, tuples

from tests.tools import VECTORS
from tutor.explain.annotate import AnnotatedLine, Annotator, annotate_line
from tutor.sasl import registry
from tutor.sasl.mechanism import Certainty
from tutor.wire.lines import Line, Side


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (VECTORS / name).read_text(encoding="utf-8").splitlines()]


CHALLENGES = rows("challenges.jsonl")
BANNERS = rows("banners.jsonl") + rows("banners-more.jsonl")
# What a line alone cannot tell: these look alike to the last byte.
RIVALS = {
    "PLAIN": {"PLAIN", "EXTERNAL", "ANONYMOUS", "XOAUTH2", "OAUTHBEARER"},
    "XOAUTH2": {"XOAUTH2", "OAUTHBEARER"},
    "OAUTHBEARER": {"XOAUTH2", "OAUTHBEARER"},
    "SCRAM-SHA-1": {"SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"},
    "SCRAM-SHA-256": {"SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"},
    "GSSAPI": {"GSSAPI", "GS2-KRB5"},
}
NO_STAGE = {"loop", "multi-line"}
FACT_NAMES = {"host": "hostname", "salt_b64": "s", "iterations": "i", "server_signature_b64": "v", "error": "e"}


def decoded(row: dict[str, Any]) -> str | None:
    text = row["decoded"]
    return None if text is None or text.startswith("hex:") else str(text)


@pytest.mark.parametrize("row", CHALLENGES, ids=lambda row: row["id"])
def test_challenge(row: dict[str, Any]) -> None:
    said = annotate_line(row["line"].encode())
    assert (said.kind, said.code, said.side) == ("reply", 334, Side.SERVER)
    assert said.decoded == decoded(row)
    if row["decoded"] is not None and row["decoded"].startswith("hex:"):
        assert said.message == bytes.fromhex(row["decoded"][4:])
    if row["base64_valid"] is False:
        assert said.message is None
        problem = said.problems[0]
        assert problem.code.startswith("b64.")
        assert problem.at is not None
        assert 4 <= problem.at <= len(row["line"])
    else:
        assert said.problems == ()
    mechanism = row["mechanism"]
    if mechanism in ("unknown", "malformed"):
        assert said.mechanism is None
    elif registry.get(mechanism) is None:
        pytest.skip(f"{mechanism} is not in the registry yet")
    elif said.mechanism is None:
        named = {candidate.mechanism for candidate in said.candidates}
        assert mechanism in named
        assert all(candidate.why for candidate in said.candidates)
        assert len(RIVALS.get(mechanism, named) & named) > 1
    else:
        assert said.mechanism == mechanism
    if row["id"] == "ch-070" and registry.get("GSSAPI") is None:
        pytest.skip("GSSAPI is not in the registry yet")
    if row["stage"] not in NO_STAGE:
        assert said.stage == row["stage"]


@pytest.mark.parametrize(
    "row", [row for row in CHALLENGES if row["mechanism"] == "CRAM-MD5"], ids=lambda row: row["id"]
)
def test_facts_of_cram_md5(row: dict[str, Any]) -> None:
    values = {field.name: field.value for field in annotate_line(row["line"].encode()).fields}
    facts = row["facts"]
    assert values["challenge"] == facts["challenge"]
    assert values.get("hostname") == facts.get("host", values.get("hostname"))
    assert values.get("timestamp") == (str(facts["timestamp"]) if "timestamp" in facts else None)
    if "local" in facts:
        parts = [values[name] for name in ("nonce", "timestamp") if name in values]
        assert sorted(".".join(parts)) == sorted(facts["local"])


@pytest.mark.parametrize("row", [row for row in CHALLENGES if row["mechanism"] == "LOGIN"], ids=lambda row: row["id"])
def test_facts_of_login(row: dict[str, Any]) -> None:
    said = annotate_line(row["line"].encode())
    assert said.expects is not None
    asked = {"username": "user name", "password": "password"}[row["facts"].get("asks_for", "username")]
    assert asked in said.expects
    if "prompt" in row["facts"]:
        assert said.fields[0].value == row["facts"]["prompt"]


@pytest.mark.parametrize("row", BANNERS, ids=lambda row: row["id"])
def test_greeting(row: dict[str, Any]) -> None:
    annotator = Annotator()
    said = [annotator.feed(Line(None, line.encode())) for line in row["lines"]]
    values = {field.name: field.value for field in reversed([f for line in said for f in line.fields])}
    assert said[-1].ready is (row["not_ready"] is None)
    if row["not_ready"]:
        assert said[-1].note
    assert values.get("hostname") == row["hostname"]
    if row["id"] == "bn-055":
        pytest.skip("`220 host ESMTP` alone does not show that it is hMailServer; others greet so too")
    assert values.get("software") == row["software"]


def test_context_carries_from_line_to_line() -> None:
    annotator = Annotator()
    exchange = [
        (b"220 mail.example.org ESMTP", "reply", None, None),
        (b"EHLO me", "command", None, None),
        (b"250 AUTH LOGIN", "reply", None, None),
        (b"AUTH LOGIN", "command", "LOGIN", None),
        (b"334 VXNlcm5hbWU6", "reply", "LOGIN", "username prompt"),
        (b"YWRh", "response", "LOGIN", "username"),
        (b"334 UGFzc3dvcmQ6", "reply", "LOGIN", "password prompt"),
        (b"Y29ycmVjdCBob3JzZQ==", "response", "LOGIN", "password"),
        (b"235 2.7.0 OK", "reply", "LOGIN", None),
    ]
    for line, kind, mechanism, stage in exchange:
        said = annotator.feed(Line(None, line))
        assert (said.kind, said.mechanism, said.stage) == (kind, mechanism, stage), line
    secret = Annotator()
    for line, *_ in exchange[3:8]:
        said = secret.feed(Line(None, line))
    assert said.masked == ((0, 18),)  # the padding carries no bit


def test_an_exchange_that_begins_at_the_334() -> None:
    annotator = Annotator()
    assert annotator.feed(Line(None, b"334 VXNlcm5hbWU6")).mechanism == "LOGIN"
    said = annotator.feed(Line(None, b"YWRh"))
    assert (said.kind, said.mechanism, said.stage, said.decoded) == ("response", "LOGIN", "username", "ada")


@pytest.mark.parametrize(
    ("line", "text", "message", "stage"),
    [
        (
            b"AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm",
            b"AHRpbQB0YW5zdGFhZnRhbnN0YWFm",
            b"\0tim\0tanstaaftanstaaf",
            "initial response",
        ),
        (b"AUTH EXTERNAL =", b"=", b"", "initial response"),
        (b"AUTH LOGIN YWRh", b"YWRh", b"ada", "username"),
    ],
)
def test_auth_commands(line: bytes, text: bytes, message: bytes, stage: str) -> None:
    said = annotate_line(line)
    assert (said.kind, said.text, said.message) == ("command", text, message)
    assert line[said.text_start :] == text
    if registry.get(said.mechanism or "") is not None:
        assert said.stage == stage


def test_the_password_of_plain_is_masked_by_character() -> None:
    said = annotate_line(b"AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm")
    (span,) = said.masked
    # "\0tim\0" is five bytes: the sixth begins inside character 7 of the text, which begins at 11.
    assert span == (11 + 6, 39)


def test_starttls_answered_by_220_is_no_greeting() -> None:
    annotator = Annotator()
    for line in (b"220 mail.example.org ESMTP", b"EHLO me", b"250 STARTTLS", b"STARTTLS"):
        annotator.feed(Line(None, line))
    said = annotator.feed(Line(None, b"220 2.0.0 Ready to start TLS"))
    assert said.ready is None
    assert said.source == "RFC 3207 section 4"
    assert said.enhanced == "2.0.0"


def test_postfix_ends_its_refusal_with_the_last_prompt() -> None:
    said = annotate_line(b"535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6")
    assert (said.code, said.enhanced) == (535, "5.7.8")
    assert "`Password:`" in (said.note or "")


def test_a_server_that_repeats_credentials_is_masked() -> None:
    line = b'500 5.5.1 Command unrecognized: "AUTH PLAIN YWRhAGFkYQBjb3JyZWN0IGhvcnNl"'
    said = annotate_line(line)
    assert [line[span.start : span.end] for span in said.masked] == [b"YWRhAGFkYQBjb3JyZWN0IGhvcnNl"]


def test_bare_base64() -> None:
    assert annotate_line(b"VXNlcm5hbWU6").mechanism == "LOGIN"
    plain = annotate_line(b"AHRpbQB0YW5zdGFhZnRhbnN0YWFm")
    assert (plain.kind, plain.mechanism) == ("unknown", "PLAIN")
    broken = annotate_line(b"VXNlcm5hbWU6!")
    assert broken.problems[0].at == 12


lines = (
    binary(max_size=40)
    | binary(max_size=40).map(lambda message: b"334 " + message)
    | sampled_from(
        [
            b"AUTH LOGIN",
            b"AUTH PLAIN",
            b"AUTH PLAIN =",
            b"AUTH NTLM",
            b"334 ",
            b"334 VXNlcm5hbWU6",
            b"*",
            b"235 ok",
            b"220 a",
            b"220-a",
            b"EHLO x",
            b"YWRh",
        ]
    )
)


def sound(said: AnnotatedLine) -> None:
    message = said.message if said.message is not None else said.lenient
    length = len(said.line) if message is None and said.text is None else len(message or b"")
    position = 0
    for field in said.fields:
        if field.level == 0:
            assert field.span.start == position
            position = field.span.end
        assert field.span.end <= length
    if said.fields:
        assert position == length
    for problem in said.problems:
        assert problem.at is not None
        assert problem.end is not None
        assert 0 <= problem.at <= problem.end <= len(said.line)
    for span in said.masked:
        assert 0 <= span.start <= span.end <= len(said.line)


@given(lists(tuples(none() | sampled_from(Side), lines), max_size=12))
def test_any_lines_in_any_order(said: list[tuple[Side | None, bytes]]) -> None:
    annotator = Annotator()
    for side, line in said:
        sound(annotator.feed(Line(side, line)))


@pytest.mark.parametrize(
    "line",
    [b"334 " + b"QUJD" * 2_500_000, b"334 " + b"x y" * 3_000_000, b"A" * 10_000_000, b"220 " + b"a." * 5_000_000],
)
def test_ten_megabytes_in_bounded_time(line: bytes) -> None:
    start = time.process_time()
    sound(annotate_line(line))
    # Linear work takes about a second; quadratic work would take hours.
    assert time.process_time() - start < 60


MESSAGES = [
    bytes.fromhex(row["decoded"][4:]) if row["decoded"].startswith("hex:") else row["decoded"].encode()
    for row in CHALLENGES
    if row["decoded"] is not None
]


@pytest.mark.parametrize("message", MESSAGES, ids=range(len(MESSAGES)))
def test_no_two_mechanisms_are_certain(message: bytes) -> None:
    """The search ends at the first that is certain, so certainty must be exclusive."""
    for side in Side:
        found = [mechanism.recognises(side, message, False) for mechanism in registry.all()]
        assert sum(one is not None and one.certainty is Certainty.CERTAIN for one in found) <= 1


def test_the_first_line_of_the_reply_to_ehlo_names_the_server() -> None:
    annotator = Annotator()
    for line in (b"220 mx.example.org ESMTP", b"EHLO me"):
        annotator.feed(Line(None, line))
    first = annotator.feed(Line(None, b"250-mx.example.org Hello me"))
    assert [(field.name, field.value) for field in first.fields if field.name in ("hostname", "keyword")] == [
        ("hostname", "mx.example.org")
    ]
    second = annotator.feed(Line(None, b"250 XFOO"))
    assert [field.value for field in second.fields if field.name == "keyword"] == ["XFOO"]


def test_an_answer_that_a_refusal_repeats_is_not_told_as_a_prompt() -> None:
    note = annotate_line(b"535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6").note
    assert note is not None
    assert "`Password:`" in note
    repeated = annotate_line(b"535 5.7.8 Error: authentication failed: Y29ycmVjdC1ob3JzZQ==")
    assert "correct-horse" not in (repeated.note or "")
