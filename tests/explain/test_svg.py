"""The picture of an exchange: XML whatever stands in it, and nothing outside of its frame."""

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from tutor.explain.svg import Remark, Row, draw, wrapped

TEXT = st.text(max_size=300)


@given(st.lists(st.tuples(st.sampled_from("CS?"), TEXT, TEXT), max_size=5), TEXT, TEXT)
def test_any_text_makes_well_formed_xml(rows: list[tuple[str, str, str]], title: str, words: str) -> None:
    picture = draw(title, [Row(1, *row) for row in rows], [Remark("✗ ", words, words, words)])
    root = ElementTree.fromstring(picture)
    names = {element.tag.split("}")[1] for element in root.iter()}
    assert names <= {"svg", "title", "style", "rect", "text"}
    height = float(root.attrib["height"])
    for element in root.iter():
        if "y" in element.attrib and "x" in element.attrib:
            assert 0 <= float(element.attrib["y"]) + float(element.attrib.get("height", 0)) <= height
            assert 0 <= float(element.attrib["x"]) + float(element.attrib.get("width", 0)) <= 960


def test_markup_stays_text_and_nothing_is_loaded() -> None:
    picture = draw("<script>", [Row(1, "S", "220 <image href='x'/> &amp;", "")], [])
    assert "<script" not in picture
    assert "<image" not in picture
    assert "href" not in picture.replace("href=&#x27;x&#x27;", "")
    assert picture.count("http") == 1  # the name space


def test_the_sides_stand_in_their_columns() -> None:
    root = ElementTree.fromstring(draw("t", [Row(1, "C", "AUTH LOGIN"), Row(2, "S", "334 ")], []))
    places = {element.text: element.attrib["x"] for element in root.iter() if "x" in element.attrib}
    assert float(places["C: AUTH LOGIN"]) < 480 < float(places["S: 334 "])


@given(TEXT, st.integers(4, 80))
def test_wrapping_loses_nothing_but_blanks(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert all(len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
