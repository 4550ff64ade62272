"""decode by its contract: keys, masks, exit statuses, and hostile input that stays harmless."""

import base64
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis.strategies import binary, text

from tests.tools import ROOT
from tutor.cli.decode import to_json
from tutor.cli.main import main
from tutor.cli.render import Paper, annotated
from tutor.explain.annotate import annotate_line
from tutor.explain.shown import MASK
from tutor.wire.printable import dumps

KEYS = {
    "line", "kind", "code", "enhanced", "text", "mechanism", "stage", "candidates", "bytes", "decoded", "fields",
    "problems", "expects", "note", "source",
}  # fmt: skip
FIELD_KEYS = {"name", "value", "start", "end", "level", "meaning", "source", "secret"}
Capture = pytest.CaptureFixture[str]


def decoded(capsys: Capture, *arguments: str) -> list[dict[str, object]]:
    main(["decode", "--json", *arguments])
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_keys_of_the_contract(capsys: Capture) -> None:
    (row,) = decoded(capsys, "334", "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+")
    assert set(row) >= KEYS
    assert row["line"] == "334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"
    assert (row["kind"], row["code"], row["mechanism"], row["stage"]) == ("reply", 334, "CRAM-MD5", "challenge")
    assert row["decoded"] == "<1896.697170952@postoffice.reston.mci.net>"
    assert bytes.fromhex(str(row["bytes"])).decode() == row["decoded"]
    fields = row["fields"]
    assert isinstance(fields, list)
    assert all(set(field) == FIELD_KEYS for field in fields)
    assert {field["name"]: field["value"] for field in fields if field["level"]} == {
        "nonce": "1896",
        "timestamp": "697170952",
        "hostname": "postoffice.reston.mci.net",
    }


def test_arguments_without_quotes_are_one_line_and_with_quotes_several(capsys: Capture) -> None:
    assert [row["line"] for row in decoded(capsys, "334", "VXNlcm5hbWU6")] == ["334 VXNlcm5hbWU6"]
    assert [row["line"] for row in decoded(capsys, "334", "")] == ["334 "]
    rows = decoded(capsys, "AUTH LOGIN", "334 VXNlcm5hbWU6", "YWRh")
    assert [row["stage"] for row in rows] == [None, "username prompt", "username"]
    assert rows[-1]["decoded"] == "ada"


def test_greetings_say_whether_they_are_ready(capsys: Capture) -> None:
    (row,) = decoded(capsys, "220 mail.example.org ESMTP Postfix")
    assert row["ready"] is True
    (row,) = decoded(capsys, "554 5.3.2 go away")
    assert row["ready"] is False
    assert row["note"]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["334", "VXNlcm5hbWU6"], 0),
        (["334", "UGFzc3dvcmQ=="], 1),
        (["334 Username:"], 1),
        (["--from", "/nowhere/at/all"], 2),
        (["--from", str(ROOT)], 2),
        (["--from", "x", "334"], 2),
    ],
)
def test_exit_status(arguments: list[str], status: int, capsys: Capture) -> None:
    assert main(["decode", *arguments]) == status
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    if status == 2:
        assert captured.err.startswith("sasl-tutor decode: ")
        assert captured.out == ""


PASSWORD = "canary-7Qx-horse"
PLAIN = base64.b64encode(f"\0tim\0{PASSWORD}".encode()).decode()


@pytest.mark.parametrize(
    "lines",
    [
        [f"AUTH PLAIN {PLAIN}"],
        ["AUTH PLAIN", "334 ", PLAIN],
        [PLAIN],
        ["AUTH LOGIN", "334 VXNlcm5hbWU6", "dGlt", "334 UGFzc3dvcmQ6", base64.b64encode(PASSWORD.encode()).decode()],
        ["AUTH LOGIN", "334 VXNlcm5hbWU6", "dGlt", "334 UGFzc3dvcmQ6", PASSWORD],
        ["334 UGFzc3dvcmQ6", base64.b64encode(PASSWORD.encode()).decode()],
        ["AUTH LOGIN", "334 VXNlcm5hbWU6", "!", "535 no", base64.b64encode(PASSWORD.encode()).decode()],
        [f'500 5.5.1 unrecognized: "AUTH PLAIN {PLAIN}"'],
    ],
)
def test_no_output_shows_a_password(lines: list[str], tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "session"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    secrets = [PASSWORD, PASSWORD.encode().hex(), base64.b64encode(PASSWORD.encode()).decode()[:-2], PLAIN[9:]]
    for options in ([], ["--json"]):
        main(["decode", "--from", str(file), *options])
        out = capsys.readouterr().out
        assert not [secret for secret in secrets if secret in out], out
        assert "•" in out
    main(["decode", "--from", str(file), "--reveal", "--json"])
    revealed = capsys.readouterr().out
    assert any(secret in revealed for secret in [PASSWORD, PLAIN])


def test_masks_in_every_key(capsys: Capture) -> None:
    (row,) = decoded(capsys, "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm")
    assert row["line"] == f"AUTH PLAIN AHRpbQ{MASK}"
    assert row["text"] == f"AHRpbQ{MASK}"
    assert row["bytes"] == f"0074696d00{MASK}"
    assert row["decoded"] == f"\0tim\0{MASK}"
    fields = row["fields"]
    assert isinstance(fields, list)
    assert [field["value"] for field in fields if field["secret"]] == [MASK]


@given(binary(max_size=60))
def test_text_for_people_is_safe_and_fits(line: bytes) -> None:
    for prefix in (b"", b"334 ", b"220 ", b"AUTH PLAIN "):
        shown = annotated(annotate_line(prefix + line), Paper(80, colour=False))
        assert all(character.isprintable() or character == "\n" for character in shown)


@given(binary(max_size=60))
def test_json_is_one_safe_line(line: bytes) -> None:
    shown = to_json(annotate_line(b"334 " + line))
    assert shown.isprintable()
    assert json.loads(shown)["code"] == 334


@given(text(max_size=30))
def test_dumps_loses_nothing(value: str) -> None:
    assert dumps(value).isprintable()
    assert json.loads(dumps(value)) == value


HOSTILE = b"334 \x1b]0;owned\x07[/x][@click=app.quit]\x00\xe2\x80\xae\xff\x9b31m"


def run(*arguments: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run([sys.executable, "-m", "tutor", *arguments], input=stdin, capture_output=True, cwd=ROOT)


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_hostile_bytes_never_come_out_raw(options: list[str]) -> None:
    done = run("decode", *options, "-", stdin=HOSTILE + b"\n")
    assert done.returncode == 1
    assert not set(done.stdout) & (set(range(32)) - {10} | {0x7F})
    assert "\u202e" not in done.stdout.decode()
    assert "\x9b" not in done.stdout.decode()
    assert done.stderr == b""


def test_standard_input_context_and_status() -> None:
    done = run("decode", "--json", stdin=b"AUTH LOGIN\r\n334 VXNlcm5hbWU6\r\nYWRh\r\n")
    assert done.returncode == 0
    assert [json.loads(line)["stage"] for line in done.stdout.splitlines()] == [None, "username prompt", "username"]


def test_nothing_at_all_says_what_to_do() -> None:
    done = run("decode", stdin=b"")
    assert done.returncode == 2
    assert b"sasl-tutor decode 334 VXNlcm5hbWU6" in done.stderr


def test_a_line_that_is_too_long_is_said_and_nothing_before_it_is_lost() -> None:
    done = run("decode", "--json", stdin=b"334 VXNlcm5hbWU6\n" + b"A" * 10_000_000 + b"\n")
    assert done.returncode == 2
    assert json.loads(done.stdout)["stage"] == "username prompt"
    assert b"Line 2" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_binary_file_is_read_as_lines(tmp_path: Path) -> None:
    file = tmp_path / "binary"
    file.write_bytes(bytes(range(256)) * 20)
    done = run("decode", "--from", str(file))
    assert done.returncode in (0, 1)
    assert b"Traceback" not in done.stderr


def test_a_closed_pipe_ends_quietly() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tutor", "decode", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        try:
            process.stdin.write(b"334 VXNlcm5hbWU6\n" * 5000)
            process.stdin.close()
        except BrokenPipeError:
            pass
        process.wait(60)
        assert process.stderr.read() == b""


def test_a_narrow_terminal_and_a_wide_one(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    for width in (40, 80, 120):
        monkeypatch.setenv("COLUMNS", str(width))
        main(["decode", "334", "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"])
        lines = capsys.readouterr().out.splitlines()[1:]
        assert max(map(len, lines)) <= width


def test_colour_only_where_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    assert Paper(80).colour
    monkeypatch.setenv("NO_COLOR", "1")
    assert not Paper(80).colour
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not Paper(80).colour


def test_words_are_not_taken_for_base64(capsys: pytest.CaptureFixture[str]) -> None:
    words = "Net::SMTPAuthenticationError: 530 Must issue a STARTTLS command first"
    assert main(["decode", words]) == 1
    shown = capsys.readouterr().out
    assert "sasl-tutor explain" in shown
    assert "64 characters" not in shown
    assert main(["decode", "--json", words]) == 1
    assert "b64.alphabet" in capsys.readouterr().out
    assert main(["decode", "dXNl cm5h bWU6 IQ=="]) == 1
    assert "b64.whitespace" in capsys.readouterr().out
