"""What the tests of the checker share: scenarios, exchanges and mistakes made by the standard library alone."""

import base64
import hmac

from hypothesis import settings
from hypothesis import strategies as st

from tutor.diagnosis import Verdict
from tutor.explain.check import check_answer
from tutor.explain.masks import masked
from tutor.sasl import registry
from tutor.sasl.identity import Credentials, UserTable
from tutor.sasl.mechanism import Mechanism, Scenario, Side, Turns

CHALLENGE = b"<1896.697170952@postoffice.reston.mci.net>"
"""RFC 2195 section 2."""


def mechanism(name: str) -> Mechanism:
    """A mechanism that is there."""
    found = registry.get(name)
    assert found is not None
    return found


def scenario(name: str = "ada", password: str | None = "correct horse") -> Scenario:
    """Somebody who logs in, known to the server."""
    users = UserTable({name: password or ""})
    return Scenario(Credentials(name, password), users)


LOGIN_NAME = Turns().then(Side.SERVER, b"Username:")
PLAIN_DUE = Turns()
CRAM_DUE = Turns().then(Side.SERVER, CHALLENGE)


def login_password(name: str = "ada") -> Turns:
    """The turns up to LOGIN's second prompt."""
    return LOGIN_NAME.then(Side.CLIENT, name.encode()).then(Side.SERVER, b"Password:")


def b64(message: bytes | str) -> bytes:
    """Base64 by the standard library."""
    return base64.b64encode(message.encode() if isinstance(message, str) else message)


def plain(name: bytes | str, password: bytes | str) -> bytes:
    """PLAIN's message, by hand (RFC 4616 section 2)."""
    parts = [part.encode() if isinstance(part, str) else part for part in (name, password)]
    return b"\0" + parts[0] + b"\0" + parts[1]


def cram(name: str, password: bytes | str, challenge: bytes = CHALLENGE, hash_name: str = "md5") -> bytes:
    """CRAM-MD5's message, by the standard library (RFC 2195 section 2)."""
    key = password.encode() if isinstance(password, str) else password
    return name.encode() + b" " + hmac.new(key, challenge, hash_name).hexdigest().encode()


def codes(verdict: Verdict) -> list[str]:
    """The codes of a verdict, the first one first."""
    return [diagnosis.code for diagnosis in verdict.diagnoses]


def judged(name: str, scene: Scenario, turns: Turns, text: bytes) -> Verdict:
    """The checker's verdict."""
    return check_answer(mechanism(name), scene, turns, text)


_ASCII = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_MARKS = "!#$%&()*+-./:;<=>?@[]^_{|}~ "
_DOMAINS = ("example.org", "example.com", "mail.example.net", "EXAMPLE.ORG")

words = st.text(_ASCII, min_size=2, max_size=14)
addresses = st.builds(lambda local, domain: f"{local}@{domain}", words, st.sampled_from(_DOMAINS))
letters = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co", "Zl", "Zp"]), min_size=2, max_size=14
).filter(lambda text: text == text.strip() and "�" not in text)


def _no_mask(text: str) -> bool:
    """Whether it is an answer to the checker, with spaces around it too.

    Of bullets or asterisks alone it is what a program writes in a password's place, and is read as nothing else. Nor
    is it a prompt in Base64, which Hypothesis takes from our sources: whoever sends that sends the question back.
    """
    return not masked(b64(text.strip())) and text not in _PROMPTS


_PROMPTS = {b64(prompt.encode()).decode() for prompt in ("Username:", "Password:", "User Name", "Password")}


names = st.one_of(words, words, addresses, letters).filter(_no_mask)
passwords = st.one_of(words, st.text(_ASCII + _MARKS, min_size=4, max_size=40), letters).filter(_no_mask)
ascii_names = st.one_of(words, addresses)
ascii_passwords = st.text(_ASCII + _MARKS, min_size=4, max_size=40).filter(
    lambda text: text == text.strip() and _no_mask(text)
)


def first(verdict: Verdict) -> str:
    """The code that is shown, or what the verdict is without one."""
    return verdict.diagnoses[0].code if verdict.diagnoses else str(verdict.correct)


def share(part: int) -> settings:
    """A part of the profile's examples, for tests of many rows each of which draws."""
    profile = settings().max_examples
    return settings(max_examples=max(5, profile // part))
