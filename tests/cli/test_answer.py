"""answer by its contract: the RFCs' own answers on standard output, everything else on standard error."""

import base64
import io
import json
from pathlib import Path

import pytest

from tests.explain.answers import b64, plain
from tutor.cli.main import main

Capture = pytest.CaptureFixture[str]


def answered(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    status = main(["answer", *arguments])
    out, err = capsys.readouterr()
    return status, out, err


@pytest.fixture
def tim(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user of RFC 2195 and RFC 4616."""
    monkeypatch.setenv("SASL_TUTOR_PASSWORD", "tanstaaftanstaaf")


CRAM_LINE = "334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"


@pytest.mark.usefixtures("tim")
@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        # RFC 2195 section 2
        (("--mechanism", "CRAM-MD5", "--challenge", CRAM_LINE), "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw"),
        (("--challenge", CRAM_LINE), "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw"),
        # RFC 4616 section 4
        (("--mechanism", "PLAIN"), b64(plain("tim", "tanstaaftanstaaf")).decode()),
        (("--mechanism", "plain", "--challenge", "334 "), b64(plain("tim", "tanstaaftanstaaf")).decode()),
        (("--mechanism", "LOGIN"), "dGlt"),
        (("--challenge", "334 VXNlcm5hbWU6"), "dGlt"),
        (("--challenge", "UGFzc3dvcmQ6"), b64("tanstaaftanstaaf").decode()),
    ],
)
def test_the_right_line_stands_alone_on_standard_output(capsys: Capture, arguments: tuple[str, ...], line: str) -> None:
    status, out, err = answered(capsys, "--user", "tim", *arguments)
    assert (status, out) == (0, line + "\n")
    assert "tanstaaf" not in err
    assert b64("tanstaaftanstaaf").decode() not in err


@pytest.mark.usefixtures("tim")
def test_rfc_4616_with_an_authzid(capsys: Capture) -> None:
    """RFC 4616 section 4: `Ursel`, NUL, `Kurt`, NUL, `xipj3plmq`."""
    _, out, _ = answered(capsys, "--mechanism", "PLAIN", "--user", "Kurt", "--authzid", "Ursel")
    assert base64.b64decode(out) == b"Ursel\0Kurt\0tanstaaftanstaaf"


@pytest.mark.usefixtures("tim")
def test_from_an_exchange_the_next_line_is_answered(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "exchange.txt"
    file.write_text(f"S: 220 hi\nC: EHLO me\nS: 250 AUTH CRAM-MD5\nC: AUTH CRAM-MD5\nS: {CRAM_LINE}\n")
    assert answered(capsys, "--user", "tim", "--from", str(file))[1].startswith("dGltIGI5")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\n")))
    assert answered(capsys, "--user", "tim", "-")[1] == "dGlt\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"C: AUTH PLAIN\n")))
    assert base64.b64decode(answered(capsys, "--user", "tim", "-")[1]) == plain("tim", "tanstaaftanstaaf")


@pytest.mark.usefixtures("tim")
def test_fields_and_steps_on_standard_error_are_masked_unless_revealed(capsys: Capture) -> None:
    arguments = ("--user", "tim", "--mechanism", "CRAM-MD5", "--challenge", CRAM_LINE, "--steps")
    _, out, err = answered(capsys, *arguments)
    assert "authcid" in err
    assert "tim" in err
    assert "••••" in err
    assert "b913a602c7eda7a495b4e6e7334d3890" not in err
    _, revealed, err = answered(capsys, *arguments, "--reveal")
    assert revealed == out
    assert "b913a602c7eda7a495b4e6e7334d3890" in err
    assert "tanstaaftanstaaf" in err


@pytest.mark.usefixtures("tim")
def test_json(capsys: Capture) -> None:
    _, out, err = answered(capsys, "--user", "tim", "--mechanism", "PLAIN", "--json")
    found = json.loads(out)
    assert err == ""
    assert set(found) >= {"mechanism", "stage", "line", "fields"}
    assert base64.b64decode(found["line"]) == plain("tim", "tanstaaftanstaaf")
    values = {field["name"]: field["value"] for field in found["fields"]}
    assert values["authcid"] == "tim"
    assert values["passwd"] == "••••"


def test_without_a_password_it_answers_only_what_needs_none(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = io.StringIO()
    monkeypatch.setattr("sys.stderr", stderr)
    assert answered(capsys, "--user", "ada", "--mechanism", "LOGIN")[:2] == (0, "YWRh\n")
    assert answered(capsys, "--user", "ada", "--mechanism", "PLAIN")[:2] == (2, "")
    assert "--password-file" in stderr.getvalue()


@pytest.mark.usefixtures("tim")
def test_what_cannot_be_answered_is_said_in_one_sentence(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"S: 235 ok\n")))
    for arguments in (
        (),
        ("-",),
        ("--mechanism", "CRAM-MD5"),
        ("--mechanism", "NTLM"),
        ("--challenge", "334 not base64!"),
        ("--mechanism", "LOGIN", "what"),
    ):
        status, out, err = answered(capsys, "--user", "tim", *arguments)
        assert (status, out, err.count("\n")) == (2, "", 1), arguments


@pytest.mark.usefixtures("tim")
def test_a_third_question_of_login_is_answered_by_giving_up(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    exchange = b"C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: dGlt\nS: 334 UGFzc3dvcmQ6\nC: eA==\nS: 334 Q29kZTo=\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(exchange)))
    status, out, err = answered(capsys, "--user", "tim", "-")
    assert (status, out) == (1, "*\n")
    assert "LOGIN asks twice" in err


def test_hostile_names_are_shown_as_pictures(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SASL_TUTOR_PASSWORD", "x")
    _, out, err = answered(capsys, "--user", "a\x1b[31m\u202eda", "--mechanism", "PLAIN")
    assert base64.b64decode(out) == plain("a\x1b[31m\u202eda", "x")
    assert not {"\x1b", "\u202e"} & set(err)
