"""Which mechanism is this? One line of a login is given, made by the mechanism's own script."""

from random import Random

from tutor.course.drills.base import Drill, Offer, choose
from tutor.course.exchanges import due_at
from tutor.course.lesson import Cast, Step
from tutor.explain.annotate import annotate_line
from tutor.records import Record
from tutor.wire import b64
from tutor.wire.printable import show


class Place(Record):
    """A message of a mechanism."""

    mechanism: str
    turn: int
    client: bool
    level: int
    """The first level that asks for it."""
    tell: str
    """What it is known by."""


PLACES = (
    Place("LOGIN", 0, False, 1, "A question in words: `Username:`."),
    Place("LOGIN", 1, False, 1, "A question in words: `Password:`."),
    Place("CRAM-MD5", 0, False, 1, "A number, a dot, a time and a host, between `<` and `>`."),
    Place("DIGEST-MD5", 0, False, 2, "Directives with commas: `nonce=`, `qop=`, `algorithm=md5-sess`."),
    Place("PLAIN", 0, True, 2, "Two NULs, with the user name between and the password behind."),
    Place("SCRAM-SHA-256", 1, False, 3, "`r=`, `s=`, `i=`: nonce, salt, iterations."),
    Place("CRAM-MD5", 0, True, 3, "The user name, a space, and 32 hexadecimal digits."),
    Place("SCRAM-SHA-256", 0, True, 3, "`n,,` in front: a GS2 header; then `n=` and `r=`."),
    Place("XOAUTH2", 0, True, 4, "`user=`, a byte 01, and `auth=Bearer`."),
    Place("OAUTHBEARER", 0, True, 4, "`n,a=` in front: a GS2 header; then a byte 01 and `auth=Bearer`."),
    Place("SCRAM-SHA-256", 1, True, 4, "`c=`, `r=`, `p=`: channel binding, nonce, proof."),
    Place("DIGEST-MD5", 0, True, 4, "Directives with commas: `username=`, `cnonce=`, `digest-uri=`, `response=`."),
    Place("DIGEST-MD5", 1, False, 5, "`rspauth=` and 32 hexadecimal digits: the server proves itself."),
    Place("SCRAM-SHA-256", 2, False, 5, "`v=`: the server's signature."),
    Place("SCRAM-SHA-1-PLUS", 0, True, 5, "`p=` and a type in front: this client binds to the TLS channel."),
)
SOURCES = {
    "LOGIN": "draft-murchison-sasl-login-00", "PLAIN": "RFC 4616 section 2", "CRAM-MD5": "RFC 2195 section 2",
    "DIGEST-MD5": "RFC 2831 section 2.1", "SCRAM": "RFC 5802 section 7", "SCRAM-PLUS": "RFC 5802 section 6",
    "XOAUTH2": "Gmail documentation", "OAUTHBEARER": "RFC 7628 section 3.1",
}  # fmt: skip
FAMILIES = {"SCRAM-SHA-256": "SCRAM", "SCRAM-SHA-1-PLUS": "SCRAM-PLUS"}
"""A name for those of which one line does not tell the hash."""


def name(mechanism: str) -> str:
    """What is chosen."""
    return FAMILIES.get(mechanism, mechanism)


def line(place: Place, random: Random) -> str:
    """One such line; level by level, nothing but the line itself."""
    binding = "tls-server-end-point" if place.mechanism.endswith("-PLUS") else ""
    scenario = Cast(mechanism=place.mechanism, binding=binding).scenario(random.randrange(1 << 30))
    due = due_at(scenario, place.mechanism, place.turn)
    if place.client:
        return f"C: {b64.encode(due.right).decode()}"
    return f"S: 334 {b64.encode(due.turns.challenge or b'').decode()}"


def make(random: Random, level: int) -> Step:
    """One line."""
    known = [place for place in PLACES if place.level <= level]
    newest = [place for place in known if place.level >= level - 1]
    place = random.choice(newest)
    said = line(place, random)
    right = name(place.mechanism)
    others = sorted({name(each.mechanism) for each in (known if level > 1 else PLACES)} - {right})
    wrong = []
    for other in random.sample(others, min(len(others), 2 + (level + 1) // 2)):
        tells = [each.tell for each in PLACES if name(each.mechanism) == other and each.client == place.client]
        tells = tells or [each.tell for each in PLACES if name(each.mechanism) == other]
        wrong.append(Offer(other, f"taken-for.{other.lower()}", f"{other} looks otherwise. {tells[0]}"))
    message = annotate_line(said.partition(" ")[2].encode()).message or b""
    return choose(
        random,
        "Say which mechanism this line belongs to.",
        "One line out of a login. Decode it, or enough of it.",
        f"It says `{show(message[:60])}{'…' if len(message) > 60 else ''}`. {place.tell}",
        [f"It begins with `{show(message[:3])}`.", "It begins so: `" + show(message[:12]) + "`."],
        SOURCES[name(place.mechanism)],
        right,
        wrong,
        [said],
    )


DRILL = Drill(
    "mechanism.recognise", "Which mechanism is this?",
    "One line out of a login: LOGIN or CRAM-MD5 first, then all of them, from both sides.", 2, make,
)  # fmt: skip
