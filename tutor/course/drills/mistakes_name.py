"""What is wrong with this answer? The wrong line is made by the mistake itself, and the checker must name it."""

from collections.abc import Iterator
from random import Random

from tutor.course.drills.base import Drill, Offer, choose, secret, user
from tutor.course.exchanges import Due, as_lines, due_at
from tutor.course.lesson import Cast, Step
from tutor.diagnosis import Diagnosis
from tutor.explain import catalogue
from tutor.explain.check import check_answer
from tutor.explain.slips import LINE_SLIPS
from tutor.explain.text_slips import TEXT_SLIPS
from tutor.records import Record
from tutor.sasl.mechanism import Scenario, Side
from tutor.wire import b64


class Kind(Record):
    """Answers of one place, and the mistakes that are asked for there."""

    mechanism: str
    turn: int
    codes: tuple[str, ...]


PLAINEST = ("b64.plain-text", "line.with-code", "text.trailing-newline", "b64.double", "b64.hex", "b64.quoted")
VALUES = ("text.surrounding-space", "text.utf-16", "text.bom", "text.quotes", "text.trailing-nul", "b64.escaped")
OF_PLAIN = ("plain.no-leading-nul", "plain.separator", "plain.order", *PLAINEST[1:4], *VALUES[:1])
OF_CRAM = ("cram-md5.no-username", "cram-md5.no-space", "cram-md5.digest-form", "cram-md5.password-sent")
HARD_CRAM = ("cram-md5.digest-of-base64", "cram-md5.swapped", "cram-md5.not-hmac", "cram-md5.brackets")
OF_OAUTH = ("oauth.no-bearer", "oauth.separator", "oauth.terminator", "oauth.bare-token", "oauth.wrong-form")
OF_SCRAM = ("scram.gs2-header", "scram.channel-binding", "scram.nonce", "scram.salt", "scram.proof",
            "scram.auth-message", "scram.hash")  # fmt: skip

KINDS: tuple[tuple[Kind, ...], ...] = (
    (Kind("LOGIN", 0, PLAINEST),),
    (Kind("LOGIN", 0, (*PLAINEST, *VALUES)), Kind("LOGIN", 1, (*PLAINEST, *VALUES, "login.swapped"))),
    (Kind("PLAIN", 0, OF_PLAIN), Kind("LOGIN", 0, ("login.swapped", "login.combined", *VALUES))),
    (Kind("CRAM-MD5", 0, OF_CRAM), Kind("XOAUTH2", 0, OF_OAUTH), Kind("PLAIN", 0, (*OF_PLAIN, *VALUES))),
    (Kind("CRAM-MD5", 0, (*OF_CRAM, *HARD_CRAM)), Kind("SCRAM-SHA-256", 1, OF_SCRAM),
     Kind("OAUTHBEARER", 0, OF_OAUTH)),
)  # fmt: skip
"""What is asked, level by level."""
OFFERS = (3, 3, 3, 3, 4)
"""Wrong ones to choose from, level by level."""
_TRIES = 40


def wrong_lines(code: str, scenario: Scenario, due: Due) -> Iterator[bytes]:
    """Every line that this mistake makes of the answer that is due."""
    for slip in LINE_SLIPS:
        if slip.code == code:
            yield from (made.octets for made in slip.make(due.right))
    for slip in TEXT_SLIPS:
        if slip.code == code:
            yield from (b64.encode(made.octets) for made in slip.make(due.right))
    for misconception in due.mechanism.misconceptions:
        if misconception.code == code:
            yield from map(b64.encode, misconception.wrong(scenario, due.turns))


def make(random: Random, level: int) -> Step:
    """One wrong answer. A mistake that cannot be made of the drawn values gives way to another one."""
    for _ in range(_TRIES):
        kind = random.choice(KINDS[level - 1])
        open_id = kind.mechanism in ("XOAUTH2", "OAUTHBEARER")
        name = user(random, 3 if open_id else min(level, 4))
        password = None if open_id else secret(random, min(level, 4))
        cast = Cast(kind.mechanism, authcid=name, password=password)
        scenario = cast.scenario(random.randrange(1 << 30))
        due = due_at(scenario, kind.mechanism, kind.turn)
        code = random.choice(kind.codes)
        lines = [line for line in wrong_lines(code, scenario, due) if line.isascii() and line.decode().isprintable()]
        if not lines:
            continue
        line = random.choice(lines)
        # The checker is the judge: where these octets are another mistake's too, that one is named.
        found = check_answer(due.mechanism, scenario, due.turns, line).diagnoses
        if [each.code for each in found] == [code]:
            return _ask(random, level, kind, scenario, due, found[0], line)
    raise AssertionError("no mistake could be made")


def _ask(random: Random, level: int, kind: Kind, scenario: Scenario, due: Due, diagnosis: Diagnosis,
         line: bytes) -> Step:  # fmt: skip
    code = diagnosis.code
    entry = catalogue.explain(code)
    assert entry is not None
    others = random.sample([each for each in kind.codes if each != code], min(OFFERS[level - 1], len(kind.codes) - 1))
    own = scenario.credentials
    secret_ = "access token" if kind.mechanism in ("XOAUTH2", "OAUTHBEARER") else "password"
    said = [f"{'S' if each.side is Side.SERVER else 'C'}: {each.line.decode()}"
            for each in as_lines(kind.mechanism, due.turns)]  # fmt: skip
    wrong = []
    for other in others:
        what = catalogue.explain(other)
        assert what is not None
        wrong.append(Offer(what.title, f"taken-for.{other}", f"Not that one. {_first(what.long)}"))
    layer = diagnosis.layer.name.lower()
    return choose(
        random,
        "Say what is wrong with the last line.",
        f"The user is `{own.authcid}`, the {secret_} is `{own.password}`. The server will refuse the last line.",
        f"{entry.title}. {diagnosis.summary}",
        [f"Look at the {layer}: that is where it went wrong.", f"The right line has {len(due.text)} characters; "
         f"this one has {len(line)}."],
        _one_section(diagnosis.source),
        entry.title,
        wrong,
        [*said, f"C: {line.decode()}"],
    )  # fmt: skip


def _first(text: str) -> str:
    """The first sentence of a long text."""
    return text.strip().split("\n")[0].split(". ")[0].rstrip(".") + "."


def _one_section(source: str) -> str:
    first = source.split("; ")[0].split(" and ")[0].split(",")[0].replace(" sections ", " section ")
    return "Gmail documentation" if first.startswith("Gm") else first


DRILL = Drill(
    "mistakes.name", "What is wrong with this answer?",
    "A wrong answer is given, its mistake is to be named: encoding first, then PLAIN, CRAM-MD5, SCRAM and OAuth.",
    2, make,
)  # fmt: skip
