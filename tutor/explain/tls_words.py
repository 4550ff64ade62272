"""Floor 4: what TLS libraries say of a handshake that failed, one table for each meaning.

Each row is (who says it, its pattern); case is ignored. The words of OpenSSL reach users through many
languages, so a row names where the words come from, and not who prints them. Behind a row's name
stands the place in the source where the whole family can be read.
"""

import re

from tutor.explain.own_words import Row

EXPECTED: tuple[Row, ...] = (
    ("OpenSSL, crypto/err/openssl.txt: what is no TLS record has no TLS version",
     r"wrong[ _]version[ _]number|SSL routines:[^\n]{0,60}(?:unknown protocol|http request)|packet length too long|"
     r"SSL_CONNECT[^\n]{0,80}unknown protocol|state=[^\n]{0,60}: unknown protocol|"
     r"ssl3_get_record(?!:(?:decryption|bad record mac))"),
    ("Go, crypto/tls/conn.go", r"first record does not look like a TLS|tls: oversized record received"),
    ("GnuTLS, lib/errors.c", r"an unexpected TLS packet was received"),
    ("PHP, main/streams/transports.c: TLS, and no error of the network, on a port where SMTP begins in clear",
     r"unable to connect to ssl://[^\s:]{1,120}:(?:587|25|2525) \((?:Unknown error|Success)?\)"),
    ("Java, sun.security.ssl", r"unsupported or unrecognized SSL message|unrecognized SSL message, plaintext"),
    (".NET, System.Net.Security, and MailKit, SslHandshakeException.cs",
     r"handshake failed due to an unexpected packet format|cannot determine the frame size or a corrupted frame|"
     r"port \d+ is typically reserved for plain-?text connections"),
    ("rustls, src/error.rs", r"\bInvalidContentType\b|\bCorruptMessage\b|received corrupt message"),
    ("NSS, SSLerrs.h", r"SSL_ERROR_RX_RECORD_TOO_LONG|record that exceeded the maximum permissible length"),
    ("Mbed TLS, include/mbedtls/ssl.h: -0x7200 is an invalid record", r"SSL - An invalid SSL record was|-0x7200\b"),
    ("Schannel, winerror.h", r"\bSEC_E_INVALID_TOKEN\b|0x80090308\b"),
    ("Erlang, tls_record.erl and ssl_alert.erl",
     r"\bunsupported_record_type\b|\bIn state :?hello\b[^\n]{0,80}Fatal - Unexpected Message"),
    ("Postfix as the client, smtp_connect.c and smtp_tls_policy.c: port 465 without smtp_tls_wrappermode",
     r"SMTPS wrappermode \(TCP port 465\) requires|\bsmtp_tls_wrappermode requires\b|"
     r"CLIENT wrappermode \(port smtps/465\) is unimplemented"),
    ("Jakarta Mail from 1.6 on, where port 465 says nothing to clear text",
     r"got bad greeting from SMTP host: [^\n]{1,120}, port: 465, response: \[EOF\]"),
)  # fmt: skip
"""TLS on one side, clear text on the other."""

_TLS = r"(?:(?:SSL|TLS)(?:/(?:SSL|TLS))?|STARTTLS)"
_CERTIFICATE = r"(?:certificate|cert\b)"

FAILED: tuple[Row, ...] = (
    ("OpenSSL, crypto/err/openssl.txt and crypto/x509/x509_txt.c",
     r"\bSSL routines:(?![^\n]{0,80}(?:unexpected eof|shutdown while in init|protocol is shutdown|no start line))|"
     r"library: 'SSL routines'|certificate verify failed|unable to get (?:local )?issuer|"
     r"unable to verify the first certificate|(?:dh|ee|ca) key too small|(?:md|signature digest algorithm) too weak|"
     r"SSL_(?:connect|accept)\b[^\n]{0,20}(?:returned=|error|failed|:)|sslv3 alert|tlsv1 alert|"
     r"unsupported protocol \(_ssl|no protocols available|no shared cipher|IP address mismatch"),
    ("any library, of a certificate",
     r"self[- ]signed certificate|certificate (?:has |is )?expired|expired certificate|certificate is not yet valid|"
     r"certificate (?:is |was )?not (?:trusted|verified|valid for|yet valid)|untrusted certificate|"
     r"(?:invalid|bad|revoked|unknown) (?:peer |server |SSL |TLS )?certificate\b|"
     r"certificate (?:verification|validation) (?:failed|error)|certificate (?:is |was )?(?:invalid|rejected|revoked)|"
     r"certificate[^\n]{0,40} (?:could not|couldn't|cannot|can't) be (?:verified|validated|trusted)|"
     r"certificate which is not trusted|"
     r"SSL certificate (?:problem|error)|certificate name mismatch|certificate signature failure"),
    ("any library, of the name in a certificate",
     r"no alternative certificate subject name matches|"
     r"host ?name (?:mismatch|does(?: not|n't) match|['\"][^'\"]*['\"] (?:does not|doesn't) match)|"
     r"(?:host ?name|host name|host|name|owner|altnames?)\b[^\n]{0,60}\b(?:does not|doesn't|did not|not) "
     rf"(?:match|in)\b[^\n]{{0,60}}{_CERTIFICATE}|{_CERTIFICATE}[^\n]{{0,80}}(?:does not|doesn't|did not) match"),
    ("Go, crypto/x509/verify.go and crypto/tls",
     r"\bx509: [a-z]|\btls: (?:failed|handshake|no |unsupported|server|client|received|protocol|bad |internal|"
     r"invalid|unexpected|unknown|either|error|alert)|starttls: (?:read|write) tcp|starttls: EOF|"
     r"\bremote error: (?:handshake failure|bad certificate|unknown certificate|protocol version|internal error)"),
    ("Java, sun.security.ssl and Android's Conscrypt",
     r"\bSSL(?:Handshake|Protocol|PeerUnverified|Key)?Exception\b|\bCert(?:Path\w{1,30}|ificate\w{0,30})?Exception\b|"
     r"PKIX path|unable to find valid certification path|trust anchor for certification path|"
     r"no appropriate protocol|remote host (?:closed connection during|terminated the) handshake|"
     r"no subject alternative|received fatal alert|could not convert socket to TLS"),
    (".NET, System.Net.Security, and MailKit",
     r"SslHandshakeException|RemoteCertificate(?:NameMismatch|ChainErrors|NotAvailable|ValidationCallback)|"
     r"\bSystem\.Security\.Authentication\.AuthenticationException\b|"
     r"a call to SSPI failed|do not possess a common algorithm|(?<!SASL )authentication failed, see inner exception|"
     r"authentication failed because the remote party|the remote certificate (?:is|was)|"
     r"attempting to establish an SSL or TLS connection"),
    ("Mono, Mono.Security.Protocol.Tls", r"\bthe authentication or decryption has failed\b"),
    ("Node.js, lib/_tls_wrap.js, node_errors.h and nodemailer/lib/errors.js",
     r"\bERR_(?:TLS|SSL|OSSL)_\w+|\b(?:UNABLE_TO_(?:GET|VERIFY|DECRYPT|DECODE)_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|"
     r"SELF_SIGNED_CERT_IN_CHAIN|CERT_(?:HAS_EXPIRED|NOT_YET_VALID|UNTRUSTED|REJECTED|REVOKED|SIGNATURE_FAILURE)|"
     r"HOSTNAME_MISMATCH|ETLS)\b|before secure TLS connection was established|"
     r"is not in the cert's (?:altnames|list)|error (?:initiating|upgrading connection with) (?:TLS|STARTTLS)"),
    ("PHP, ext/openssl/xp_ssl.c; PEAR, Symfony, Swift Mailer",
     r"stream_socket_enable_crypto\(\)|failed to enable crypto|(?<!fwrite\(\): )(?<!fread\(\): )SSL operation failed|"
     r"SSL: (?:Handshake|Connection|Success)|unable to connect with (?:STARTTLS|TLS|SSL)|STARTTLS failed \(code: 220"),
    ("GnuTLS, lib/errors.c",
     r"\bgnutls_handshake\b|TLS fatal alert has been received|TLS packet with unexpected length|"
     r"(?:peer's|server's) certificate is not trusted|key usage violation"),
    ("rustls, src/error.rs, and native-tls",
     r"invalid peer certificate|\bUnknownIssuer\b|\bNotValidForName\b|\bInvalidCertificate\b|tls handshake eof|"
     r"received fatal alert|peer is incompatible"),
    ("Schannel, winerror.h",
     r"\bSEC_E_(?!INVALID_TOKEN|OK)\w+|\bCERT_E_\w+|schannel: [^\n]{0,60}(?:fail|error|denied)|0x8009(?:03\d\d|2013)\b|"
     r"issued by an authority that is not trusted|target principal name is incorrect"),
    ("SecureTransport and CFNetwork, SecureTransport.h",
     r"\berrSSL\w+|SSLHandshake failed \(-\d+\)|kCFStreamErrorDomainSSL|NSURLErrorSecureConnectionFailed"),
    ("CPython, Lib/ssl.py", r"\bssl\.SSL\w*Error\b|\bSSLEOFError\b|EOF occurred in violation of protocol"),
    ("libetpan, mailsmtp_types.h, and MailCore 2, MCOConstants.h",
     r"\bMAILSMTP_ERROR_(?:SSL|STARTTLS_TEMPORARY_FAILURE)\b|certificate for this server is invalid|"
     r"mailsmtp Last Error Code: (?:23|27)\b"),
    ("Heirloom mailx, openssl.c and nss.c", r"^error in certificate: \S"),
    ("NSS and Thunderbird",
     r"certificate issuer (?:is not recognized|has been marked as not trusted)|peer's certificate has been revoked"),
    ("NSS, SSLerrs.h and SECerrs.h", r"\b(?:SSL|SEC)_ERROR_(?!RX_RECORD_TOO_LONG)[A-Z]\w+|MOZILLA_PKIX_ERROR_\w+"),
    ("Mbed TLS and BearSSL, on small machines",
     r"mbedtls_ssl_handshake\b[^\n]{0,40}(?:-0x|fail)|"
     r"X509 - Certificate verification failed|\bBR_ERR_\w+|SSL handshake failed"),
    ("Erlang, ssl_alert.erl, of the client", r"\bTLS :?client: In state \S[^\n]{0,80}ALERT: Fatal - "),
    ("Erlang, ssl, and gen_smtp", r"\btls_alert\b|:?\btls_failed\b|fatal - handshake failure|verify: :?verify_peer"),
    ("Indy, IdSSLOpenSSL.pas", r"\berror connecting with SSL\b|\bcould not load SSL library"),
    ("Oracle, UTL_SMTP: of the wallet and the handshake", r"\bORA-(?:29024|28860|28857|28862|28865|28759)\b"),
    ("Perl, IO::Socket::SSL; swaks",
     r"SSL connect attempt failed|TLS startup failed|\bSTARTTLS attempted but failed|"
     r"invalid SSL_version specified at \S+IO/Socket/SSL\.pm"),
    ("curl, lib/strerror.c", r"SSL peer certificate or SSH remote key was not OK|requested SSL level failed"),
    ("Apple Mail", r"identity of \S{1,120} cannot be verified by (?:iOS )?Mail\b"),
    ("KDE, kioslaves/smtp/command.cpp", r"claims to support TLS, but negotiation was unsuccessful"),
    ("Chilkat, MailMan.SmtpFailReason", r"\bSmtpFailReason\W{1,4}StartTlsFailed\b"),
    ("any program for mail, of an upgrade to TLS",
     r"^(?=[^\n]*(?:smtp|mail))[^\n]*\b(?:(?:could not|couldn't|cannot|can't|unable to|failed to) (?:upgrade|secure|"
     r"encrypt) (?:the |an? )?(?:\w+ ){0,2}connection|(?:could not|couldn't|cannot|can't|unable to|failed to) start "
     r"encryption|(?:TLS|SSL|STARTTLS) upgrade (?:has )?failed)"),
    ("PRTG and any program for mail, of a secure connection",
     r"mail\b[^\n]{0,60}\b(?:failed|unable|could not|couldn't|cannot) (?:to )?(?:establish|open|create|set up) an? ?"
     r"(?:secure|encrypted) (?:connection|link|channel)|"
     r"mail\b[^\n]{0,60}\bfailed to establish secure connection"),
    ("curl, include/curl/curl.h", r"curl: \((?:35|51|58|60|64|77|83|91)\)"),
    ("mail servers that send on: Postfix, Exim, sendmail",
     r"our TLS engine is unavailable|"
     r"cannot start TLS: handshake failure|lost connection after STARTTLS from |an attempt to start TLS failed|"
     r"TLS error on connection[^\n]{0,120}\((?!recv|send)|"
     r"STARTTLS=(?:client|server), error: (?:connect|accept) failed"),
    ("Outlook and Outlook Express (tthosting.dk/MSOutlookErrorCodes.htm)", r"0x800CCC(?:01|02|1A)\b"),
    ("any program",
     rf"{_TLS}[- ]?(?:handshake|negotiation|startup)[^\n]{{0,40}}(?:fail|error|time|abort|eof)|"
     rf"(?:failed|unable|cannot|could not|couldn't|can't) (?:to )?"
     rf"(?:start|enable|establish|negotiate|perform|create|open|connect (?:via|with|using|over))"
     rf"(?: an?| the)? (?:secure )?{_TLS}|handshake(?: has)? failed|(?:SSL|TLS)[^\n]{{0,40}} handshake failure|"
     rf"starttls failed|HandshakeException|{_TLS} connection failed|"
     rf"\bstart ?tls (?:command )?(?:was )?(?:denied|refused|rejected)\b"),
)  # fmt: skip
"""The handshake failed, or the certificate was refused."""

NOT_OFFERED: tuple[Row, ...] = (
    ("CPython, Lib/smtplib.py, and smtppool, pool.go",
     r"STARTTLS extension (?:not supported by (?:the )?server|not found)"),
    ("Jakarta Mail, SMTPTransport.java", r"STARTTLS is required but host does not support STARTTLS"),
    ("MailKit, SmtpClient.cs", r"SMTP server does not support the STARTTLS extension"),
    (".NET, System.Net.Mail", r"server does not support secure connections"),
    ("msmtp, src/msmtp.c", r"server does not support TLS via the STARTTLS command"),
    ("Postfix, smtp_proto.c", r"TLS is required, but was not offered by (?:host|server)"),
    ("Exim, transports/smtp.c", r"a TLS session is required[^\n]{0,80}did not offer TLS"),
    ("gen_smtp, gen_smtp_client.erl", r"missing_requirement, ?[^,\n]{1,80}, ?:?tls\b"),
    ("Ruby, net/smtp.rb, and lettre, client/mod.rs", r"STARTTLS is not supported on this server"),
    ("RainLoop and SnappyMail, MailSo/Smtp/SmtpClient.php",
     r"\bSMTP\[\w+\][^\n]{0,80}\bSocketUnsuppoterdSecureConnectionException\b[^\n]{0,20}\bSTARTTLS is not supported"),
    ("curl, lib/smtp.c", r"\bSTARTTLS not supported\b"),
    ("vertx-mail, Monit and any program", r"\bSTARTTLS (?:is |was )?(?:required|wanted|requested),? but\b"),
    ("K-9 Mail, MissingCapabilityException.kt, and mail-send, lib.rs",
     r"\bmissing capability: STARTTLS\b|(?-i:\bMissingStartTls\b)"),
    ("libetpan, mailsmtp_types.h", r"\bMAILSMTP_ERROR_STARTTLS_NOT_SUPP\w*|mailsmtp Last Error Code: 24\b"),
    ("Outlook and Outlook Express (tthosting.dk/MSOutlookErrorCodes.htm)",
     r"0x800CCC7D\b|\(SMTP\) server does not support SSL-secured connections"),
    ("CakePHP, SmtpTransport.php", r"trying to connect to non TLS SMTP server using TLS"),
    ("K-9 Mail and Thunderbird for Android", r"STARTTLS connection security not available"),
)  # fmt: skip
"""The client wanted STARTTLS, and the server has none."""

ABSENT: tuple[Row, ...] = (
    ("go-mail, emersion/go-smtp, Alertmanager, Thunderbird, swaks, KMail and any program: not of a version of TLS",
     r"(?:\b(?:server|host|peer|STARTTLS since it)|:\d{2,4}\W{0,3}) ?(?:does(?: not|n['’]t)|did(?: not|n['’]t)) "
     r"(?:seem to )?(?:support|offer|advertise|have) (?:the |any )?"
     r"(?:STARTTLS|TLS(?![ /]?v?1|[- ]RPT)|that feature)\b|"
     r"\b(?:server|host|peer) (?:\S{1,60} )?(?:has no|lacks|refused|denied|rejected) STARTTLS\b"
     r"(?! (?:setting|option|field|switch|button))|"
     r"\b(?:encryption|STARTTLS) (?:\w+ ){0,5}not offered by (?:the |this )?(?:server|host|peer)\b"),
    ("MailSo, SmtpClient.php, and any program",
     r"\bSTARTTLS (?:is )?(?:not (?:supported|offered|advertised|available)|unsupported)\b"),
)  # fmt: skip
"""The server has no STARTTLS: it may be that the client minds, or that it tells so and goes on."""

HARMLESS = (
    r"untrusted TLS connection established|status=sent|verify=FAIL, cipher|"
    r"TLS error on connection[^\n]{0,120}\((?:recv|send)"
)
"""What Postfix, Exim and sendmail write where the certificate did not matter: they went on."""
_OF_ANOTHER = re.compile(
    r"https?://|https?connection|\bUTL_HTTP\b|"
    r":(?:443|993|995|143|110|636|6443)\b|\bimap|\bpop3|\bldap|\berror 52[0-7]\b",
    re.IGNORECASE,
)
"""The web (Cloudflare's errors from 520 to 527 too), IMAP, POP3, directories."""
_OF_MAIL = re.compile(r"smtp|starttls|mailkit|:(?:25|465|587|2525)\b", re.IGNORECASE)
_LINKED = re.compile(
    r"(?:see|visit|learn more|more info\w*|details|https?://\S*(?:faq|docs?|support|help))\b", re.IGNORECASE
)


def of_another(text: str) -> bool:
    """Whether a line about TLS names another service: a web address, a port of IMAP; a link to a manual is none."""
    return bool(_OF_ANOTHER.search(text)) and not _OF_MAIL.search(text) and not _LINKED.search(text)
