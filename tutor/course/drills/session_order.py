"""A session with its lines shuffled: from a login in four lines to STARTTLS and a second try."""

from random import Random

from tutor.course.drills.base import Drill, plain, secret, step, user
from tutor.course.lesson import Cast, Mistake, Step
from tutor.smtp import dialects
from tutor.smtp.partner import Partner
from tutor.wire.lines import Side
from tutor.wire.printable import show

PLAYED = (
    ("LOGIN",),
    ("LOGIN", "PLAIN"),
    ("LOGIN", "PLAIN", "CRAM-MD5"),
    ("LOGIN", "CRAM-MD5", "SCRAM-SHA-256", "XOAUTH2"),
    ("CRAM-MD5", "SCRAM-SHA-256", "DIGEST-MD5"),
)
"""Mechanisms, by level."""
COUNT = (4, 5, 6, 7, 8)
"""Lines to put in order, by level."""
_LONGEST = 58
"""Characters of a line that are shown."""


def session(random: Random, level: int) -> list[str]:
    """A whole session, line by line, as our own server and a client that knows everything play it."""
    mechanism = random.choice(PLAYED[level - 1])
    name = None if mechanism == "XOAUTH2" else user(random, min(level, 3))
    cast = Cast(mechanism, authcid=name, password=None if mechanism == "XOAUTH2" else secret(random, min(level, 3)))
    dialect = dialects.get(random.choice(dialects.names()))
    assert dialect is not None
    tls = "starttls" if level >= 4 and random.random() < 0.6 else "none"
    partner = Partner(cast.scenario(random.randrange(1 << 30)), mechanism, dialect, tls=tls)
    partner.start()
    while not partner.done and not partner.closed:
        partner.say(partner.solution())
    partner.say(b"QUIT")
    return [f"{'C' if line.side is Side.CLIENT else 'S'}: {show(line.line)}" for line in partner.lines]


def _short(line: str) -> str:
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def make(random: Random, level: int) -> Step:
    """Some lines of one session; each of them can stand at one place only."""
    while True:
        said = [_short(line) for line in session(random, level)]
        # Of what is said twice (EHLO, before and after STARTTLS) nobody can tell the place; and the lines of one
        # reply to EHLO have no order but that of the server.
        alone = [line for line in said if said.count(line) == 1 and not line.startswith("S: 250")]
        if len(alone) >= 4:
            break
    count = min(COUNT[level - 1], len(alone))
    kept = sorted(random.sample(range(len(alone)), count))
    items = [alone[place] for place in kept]
    backwards = " ".join(f"{{k{number}}}" for number in range(count, 0, -1))
    swapped = " ".join(f"{{k{number}}}" for number in (2, 1, *range(3, count + 1)))
    return step(
        "order",
        "Put these lines into the order in which they are said.",
        "`S:` is the server, `C:` the client. Some lines of the session are left out.",
        "\n".join(f"    {plain(item)}" for item in items),
        ["The server speaks first, and each challenge is answered before the next one comes.",
         f"The first one is `{plain(items[0])}`."],
        "RFC 5321 section 3.1; RFC 4954 section 4",
        {"items": tuple(f"`{plain(item)}`" for item in items)},
        mistakes=[Mistake(backwards, None, ("lesson.order",), ""), Mistake(swapped, None, ("lesson.order",), ""),
                  Mistake("{k1}", None, ("lesson.no-order",), "")],
    )  # fmt: skip


DRILL = Drill(
    "session.order", "A session in its order",
    "Lines of a session, shuffled: four of a LOGIN first, then eight of any mechanism, with STARTTLS.", 1, make,
)  # fmt: skip
