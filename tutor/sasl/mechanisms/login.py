"""LOGIN: two prompts, two answers (draft-murchison-sasl-login-00; MS-XLOGIN). Obsolete, and everywhere."""

from collections.abc import Iterator

from tutor.diagnosis import Layer
from tutor.sasl.identity import Credentials
from tutor.sasl.mechanism import (
    NAME,
    VALUE,
    Certainty,
    ClientScript,
    Failure,
    Mechanism,
    Misconception,
    Reason,
    Recognition,
    Scenario,
    ServerScript,
    Side,
    Success,
    Turns,
    Usual,
)
from tutor.spans import Field, Span

SOURCE = "draft-murchison-sasl-login-00"
USERNAME_PROMPT, PASSWORD_PROMPT = "username prompt", "password prompt"

# What servers write, letters only and lower case. Clients answer by position, so this is for readers alone.
_KNOWN = {"username": USERNAME_PROMPT, "user name": USERNAME_PROMPT, "user": USERNAME_PROMPT}
_KNOWN |= {
    "login": USERNAME_PROMPT,
    "userid": USERNAME_PROMPT,
    "user id": USERNAME_PROMPT,
    "login name": USERNAME_PROMPT,
}
_KNOWN |= {
    "password": PASSWORD_PROMPT,
    "pass": PASSWORD_PROMPT,
    "passwd": PASSWORD_PROMPT,
    "pass word": PASSWORD_PROMPT,
}
_USER_WORDS = (
    "user", "login", "account", "e-mail", "email", "benutzer", "utilisateur", "identifiant", "usuario", "utente",
)  # fmt: skip
_PASSWORD_WORDS = ("pass", "pwd", "key", "secret", "kennwort", "mot de passe", "contraseña", "clave", "senha", "parola")
_LONGEST_PROMPT = 40


def serve(scenario: Scenario) -> ServerScript:
    """LOGIN, server side: two prompts, then a verdict."""
    username_prompt, password_prompt = scenario.prompts
    username = yield username_prompt
    password = yield password_prompt
    if not scenario.users.verify(username, password):
        return Failure(Reason.CREDENTIALS, "The user name or the password is wrong.")
    return Success(username.decode("utf-8"))


def answer(scenario: Scenario) -> ClientScript:
    """LOGIN, client side: it answers by position and never looks at the prompts' words."""
    credentials = scenario.credentials
    yield None
    yield credentials.authcid.encode("utf-8")
    more = yield (credentials.password or "").encode("utf-8")
    if more is not None:
        return Failure(Reason.MALFORMED, "The server asked a third time; LOGIN asks twice.")
    return Success(credentials.authcid)


def carries(credentials: Credentials) -> str | None:
    """Nothing but lone surrogates stops LOGIN: each value travels alone."""
    for what, value in (("user name", credentials.authcid), ("password", credentials.password or "")):
        if not value.isprintable() and any(0xD800 <= ord(character) <= 0xDFFF for character in value):
            return f"The {what} holds half a character (a lone surrogate), which UTF-8 cannot write."
    if credentials.authzid:
        return "LOGIN has no place for an authzid."
    return None


def fields(side: Side, turn: int, message: bytes) -> list[Field]:
    """The whole message is one field: a prompt, the user name, or the password."""
    whole = Span(0, len(message))
    if side is Side.SERVER:
        words = message.rstrip(b"\0").decode("utf-8", "replace")
        meaning = (
            "The server asks for the password."
            if stage(side, turn, message) == PASSWORD_PROMPT
            else ("The server asks for the user name.")
        )
        if message.endswith(b"\0"):
            meaning += " A NUL stands behind the words; it means nothing."
            return [
                Field("prompt", whole, message.decode("utf-8", "replace"), meaning, SOURCE),
                Field(
                    "words",
                    Span(0, len(message.rstrip(b"\0"))),
                    words,
                    "The words; clients ignore them.",
                    SOURCE,
                    level=1,
                ),
            ]
        return [Field("prompt", whole, words, meaning, SOURCE)]
    value = message.decode("utf-8", "backslashreplace")
    if turn == 0:
        return [Field("username", whole, value, "The user name, alone.", SOURCE)]
    return [
        Field(
            "password", whole, value, "The password, alone and readable for everyone on the way.", SOURCE, secret=True
        )
    ]


def stage(side: Side, turn: int, message: bytes) -> str:
    """By the prompt's words where they are known, else by position."""
    if side is Side.CLIENT:
        return "username" if turn == 0 else "password"
    asked = _asked(message)
    if asked is not None:
        return asked[0]
    return USERNAME_PROMPT if turn == 0 else PASSWORD_PROMPT


def recognises(side: Side, message: bytes, clear: bool) -> Recognition | None:
    """A short text that asks for a name or a password."""
    if side is not Side.SERVER:
        return None
    asked = _asked(message)
    if asked is None:
        return None
    found, exact = asked
    what = "user name" if found == USERNAME_PROMPT else "password"
    if exact:
        return Recognition(found, Certainty.CERTAIN, f"These are words with which LOGIN servers ask for the {what}.")
    return Recognition(found, Certainty.LIKELY, f"It is a short text that seems to ask for a {what}.")


def expects(side: Side, turn: int, message: bytes) -> str:
    """What the other side sends next."""
    if side is Side.SERVER:
        if stage(side, turn, message) == USERNAME_PROMPT:
            return "The Base64 of the user name alone, without a line feed. The prompt's own words do not matter."
        return "The Base64 of the password alone, without a line feed."
    return "334 with the password prompt." if turn == 0 else "235 where both are right, else 535."


def _asked(message: bytes) -> tuple[str, bool] | None:
    """(stage, whether the wording is a known one), or None where it asks for neither."""
    if not 0 < len(message) <= _LONGEST_PROMPT:
        return None
    try:
        words = message.decode("utf-8").rstrip("\0").strip().rstrip(":?").strip().lower()
    except UnicodeDecodeError:
        return None
    if not words.isprintable():
        return None
    if words in _KNOWN:
        return _KNOWN[words], True
    starts = words.replace("enter ", "").replace("your ", "").replace("please ", "")
    if starts.startswith(_PASSWORD_WORDS) and _is_prose(starts):
        return PASSWORD_PROMPT, False
    if starts.startswith(_USER_WORDS) and _is_prose(starts):
        return USERNAME_PROMPT, False
    return None


def _is_prose(words: str) -> bool:
    return all(character.isalpha() or character in " -" for character in words) and not words.endswith("supported")


def _swapped(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    credentials = scenario.credentials
    if credentials.password is not None and credentials.password != credentials.authcid:
        yield (credentials.password if turns.number == 0 else credentials.authcid).encode("utf-8", "surrogatepass")


def _combined(scenario: Scenario, turns: Turns) -> Iterator[bytes]:
    credentials = scenario.credentials
    if credentials.password is None:
        return
    name = credentials.authcid.encode("utf-8", "surrogatepass")
    password = credentials.password.encode("utf-8", "surrogatepass")
    yield b"\0" + name + b"\0" + password
    yield name + b"\0" + name + b"\0" + password
    for separator in (b"\0", b":", b" ", b"\n", b"\r\n", b",", b";", b"\t"):
        yield name + separator + password


MECHANISMS = (
    Mechanism(
        name="LOGIN",
        source=SOURCE,
        first=Side.SERVER,
        initial_response=True,
        plaintext=True,
        serve=serve,
        answer=answer,
        fields=fields,
        stage=stage,
        recognises=recognises,
        expects=expects,
        misconceptions=(
            Misconception(
                "login.swapped",
                "The user name and the password are the wrong way round: LOGIN asks for the name first, "
                "then for the password.",
                SOURCE,
                _swapped,
                fix="Answer the first 334 with the user name and the second with the password.",
                layer=Layer.VALUE,
            ),
            Misconception(
                "login.combined",
                "User name and password came in one answer. LOGIN takes one value at each prompt; "
                "both together is PLAIN.",
                SOURCE,
                _combined,
                fix="Send the user name alone, wait for the next 334, then send the password alone.",
            ),
        ),
        carries=carries,
        takes_initial=lambda scenario: scenario.takes_login_initial_response,
        usual=(Usual(Side.CLIENT, 0, NAME), Usual(Side.CLIENT, 1, b"(?P<secret>%b)" % VALUE)),
    ),
)
