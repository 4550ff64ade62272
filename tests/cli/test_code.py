"""`code` and `compare` by their contract: what they say, in which width, in JSON, and what they say to nonsense."""

import json
import os
import subprocess
import sys
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools import ROOT
from tutor import reference
from tutor.cli.exits import Exit, UserError
from tutor.cli.main import main

Capture = pytest.CaptureFixture[str]


def said(capsys: Capture, *arguments: str) -> str:
    assert main([*arguments]) == Exit.OK
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def objects(capsys: Capture, *arguments: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in said(capsys, *arguments).splitlines()]


def refused(capsys: Capture, *arguments: str) -> str:
    assert main([*arguments]) == Exit.USAGE
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("key", ["334", "535", "5.7.139", "SCRAM-SHA-256-PLUS", "587", "app password"])
def test_a_page_fits_the_width(capsys: Capture, monkeypatch: pytest.MonkeyPatch, columns: int, key: str) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    text = said(capsys, "code", key)
    # A word that is longer than the line is not cut: an address is of no use in two pieces.
    assert all(len(line) <= columns or len(line.split()) == 1 for line in text.splitlines())
    assert text.startswith(key)
    assert "Source: " in text


def test_every_entry_fits_into_80_columns(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for kind in ("reply", "enhanced", "mechanism", "port"):
        for key in reference.keys(kind):
            text = said(capsys, "code", key)
            assert all(len(line) <= 80 or len(line.split()) == 1 for line in text.splitlines()), key
            assert "\x1b" not in text
            assert not any("\x00" <= char < "\x20" and char != "\n" for char in text), key


def test_334_is_explained(capsys: Capture) -> None:
    text = said(capsys, "code", "334")
    for part in ("VXNlcm5hbWU6", "When you see it", "What to do", "Often confused with", "220", "RFC 4954"):
        assert part in text


def test_code_with_its_enhanced_code(capsys: Capture) -> None:
    text = said(capsys, "code", "535", "5.7.8")
    assert text.startswith("535  ")
    assert "\n\n5.7.8  " in text
    assert text.count("Known texts with it") == 1
    assert said(capsys, "code", "535 5.7.8") == text
    assert said(capsys, "code", "535-5.7.8") == text


def test_codes_that_do_not_stand_together(capsys: Capture) -> None:
    assert "first digits differ" in said(capsys, "code", "535", "4.7.0")
    assert "never carries an enhanced code" in said(capsys, "code", "334", "5.7.0")
    assert "never carries an enhanced code" in said(capsys, "code", "334", "3.7.0")
    assert "first digits differ" not in said(capsys, "code", "535", "5.7.8")


def test_the_text_behind_the_codes_is_known(capsys: Capture) -> None:
    text = said(capsys, "code", "534", "5.7.9", "Application-specific", "password", "required")
    assert "gmail.app-password" in text
    assert "server.app-password" in text
    text = said(capsys, "code", "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6")
    assert "postfix.password-prompt" in text


def test_json_of_a_reply_code(capsys: Capture) -> None:
    (found,) = objects(capsys, "code", "--json", "535")
    assert found["kind"] == "reply"
    assert found["code"] == 535
    for key in ("title", "description", "when", "fix", "differences", "source", "answers", "next", "enhanced", "texts"):
        assert found[key], key
    assert found["base64"] is False
    assert found["as_of"] is None
    assert {"from", "difference"} == set(found["differences"][0])  # type: ignore[index]


def test_json_of_all_the_others(capsys: Capture) -> None:
    first, second, third = objects(
        capsys, "code", "--json", "535", "5.7.139", "SmtpClientAuthentication is disabled for the Tenant"
    )
    assert (first["kind"], second["kind"], third["kind"]) == ("reply", "enhanced", "provider")
    assert second["registered"] is False
    assert third["finding"] == "server.basic-auth-disabled"
    (page,) = objects(capsys, "code", "--json", "login")
    assert page["name"] == "LOGIN"
    flow = page["flow"]
    assert isinstance(flow, list)
    assert flow[1]["line"] == "334 VXNlcm5hbWU6"
    (port,) = objects(capsys, "code", "--json", "465")
    assert port["number"] == 465
    (term,) = objects(capsys, "code", "--json", "NUL")
    assert term["term"] == "NUL"
    for kind in ("reply", "enhanced", "mechanism", "port"):
        for key in reference.keys(kind):
            (found,) = objects(capsys, "code", "--json", key)
            assert found["description"]


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("335", "535"),
        ("SCRAM", "SCRAM-SHA-256"),
        ("crammd5", "CRAM-MD5"),
        ("wrong password", "535"),
        ("5.x", "Codes look like"),
        ("599", "the same will not work"),
        ("noce", "nonce"),
        ("\x1b[31m", "Codes look like"),
    ],
)
def test_what_is_not_known_says_what_is_near(capsys: Capture, word: str, near: str) -> None:
    error = refused(capsys, "code", word)
    assert near in error
    assert error.count("\n") == 1
    assert "\x1b" not in error


@given(words=st.lists(st.text(max_size=20), min_size=1, max_size=3))
def test_any_words_at_all(words: list[str]) -> None:
    from tutor.cli.code import looked_up

    try:
        pages, _, _ = looked_up(" ".join(words).split())
    except UserError:
        return
    assert pages


def test_220_against_334(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = said(capsys, "compare", "220", "334")
    for part in ("Key differences", "When which", "Base64", "STARTTLS", "greeting", "Side by side: 220 | 334"):
        assert part in text
    assert max(map(len, text.splitlines())) <= 80


def test_any_two_fit_into_80_columns(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    keys = [*reference.keys("reply")[::4], *reference.keys("enhanced")[::8], *reference.keys("mechanism")[::6]]
    for a, b in combinations(keys, 2):
        text = said(capsys, "compare", a, b)
        assert max(map(len, text.splitlines())) <= 80, (a, b)


def test_json_of_a_comparison(capsys: Capture) -> None:
    (found,) = objects(capsys, "compare", "--json", "334", "220")
    assert found["kind"] == "reply"
    assert found["a"]["key"] == "334"  # type: ignore[index]
    assert set(found["which"]) == {"220", "334"}  # type: ignore[call-overload]
    assert found["differences"]
    assert found["written"] is True
    assert found["source"]


def test_compare_with_what_is_not_known(capsys: Capture) -> None:
    assert "435" in refused(capsys, "compare", "335", "334")
    assert "foo" in refused(capsys, "compare", "334", "foo")
    with pytest.raises(SystemExit) as stop:
        main(["compare", "334"])
    assert stop.value.code == Exit.USAGE


@pytest.mark.parametrize("verb", ["code", "compare"])
def test_help_has_examples_that_work(capsys: Capture, verb: str) -> None:
    with pytest.raises(SystemExit):
        main([verb, "--help"])
    text = capsys.readouterr().out
    examples = [line.split("sasl-tutor ")[1] for line in text.splitlines() if line.startswith("  sasl-tutor ")]
    assert len(examples) >= 4
    for example in examples:
        said(capsys, *example.split())


def test_the_process_prints_utf_8_and_loads_no_app() -> None:
    environment = {**os.environ, "PYTHONUTF8": "0", "LC_ALL": "C"}
    run = subprocess.run(
        [sys.executable, "-m", "tutor", "code", "PLAIN"], capture_output=True, check=True, cwd=ROOT, env=environment
    )
    assert "␀" in run.stdout.decode()
    assert run.stderr == b""
