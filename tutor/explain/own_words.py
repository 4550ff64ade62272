"""Floor 4: what programs say in their own words where they quote no reply, one table for each meaning.

Each row is (who says it, its pattern); case is ignored. Where a sentence needs an explanation of its
own, it stands in `tutor/reference/data/providers.toml` instead.
"""

from functools import lru_cache

Row = tuple[str, str]

NO_AUTH_OFFERED: tuple[Row, ...] = (
    ("swaks, curl, msmtp, Net::SMTP, PEAR",
     r"host did not advertise authentication|server does not support authentication(?! method)|"
     r"command unknown: 'AUTH'|server did not return AUTH in capabilities|"
     r"AUTH extension (?:is )?not (?:supported by|found)"),
    ("Exim, smtp_in.c", r"AUTH command used when not advertised"),
    ("go-mail, client.go", r"server does not support SMTP AUTH(?! type)"),
    ("any program",
     r"(?:server|host) (?:doesn't|does not) (?:support|offer|advertise) AUTH\b(?! \w+\b)"),
    ("MailSlurper: the command AUTH is not known",
     r"(?:command|verb) ['\"]AUTH\b[^'\"\n]{0,40}['\"] not (?:found|known)"),
    ("nginx, ngx_mail_auth_http_module.c, of Mailu's answer", r'client login failed: "AUTH not supported"'),
    ("Exim, transports/smtp.c, as the client", r"authentication required but server did not advertise AUTH"),
    ("Blat, sendSMTP.cpp", r"the SMTP server does not require AUTH LOGIN"),
    ("Ansible, mail.py", r"\bno authentication on the server at \S{1,120}:\d{2,4}\b"),
)  # fmt: skip
"""The server offers no login."""

NONE_IN_COMMON: tuple[Row, ...] = (
    ("swaks, curl, msmtp, gsasl, mutt, Net::SMTP",
     r"requested type not available|no known authentication mechanisms supported|does not support authentication "
     r"method|cannot find mechanism|no (?:suitable|usable) (?:authentication )?(?:method|mech)|"
     r"no authenticators available|"
     r"no SASL mechanism found|unsupported authentication mechanism"),
    ("smtplib, Jakarta Mail, Twisted",
     r"no authentication mechan(?:isms|sims) supported by both|does not support client authentication schemes"),
    ("Swift Mailer, AuthHandler.php",
     r"using 0 possible authenticators|none of the (?:supported|loaded) authenticators|"
     r"no authentication mechanisms were tried since the server did not support any"),
    ("Symfony, EsmtpTransport.php", r"failed to find an authenticator supported"),
    ("PEAR, RainLoop", r"does not advertise any supported authentication methods|Smtp\\Exceptions\\LoginBadMethod"),
    ("Postfix, smtp_sasl_proto.c", r"offered no compatible authentication mechanisms"),
    ("MailKit, SmtpClient.cs", r"no compatible authentication mechanisms found"),
    ("go-mail, smtp_auth.go", r"server does not support SMTP AUTH type|no supported authentication mechanism"),
    ("Sendmail, usersmtp.c", r"AUTH=client, available mechanisms do not fulfil+ requirements|no worthy mechs found"),
    ("dart mailer, smtp_client.dart", r"server does not support \S{1,20} authentication method"),
    ("emailjs, smtp/connection.ts", r"no form of authentication supported"),
    ("CakePHP, SmtpTransport.php, of 504",
     r"SMTP authentication method not allowed, check if SMTP server requires TLS"),
    ("Exim, transports/smtp.c, as the client", r"authentication required but no common mechanisms were found"),
    ("MyBB, class smtp.php", r"does not support any of the AUTH methods that"),
    ("vertx-mail, Claws Mail and any program that writes AUTH",
     r"\bno (?:(?:SMTP|allowed|supported|suitable|usable|matching|common|compatible) ){1,3}(?-i:AUTH) "
     r"(?:methods?|mechanisms?|types?) (?:is |are )?(?:available|found)\b"),
    ("go-mail, auth.go", r"was not able to detect a supported authentication mechanism"),
    ("K-9 Mail, SmtpTransport.kt",
     r"\bauthentication methods? (?:SASL )?[A-Z][A-Z0-9-]{2,20}(?: and [A-Z][A-Z0-9-]{2,20})? (?:is|are) unavailable"),
    ("Rebex.Smtp", r"\bauthentication method ['\"]?[\w-]{3,20}['\"]? is not supported by the server"),
    ("Thunderbird, messengercompose", r"does not allow plaintext passwords\. Please try changing"),
    ("Swift-SMTP, SMTPError.swift", r"\bnoAuthMethodsOrRequiresTLS\b"),
    ("Outlook and Outlook Express (microsoftmessageid.com/?p=991)", r"0x800CCC80\b"),
    ("Vert.x, SMTPAuthentication.java", r"login is required, but no allowed AUTH methods available"),
)  # fmt: skip
"""The client can do nothing of what the server offers."""

NONE_IN_COMMON_OF_MAIL: tuple[Row, ...] = (
    ("LiteCart, and any program",
     r"\bno (?:allowed|supported|suitable|usable|common|compatible|matching|acceptable) (?:SMTP )?"
     r"(?:AUTH\w{0,20}|SASL|log-?in) (?:method|mech|type|scheme)\w*\b(?! available \(server sent)"),
)  # fmt: skip
"""The same in words that clients of SSH say too: what stands around them has to tell of mail."""

NO_GREETING: tuple[Row, ...] = (
    ("Nodemailer, smtp-connection", r"greeting never received"),
    ("any program that waits for it",
     r"(?:timed out|timeout|time out)[^\n]{0,60} (?:waiting for|receiving|reading|during) (?:the |an? )?"
     r"(?:initial |SMTP |server |client )*(?:greeting|banner)|"
     r"(?:failed|unable|could not|cannot|can't|did not|didn't|never) (?:to )?(?:receive|read|get|obtain)d? "
     r"(?:the |a |any )?(?:initial )?(?:SMTP |server |service )*(?:greeting|banner)|"
     r"no (?:SMTP |initial |server )*(?:greeting|banner) (?:was )?(?:received|from)"),
    ("any program that waits for it, in other words",
     r"\bno (?:SMTP |server )*(?:greeting|banner|welcome) (?:within|after|in) "
     r"\d+ ?(?:s|secs?|seconds?|ms|min|minutes?)\b|"
     r"\bwaiting for (?:the )?(?:SMTP |server )*(?:greeting|banner|welcome)[^\n]{0,20} timed? ?out|"
     r"\baccepted the connection,? (?:but|and) (?:then )?(?:sent|said) nothing"),
    ("aiosmtplib, protocol.py of old", r"timed out waiting for server ready message"),
    ("Zabbix, zbxmedia/email.c", r"error receiving initial string from SMTP server"),
    ("go-simple-mail, email.go: it is connected then", r"mail error on smtp dial: (?:EOF|read tcp)"),
    ("Postfix, smtp_session.c",
     r"(?:lost connection|conversation) with .* while receiving the initial server greeting"),
    ("Exim, transports/smtp.c",
     r"SMTP timeout[^\n]{0,120} after initial connection|"
     r"closed connection[^\n]{0,40} (?:in response to|after) initial connection"),
    ("PHPMailer, SMTP.php", r"EOF caught while checking if connected"),
    ("Jakarta Mail, SMTPTransport.java", r"could not connect to SMTP host: [^\n]{1,120}, response: -1"),
    ("PEAR, Net/SMTP.php; not where the socket did not come about",
     r"failed to connect to (?![^\n]{1,120}failed to connect socket)[^\n]{1,120}\(code: -1, response: \)"),
    ("Jakarta Mail from 1.6 on, SMTPTransport.java",
     r"got bad greeting from SMTP host: [^\n]{1,120}, response: \[EOF\]"),
    ("Swift Mailer and Symfony, of a reply that should have been 220",
     r"expected response code (?:of )?\W{0,3}220\W{0,3} but got (?:an )?(?:empty|code \\?[\"']{2})"),
    ("Swift Mailer, AbstractSmtpTransport.php, and Symfony, AbstractStream.php: it is connected then",
     r"TransportException\b[^\n]{0,60}\bconnection to [^\n]{1,120}:\d{2,4}\W{0,3} timed out\b"),
)  # fmt: skip
"""Connected, and nothing came."""

_NO = r"(?P<code>(?:4[0-5]|5[0-57])\d)\b"
GREETING_REFUSED: tuple[Row, ...] = (
    ("Postfix, smtp_proto.c", rf"refused to talk to me: *{_NO}"),
    ("Nodemailer and ZoneMTA, smtp-connection",
     rf"invalid greeting(?: from server:|\.)(?: response[=:])?\s*{_NO}"),
    ("Jakarta Mail, SMTPTransport.java",
     rf"(?:could not connect to|got bad greeting from) SMTP host: [^\n]{{1,120}}, response: {_NO}"),
    ("PEAR, Net/SMTP.php", rf"failed to connect to [^\n]{{1,120}}\(code: {_NO}, response: "),
    ("Exim, transports/smtp.c",
     rf"SMTP error from remote (?:mail )?(?:server|mailer) after initial connection[^\n]{{0,120}}: {_NO}"),
    ("Swift Mailer and Symfony, SmtpTransport.php",
     rf"expected response code (?:of )?\W{{0,2}}220\W{{0,2}} but got code \W{{0,2}}{_NO}"),
    ("smtplib and aiosmtplib", rf"SMTPConnect(?:Response)?Error: [^\n(]{{0,80}}\({_NO}"),
    ("curl, lib/smtp.c", rf"got unexpected smtp-server response: {_NO}"),
    ("qmail, qmail-remote.c",
     rf"connected[_ ]to[_ ]\S{{1,60}}[_ ]but[_ ]greeting[_ ]failed\.(?:/Remote[_ ]host[_ ]said:[_ ]{_NO})?"),
    ("msmtp, src/smtp.c", r"cannot get initial OK message from server"),
    ("Zabbix, zbxmedia/email.c", rf"no welcome message 220\*? from SMTP server \W{_NO}"),
    ("vertx-mail, SMTPInitialDialogue.java", rf"\bgot error response {_NO}"),
    ("Nim, std/smtp, and any program that names both codes",
     rf"\bexpected (?:code |reply )?\W?220\b[^\n]{{0,20}}\bgot\W{{1,4}}{_NO}"),
    ("go-simple-mail, email.go", rf"\bmail error on smtp dial: {_NO}"),
    ("Poco, SMTPClientSession.cpp", rf"\bthe mail service is unavailable\W{{1,4}}{_NO}"),
    ("any program", rf"\b(?:greeting|banner|welcome)\b[^\n\d]{{0,40}}\b{_NO}"),
)  # fmt: skip
"""A no where the greeting was due; what it says may tell more."""

SPLIT_GREETING: tuple[Row, ...] = (
    ("async-smtp and Delta Chat, smtp_client.rs, and any program that names the greeting",
     r"(?:unexpected|invalid|bad|wrong|illegal|unrecogni[sz]ed|incorrect)\b[^\n]{0,30}\b(?:greeting|banner|welcome)\b"
     r"[^\n]{0,30}\W220-\S"),
    ("simple-mail, serverreply.cpp, and any program that names the reply",
     r"(?:unexpected|invalid|bad|wrong) (?:SMTP |server )*(?:response|reply|answer|code)\b[^\n]{0,30}\W220-\S|"
     r"\bgot (?:response )?\W{0,2}220-[^\n]{1,200} expected \W?220\b(?!-)|"
     r"\bexpected \W?220\b(?!-)[^\n]{0,20}\b(?:got|received|was) \W{0,2}220-\S"),
)  # fmt: skip
"""A greeting of several lines whose first one the program did not understand."""

OTHER_REPLY_FOR_GREETING: tuple[Row, ...] = (
    ("Nodemailer and any program that names the greeting",
     r"(?:invalid|unexpected|bad|wrong|malformed)\b[^\n]{0,40}\b(?:greeting|banner|welcome)\b[^\n\d:=]{0,40}[:=]"
     r"[\s\"']{0,4}(?:250|251|235|334|354)[ -]\S"),
    ("Jakarta Mail, SMTPTransport.java",
     r"(?:could not connect to|got bad greeting from) SMTP host: [^\n]{1,120}, response: (?:250|251|235|334|354)\b"),
    ("PEAR, Net/SMTP.php", r"failed to connect to [^\n]{1,120}\(code: (?:250|251|235|334|354), response: "),
    ("Swift Mailer and Symfony, SmtpTransport.php",
     r"expected response code (?:of )?\W{0,2}220\W{0,2} but got code \W{0,2}(?:250|251|235|334|354)\b"),
    ("smtplib and aiosmtplib", r"SMTPConnect(?:Response)?Error: [^\n(]{0,80}\((?:250|251|235|334|354)\b"),
)  # fmt: skip
"""A good reply to something else where the greeting was due."""

_OTHERS = r"(?:HTTP/1\.[01]\b|SSH-[12]\.|\* OK \S|\+OK \S)"
OTHERS_GREETING: tuple[Row, ...] = (
    ("Nodemailer and any program that names the greeting",
     rf"(?:invalid|unexpected|bad|wrong|malformed)\b[^\n]{{0,40}}\b(?:greeting|banner|welcome)\b\W{{1,4}}"
     rf"(?:response[=:] ?)?\W{{0,3}}{_OTHERS}"),
    ("any program that was to send a mail",
     r"\b(?:send(?:ing)?|sent|smtp|nodemailer)\b[^\n]{0,60}\b(?:error|exception|fail\w*)\b\W{1,4}"
     r"(?:\* OK \[CAPABILITY IMAP4|\* OK [^\n]{0,60}\bIMAP|\+OK [^\n]{0,60}\bPOP|SSH-[12]\.)"),
    ("lettre, client/mod.rs", rf"\blettre\b[^\n]{{0,80}}\binput: \W{{0,2}}{_OTHERS}"),
    ("Go, net/textproto/reader.go", rf"\bshort response: {_OTHERS}"),
    ("MailKit, SmtpStream.cs", r"SmtpProtocolException: Unable to parse status code returned by the server"),
)  # fmt: skip
"""What another protocol says first, where a client of SMTP waits for 220."""

ALREADY_TLS: tuple[Row, ...] = (
    ("aiosmtplib, esmtp.py", r"SMTPException: Connection already using TLS"),
)  # fmt: skip
"""STARTTLS was asked for in a connection that has TLS."""

LOGIN_REFUSED: tuple[Row, ...] = (
    ("CDO for Windows: CDO_E_LOGON_FAILURE", r"transport error code was 0x80040217\b|\bCDO\b[^\n]{0,160}80040217\b"),
    ("Apple Mail",
     r"rejected the (?:user ?name|password) for (?:the )?user|"
     r"user ?name or password for [^\n]{1,120} is (?:incorrect|not correct|wrong)"),
    ("Outlook", r"e-?mail server rejected your log-?[io]n"),
    ("Blat, sendSMTP.cpp", r"did not accept Auth LOGIN (?:PASSWD|USER)\w* value"),
    ("Plesk, of its two servers",
     r"plesk_saslauthd\S{0,12}: failed mail authentication attempt|\bsmtp_auth: FAILED: \S+ - password incorrect"),
    ("Kerio Connect, security log",
     r"\bSMTP: (?:invalid password for user \S+|user \S+ doesn't exist\.) Attempt from IP"),
    ("Zimbra, saslauthd", r"\bauth_zimbra: \S+ auth failed: "),
    ("Apache James, AuthCmdHandler.java", r"\bAUTH method (?:PLAIN|LOGIN|\w{4,20}) failed\b"),
    ("sendEmail", r"\bSMTP-AUTH: Authentication to \S{1,120} failed\b"),
    ("Frappe, email/smtp.py", r"\bInvalidEmailCredentials\b"),
    ("Home Assistant, components/smtp/notify.py", r"\blogin not possible\. Please check your setting"),
    ("Chilkat, MailMan.SmtpFailReason", r"\bSmtpFailReason\W{1,4}AuthFailure\b"),
    ("curl, lib/strerror.c and smtp.c", r"\blogin denied: access denied: 535\b"),
    ("Jakarta Mail, SMTPTransport.java, which does not show the exchange", r"\ADEBUG SMTPS?: AUTH \S+ failed\Z"),
    ("JavaMail before 1.4, Service.java", r"\bjavax\.mail\.AuthenticationFailedException(?:: null)?\s*\Z"),
)  # fmt: skip
"""Name or password was refused, and what the server said is not shown."""

IMAP_MEETS_SMTP: tuple[Row, ...] = (
    ("MailKit, imaplib, poplib, Jakarta Mail", r"\b(?:imap|pop3?)[^\n]{0,80}(?:\b220[ -]\S|\[?atom: 220\b)"),
)  # fmt: skip
"""A client of IMAP or POP3 got what only SMTP says."""

HUNG_UP: tuple[Row, ...] = (
    ("any program, of the system's error",
     r"\bECONNRESET\b|connection reset by peer|forcibly closed by the remote host"),
    ("Indy, IdResourceStringsCore.pas", r"\bEIdConnClosedGracefully\b|connection closed gracefully"),
    ("Perl, Net/Cmd.pm", r"unexpected EOF on command channel"),
)  # fmt: skip
"""The connection ended, of whatever protocol it was: what stands around it has to tell that."""

UNANSWERED: tuple[Row, ...] = (
    ("PHPMailer, SMTP.php: the last reply, which is empty; the next line's time may stand behind it",
     r"SMTP ERROR: (?:EHLO|HELO|STARTTLS|AUTH(?: [A-Z0-9-]{3,14})?|User ?name|Password|User & Password|MAIL FROM|"
     r"RCPT TO|DATA(?: END)?) command failed: *(?:<br ?/?>)?\s*(?:\Z|\d{4}-\d\d-\d\d \d\d:\d\d)"),
    ("PHPMailer before 5.2, class.smtp.php: the same",
     r"SMTP -> ERROR: [A-Z][\w &]{2,20} not accepted from server: *(?:<br ?/?>)?\s*\Z"),
)  # fmt: skip
"""A command was answered by nothing."""

DROPPED: tuple[Row, ...] = (
    ("smtplib, MailKit",
     r"SMTPServerDisconnected|SMTP server has unexpectedly disconnected|"
     r"connection unexpectedly closed: (?:\[Errno|the|timed)"),
    ("smtplib, in a sentence that tells of a mail",
     r"\b(?:smtp|send ?mail|e?-?mail)\b[^\n]{0,80}\bconnection unexpectedly closed\b"),
    *UNANSWERED,
    ("Postfix, smtpd.c", r"lost connection after AUTH\b"),
    ("Postfix, smtp_session.c", r"lost connection with .* while (?:performing the|sending (?:AUTH|EHLO))"),
    ("aiosmtplib, mutt", r"server closed the connection unexpectedly while (?:waiting|authenticating)"),
    ("Symfony, Swift Mailer",
     r"but got (?:an )?empty (?:code|response)|but got code \\?\"\\?\"|"
     r"connection to \"[^\"\n]{1,120}\" has been closed unexpectedly"),
    ("Outlook and Outlook Express (tthosting.dk/MSOutlookErrorCodes.htm)",
     r"(?<!POP3)(?:unexpectedly terminated the connection|server unexpectedly (?:closed|terminated))|0x800CCC0F\b"),
    ("Nodemailer, smtp-connection", r"error: (?:unexpected socket close|connection closed unexpectedly)"),
    ("libetpan, mailsmtp_types.h", r"\bMAILSMTP_ERROR_STREAM\b"),
    ("curl, lib/pingpong.c", r"curl: \(56\) response reading failed"),
    ("Jakarta Mail, SMTPTransport.java",
     r"SMTP\w{0,20}Exception: \[EOF\]|MessagingException: Exception reading response\b"),
    (".NET, System.Net.Mail", r"net_io_connectionclosed"),
    ("Go, in lines of logfmt such as Grafana's", r"\b(?:e?mail|smtp)\b[^\n]{0,160}\berr(?:or)?=\"?EOF\"?\s*\Z"),
    ("Go, net/smtp", r"\bsmtp\b[^\n]{0,120}: (?:unexpected )?EOF\s*\Z"),
    ("lettre, async_connection.rs", r"response error: incomplete response"),
    ("qmail, qmail-remote.c", r"connected[_ ]to[_ ]\S{1,60}[_ ]but[_ ]connection[_ ]died"),
    ("CodeIgniter, Email.php: email_smtp_data_failure", r"unable to send data: (?:AUTH|EHLO|HELO|MAIL|STARTTLS)\b"),
    ("msmtp, src/net.c and smtp.c", r"\bmsmtp: the server sent an empty reply"),
    ("Mutt, smtp.c", r"SMTP session failed: (?:read|write) error"),
    ("Rebex.Smtp, and any exception of SMTP",
     r"\bSmtp\w{0,20}(?:Exception|Error)\b[^\n]{0,40}\bserver (?:has )?closed the connection"),
    ("gen_smtp, gen_smtp_client.erl", r"network_failure, ?[^,\n]{1,80}, ?\{:?error, ?:?closed\}"),
    ("ESP Mail Client, of a reply that it could not read", r"\breading incoming data failed\b"),
    ("Emacs, smtpmail.el and network-stream.el", r"\bprocess smtpmail\b[^\n]{0,20} not running"),
    ("any program that names the mail server",
     r"\b(?:smtp|mail) ?server (?:has )?(?:hung up|(?:unexpectedly )?(?:closed|dropped) (?:the |its )?connection)"
     r"[^\n]{0,20}\b(?:unexpected\w*|during|while|before)\b|"
     r"\bsmtp\b[^\n]{0,40}\bconnection (?:was |has been )?(?:closed|dropped|reset|terminated) by (?:the )?"
     r"(?:smtp |mail ?|remote )?(?:server|host) (?:unexpectedly|during|while(?! idle)|before)\b|"
     r"\blost connection to (?:the )?(?:smtp|mail) ?server\b"),
    ("phpBB, functions_messenger.php, and Simple Machines Forum",
     r"\b(?:could not|couldn't) get mail server response codes"),
    ("Laminas and Zend, Mail/Protocol/AbstractProtocol.php",
     r"\b(?:laminas|zend)[\\_]+mail[\\_][^\n]{0,60}could not read from \S"),
    ("Monit, SMTP.c, and any program that names the mail server",
     r"\b(?:error|failed|unable|could not|cannot) (?:receiving|reading|(?:to )?(?:receive|read)) (?:data|(?:an? |the )?"
     r"(?:response|reply|answer)) from (?:the )?(?:mail ?server|smtp server)"),
)  # fmt: skip
"""The connection ended in the middle."""


@lru_cache(maxsize=16)
def pattern(rows: tuple[Row, ...]) -> str:
    """All patterns of a table as one; groups of the same name lose it."""
    return "|".join(words for _, words in rows).replace("(?P<code>", "(?:")
