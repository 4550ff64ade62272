"""Floor 4: messages against which nothing can be said without the password, recognised by their form.

Each mechanism says what its usual messages look like (`Mechanism.usual`), and what its usual
mistakes. A large log is mostly made of them; they need no judge, and what is shown of them
follows from the form.
"""

import re
from functools import lru_cache

from tutor.explain.values import UNSET
from tutor.sasl import registry
from tutor.sasl.mechanism import Side, Turns

__all__ = ["BETWEEN", "Forms", "forms_of", "is_usual"]

LONGEST = 2000
"""Octets of a usual message."""
MOST_TURNS = 9
BETWEEN = b"\xff"
"""Stands between messages that are matched together; none of them holds it."""


class Forms:
    """How the first messages of an exchange look; exchanges of the same forms are shown alike."""

    def __init__(self, patterns: "list[bytes | None]") -> None:
        """`patterns`: of each message in its order, None for a server's message that may be anything."""
        self.places = tuple(place for place, pattern in enumerate(patterns) if pattern is not None)
        """Of the messages that have a form."""
        self.secret_at = -1
        """Which of these holds the secret, counted among them alone; -1: none."""
        parts: list[bytes] = []
        for number, pattern in enumerate(pattern for pattern in patterns if pattern is not None):
            self.secret_at = number if b"(?P<secret>" in pattern else self.secret_at
            # A name of a group may be there only once.
            parts.append(pattern.replace(b"(?P<nonce>", b"(?P<nonce%d>" % number))
        compiled = re.compile(BETWEEN.join(parts))
        self._match = compiled.fullmatch
        groups = compiled.groupindex
        self._name, self._secret = groups.get("name", 0), groups.get("secret", 0)
        nonces = [(group, self.places[int(name[5:])] % 2) for name, group in groups.items() if name[:5] == "nonce"]
        # The side that began repeats the other's later on.
        self._nonces = tuple(
            (group, number > 0 and side == nonces[0][1]) for number, (group, side) in enumerate(nonces)
        )

    def secret_in(self, messages: bytes) -> tuple[int, int] | None:
        """Where the secret begins and ends; None unless all messages are usual.

        `messages`: those that have a form, with BETWEEN between them. Without a secret it is (0, 0).
        """
        match = self._match(messages)
        if match is None or (self._nonces and not self._nonces_agree(match)):
            return None
        name = match[self._name] if self._name else b""
        if self._name and name in UNSET:
            return None
        if not self._secret:
            return 0, 0
        secret = match[self._secret]
        return None if secret in UNSET or secret == name else match.span(self._secret)

    def _nonces_agree(self, match: "re.Match[bytes]") -> bool:
        """Whether the server's nonce begins with the client's, and the client repeats it (RFC 5802 section 5.1)."""
        nonce = b""
        for group, repeats in self._nonces:
            said = match[group]
            if (said != nonce) if repeats else not said.startswith(nonce):
                return False
            nonce = said
        return True


@lru_cache(maxsize=256)
def forms_of(mechanism: str, initial: bool, count: int, mistaken: bool = False) -> Forms | None:
    """The forms of the first `count` messages of an exchange; None where a client's message has none.

    `initial`: the first one stood on the AUTH line. `mistaken`: of the usual mistakes instead, where there are any.
    """
    found = registry.get(mechanism)
    known = {(one.side, one.turn, bool(one.mistake)): one for one in found.usual} if found is not None else {}
    if mistaken and not any(is_mistake for _, _, is_mistake in known):
        return None
    patterns: list[bytes | None] = []
    server, client = int(initial), 0
    for place in range(count):
        side = Side.CLIENT if place % 2 ^ initial else Side.SERVER
        turn = client if side is Side.CLIENT else server
        one = known.get((side, turn, mistaken)) or known.get((side, turn, False))
        if one is None and side is Side.CLIENT:
            return None
        patterns.append(None if one is None else one.pattern)
        server, client = server + (side is Side.SERVER), client + (side is Side.CLIENT)
    return Forms(patterns)


def is_usual(mechanism: str, turns: Turns, message: bytes) -> bool:
    """Whether nothing can be said against a client's message after these turns; its earlier ones are usual too then."""
    initial = bool(turns.said) and turns.said[0].side is Side.CLIENT
    messages = [*(said for _, said in turns.said), message]
    sides = [*(side for side, _ in turns.said), Side.CLIENT]
    if len(messages) > MOST_TURNS or any(len(one) > LONGEST for one in messages):
        return False
    if any((side is Side.CLIENT) ^ (place % 2 ^ initial) for place, side in enumerate(sides)):
        return False
    forms = forms_of(mechanism, initial, len(messages))
    return forms is not None and forms.secret_in(BETWEEN.join([messages[place] for place in forms.places])) is not None
