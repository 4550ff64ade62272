"""PLAIN's message by hand: NUL, user name, NUL, password; then an authzid, and letters beyond ASCII."""

from random import Random

from tutor.course.drills.base import Drill, made, secret, step, typed, user
from tutor.course.lesson import Cast, Step


def make(random: Random, level: int) -> Step:
    """One answer."""
    # Who may act as whom is the server's to say; the only authzid that every server takes is the user's own name.
    name, password = user(random, level), secret(random, level)
    authzid = name if level >= 4 and random.random() < 0.6 else ""
    initial = level >= 3 and random.random() < 0.6
    acts = " You act as `{authzid}`, and say so: it is your authzid." if authzid else ""
    where = "It goes on the AUTH line." if initial else "The server's challenge is empty; now you answer."
    form = "authzid, NUL, user name, NUL, password" if authzid else "NUL, user name, NUL, password"
    mistakes = [
        typed("{b64 {authcid}{nul}{password}}", "plain.no-leading-nul"),
        made("text.trailing-newline"),
        typed("{b64 {nul}{password}{nul}{authcid}}", "plain.order"),
    ]
    if not authzid:
        mistakes.append(typed("{b64 {nul}{authcid} {password}}", "plain.separator", "plain.nul-count"))
    else:
        mistakes = mistakes[1:2]
    return step(
        "answer",
        "Log in with PLAIN.",
        f"You are `{{authcid}}`, and your password is `{{password}}`.{acts} {where}",
        f"The message is: {form}; {{length {{message}}}} bytes. In Base64: `{{solution}}`",
        [f"The message is: {form}.", "As bytes: `{hex {message}}`."],
        "RFC 4616 section 2; RFC 4954 section 4",
        {"turn": 0, "initial": initial, "exact": True},
        cast=Cast("PLAIN", authcid=name, password=password, authzid=authzid, fresh=random.randrange(1 << 20)),
        mistakes=mistakes,
    )


DRILL = Drill(
    "plain.answer", "AUTH PLAIN by hand",
    "Name and password in one message: short ones first, then the AUTH line, an authzid, and accents.", 2, make,
)  # fmt: skip
