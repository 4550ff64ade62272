"""Floor 4: judging an answer without the password: all that can be said, and no more.

The password is guessed from the answer itself. Where the answer is right for a password
that stands in it, nothing but the password can be wrong; where a guess shows a mistake of
form, that is one, whatever the password is.
"""

from tutor.diagnosis import Diagnosis, Verdict
from tutor.explain import expected
from tutor.explain.candidates import Candidate, Due, due, singles
from tutor.explain.check import told
from tutor.explain.openly import (
    at_once,
    by_reading,
    carried,
    guesses,
    message_diagnoses,
    misshapen,
    placed,
    value_diagnosis,
)
from tutor.explain.reading import Reading, readings, words_of
from tutor.explain.textual import undone
from tutor.explain.values import describe

_ESCAPES = (b"\\0", b"\\x00", b"\\000", b"\\u0000", b"%00", b"^@", b"\xef\xbf\xbd")
_PERHAPS_MEANT = ("text.quotes", "text.surrounding-space")
"""Odd in a password, but nobody can say so who does not know it."""
_SEPARATORS = b"\0:,; \t|/\n\x01"


def without_password(case: Due, text: bytes) -> Verdict:
    """The judgement of an answer that depends on a password that nobody told us."""
    certain = at_once(case, text)
    if certain is not None:
        return Verdict(None if certain.code == "b64.masked" else False, (certain,))
    found = readings(text)
    independent = _independent(case, found)
    if independent is not None:
        reading, candidate = independent
        return Verdict(False, tuple(told(case, words_of(text, reading), candidate.causes)))
    for reading in found:
        if reading.writings and not (reading.sure and len(reading.writings) == 1 and _plausible(reading)):
            continue
        verdict = _supposed(case, text, reading)
        if verdict is not None:
            return verdict
    strict = next((reading for reading in found if not reading.writings), None)
    if strict is None:
        return Verdict(False, tuple(by_reading(_pretended(case, b"\0?"), text)[:1]))
    return _of_strict(case, strict)


def _plausible(reading: Reading) -> bool:
    """Whether a reading that undoes a mistake gives text, and not the noise that any text gives."""
    if reading.writings[0].code in ("b64.plain-text", "b64.accidental"):
        return False
    try:
        text = reading.message.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return len(text) > 1 and all(letter.isprintable() or letter in "\0\r\n\x01" for letter in text)


def _is_digest(guess: bytes) -> bool:
    guess = guess.strip()
    return len(guess) >= 16 and (len(guess) == 16 or not guess.translate(None, b"0123456789abcdefABCDEFx"))


def _pretended(case: Due, password: bytes) -> Due:
    return due(case.mechanism, expected.with_values(case.scenario, password=password), case.turns)


def _passwords(case: Due, message: bytes) -> list[bytes]:
    """What may be the password in this message: its secret fields, and what stands behind or before the name."""
    _, found = guesses(case, message)
    name = case.name
    at = message.find(name) if name else -1
    if at != -1:
        behind = message[at + len(name) :]
        found += [behind.lstrip(_SEPARATORS), behind[1:], message[:at].rstrip(_SEPARATORS).lstrip(b"\0")]
        found += [behind.removeprefix(escape) for escape in _ESCAPES if behind.startswith(escape)]
    if not case.mechanism.plaintext:
        # What stands there is a digest, which is nobody's password.
        found = [guess for guess in found if not _is_digest(guess)]
    clean = [guess.rstrip(b"\r\n") for guess in found]
    return list(dict.fromkeys(guess for guess in (*clean, *found) if guess and guess != name))


def _supposed(case: Due, text: bytes, reading: Reading) -> Verdict | None:
    """Suppose that the password is what the answer holds, and judge everything else."""
    message = reading.message
    supposed = _passwords(case, message)
    possible = [(guess, _pretended(case, guess)) for guess in supposed]
    possible = [(guess, pretended) for guess, pretended in possible if carried(pretended.mechanism, pretended.scenario)]
    for guess, pretended in possible:
        if message in pretended.rights:
            return _right_but(case, text, reading, guess)
        if expected.judged(case.mechanism, pretended.scenario, case.turns, message):
            return _right_but(case, text, reading, guess)
    for _, pretended in possible:
        candidate = singles(pretended, hidden=False, wanted=frozenset((message,))).get(message)
        if candidate is not None and candidate.causes[0].code != "value.placeholder":
            return Verdict(False, tuple(told(pretended, words_of(text, reading), candidate.causes)))
    names, _ = guesses(case, message)
    for name in names:
        for guess in supposed:
            changed = expected.with_values(case.scenario, name, guess)
            if not carried(case.mechanism, changed):
                continue
            if name != case.name and expected.own_answers(case.mechanism, changed, case.turns) == message:
                said = value_diagnosis(case, reading, expected.NAME, case.name, name)
                return Verdict(False, (*told(case, words_of(text, reading), ()), said))
    return None


def _right_but(case: Due, text: bytes, reading: Reading, guess: bytes) -> Verdict:
    """Right for this password; but is it one that anybody has?"""
    diagnoses: list[Diagnosis] = told(case, words_of(text, reading), ())
    plain = Due(case.mechanism, case.scenario, case.turns, ())
    for cause, _ in undone(plain, guess, expected.PASSWORD):
        if cause.code in _PERHAPS_MEANT:
            continue
        at = reading.message.find(guess)
        guilty = cause.guilty
        if guilty is not None and at != -1:
            guilty = type(guilty)(guilty.start + at, guilty.end + at)
        diagnoses += told(case, reading._replace(writings=()), (cause._replace(guilty=guilty),))
        break
    if describe(expected.PASSWORD, None, guess, case.name).code != "value.password":
        diagnoses.append(value_diagnosis(case, reading, expected.PASSWORD, None, guess))
    return Verdict(False if diagnoses else None, tuple(diagnoses))


def _independent(case: Due, found: list[Reading]) -> tuple[Reading, Candidate] | None:
    """A mistake that makes this message whatever the password is."""
    wanted = frozenset(reading.message for reading in found if reading.sure)
    one = singles(_pretended(case, b"f3a1c07e-one"), hidden=False, wanted=wanted)
    other = singles(_pretended(case, b"9be2d4c5-other-longer"), hidden=False, wanted=frozenset(one))
    for reading in found:
        if reading.sure and reading.message in one and reading.message in other:
            return reading, one[reading.message]
    return None


def _of_strict(case: Due, reading: Reading) -> Verdict:
    """Valid Base64 that no guess explains: the name shows, and the form may."""
    for cause, inner in undone(case._replace(rights=()), reading.message):
        diagnoses = told(case, reading, (cause,))
        if inner is not None:
            rest = _of_strict(case, reading._replace(message=inner, data=None))
            diagnoses += [said._replace(message_span=None) for said in rest.diagnoses]
        return Verdict(False, tuple(diagnoses))
    if case.mechanism.reads is not None:
        said = case.mechanism.reads(case.scenario, case.turns, reading.message)
        if said is not None:
            return Verdict(False, (placed(case, reading, said),))
    shaped = _by_shape(case, reading.message)
    if shaped is not None:
        return Verdict(False, tuple(told(case, reading, shaped.causes)))
    form = misshapen(_pretended(case, b"f3a1c07e-one"), reading)
    if form is not None:
        return Verdict(False, (form,))
    names, _ = guesses(case, reading.message)
    if names and case.name not in names:
        return Verdict(False, (value_diagnosis(case, reading, expected.NAME, case.name, names[0]),))
    if names or not case.mechanism.plaintext:
        return Verdict(None)
    return Verdict(False, tuple(message_diagnoses(_pretended(case, b"\0?"), reading)))


def _by_shape(case: Due, message: bytes) -> Candidate | None:
    """A digest cannot be compared without the password, but its form can: upper case, another length, no name."""
    pretended = _pretended(case, b"f3a1c07e-one")
    shape = _shape(message)
    if not shape or any(_shape(right) == shape for right in pretended.rights):
        return None
    for made in singles(pretended, hidden=False).values():
        if _shape(made.message) == shape:
            return made
    return None


def _shape(message: bytes) -> bytes:
    """The message with each long hexadecimal number as its case and length; empty where it holds none."""
    import re

    shape, count = re.subn(
        rb"[0-9a-fA-F]{32,}",
        lambda found: b"<%s%d>" % (b"X" if found[0] != found[0].lower() else b"x", len(found[0])),
        message,
    )
    return shape if count else b""
