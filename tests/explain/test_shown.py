"""What is shown of a line, and as what."""

import base64

import pytest

from tutor.explain.annotate import annotate_line
from tutor.explain.shown import is_sentence


@pytest.mark.parametrize(
    "words",
    [
        "Authentication failed",
        "Login denied",
        "Could not authenticate please help me with this",
        "LOGIN FAILED!",
        "Can't log in.",
        "Ungültige Anmeldung",
        "what does 5.7.8 mean?",
    ],
)
def test_words_are_a_sentence(words: str) -> None:
    assert is_sentence(annotate_line(words.encode()))


@pytest.mark.parametrize("message", [b"Username:", b"Password:", b"username:!", b"Ada", b"tim", bytes(range(80, 99))])
@pytest.mark.parametrize("size", [2, 4])
def test_base64_in_groups_is_none(message: bytes, size: int) -> None:
    whole = base64.b64encode(message).decode()
    groups = [whole[at : at + size] for at in range(0, len(whole), size)]
    assert not is_sentence(annotate_line(" ".join(groups).encode()))
    assert not is_sentence(annotate_line(whole.encode()))
