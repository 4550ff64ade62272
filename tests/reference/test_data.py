"""Every entry is whole, has its source, and says what the RFCs say."""

import re
import subprocess
import sys
from binascii import a2b_base64

import pytest

from tests.tools import ROOT, VECTORS
from tutor import reference
from tutor.reference import load
from tutor.reference.entries import CodeEntry, EnhancedEntry, MechanismPage

# RFC 5321 section 4.2.3, in its order; then what the other RFCs add.
RFC_5321 = (
    211, 214, 220, 221, 250, 251, 252, 354, 421, 450, 451, 452, 455,
    500, 501, 502, 503, 504, 550, 551, 552, 553, 554, 555,
)  # fmt: skip
RFC_4954 = (235, 334, 432, 454, 500, 501, 503, 504, 530, 534, 535, 538)
RFC_3207 = (220, 454, 501, 530, 554)
RFC_7504 = (521, 556)
RFC_5248 = (422, 523, 524, 525)

# RFC 4954 sections 4 and 6, RFC 5248 section 2.4: the code, and the reply codes that the registry puts it behind.
AUTH_ENHANCED = {
    "2.7.0": {235},
    "4.7.0": {454},
    "4.7.12": {422, 432},
    "5.5.2": {501},
    "5.5.4": {504},
    "5.5.6": {500},
    "5.7.0": {501, 530},
    "5.7.8": {535},
    "5.7.9": {534},
    "5.7.10": {523},
    "5.7.11": {524, 538},
    "5.7.13": {525},
    "5.7.14": {554},
}
SOURCE = re.compile(
    r"RFC \d{3,4}|draft-[a-z0-9-]+|MS-[A-Z0-9]+|[\w.-]+/[\w.-]+#\d+|[Ss]ource|[Dd]ocumentation|Microsoft|Google|Amazon|"
    r"[Pp]ublic logs?|OpenSSL|manual|Exim|Yandex|help\.mail\.qq\.com|Custom|Cyrus SASL|postconf|Exchange"
)
"""What a claim may rest on."""


def texts_of(entry: tuple[object, ...]) -> list[str]:
    found = []
    for value in entry:
        found += [value] if isinstance(value, str) else [part for part in value if isinstance(part, str)] if isinstance(
            value, tuple
        ) else []  # fmt: skip
    return found


@pytest.mark.parametrize("number", sorted({*RFC_5321, *RFC_4954, *RFC_3207, *RFC_7504, *RFC_5248}))
def test_the_codes_of_the_rfcs_are_there(number: int) -> None:
    entry = reference.code(number)
    assert entry is not None
    assert entry.code == number
    rfc = {**dict.fromkeys(RFC_7504, "RFC 7504"), **dict.fromkeys(RFC_5248, "RFC 5248")}
    rfc |= dict.fromkeys((235, 334, 432, 534, 535, 538), "RFC 4954")
    assert rfc.get(number, "RFC 5321" if number not in (454, 530) else "RFC 4954") in entry.source


@pytest.mark.parametrize("number", RFC_3207)
def test_what_starttls_is_answered_names_its_rfc(number: int) -> None:
    entry = reference.code(number)
    assert entry is not None
    assert "RFC 3207" in entry.source
    assert "STARTTLS" in " ".join(entry.when)


@pytest.mark.parametrize("entry", reference.reply_codes(), ids=lambda entry: str(entry.code))
def test_a_reply_code_is_whole(entry: CodeEntry) -> None:
    assert entry.title
    assert entry.short == reference.short(str(entry.code))
    assert len(entry.meaning) > 40
    assert entry.when
    assert entry.fix
    assert entry.answers
    assert entry.turn in ("client", "server", "nobody")
    assert entry.next.startswith({"client": "The client", "nobody": "Nobody", "server": "The server"}[entry.turn])
    assert SOURCE.search(entry.source)
    assert entry.base64 is (entry.code == 334)
    assert not (entry.closes and entry.turn != "nobody")
    for code in entry.enhanced:
        # RFC 2034 section 4: the same first digit; none on 3xx.
        assert code[0] == str(entry.code)[0]
        assert reference.together(entry.code, code) is None
        assert reference.enhanced(code) is not None
    assert not (entry.code // 100 == 3 and entry.enhanced)


def test_reply_codes_stand_in_numeric_order_and_once() -> None:
    numbers = [entry.code for entry in reference.reply_codes()]
    assert numbers == sorted(set(numbers))


def test_220_is_the_greeting_and_the_answer_to_starttls() -> None:
    entry = reference.code(220)
    assert entry is not None
    assert "greeting" in entry.meaning
    assert "STARTTLS" in entry.meaning


def test_there_is_nothing_behind_codes_that_do_not_exist() -> None:
    for number in (0, 99, 100, 199, 235_000, 299, 335, 600, -334):
        assert reference.code(number) is None


@pytest.mark.parametrize(("code", "replies"), AUTH_ENHANCED.items())
def test_the_enhanced_codes_that_auth_brings(code: str, replies: set[int]) -> None:
    entry = reference.enhanced(code)
    assert entry is not None
    assert entry.when
    assert entry.fix
    assert replies <= set(entry.replies)
    assert entry.registered


@pytest.mark.parametrize("code", load.enhanced_codes())
def test_an_enhanced_code_is_whole(code: str) -> None:
    entry = reference.enhanced(code)
    assert isinstance(entry, EnhancedEntry)
    assert entry.title
    assert entry.short == reference.short(code)
    assert len(entry.meaning) > 20
    assert entry.when
    assert entry.fix
    assert SOURCE.search(entry.source)
    for number in entry.replies:
        assert str(number)[0] == code[0]
        assert reference.code(number) is not None
    assert entry.registered or entry.as_of


@pytest.mark.parametrize(
    "text", ["5.7", "5.7.8.9", "3.7.0", "1.1.1", "5.7.x", "5.7.", "", "5..8", "5.7.1234", "٥.7.8", "5.7.-1"]
)
def test_what_is_no_enhanced_code(text: str) -> None:
    assert reference.enhanced(text) is None


def test_an_enhanced_code_that_nobody_registered_says_so() -> None:
    entry = reference.enhanced("5.7.77")
    assert entry is not None
    assert not entry.registered
    assert "security or policy" in entry.meaning
    registered = reference.enhanced("5.7.25")
    assert registered is not None
    assert registered.registered
    assert "Reverse DNS" in registered.title


MECHANISMS = (
    "LOGIN", "PLAIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512", "SCRAM-SHA-1-PLUS",
    "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512-PLUS", "XOAUTH2", "OAUTHBEARER", "EXTERNAL", "ANONYMOUS", "NTLM", "GSSAPI",
    "GS2-KRB5", "GSS-SPNEGO",
)  # fmt: skip


def test_every_mechanism_has_its_page() -> None:
    assert {page.name for page in reference.mechanism_pages()} == set(MECHANISMS)
    assert reference.mechanism_page("login") is reference.mechanism_page("LOGIN")
    assert reference.mechanism_page("NOBODY") is None


@pytest.mark.parametrize("page", reference.mechanism_pages(), ids=lambda page: str(page.name))
def test_a_mechanism_page_is_whole(page: MechanismPage) -> None:
    assert all(len(text) > 3 for text in (page.title, page.summary, page.sends, page.stores, page.tls, page.advice))
    assert page.first in ("client", "server")
    assert page.security
    assert SOURCE.search(page.source)
    assert re.fullmatch(r"20\d\d-\d\d(-\d\d)?", page.as_of)
    assert page.flow[0].side == "C"
    assert page.flow[0].line.startswith(f"AUTH {page.name}")
    assert page.flow[-1].line.startswith(("235", "535"))
    for step in page.flow:
        assert step.side in ("S", "C")
        assert step.note
        assert "{}" not in step.line
        if step.side == "S" and not step.message and step.line.startswith("334"):
            assert step.line == "334 " or "…" in step.line or page.name == "NTLM"


@pytest.mark.parametrize("page", reference.mechanism_pages(), ids=lambda page: str(page.name))
def test_the_base64_of_a_flow_is_its_message(page: MechanismPage) -> None:
    for step in page.flow:
        if step.message:
            assert a2b_base64(step.line.split(" ")[-1], strict_mode=True) == step.message.encode()


# As the RFCs and Google's page print them.
PRINTED = {
    "PLAIN": "AHRpbQB0YW5zdGFhZnRhbnN0YWFm",  # RFC 4616 section 4, in Base64
    "CRAM-MD5": "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw",  # RFC 2195 section 2
    "ANONYMOUS": "AUTH ANONYMOUS c2lyaGM=",  # RFC 4505 section 4, in one line
    "XOAUTH2": "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==",  # noqa: E501 - Google's own line
}


@pytest.mark.parametrize(("name", "line"), PRINTED.items())
def test_a_flow_holds_the_printed_line(name: str, line: str) -> None:
    page = reference.mechanism_page(name)
    assert page is not None
    assert line in [step.line for step in page.flow]


@pytest.mark.parametrize("name", [name for name in MECHANISMS if name.startswith("SCRAM")])
def test_the_proofs_of_scram_are_right(name: str) -> None:
    """RFC 5802 section 3, computed here from the password and the messages that stand there."""
    import hashlib
    import hmac

    page = reference.mechanism_page(name)
    assert page is not None
    first, challenge, final, proof = (step.message for step in page.flow if step.message)
    digest = "sha" + name.split("-")[2]
    salt, count = a2b_base64(challenge.split("s=")[1].split(",")[0]), int(challenge.split("i=")[1])
    salted = hashlib.pbkdf2_hmac(digest, b"pencil", salt, count)
    client_key = hmac.digest(salted, b"Client Key", digest)
    bare = first.split(",,", 1)[1]
    without_proof, sent = final.rsplit(",p=", 1)
    message = f"{bare},{challenge},{without_proof}".encode()
    signature = hmac.digest(hashlib.new(digest, client_key).digest(), message, digest)
    assert bytes(a ^ b for a, b in zip(client_key, a2b_base64(sent), strict=True)) == signature
    assert a2b_base64(proof[2:]) == hmac.digest(hmac.digest(salted, b"Server Key", digest), message, digest)


def test_the_digest_is_right() -> None:
    """RFC 2831 section 2.1.2.1."""
    from hashlib import md5

    page = reference.mechanism_page("DIGEST-MD5")
    assert page is not None
    _, answer, proof = (step.message for step in page.flow if step.message)
    secret = md5(b"chris:elwood.innosoft.com:secret").digest() + b":OA6MG9tEQGm2hh:OA6MHXh6VqTrRk"

    def response(method: str) -> str:
        a2 = md5(f"{method}:smtp/elwood.innosoft.com".encode()).hexdigest()
        middle = "OA6MG9tEQGm2hh:00000001:OA6MHXh6VqTrRk:auth"
        return md5(f"{md5(secret).hexdigest()}:{middle}:{a2}".encode()).hexdigest()

    assert f"response={response('AUTHENTICATE')}," in answer
    assert proof == f"rspauth={response('')}"


def test_ports() -> None:
    assert [port.number for port in reference.ports()] == [25, 465, 587, 2525]
    for port in reference.ports():
        assert all((port.title, port.meaning, port.tls, port.auth, port.use))
        assert SOURCE.search(port.source)
    assert reference.port(110) is None


def test_the_glossary() -> None:
    terms = reference.glossary()
    assert len(terms) >= 60
    assert [entry.term.casefold() for entry in terms] == sorted(entry.term.casefold() for entry in terms)
    known = {key.casefold() for kind in ("reply", "enhanced", "mechanism", "port") for key in reference.keys(kind)}
    for entry in terms:
        assert len(entry.text) > 20
        assert entry.source, entry.term
        for name in entry.see:
            assert name.casefold() in known or reference.term(name) is not None, (entry.term, name)
    for word in ("SASL", "authcid", "authzid", "nul", "base64", "app-specific password", "biws", "salt", "cnonce"):
        assert reference.term(word) is not None, word


def test_no_name_stands_for_two_terms() -> None:
    names = [name.casefold() for entry in reference.glossary() for name in (entry.term, *entry.also)]
    assert len(names) == len(set(names))


def all_texts() -> list[tuple[str, str]]:
    found = []
    for kind in ("reply", "enhanced", "mechanism", "port", "term", "provider"):
        for key in reference.keys(kind):
            entry = reference.entry(kind, key)
            assert entry is not None
            found += [(key, text) for text in texts_of(entry)]
    return found


def test_texts_are_safe_to_show() -> None:
    # A program's own line is kept with its own blanks.
    samples = {getattr(reference.entry("provider", key), "sample", "") for key in reference.keys("provider")}
    for key, text in all_texts():
        # NUL and ^A stand in messages of mechanisms; a front end shows them as pictures.
        assert text == "" or text.replace("\u0000", "").replace("\u0001", "").isprintable(), key
        assert "  " not in text or text in samples, (key, text)
        assert text == text.strip() or text.startswith("334"), (key, text)


def test_the_sentences_have_no_code_that_has_no_entry() -> None:
    from tutor.reference.sentences import ENHANCED, REPLIES

    assert set(REPLIES) == set(reference.keys("reply"))
    assert set(ENHANCED) <= set(reference.keys("enhanced"))


def test_one_sentence_reads_no_file_and_no_regular_expressions() -> None:
    """`decode` asks for it, and must start fast."""
    code = "import sys; from tutor import reference; assert reference.short('535') and reference.short('5.7.25')\n"
    check = code + "print([name for name in ('tomllib', 're', 'json', 'tutor.reference.load') if name in sys.modules])"
    run = subprocess.run([sys.executable, "-S", "-c", check], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.strip() == "[]"


def test_short_of_what_is_not_there() -> None:
    for code in ("", "5", "999", "5.7", "5.99.1", "3.7.0", "LOGIN", "5.7.8.9"):
        assert reference.short(code) is None


def test_the_list_of_diagnosis_codes_is_the_catalogues() -> None:
    from tutor.explain.catalogue import ANSWERS, SESSIONS

    listed = [line for line in (VECTORS / "diagnoses.txt").read_text().splitlines() if not line.startswith("#")]
    assert set(listed) <= {*ANSWERS, *SESSIONS}
