"""Our signs in ASCII: one cell for one cell."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tutor.wire.only_ascii import TABLE, cells, encode_error, signs


def test_every_sign_becomes_one_character() -> None:
    assert all(len(str(sign)) == 1 and str(sign).isascii() for sign in TABLE.values())


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_cells_are_ascii(text: str) -> None:
    assert cells(text).isascii()


def test_columns_stay() -> None:
    for text in ("✓ ada", "日本 ●○", "jürgen …", "334 ␀"):
        assert cell_len(cells(text)) == cell_len(text)
    assert signs("jürgen ✓") == "jürgen +"


def test_the_error_handler_escapes_what_is_no_sign() -> None:
    import codecs

    codecs.register_error("test-ascii", encode_error)
    assert "✓ ü".encode("ascii", "test-ascii") == b"+ \\xfc"
