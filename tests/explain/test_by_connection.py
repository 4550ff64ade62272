"""What programs say of a connection that never came to a login: wordings of many libraries, each read on its own."""

import json

import pytest

from tests.explain.test_findings import main_code
from tests.tools import VECTORS

SAID = [json.loads(line) for line in (VECTORS / "library-words.jsonl").read_text("utf-8").splitlines()]
"""Who says it (and the public thread where it was seen), the text, and the code of what it means."""


@pytest.mark.parametrize("said", SAID, ids=lambda said: str(said["by"]))
def test_a_library_s_words_are_told(said: dict[str, str]) -> None:
    assert main_code(said["text"]) == said["code"]


def test_tls_words_behind_a_refused_login_are_no_reason() -> None:
    refused = "EHLO me\n250-mx\n250 AUTH PLAIN\nAUTH PLAIN AGFkYQBzZXNhbWU=\n535 5.7.8 no\n"
    assert main_code(refused + "SSL routines:ssl3_read_bytes:sslv3 alert handshake failure") == "server.bad-credentials"


def test_a_certificate_of_imap_is_no_matter_of_smtp() -> None:
    said = "javax.net.ssl.SSLHandshakeException: PKIX path building failed"
    smtp = f"{said}\n\tat com.sun.mail.smtp.SMTPTransport.openServer(SMTPTransport.java:1961)"
    assert main_code(smtp) == "session.tls-failed"
    assert main_code(f"{said}\n\tat com.sun.mail.imap.IMAPStore.protocolConnect(IMAPStore.java:665)") is None
