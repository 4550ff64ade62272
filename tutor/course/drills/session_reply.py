"""Which code comes next? The client's lines are shown, the server's reply to the last one is asked for."""

from random import Random

from tutor.course.drills.base import Drill, plain, secret, step, typed, user
from tutor.course.lesson import Cast, Step
from tutor.records import Record
from tutor.smtp import dialects
from tutor.wire import b64


class Scene(Record):
    """Something that a client does, and what it gets for it."""

    level: int
    say: tuple[str, ...]
    """The client's lines; `{right}` is the line that is due, `{wrong}` the answer with another password."""
    after: str
    hint: str
    source: str
    mechanism: str = "LOGIN"
    tls: str = "none"
    fault: str = "none"


EHLO = "EHLO {client}"
SCENES = (
    Scene(1, (), "The server greets with `220`, before anybody else speaks.", "The server is ready.",
          "RFC 5321 section 3.1"),
    Scene(1, (EHLO,), "`250`: it says who it is and what it can do.", "The everyday yes.",
          "RFC 5321 section 4.1.1.1"),
    Scene(1, (EHLO, "AUTH LOGIN"), "`334`: a challenge. The answer goes on the next line.", "It wants more.",
          "RFC 4954 section 4"),
    Scene(1, (EHLO, "QUIT"), "`221`: goodbye, and the connection ends.", "A yes, and an end.",
          "RFC 5321 section 4.1.1.10"),
    Scene(2, (EHLO, "AUTH LOGIN", "{right}"), "`334` again: now the password.", "LOGIN asks twice.",
          "RFC 4954 section 4"),
    Scene(2, (EHLO, "AUTH LOGIN", "{right}", "{right}"), "`235`: logged in.", "A yes that only a login has.",
          "RFC 4954 section 6"),
    Scene(2, (EHLO, "AUTH LOGIN", "{right}", "{wrong}"), "`535`: the credentials are not accepted.",
          "It was another password.", "RFC 4954 section 6"),
    Scene(2, (EHLO, "AUTH CRAM-MD5"), "`334`, and the challenge behind it.", "It wants more.", "RFC 4954 section 4",
          "CRAM-MD5"),
    Scene(3, (EHLO, "AUTH LOGIN", "*"), "`501`: the exchange was cancelled, as the client asked.",
          "`*` is no Base64, and is not meant to be.", "RFC 4954 section 4"),
    Scene(3, (EHLO, "AUTH LOGIN", "no Base64!"), "`501`: it cannot be decoded. That is no question of passwords.",
          "The server never came to the password.", "RFC 4954 section 4"),
    Scene(3, (EHLO, "AUTH NO-SUCH-THING"), "`504`: that mechanism is not offered here.",
          "The command is known, its parameter is not.", "RFC 4954 section 4"),
    Scene(3, ("AUTH LOGIN",), "`503`: AUTH is an extension, and nobody said EHLO.", "Something was left out.",
          "RFC 4954 section 4"),
    Scene(4, (EHLO, "AUTH LOGIN", "{right}", "{right}", "AUTH LOGIN"), "`503`: after one success no AUTH may follow.",
          "It comes at the wrong moment.", "RFC 4954 section 4"),
    Scene(4, (EHLO, "AUTH CRAM-MD5 QUFB"), "`501`: the server speaks first here, so nothing may stand on that line.",
          "CRAM-MD5 has no initial response.", "RFC 4954 section 4", "CRAM-MD5"),
    Scene(4, (EHLO, "STARTTLS"), "`220`: go ahead, TLS begins with the next byte.", "The other meaning of a greeting.",
          "RFC 3207 section 4", "LOGIN", "starttls"),
    Scene(4, (EHLO, "STARTTLS", "AUTH LOGIN"), "`503`: after STARTTLS all that EHLO said is forgotten.",
          "What was said before TLS does not count.", "RFC 3207 section 4.2", "LOGIN", "starttls"),
    Scene(5, (EHLO, "AUTH LOGIN", "{right}", "{right}"), "`454`: not now. The password is not the point.",
          "Its back end is down.", "RFC 4954 section 6", fault="454"),
    Scene(5, (EHLO, "AUTH LOGIN", "{right}", "{right}"), "`534`: this mechanism is too weak for this user.",
          "It wants another mechanism.", "RFC 4954 section 6", fault="534"),
    Scene(5, (EHLO, "AUTH LOGIN", "{right}", "{right}"), "`432`: a password transition is needed.",
          "Log in once with PLAIN over TLS, and then it works.", "RFC 4954 section 6", fault="432"),
    Scene(5, (EHLO, "STARTTLS", EHLO, "AUTH LOGIN", "{right}", "{right}"), "`235`, over TLS.",
          "Everything was done as it should be.", "RFC 4954 section 6", "LOGIN", "starttls"),
)  # fmt: skip
TOLD = {
    "454": "Its back end is down: the server cannot check a password now.",
    "534": "The server finds LOGIN too weak for this user, and says so at the end.",
    "432": "The server's copy of this password must be set anew before LOGIN works.",
}
"""What one must know of a server that fails."""


SHOWN = 5
"""Lines at the end of the session: a list of what EHLO brings must not hide the question."""


def make(random: Random, level: int) -> Step:
    """One scene, with another user and another server each time."""
    scene = random.choice([each for each in SCENES if level - 1 <= each.level <= level])
    name, password = user(random, min(level, 3)), secret(random, min(level, 3))
    other = b64.encode((password + "!").encode()).decode()
    say = tuple(line.replace("{wrong}", other) for line in scene.say)
    dialect = random.choice(dialects.names()) if level > 1 else "plain"
    who = f"The user is `{plain(name)}`, the password is `{plain(password)}`."
    told = [who, *([TOLD[scene.fault]] if scene.fault in TOLD else []), "You see the last lines of the session."]
    return step(
        "predict",
        "Say the code that the server answers." if scene.say else "Say the code with which the server begins.",
        " ".join(told) if scene.say else "You have just connected, and said nothing yet.",
        scene.after,
        [scene.hint, "Is it yes (2), go on (3), not now (4), or no (5)?"],
        scene.source,
        {"dialect": dialect, "fault": scene.fault, "tls": scene.tls, "say": say, "offers": (), "literal": None,
         "last": SHOWN},
        cast=Cast(scene.mechanism, authcid=name, password=password, fresh=random.randrange(1 << 20)),
        mistakes=[typed("999", "lesson.other-class"), typed("abc", "lesson.no-code")],
    )  # fmt: skip


DRILL = Drill(
    "session.reply", "Which code comes next?",
    "A session up to its last line: say the code of the reply. Everyday ones first, then whatever goes wrong.", 1, make,
)  # fmt: skip
