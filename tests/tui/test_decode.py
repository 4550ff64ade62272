"""The decode screen: live at each key, the cursor linked both ways, nothing typed is lost."""

import base64
from pathlib import Path

import pytest
from platformdirs import user_cache_dir
from textual.pilot import Pilot

from tests.tui.driving import paste, play, settle, text
from tutor.tui.screens.decode import DecodeScreen
from tutor.tui.widgets.entry import Entry

# RFC 2195 section 2
CRAM = "334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"
# RFC 4616 section 4, encoded
PLAIN = "AUTH PLAIN " + base64.b64encode(b"\0tim\0tanstaaftanstaaf").decode()


def entry(pilot: Pilot[int]) -> Entry:
    found = pilot.app.screen.query_one(Entry)
    assert isinstance(found, Entry)
    return found


def test_the_message_grows_with_each_key() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        typed = "334 VXNlcm5hbWU6"
        for number, key in enumerate(typed, 1):
            await pilot.press(key)
            await pilot.pause()
            if number >= 8:
                said = next(line for line in text(pilot).split("\n") if line.startswith(" message"))
                assert "".join(said.split()[1:]) == "Username:"[: (number - 4) * 6 // 8]
        assert "LOGIN" in text(pilot)
        assert "username prompt" in text(pilot)
        assert "Next" in text(pilot)

    play(steps, screen="decode")


def test_a_pasted_line() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, CRAM + "\r\n")
        shown = text(pilot)
        assert "CRAM-MD5" in shown
        assert "1992-02-04" in shown
        assert "postoffice.reston.mci.net" in shown

    play(steps, screen="decode")


def test_the_cursor_is_linked_both_ways() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, CRAM)
        field = entry(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, DecodeScreen)
        # Down goes from field to field: after the last one comes the first.
        await pilot.press("home", "down")
        await pilot.pause()
        stops = []
        for _ in range(4):
            stops.append(field.cursor_position)
            await pilot.press("down")
            await pilot.pause()
        # RFC 4648: the first character that begins inside byte n is number n * 8 / 6, rounded up; the text begins at 4.
        message = base64.b64decode(CRAM[4:])
        wanted = {
            4 + -(-at * 8 // 6) for at in (0, message.index(b"1896"), message.index(b"697"), message.index(b"post"))
        }
        assert set(stops) == wanted
        # And the other way: on a character of the host name, its row is the one that is lit.
        field.cursor_position = 4 + message.index(b"reston") * 8 // 6
        await pilot.pause()
        lit = [row for row in screen.query_one("#taken").rows  # type: ignore[attr-defined]  # a Rows
               if any(style.endswith(" on") and "hostname" in text for text, style in row.pieces)]  # fmt: skip
        assert len(lit) == 1

    play(steps, screen="decode", size=(100, 30))


def test_a_secret_is_masked_until_asked() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, PLAIN)
        below = "\n".join(text(pilot).split("\n")[1:])
        assert "tanstaaf" not in below.replace(" ", "")
        assert "tim" in below
        assert "••••" in below
        assert base64.b64encode(b"\0tim\0tanstaaftanstaaf").decode()[8:16] not in below
        await pilot.press("f8")
        await pilot.pause()
        assert "tanstaaftanstaaf" in "\n".join(text(pilot).split("\n")[1:])

    play(steps, screen="decode")


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("334 VXN-", "URL-safe"),
        ("334 VXNlcm5hbWU", "missing"),
        ("334 ntlm supported", "Base64"),
        ("220 mail.example.org ESMTP Postfix", "Postfix"),
        ("535 5.7.8 Error: authentication failed", "5.7.8"),
        ("EHLO me", "EHLO"),
        ("*", "line"),
        ("334 ", "334"),
        ("99999999999", "line"),
        ("A" * 3000, "more"),
        ("ü" * 50, "line"),
    ],
)
def test_whatever_is_typed_is_answered(line: str, word: str) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, line)
        assert word in "\n".join(text(pilot).split("\n")[1:])

    play(steps, screen="decode")


def test_clear_and_back() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, CRAM)
        await pilot.press("ctrl+l")
        await pilot.pause()
        assert entry(pilot).value == ""
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert entry(pilot).value == CRAM

    play(steps, screen="decode")


def test_a_resize_and_a_walk_lose_nothing() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, CRAM)
        field = entry(pilot)
        for size in ((120, 40), (40, 12), (20, 5), (1, 1), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert field.value == CRAM
        assert entry(pilot) is field
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("d")
        await pilot.pause()
        assert entry(pilot).value == CRAM
        assert "CRAM-MD5" in text(pilot)

    play(steps, screen="decode")


def test_examples_come_one_after_the_other() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        seen = set()
        for _ in range(6):
            await pilot.press("f5")
            await pilot.pause()
            seen.add(entry(pilot).value)
            assert "Type or paste" not in text(pilot)
        assert len(seen) > 3

    play(steps, screen="decode")


def test_the_reference_opens_at_the_code_of_the_line() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, "535 5.7.8 Error: authentication failed")
        await pilot.press("f3")
        await pilot.pause()
        assert getattr(pilot.app.screen, "PLACE", None) == "reference"
        assert "5.7.8" in text(pilot)

    play(steps, screen="decode")


SESSION = """\
 -> EHLO client.example.org
<-  250-mail.example.org
<-  250 AUTH LOGIN
 -> AUTH LOGIN
<-  334 VXNlcm5hbWU6
 -> YWRh
<-  334 UGFzc3dvcmQ6
 -> Y29ycmVjdCBob3JzZQ==
<** 535 5.7.8 Error: authentication failed
"""


def test_a_pasted_session_is_walked_through_in_its_context() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, SESSION)
        assert "Line 1 of 9" in text(pilot)
        for _ in range(5):
            await pilot.press("f6")
            await pilot.pause()
        assert entry(pilot).value == "YWRh"
        assert "username" in text(pilot)  # by its place: the line alone would not tell
        assert "LOGIN" in text(pilot)
        await pilot.press("f6", "f6")
        await pilot.pause()
        assert "password" in text(pilot)
        assert "correct horse" not in text(pilot)
        await pilot.press("f4")
        await pilot.pause()
        assert "password prompt" in text(pilot)
        await pilot.press(*["f6"] * 9)
        await pilot.pause()
        assert "Line 9 of 9" in text(pilot)
        assert "5.7.8" in text(pilot)
        await pilot.press("ctrl+l")
        await pilot.pause()
        assert "Line" not in text(pilot)

    play(steps, screen="decode")


def test_in_a_low_window_the_field_of_the_cursor_is_in_sight() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, CRAM)
        await pilot.press("home", *["down"] * 4)
        await pilot.pause()
        assert "D   hostname" in text(pilot)

    play(steps, screen="decode", size=(80, 14))


def test_copying_takes_no_secret_along() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, PLAIN)
        await pilot.press("f12")
        await pilot.pause()
        copied = pilot.app.clipboard
        assert "passwd" in copied
        assert "tanstaaf" not in copied
        path = Path(user_cache_dir("sasl-tutor", appauthor=False), "copied.txt")
        assert path.read_text() == copied
        assert path.stat().st_mode & 0o077 == 0
        await pilot.press("f8", "f12")
        await pilot.pause()
        assert pilot.app.clipboard == copied

    play(steps, screen="decode")


def test_the_mouse_selects_and_the_wheel_scrolls() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, CRAM)
        await pilot.hover("#taken", (1, 2))
        await pilot.pause()
        await pilot.mouse_down("#taken", (0, 2))
        await pilot.hover("#taken", (30, 2))
        await pilot.mouse_up("#taken", (30, 2))
        await pilot.pause()
        assert "PDE4 OTYu" in (pilot.app.screen.get_selected_text() or "")
        await pilot.click("#taken", (4, 12))
        await pilot.pause()
        assert entry(pilot).cursor_position < len(CRAM) - 1

    play(steps, screen="decode")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_findings_stand_beside_a_pasted_session(size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, SESSION.replace("YWRh", "YWRhCg=="))
        await settle(pilot)
        assert "A line feed was encoded too. Line 6." in text(pilot)
        await pilot.press("f7")
        await settle(pilot)
        assert entry(pilot).value == "YWRhCg=="
        await pilot.press("pagedown")
        await settle(pilot)
        assert "text.trailing-newline" in text(pilot)

    play(steps, screen="decode", size=size)


def test_copying_a_pasted_session_takes_it_whole_and_masked() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, SESSION)
        await pilot.press("f12")
        await settle(pilot)
        copied = pilot.app.clipboard
        assert "334 VXNlcm5hbWU6" in copied
        assert "LOGIN username prompt: Username:" in copied
        assert "server.bad-credentials" in copied
        assert "Y29ycmVjdCBob3JzZQ" not in copied
        assert "correct horse" not in copied

    play(steps, screen="decode")


TRACEBACK = """\
Traceback (most recent call last):
  File "/usr/lib/python3.11/smtplib.py", line 739, in login
    raise last_exception
smtplib.SMTPAuthenticationError: (534, b'5.7.9 Application-specific password required')
"""
MAIL_LOG = "Nov 29 21:53:31 mx postfix/smtpd[7]: warning: unknown[192.0.2.7]: SASL LOGIN authentication failed: "


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize(
    ("pasted", "shown"),
    [
        ("Net::SMTPAuthenticationError: 530 Must issue a STARTTLS command first", ["session.starttls-first"]),
        (TRACEBACK, ["server.app-password", "traceback", "myaccount.google.com"]),
        (MAIL_LOG + "Invalid authentication mechanism\n" + MAIL_LOG, ["unknown[192.0.2.7]", "Line 1 of 2"]),
        (
            'DEBUG SMTP: useAuth true\nDEBUG SMTP: trying to connect to host "mx", port 465, isSSL false\n',
            ["port 465, isSSL false", "greeting.tls-expected"],
        ),
        ("Cannot send the mail today.\nNobody knows why.\n", ["Nothing here tells why"]),
    ],
)
def test_what_a_program_says_of_a_login_is_explained(pasted: str, shown: list[str], size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, pasted)
        await settle(pilot)
        if "Line 1 of 2" not in shown or size[0] < 110:
            assert [word for word in shown if word not in text(pilot)] == []
        assert "64 characters" not in text(pilot)

    play(steps, screen="decode", size=size)


def test_a_sentence_that_is_typed_is_not_taken_for_base64() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, "what does 5.7.8 mean?")
        assert "These are words" in text(pilot)
        await pilot.press("ctrl+l")
        await paste(pilot, "dXNl cm5h bWU6 IQ==")
        assert "a space or tab inside" in text(pilot)  # Base64 in groups is none of these

    play(steps, screen="decode")


def pasted_session(*lines: str) -> str:
    """Server and client in turn, as somebody types it off; the client answers LOGIN's prompts."""
    return "\n".join(("220 mail.example.org ESMTP", "EHLO me", "250 AUTH LOGIN", "AUTH LOGIN", *lines)) + "\n"


# base64 of coreutils: "correct horse" with and without a newline behind it
SECRET = "Y29ycmVjdCBob3JzZQ=="
LOGIN = ("334 VXNlcm5hbWU6", "YWRh", "334 UGFzc3dvcmQ6", SECRET, "535 5.7.8 Error: authentication failed")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_a_secret_of_a_session_is_masked_in_the_input_too(size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, pasted_session(*LOGIN))
        await pilot.press(*["f6"] * 7)
        await settle(pilot)
        assert entry(pilot).value == SECRET  # so that it can be edited
        assert "Y29y" not in text(pilot).replace(" ", "")
        assert "correct" not in text(pilot)
        await pilot.press("ctrl+a", "ctrl+c")
        assert "Y29y" not in pilot.app.clipboard
        await pilot.press("f8")
        await settle(pilot)
        assert SECRET in text(pilot)
        await paste(pilot, pasted_session(*LOGIN))  # another one: nobody asked to see its secrets
        await pilot.press(*["f6"] * 7)
        await settle(pilot)
        assert "Y29y" not in text(pilot).replace(" ", "")
        await pilot.press("backspace")
        await settle(pilot)
        assert entry(pilot).value == SECRET[:-1]
        assert "Y29y" not in text(pilot).replace(" ", "")
        assert "correct" not in text(pilot)
        await pilot.press("x", "ctrl+l", "ctrl+z")
        await settle(pilot)
        assert entry(pilot).value == SECRET[:-1] + "x"
        assert "Y29y" not in text(pilot).replace(" ", "")
        assert "=x" in text(pilot).split("\n")[0]

    play(steps, screen="decode", size=size)


@pytest.mark.parametrize("damaged", ["Y29ycmVjdCBob3JzZQ", "Y29ycmVj-dCBob3JzZQ==", "correct horse"])
def test_a_damaged_secret_and_a_repeated_one_are_masked(damaged: str) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, pasted_session(*LOGIN[:3], damaged, f"535 5.7.8 Error: {damaged}"))
        for _ in range(9):
            await pilot.press("f6")
            await settle(pilot)
            shown = text(pilot).replace(" ", "")
            assert "Y29y" not in shown
            assert "correct" not in shown

    play(steps, screen="decode")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
            ["basic-auth-disabled", "The administrator turns it on", "C text"],
        ),
        ("535-5.7.8 Username and Password not accepted. Learn more at", ["server.app-password", "2-Step", "D text"]),
        ("550 5.1.1 User unknown", ["User unknown", "C text"]),
    ],
)
def test_a_reply_alone_that_refuses_is_explained(line: str, shown: list[str], size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, line)
        await settle(pilot)
        seen = text(pilot)
        await pilot.press("pagedown")
        await settle(pilot)
        seen += text(pilot)
        assert [word for word in shown if word not in seen] == []

    play(steps, screen="decode", size=size)


@pytest.mark.parametrize("key", ["ctrl+l", "f5", "x", "paste", "session"])
def test_a_session_comes_back(key: str) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, pasted_session(*LOGIN))
        await pilot.press("f6", "f6")
        await settle(pilot)
        before = text(pilot)
        if key == "paste":
            await paste(pilot, CRAM)
            assert entry(pilot).value == CRAM
        elif key == "session":
            await paste(pilot, SESSION)
        else:
            await pilot.press(key)
        await settle(pilot)
        assert "Line 3 of 9" not in text(pilot)
        await pilot.press("ctrl+z")
        await settle(pilot)
        assert text(pilot) == before
        await pilot.press("f6")
        await settle(pilot)
        assert "Line 4 of 9" in text(pilot)

    play(steps, screen="decode")


def test_a_line_that_was_changed_is_no_line_of_the_session() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, pasted_session(*LOGIN))
        assert "✗" in text(pilot)
        await pilot.press("x")
        await settle(pilot)
        assert "✗ " not in text(pilot)
        assert "ctrl+z brings the session back" in text(pilot)

    play(steps, screen="decode")


@pytest.mark.parametrize(
    "words",
    ["Authentication failed", "Login denied", "Could not authenticate please help me with this", "Ungültige Anmeldung"],
)
def test_a_few_words_are_no_base64(words: str) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, words)
        assert "These are words" in text(pilot)
        assert "space or tab" not in text(pilot)

    play(steps, screen="decode")


@pytest.mark.parametrize("text_in_groups", [b"username:!", b"Ada", b"Password:"])
def test_base64_in_groups_is_no_sentence(text_in_groups: bytes) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        whole = base64.b64encode(text_in_groups).decode()
        await paste(pilot, f"{whole[:4]} {whole[4:]}" if len(whole) > 4 else f"{whole[:2]} {whole[2:]}")
        assert "no line of SMTP" not in text(pilot)

    play(steps, screen="decode")


def test_blank_lines_are_none_of_a_session_and_it_is_said_which_line_of_the_text_is_shown() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, pasted_session(*LOGIN).replace("\n", "\n\n"))
        assert "Line 1 of 9" in text(pilot)
        assert "of the text" not in text(pilot)
        await pilot.press("f7")
        await settle(pilot)
        assert "Line 9 of 9 (line 17 of the text)" in text(pilot)
        assert entry(pilot).value == LOGIN[-1]

    play(steps, screen="decode")


def test_an_empty_answer_can_be_cleared() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, SESSION.replace(" -> YWRh", " -> "))
        for _ in range(9):
            if not entry(pilot).value:
                break
            await pilot.press("f6")
            await settle(pilot)
        assert entry(pilot).value == ""
        await pilot.press("ctrl+l")
        await settle(pilot)
        assert "Type or paste" in text(pilot)

    play(steps, screen="decode")


def test_in_a_narrow_window_the_advice_stands_on_top_and_once() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, pasted_session(*LOGIN[:1], "YWRhCg==", *LOGIN[2:]))
        await settle(pilot)
        rows = [row.text for row in pilot.app.screen.query_one("#taken").rows]  # type: ignore[attr-defined]  # Rows
        said = [at for at, row in enumerate(rows) if "A line feed was encoded too" in row]
        assert len(said) == 1
        assert said[0] < 3
        assert any("printf" in row for row in rows[: said[0] + 5])
        assert any("text.trailing-newline" in row for row in rows)

    play(steps, screen="decode")


def test_what_is_left_out_is_said() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, pasted_session(*LOGIN) + "NOOP\n" * 6000)
        assert "4,009 lines of what you pasted are not shown" in " ".join(text(pilot).split())  # 2,000 of a session
        await paste(pilot, TRACEBACK)
        assert "3 lines of what you pasted are not shown" in text(pilot)
        await paste(pilot, pasted_session(*LOGIN))
        assert "not shown" not in text(pilot)

    play(steps, screen="decode")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_from_session_to_session(size: tuple[int, int]) -> None:
    async def steps(pilot: Pilot[int]) -> None:
        refused = pasted_session(*LOGIN)
        await paste(
            pilot, refused + refused.replace("535 5.7.8 Error: authentication failed", "235 2.7.0 ok") + refused
        )
        assert "session 1 of 3" in text(pilot)
        for at, session in ((9, 1), (27, 3), (9, 1)):
            await pilot.press("f7")
            await settle(pilot)
            assert f"Line {at} of 27" in text(pilot)
            assert f"session {session} of 3" in text(pilot)
        await pilot.press("f12")
        await settle(pilot)
        assert any("session 1 of 3" in note.message for note in pilot.app._notifications)

    play(steps, screen="decode", size=size)


def test_where_nothing_failed_there_is_no_fault_to_go_to() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await paste(pilot, pasted_session(*LOGIN[:-1], "235 2.7.0 ok"))
        assert "F6 next line" in text(pilot)
        assert "F7" not in text(pilot)

    play(steps, screen="decode")


def test_help_tells_of_sessions() -> None:
    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("f1")
        await settle(pilot)
        for word in ("log", "F6", "F7", "F12"):
            assert word in text(pilot)

    play(steps, screen="decode", size=(100, 50))
