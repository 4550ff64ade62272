"""Floor 4: which characters of a judged answer are a secret, so that front ends mask them.

In doubt they are. Where the user name is due, people also send the password by mistake, so
what does not resemble the name is masked too.
"""

from typing import TYPE_CHECKING

from tutor.diagnosis import Layer
from tutor.explain import expected
from tutor.explain.openly import NAME_FIELDS
from tutor.sasl.mechanism import Side
from tutor.wire import b64

if TYPE_CHECKING:
    from tutor.explain.judge import Due, Judgement

_SAFE = ("line.empty", "line.cancelled", "line.echoed-challenge", "b64.masked")
_OTHER_VALUES = ("login.swapped", "login.combined", "value.username", "value.password", "line.command", "line.too-long")
_ALIKE = 0.6


def secret_characters(judgement: "Judgement") -> list[bool]:
    """For each character of the answer, whether it carries any bit of a secret."""
    due = judgement.due
    text = due.text or b""
    size = len(text.decode("utf-8", "surrogateescape"))
    codes = [diagnosis.code for diagnosis in judgement.verdict.diagnoses]
    if codes and all(code in _SAFE for code in codes):
        return [False] * size
    turns = expected.settled(due.mechanism, due.turns)
    if not expected.needs_password(due.mechanism, due.scenario, turns):
        hide = any(code in _OTHER_VALUES for code in codes) or (bool(codes) and not _resembles(due, text))
        return [hide] * size
    message = b64.decode(text).message
    misshapen = any(
        diagnosis.layer in (Layer.LINE, Layer.BASE64, Layer.STRUCTURE) for diagnosis in judgement.verdict.diagnoses
    )
    if message is None or misshapen:
        return [True] * size
    return _by_fields(due, turns.number, text, message)


def _resembles(due: "Due", text: bytes) -> bool:
    """Whether an answer is near the right one, which holds no secret here."""
    from difflib import SequenceMatcher

    turns = expected.settled(due.mechanism, due.turns)
    right = expected.own_answers(due.mechanism, due.scenario, turns)
    if right is None or len(text) > 2000:
        return False
    password = due.scenario.credentials.password
    decoding = b64.decode(text)
    if password and any(password.encode("utf-8", "surrogatepass") in octets for octets in (text, decoding.lenient)):
        return False
    name = due.scenario.credentials.authcid.encode("utf-8", "surrogatepass")
    if name and name.lower() in (text.lower(), decoding.lenient.strip().lower()):
        return True
    pairs = ((text, b64.encode(right)), (decoding.lenient, right), (text, right))
    return any(SequenceMatcher(None, one, other, autojunk=False).ratio() >= _ALIKE for one, other in pairs)


def _by_fields(due: "Due", number: int, text: bytes, message: bytes) -> list[bool]:
    """What the mechanism calls secret, and each name that does not resemble the user's: it may be the password."""
    covered = [False] * len(message)
    hidden = [False] * len(text)
    for field in due.mechanism.fields(Side.CLIENT, number, message):
        for place in range(*field.span):
            covered[place] = True
        octets = message[field.span.start : field.span.end]
        if field.secret or (field.name in NAME_FIELDS and octets and not _is_name_like(due, octets)):
            marked = b64.text_span(field.span)
            for place in range(marked.start, min(marked.end, len(text))):
                hidden[place] = True
    return hidden if all(covered) else [True] * len(text)


def _is_name_like(due: "Due", octets: bytes) -> bool:
    from difflib import SequenceMatcher

    name = due.scenario.credentials.authcid.encode("utf-8", "surrogatepass").lower()
    other = octets.strip().lower()
    return name == other or SequenceMatcher(None, name, other[:500], autojunk=False).ratio() >= _ALIKE
