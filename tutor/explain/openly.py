"""Floor 4: the open families of mistakes, recognised by reading because nobody could make them all.

Tried last, when no comparison explained the answer; but for the few that the line shows at
once (an empty line, `*`, a command, the server's own words).
"""

from tutor.diagnosis import Diagnosis, Layer
from tutor.explain import expected
from tutor.explain.candidates import Cause, Due
from tutor.explain.check import accepted, echoed, expected_words, right_command, told, with_command
from tutor.explain.commands import MARKER, SHELL
from tutor.explain.masks import masked
from tutor.explain.reading import Reading, readings
from tutor.explain.text_slips import TEXT_SLIPS
from tutor.explain.values import VALUE_SLIPS, describe, spoken
from tutor.sasl import registry
from tutor.sasl.mechanism import Mechanism, Scenario, Side
from tutor.spans import Span
from tutor.wire.printable import show

COMMANDS = (
    b"AUTH", b"EHLO", b"HELO", b"QUIT", b"MAIL", b"RCPT", b"DATA", b"RSET", b"NOOP", b"STARTTLS", b"VRFY", b"EXPN",
    b"HELP", b"BDAT", b"ETRN", b"TURN", b"LHLO",
)  # fmt: skip
NAME_FIELDS = ("authcid", "username", "user", "n", "a", "authzid")


def at_once(case: Due, text: bytes) -> Diagnosis | None:
    """What the line shows by itself, whatever was due."""
    command = right_command(case)
    if text and not text.strip() and b"" in case.rights:
        return Diagnosis(
            "b64.whitespace", Layer.BASE64, "The answer is an empty line, and here is a blank in it.",
            "Press enter and nothing else.", Span(0, len(text)), None, expected_words(case), "a blank",
            "RFC 4954 section 8",
        )  # fmt: skip
    if not text.strip() or (text == b"=" and case.turns.challenge is None):
        return _empty(case, Span(0, len(text)))
    if text == b"=":
        return Diagnosis(
            "b64.padding", Layer.BASE64, "`=` is an empty answer on the AUTH line alone; here it is one `=` too many.",
            with_command("Behind a 334 an empty answer is an empty line.", command), Span(0, 1), None,
            expected_words(case), "=", "RFC 4954 sections 4 and 8",
        )  # fmt: skip
    if text.strip(b" \t\"'`.") == b"*":
        words = "`*` cancels the exchange; the server answers 501."
        advice = with_command("Send `*` only to give up.", command)
        if text != b"*":
            words, advice = "A `*` cancels only where nothing else stands on its line.", "Send the one character."
        return Diagnosis(
            "line.cancelled", Layer.LINE, words, advice, Span(0, len(text)), None, expected_words(case), "*",
            "RFC 4954 section 4",
        )  # fmt: skip
    if (said := echoed(text, case.turns.challenge)) is not None:
        return said._replace(span=Span(0, len(text)), fix=with_command(said.fix, command))
    framed = _for_a_shell(case, text) or _framed(case, text)
    if framed is not None:
        return framed
    verb = text.split(b" ", 1)[0].split(b":", 1)[0].upper()
    if verb in COMMANDS and _is_command(verb, text, (case.name, case.password)):
        return Diagnosis(
            "line.command", Layer.LINE,
            f"`{verb.decode()}` is a command; the server is waiting for a response and tries to decode it.",
            with_command("Answer the 334 first, or cancel with `*`; then send the command.", command),
            Span(0, len(text)), None, expected_words(case), verb.decode(), "RFC 4954 section 4",
        )  # fmt: skip
    if masked(text) and text not in case.rights and text != case.password:
        return Diagnosis(
            "b64.masked", Layer.BASE64, "The log hid the answer: there is nothing to judge.",
            "Make the log show it (in a private place), or check the answer where it is made.", Span(0, len(text)),
            None, expected_words(case), "a mask", "RFC 4954 section 9",
        )  # fmt: skip
    return None


def _empty(case: Due, span: Span) -> Diagnosis:
    return Diagnosis(
        "line.empty", Layer.LINE, "An empty line was sent where a response was due.",
        with_command("Send the Base64 of the answer.", right_command(case)), span, None, expected_words(case),
        "nothing", "RFC 4954 section 4",
    )  # fmt: skip


def _for_a_shell(case: Due, text: bytes) -> Diagnosis | None:
    """The command that makes the answer, in the place of what it prints."""
    if not SHELL.match(text) or text in (case.name, case.password):
        return None
    return Diagnosis(
        "line.shell", Layer.LINE, "That is a command for a shell. The server wants what it prints.",
        with_command("Run it in a terminal, and send the line that comes out.", right_command(case)),
        Span(0, len(text)), None, expected_words(case), "a command", "RFC 4954 section 4",
    )  # fmt: skip


def _framed(case: Due, text: bytes) -> Diagnosis | None:
    """The right answer with a word in front of it, or two answers on one line: proved by decoding them."""
    from tutor.wire import b64

    front, _, rest = text.strip().rpartition(b" ")
    answer = b64.decode(rest).message
    if not front or not answer or front.split(b" ")[0].upper() in (b"334", b"AUTH"):
        return None
    one_value = case.rights[:1] in ((case.name,), (case.password,))
    other = b64.decode(front).message
    if one_value and other is not None and {other, answer} == {case.name, case.password}:
        return Diagnosis(
            "login.combined", Layer.LINE, "The user name and the password stand on one line.",
            with_command("One question, one answer: send what was asked for alone.", right_command(case)),
            Span(0, len(text)), None, expected_words(case), "two answers", "RFC 4954 section 4",
        )  # fmt: skip
    if answer not in case.rights or other is not None:
        return None
    # A word that we do not know may be a secret.
    known = MARKER.fullmatch(front) is not None or registry.get(front.decode("ascii", "replace").upper()) is not None
    what = f"`{show(front)}`" if known else "something"
    return Diagnosis(
        "line.with-marker", Layer.LINE, f"The answer is right, but {what} stands in front of it.",
        "Send the Base64 alone.", Span(0, len(text) - len(rest)), None, expected_words(case), what,
        "RFC 4954 section 4",
    )  # fmt: skip


def _is_command(verb: bytes, text: bytes, values: tuple[bytes | None, ...]) -> bool:
    if text.upper() in (b"AUTH", b"EHLO", b"HELO") and text not in values:
        return True
    if verb in (b"QUIT", b"DATA", b"RSET", b"NOOP", b"STARTTLS", b"HELP", b"TURN"):
        return text.upper().rstrip() == verb or text[len(verb) : len(verb) + 1] == b" "
    return len(text) > len(verb)


def by_reading(case: Due, text: bytes) -> list[Diagnosis]:
    """The first mistake that a teacher would name, and what lies behind it; never empty."""
    found = [reading for reading in readings(text) if len(reading.writings) <= 3]
    strict = next((reading for reading in found if not reading.writings), None)
    if strict is not None:
        return _strict(case, text, strict, found)
    reading = _meant(case, text, found)
    diagnoses = _of_another(case, reading, told(case, reading, ()))
    if reading.sure:
        diagnoses += message_diagnoses(case, reading)
    return diagnoses


def _strict(case: Due, text: bytes, strict: Reading, found: list[Reading]) -> list[Diagnosis]:
    """Valid Base64 of something else."""
    double = next((reading for reading in found if [w.code for w in reading.writings] == ["b64.double"]), None)
    if double is not None and _readable(double.message):
        padded = strict.message.rstrip(b"\r\n").endswith(b"=")
        if padded or _likeness(double.message, case.rights[0]) > 0.6:
            return told(case, double, ()) + message_diagnoses(case, double)
    if _junk(strict.message) and _word(text):
        plain = next(reading for reading in found if reading.writings and reading.writings[0].code == "b64.accidental")
        return _of_another(case, plain, told(case, plain, ())) + message_diagnoses(case, plain)
    return message_diagnoses(case, strict)


def _of_another(case: Due, reading: Reading, said: list[Diagnosis]) -> list[Diagnosis]:
    """`The value itself` is said of a value that we know; of other words only that they were not encoded."""
    if reading.message in (case.name, case.password, *case.rights):
        return said
    return [
        one._replace(
            summary=one.summary.replace(
                "the value itself was sent, without encoding it", "plain words were sent"
            ).replace("The value itself was sent", "Plain words were sent")
        )
        for one in said
    ]


def _meant(case: Due, text: bytes, found: list[Reading]) -> Reading:
    """Of the readings of what is no Base64, the likeliest."""
    plain = next(reading for reading in found if reading.writings[0].code in ("b64.plain-text", "b64.accidental"))
    others = [reading for reading in found if reading is not plain]
    for reading in others:
        if reading.sure and (_readable(reading.message) or any(_explains(case, reading.message))):
            return reading
    from tutor.wire import b64

    damaged = next((reading for reading in others if not reading.sure), None)
    near = [b64.encode(right) for right in case.rights if right]
    if damaged is not None and any(right in text or _likeness(text, right) >= 0.6 for right in near):
        return damaged
    if _prose(text):
        return plain
    return damaged or (others[0] if others else plain)


def _explains(case: Due, message: bytes) -> list[bool]:
    return [message == right or message.startswith(right[:2]) for right in case.rights if right]


def _prose(text: bytes) -> bool:
    """Whether a line that is no Base64 looks like a word, a name or a password that somebody typed."""
    try:
        words = text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return words.isprintable()


def _word(text: bytes) -> bool:
    """Whether valid Base64 looks like a plain word: one case, but for a capital in front, digits at the end."""
    import re

    return re.fullmatch(rb"[A-Za-z]?[a-z]+[0-9]*|[A-Z]+[0-9]*", text) is not None


def _junk(message: bytes) -> bool:
    try:
        return not message.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return True


def _readable(message: bytes) -> bool:
    """Text, perhaps with NULs or line ends between its parts."""
    try:
        text = message.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(text) and all(letter.isprintable() or letter in "\0\r\n\t\x01" for letter in text)


def _likeness(one: bytes, other: bytes) -> float:
    from difflib import SequenceMatcher

    if len(one) > 2000 or len(other) > 2000:
        return float(one[:200] == other[:200])
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def message_diagnoses(case: Due, reading: Reading) -> list[Diagnosis]:
    """What is wrong with a message that no comparison explained: text, structure, value."""
    message = reading.message
    if message in case.rights or accepted(case, message):
        return []
    if not message and reading.writings:
        return [_empty(case, Span(reading.end, reading.end))]
    worn = _text_mistake(case, reading)
    if worn is not None:
        return worn
    values = by_values(case, reading) or by_server(case, reading)
    if values:
        return values
    if case.mechanism.reads is not None:
        said = case.mechanism.reads(case.scenario, case.turns, message)
        if said is not None:
            return [placed(case, reading, said)]
    return [_another(case, reading)]


def placed(case: Due, reading: Reading, said: Diagnosis) -> Diagnosis:
    """A mechanism's own diagnosis, which knows the message alone, with its place in the line."""
    span = reading.span(said.message_span)
    return said._replace(span=span, fix=with_command(said.fix, right_command(case)))


def _text_mistake(case: Due, reading: Reading) -> list[Diagnosis] | None:
    """A text mistake around a value that is wrong too: take it off, and judge what is left."""
    from tutor.explain.textual import undone

    for cause, inner in undone(case, reading.message):
        diagnoses = told(case, reading._replace(writings=()), (cause,))
        if inner is None:
            return diagnoses
        rest = reading._replace(message=inner, data=None, writings=())
        return diagnoses + [said._replace(message_span=None) for said in message_diagnoses(case, rest)]
    return None


def by_values(case: Due, reading: Reading) -> list[Diagnosis]:
    """The right form around another name or password: proved by making the answer with those values."""
    message = reading.message
    names, secrets = guesses(case, message)
    own = case.password
    for name, password in (
        *((name, own) for name in names), *((case.name, secret) for secret in secrets),
        *((name, secret) for name in names for secret in secrets),
    ):  # fmt: skip
        changed = expected.with_values(case.scenario, name, password)
        if password and not carried(case.mechanism, changed):
            continue
        if expected.own_answers(case.mechanism, changed, case.turns) != message:
            continue
        said = []
        if name != case.name:
            said.append(value_diagnosis(case, reading, expected.NAME, case.name, name))
        if password is not None and password != own:
            said.append(value_diagnosis(case, reading, expected.PASSWORD, own, password))
        if said:
            return said
    return []


def by_server(case: Due, reading: Reading) -> list[Diagnosis]:
    """A damaged value inside a digest of another client, which orders and quotes otherwise than ours.

    The whole message cannot be compared then; but our server says yes to it, once its user
    has the damaged name or password.
    """
    if case.mechanism.plaintext or case.mechanism.first is Side.CLIENT or case.password is None:
        return []
    if expected.judged(case.mechanism, case.scenario, case.turns, reading.message) is not False:
        return []
    names, _ = guesses(case, reading.message)
    other = next((name for name in names if name != case.name), None) if case.name not in names else None
    said = [value_diagnosis(case, reading, expected.NAME, case.name, other)] if other is not None else []
    if _fits(case, reading, other, None):
        return said
    for slip in (*TEXT_SLIPS, *VALUE_SLIPS):
        for made in slip.make(case.password) if slip.code != "value.domain" else ():
            if _fits(case, reading, other, made.octets):
                words = spoken(made.words, expected.PASSWORD)
                cause = Cause(slip.code, slip.layer, words, slip.advice, slip.source)
                return told(case, reading._replace(writings=()), (cause,)) + said
    return []


def _fits(case: Due, reading: Reading, name: bytes | None, password: bytes | None) -> bool:
    changed = expected.with_values(case.scenario, name, password)
    return expected.judged(case.mechanism, changed, case.turns, reading.message) is True


def carried(mechanism: Mechanism, scenario: Scenario) -> bool:
    """Whether the mechanism can carry these credentials at all."""
    return mechanism.carries is None or mechanism.carries(scenario.credentials) is None


def guesses(case: Due, message: bytes) -> tuple[list[bytes], list[bytes]]:
    """Names and secrets that the message may hold, by its fields."""
    names: list[bytes] = []
    secrets: list[bytes] = []
    for field in case.mechanism.fields(Side.CLIENT, case.turns.number, message):
        octets = message[field.span.start : field.span.end]
        value = field.value.encode("utf-8", "surrogatepass")
        into = secrets if field.secret else names if field.name in NAME_FIELDS else None
        if into is not None:
            into += [found for found in (octets, value) if found not in into]
            if field.secret and value.lower().startswith(b"bearer "):
                into.append(value[7:])
    return names, secrets


def value_diagnosis(case: Due, reading: Reading, what: str, right: bytes | None, found: bytes) -> Diagnosis:
    """A wrong value in words, and where it stands."""
    said = describe(what, right, found, case.name)
    at = reading.message.find(found) if found else -1
    inside = Span(at, at + len(found)) if at != -1 else None
    return Diagnosis(
        said.code, said.layer, said.words, with_command(said.advice, right_command(case)), reading.span(inside),
        inside, expected_words(case), f"{len(found)} bytes", said.source,
    )  # fmt: skip


def misshapen(case: Due, reading: Reading) -> Diagnosis | None:
    """A message that has not even the form of what was due; None where it has, or where nobody can tell."""
    message, mechanism = reading.message, case.mechanism
    whole = Span(0, len(message))
    if case.rights and not case.rights[0]:
        words = f"An empty line is due here, and {len(message)} byte{'s'[: len(message) != 1]} came."
        advice = "Send an empty line: it says that the server's last message was understood."
    elif (
        not case.rights
        or mechanism.recognises(Side.CLIENT, case.rights[0], False) is None
        or mechanism.recognises(Side.CLIENT, message, False) is not None
    ):
        return None
    else:
        words = f"This does not have the form of {mechanism.name}'s message."
        challenge = case.turns.challenge
        number = sum(turn.side is Side.SERVER for turn in case.turns.said)
        due = mechanism.expects(Side.SERVER, max(number - 1, 0), challenge or b"")
        advice = f"What is due: {due}"
    return Diagnosis(
        "structure.form", Layer.STRUCTURE, words, with_command(advice, right_command(case)), reading.span(whole), whole,
        expected_words(case), f"{len(message)} bytes", mechanism.source,
    )  # fmt: skip


def _another(case: Due, reading: Reading) -> Diagnosis:
    """Nothing explains it: say whether the form is wrong, and else which of the two values it must be."""
    form = misshapen(case, reading)
    if form is not None:
        return form
    names, _ = guesses(case, reading.message)
    if names and case.name not in names:
        return value_diagnosis(case, reading, expected.NAME, case.name, names[0])
    if not expected.needs_password(case.mechanism, case.scenario, case.turns):
        return value_diagnosis(case, reading, expected.NAME, case.name, reading.message)
    whole = Span(0, len(reading.message))
    return Diagnosis(
        "value.password", Layer.VALUE, "The user name is right, but the rest does not fit this password.",
        with_command("Type the password again, and answer this very challenge.", right_command(case)),
        reading.span(whole), whole, expected_words(case), "", "RFC 4954 section 4",
    )  # fmt: skip
