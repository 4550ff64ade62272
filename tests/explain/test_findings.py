"""Why sessions failed: real cases, and what must never happen."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools import VECTORS
from tutor.explain.findings import Finding, find
from tutor.explain.session import MOST_LINES, MOST_NOTES, sessions

CASES = [json.loads(line) for line in (VECTORS / "cases.jsonl").read_text("utf-8").splitlines()]
MORE = [json.loads(line) for line in (VECTORS / "cases-more.jsonl").read_text("utf-8").splitlines()]
"""Cases that were collected after the rules were first written; of them 27 of 32 were named then."""
THIRD = [json.loads(line) for line in (VECTORS / "cases-third.jsonl").read_text("utf-8").splitlines()]
"""Cases of other programs, servers and providers, each judged by its cause before a rule was changed for it.

Of the first 105, 62 were named when they came, 24 not, and 19 wrongly. Of 34 more, which came when those were mended,
26 were named and 8 not; of the next 10, which were chosen for being odd, 4, 5 and 1; of the last 8, 5, 2 and 1."""
FOURTH = [json.loads(line) for line in (VECTORS / "cases-fourth.jsonl").read_text("utf-8").splitlines()]
"""Cases as people paste them, taken as the search gave them, each judged by its cause before the program saw it.

Of the first 72, 50 were named when they came, 20 not, and 2 wrongly. Of 31 more, which came when those were mended,
25, 5 and 1; of the next 23, 19, 3 and 1; of the next 29, 23, 3 and 3; of the last 15, 13, 2 and none. A few of the
texts were known already as a source of providers.toml."""
FIFTH = [json.loads(line) for line in (VECTORS / "cases-fifth.jsonl").read_text("utf-8").splitlines()]
"""Typical cases: error lines and logs as the search gave them, each judged by its cause before the program saw it.

Of the first 80, 66 were named when they came, 12 not, and 2 wrongly; of the last 18, which came when those were mended,
16, 2 and none. Texts like those of 4 of the first were known already as a source of providers.toml. One more does not
say its protocol, and told as possible; two that count above are in UNTOLD: one as not named, one as named wrongly."""
SIXTH = [json.loads(line) for line in (VECTORS / "cases-sixth.jsonl").read_text("utf-8").splitlines()]
"""Fresh cases, each judged by its cause before the program saw it; those alone that it did not tell rightly then."""
SEVENTH = [json.loads(line) for line in (VECTORS / "cases-seventh.jsonl").read_text("utf-8").splitlines()]
"""As SIXTH: of 365 fresh cases those that were not told rightly when they came."""
EIGHTH = [json.loads(line) for line in (VECTORS / "cases-eighth.jsonl").read_text("utf-8").splitlines()]
"""As SIXTH: of 200 more those that were not told rightly when they came."""
NINTH = [json.loads(line) for line in (VECTORS / "cases-ninth.jsonl").read_text("utf-8").splitlines()]
"""The last fresh ones, all of them; of these 142, 128 were told rightly when they came, and one wrongly."""
TENTH = [json.loads(line) for line in (VECTORS / "cases-tenth.jsonl").read_text("utf-8").splitlines()]
"""As SIXTH: of 88 more those that were not told rightly when they came, and one that stands for what a person asks."""
ELEVENTH = [json.loads(line) for line in (VECTORS / "cases-eleventh.jsonl").read_text("utf-8").splitlines()]
"""As SIXTH: of 52 more those that were not told rightly when they came."""
TWELFTH = [json.loads(line) for line in (VECTORS / "cases-twelfth.jsonl").read_text("utf-8").splitlines()]
"""As SIXTH: of 53 more those that were not told rightly when they came."""
THIRTEENTH = [json.loads(line) for line in (VECTORS / "cases-thirteenth.jsonl").read_text("utf-8").splitlines()]
"""As SIXTH: of 96 more those that were not told rightly when they came."""
FOURTEENTH = [json.loads(line) for line in (VECTORS / "cases-fourteenth.jsonl").read_text("utf-8").splitlines()]
"""As SIXTH: of these 160 rows, 137 were told rightly when they came, 9 wrongly."""
ALL = [
    *CASES, *MORE, *THIRD, *FOURTH, *FIFTH, *SIXTH, *SEVENTH, *EIGHTH, *NINTH, *TENTH, *ELEVENTH, *TWELFTH,
    *THIRTEENTH, *FOURTEENTH,
]  # fmt: skip
UNTOLD = {
    "cf-142": "it tells of a name and a password, and of nothing else: not even of mail",
    "cf-047": "it names IMAP alone; its last line, which is SMTP's, is cut behind the program's name",
    "cs-008": "only who knows the password can tell that the digest is an old one",
    "ct-147": "the traceback was cut above its last line, which had the reply",
    "ct-155": "a copier that logs the code alone: 550 has many reasons",
    "ce-046": "a browser translated the sentence: what is left is a code that Microsoft gives for five reasons",
    "ce-059": "the login was fine behind a second try; what failed is the mail",
    "bG-094": "the program's own words for a greeting that never came; that its port wanted TLS, only a person knows",
    "bI-019": "curl's words for a refused login of any protocol, and nothing that tells which",
    "bE-063": "who connects and leaves, as every health check does",
    "bF-013": "the server tells no list; that a program's login page complained, only a person can join to it",
    "bN-015": "it does not show AUTH, and 501 to MAIL has many reasons; that the server still waited, the code tells",
    "bL-010": "the sending program crashed: nothing says that its login was why",
    "bM-011": "as bE-063, told by the server, without its replies",
    "bM-012": "the log stops behind the list: nobody has tried to log in yet",
    "bM-024": "a read that timed out while the connection was thrown away: nothing tells what was read",
    "bP-025": "two clients, each with its own lines: that the first left without a login, health checks do too",
    "bP-031": "500 alone: nothing tells which command was not known",
    "bP-049": "501 to AUTH PLAIN, its message hidden; that the name was too long for the server, only its author knows",
    "bQ-002": "a mail without a login, which the server took: nothing failed",
    "bQ-005": "as bQ-002",
    "bR-023": "the program's own words for whatever ended its connection; the line that says what is cut",
    "bR-041": "EHLO got no reply that the program took; why, stands in its settings",
}


def found_in(text: str | bytes) -> list[list[Finding]]:
    data = text.encode() if isinstance(text, str) else text
    return [find(session) for session in sessions(data.split(b"\n"))]


def main_code(text: str) -> str | None:
    """The code to be judged: the first one, the second behind `session.answer`."""
    for found in found_in(text):
        codes = [finding.code for finding in found]
        if codes:
            return codes[1] if codes[0] == "session.answer" else codes[0]
    return None


@pytest.mark.parametrize(
    "case",
    [case for case in ALL if case["id"] not in UNTOLD],
    ids=lambda case: case["id"],
)
def test_a_real_case_is_explained(case: dict[str, Any]) -> None:
    assert main_code(case["transcript"]) in case["codes"]


def test_who_only_looked_is_told_so_where_nothing_else_is_in_the_log() -> None:
    looked = "220 mx.example.org ESMTP\nEHLO {}\n250-mx.example.org\n250 {}\nQUIT\n221 bye"
    ((left,),) = found_in(looked.format("me", "AUTH PLAIN LOGIN"))
    assert (left.code, left.sure, left.line) == ("session.auth-never-sent", "possible", 4)
    assert "LOGIN, PLAIN" in left.summary
    ((wizard,),) = found_in(looked.format("we-guess.mozilla.org", "AUTH PLAIN"))
    assert "Thunderbird" in wizard.summary
    for offer, words in (("STARTTLS", "behind TLS"), ("SIZE 1000", "no login on this port")):
        ((none,),) = found_in(looked.format("me", offer))
        assert (none.code, none.sure) == ("session.auth-not-offered", "possible")
        assert words in none.summary
    assert main_code(f"{looked.format('a', 'AUTH PLAIN')}\n{looked.format('b', 'AUTH PLAIN')}") is None
    assert main_code(looked.format("monitor.example.org", "AUTH PLAIN")) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [  # the same in other programs' words
        ('mailer: server offers auth mechanisms: "LOGIN, NTLM"\nmailer: CRAM-MD5 authentication failed',
         "session.mechanism-not-offered"),
        ('mailer: server offers auth mechanisms: "LOGIN, NTLM"\nmailer: LOGIN authentication failed',
         "server.bad-credentials"),
        ('smtp config: host "mx.example.org", port: 465, ssl: false', "greeting.tls-expected"),
        ('smtp config: host "mx.example.org", port: 465, ssl: false\nConnection refused', None),
        ("mail error: HELO command was rejected: 220 mx.example.org ESMTP", "session.out-of-step"),
        ("smtp: Login not accepted: 250 mx.example.org", "session.out-of-step"),
        ("File smtplib.py, in auth_cram_md5\nAttributeError: 'NoneType' object has no attribute 'encode'",
         "value.placeholder"),
        ('SMTP: server response: "554 relaying is prohibited here"', "session.auth-required"),
        ("mail error: Unexpected SMTP greeting: 250 2.1.0 Ok", "session.out-of-step"),
        ("javax.mail.MessagingException: Could not connect to SMTP host: mx, port: 25, response: 250",
         "session.out-of-step"),
        ('mail error: Expected response code 220 but got code "354"', "session.out-of-step"),
        ("mail: no suitable SASL mechanism available", "session.mechanism-not-offered"),
        ("mailer: no common auth methods", "session.mechanism-not-offered"),
        ("220 mx\nEHLO me\n250-mx\n250 STARTTLS\nmailer: server does not support STARTTLS", "session.client-bug"),
        ("220 mx\nEHLO me\n250-mx\n250 AUTH PLAIN\nmailer: server does not support STARTTLS", "session.tls-failed"),
        ("send mail: smtp: wrong host name", "session.auth-never-sent"),
        ('level=error msg="sending e-mail" err="wrong host name"', "session.auth-never-sent"),
        ("tls: wrong host name in the certificate of the mail server", None),
        ("alert: *smtp.plainAuth auth: unexpected server challenge", "session.initial-response"),
        ("alert: *email.loginAuth auth: unexpected server challenge", "session.prompt-compared"),
        ("smtp: unexpected server challenge: username", "session.prompt-compared"),
        ("mail error: eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==",
         "server.token"),
        ("554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; WASCL UserAction verdict is not None. Actual "
         "verdict is RefuseQuota, ShowTierUpgrade.", "server.rate-limited"),
        ("> MAIL FROM:<a@example.org>\n> AUTH LOGIN\n: 554 5.7.1 <c[192.0.2.1]>: Client host rejected: Access denied",
         None),
    ],
)  # fmt: skip
def test_what_programs_tell_of_a_login_that_they_never_came_to(text: str, code: str | None) -> None:
    assert main_code(text) == code


EHLO = "220 mx.example.org ESMTP\nEHLO me\n250-mx.example.org\n250 AUTH PLAIN LOGIN\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            EHLO + "AUTH LOGIN\n334 VXNlcm5hbWU6\nYWRh\n334 UGFzc3dvcmQ6\nc2VzYW1l\n235 2.7.0 ok\nQUIT\n221 bye",
            "session.ok",
        ),
        (EHLO + "AUTH CRAM-MD5\n504 5.5.4 no such mechanism", "session.mechanism-not-offered"),
        (EHLO + "MAIL FROM:<a@example.org>\n530 5.7.0 Authentication required", "session.auth-required"),
        (EHLO + "AUTH LOGIN\n334 VXNlcm5hbWU6\n*\n501 5.7.0 cancelled", "session.cancelled"),
        ("AUTH LOGIN\n334 VXNlcm5hbWU6\nYWRhCg==\n535 5.7.8 no", "text.trailing-newline"),
        ("HTTP/1.1 400 Bad Request", "greeting.not-smtp"),
        ("ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)", "greeting.tls-expected"),
        ("ssl.SSLCertVerificationError: certificate verify failed: self-signed certificate", "session.tls-failed"),
        ("454 4.7.0 Temporary authentication failure", "server.temporary"),
        ("432 4.7.12 A password transition is needed", "server.password-transition"),
    ],
)
def test_what_a_session_shows_is_named(text: str, code: str) -> None:
    assert main_code(text) == code


@pytest.mark.parametrize(
    ("answer", "code"),
    [  # made with printf, iconv and coreutils' base64
        ("YWRhCg==", "text.trailing-newline"),
        ("YWRhDQ==", "text.trailing-newline"),
        ("YQBkAGEA", "text.utf-16"),
        ("YWRhIA==", "text.surrounding-space"),
        ("YWRhIGw", "b64.padding"),
        ("YWRh", "server.bad-credentials"),
    ],
)
def test_a_user_name_that_the_server_took_is_looked_at_behind_a_535(answer: str, code: str) -> None:
    start = "S: 220 mx ESMTP\nC: EHLO me\nS: 250 AUTH LOGIN\n"
    end = "S: 334 UGFzc3dvcmQ6\nC: c2VzYW1l\nS: 535 5.7.8 no\n"
    assert main_code(f"{start}C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: {answer}\n{end}") == code
    assert main_code(f"{start}C: AUTH LOGIN {answer}\n{end}") == code
    assert main_code(f"{start}C: AUTH LOGIN {answer}\n{end.replace('535 5.7.8', '235 2.7.0')}") == "session.ok"


def test_a_first_try_of_cram_md5_is_no_finding_where_the_mail_went_on() -> None:
    # dma's log: CRAM-MD5 first, then LOGIN; corecode/dma#72 and #54
    step = "dma[1]: smarthost authentication: AUTH cram-md5 not available: 504 5.7.4 Unrecognized Authentication Type"
    assert main_code(f"dma[1]: trying delivery\n{step}") == "session.mechanism-not-offered"
    failed = "dma[1]: remote delivery deferred: mx [192.0.2.1] failed after DATA: 421 4.3.0 Temporary System Problem."
    assert main_code(f"dma[1]: trying delivery\n{step}\n{failed}") is None


@pytest.mark.parametrize(
    ("text", "code"),
    [  # names of codes: MailKit, SmtpStatusCode.cs
        ("AuthenticationException: ServiceNotAvailable: 4.3.2 Service not active", "server.temporary"),
        ("AuthenticationException: AuthenticationMechanismTooWeak: 5.7.0 Not here", "server.too-weak"),
        ("MailKit: login: EncryptionRequiredForAuthenticationMechanism: 5.7.0 Not so", "session.starttls-first"),
    ],
)
def test_a_code_that_is_written_out_is_read(text: str, code: str) -> None:
    assert main_code(text) == code


def test_a_failed_login_on_the_submission_port_comes_before_what_was_refused_without_one() -> None:
    head = "Jun 24 00:59:3{} mail postfix/submission/smtpd[20965]: "
    failed = "warning: c.example.org[192.0.2.4]: SASL LOGIN authentication failed: UGFzc3dvcmQ6"
    reject = (
        "NOQUEUE: reject: RCPT from c.example.org[192.0.2.4]: 554 5.7.1 <c.example.org[192.0.2.4]>: "
        "Client host rejected: Access denied; from=<ada@example.org> to=<bob@example.org>"
    )
    assert main_code(head.format(6) + reject) == "session.auth-required"
    assert main_code(f"{head.format(5)}{failed}\n{head.format(6)}{reject}") == "server.bad-credentials"


def test_what_dotnet_says_of_every_refusal_is_no_reason() -> None:
    head = "SmtpException: The SMTP server requires a secure connection or the client was not authenticated. "
    assert main_code(head + "The server response was: 5.7.0 Authentication Required") == "session.auth-required"
    assert main_code(head + "The server response was: 5.7.8 Bad name") == "server.bad-credentials"
    assert main_code(head + "The server response was: Sorry.") is None


def test_a_nul_that_is_missing_in_plain_is_named_whatever_the_password_is() -> None:
    # printf 'ada@example.org\0c0rrect' | openssl base64 -A
    assert main_code(EHLO + "AUTH PLAIN YWRhQGV4YW1wbGUub3JnAGMwcnJlY3Q=\n535 5.7.8 no\n") == "plain.no-leading-nul"


@pytest.mark.parametrize(
    "reply", ["530 5.7.57 Client not authenticated to send mail", "504 5.7.4 Unrecognized type", "503"]
)
def test_auth_before_tls_where_only_starttls_is_offered(reply: str) -> None:
    offer = "220 mx.example.org ESMTP\nEHLO me\n250-mx.example.org\n250{}\nAUTH LOGIN\n{}\n"
    assert main_code(offer.format("-SIZE 1000\n250 STARTTLS", reply)) == "session.starttls-first"
    assert main_code(offer.format(" SIZE 1000", "504 5.7.4 Unrecognized type")) == "session.auth-not-offered"
    assert main_code(offer.format("-STARTTLS\n250 AUTH LOGIN", "535 5.7.8 no")) == "server.bad-credentials"


def test_the_prompt_in_a_log_is_explained() -> None:
    head = "Feb  4 15:30:34 mail postfix/smtpd[243]: warning: unknown[192.0.2.1]: "
    ((finding,),) = found_in(head + "SASL LOGIN authentication failed: UGFzc3dvcmQ6")
    assert finding.code == "server.bad-credentials"
    assert "Password:" in finding.summary


@pytest.mark.parametrize(
    "case",
    # Of ce-046 its 535 alone is read, and told as that: it says a refused password, which Microsoft did not judge.
    [case for case in ALL if case["id"] in UNTOLD and case["id"] != "ce-046"],
    ids=lambda case: case["id"],
)
def test_what_cannot_be_told_is_not_told_wrongly(case: dict[str, Any]) -> None:
    assert main_code(case["transcript"]) in (None, *case["codes"])


INNOCENT = [json.loads(line) for line in (VECTORS / "innocent.jsonl").read_text("utf-8").splitlines()]
"""Texts that tell of no failed login by SMTP: from public threads, or written by us after what programs print.

Of the first 31, 17 were named before it was asked what a text is about; of the next 19, 3.
All behind them came with the rules that they watch."""


@pytest.mark.parametrize("innocent", INNOCENT, ids=lambda innocent: innocent["about"])
def test_text_without_a_failed_login_has_no_finding(innocent: dict[str, str]) -> None:
    assert main_code(innocent["text"]) in (None, "session.ok")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("AUTH PLAIN AGFkYQBzZXNhbWU=\n451 4.3.0 try again", "server.temporary"),
        ("Sending email failed: Error: +OK POP3 server ready", "greeting.not-smtp"),
        ("cannot send mail: error: SSH-2.0-OpenSSH_9.2", "greeting.not-smtp"),
        ("ERROR: e-mail to ada@example.org: Connection unexpectedly closed", "session.dropped"),
        (
            "Auth method requested: LOGIN\nAuth methods available on the server: CRAM-MD5,NTLM\n"
            "SMTP Error: Could not authenticate.\nCLIENT -> SERVER: QUIT",
            "session.mechanism-not-offered",
        ),
        (
            "Auth method requested: LOGIN\nAuth methods available on the server: LOGIN,PLAIN\n"
            "SMTP Error: Could not authenticate.\nCLIENT -> SERVER: QUIT",
            "session.auth-never-sent",
        ),
        ("SmtpException: … La réponse du serveur était : 5.7.1 Client non authentifié", "session.auth-required"),
        ("SmtpException: … Die Serverantwort war: 5.7.57 Client nicht authentifiziert", "session.auth-required"),
        ("SmtpException: … Ответ сервера: 5.7.1 Клиент не прошел проверку подлинности", "session.auth-required"),
        ("SmtpException: … 服务器响应为: 5.7.1 客户端未通过身份验证", "session.auth-required"),
        ("メール送信に失敗しました: 認証に失敗しました", "server.bad-credentials"),
        (
            "Fehler beim Senden: E-Mail konnte nicht versendet werden: Authentifizierung fehlgeschlagen",
            "server.bad-credentials",
        ),
        ("Erreur lors de l'envoi de l'e-mail : échec d'authentification", "server.bad-credentials"),
        (
            "220 mx.yahoo.com ESMTP\nEHLO me\n250-mx.yahoo.com\n250 AUTH LOGIN\nAUTH LOGIN\n334 VXNlcm5hbWU6\n"
            "YWRhQHlhaG9v\n334 UGFzc3dvcmQ6\nc2VzYW1lMTI=\n535 5.7.8 no",
            "value.domain",
        ),
        (
            "220 mx.example.com ESMTP\nEHLO me\n250-mx.example.com\n250 AUTH LOGIN\nAUTH LOGIN\n334 VXNlcm5hbWU6\n"
            "YWRhQHlhaG9v\n334 UGFzc3dvcmQ6\nc2VzYW1lMTI=\n535 5.7.8 no",
            "server.bad-credentials",
        ),
        (
            "220 mx ESMTP\nEHLO me\n250 AUTH PLAIN\nAUTH PLAIN\n334 UGxhaW46\nYWRhAHNlc2FtZQ==\n535 5.7.8 no",
            "plain.no-leading-nul",
        ),
        (
            "220 mx ESMTP\nEHLO me\n250 AUTH PLAIN\nAUTH PLAIN\n334 UGxhaW46\nAGFkYQBzZXNhbWU=\n535 5.7.8 no",
            "server.bad-credentials",
        ),
        ("220 mx ESMTP\nPROXY TCP4 192.0.2.1 192.0.2.2 5000 25\n500 5.5.1 Command unrecognized", "session.client-bug"),
        ("220 mx ESMTP\n\0\r\nQUIT\n!\x11\0\x0c7654321EHLO me\n500 5.5.1 Unrecognized", "session.client-bug"),
        (
            "postfix/smtpd[5]: improper command pipelining after CONNECT from unknown[192.0.2.1]: "
            r"\r\n\r\n\000\r\nQUIT\n!\021\000",
            "session.client-bug",
        ),
        (
            "postfix/smtpd[4]: warning: haproxy read: timeout error\npostfix/smtpd[4]: connect from me[192.0.2.1]",
            "server.misconfigured",
        ),
        (
            "saslauthd[1]: do_auth : auth failure: [user=ada] [service=smtp] [mech=pam] [reason=PAM auth error]",
            "server.bad-credentials",
        ),
        (
            "saslauthd[1]: DEBUG: auth_pam: pam_authenticate failed: Authentication failure\n"
            "saslauthd[1]: do_auth : auth failure: [user=ada] [service=smtp] [mech=pam] [reason=PAM auth error]",
            "server.bad-credentials",
        ),
        (
            "saslauthd[1]: pam_env(smtp:setcred): Unable to open env file: /etc/default/locale: No such file\n"
            "saslauthd[1]: pam_unix(smtp:account): could not identify user (from getpwnam(ada))\n"
            "saslauthd[1]: do_auth : auth failure: [user=ada] [service=smtp] [mech=pam] [reason=PAM acct error]",
            "server.bad-credentials",
        ),
        (
            "saslauthd[1]: user ldap_search_st() failed: Can't contact LDAP server\n"
            "saslauthd[1]: do_auth : auth failure: [user=ada] [service=smtp] [realm=] [mech=ldap] [reason=Unknown]",
            "server.misconfigured",
        ),
        ("dovecot: auth: Error: ldap(ada): ldap_bind() failed: Can't contact LDAP server", "server.misconfigured"),
        ("postfix/smtp[2]: warning: TLS is required, but our TLS engine is unavailable", "session.tls-failed"),
        ('postfix/smtp[2]: smtp_tls_wrappermode requires "smtp_tls_security_level = encrypt"', "greeting.tls-expected"),
        ("mailer: Error: cannot send: the server requires authentication", "session.auth-required"),
        ("smtplib.SMTPServerDisconnected: Connection unexpectedly closed", "session.dropped"),
        ("javax.mail.AuthenticationFailedException: 334 VXNlcm5hbWU6", "session.cancelled"),
        ("AUTH PLAIN AGFkYQBzZXNhbWU=\n550 Your account is locked", "server.account"),
        ("AUTH PLAIN AGFkYQBzZXNhbWU=\n554 Login incorrect", "server.bad-credentials"),
        ("AUTH PLAIN AGFkYQBzZXNhbWU=\n535 5.7.8 Use an app password", "server.app-password"),
        ("AUTH PLAIN AGFkYQBzZXNhbWU=\n535 5.7.8 Password login is disabled", "server.basic-auth-disabled"),
        ("AUTH PLAIN AGFkYQBzZXNhbWU=\n554 5.7.1 Too many failed logins", "server.rate-limited"),
        ("AUTH PLAIN AGFkYQBzZXNhbWU=\n454 TLS is required", "session.starttls-first"),
        (
            "EHLO me\n250-mx.example.org\n250 AUTH LOGIN CRAM-MD5\nAUTH PLAIN AGFkYQBzZXNhbWU=",
            "session.mechanism-not-offered",
        ),
    ],
)
def test_the_words_of_a_refusal_count(text: str, code: str) -> None:
    assert main_code(text) == code


TOKEN = "dXNlcj1hZGFAZXhhbXBsZS5vcmcBYXV0aD1CZWFyZXIgeWEyOS5hYmMBAQ=="
"""user=ada@example.org ^A auth=Bearer ya29.abc ^A ^A, by coreutils' base64."""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"AUTH XOAUTH2 {TOKEN}\n535 5.7.8 Username and Password not accepted - gsmtp", "server.token"),
        (f"AUTH XOAUTH2 {TOKEN}\n535 5.7.3 Authentication unsuccessful [X.prod.outlook.com]", "server.token"),
        (f"AUTH XOAUTH2 {TOKEN}\n535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
         "Tenant.", "server.basic-auth-disabled"),
        ("AUTH XOAUTH2\n535 5.7.8 Username and Password not accepted - gsmtp", "server.token"),
        # without its two last octets 01
        ("AUTH XOAUTH2 dXNlcj1hZGFAZXhhbXBsZS5vcmcBYXV0aD1CZWFyZXIgeWEyOS5hYmM=\n535 5.7.8 no", "oauth.terminator"),
    ],
)  # fmt: skip
def test_with_oauth_a_refusal_is_of_the_token(text: str, code: str) -> None:
    assert main_code(text) == code


PLAIN_UNSET = "AUTH PLAIN AHVuZGVmaW5lZAB1bmRlZmluZWQ="
"""NUL undefined NUL undefined, as coreutils' base64 writes it."""
NOT_ACCEPTED = "535 5.7.8 Username and Password not accepted. https://support.google.com/mail/?p=BadCredentials x"
LOGIN = "AUTH LOGIN\n334 VXNlcm5hbWU6\n{}\n334 UGFzc3dvcmQ6\nc2VzYW1l\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"{PLAIN_UNSET}\n{NOT_ACCEPTED}", "value.placeholder"),
        (LOGIN.format("YWRhCg==") + NOT_ACCEPTED, "text.trailing-newline"),
        (LOGIN.format("YWRh") + NOT_ACCEPTED, "server.app-password"),
        (f"{PLAIN_UNSET}\n535 5.7.139 Basic authentication is disabled.", "server.basic-auth-disabled"),
        (f'mailer: error: 502 Command "{PLAIN_UNSET}" not implemented', "value.placeholder"),
    ],
)  # fmt: skip
def test_what_the_answer_shows_comes_before_a_provider_s_no(text: str, code: str) -> None:
    assert main_code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("smtp: XOAUTH2: invalid_grant", "server.token"),
        ("calendar: oauth2: invalid_grant", None),
        ("mailer: OAuth: AADSTS700082: the refresh token has expired", "server.token"),
        ("ArgumentError: SMTP-AUTH requested but missing user name", "session.auth-never-sent"),
        ("Mail server: none of the authentication methods are supported", "session.mechanism-not-offered"),
        ("smtplib.SMTPAuthenticationError: (454, b'4.7.0 Invalid username or password')", "server.bad-credentials"),
        ("smtplib.SMTPAuthenticationError: (454, b'4.7.0 Database down')", "server.temporary"),
        ("SMTP: 535 5.7.0 Your IP is not authorized", "server.account"),
        ("AUTH PLAIN failed: 535 5.7.8 authentication failed", "server.bad-credentials"),
        ("Tx 'AUTH XOAUTH2 dXNlcj10Z.....09AQE='\nRx '535 5.7.3 Authentication unsuccessful'", "server.token"),
        ("SMTP NOTICE: EOF caught while checking if connected\nSMTP Error: Could not authenticate.", "greeting.none"),
        ('TransportException: Expected response code "235" but got empty code.', "session.dropped"),
        ("Error: transient error (454)", "server.temporary"),
        ("Error: permanent error (550)", None),
        ("MAIL FROM:<a@example.org>\n553 5.7.1 Sender address must match the authenticated user", "server.account"),
        ("530 5.7.0 Authenticate first\nmailer: failed: 451 4.7.0 Temporary error in response to AUTH",
         "server.temporary"),
        ("530 5.7.0 Authenticate first\nmailer: failed: 451 4.7.0 Temporary error in response to DATA",
         "session.auth-required"),
    ],
)  # fmt: skip
def test_what_programs_say_without_the_server_s_reply(text: str, code: str | None) -> None:
    assert main_code(text) == code


def test_a_digest_that_was_refused_may_be_the_server_s_fault() -> None:
    head, end = "EHLO me\n250-mx.example.org\n250 AUTH {}\n", "AUTH CRAM-MD5\n334 PDFAbXg+\n...\n535 5.7.8 no"
    (found,) = found_in(head.format("CRAM-MD5 PLAIN") + end)
    assert [(one.code, one.sure) for one in found] == [
        ("server.no-clear-password", "possible"),
        ("server.bad-credentials", "possible"),
    ]
    assert main_code(head.format("CRAM-MD5") + end) == "server.bad-credentials"
    assert (
        main_code(head.format("CRAM-MD5 PLAIN") + end + "\nAUTH PLAIN AGFkYQBzZXNhbWU=\n535 no")
        == "server.bad-credentials"
    )


def test_noise_in_front_of_a_log_is_no_session_of_its_own() -> None:
    head = "[DEBUG] [0352218B-595C-4B97-B998-1C1C0DDC6803] [core] running connect hooks\n"
    said = "[PROTOCOL] [0352218B-595C-4B97-B998-1C1C0DDC6803] [core] S: 535 5.7.8 no"
    assert [[one.code for one in found] for found in found_in(head + said)] == [["server.bad-credentials"]]
    assert len(list(sessions(head.encode().split(b"\n")))) == 1


def test_two_sessions_are_told_apart() -> None:
    one = EHLO + "AUTH LOGIN\n334 VXNlcm5hbWU6\nYWRh\n334 UGFzc3dvcmQ6\nc2VzYW1l\n{}\nQUIT\n221 bye\n"
    codes = [found[0].code for found in found_in(one.format("235 2.7.0 ok") + one.format("535 5.7.8 no")) if found]
    assert codes == ["session.ok", "server.bad-credentials"]


def test_what_is_kept_of_a_session_is_bounded() -> None:
    lines = [b"220 mx.example.org ESMTP", *[b"NOOP", b"250 ok"] * MOST_LINES, *[b"=== words"] * MOST_NOTES * 3]
    (session,) = sessions(lines)
    assert session.truncated
    assert len(session.entries) == MOST_LINES
    assert len(session.notes) <= MOST_NOTES


PIECES = st.sampled_from(
    [b"220 x", b"250-AUTH LOGIN", b"250 x", b"AUTH LOGIN", b"AUTH PLAIN AGE=", b"334 VXNlcm5hbWU6", b"334", b"YWRh",
     b"*", b"535 no", b"235 ok", b"QUIT", b"STARTTLS", b"EHLO x", b"<- 334 VXNl", b"-> YWRh", b"\x1b[2J", b"\xff\xfe"]
)  # fmt: skip


@given(st.lists(st.one_of(PIECES, st.binary(max_size=60)), max_size=30))
def test_no_log_upsets_it(lines: list[bytes]) -> None:
    for session in sessions(lines):
        for finding in find(session):
            assert finding.code
            assert finding.summary


@pytest.mark.parametrize(
    "mask",
    ["[suppressed]", "[BASE64_ENCODED_NAME]", "(base64 username)", "<username>", "xxxxxx", "xxxx", "XXXXXXXXXXXX=",
     "dXNlcm5hXXXXXXXXXX==", "{password}", "BASE64USERNAME", "user-in-base64", "encoded username here", "--removed--",
     "######", "<snip>", "[x]", "<<base64>>", "dXNlcg== (my name)", "*credentials hidden*", "blahblah", "…", "REMOVED"],
)  # fmt: skip
def test_what_people_write_in_an_answer_s_place_is_no_answer(mask: str) -> None:
    login = f"AUTH LOGIN\n334 VXNlcm5hbWU6\n{mask}\n334 UGFzc3dvcmQ6\n{mask}\n535 5.7.8 no"
    assert main_code(EHLO + login) == "server.bad-credentials"
    assert main_code(EHLO + f"AUTH PLAIN {mask}\n535 5.7.8 no") == "server.bad-credentials"


@pytest.mark.parametrize("answer", ["ada@example.org", "hunter22!", "(ada)?", "[YWRhQGV4YW1wbGUub3Jn]", "pass word"])
def test_a_plain_answer_is_no_mask(answer: str) -> None:
    assert (main_code(EHLO + f"AUTH LOGIN\n334 VXNlcm5hbWU6\n{answer}\n501 5.5.2 no") or "").startswith("b64.")


OFFER = "220 mx.example.org ESMTP\nEHLO me\n250-mx.example.org\n250 {}\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (OFFER.format("STARTTLS") + "STARTTLS\n454 4.3.3 no TLS\nQUIT\n221 bye", "session.tls-failed"),
        (OFFER.format("SIZE 100") + "STARTTLS\n502 5.5.1 Not known\nQUIT\n221 bye", "session.tls-failed"),
        (OFFER.format("STARTTLS") + "STARTTLS\n554 Already in TLS", "session.client-bug"),
        (OFFER.format("AUTH PLAIN") + "STARTTLS\n554 5.5.1 Error: TLS already active", "session.client-bug"),
        (OFFER.format("STARTTLS") + "STARTTLS\n220 go ahead\nmailer: SSL: Broken pipe", "session.tls-failed"),
        ("220 ******************0*2*******\nEHLO me\n250 mx\nAUTH LOGIN\n502 no", "greeting.masked"),
        (OFFER.format("XXXA") + "AUTH LOGIN\n500 5.3.3 Unrecognized command", "greeting.masked"),
        ("220 mx ESMTP\nEHLO me\n250-mx\n250-XXXXXXXA\n250 AUTH LOGIN\nAUTH LOGIN\n535 no", "server.bad-credentials"),
        ("C: RCPT TO:<b@example.org>\nS: 220 mx.example.org ESMTP\nS: 503 5.5.1 EHLO first", "session.out-of-step"),
        ("554 SMTP synchronization error", "session.out-of-step"),
        ("220 mx.example.org ESMTP\na001 LOGIN ada secret\n502 5.5.2 Error: command not recognized",
         "session.wrong-protocol"),
        ("imaplib.IMAP4.abort: unexpected response: b'220 mx.example.org ESMTP'", "session.wrong-protocol"),
        ("poplib.error_proto: b'220 mx.example.org ESMTP'", "session.wrong-protocol"),
        ("250 2.1.0 Ok\n554 5.7.1 <c[192.0.2.1]>: Client host rejected: Access denied", "session.auth-required"),
        ('mechanism "XOAUTH2" failed: 535 5.7.8 Username and Password not accepted - gsmtp', "server.token"),
        ("mechanisms: XOAUTH2 LOGIN PLAIN, login failed: 535 5.7.8 no", "server.bad-credentials"),
        (EHLO + "AUTH PLAIN dGVzdDEyMw== AHRlc3QAdGVzdA==\n501 no", "b64.whitespace"),
        (EHLO + "AUTH LOGIN\n334 VXNlcm5hbWU6\n123\n501 no", "b64.plain-text"),
        (EHLO + "AUTH LOGIN\n334 VXNlcm5hbWU6\nmartha\n334 UGFzc3dvcmQ6\nqwerty12\n535 no", "b64.accidental"),
        (EHLO + "AUTH LOGIN\n334 VXNlcm5hbWU6\n535 5.7.8 no", "server.bad-credentials"),
    ],
)  # fmt: skip
def test_what_a_session_shows_before_and_at_the_login(text: str, code: str) -> None:
    assert main_code(text) == code


TELNET = "Trying 192.0.2.1...\nConnected to mx.example.org.\nEscape character is '^]'.\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (TELNET + "Connection closed by foreign host.", "greeting.none"),
        (TELNET.replace("mx.", "www.") + "Connection closed by foreign host.", None),
        (TELNET + "SSH-2.0-OpenSSH_8.9", "greeting.not-smtp"),
        (TELNET + EHLO + "AUTH LOGIN\n334 VXNlcm5hbWU6\nYWRh\nConnection closed by foreign host.", "session.dropped"),
        (TELNET + EHLO + "QUIT\n221 bye\nConnection closed by foreign host.", "session.auth-never-sent"),
        ("220 mx\nHELO me\n250 mx\nAUTH LOGIN\n502 5.5.1 not here", "session.no-ehlo"),
        (OFFER.format("STARTTLS") + "STARTTLS\n220 go\nAUTH LOGIN\n503 5.5.1 EHLO first", "session.ehlo-again"),
        (EHLO + "AUTH PLAIN [redacted]\n235 ok\nMAIL FROM:<a@b>\n550 5.7.60 SMTP; Client does not have permissions to "
         "send as this sender", "server.account"),
    ],
)  # fmt: skip
def test_connections_by_hand_and_what_follows_a_login(text: str, code: str | None) -> None:
    assert main_code(text) == code


def test_no_code_is_told_that_nobody_said() -> None:
    for case in ALL:
        for found in found_in(case["transcript"]):
            assert not any(one.summary.startswith("535,") for one in found) or "535" in case["transcript"], case["id"]


def test_a_sender_that_is_not_the_login_s_is_named_as_that() -> None:
    ((first, *_),) = found_in("SMTPSendFailedException: 553 Mail from must equal authorized user")
    assert (first.code, "sender's address" in first.summary) == ("server.account", True)
    ((first, *_),) = found_in("535 5.7.8 your account is locked")
    assert (first.code, "sender" in first.summary) == ("server.account", False)


NOT_ACCEPTED = "535 5.7.8 Username and Password not accepted"


@pytest.mark.parametrize(
    ("text", "code", "sure"),
    [  # Gmail's words, which other servers have copied
        (f"mail error: {NOT_ACCEPTED}", "server.app-password", "likely"),
        (f"mail error: {NOT_ACCEPTED} a1sm - gsmtp", "server.app-password", "certain"),
        (f"220 smtp.gmail.com ESMTP\nAUTH PLAIN [redacted]\n{NOT_ACCEPTED}", "server.app-password", "certain"),
        (f"{NOT_ACCEPTED}. Learn more at https://support.google.com/mail", "server.app-password", "certain"),
        (f"{EHLO}AUTH PLAIN [redacted]\n{NOT_ACCEPTED}", "server.bad-credentials", "likely"),
        (f"Error: Invalid login: {NOT_ACCEPTED}\n  options: {{ host: 'smtp.example.org' }}",
         "server.bad-credentials", "likely"),
        (f"{NOT_ACCEPTED}\nhost = mail.company.example", "server.bad-credentials", "likely"),
    ],
)  # fmt: skip
def test_gmail_is_named_for_certain_only_where_something_of_google_is_there(text: str, code: str, sure: str) -> None:
    ((first, *_),) = found_in(text)
    assert (first.code, first.sure) == (code, sure)


SESSION = "220 mail.example.org ESMTP\nEHLO x\n250 AUTH LOGIN\nAUTH LOGIN\n334 VXNlcm5hbWU6\nYWRh\n334 UGFzc3dvcmQ6\n"


def test_the_server_s_reply_comes_before_curl_s_summary_of_it() -> None:
    talk = "< 220 mx\n> EHLO me\n< 250 AUTH PLAIN\n> AUTH PLAIN\n< 334 \n> [redacted]\n< 535 5.7.8 bad\n"
    ((first, *_),) = found_in(talk + "curl: (67) Login denied")
    assert (first.code, first.line, "curl with -v" in first.fix) == ("server.bad-credentials", 7, False)
    ((first, *_),) = found_in("curl: (67) Login denied")
    assert (first.line, "curl with -v" in first.fix) == (1, True)


@pytest.mark.parametrize("page", ["<!DOCTYPE html><html><body><pre>\n{}</pre></body></html>", "<html>\n<p>My log:\n{}"])
def test_a_log_that_was_saved_as_a_web_page_is_no_web_server(page: str) -> None:
    assert main_code(page.format(SESSION + "d3Jvbmc=\n535 5.7.8 no\n")) == "server.bad-credentials"
    assert main_code("<html><head><title>400 Bad Request</title></head>") == "greeting.not-smtp"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Der Server antwortete: 535 Authentifizierung fehlgeschlagen", "server.bad-credentials"),
        ("Le serveur a répondu: 535 Échec d'authentification", "server.bad-credentials"),
        ("El servidor respondió: 535 Error de autenticación", "server.bad-credentials"),
        ("服务器返回了535错误", "server.bad-credentials"),
        ("服务器返回：535 认证失败", "server.bad-credentials"),
        ("Server said 535.", "server.bad-credentials"),
        ("Dear team, the weather is fine. We had 535 guests and 250 chairs.", None),
        ("The host said 535 guests came.", None),
        ("The server answered 535.20 requests a second.", None),
    ],
)
def test_535_in_a_sentence_of_any_language_is_a_refused_login(text: str, code: str | None) -> None:
    assert main_code(text) == code


def test_a_login_that_was_good_is_not_all_where_tls_was_wanted_for_the_mail() -> None:
    log = (
        "Jan 23 16:42:50 mail postfix/smtpd[108]: connect from unknown[192.0.2.182]\n"
        "Jan 23 16:42:50 mail postfix/smtpd[108]: NOQUEUE: reject: RCPT from unknown[192.0.2.182]: 550 5.7.1 Session "
        "encryption is required; from=<a@example.org> to=<b@example.org> proto=ESMTP helo=<x>\n"
        "Jan 23 16:42:50 mail postfix/smtpd[108]: disconnect from unknown[192.0.2.182] ehlo=1 auth=1 mail=1 rcpt=0/1"
    )
    (found,) = found_in(log)
    assert [one.code for one in found] == ["session.starttls-first", "session.ok"]


def test_nothing_is_said_twice() -> None:
    sender = "553 5.7.1 <bob@other.org>: Sender address rejected: not owned by user ada"
    ((first, *_),) = found_in(f"{EHLO}AUTH PLAIN [redacted]\n235 ok\nMAIL FROM:<bob@other.org>\n{sender}")
    assert (first.code, first.summary.count("login was fine")) == ("server.account", 1)
    ((first, *_),) = found_in("(530, b'Must issue a STARTTLS command first')")
    assert first.source.count("RFC 3207 section 4") == 1
    ((first, *_),) = found_in("The SMTP server has unexpectedly disconnected: 5.7.0 ...authentication rejected")
    assert "do not say what the server answered" not in first.summary


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("javax.mail.MessagingException: STARTTLS is required but host does not support STARTTLS",
         "session.tls-failed", "port 465 with TLS from the first byte"),
        ("535 Authentication failed: Basic authentication is not allowed with 2FA enabled. To fix, see https://x",
         "server.basic-auth-disabled", "the word apikey"),
        ("535 5.7.0 authentication rejected: your password is too simple.", "server.account", "Set a new"),
        ("SASL authentication failure: no worthy mechs found", "session.mechanism-not-offered",
         "smtp_sasl_security_options"),
        ("No authentication mechanisms were tried since the server did not support any of the ones loaded. Loaded "
         "authenticators: [LOGIN, PLAIN]", "session.mechanism-not-offered", "encryption"),
        (EHLO + "AUTH PLAIN [redacted]\n454 4.7.0 Temporary authentication failure: Connection lost to authentication "
         "server", "server.temporary", "smtpd_sasl_path"),
        ("smtp error: starttls failed: x509: certificate is valid for example.org, not mail.example.com",
         "session.tls-failed", "certificate for mail.example.com"),
    ],
)  # fmt: skip
def test_the_advice_is_about_what_was_said(text: str, code: str, words: str) -> None:
    ((first, *_),) = found_in(text)
    assert first.code == code
    assert words in first.fix
    assert "RFC 8997" not in first.source


CHALLENGE = "334 eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==\n"
"""From Gmail's documentation of XOAUTH2: status 400, scope https://mail.google.com/."""


def test_what_to_do_about_a_token_is_what_was_not_done_yet() -> None:
    begin = "220 mx.example.org ESMTP\nEHLO me\n250-mx.example.org\n250 AUTH XOAUTH2\nAUTH XOAUTH2 [redacted]\n"
    ((open_, *_),) = found_in(begin + CHALLENGE.rstrip())
    assert open_.fix.startswith("Acknowledge the error, then get a new token with the scope https://mail.google.com/")
    ((done, *_),) = found_in(f"{begin}{CHALLENGE}\n535 5.7.8 no")
    assert done.fix.startswith("Get a new token with the scope https://mail.google.com/")
    ((plain, *_),) = found_in(begin + "535 5.7.8 no")
    assert "Acknowledge" not in plain.fix
    assert "that scope" not in plain.fix
    assert {one.code for one in (open_, done, plain)} == {"server.token"}


def test_a_login_that_imap_refused_is_told_as_imap_s() -> None:
    text = "* OK [CAPABILITY IMAP4rev1] Dovecot ready.\na1 LOGIN ada [redacted]\na1 NO [AUTHENTICATIONFAILED] no"
    ((first, *_),) = found_in(text)
    assert (first.code, first.line, "login was refused" in first.summary) == ("greeting.not-smtp", 3, True)
    ((first, *_),) = found_in(text.partition("\n")[0])
    assert (first.code, first.line, "refused" in first.summary) == ("greeting.not-smtp", 1, False)


REFUSED_BY_DOVECOT = (
    "Jan 1 10:00:03 mx dovecot: auth: passwd-file(ada@example.org,203.0.113.6,<abc>): Password mismatch"
)


@pytest.mark.parametrize(
    ("text", "sure", "words"),
    [
        (REFUSED_BY_DOVECOT, "possible", "the password is another one"),
        (REFUSED_BY_DOVECOT.replace("Password mismatch", "unknown user"), "possible", "does not know this user name"),
        (f"mx dovecot: auth: Debug: client in: AUTH\t1\tPLAIN\tservice=smtp\n{REFUSED_BY_DOVECOT}", "likely",
         "mismatch"),
        ("mx dovecot: auth-worker(16): sql(ada,192.0.2.7): unknown user (given password: XXX)\n"
         "mx postfix/smtpd[4]: warning: x[192.0.2.7]: SASL LOGIN authentication failed: UGFzc3dvcmQ6", "likely",
         "unknown user"),
    ],
)  # fmt: skip
def test_dovecot_tells_which_of_name_and_password_was_wrong(text: str, sure: str, words: str) -> None:
    ((first, *_),) = found_in(text)
    assert (first.code, first.sure) == ("server.bad-credentials", sure)
    assert words in first.summary
    assert ("SMTP, IMAP or POP3" in first.summary) is (sure == "possible")


def test_dovecot_s_lines_of_other_protocols_and_of_other_clients() -> None:
    other = "mx dovecot: auth: Debug: client in: AUTH\t1\tPLAIN\tservice=imap\n"
    assert main_code(other + REFUSED_BY_DOVECOT) is None
    assert main_code(f"mx dovecot: imap-login: Disconnected: (auth failed)\n{REFUSED_BY_DOVECOT}") is None
    postfix = "mx postfix/smtpd[4]: warning: x[192.0.2.7]: SASL LOGIN authentication failed: UGFzc3dvcmQ6"
    ((first, second),) = found_in(f"{postfix}\n{REFUSED_BY_DOVECOT}")
    assert (first.line, second.line, "mismatch" in second.summary) == (1, 2, True)
