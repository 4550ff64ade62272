"""LOGIN's two answers by hand, whoever logs in, whatever the prompt says."""

from random import Random

from tutor.course.drills.base import Drill, made, secret, step, typed, user
from tutor.course.lesson import Cast, Step

PROMPTS = (("User Name\0", "Password\0"), ("username:", "password:"), ("User:", "Pass:"), ("Login:", "Secret:"))
"""What other servers ask; clients answer by position."""


def make(random: Random, level: int) -> Step:
    """One of the two answers."""
    turn = 0 if level == 1 else random.randrange(2)
    name, password = user(random, level), secret(random, level)
    prompts = random.choice(PROMPTS) if level >= 3 and random.random() < 0.6 else None
    what = ("user name", "{authcid}") if turn == 0 else ("password", "{password}")
    other = "{password}" if turn == 0 else "{authcid}"
    return step(
        "answer",
        "Answer the server's question.",
        "You are `{authcid}`, and your password is `{password}`.",
        f"The {what[0]} alone, in Base64: `{{solution}}`.",
        [f"`334` carries `{{challenge}}`: it is the question for the {what[0]}.",
         f"Its bytes: `{{hex {what[1]}}}`, {{length {what[1]}}} of them."],
        "draft-murchison-sasl-login-00; RFC 4954 section 4",
        {"turn": turn, "initial": False, "exact": True},
        cast=Cast("LOGIN", authcid=name, password=password, prompts=prompts, fresh=random.randrange(1 << 20)),
        mistakes=[
            typed(f"{what[1]}", "b64.plain-text", "b64.accidental"),
            typed(f"{{b64 {other}}}", "login.swapped"),
            typed("{b64 {nul}{authcid}{nul}{password}}", "login.combined"),
            made("text.trailing-newline"),
        ],
    )  # fmt: skip


DRILL = Drill(
    "login.answer", "AUTH LOGIN by hand",
    "The user name or the password, as the prompt wants it: short ones first, then blanks, signs and accents.", 1, make,
)  # fmt: skip
