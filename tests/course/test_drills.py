"""Every drill, whatever it draws: it can be passed, by what the standard library says too, and it gets harder."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from random import Random
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor import reference
from tutor.course import drills, inspection
from tutor.course.drawn import question
from tutor.course.drill import LEVELS, TASKS, DrillRun, skills
from tutor.course.drills import codes_meaning
from tutor.course.kinds.base import Play
from tutor.course.lesson import Lesson, Step
from tutor.course.opening import special
from tutor.course.progress import Progress
from tutor.course.review import SOON, ReviewRun, due, items
from tutor.course.run import LessonRun

SKILLS = drills.names()
SEEDS = st.integers(0, 1 << 40)
LEVEL = st.integers(1, LEVELS)
MANY = range(24)


def as_lesson(step: Step) -> Lesson:
    return Lesson(step.id, "A drill", "", 1, (step,), 0, "drill")


def task(skill: str, level: int, seed: int) -> Play:
    """A task of that drill, being played."""
    return LessonRun(as_lesson(drills.make(skill, level, Random(seed))), seed % 97).play


def right_choice(play: Play) -> str:
    (right,) = (option.text for option in play.choices() if option.key in play.solution())
    return right


def quoted(text: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]*)`", text)


# All of them


def test_a_file_is_a_drill_and_its_name_is_its_skill() -> None:
    assert len(SKILLS) >= 11
    for drill in drills.each():
        assert drill.skill in SKILLS
        assert special(f"drill:{drill.skill}")
        assert 1 <= drill.since <= LEVELS
        assert drill.title
        assert drill.about.endswith(".")
    assert set(SKILLS) <= set(skills())
    assert {drill.skill for drill in drills.below("base64")} == {"base64.decode", "base64.encode", "base64.sight"}
    assert drills.below("bas") == []
    with pytest.raises(KeyError, match=r"session\.order"):
        drills.get("knitting")


@pytest.mark.parametrize("skill", SKILLS)
@given(level=LEVEL, seed=SEEDS)
@settings(max_examples=7)
def test_a_task_holds_all_that_a_lesson_must_hold(skill: str, level: int, seed: int) -> None:
    # Its solution passes, its named mistakes get their codes, hints do not give it away, nothing passes by default.
    step = drills.make(skill, level, Random(seed))
    assert [fault.sentence for fault in inspection.inspect(as_lesson(step), [seed % 97])] == []
    assert step.source
    assert len(step.hints) >= 2


@pytest.mark.parametrize("skill", SKILLS)
@given(level=LEVEL, seed=SEEDS, text=st.text(min_size=6, max_size=40))
@settings(max_examples=15)
def test_random_input_never_passes(skill: str, level: int, seed: int, text: str) -> None:
    play = task(skill, level, seed)
    if text not in play.solution() and text.casefold() not in [option.text.casefold() for option in play.choices()]:
        play.submit(text)
        assert not play.passed


@pytest.mark.parametrize("skill", SKILLS)
def test_equal_seeds_make_equal_tasks_and_others_make_others(skill: str) -> None:
    for level in range(1, LEVELS + 1):
        assert drills.make(skill, level, Random(4)) == drills.make(skill, level, Random(4))
        seen = {question(drills.make(skill, level, Random(seed)), 0) for seed in MANY}
        # Few codes and few mechanisms there are; what is typed is another text nearly every time.
        assert len(seen) >= (3 if task(skill, level, 0).INPUT in ("choice", "text") else 20), level


@pytest.mark.parametrize("skill", SKILLS)
def test_each_level_is_harder_than_the_one_before(skill: str) -> None:
    known: set[str] = set()
    length, offers = 0.0, 0.0
    for level in range(1, LEVELS + 1):
        plays = [task(skill, level, seed) for seed in MANY]
        # What there is to know: the right choices, or the goals; of an exchange, what is said when it is over.
        asked = {right_choice(play) if play.INPUT == "choice" else play.step.goal + play.step.after for play in plays}
        longer = mean(len("".join(play.solution())) for play in plays)
        more = mean(len(play.choices()) for play in plays)
        typed = plays[0].step.kind in ("encode", "decode", "answer", "order")
        if typed:
            assert longer > length, level
        else:
            assert asked - known or more > offers, level
            assert more >= offers - 0.2, level
        length, offers = longer, more
        known |= asked


def test_the_digest_is_given_at_first_and_the_challenge_read_for_one_a_little_longer() -> None:
    for level in range(1, LEVELS + 1):
        play = task("cram-md5.answer", level, 7)
        shown = play.fill(play.step.before)
        assert (play.names["digest"].decode() in shown) is (level <= 2)
        assert (play.names["challenge"].decode() in shown) is (level in (2, 3))


# What is right, by other means than ours


@given(level=LEVEL, seed=SEEDS)
def test_encoding_is_what_the_standard_library_encodes(level: int, seed: int) -> None:
    play = task("base64.encode", level, seed)
    (value,) = quoted(play.fill(play.step.goal))
    assert play.solution() == [base64.b64encode(value.encode()).decode()]
    assert value.isascii() is (level < 5)


@given(level=LEVEL, seed=SEEDS)
def test_decoding_is_what_the_standard_library_decodes(level: int, seed: int) -> None:
    play = task("base64.decode", level, seed)
    text = play.lines()[-1].line.split()[-1]
    assert play.solution() == [base64.b64decode(text, validate=True).decode().replace("\0", "\\0")]


def who(play: Play) -> list[str]:
    """User, password and what else is told in front of an answer."""
    return quoted(play.fill(play.step.before))


@given(level=LEVEL, seed=SEEDS)
def test_login_wants_the_name_and_then_the_password(level: int, seed: int) -> None:
    play = task("login.answer", level, seed)
    asked = sum(line.line.startswith(b"334 ") for line in play.lines())
    assert play.solution() == [base64.b64encode(who(play)[asked - 1].encode()).decode()]


@given(level=LEVEL, seed=SEEDS)
def test_plain_has_two_nuls(level: int, seed: int) -> None:
    play = task("plain.answer", level, seed)
    name, password, *authzid = who(play)
    message = f"{''.join(authzid)}\0{name}\0{password}".encode()
    assert play.solution() == [base64.b64encode(message).decode()]


@given(level=LEVEL, seed=SEEDS)
def test_cram_md5_is_an_hmac(level: int, seed: int) -> None:
    play = task("cram-md5.answer", level, seed)
    name, password, *_ = who(play)
    challenge = base64.b64decode(play.lines()[-1].line.split()[-1])
    digest = hmac.new(password.encode(), challenge, hashlib.md5).hexdigest()
    assert play.solution() == [base64.b64encode(f"{name} {digest}".encode()).decode()]


def scram_values(play: Play) -> dict[str, bytes]:
    """The values of RFC 5802 section 3, by hashlib."""
    hash = {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256", "SCRAM-SHA-512": "sha512"}[play.step.cast.mechanism]
    own, scenario = play.scenario.credentials, play.scenario
    nonce = scenario.client_nonce + scenario.server_nonce
    bare = b"n=" + own.authcid.encode() + b",r=" + scenario.client_nonce
    first = b"r=%b,s=%b,i=%d" % (nonce, base64.b64encode(scenario.salt), scenario.iterations)
    final = b"c=biws,r=" + nonce
    salted = hashlib.pbkdf2_hmac(hash, (own.password or "").encode(), scenario.salt, scenario.iterations)
    key = hmac.digest(salted, b"Client Key", hash)
    signature = hmac.digest(hashlib.new(hash, key).digest(), b",".join((bare, first, final)), hash)
    proof = bytes(left ^ right for left, right in zip(key, signature, strict=True))
    return {"first": first, "bare": bare, "final": final, "key": key, "signature": signature, "proof": proof}


@given(level=LEVEL, seed=SEEDS)
@settings(max_examples=60)
def test_scram_is_what_hashlib_computes(level: int, seed: int) -> None:
    play = task("scram.fields", level, seed)
    values, scenario, (answer,) = scram_values(play), play.scenario, play.solution()
    goal = play.fill(play.step.goal)
    shown = play.fill(play.step.before)
    if "first message" in shown:
        assert values["first"].decode() in shown
    expected = {
        "Say the client's nonce.": scenario.client_nonce.decode(),
        "Say how many iterations the server wants.": str(scenario.iterations),
        "Say the salt, as it stands in the message.": base64.b64encode(scenario.salt).decode(),
        "Say the server's own part of the nonce.": scenario.server_nonce.decode(),
        "Say the salt in hexadecimal.": scenario.salt.hex(),
        "Say what stands behind `c=` in the client's last message.": "biws",
        "Write the client's last message, without its proof.": values["final"].decode(),
        "Say the first byte of the ClientProof, in hexadecimal.": values["proof"][:1].hex(),
        "Say the first byte of the ClientKey that the server computes, in hexadecimal.": values["key"][:1].hex(),
    }
    assert answer == expected[goal]
    if level == 5 and "XOR" in play.step.after:
        given = {int(word, 16) for word in quoted(shown)}
        assert given <= {values["key"][0], values["signature"][0], values["proof"][0]}


BEGINS = {
    "LOGIN asks for the user name": r"334 VXNl",
    "LOGIN asks for the password": r"334 UGFz",
    "A challenge of CRAM-MD5: `<` and a digit": r"334 PD[AEIMQUYcgk]",
    "PLAIN: a NUL, then the user name": r"A[GH]",
    "XOAUTH2: `user=` and a token": r"dXNl",
    "SCRAM begins: `n,,` and the user name": r"biws",
    "SCRAM's server: its nonce, `r=`": r"334 cj[01]",
    "SCRAM's proof: `c=` in front": r"Yz1i",
    "SCRAM's server proves itself: `v=`": r"334 dj[01]",
    "A challenge of DIGEST-MD5: `nonce=`": r"334 bm9u",
    "DIGEST-MD5's server proves itself: `rspauth=`": r"334 cnNw",
    "OAUTHBEARER: `n,a=` and an address": r"bixh",
}
"""What each of them begins with, by hand from the Base64 table of RFC 4648 section 4."""


@given(level=LEVEL, seed=SEEDS)
def test_what_is_known_at_sight_is_so(level: int, seed: int) -> None:
    play = task("base64.sight", level, seed)
    (shown,) = re.findall(r"^    (.*)$", play.fill(play.step.before), re.MULTILINE)
    matching = [words for words, begins in BEGINS.items() if re.match(begins, shown)]
    assert matching == [right_choice(play)]


LOOKS = {
    "LOGIN": rb"S(Username|Password):",
    "CRAM-MD5": rb"S<\d+\.\d+@[\w.]+>|C\S+ [0-9a-f]{32}",
    "DIGEST-MD5": rb'S(nonce=".*algorithm=md5-sess|rspauth=[0-9a-f]{32})|Ccharset=utf-8,username=".*',
    "PLAIN": rb"C\0[^\0]+\0[^\0]+",
    "SCRAM": rb"S(r=.*,s=.*,i=\d+|v=[\w+/=]+)|C(n,,n=.*,r=\w+|c=biws,r=\w+,p=[\w+/=]+)",
    "SCRAM-PLUS": rb"Cp=tls-server-end-point,,n=.*,r=\w+",
    "XOAUTH2": rb"Cuser=[^\x01]+\x01auth=Bearer [^\x01]+\x01\x01",
    "OAUTHBEARER": rb"Cn,a=[^\x01]+,\x01(host|port)=.*\x01auth=Bearer [^\x01]+\x01\x01",
}


@given(level=LEVEL, seed=SEEDS)
def test_a_mechanism_is_recognised_by_what_its_rfc_says(level: int, seed: int) -> None:
    play = task("mechanism.recognise", level, seed)
    (line,) = play.lines()
    message = base64.b64decode(line.line.split()[-1], validate=True)
    side = b"S" if line.line.startswith(b"334 ") else b"C"
    assert [name for name, look in LOOKS.items() if re.fullmatch(look, side + message, re.DOTALL)] == [
        right_choice(play)
    ]


def hexed(line: bytes, value: bytes) -> bool:
    return bytes.fromhex(re.sub(r"0x|\\x|[^0-9a-fA-F]", "", line.decode())) == value


def again_and_again(line: bytes, value: bytes) -> bool:
    right = base64.b64encode(value).rstrip(b"=")
    once = base64.b64decode(line)
    return right in once or right in base64.b64decode(once.strip() + b"==")


Holds = Callable[[bytes, bytes, str, str], bool]
MADE: dict[str, Holds] = {
    "b64.plain-text": lambda line, value, name, secret: line == value,
    "line.with-code": lambda line, value, name, secret: line.startswith(b"334"),
    "text.trailing-newline": lambda line, value, name, secret: base64.b64decode(line).rstrip(b"\r\n") == value,
    "b64.double": lambda line, value, name, secret: again_and_again(line, value),
    "b64.hex": lambda line, value, name, secret: hexed(line, value),
    "b64.quoted": lambda line, value, name, secret: base64.b64encode(value) in line and line[:1] in b"\"'`<b[",
    "text.utf-16": lambda line, value, name, secret: base64.b64decode(line).replace(b"\0", b"").strip(b"\xff\xfe")
    == value,
    "text.bom": lambda line, value, name, secret: base64.b64decode(line) == b"\xef\xbb\xbf" + value,
    "text.trailing-nul": lambda line, value, name, secret: base64.b64decode(line).rstrip(b"\0") == value,
    "login.swapped": lambda line, value, name, secret: base64.b64decode(line).decode() in (name, secret),
    "plain.no-leading-nul": lambda line, value, name, secret: base64.b64decode(line) == value[1:],
    "plain.order": lambda line, value, name, secret: {name, secret} <= set(base64.b64decode(line).decode().split("\0")),
    "cram-md5.no-username": lambda line, value, name, secret: len(base64.b64decode(line).split()) == 1,
    "cram-md5.password-sent": lambda line, value, name, secret: secret.encode() in base64.b64decode(line),
}  # fmt: skip


def test_the_mistake_that_is_to_be_named_was_made() -> None:
    from tutor.explain import catalogue

    titles = {entry.title: entry.code for entry in catalogue.entries()}
    seen: dict[str, int] = {}
    for level in range(1, LEVELS + 1):
        for seed in range(70):
            play = task("mistakes.name", level, seed)
            code = titles[right_choice(play)]
            seen[code] = seen.get(code, 0) + 1
            name, secret = quoted(play.fill(play.step.before))[:2]
            said = [line.line for line in play.lines()]
            if code not in MADE:
                continue
            if said[0] == b"AUTH LOGIN":
                value = (name if len(said) == 3 else secret).encode()
            elif said[0] == b"AUTH PLAIN":
                value = f"\0{name}\0{secret}".encode()
            else:
                value = b""
            assert MADE[code](said[-1], value, name, secret), (code, said)
    assert set(MADE) <= set(seen)
    assert len(seen) >= 30


CODES = {
    "AUTH LOGIN": "334", "AUTH CRAM-MD5": "334", "AUTH NO-SUCH-THING": "504", "QUIT": "221", "STARTTLS": "220",
    "*": "501", "no Base64!": "501", "AUTH CRAM-MD5 QUFB": "501", "EHLO client.example.org": "250",
}  # fmt: skip
"""What RFC 4954, RFC 5321 and RFC 3207 have answered to a client's last line."""


@given(level=LEVEL, seed=SEEDS)
def test_the_reply_is_the_one_of_the_rfc(level: int, seed: int) -> None:
    play = task("session.reply", level, seed)
    said = [line.line.decode() for line in play.lines()]
    client = [line for line in said if not re.match(r"\d{3}[ -]", line)]
    (code,) = play.solution()
    assert len(said) <= 5, "the question is seen without scrolling"
    assert quoted(play.step.after)[0] == code, "what is said afterwards is about this very code"
    if not client:
        assert code == "220"
    elif client[-1].startswith("AUTH ") and (
        (said[0].startswith("220") and "EHLO client.example.org" not in client)  # the whole session is seen
        or said[-2].startswith("235")
        or (len(client) > 1 and client[-2] == "STARTTLS")
    ):
        assert code == "503"
    elif client[-1] in CODES:
        assert code == CODES[client[-1]]
    else:
        name, password = quoted(play.fill(play.step.before))[:2]
        answer = base64.b64decode(client[-1]).decode()
        told = play.fill(play.step.before)
        if answer == name:
            assert code == "334"
        elif answer != password:
            assert code == "535"
        else:
            failing = {"back end": "454", "too weak": "534", "set anew": "432"}
            assert code == next((code for word, code in failing.items() if word in told), "235")


@given(level=LEVEL, seed=SEEDS)
def test_a_session_begins_with_its_greeting_and_ends_with_goodbye(level: int, seed: int) -> None:
    play = task("session.order", level, seed)
    texts = {option.key: option.text.strip("`") for option in play.choices()}
    order = [texts[key] for key in play.solution()[0].split()]
    before = (
        (r"C: EHLO", r"C: AUTH"), (r"S: 220", r"C: AUTH"), (r"C: AUTH", r"S: 334"), (r"C: AUTH", r"S: 235"),
        (r"S: 334", r"S: 235"), (r"S: 235", r"C: QUIT"), (r"C: QUIT", r"S: 221"), (r"C: STARTTLS", r"C: AUTH"),
        (r"S: 334 VXNlcm5hbWU6", r"S: 334 UGFzc3dvcmQ6"),
    )  # fmt: skip
    for first, then in before:
        places = [n for n, line in enumerate(order) if line.startswith(first)]
        others = [n for n, line in enumerate(order) if line.startswith(then)]
        assert not places or not others or max(places) < max(others), (first, then, order)
    assert len(order) >= 4


def test_codes_that_stand_together_are_those_of_the_reference() -> None:
    for number, code, source in codes_meaning.PAIRS:
        entry, enhanced = reference.code(number), reference.enhanced(code)
        assert entry is not None
        assert enhanced is not None
        assert code in entry.enhanced
        assert number in enhanced.replies
        assert source.startswith("RFC 4954 section ")


@given(level=LEVEL, seed=SEEDS)
def test_a_code_says_what_the_reference_says(level: int, seed: int) -> None:
    play = task("codes.meaning", level, seed)
    right = right_choice(play).strip("`")
    goal, shown = play.fill(play.step.goal), play.fill(play.step.before)
    asked = quoted(goal)

    def says(code: str) -> str:
        entry = reference.enhanced(code) if "." in code else reference.code(int(code))
        assert entry is not None
        return entry.short

    if goal.startswith("Say what"):
        assert right == says(asked[0])
    elif asked:
        assert (int(asked[0]), right) in [(number, code) for number, code, _ in codes_meaning.PAIRS]
        assert right[0] == asked[0][0]
    else:
        assert says(right) == shown


# Runs


@pytest.mark.parametrize("skill", ["", "base64", *SKILLS])
def test_no_task_comes_twice_running(skill: str) -> None:
    for seed in range(3):
        run = DrillRun(skill, 1 + seed * 2, seed)
        last: tuple[str, ...] = ()
        for _ in range(TASKS):
            now = question(run.lesson.steps[run.position], run.seed)
            assert now != last
            last = now
            for line in run.solution():
                run.submit(line)
            assert run.passed
            run.next()


def test_all_drills_are_among_the_others_sooner_or_later() -> None:
    seen: set[str] = set()
    lessons = 0
    for seed in range(12):
        run = DrillRun("", LEVELS, seed)
        while not run.finished:
            origin, skill = run.origin(run.position), run.play.step.skill
            seen |= {skill} if origin == drills.LESSON else set()
            lessons += origin != drills.LESSON
            run.skip()
    assert seen == set(SKILLS)
    assert lessons


def test_beginners_are_not_asked_for_scram() -> None:
    late = {drill.skill for drill in drills.each() if drill.since > 1}
    for seed in range(8):
        run = DrillRun("", 1, seed)
        while not run.finished:
            assert run.play.step.skill not in late or run.origin(run.position) != drills.LESSON
            run.skip()


class Clock:
    now = 1.7e9

    def __call__(self) -> float:
        self.now += 1
        return self.now


def test_a_mistake_in_a_drill_comes_back_with_other_values() -> None:
    clock = Clock()
    progress = Progress(":memory:", clock)
    run = DrillRun("login.answer", 3, 5, progress)
    run.submit(base64.b64encode(who(run.play)[0].encode() + b"\n").decode())
    run.submit(base64.b64encode(who(run.play)[1].encode() + b"\n").decode())
    assert ("drill", "login.answer@3") in {(lesson, step) for lesson, step, *_ in progress.mistakes()}
    clock.now += SOON
    cards = due(progress)
    assert "mistake:text.trailing-newline" in cards
    assert {item.drawn.step.id for item in items(progress)} == {"login.answer@3"}
    reviews = [ReviewRun(seed, progress) for seed in range(2)]
    told = [[line.line for line in review.play.lines()] + who(review.play) for review in reviews]
    assert told[0] != told[1] != [line.line for line in run.play.lines()] + who(run.play)
    for line in reviews[0].solution():
        reviews[0].submit(line)
    assert reviews[0].passed
    reviews[0].next()
    assert reviews[0].finished


def test_a_skill_of_a_drill_alone_is_due_one_day() -> None:
    clock = Clock()
    progress = Progress(":memory:", clock)
    run = DrillRun("scram.fields", 2, 5, progress)
    for line in run.solution():
        run.submit(line)
    clock.now += 60 * 86400.0
    assert [item.card for item in items(progress)] == ["scram.fields"]


def test_what_no_drill_makes_any_more_is_passed_over() -> None:
    assert drills.again("no-such.drill@3", Random(1)) is None
    assert drills.again("login.answer", Random(1)) is None
    assert drills.again("login.answer@x", Random(1)) is None
    step = drills.again("login.answer@99", Random(1))
    assert step is not None
    assert step.id == "login.answer@5"
