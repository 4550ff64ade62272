"""Every step of a submission session, and how it may end there: what is named, and what is nothing."""

import pytest

from tests.explain.test_findings import main_code

HEAD = "220 mx.example.org ESMTP Postfix\nEHLO me\n250-mx.example.org\n"
NO_AUTH = HEAD + "250-PIPELINING\n250 8BITMIME\n"
TLS_ONLY = HEAD + "250-STARTTLS\n250 8BITMIME\n"
OFFERED = HEAD + "250-AUTH PLAIN LOGIN\n250 8BITMIME\n"
RARE = HEAD + "250-AUTH NTLM GSSAPI\n250 8BITMIME\n"
IN_TLS = TLS_ONLY + "STARTTLS\n220 2.0.0 Ready to start TLS\n"
LEFT = "QUIT\n221 2.0.0 Bye\n"
PLAIN = "AUTH PLAIN AGFkYQBzZXNhbWU=\n"
IN = PLAIN + "235 2.7.0 ok\n"
MAIL = "MAIL FROM:<a@example.org>\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (NO_AUTH + LEFT + "SMTP Error (250): Authentication failed.", "session.auth-not-offered"),
        ("SMTP Fehler (250): Die Authentisierung ist fehlgeschlagen\n" + TLS_ONLY + LEFT, "session.starttls-first"),
        ("Erreur SMTP (250) : Échec d'authentification\n" + OFFERED + LEFT, "session.mechanism-not-offered"),
        (TLS_ONLY + LEFT + "SMTP Error (250): Authentication failed.", "session.starttls-first"),
        (OFFERED + LEFT + "error: login failed", "session.auth-never-sent"),
        (RARE + LEFT + "error: authentication failed", "session.mechanism-not-offered"),
        (RARE + "*** No authentication type succeeded\n" + LEFT, "session.mechanism-not-offered"),
        (RARE + LEFT + "MAILSMTP_ERROR_AUTH_LOGIN", "session.mechanism-not-offered"),
        ("$ swaks --auth --auth-user ada --server mx.example.org\n" + NO_AUTH + LEFT, "session.auth-not-offered"),
        ("$ swaks --server mx.example.org\n" + NO_AUTH + LEFT, "session.auth-not-offered"),
        ("$ swaks --auth --auth-user ada --server mx.example.org\n" + NO_AUTH, "session.auth-not-offered"),
        ("logging in with user=ada, password=<non-null>\n" + NO_AUTH + LEFT, "session.auth-not-offered"),
        (NO_AUTH + LEFT, "session.auth-not-offered"),
        (TLS_ONLY + LEFT, "session.auth-not-offered"),
        (OFFERED + LEFT, "session.auth-never-sent"),
        (OFFERED, None),  # it may go on
        (OFFERED + LEFT + "mailer: AUTH PLAIN failed: login failed", "server.bad-credentials"),  # not shown
        (HEAD + "250-XAUTH\n250 HELP\n" + PLAIN + "500 5.5.1 Command unrecognized", "greeting.masked"),
        (HEAD + "250-XAUTH\n250 AUTH PLAIN\n" + PLAIN + "535 5.7.8 no", "server.bad-credentials"),
    ],
)  # fmt: skip
def test_a_client_that_was_to_log_in_and_left(text: str, code: str | None) -> None:
    assert main_code(text) == code


NOT_READ = "220 mx.example.org ESMTP\nEHLO me\n250-mx.example.org\n250-STARTTLS\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (NOT_READ + "STARTTLS\n250 SIZE 100\n", "session.out-of-step"),
        (NOT_READ + "STARTTLS\n250 HELP\nQUIT\n220 go ahead\n", "session.out-of-step"),
        (NOT_READ + "STARTTLS\n250 ready to start TLS\n", None),
        ("EHLO me\n220 mx.example.org ESMTP\nQUIT\n250 mx.example.org\n", "session.out-of-step"),
        ("EHLO me\n220 mx.example.org ESMTP\nSTARTTLS\n250 mx.example.org\n", "session.out-of-step"),
        ("EHLO me\n220 mx.example.org ESMTP\n250-mx.example.org\n250 HELP\n", None),  # in another order alone
        (HEAD + "250 AUTH LOGIN\nAUTH LOGIN\n250 mx.example.org\nQUIT\n334 VXNlcm5hbWU6", "session.out-of-step"),
        ("EHLO me\n220 mx ESMTP\nAUTH LOGIN\n250 mx\nQUIT\n334 VXNlcm5hbWU6", "session.out-of-step"),
        (OFFERED + "MAIL FROM:<a@example.org>\nQUIT\n250 ok\n221 bye", None),  # sent together
        (OFFERED + "STARTTLS\n220 go ahead\nEHLO me\n250-mx\n250 AUTH PLAIN\n" + IN, "session.ok"),
    ],
)
def test_a_reply_that_cannot_answer_the_command_before_it(text: str, code: str | None) -> None:
    assert main_code(text) == code


CHALLENGED = OFFERED.replace("PLAIN LOGIN", "SCRAM-SHA-256")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (NO_AUTH + "AUTH\n503 5.3.3 AUTH mechanism  not available", "session.auth-not-offered"),
        ("220 mx ESMTP\nAUTH\n503 5.3.3 AUTH mechanism  not available\n" + NO_AUTH[29:], "session.auth-not-offered"),
        (OFFERED + "AUTH\n501 syntax", "session.client-bug"),
        (CHALLENGED + "AUTH SCRAM-SHA-256\n334 \n*****\n535 5.7.8 no\nAUTH PLAIN\n504 5.5.4 Unrecognized "
         "authentication type", "server.bad-credentials"),
        (CHALLENGED + "AUTH PLAIN\n504 5.5.4 Unrecognized authentication type\nAUTH LOGIN\n504 5.5.4 no",
         "session.mechanism-not-offered"),
    ],
)  # fmt: skip
def test_the_first_no_counts(text: str, code: str) -> None:
    assert main_code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (OFFERED + MAIL + "503 Error: need EHLO and AUTH first !\n" + LEFT, "session.auth-required"),
        (OFFERED + MAIL + "550 5.7.1 Unauthenticated", "session.auth-required"),
        (OFFERED + MAIL + "575 <a@example.org> sender should authenticate", "session.auth-required"),
        (OFFERED + MAIL + "250 ok\nRCPT TO:<b@example.net>\n554 5.7.1 <b@example.net>: Recipient address rejected: "
         "Access denied", "session.auth-required"),
        (OFFERED + MAIL + "250 ok\nRCPT TO:<b@example.net>\n550 5.4.1 Recipient address rejected: Access denied. "
         "AS(201806281)", None),
        ("$ smtp-cli --enable-auth --user=ada\n" + OFFERED + MAIL + "503 bad sequence of commands",
         "session.auth-never-sent"),
        (OFFERED + MAIL + "250 ok\nRCPT TO:<b@example.net>\n550 5.1.1 User unknown", None),
    ],
)  # fmt: skip
def test_mail_without_the_login_that_the_server_wants(text: str, code: str | None) -> None:
    assert main_code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (IN_TLS + "QUIT", "session.tls-failed"),
        (IN_TLS + LEFT, None),  # who looks at a certificate does that
        (IN_TLS, None),
        ("PHP: stream_socket_enable_crypto(): certificate verify failed\n" + TLS_ONLY, "session.tls-failed"),
        (IN_TLS + IN + MAIL + "503 5.5.1 Error: send HELO/EHLO first", "session.ehlo-again"),
        (IN_TLS + PLAIN + "503 AUTH command used when not advertised", "session.ehlo-again"),
        (IN_TLS + MAIL + "503 5.5.2 Send hello first", "session.ehlo-again"),
        (IN_TLS + "HELO me\n250 mx\n" + PLAIN + "503 5.5.1 no", "session.no-ehlo"),
        ("220 mx ESMTP\n" + MAIL + "503 5.5.1 Error: send HELO/EHLO first", "session.no-ehlo"),
        ("mailer: server did not accept STARTTLS with error: 503 5.5.2 Send hello first", "session.no-ehlo"),
    ],
)  # fmt: skip
def test_what_is_missing_behind_starttls(text: str, code: str | None) -> None:
    assert main_code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (OFFERED + "AUTH\n501 5.5.2 AUTH mechanism must be specified", "session.client-bug"),
        (OFFERED + "AUTH PLAIN AG9ubHlsb2dpbg==\n501 5.5.2 Can't split auth value", "plain.nul-count"),
        (OFFERED + "AUTH LOGIN YWRh\n535 Initial response not allowed in AUTH LOGIN.", "session.initial-response"),
        (OFFERED + PLAIN + "535 5.7.0 The email limit is reached. Please upgrade your plan", "server.rate-limited"),
        (OFFERED + PLAIN + "435 Unable to authenticate at present: account suspended", "server.account"),
        (OFFERED + PLAIN + "435 Unable to authenticate at present: unknown lookup type", "server.misconfigured"),
        (OFFERED + PLAIN + "500 5.5.2 Line too long", "session.line-too-long"),
        (OFFERED + "AUTH XOAUTH2 [LONG]\n500 Line limit exceeded", "session.line-too-long"),
        (OFFERED + PLAIN + "555-5.5.2 Syntax error, command line too long", "session.line-too-long"),
        (OFFERED + PLAIN + "503 5.5.1 already authenticated", "session.auth-twice"),
        (OFFERED + IN + PLAIN + "503 5.5.1 already authenticated", "session.auth-twice"),
        (OFFERED + IN + PLAIN + "503 5.5.1 already authenticated\n" + MAIL + "250 ok", "session.ok"),
        (OFFERED + IN + MAIL + "250 ok\nDATA\n354 go\nI am already logged in\n.\n250 ok", "session.ok"),
    ],
)  # fmt: skip
def test_what_the_server_says_to_auth(text: str, code: str) -> None:
    assert main_code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (OFFERED + "AUTH LOGIN\n250-mx hello\n250-SIZE 1000\n250 HELP", "session.out-of-step"),
        ('Authentification failed (LOGIN) (code: 250, message: "mx.example.org")', "session.out-of-step"),
        ('Expected response code "334" but got code "250", with message "250 HELP"', "session.out-of-step"),
        ("[auth] => 220-no spam\n[user] => 220 please\n[pass] => 250-mx\n[mailfrom] => 250-SIZE",
         "session.out-of-step"),
        ("[auth] => 334 VXNlcm5hbWU6\n[user] => 334 UGFzc3dvcmQ6\n[pass] => 235 ok\n[mailfrom] => 250 ok\n[data] => "
         "354 go\n[quit] => 221 bye", None),
        ("authentication failure [SMTP: No supported authentication methods (code: 250, response: mx hello)]",
         "session.mechanism-not-offered"),
    ],
)  # fmt: skip
def test_answers_that_are_shifted(text: str, code: str | None) -> None:
    assert main_code(text) == code


LOGIN = OFFERED + "AUTH LOGIN\n334 VXNlcm5hbWU6\n{}\n334 UGFzc3dvcmQ6\n{}\n535 5.7.8 no"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (LOGIN.format("AGFkYQBzZXNhbWU=", "c2VzYW1l"), "login.combined"),
        (LOGIN.format("bnVsbA==", "bnVsbA=="), "value.placeholder"),
        (LOGIN.format("bnVsbA==", "c2VzYW1l"), "value.placeholder"),
        (OFFERED + "AUTHENTICATE PLAIN\n500 unknown", "session.wrong-protocol"),
        (OFFERED + "USER ada\n500 unknown", "session.wrong-protocol"),
        (OFFERED + MAIL + "535 5.7.0 authentication needed", "session.auth-required"),
        ("220 mx ESMTP\nEHLO me\n500 unknown\nHELO me\n250 mx\n" + LEFT + "login failed", "session.auth-not-offered"),
        ("220 mx ESMTP\nHELO me\n250 mx\n" + LEFT + "login failed", "session.no-ehlo"),
        ("220 mx ESMTP\nHELO me\n250 mx\n" + LEFT, None),
        ("* OK IMAP4rev1 ready", "greeting.not-smtp"),
        ("May  1 10:00:00 mx postfix/submission/smtpd[5]: lost connection after STARTTLS from c.example.org[192.0.2.4]",
         "session.tls-failed"),
        ("May  1 10:00:00 mx postfix/smtpd[5]: improper command pipelining after AUTH from c[192.0.2.4]: QUIT",
         "session.out-of-step"),
        ("[06/May/2019 10:00:00][12] {smtps} Command AUTH DIGEST-MD5\n"
         "[06/May/2019 10:00:01][12] {auth} DIGEST: second step, auth failed", "server.bad-credentials"),
    ],
)  # fmt: skip
def test_what_a_session_tells_by_hand_and_in_a_server_s_log(text: str, code: str | None) -> None:
    assert main_code(text) == code
