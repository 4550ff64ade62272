"""What it is, at sight: the first letters of a message in Base64 tell who sent it and what it carries."""

from random import Random

from tutor.course.drills.base import Drill, Offer, choose
from tutor.course.exchanges import due_at
from tutor.course.lesson import Cast, Step
from tutor.records import Record
from tutor.wire import b64
from tutor.wire.printable import show


class Sight(Record):
    """Something to know at sight."""

    key: str
    words: str
    """What it is, as it is chosen."""
    mechanism: str
    turn: int
    """The client's message of that number; or the challenge before it."""
    client: bool
    level: int
    """The first level that asks for it."""
    source: str


SIGHTS = (
    Sight("username", "LOGIN asks for the user name", "LOGIN", 0, False, 1, "draft-murchison-sasl-login-00"),
    Sight("password", "LOGIN asks for the password", "LOGIN", 1, False, 1, "draft-murchison-sasl-login-00"),
    Sight("cram", "A challenge of CRAM-MD5: `<` and a digit", "CRAM-MD5", 0, False, 1, "RFC 2195 section 2"),
    Sight("plain", "PLAIN: a NUL, then the user name", "PLAIN", 0, True, 2, "RFC 4616 section 2"),
    Sight("xoauth2", "XOAUTH2: `user=` and a token", "XOAUTH2", 0, True, 2, "Gmail documentation"),
    Sight("scram-first", "SCRAM begins: `n,,` and the user name", "SCRAM-SHA-256", 0, True, 3, "RFC 5802 section 7"),
    Sight("scram-server", "SCRAM's server: its nonce, `r=`", "SCRAM-SHA-256", 1, False, 3, "RFC 5802 section 7"),
    Sight("scram-final", "SCRAM's proof: `c=` in front", "SCRAM-SHA-256", 1, True, 4, "RFC 5802 section 7"),
    Sight("scram-verdict", "SCRAM's server proves itself: `v=`", "SCRAM-SHA-256", 2, False, 4, "RFC 5802 section 7"),
    Sight("digest", "A challenge of DIGEST-MD5: `nonce=`", "DIGEST-MD5", 0, False, 4, "RFC 2831 section 2.1.1"),
    Sight("rspauth", "DIGEST-MD5's server proves itself: `rspauth=`", "DIGEST-MD5", 1, False, 5,
          "RFC 2831 section 2.1.3"),
    Sight("oauthbearer", "OAUTHBEARER: `n,a=` and an address", "OAUTHBEARER", 0, True, 5, "RFC 7628 section 3.1"),
)  # fmt: skip
SHOWN = (100, 16, 8, 4, 4)
"""Characters of the Base64 that are shown, by level."""


def message(sight: Sight, random: Random) -> bytes:
    """One such message, by the mechanism's own script."""
    scenario = Cast(mechanism=sight.mechanism).scenario(random.randrange(1 << 30))
    due = due_at(scenario, sight.mechanism, sight.turn)
    return due.right if sight.client else due.turns.challenge or b""


def make(random: Random, level: int) -> Step:
    """One beginning."""
    known = [sight for sight in SIGHTS if sight.level <= level]
    newest = [sight for sight in known if sight.level >= level - 1]
    right = random.choice(newest)
    text = b64.encode(message(right, random)).decode()
    cut = text[: SHOWN[level - 1]]
    more = "…" if cut != text else ""
    others = [sight for sight in known if sight is not right]
    wrong = []
    for sight in random.sample(others, min(len(others), 2 + (level + 1) // 2)):
        begins = b64.encode(message(sight, random)).decode()[:4]
        wrong.append(Offer(sight.words, f"taken-for.{sight.key}", f"That would begin with `{begins}`."))
    side = "A client sends" if right.client else "A server sends"
    said = b64.decode(cut.encode()[: len(cut) // 4 * 4]).lenient
    return choose(
        random,
        "Say at sight what this is.",
        f"{side}:\n\n    {'' if right.client else '334 '}{cut}{more}\n\n"
        "The first four letters are the first three bytes. They are enough.",
        f"`{text[:4]}` is `{show(said[:3])}`. {right.words.replace('`', '')}.",
        [f"The first three bytes are {said[:3].hex(' ')} in hexadecimal.", "Who sends it, the server or the client?"],
        f"{right.source}; RFC 4648 section 4",
        right.words,
        wrong,
    )


DRILL = Drill(
    "base64.sight", "Base64 at sight",
    "The first letters of a line are given: say what it is. First whole lines, then four letters.", 1, make,
)  # fmt: skip
