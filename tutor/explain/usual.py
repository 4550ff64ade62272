"""Floor 4: messages against which nothing can be said without the password, recognised by their form.

Each mechanism says what its usual messages look like (`Mechanism.usual`), and what its usual
mistakes. A large log is mostly made of them; they need no judge, and what is shown of them
follows from the form.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from tutor.explain.values import UNSET
from tutor.sasl import registry
from tutor.sasl.mechanism import Side, Turns

__all__ = ["Form", "forms_of", "is_usual", "secrets_in"]

LONGEST = 2000
"""Octets of a usual message."""
MOST_TURNS = 9
_Place = tuple[int, int]


class Form:
    """How the messages of one turn look; messages of one form are shown alike."""

    def __init__(self, pattern: bytes, mistake: str, repeats: bool) -> None:
        compiled = re.compile(pattern)
        self.match = compiled.fullmatch
        self.mistake = mistake
        """The code of the mistake that these messages are; empty where nothing can be said against them."""
        self.repeats = repeats
        """Whether the nonce is the server's, whole."""
        # Numbers of the groups; 0 where there is none, as is checked before it is used.
        groups = compiled.groupindex
        self.name, self.nonce, self.secret = groups.get("name", 0), groups.get("nonce", 0), groups.get("secret", 0)


@lru_cache(maxsize=128)
def forms_of(mechanism: str, initial: bool, mistaken: bool = False) -> tuple[Form | None, ...]:
    """The forms of an exchange's messages in their order; None where a mechanism has none for a turn.

    `initial`: the first one stood on the AUTH line. `mistaken`: of the usual mistakes instead, where there are any.
    """
    found = registry.get(mechanism)
    known = {(one.side, one.turn, bool(one.mistake)): one for one in found.usual} if found is not None else {}
    forms: list[Form | None] = []
    server, client = int(initial), 0
    for place in range(MOST_TURNS):
        side = Side.CLIENT if place % 2 ^ initial else Side.SERVER
        turn = client if side is Side.CLIENT else server
        one = known.get((side, turn, mistaken)) or known.get((side, turn, False))
        repeats = side is Side.CLIENT and turn > 0
        forms.append(None if one is None else Form(one.pattern, one.mistake, repeats))
        server, client = server + (side is Side.SERVER), client + (side is Side.CLIENT)
    return tuple(forms)


def secrets_in(forms: Sequence[Form | None], messages: Sequence[bytes]) -> list[_Place | None] | None:
    """Where the secret begins and ends in each message, None for those without a form; None unless all are usual."""
    name = nonce = b""
    places: list[_Place | None] = []
    for form, message in zip(forms, messages, strict=False):
        if form is None:
            places.append(None)
            continue
        match = form.match(message)
        if match is None or len(message) > LONGEST:
            return None
        if form.nonce:
            said = match[form.nonce]
            if (said != nonce) if form.repeats else not said.startswith(nonce):
                return None
            nonce = said
        if form.name:
            name = match[form.name]
            if name in UNSET:
                return None
        if form.secret:
            secret = match[form.secret]
            if secret in UNSET or secret == name:
                return None
            places.append(match.span(form.secret))
        else:
            places.append((0, 0))
    return places


def is_usual(mechanism: str, turns: Turns, message: bytes) -> bool:
    """Whether nothing can be said against a client's message after these turns; its earlier ones are usual too then."""
    initial = bool(turns.said) and turns.said[0].side is Side.CLIENT
    messages = [*(said for _, said in turns.said), message]
    sides = [*(side for side, _ in turns.said), Side.CLIENT]
    if len(messages) > MOST_TURNS or any(
        (side is Side.CLIENT) ^ (place % 2 ^ initial) for place, side in enumerate(sides)
    ):
        return False
    forms = forms_of(mechanism, initial)
    return forms[len(messages) - 1] is not None and secrets_in(forms, messages) is not None
