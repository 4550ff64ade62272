"""Floor 4: why an answer is wrong, proved by comparison wherever it can be.

The line is read in every way that it might have been meant; each message that comes out is
compared with the right one, with what one mistake makes of it, and with what two common
mistakes make of it. The fewest mistakes that explain everything win; among equals, the code
that stands higher in the table. Only then come the mistakes that are recognised by reading.
"""

from tutor.diagnosis import Diagnosis, Layer, Verdict
from tutor.explain import expected
from tutor.explain.candidates import ECHO_ADVICE, ECHO_SOURCE, Candidate, Cause, Due, due, pairs, singles
from tutor.explain.catalogue import rank
from tutor.explain.reading import Reading, Writing, readings, words_of
from tutor.explain.slips import CASE_ADVICE, LINE_SLIPS, case_words
from tutor.sasl.mechanism import Mechanism, Scenario, Side, Turns
from tutor.spans import Span
from tutor.wire import b64

LONGEST_LINE = 12288
"""Octets with CRLF: what a server must take of a response (RFC 4954 section 4)."""
LONGEST_COMMAND = 512
"""Octets with CRLF: what it must take of the AUTH line (RFC 5321 section 4.5.3.1.4)."""


OPEN = frozenset(("b64.alphabet", "b64.padding", "b64.length", "b64.whitespace"))
"""Open families: no function makes them all, so they are recognised by reading, and tried last."""


def check_answer(mechanism: Mechanism, scenario: Scenario, turns: Turns, text: bytes) -> Verdict:
    """Judge one answer: `text` is the line as the client sent it, without CRLF.

    `turns` is what was said before it. Where the server has said nothing yet, `text` is the
    initial response of the AUTH line, and `=` means an empty one (RFC 4954 section 8).
    Spans in the diagnoses count characters of `text` and bytes of the message. `correct` is
    None where the password is needed and not known, or where a log hid the answer.
    """
    from tutor.explain.unknown import without_password

    on_auth_line = turns.challenge is None
    turns = expected.settled(mechanism, turns)
    scenario = expected.adopted(mechanism, scenario, turns)
    message = b"" if on_auth_line and text == b"=" else b64.decode(text).message
    if message is not None:
        scenario = expected.adopted(mechanism, scenario, turns, message)
    length = len(text) + 2 + (len(f"AUTH {mechanism.name} ") if on_auth_line else 0)
    if length > (LONGEST_COMMAND if on_auth_line else LONGEST_LINE):
        return Verdict(False, (too_long(mechanism, length, on_auth_line),))
    case = due(mechanism, scenario, turns)
    if scenario.credentials.password is None and expected.needs_password(mechanism, scenario, turns):
        return spell(without_password(case, text), text)
    return spell(with_password(case, text, message), text)


def with_password(case: Due, text: bytes, message: bytes | None) -> Verdict:
    """The judgement where everything that decides the right answer is known."""
    if message is not None and message in case.rights:
        return Verdict(True)
    if message is not None and accepted(case, message):
        return Verdict(True)
    if not case.rights:
        # Nothing can be right here: the server asked what nobody can answer, so giving up is.
        return Verdict(True if text == b"*" else None)
    if text == b"*" and case.rights == (b"\x01",):
        return Verdict(True)  # RFC 7628 section 3.2.3: the error may also be acknowledged by giving up
    from tutor.explain.openly import at_once, by_reading

    certain = at_once(case, text)
    if certain is not None:
        return Verdict(None if certain.code == "b64.masked" else False, (certain,))
    diagnoses = by_comparison(case, text) or by_reading(case, text)
    return Verdict(False, tuple(diagnoses))


def accepted(case: Due, message: bytes) -> bool:
    """Whether our server takes another message than ours, and no stricter one would mind it."""
    if message.endswith((b"\n", b"\r")):
        return False  # a server may look past a line end behind the last value; another one compares it
    if case.mechanism.reads is not None and case.mechanism.reads(case.scenario, case.turns, message) is not None:
        return False
    return expected.judged(case.mechanism, case.scenario, case.turns, message) is True


def by_comparison(case: Due, text: bytes) -> list[Diagnosis]:
    """The fewest mistakes of which we can prove that they make this very line; none where nothing does."""
    single = singles(case)
    found = readings(text)
    best = _best(case, text, found, single)
    if best is None or len(best[0].writings) + len(best[1]) > 1:
        strict = [reading for reading in found if len(reading.writings) <= 1]
        both = pairs(case, single, frozenset(reading.message for reading in strict))
        other = _best(case, text, strict, both, rights=False)
        if other is not None and (best is None or _order(*other) < _order(*best)):
            best = other
    if best is None:
        return []
    reading, causes = best
    return told(case, words_of(text, reading), causes)


def _best(
    case: Due, text: bytes, found: list[Reading], candidates: dict[bytes, Candidate], rights: bool = True
) -> tuple[Reading, tuple[Cause, ...]] | None:
    explained: list[tuple[Reading, tuple[Cause, ...]]] = []
    for reading in found:
        if rights and reading.writings and reading.message in case.rights:
            explained.append((reading, ()))
        elif not reading.message and text.strip(b" \t\"'`="):
            continue  # nothing comes out of it, and yet something was sent: that was no empty line
        elif reading.message in candidates and (reading.writings or reading.sure):
            explained.append((reading, candidates[reading.message].causes))
    if rights:
        explained += _forward(case, text)
    explained += _case_changed(case, text, candidates)
    return min(explained, key=lambda pair: _order(*pair), default=None)


def _order(reading: Reading, causes: tuple[Cause, ...]) -> tuple[int, int, list[int]]:
    """Fewer mistakes first; then those that were made and compared before those that were read; then the table."""
    codes = [writing.code for writing in reading.writings] + [cause.code for cause in causes]
    return len(codes), sum(code in OPEN for code in codes), sorted(rank(code) for code in codes)


def _forward(case: Due, text: bytes) -> list[tuple[Reading, tuple[Cause, ...]]]:
    """Line slips made from the right message, for what no reading undoes."""
    found: list[tuple[Reading, tuple[Cause, ...]]] = []
    for right in case.rights:
        data = tuple(range(len(text)))
        for slip in LINE_SLIPS:
            for made in slip.make(right):
                if made.octets == text:
                    writing = Writing(slip.code, slip.layer, made.words, slip.advice, slip.source, made.guilty)
                    found.append((Reading(right, (writing,), data, len(text), len(text)), ()))
    return found


def _case_changed(
    case: Due, text: bytes, candidates: dict[bytes, Candidate]
) -> list[tuple[Reading, tuple[Cause, ...]]]:
    """Lines that differ from a right or an explained one by upper and lower case alone."""
    found: list[tuple[Reading, tuple[Cause, ...]]] = []
    folded = text.lower()
    for message in (*case.rights, *candidates):
        if (len(message) + 2) // 3 * 4 != len(text):
            continue
        right = b64.encode(message)
        if right != text and right.lower() == folded:
            words, span = case_words(right, text)
            writing = Writing("b64.case-changed", Layer.BASE64, words, CASE_ADVICE, "RFC 4648 section 4", span)
            reading = Reading(message, (writing,), tuple(range(len(right.rstrip(b"=")))), len(text), len(text))
            causes = candidates[message].causes if message not in case.rights else ()
            found.append((reading, causes))
    return found


# In words


def told(case: Due, reading: Reading, causes: tuple[Cause, ...]) -> list[Diagnosis]:
    """The diagnoses of a line that is explained, outermost first."""
    command, whole = right_command(case), Span(0, len(reading.message))
    said = [
        Diagnosis(
            writing.code, writing.layer, writing.words, with_command(writing.advice, command),
            writing.span or Span(0, reading.length), None, expected_words(case), "", writing.source,
        )
        for writing in reading.writings
    ]  # fmt: skip
    for cause in sorted(causes, key=lambda cause: (cause.layer, rank(cause.code))):
        guilty = cause.guilty or whole
        said.append(
            Diagnosis(
                cause.code, cause.layer, cause.words, with_command(cause.advice, command), reading.span(guilty),
                guilty, expected_words(case), "", cause.source,
            )
        )  # fmt: skip
    return sorted(said, key=lambda diagnosis: diagnosis.layer)


def too_long(mechanism: Mechanism, length: int, on_auth_line: bool) -> Diagnosis:
    """A line that no server needs to take."""
    if on_auth_line:
        return Diagnosis(
            "line.too-long", Layer.LINE,
            f"The AUTH line has {length} octets; a server need not take more than {LONGEST_COMMAND}.",
            f"Send `AUTH {mechanism.name}` alone, wait for the 334, then send the Base64 on a line of its own.",
            source="RFC 4954 section 4; RFC 5321 section 4.5.3.1.4",
        )  # fmt: skip
    return Diagnosis(
        "line.too-long", Layer.LINE,
        f"The line has {length} octets; a server need not take more than {LONGEST_LINE:,}.",
        "Look at what was encoded: a name, a password or a token is shorter than that.",
        source="RFC 4954 section 4",
    )  # fmt: skip


def with_command(advice: str, command: str) -> str:
    """The advice, and the command to type where the advice has none."""
    if not command or "| openssl" in advice:
        return advice
    return f"{advice} Type: {command}".strip()


def right_command(case: Due) -> str:
    """A command that prints the right answer, without any secret in it; empty where there is none."""
    case = pretended(case)
    if not case.rights or not case.rights[0]:
        return ""
    right, password = case.rights[0], case.password
    authzid = case.scenario.credentials.authzid.encode("utf-8", "surrogatepass")
    if right == case.name:
        return f"printf %s {quoted(case.name)} | openssl base64 -A"
    if right == password:
        return 'read -rs P; printf %s "$P" | openssl base64 -A'
    if password is not None and right == b"\0".join((authzid, case.name, password)):
        values = f'{quoted(case.name)} "$P" | openssl base64 -A'
        if authzid:
            return f"read -rs P; printf '%s\\0%s\\0%s' {quoted(authzid)} {values}"
        return f"read -rs P; printf '\\0%s\\0%s' {values}"
    return answer_command(case)


def pretended(case: Due, password: bytes = b"f3a1c07e-nobody's") -> Due:
    """The same answer with a password made up, where none is known: its form can then be told."""
    if case.password is not None:
        return case
    return due(case.mechanism, expected.with_values(case.scenario, password=password), case.turns)


def answer_command(case: Due) -> str:
    """Our own verb, for a mechanism that no shell line computes."""
    challenge = case.turns.challenge
    line = "" if challenge is None else f" --challenge '334 {b64.encode(challenge).decode()}'"
    if len(line) > 120 or case.turns.number:
        return f"sasl-tutor answer --mechanism {case.mechanism.name} --user {quoted(case.name)} -"
    return f"sasl-tutor answer --mechanism {case.mechanism.name} --user {quoted(case.name)}{line}"


def quoted(value: bytes) -> str:
    """A value for a POSIX shell, always in single quotes; what cannot be shown is shown as a picture."""
    from tutor.wire.printable import show

    return "'" + show(value).replace("'", "'\"'\"'") + "'"


def expected_words(case: Due) -> str:
    """What was due, without a secret."""
    case = pretended(case)
    if not case.rights:
        return ""
    right = case.rights[0]
    if not right:
        return "an empty line"
    if right == case.name:
        from tutor.wire.printable import show

        return f"{b64.encode(right).decode()}, the Base64 of {show(right)}"
    if right == case.password:
        return "the Base64 of the password"
    return f"the Base64 of {case.mechanism.name}'s {case.mechanism.stage(Side.CLIENT, case.turns.number, right)}"


def echoed(text: bytes, challenge: bytes | None) -> Diagnosis | None:
    """The server's own line, with its code or without."""
    if not challenge or text not in (b64.encode(challenge), b"334 " + b64.encode(challenge)):
        return None
    return Diagnosis(
        "line.echoed-challenge", Layer.LINE, "The server's own challenge was sent back to it.", ECHO_ADVICE,
        source=ECHO_SOURCE,
    )  # fmt: skip


def spell(verdict: Verdict, text: bytes) -> Verdict:
    """Turn spans over octets of the line into spans over its characters, and keep them inside of it."""
    if text.isascii():
        # Without its padding a text ends before the last four characters that its bytes would fill.
        if all(one.span is None or one.span.end <= len(text) for one in verdict.diagnoses):
            return verdict
        clipped = [one.span and Span(min(one.span.start, len(text)), min(one.span.end, len(text)))
                   for one in verdict.diagnoses]  # fmt: skip
        pairs = zip(verdict.diagnoses, clipped, strict=True)
        return Verdict(verdict.correct, tuple(one._replace(span=span) for one, span in pairs))
    places: list[int] = []
    for number, character in enumerate(text.decode("utf-8", "surrogateescape")):
        places += [number] * len(character.encode("utf-8", "surrogateescape"))
    places.append(places[-1] + 1)
    turned = []
    for diagnosis in verdict.diagnoses:
        span = diagnosis.span
        if span is not None:
            low, high = min(span.start, len(text)), min(span.end, len(text))
            end = places[high - 1] + 1 if high > low else places[low]
            span = Span(places[low], end)
        turned.append(diagnosis._replace(span=span))
    return Verdict(verdict.correct, tuple(turned))
