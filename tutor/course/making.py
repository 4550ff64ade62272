"""Floor 5: the wrong answers that a lesson names, made for the values of one run: for its tests and its review."""

from collections.abc import Iterator

from tutor.course.kinds.base import Play
from tutor.course.lesson import Mistake
from tutor.explain.slips import LINE_SLIPS
from tutor.explain.text_slips import TEXT_SLIPS
from tutor.wire import b64


def typed(play: Play, mistake: Mistake) -> Iterator[str]:
    """What somebody types who makes this mistake at this step; none where the values do not allow it.

    `make` names a slip (of the line or of the text), or a misconception of the mechanism.
    """
    if mistake.text is not None:
        yield play.fill(mistake.text)
        return
    due = getattr(play, "due", None)
    message = getattr(due, "right", None)
    if message is None:
        message = play.names.get("message") or play.names.get("value")
    if message is None:
        return
    right = b64.encode(message)
    for slip in LINE_SLIPS:
        if slip.code == mistake.make:
            yield from (_text(made.octets) for made in slip.make(message) if made.octets != right)
    for slip in TEXT_SLIPS:
        if slip.code == mistake.make:
            yield from (_text(b64.encode(made.octets)) for made in slip.make(message) if made.octets != message)
    if due is not None and hasattr(due, "mechanism"):
        for misconception in due.mechanism.misconceptions:
            if misconception.code == mistake.make:
                for made_message in misconception.wrong(play.scenario, due.turns):
                    if made_message != message:
                        yield _text(b64.encode(made_message))


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")
