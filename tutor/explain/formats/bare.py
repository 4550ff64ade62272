"""Lines alone, as somebody typed them."""

from tutor.explain.formats import NEVER, Format

FORMAT = Format(
    "bare",
    "Lines alone, as somebody typed them",
    NEVER,
    bare=True,
    weight=1,
)
