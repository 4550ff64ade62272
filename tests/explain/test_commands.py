"""Lines that are no command where one was due, as beginners type them, and what is said of each."""

import pytest

from tutor.explain.check import check_answer
from tutor.explain.commands import slip
from tutor.sasl import registry, scenarios
from tutor.sasl.mechanism import Side, Turns
from tutor.smtp.states import State

ODD = [
    (b"", "empty line"),
    (b"   ", "empty line"),
    (b"printf %s 'ada' | base64", "for a shell"),
    (b"echo ada | openssl base64", "for a shell"),
    (b"C: EHLO me", "only shows who speaks"),
    (b"> EHLO me", "only shows who speaks"),
    (b"$ EHLO me", "only shows who speaks"),
    (b"250 AUTH LOGIN", "server's line"),
    (b"220-mail.example.org", "server's line"),
    (b'"EHLO me"', "Marks stand around"),
    (b"`QUIT`", "Marks stand around"),
    (b" EHLO me", "A blank stands in front"),
    (b"quit.", "`.` stands behind the word"),
    (b"HELLO me", "four letters"),
    (b"exit", "goodbye"),
    (b"AUTHENTICATE LOGIN", "IMAP"),
    (b"USER ada", "POP3"),
    (b"AUTHLOGIN", "Between `AUTH`"),
    (b"AUTH=LOGIN", "Between `AUTH`"),
    (b"EHLOme.example.org", "Between `EHLO`"),
    (b"LOGIN", "name of a mechanism"),
    (b"plain", "name of a mechanism"),
    (b"EHLO", "name of your computer"),
    (b"ehlo ", "name of your computer"),
    (b"AUTH", "name of a mechanism is missing"),
    (b"STARTTLS now", "stands alone"),
    (b"HELO me", "brings no list"),
    (b"YWRh", "answer in Base64"),
    (b"YWRhCg==", "answer in Base64"),
    (b"AUTH LOGIN", "too early"),
    (b"ada", "no command"),
    (b"\xff\xfe", "no command"),
]


@pytest.mark.parametrize(("line", "words"), ODD)
def test_what_is_odd_is_said(line: bytes, words: str) -> None:
    found = slip(line, State.GREETED)
    assert found is not None
    assert words in found.summary


def test_no_two_kinds_of_oddity_get_the_same_words() -> None:
    said: dict[str, str] = {}
    for line, words in ODD:
        found = slip(line, State.GREETED)
        assert found is not None
        assert said.setdefault(found.summary, words) == words


@pytest.mark.parametrize(
    ("line", "state"),
    [(b"EHLO client.example.org", State.GREETED), (b"QUIT", State.GREETED), (b"quit", State.READY),
     (b"STARTTLS", State.READY), (b"AUTH LOGIN", State.READY), (b"AUTH PLAIN AGEAYg==", State.READY),
     (b"NOOP", State.READY), (b"MAIL FROM:<a@example.org>", State.AUTHENTICATED)],
)  # fmt: skip
def test_a_command_in_its_place_is_not_odd(line: bytes, state: State) -> None:
    assert slip(line, state) is None


LOGIN = registry.require("LOGIN")
ADA = scenarios.generate(3, "LOGIN", "ada", "correct horse")
FIRST = Turns().then(Side.SERVER, b"Username:")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        # The Base64 is RFC 4648's of `ada` and `correct horse`, by coreutils base64.
        (b"printf %s 'ada' | base64", "line.shell"),
        (b"echo -n ada | openssl base64", "line.shell"),
        (b"C: YWRh", "line.with-marker"),
        (b"$ YWRh", "line.with-marker"),
        (b"LOGIN YWRh", "line.with-marker"),
        (b"334 YWRh", "line.with-code"),
        (b"YWRh Y29ycmVjdCBob3JzZQ==", "login.combined"),
        (b"EHLO", "line.command"),
        (b"auth", "line.command"),
        (b"'*'", "line.cancelled"),
        (b"* ", "line.cancelled"),
    ],
)
def test_what_was_typed_in_the_place_of_an_answer(line: bytes, code: str) -> None:
    verdict = check_answer(LOGIN, ADA, FIRST, line)
    assert verdict.correct is False
    assert verdict.diagnoses[0].code == code


def test_a_word_in_front_of_the_answer_may_be_the_password_and_is_not_repeated() -> None:
    verdict = check_answer(LOGIN, ADA, FIRST, b"correct horse YWRh")
    assert verdict.diagnoses[0].code == "line.with-marker"
    assert "correct" not in "".join(str(part) for part in verdict.diagnoses[0])


def test_plain_words_that_are_no_value_are_not_called_the_value() -> None:
    said = check_answer(LOGIN, ADA, FIRST, b"cancel!").diagnoses[0]
    assert said.code == "b64.plain-text"
    assert "the value itself" not in said.summary
    assert "the value itself" in check_answer(LOGIN, ADA, FIRST, b"ada").diagnoses[0].summary


def test_a_user_whose_name_is_a_command_has_forgotten_to_encode_it() -> None:
    scenario = scenarios.generate(3, "LOGIN", "AUTH", "correct horse")
    assert check_answer(LOGIN, scenario, FIRST, b"AUTH").diagnoses[0].code == "b64.accidental"


def test_a_blank_where_an_empty_line_is_due() -> None:
    scram = registry.require("SCRAM-SHA-256")
    scenario = scenarios.generate(3, "SCRAM-SHA-256", "ada", "correct horse")
    from tutor.course.exchanges import due_at

    turns = due_at(scenario, "SCRAM-SHA-256", 2).turns
    assert check_answer(scram, scenario, turns, b"").correct
    assert check_answer(scram, scenario, turns, b" ").diagnoses[0].code == "b64.whitespace"


def test_two_values_on_one_line_are_named_only_where_one_is_due() -> None:
    plain = registry.require("PLAIN")
    scenario = scenarios.generate(3, "PLAIN", "ada", "correct horse")
    verdict = check_answer(plain, scenario, Turns().then(Side.SERVER, b""), b"YWRh Y29ycmVjdCBob3JzZQ==")
    assert verdict.diagnoses[0].code != "login.combined"


def test_a_marker_is_named_without_a_password_too() -> None:
    from tutor.sasl.identity import Credentials

    unknown = ADA._replace(credentials=Credentials("ada", None))
    assert check_answer(LOGIN, unknown, FIRST, b"C: YWRh").diagnoses[0].code == "line.with-marker"
