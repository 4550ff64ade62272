"""Log formats: recognised by themselves, and the lines in them found, on real logs."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools import VECTORS
from tutor.explain import formats
from tutor.explain.formats._markup import unmarked
from tutor.explain.session import sessions
from tutor.wire.lines import Side

CASES = [json.loads(line) for line in (VECTORS / "cases.jsonl").read_text("utf-8").splitlines()]
OTHER_NAMES = {
    "lettre-debug": {"lettre"},
    "neomutt-debug": {"neomutt"},
    "mox-trace": {"mox"},
    "stalwart-log": {"stalwart"},
    "swiftmailer": {"swift"},
    "dokuwiki-smtp": {"dokuwiki", "dokuwiki-smtp"},
    "tcpdump-notes": {"arrows"},
    "mail-sender-log": {"timed"},
    "plain-session": {"bare", "letters"},
    "telnet": {"telnet", "bare"},
    "mailsend": {"mailsend", "bare"},
}
"""What a case's tool is called here, where that is not its own name."""
UNFRAMED = {"exim-test", "one-line-reply", "logstash", "haskell-value-dump", "dma"}
"""Tools whose text in the corpus is bare protocol lines, or one line of an error."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_real_log_is_recognised(case: dict[str, str]) -> None:
    tool = case["tool"]
    lines = case["transcript"].encode().split(b"\n")
    name = formats.recognise(lines).name
    assert name in ({"bare"} if tool in UNFRAMED else OTHER_NAMES.get(tool, {tool}))


@pytest.mark.parametrize(
    ("tool", "server", "client"),
    [
        ("swaks", [b"<-  334 VXNlcm5hbWU6", b"<~* 535 5.7.8 no"], [b" -> AUTH LOGIN", b" ~> YWRh"]),
        ("curl", [b"< 334 VXNlcm5hbWU6"], [b"> AUTH PLAIN", b"> YWRh"]),
        ("smtplib", [b"reply: b'334 VXNlcm5hbWU6\\r\\n'"], [b"send: 'AUTH LOGIN\\r\\n'", b"send: 'YWRh\\r\\n'"]),
        ("mailsend", [b"[S] 334 VXNlcm5hbWU6"], [b"[C] AUTH LOGIN", b"[C] YWRh"]),
        ("exim-debug", [b" 9084 SMTP>> 334 VXNlcm5hbWU6"], [b" 9084 SMTP<< AUTH LOGIN", b" 9084 SMTP<< YWRh"]),
        (
            "haraka",
            [b"[PROTOCOL] [0352218B-595C-4B97-B998-1C1C0DDC6803] [core] S: 334 VXNlcm5hbWU6"],
            [b"[PROTOCOL] [0352218B-595C-4B97-B998-1C1C0DDC6803] [core] C: YWRh"],
        ),
        ("letters", [b"S: 334 VXNlcm5hbWU6"], [b"C: AUTH LOGIN", b"C: YWRh"]),
    ],
)
def test_each_side_is_told(tool: str, server: list[bytes], client: list[bytes]) -> None:
    format = formats.recognise(server + client)
    assert format.name == tool
    for lines, side in ((server, Side.SERVER), (client, Side.CLIENT)):
        for line in lines:
            (found,) = formats.read(format, line)
            assert found.side is side
            assert line.endswith(found.line) or found.line in line


def test_who_speaks_in_a_drawn_branch_is_told_by_what_is_said() -> None:
    lines = ["SERVER 1:", "└──250-mx.example.org", "   250 AUTH LOGIN", "CLIENT 1:", "└──AUTH LOGIN"]
    format = formats.recognise(line.encode() for line in lines)
    assert format.name == "nodemailer-old"
    found = [one for line in lines for one in formats.read(format, line.encode())]
    assert [(one.side, one.line) for one in found] == [
        (Side.SERVER, b"250-mx.example.org"),
        (Side.SERVER, b"250 AUTH LOGIN"),
        (Side.CLIENT, b"AUTH LOGIN"),
    ]


def test_a_command_and_its_refusal_on_one_line_are_two() -> None:
    line = b'smtpd[2]: 8a0568447a33432f smtp event=failed-command command="AUTH PLAIN AAA=" result="503 5.5.1 no"'
    format = formats.recognise([line])
    assert format.name == "opensmtpd"
    assert [(one.side, one.line) for one in formats.read(format, line)] == [
        (Side.CLIENT, b"AUTH PLAIN AAA="),
        (Side.SERVER, b"503 5.5.1 no"),
    ]


def test_a_reply_whose_line_ends_were_lost_is_cut_apart() -> None:
    assert formats.unglued(b"250-SIZE 1250-8BITMIME250 SMTPUTF8") == [b"250-SIZE 1", b"250-8BITMIME", b"250 SMTPUTF8"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2026-03-10T13:33:51Z ERROR 1 --- [main] Handler : mail was not sent", "bare"),
        ("[2020-05-15 02:19:14,514] ERROR {cps.worker:518} Socket Error sending email: wrong version number", "bare"),
        ("INFO    postfix/smtp[256]: 2C35B61E6B16: to=<a@example.org>, status=deferred (no)", "postfix-maillog"),
        ("2020-05-05 15:20:10.863 Error: SMTP Mailer: Error sending Email\n2020-05-05 15:20:10.863 Error: no", "bare"),
        (
            "* OK [CAPABILITY IMAP4rev1] Dovecot ready.\na1 LOGIN ada [redacted]\na1 NO [AUTHENTICATIONFAILED] no",
            "bare",
        ),
        ("hello: 250-mx.example.org\ndata: 503 valid RCPT command must precede DATA", "bare"),
        ("DEBUG [x1] S: 535 no\nERROR [x1] failed", "nodemailer"),
        ("2020-05-05 15:20:10 1jVz5X-0003pQ-Ab <= ada@example.org H=x", "exim-mainlog"),
    ],
)
def test_a_format_is_named_only_by_what_is_its_own(text: str, name: str) -> None:
    assert formats.recognise(text.encode().split(b"\n")).name == name


def test_a_line_end_that_was_written_out_goes() -> None:
    for ending in (b"\\r\\n", b"<CRLF>", b"&lt;CRLF&gt;", b"\r\n", b""):
        assert formats.plain(b"334 VXNlcm5hbWU6" + ending) == b"334 VXNlcm5hbWU6"


@given(st.lists(st.binary(max_size=80), max_size=8))
def test_no_bytes_upset_any_format(lines: list[bytes]) -> None:
    formats.recognise(lines)
    for format in formats.all():
        for line in lines:
            formats.read(format, line)


SESSION = "220 mx.example.org ESMTP|EHLO me|250-mx.example.org|250 AUTH LOGIN|AUTH LOGIN|334 VXNlcm5hbWU6|YWRh|535 no"


@pytest.mark.parametrize(
    "around",
    ["> {}", ">{}", "> > {}", "    {}", "\t{}", "| {}", "* {}", "# {}", "// {}", "{}<br>", "<p>{}</p>", "`{}`",
     "[FONT=Menlo]{}[/FONT]", "[I]{}[/I]", '<span style="x">{}</span>', "&gt; {}", "\u00a0 {}", "{}    \n", "{}\n",
     "{}<CR><LF>", "{}\\r\\n"],
)  # fmt: skip
def test_what_forums_put_around_the_lines_is_taken_off(around: str) -> None:
    lines = "\n".join(around.format(line) for line in SESSION.split("|")).encode().split(b"\n")
    (session,) = sessions(lines)
    assert [entry.line.line.decode() for entry in session.entries] == SESSION.split("|")


@pytest.mark.parametrize(
    ("server", "client"),
    [(" Out: ", " In:  "), ("s: ", "c: "), ("Server: ", "Client: "), ("SERVER> ", "CLIENT> "), ("<<< ", ">>> "),
     ("Recv: ", "Send: "), ("[10:00:01] << ", "[10:00:01] >> "), ("10:00:01 RECEIVED: ", "10:00:01 SENT: "),
     ("[12-Sep-2016 15:11:36 -0400]: <s37> Recv: ", "[12-Sep-2016 15:11:36 -0400]: <s37> Send: "),
     ("[2025-01-05 16:47:58] ESMTP< ", "[2025-01-05 16:47:58] ESMTP> "), ("SMTP 139 S: ", "SMTP 70 C: "),
     ("Response: ", "Command: "), ("<-- ", "--> "), ("RX <= ", "TX => ")],
)  # fmt: skip
def test_any_two_labels_in_front_of_the_lines_are_known(server: str, client: str) -> None:
    lines = SESSION.split("|")
    text = "\n".join((server if line[:3].isdigit() else client) + line for line in lines)
    (session,) = sessions(text.encode().split(b"\n"))
    assert [entry.line.line.decode() for entry in session.entries] == lines
    sides = [Side.SERVER if line[:3].isdigit() else Side.CLIENT for line in lines]
    assert [entry.line.side for entry in session.entries] == sides


def test_counted_lines_are_known() -> None:
    text = "\n".join(f"{number}. {line}" for number, line in enumerate(SESSION.split("|"), 1))
    (session,) = sessions(text.encode().split(b"\n"))
    assert [entry.line.line.decode() for entry in session.entries] == SESSION.split("|")


def test_wireshark_puts_a_reply_on_one_line() -> None:
    head = "  1 0.03 192.0.2.1 → 192.0.2.2 SMTP 139 "
    text = f"{head}S: 250-mx | 250-SIZE 1000 | AUTH LOGIN\n{head}C: AUTH LOGIN\n{head}C: User: YWRh"
    (session,) = sessions(text.encode().split(b"\n"))
    said = [entry.line.line for entry in session.entries]
    assert said == [b"250-mx", b"250-SIZE 1000", b"250 AUTH LOGIN", b"AUTH LOGIN", b"YWRh"]


@pytest.mark.parametrize("line", [b"[DEBUG] 250 ok", b"MAIL FROM:<b>", b"YWRh&#61;", b"220 <private> ESMTP"])
def test_what_is_no_mark_up_stays(line: bytes) -> None:
    assert unmarked(line) == line


STEPS = [(b"S" if line[:1].isdigit() else b"C", line) for line in SESSION.encode().split(b"|")]
HEADING = b"May 06 10:00:00.123 [kCFStreamSocketSecurityLevelNegotiatedSSL] -- host:mx.example.org -- port:587"


@pytest.mark.parametrize(
    ("server", "client", "end"),
    [
        (b"2019.05.06 10:00:04 SMTP (mx.example.org): <rx> ", b"2019.05.06 10:00:04 SMTP (mx.example.org): <tx> ", b""),
        (b"May 06 10:00:01 me sendEmail[12]: SUCCESS => Received: \t", b"May 06 10:00:01 me sendEmail[12]: INFO => "
         b"Sending: \t", b""),
        (b"<<<getline<<< ", b">>>putline>>> ", b""),  # Blat
        (b"    SmtpCmdResp: ", b"    SmtpCmdSent: ", b"<CRLF>"),  # Chilkat
        (b"Recv 5/6/2019 10:00:04 AM: ", b"Sent 5/6/2019 10:00:04 AM: ", b"<EOL>"),  # Indy
        (b"[10:00:04.12] [RECV] ", b"[10:00:04.12] [SEND] ", b"\\r\\n [Total 54 bytes.]"),  # MailBee
        (b"10:00:04.12 4 SMTPI-000123([192.0.2.9]) out(20): ", b"10:00:04.12 4 SMTPI-000123([192.0.2.9]) inp(20): ",
         b"\\r\\n"),  # CommuniGate Pro
        (b'list: ("SmtpClient: reply: \\"', b'list: ("SmtpClient: send \\"', b'\\"")'),  # Qore
        (b'{"level":20,"tnx":"server","msg":"', b'{"level":20,"tnx":"client","msg":"', b'","time":1557136800}'),
        (b"2019-05-01T10:00:00.000Z,EX01\\Default Frontend EX01,08D6CE0A1B2C3D4E,4,192.0.2.1:587,192.0.2.9:5000,>,",
         b"2019-05-01T10:00:00.000Z,EX01\\Default Frontend EX01,08D6CE0A1B2C3D4E,5,192.0.2.1:587,192.0.2.9:5000,<,",
         b","),
        (b"2020/02/25 18:55:04 \t<~ ", b"2020/02/25 18:55:04 ~> ", b""),  # go-smtpproxy, inside TLS
        (b"2020/02/25 18:55:04 \t<- ", b"2020/02/25 18:55:04 -> ", b""),
        (b"> ", b"< ", b"\\r\\n"),  # mox, as its tests print it
        (b"<<< ", b">>> ", b"\\r\\n"),
        (b"<,", b">,", b",,"),  # Exchange, event and data alone
        (b'level=debug msg="Writing response to client: \\n', b'level=debug msg="Client sent: ', b'\\r\\n"'),
        (b'time=2024-01-01T10:00:00Z level=DEBUG msg="server: ', b'time=2024-01-01T10:00:00Z level=DEBUG msg="client: ',
         b'" conn=1'),
        (b'"192.0.2.9"\t"SENT: ', b'"192.0.2.9"\t"RECEIVED: ', b'"'),  # hMailServer, cut in front
        (b'"SMTPC"\t2724\t7\t"2014-01-10 13:03:13.555"\t"192.0.2.9"\t"RECEIVED: ',
         b'"SMTPC"\t2724\t7\t"2014-01-10 13:03:13.555"\t"192.0.2.9"\t"SENT: ', b'"'),
        (b"READ " + HEADING + b"\n", b"WROTE " + HEADING + b"\n", b""),  # Apple Mail
        (b"22:47:01.230  [0] ", b"22:47:01.230  [1] ", b""),  # MailCore 2, as apps write its number
        (b"2016-01-30 16:10:35.688 App[2360:148280] smtp session[0] ",
         b"2016-01-30 16:10:35.688 App[2360:148280] smtp session[1] ", b""),
        (b"event logged:0x7f8a1 0 withData: ", b"event logged:0x7f8a1 2 withData: ", b""),
    ],
    ids=lambda value: value.decode()[:24],
)  # fmt: skip
def test_the_logs_of_more_programs_are_read(server: bytes, client: bytes, end: bytes) -> None:
    log = b"\n".join((server if side == b"S" else client) + line + end for side, line in STEPS)
    (session,) = sessions(log.split(b"\n"))
    assert [entry.line.line for entry in session.entries] == [line for _, line in STEPS]
    assert [entry.line.side for entry in session.entries] == [
        Side.SERVER if side == b"S" else Side.CLIENT for side, _ in STEPS
    ]


def test_exchange_s_reply_to_ehlo_is_read_as_it_was_on_the_wire() -> None:
    head = b"2019-05-01T10:00:00.000Z,EX01\\Relay,08D6CE0A1B2C3D4E,3,192.0.2.1:587,192.0.2.9:5000,"
    reply = head + b'>,"250  ex01.example.org Hello [192.0.2.9] SIZE 100 STARTTLS AUTH NTLM LOGIN 8BITMIME",'
    (session,) = sessions([head + b"<,EHLO me,", reply])
    capabilities = session.entries[-1].ehlo
    assert capabilities is not None
    assert capabilities.auth == ("NTLM", "LOGIN")
    assert capabilities.has("STARTTLS")


def test_mailenable_writes_a_command_and_its_reply_in_one_row() -> None:
    head = "10/19/18 00:00:35\tSMTP-IN\t25E7EB033CE24B45B7CD8E3EEEE8726F.MAI\t908\t192.0.2.9\t"
    rows = [
        "\t\t220 mx.example.org ESMTP MailEnable Service", "EHLO\tEHLO me\tmx, this server offers 2 extensions",
        "AUTH\tAUTH LOGIN\t334 VXNlcm5hbWU6", "AUTH\tYWRh\t334 UGFzc3dvcmQ6",
        "AUTH\t{blank}\t535 Invalid Username or Password",
    ]  # fmt: skip
    (session,) = sessions([f"{head}{row}\t34\t14\tada\t".encode() for row in rows])
    assert [entry.line.line.decode() for entry in session.entries] == [
        "220 mx.example.org ESMTP MailEnable Service", "EHLO me", "AUTH LOGIN", "334 VXNlcm5hbWU6", "YWRh",
        "334 UGFzc3dvcmQ6", "535 Invalid Username or Password",
    ]  # fmt: skip
    assert session.entries[4].line.text == b"YWRh"


def test_a_log_that_lost_its_line_ends_is_cut_where_its_lines_begin() -> None:
    marks = {b"S": b"2019-05-06 10:00:00 SERVER -> CLIENT: ", b"C": b"2019-05-06 10:00:00 CLIENT -> SERVER: "}
    (session,) = sessions([b" ".join(marks[side] + line for side, line in STEPS)])
    assert [entry.line.line for entry in session.entries] == [line for _, line in STEPS]


@pytest.mark.parametrize(
    "head",
    ["smtp-1  | ", "2024-01-01T10:00:0{}.123456789Z ", "[2024-01-01 10:00:0{}] ", "Jan  1 10:00:0{} host app[123]: ",
     "[INFO] ", "10:00:0{},123 DEBUG ", "2024-01-01 10:00:0{} INFO - ", "> "],
)  # fmt: skip
def test_bare_lines_behind_a_time_or_a_container_s_name_are_read(head: str) -> None:
    lines = SESSION.split("|")
    text = "\n".join(head.format(number) + line for number, line in enumerate(lines))
    (session,) = sessions(text.encode().split(b"\n"))
    assert [entry.line.line.decode() for entry in session.entries] == lines
    assert session.entries[6].line.text == b"YWRh"


def test_a_carriage_return_that_an_editor_shows_and_a_byte_order_mark_go() -> None:
    text = "\ufeff" + "\n".join(line + "^M" for line in SESSION.split("|"))
    (session,) = sessions(text.encode().split(b"\n"))
    assert [entry.line.line.decode() for entry in session.entries] == SESSION.split("|")


def test_a_time_in_front_of_marks_is_theirs() -> None:
    lines = [
        b"2019/05/06 10:00:01 <- 220 mx.example.org",
        b"2019/05/06 10:00:01 -> EHLO me",
        b"2019/05/06 10:00:02 <- 250",
    ]
    assert formats.recognise(lines).frame is None
