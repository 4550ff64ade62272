"""Floor 4: judging an answer without the password: all that can be said, and no more.

The password is guessed from the answer itself. Where the answer is right for a password
that stands in it, nothing but the password can be wrong; where a guess shows a mistake of
form, that is one, whatever the password is.
"""

from tutor.diagnosis import Diagnosis, Verdict
from tutor.explain import expected
from tutor.explain.candidates import Candidate, Due, due, singles
from tutor.explain.check import told
from tutor.explain.openly import at_once, by_reading, guesses, message_diagnoses, value_diagnosis
from tutor.explain.reading import Reading, readings, words_of
from tutor.explain.textual import undone
from tutor.explain.values import describe

_SEPARATORS = b"\0:,; \t|/\n\x01"


def without_password(case: Due, text: bytes) -> Verdict:
    """The judgement of an answer that depends on a password that nobody told us."""
    certain = at_once(case, text)
    if certain is not None:
        return Verdict(None if certain.code == "b64.masked" else False, (certain,))
    found = readings(text)
    for reading in found:
        if reading.writings and not (reading.sure and len(reading.writings) == 1 and _plausible(reading)):
            continue
        verdict = _supposed(case, text, reading)
        if verdict is not None:
            return verdict
    independent = _independent(case, found)
    if independent is not None:
        reading, candidate = independent
        return Verdict(False, tuple(told(case, words_of(text, reading), candidate.causes)))
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
    clean = [guess.rstrip(b"\r\n") for guess in found]
    return list(dict.fromkeys(guess for guess in (*clean, *found) if guess))


def _supposed(case: Due, text: bytes, reading: Reading) -> Verdict | None:
    """Suppose that the password is what the answer holds, and judge everything else."""
    message = reading.message
    supposed = _passwords(case, message)
    for guess in supposed:
        pretended = _pretended(case, guess)
        if message in pretended.rights:
            return _right_but(case, text, reading, guess)
    for guess in supposed:
        pretended = _pretended(case, guess)
        candidate = singles(pretended).get(message)
        if candidate is not None and candidate.causes[0].code != "value.placeholder":
            return Verdict(False, tuple(told(pretended, words_of(text, reading), candidate.causes)))
    names, _ = guesses(case, message)
    for name in names:
        for guess in supposed:
            changed = expected.with_values(case.scenario, name, guess)
            if name != case.name and expected.own_answers(case.mechanism, changed, case.turns) == message:
                said = value_diagnosis(case, reading, expected.NAME, case.name, name)
                return Verdict(False, (*told(case, words_of(text, reading), ()), said))
    return None


def _right_but(case: Due, text: bytes, reading: Reading, guess: bytes) -> Verdict:
    """Right for this password; but is it one that anybody has?"""
    diagnoses: list[Diagnosis] = told(case, words_of(text, reading), ())
    plain = Due(case.mechanism, case.scenario, case.turns, ())
    for cause, _ in undone(plain, guess):
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
    one = singles(_pretended(case, b"f3a1c07e-one"))
    other = singles(_pretended(case, b"9be2d4c5-other-longer"))
    for reading in found:
        if reading.message in one and reading.message in other:
            return reading, one[reading.message]
    return None


def _of_strict(case: Due, reading: Reading) -> Verdict:
    """Valid Base64 that no guess explains: the name shows, and the form may."""
    names, _ = guesses(case, reading.message)
    if names and case.name not in names:
        return Verdict(False, (value_diagnosis(case, reading, expected.NAME, case.name, names[0]),))
    if case.mechanism.reads is not None:
        said = case.mechanism.reads(case.scenario, case.turns, reading.message)
        if said is not None:
            return Verdict(False, (said._replace(span=reading.span(said.message_span)),))
    if names or not case.mechanism.plaintext:
        return Verdict(None)
    return Verdict(False, tuple(message_diagnoses(_pretended(case, b"\0?"), reading)))
