"""The checker names each mistake first; the mistakes are made here by the standard library, not by our own slips."""

import base64
import binascii
import hmac
import quopri
import re
import unicodedata
import urllib.parse
from collections.abc import Callable
from hashlib import md5

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.explain.answers import (
    CHALLENGE,
    CRAM_DUE,
    LOGIN_NAME,
    PLAIN_DUE,
    ascii_names,
    ascii_passwords,
    b64,
    codes,
    cram,
    first,
    judged,
    login_password,
    mechanism,
    names,
    passwords,
    plain,
    scenario,
    share,
)
from tutor.explain import catalogue
from tutor.explain.values import UNSET
from tutor.sasl.mechanism import Side, Turns

FEW = share(4)

Change = Callable[[bytes], bytes | None]


def is_base64(text: bytes) -> bool:
    """Strictly, by the standard library: what decodes and encodes back."""
    try:
        return base64.b64encode(base64.b64decode(text, validate=True)) == text
    except binascii.Error:
        return False


def decoded(change: Callable[[str], bytes]) -> Change:
    """A change of text; None where the octets are no text or cannot be changed so."""

    def changed(value: bytes) -> bytes | None:
        try:
            return change(value.decode())
        except UnicodeError:
            return None

    return changed


LINES: list[tuple[str, Change]] = [
    ("line.with-code", lambda m: b"334 " + b64(m)),
    ("b64.plain-text", lambda m: None if is_base64(m) else m),
    ("b64.accidental", lambda m: m if is_base64(m) else None),
    ("b64.alphabet", lambda m: b64(m)[:2] + b"!" + b64(m)[2:]),
    ("b64.alphabet", lambda m: b64(m)[:1] + b"#" + b64(m)[2:]),
    ("b64.alphabet", lambda m: b64(m)[:1] + "é".encode() + b64(m)[2:]),
    ("b64.url-safe", base64.urlsafe_b64encode),
    ("b64.url-safe", lambda m: base64.urlsafe_b64encode(m).rstrip(b"=") if set(b"+/") & set(b64(m)) else None),
    ("b64.padding", lambda m: b64(m).rstrip(b"=")),
    ("b64.padding", lambda m: b64(m) + b"="),
    ("b64.padding", lambda m: b"=" + b64(m)),
    ("b64.length", lambda m: b64(m).rstrip(b"=")[:-1] if b64(m).endswith(b"==") else None),
    ("b64.length", lambda m: None if b64(m).endswith(b"=") else b64(m) + b"A"),
    ("b64.whitespace", lambda m: b64(m)[:2] + b" " + b64(m)[2:]),
    ("b64.whitespace", lambda m: b" " + b64(m)),
    ("b64.whitespace", lambda m: b64(m) + b"\t"),
    ("b64.wrapped", lambda m: base64.encodebytes(m)[:-1] if len(b64(m)) > 76 else None),
    ("b64.wrapped", lambda m: b64(m)[:2] + b"\r\n" + b64(m)[2:]),
    ("b64.wrapped", lambda m: b64(m)[:60] if len(b64(m)) > 60 else None),
    ("b64.quoted", lambda m: b'"' + b64(m) + b'"'),
    ("b64.quoted", lambda m: repr(b64(m)).encode()),
    ("b64.escaped", lambda m: urllib.parse.quote(b64(m).decode(), safe="").encode()),
    ("b64.escaped", lambda m: quopri.encodestring(b64(m)).replace(b"=\n", b"")),
    ("b64.escaped", lambda m: b64(m).replace(b"=", b"&#61;")),
    ("b64.hex", binascii.hexlify),
    ("b64.hex", lambda m: m.hex(" ").upper().encode()),
    ("b64.double", lambda m: b64(b64(m))),
    ("b64.double", lambda m: b64(b64(m) + b"\n")),
    ("b64.case-changed", lambda m: b64(m).lower()),
    ("b64.case-changed", lambda m: b64(m).upper()),
    ("b64.case-changed", lambda m: b64(m)[:1].swapcase() + b64(m)[1:]),
]
"""(code, message -> wrong line)."""

TEXTS: list[tuple[str, Change]] = [
    ("text.trailing-newline", lambda v: v + b"\n"),
    ("text.trailing-newline", lambda v: v + b"\r\n"),
    ("text.surrounding-space", lambda v: v + b" "),
    ("text.surrounding-space", lambda v: b" " + v),
    ("text.trailing-nul", lambda v: v + b"\0"),
    ("text.utf-16", decoded(lambda v: v.encode("utf-16-le"))),
    ("text.utf-16", decoded(lambda v: v.encode("utf-16-be"))),
    ("text.utf-16", decoded(lambda v: v.encode("utf-16"))),
    ("text.bom", decoded(lambda v: v.encode("utf-8-sig"))),
    ("text.latin-1", decoded(lambda v: v.encode("latin-1"))),
    ("text.latin-1", decoded(lambda v: v.encode("cp1252"))),
    ("text.not-normalized", decoded(lambda v: unicodedata.normalize("NFD", v).encode())),
    ("text.not-normalized", decoded(lambda v: unicodedata.normalize("NFKC", v).encode())),
    ("text.quotes", lambda v: b'"' + v + b'"'),
    ("text.quotes", lambda v: b"'" + v + b"'"),
    ("text.replacement-character", decoded(lambda v: re.sub("[^\0-\x7f]", "�", v).encode())),
    ("text.escape", lambda v: v.replace(b"\0", b"\\0")),
    ("text.escape", lambda v: re.sub(rb"@[A-Za-z_]\w*", b"", v) if re.search(rb"@[A-Za-z_]\w*\.", v) else None),
]
"""(code, value or message -> wrong one)."""

VALUES: list[tuple[str, Change]] = [
    ("value.case", decoded(lambda v: v.upper().encode())),
    ("value.case", decoded(lambda v: v.lower().encode())),
    ("value.case", decoded(lambda v: v.swapcase().encode())),
    ("value.mangled", lambda v: v.split(b"$")[0]),
    ("value.mangled", lambda v: v.split(b"#")[0].rstrip()),
    ("value.mangled", lambda v: v.replace(b"!", b"\\!")),
    ("value.mangled", lambda v: urllib.parse.quote(v).encode()),
    ("value.placeholder", lambda v: b"undefined"),
    ("value.placeholder", lambda v: b"None"),
    ("value.placeholder", lambda v: b"${PASSWORD}"),
    ("value.placeholder", lambda v: b"%PASSWORD%"),
]

TIES: dict[str, tuple[str, ...]] = {
    # Of two mistakes that make the same bytes the one that stands higher in the table is named.
    "value.mangled": ("value.case", "value.placeholder", "line.empty", "value.domain"),
    "value.placeholder": ("value.case", "login.swapped", "value.domain"),
    "text.replacement-character": ("text.latin-1",),
    "value.case": ("login.swapped",),
    "b64.plain-text": ("line.command",),  # a user whose name is STARTTLS
    "b64.accidental": ("line.command",),  # a password that is DATA
}
"""Code -> the codes that the same bytes may get by chance: a name that is a prefix of the password, say."""


def identify(change: tuple[str, Change]) -> str:
    """A name for a parametrized test."""
    return change[0]


def expect(code: str, found: str) -> None:
    """The code itself, or a tie that stands higher in the table."""
    assert found == code or (
        found in TIES.get(code, ())
        and (catalogue.rank(found) < catalogue.rank(code) or {found, code} == {"value.mangled", "value.placeholder"})
    ), f"{found} instead of {code}"


@pytest.mark.parametrize(("code", "change"), LINES, ids=[code for code, _ in LINES])
@FEW
@given(name=names, password=passwords)
def test_a_slip_in_the_writing_is_named_first(code: str, change: Change, name: str, password: str) -> None:
    assume(name != password)
    for mechanism_name, turns, right in (
        ("LOGIN", LOGIN_NAME, name.encode()),
        ("LOGIN", login_password(name), password.encode()),
        ("PLAIN", PLAIN_DUE, plain(name, password)),
        ("CRAM-MD5", CRAM_DUE, cram(name, password)),
    ):
        text = change(right)
        if text is not None and text != b64(right):
            verdict = judged(mechanism_name, scenario(name, password), turns, text)
            assert verdict.correct is False
            expect(code, first(verdict))


@pytest.mark.parametrize(("code", "change"), TEXTS + VALUES, ids=[code for code, _ in TEXTS + VALUES])
@FEW
@given(name=names, password=passwords)
def test_a_slip_in_a_value_is_named_first(code: str, change: Change, name: str, password: str) -> None:
    assume(name != password)
    own, secret = name.encode(), password.encode()
    cases: list[tuple[str, Turns, bytes, bytes | None]] = []
    if (wrong := change(own)) is not None and wrong != own:
        cases += [("LOGIN", LOGIN_NAME, own, wrong), ("PLAIN", PLAIN_DUE, plain(own, secret), plain(wrong, secret))]
    if (wrong := change(secret)) is not None and wrong != secret:
        cases.append(("LOGIN", login_password(name), secret, wrong))
        cases.append(("PLAIN", PLAIN_DUE, plain(own, secret), plain(own, wrong)))
        if code != "text.replacement-character":
            cases.append(("CRAM-MD5", CRAM_DUE, cram(name, secret), cram(name, wrong)))
    for mechanism_name, turns, right, message in cases:
        if message is not None and message != right:
            expect(code, first(judged(mechanism_name, scenario(name, password), turns, b64(message))))


@pytest.mark.parametrize(("code", "change"), TEXTS, ids=[code for code, _ in TEXTS])
@FEW
@given(name=names, password=passwords)
def test_a_slip_over_a_whole_message_is_named_first(code: str, change: Change, name: str, password: str) -> None:
    assume(name != password)
    for mechanism_name, turns, right in (
        ("PLAIN", PLAIN_DUE, plain(name, password)), ("CRAM-MD5", CRAM_DUE, cram(name, password)),
    ):  # fmt: skip
        wrong = change(right)
        if wrong is not None and wrong != right:
            expect(code, first(judged(mechanism_name, scenario(name, password), turns, b64(wrong))))


@given(name=names, password=passwords)
def test_the_right_answer_never_gets_a_diagnosis(name: str, password: str) -> None:
    scene = scenario(name, password)
    for mechanism_name, turns, right in (
        ("LOGIN", LOGIN_NAME, name.encode()),
        ("LOGIN", Turns(), name.encode()),
        ("LOGIN", login_password(name), password.encode()),
        ("PLAIN", PLAIN_DUE, plain(name, password)),
        ("PLAIN", Turns().then(Side.SERVER, b""), plain(name, password)),
        ("PLAIN", PLAIN_DUE, name.encode() + plain(name, password)),
        ("CRAM-MD5", CRAM_DUE, cram(name, password)),
    ):
        verdict = judged(mechanism_name, scene, turns, b64(right))
        assert verdict.correct is True
        assert verdict.diagnoses == ()


@given(name=names, password=passwords)
def test_without_the_password_the_right_answer_is_neither_right_nor_wrong(name: str, password: str) -> None:
    assume(password != name and password.encode() not in UNSET)
    assume(not re.search(r"""^["']|["']$""", password))
    scene = scenario(name, None)
    for mechanism_name, turns, right in (
        ("LOGIN", login_password(name), password.encode()),
        ("PLAIN", PLAIN_DUE, plain(name, password)),
        ("CRAM-MD5", CRAM_DUE, cram(name, password)),
    ):
        verdict = judged(mechanism_name, scene, turns, b64(right))
        assert (verdict.correct, codes(verdict)) == (None, [])
    assert judged("LOGIN", scene, LOGIN_NAME, b64(name)).correct is True


UNKNOWN: list[tuple[str, str, Turns, bytes]] = [
    ("text.trailing-newline", "LOGIN", login_password(), b64("secret\n")),
    ("text.trailing-newline", "PLAIN", PLAIN_DUE, b64(b"\0ada\0secret\r\n")),
    ("text.trailing-newline", "PLAIN", PLAIN_DUE, b64(b"\0ada\n\0secret\n")),
    ("text.utf-16", "LOGIN", login_password(), b64("secret".encode("utf-16-le"))),
    ("login.swapped", "LOGIN", login_password(), b64("ada")),
    ("line.empty", "LOGIN", login_password(), b""),
    ("line.echoed-challenge", "LOGIN", login_password(), b"UGFzc3dvcmQ6"),
    ("b64.plain-text", "LOGIN", login_password(), b"correct horse"),
    ("b64.masked", "LOGIN", login_password(), b"Lyogc2VjcmV0ICov"),
    ("plain.no-leading-nul", "PLAIN", PLAIN_DUE, b64(b"ada\0secret")),
    ("plain.separator", "PLAIN", PLAIN_DUE, b64(b"ada:secret")),
    ("plain.order", "PLAIN", PLAIN_DUE, b64(b"\0secret\0ada")),
    ("plain.nul-count", "PLAIN", PLAIN_DUE, b64(b"\0\0ada\0secret")),
    ("plain.authzid", "PLAIN", PLAIN_DUE, b64(b"bob\0ada\0secret")),
    ("text.escape", "PLAIN", PLAIN_DUE, b64(b"\\0ada\\0secret")),
    ("text.replacement-character", "PLAIN", PLAIN_DUE, b64("�ada�secret")),
    ("value.username", "PLAIN", PLAIN_DUE, b64(b"\0bob\0secret")),
    ("value.placeholder", "PLAIN", PLAIN_DUE, b64(b"\0ada\0")),
    ("value.placeholder", "PLAIN", PLAIN_DUE, b64(b"\0ada\0undefined")),
    ("value.username", "CRAM-MD5", CRAM_DUE, b64(cram("bob", "secret"))),
    ("cram-md5.digest-form", "CRAM-MD5", CRAM_DUE, b64(b"ada " + cram("ada", "secret")[4:].upper())),
    ("cram-md5.no-username", "CRAM-MD5", CRAM_DUE, b64(cram("ada", "secret")[4:])),
    ("cram-md5.wrong-hash", "CRAM-MD5", CRAM_DUE, b64(cram("ada", "secret", hash_name="sha1"))),
]


@pytest.mark.parametrize(("code", "name", "turns", "text"), UNKNOWN)
def test_what_can_be_said_without_the_password_is_said(code: str, name: str, turns: Turns, text: bytes) -> None:
    verdict = judged(name, scenario("ada", None), turns, text)
    assert first(verdict) == code
    assert verdict.correct is (None if code == "b64.masked" else False)


@given(name=names, password=passwords)
def test_login_mistakes(name: str, password: str) -> None:
    assume(name != password)
    scene = scenario(name, password)
    assert first(judged("LOGIN", scene, LOGIN_NAME, b64(password))) == "login.swapped"
    assert first(judged("LOGIN", scene, login_password(name), b64(name))) == "login.swapped"
    for turns in (LOGIN_NAME, login_password(name)):
        assert first(judged("LOGIN", scene, turns, b64(plain(name, password)))) == "login.combined"


@given(name=ascii_names, password=ascii_passwords)
def test_plain_mistakes(name: str, password: str) -> None:
    assume(name != password)
    scene = scenario(name, password)
    own, secret = name.encode(), password.encode()
    for code, message in (
        ("plain.no-leading-nul", own + b"\0" + secret),
        ("plain.separator", own + b":" + secret),
        ("plain.separator", b"\t" + own + b"\t" + secret),
        ("plain.order", b"\0" + secret + b"\0" + own),
        ("plain.nul-count", b"\0\0" + own + b"\0" + secret),
        ("plain.nul-count", b"\0" + own + b"\0" + secret + b"\0\0\0"),
        ("plain.authzid", b"somebody\0" + own + b"\0" + secret),
    ):
        assert first(judged("PLAIN", scene, PLAIN_DUE, b64(message))) == code


@given(name=ascii_names, password=ascii_passwords)
def test_cram_md5_mistakes(name: str, password: str) -> None:
    assume(name != password)
    scene = scenario(name, password)
    own, secret = name.encode(), password.encode()
    digest = cram(name, password).split(b" ")[-1]

    def keyed(key: bytes, message: bytes, hash_name: str = "md5") -> bytes:
        return own + b" " + hmac.new(key, message, hash_name).hexdigest().encode()

    for code, answer in (
        ("cram-md5.no-username", digest),
        ("cram-md5.no-space", own + digest),
        ("cram-md5.digest-form", own + b" " + digest.upper()),
        ("cram-md5.digest-form", own + b" " + bytes.fromhex(digest.decode())),
        ("cram-md5.digest-of-base64", keyed(secret, b64(CHALLENGE))),
        ("cram-md5.swapped", keyed(CHALLENGE, secret)),
        ("cram-md5.not-hmac", own + b" " + md5(secret + CHALLENGE).hexdigest().encode()),
        ("cram-md5.wrong-hash", keyed(secret, CHALLENGE, "sha256")),
        ("cram-md5.brackets", keyed(secret, CHALLENGE[1:-1])),
        ("cram-md5.stale", keyed(secret, b"<1.2@elsewhere.example.org>")),
        ("cram-md5.password-sent", secret),
        ("cram-md5.password-sent", own + b" " + secret),
    ):
        if digest.isdigit() and answer.endswith(digest.upper()):
            continue
        assert first(judged("CRAM-MD5", scene, CRAM_DUE, b64(answer))) == code


@given(name=ascii_names, password=ascii_passwords, other=st.text("abcdef0123456789", min_size=3, max_size=10))
def test_another_value_is_named_where_nothing_explains_it(name: str, password: str, other: str) -> None:
    assume(other not in (name, password) and not {name.lower(), password.lower()} & {other.lower()})
    assume(not name.lower().startswith(other) and not password.startswith(other) and not password.endswith(other))
    assume(not other.isdigit())
    scene = scenario(name, password)
    assert codes(judged("LOGIN", scene, LOGIN_NAME, b64(other))) == ["value.username"]
    assert first(judged("LOGIN", scene, login_password(name), b64(other))) in ("value.password", "value.mangled")
    assert codes(judged("PLAIN", scene, PLAIN_DUE, b64(plain(other, password)))) == ["value.username"]
    assert first(judged("PLAIN", scene, PLAIN_DUE, b64(plain(name, other)))) in ("value.password", "value.mangled")
    assert first(judged("CRAM-MD5", scene, CRAM_DUE, b64(cram(other, password)))) == "value.username"


LINE_FAMILY: list[tuple[str, bytes]] = [
    ("line.empty", b""),
    ("line.cancelled", b"*"),
    ("line.with-code", b"334 YWRh"),
    ("line.echoed-challenge", b"VXNlcm5hbWU6"),
    ("line.echoed-challenge", b"334 VXNlcm5hbWU6"),
    ("line.command", b"QUIT"),
    ("line.command", b"AUTH LOGIN YWRh"),
    ("line.command", b"ehlo me.example.org"),
    ("line.command", b"MAIL FROM:<ada@example.org>"),
    ("line.too-long", b"A" * 12288),
    ("b64.masked", b"***"),
    ("b64.masked", b"Lyogc2VjcmV0ICov"),
    ("b64.masked", b"<hidden>"),
    ("b64.masked", b"dXNlcj<redacted_token>1WkNCVF"),
]


@pytest.mark.parametrize(("code", "text"), LINE_FAMILY)
def test_what_the_line_shows_at_once(code: str, text: bytes) -> None:
    verdict = judged("LOGIN", scenario(), LOGIN_NAME, text)
    assert codes(verdict) == [code]
    assert verdict.correct is (None if code == "b64.masked" else False)


def test_the_auth_line_has_its_own_limit_and_its_own_empty() -> None:
    """RFC 4954 section 4: the AUTH line is bound by SMTP's 512 octets; `=` is empty only there."""
    scene = scenario("ada", "x" * 500)
    right = b64(plain("ada", "x" * 500))
    assert codes(judged("PLAIN", scene, Turns(), right)) == ["line.too-long"]
    assert judged("PLAIN", scene, Turns().then(Side.SERVER, b""), right).correct is True
    assert codes(judged("PLAIN", scenario(), Turns(), b"=")) == ["line.empty"]
    assert codes(judged("LOGIN", scenario(), LOGIN_NAME, b"=")) == ["b64.padding"]


TOGETHER: list[tuple[list[str], str, Turns, bytes]] = [
    (["b64.plain-text", "login.swapped"], "LOGIN", LOGIN_NAME, b"correct horse"),
    (["text.trailing-newline", "value.case"], "LOGIN", LOGIN_NAME, b64("ADA\n")),
    (["b64.case-changed", "text.trailing-newline"], "LOGIN", LOGIN_NAME, b64("ada\n").lower()),
    (["line.with-code", "text.trailing-newline"], "LOGIN", LOGIN_NAME, b"334 YWRhCg=="),
    (["b64.quoted", "text.trailing-newline"], "LOGIN", LOGIN_NAME, b'"YWRhCg=="'),
    (["text.trailing-newline", "login.swapped"], "LOGIN", LOGIN_NAME, b64("correct horse\n")),
    (["text.trailing-newline", "text.quotes"], "LOGIN", LOGIN_NAME, b64('"ada"\n')),
    (["text.trailing-newline", "value.username"], "LOGIN", LOGIN_NAME, b64("bob\n")),
    (["b64.plain-text", "value.username"], "LOGIN", LOGIN_NAME, b"bob"),
    (["b64.plain-text", "plain.separator"], "PLAIN", PLAIN_DUE, b"ada:correct horse"),
    (["text.trailing-newline", "plain.no-leading-nul"], "PLAIN", PLAIN_DUE, b64(b"ada\0correct horse\n")),
    (["value.username", "value.password"], "PLAIN", PLAIN_DUE, b64(plain("bob", "wrong"))),
    (["text.trailing-newline", "value.case"], "PLAIN", PLAIN_DUE, b64(plain("Ada", "correct horse\n"))),
]


@pytest.mark.parametrize(("wanted", "name", "turns", "text"), TOGETHER)
def test_two_mistakes_together_are_both_named_the_outer_one_first(
    wanted: list[str], name: str, turns: Turns, text: bytes
) -> None:
    assert codes(judged(name, scenario(), turns, text)) == wanted


def test_one_mistake_that_explains_everything_beats_several() -> None:
    """A line feed in the password makes another digest: that is one mistake, not a stale challenge."""
    assert codes(judged("CRAM-MD5", scenario(), CRAM_DUE, b64(cram("ada", "correct horse\n")))) == [
        "text.trailing-newline"
    ]
    both = cram("ada\n", "correct horse\n")
    assert codes(judged("CRAM-MD5", scenario(), CRAM_DUE, b64(both))) == ["text.trailing-newline"]


NAMED_OF_TWO: list[tuple[str, str, str, str, Turns, bytes]] = [
    # (named, not named, user name, password, turns, text): both make these very bytes.
    ("b64.plain-text", "b64.alphabet", "a-b", "x", LOGIN_NAME, b"a-b"),
    ("line.command", "b64.accidental", "quit", "x", LOGIN_NAME, b"quit"),
    ("text.trailing-newline", "value.mangled", "ada", "p$1\n", login_password(), b64("p$1\n\n")),
    ("login.swapped", "value.domain", "ada@example.org", "ada", LOGIN_NAME, b64("ada")),
    ("login.swapped", "value.case", "ada", "ADA", LOGIN_NAME, b64("ADA")),
    ("value.case", "value.placeholder", "ada", "NULL", login_password(), b64("null")),
    ("line.empty", "value.placeholder", "ada", "secret", login_password(), b""),
    ("text.latin-1", "text.replacement-character", "ada", "GÑ©", login_password(), "GÑ©".encode("latin-1")),
    ("text.escape", "value.mangled", "ada", "pa@ss", login_password(), b64("pa")),
    # The one exception: a whole domain is lost to people, not to Perl.
    ("value.domain", "text.escape", "ada@localhost", "x", LOGIN_NAME, b64("ada")),
    ("value.domain", "text.escape", "ada@localhost", "xy", PLAIN_DUE, b64(plain("ada", "xy"))),
    ("value.domain", "value.mangled", "ada@example.org", "x", LOGIN_NAME, b64("ada")),
]


@pytest.mark.parametrize(("named", "rival", "name", "password", "turns", "text"), NAMED_OF_TWO)
def test_of_two_that_make_the_same_bytes_the_higher_one_is_named(
    named: str, rival: str, name: str, password: str, turns: Turns, text: bytes
) -> None:
    if named == "text.latin-1":
        text = b64(text)
    which = "PLAIN" if turns == PLAIN_DUE else "LOGIN"
    assert first(judged(which, scenario(name, password), turns, text)) == named
    exception = (named, rival) == ("value.domain", "text.escape")
    assert (catalogue.rank(named) < catalogue.rank(rival)) is not exception


SPANS: list[tuple[str, Turns, bytes, tuple[int, int], tuple[int, int]]] = [
    ("LOGIN", LOGIN_NAME, b"YWRhCg==", (4, 8), (3, 4)),
    ("LOGIN", login_password(), b64("correct horse\r\n"), (17, 20), (13, 15)),
    ("PLAIN", PLAIN_DUE, b64(plain("ada\n", "correct horse")), (5, 7), (4, 5)),
    ("PLAIN", PLAIN_DUE, b64(plain("ada", "correct horse\n")), (24, 28), (18, 19)),
    ("LOGIN", LOGIN_NAME, b64(b"\xef\xbb\xbfada"), (0, 4), (0, 3)),
    ("LOGIN", LOGIN_NAME, b"334 YWRhCg==", (0, 4), (-1, -1)),
    ("LOGIN", LOGIN_NAME, b"YW RhCg==", (2, 3), (-1, -1)),
]


@pytest.mark.parametrize(("name", "turns", "text", "span", "inside"), SPANS)
def test_spans_point_at_the_guilty_place(
    name: str, turns: Turns, text: bytes, span: tuple[int, int], inside: tuple[int, int]
) -> None:
    found = judged(name, scenario(), turns, text).diagnoses[0]
    assert found.span == span
    assert (found.message_span or (-1, -1)) == inside


def test_spans_count_characters_not_octets() -> None:
    verdict = judged("LOGIN", scenario("jürgen", "x"), LOGIN_NAME, "jürgen".encode())
    assert verdict.diagnoses[0].code == "b64.plain-text"
    assert verdict.diagnoses[0].span == (0, 6)


def test_the_fix_says_what_to_type_and_never_holds_the_password() -> None:
    fix = judged("LOGIN", scenario("o'brien", "pw"), LOGIN_NAME, b64("o'brien\n")).diagnoses[0].fix
    assert """printf %s 'o'"'"'brien' | openssl base64 -A""" in fix
    fix = judged("LOGIN", scenario(), login_password(), b64("correct horse\n")).diagnoses[0].fix
    assert 'printf %s "$P" | openssl base64 -A' in fix
    fix = judged("PLAIN", scenario(), PLAIN_DUE, b64(plain("ada", "wrong"))).diagnoses[0].fix
    assert """printf '\\0%s\\0%s' 'ada' "$P" | openssl base64 -A""" in fix
    fix = judged("CRAM-MD5", scenario(), CRAM_DUE, b64(cram("ada", "wrong"))).diagnoses[0].fix
    assert "sasl-tutor answer --mechanism CRAM-MD5 --user 'ada' --challenge '334 " in fix


CANARY = "Canary-7f3a!9 Kx"


@pytest.mark.parametrize(("code", "change"), LINES + TEXTS + VALUES, ids=[c for c, _ in LINES + TEXTS + VALUES])
def test_no_verdict_holds_the_password(code: str, change: Change) -> None:
    own, secret = b"ada", CANARY.encode()
    wrong = change(secret) or secret
    answers = [wrong, b64(wrong), b64(plain(own, wrong)), change(plain(own, secret)) or b"", b64(b"ada:" + wrong)]
    for known in (CANARY, None):
        for name, turns in (
            ("LOGIN", LOGIN_NAME), ("LOGIN", login_password()), ("PLAIN", PLAIN_DUE), ("CRAM-MD5", CRAM_DUE),
        ):  # fmt: skip
            for text in answers:
                shown = repr(judged(name, scenario("ada", known), turns, text))
                assert CANARY not in shown
                assert "7f3a" not in shown
                assert b64(CANARY).decode().rstrip("=")[:-1] not in shown


@given(text=st.binary(max_size=60), name=names, password=passwords)
@example(b"++ ", "00", "00")
def test_any_octets_get_a_verdict_with_a_reason(text: bytes, name: str, password: str) -> None:
    for known in (password, None):
        for which, turns in (("LOGIN", LOGIN_NAME), ("PLAIN", PLAIN_DUE), ("CRAM-MD5", CRAM_DUE)):
            verdict = judged(which, scenario(name, known), turns, text)
            if verdict.correct is False:
                assert verdict.diagnoses
            for diagnosis in verdict.diagnoses:
                assert diagnosis.code in catalogue.ANSWERS
                assert diagnosis.summary
                assert diagnosis.source
                if diagnosis.span is not None:
                    size = len(text.decode("utf-8", "surrogateescape"))
                    assert 0 <= diagnosis.span.start <= diagnosis.span.end <= size


def test_a_mechanism_that_is_only_read_is_not_judged() -> None:
    assert judged("NTLM", scenario(), Turns(), b"YWRh").correct is None
    assert mechanism("NTLM").answer is None


SES_NAME, SES_KEY = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def test_the_ses_secret_key_is_named_with_the_password_derived_from_it_and_without() -> None:
    """The derivation is the one that Amazon's own script in the SES Developer Guide makes."""

    def sign(key: bytes, message: str) -> bytes:
        return hmac.new(key, message.encode(), "sha256").digest()

    key = sign(("AWS4" + SES_KEY).encode(), "11111111")
    for part in ("eu-west-1", "ses", "aws4_request", "SendRawEmail"):
        key = sign(key, part)
    derived = b64(b"\x04" + key).decode()
    assert len(derived) == 44
    answer = b64(plain(SES_NAME, SES_KEY))
    verdict = judged("PLAIN", scenario(SES_NAME, derived), PLAIN_DUE, answer)
    assert codes(verdict) == ["value.ses-key"]
    assert "eu-west-1" in verdict.diagnoses[0].summary
    for known in ("something else", None):
        assert codes(judged("PLAIN", scenario(SES_NAME, known), PLAIN_DUE, answer)) == ["value.ses-key"]
    assert judged("PLAIN", scenario(SES_NAME, SES_KEY), PLAIN_DUE, answer).correct is True


@pytest.mark.parametrize("text", [b"x", b"A", b"x=", b"A===", b"?", b"\0"])
def test_what_decodes_to_nothing_was_no_empty_line(text: bytes) -> None:
    from tutor.explain.check import check_answer
    from tutor.sasl import registry, scenarios

    turns = Turns().then(Side.SERVER, b"Username:")
    verdict = check_answer(registry.require("LOGIN"), scenarios.generate(1), turns, text)
    assert verdict.correct is False
    assert "line.empty" not in {diagnosis.code for diagnosis in verdict.diagnoses}
