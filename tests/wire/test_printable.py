"""Nothing that show() returns can steer a terminal or turn a text round."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis.strategies import binary, characters, text

from tutor.wire.printable import ruler_char, show

FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(binary() | text(characters(exclude_categories=())))
def test_only_printable_characters_come_out(data: bytes | str) -> None:
    shown = show(data)
    assert not [character for character in shown if unicodedata.category(character) in FORBIDDEN]
    assert shown.encode("utf-8") == shown.encode("utf-8", "strict")


@given(text(characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_plain_text_stays(data: str) -> None:
    assert show(data) == data == show(data.encode())


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"\x1b]0;owned\x07", "␛]0;owned␇"),
        (b"a\x00b\r\n", "a␀b␍␊"),
        (b"\x7f\x9b", "␡\\x9b"),
        ("\u202eevil", "\\u202eevil"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("\x9b31m", "\\x9b31m"),
        ("a\u00adb\u200bc", "a\\xadb\\u200bc"),
        ("line\u2028sep", "line\\u2028sep"),
        (b"gr\xc3\xbc\xc3\x9fe", "grüße"),
        (b"\xc3", "\\xc3"),
        ("\ud800", "\\ud800"),
        ("[/x][@click=app.quit]", "[/x][@click=app.quit]"),
        ("日本", "日本"),
        ("\U000e0001", "\\U000e0001"),
    ],
)
def test_each_kind_of_danger_is_pictured(data: bytes | str, shown: str) -> None:
    assert show(data) == shown


def test_one_cell_for_each_byte() -> None:
    for octet in range(256):
        cell = ruler_char(octet)
        assert len(cell) == 1
        assert cell.isprintable()
        assert unicodedata.east_asian_width(cell) in ("Na", "N", "A")
