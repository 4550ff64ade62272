"""tile(): whatever the fields say, level 0 covers the message once, in order."""

from hypothesis import given
from hypothesis.strategies import builds, integers, lists, text

from tutor.spans import GAP, Field, Span, tile

spans = builds(Span, integers(-3, 40), integers(-3, 40))
fields = builds(
    Field, text(max_size=3), spans, text(max_size=3), text(max_size=3), text(max_size=3), level=integers(0, 2)
)


@given(integers(0, 30), lists(fields, max_size=8))
def test_level_0_tiles_any_length(length: int, given_fields: list[Field]) -> None:
    position = 0
    around = Span(0, 0)
    for field in tile(length, given_fields):
        if field.level == 0:
            assert field.span.start == position
            assert field.span.end >= position
            position = field.span.end
            around = field.span
        else:
            assert around.start <= field.span.start <= field.span.end <= around.end
    assert position == length


def test_a_gap_is_named_and_the_order_stays() -> None:
    inner = Field("b", Span(3, 4), "", "", "", level=1)
    tiled = tile(6, [Field("a", Span(2, 5), "", "", ""), inner])
    assert [(field.name, field.span, field.level) for field in tiled] == [
        (GAP, Span(0, 2), 0),
        ("a", Span(2, 5), 0),
        ("b", Span(3, 4), 1),
        (GAP, Span(5, 6), 0),
    ]


def test_an_empty_field_keeps_its_place() -> None:
    tiled = tile(2, [Field("authzid", Span(0, 0), "", "", ""), Field("rest", Span(0, 2), "", "", "")])
    assert [field.name for field in tiled] == ["authzid", "rest"]
