"""What providers write: each text is known by its own pattern, and by no other's."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools import VECTORS
from tutor import reference
from tutor.reference.entries import ProviderText
from tutor.reference.needles import needles
from tutor.reference.providers import fold

DIAGNOSES = {
    line for line in (VECTORS / "diagnoses.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")
}
TEXTS = reference.provider_texts()


def ids(text: str) -> list[str]:
    return [found.id for found in reference.match_provider(text)]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: str(text.id))
def test_a_provider_text_is_whole(text: ProviderText) -> None:
    assert text.finding in DIAGNOSES
    assert len(text.meaning) > 20
    assert len(text.fix) > 5
    assert text.source
    assert re.fullmatch(r"20\d\d-\d\d(-\d\d)?", text.as_of)
    assert text.code == "" or re.fullmatch(r"[45]\d\d( [45]\.\d+\.\d+)?", text.code)
    first = text.code.split(" ")[0]
    assert not first or reference.code(int(first)) is not None


def test_ids_are_unique() -> None:
    assert len({text.id for text in TEXTS}) == len(TEXTS)


# How logs wrap a reply.
WRAPPINGS = (
    "{}",
    "SMTP ERROR: Password command failed: {}",
    "<** {}",
    "< {}\r\n",
    "\t{}  \n",
    'Error: Invalid login: {}\n    at SMTPConnection._formatError',
    "2024-01-01 10:00:00 SERVER -> CLIENT: {}",
)  # fmt: skip


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("text", TEXTS, ids=lambda text: str(text.id))
def test_a_sample_is_known_by_its_own_pattern_alone(text: ProviderText, wrapping: str) -> None:
    assert ids(wrapping.format(text.sample)) == [text.id]
    assert ids(wrapping.format(text.sample).upper()) in ([text.id], [])  # an address in it may be case bound


@pytest.mark.parametrize("text", [text for text in TEXTS if text.code], ids=lambda text: str(text.id))
def test_a_reply_of_many_lines_is_known(text: ProviderText) -> None:
    """As a multi-line reply: the code on every line, here with one word each, and glued as PHPMailer prints it."""
    code, _, rest = text.sample.partition(" ")
    enhanced, _, words = rest.partition(" ")
    if not enhanced[0].isdigit():
        enhanced, words = "", rest
    prefix = f"{enhanced} " if enhanced else ""
    parts = words.split(" ")
    lines = [f"{code}-{prefix}{word}" for word in parts[:-1]] + [f"{code} {prefix}{parts[-1]}"]
    assert ids("\r\n".join(lines)) == [text.id]
    assert ids(" ".join(lines)) == [text.id]


# Replies that say nothing of who wrote them: no finding is better than a wrong one.
ORDINARY = (
    "220 mail.example.org ESMTP Postfix",
    "250-AUTH PLAIN LOGIN",
    "250 2.1.5 Ok",
    "334 VXNlcm5hbWU6",
    "334 UGFzc3dvcmQ6",
    "235 2.7.0 Authentication successful",
    "535 Authentication failed",
    "535 5.7.8 Authentication failed.",
    "535 5.7.8 Authentication credentials invalid",
    "535 5.7.8 Error: authentication failed:",
    "530 5.7.0 Authentication required",
    "421 4.7.0 Try again later",
    "454 4.7.0 Temporary authentication failure",
    "550 5.1.1 <bob@example.net>: Recipient address rejected: User unknown in local recipient table",
    "554 5.7.1 Message rejected due to content restrictions",
    "550 Connection frequency limited. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000722",
    "250 2.0.0 OK 1514764800 - gsmtp",
    "C: Subject: your password has expired",
)


@pytest.mark.parametrize("line", ORDINARY)
def test_ordinary_replies_are_nobodys(line: str) -> None:
    assert ids(line) == []


# id of the case -> what one of its lines is known by, and that the case's own truth allows it.
CASES = {
    "cs-001": "gmail.browser",
    "cs-003": "exim.not-advertised",
    "cs-006": "microsoft.unsuccessful",
    "cs-009": "exim.not-advertised",
    "cs-015": "postfix.connection-lost",
    "cs-016": "gmail.auth-required",
    "cs-017": "ses.credentials",
    "cs-018": "postfix.password-prompt",
    "cs-019": "sendmail.mechanism",
    "cs-020": "microsoft.xoauth2-user",
    "cs-022": "postfix.mechanism",
    "cs-026": "postfix.another-step",
    "cs-027": "postal.unsupported",
    "cs-028": "ses.credentials",
    "cs-031": "gmail.browser",
    "cs-032": "exim.cancelled",
    "cs-034": "microsoft.basic-disabled",
    "cs-036": "microsoft.tenant-switch",
    "cs-040": "qq.authorization-code",
    "cs-042": "gmail.app-password",
    "cs-043": "postfix.mechanism",
}


@pytest.fixture(scope="module")
def cases() -> dict[str, dict[str, object]]:
    rows = map(json.loads, (VECTORS / "cases.jsonl").read_text(encoding="utf-8").splitlines())
    return {row["id"]: row for row in rows}


@pytest.mark.parametrize(("case", "name"), CASES.items())
def test_real_logs_are_known(cases: dict[str, dict[str, object]], case: str, name: str) -> None:
    row = cases[case]
    found = {text for line in str(row["transcript"]).split("\n") for text in reference.match_provider(line)}
    assert [text.id for text in found] == [name]
    text = found.pop()
    truth = row["codes"]
    assert isinstance(truth, list)
    assert text.finding in truth or text.finding == "session.answer"


@given(st.text(max_size=300))
def test_any_text_at_all(text: str) -> None:
    reference.match_provider(text)
    assert fold(text) == fold(fold(text)) or "-" in text


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: str(text.id))
def test_needles_are_long_enough_to_be_worth_it(text: ProviderText) -> None:
    assert all(len(needle) >= 6 for needle in needles(text.pattern))


def test_a_long_line_is_read_in_no_time() -> None:
    import time

    start = time.perf_counter()
    reference.match_provider("535 5.7.8 " + "authentication failed: " * 100_000)
    assert time.perf_counter() - start < 1
