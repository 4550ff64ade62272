"""What a greeting gives away: host, software, version; and whether the peer is ready (RFC 5321 sections 3.1, 4.2)."""

import re
from functools import lru_cache

from tutor.records import Record
from tutor.reference.needles import needles
from tutor.spans import Field, Span

SOURCE = "RFC 5321 section 4.2"

# (pattern over the text behind the code, software, group of the version or 0). The first hit counts:
# names that other products mention stand behind those products. Texts of real servers, as of 2026-11.
PRODUCTS: tuple[tuple[str, str], ...] = (
    (r"\.outlook\.office365\.com Microsoft ESMTP MAIL", "Outlook.com / Microsoft 365"),
    (r"\.(?:prod\.)?outlook\.com Microsoft ESMTP MAIL", "Outlook.com / Microsoft 365"),
    (r"Microsoft Exchange Internet Mail Service (?P<v>5\.5[0-9.]*)", "Exchange 5.5"),
    (r"Microsoft Exchange Internet Mail Service (?P<v>[0-9.]+)", "Exchange 5.0"),
    (r"Microsoft ESMTP MAIL Service, Version: +(?P<v>[0-9.]+)", "Microsoft ESMTP (IIS)"),
    (r"Microsoft SMTP MAIL ready at .* Version: +(?P<v>[0-9.]+)", "Microsoft ESMTP (IIS)"),
    (r"Microsoft ESMTP MAIL Service ready", "Microsoft ESMTP (Exchange)"),
    (r"Microsoft Graph SMTP OAuth Relay", "smtp-oauth-relay (aiosmtpd)"),
    (r"SimpleEmailService", "Amazon SES"),
    (r"gsmtp\b|^(?:mx|smtp)\.google\.com ESMTP|^smtp\.gmail\.com ", "Gmail gsmtp"),
    (r"smtp\.qq\.com|QQ (?:Q)?Mail Server", "QQ Mail"),
    (r"Coremail", "Coremail"),
    (r"^smtp\.sendgrid\.net", "SendGrid"),
    (r"GMX Mailservices", "GMX"),
    (r"^ak47 ESMTP|mailgun", "Mailgun"),
    (r"ecelerity (?P<v>[0-9][0-9.]*)", "Ecelerity (Momentum)"),
    (r"OpenSMTPD(?: (?P<v>[0-9][0-9.p]*))?", "OpenSMTPD"),
    (r"Mail-in-a-Box.*Postfix|(?i:Postfix)(?: \(?(?:Postfix-)?(?P<v>[0-9][0-9.]*))?", "Postfix"),
    (r"(?i:Exim) +(?P<v>[0-9][0-9A-Za-z._-]*)", "Exim"),
    (r"(?i:\bExim\b)", "Exim"),
    (r"IntraStore TurboSendmail", "IntraStore"),
    (r"Sendmail AIX ?[0-9.]+/(?:UCB )?(?P<v>[0-9][0-9.p]*)", "Sendmail"),
    (r"Sendmail SMI-(?P<v>[0-9.]+)", "Sendmail"),
    (r"MetaInfo Sendmail .*?\(Berkeley (?P<v>[0-9.]+)\)", "Sendmail"),
    (r"Sendmail +(?:@\(#\)Sendmail version )?(?P<v>[0-9][0-9A-Za-z.]*)", "Sendmail"),
    (r"(?i:\bSendmail\b)|^[A-Za-z0-9.-]+; ESMTP [A-Z][a-z]{2},", "Sendmail"),
    (r"Haraka(?: (?P<v>[0-9][0-9.]*))?", "Haraka"),
    (r"MailEnable Service, Version: (?P<v>[0-9.]+)", "MailEnable"),
    (r"MailSite E?SMTP Receiver(?: Version (?P<v>[0-9.]+))?", "MailSite"),
    (r"Mercury/32 v(?P<v>[0-9.]+[a-z]?)", "Mercury/32"),
    (r"Mercury (?P<v>[0-9.]+) ESMTP server", "Mercury"),
    (r"MERCUR SMTP-Server \(v(?P<v>[0-9.]+)", "MERCUR"),
    (r"SAP (?P<v>[0-9.]+)", "SAP"),
    (r"Netscape Messaging Server (?:- Version )?(?P<v>[0-9.]+)", "Netscape Messaging"),
    (r"Eudora Internet Mail Server (?P<v>[0-9.]+)", "EIMS"),
    (r"IMail (?P<v>[0-9.]+)", "IMail"),
    (r"ArGoSoft Mail Server.*?Version (?P<v>[0-9.]+)", "ArGoSoft"),
    (r"OpenVMS", "OpenVMS UCX"),
    (r"[Pp]ost\.[Oo]ffice v(?P<v>[0-9.]+)", "post.office"),
    (r"IBM Domino Release (?P<v>[0-9A-Za-z.]+)", "IBM Domino"),
    (r"Lotus Domino Release (?P<v>[0-9A-Za-z.]+)", "Lotus Domino"),
    (r"Lotus Domino|Lotus SMTP MTA|Lotus Notes", "Lotus Domino"),
    (r"Stalwart (?:SMTP|ESMTP|Mail Server)?(?: v(?P<v>[0-9.]+))?", "Stalwart"),
    (r"GroupWise (?:Internet Agent|SMTP/MIME Daemon) (?P<v>[0-9.]+)", "GroupWise"),
    (r"\bESMTP mox\b", "mox"),
    (r"ESMTP Postal", "Postal"),
    (r"Dovecot ready", "Dovecot submission"),
    (r"aiosmtpd|Python SMTP", "aiosmtpd"),
    (r"sasl-tutor", "sasl-tutor"),
    (r"hMailServer", "hMailServer"),
    (r"Zimbra", "Zimbra"),
    (r"IceWarp(?: (?P<v>[0-9.]+))?", "IceWarp"),
    (r"Kerio Connect (?P<v>[0-9.]+)", "Kerio Connect"),
    (r"MDaemon v?(?P<v>[0-9.]+)", "MDaemon"),
    (r"CommuniGate Pro (?P<v>[0-9][0-9.]*[0-9](?:c[0-9]+)?)", "CommuniGate Pro"),
    (r"JAMES E?SMTP Server (?P<v>[0-9.]+)|\bJAMES\b", "Apache James"),
    (r"PowerMTA\(TM\) v(?P<v>[0-9.r]+)|PowerMTA", "PowerMTA"),
    (r"(?i:MERAK) (?P<v>[0-9.]+)", "Merak"),
    (r"(?i:SLMail) v?(?P<v>[0-9.]+)", "SLMail"),
    (r"(?i:SonicWALL) \((?P<v>[0-9.]+)\)", "SonicWall"),
    (r"Symantec Messaging Gateway|Symantec Mail Security", "Symantec Messaging Gateway"),
    (r"MAILsweeper ESMTP Receiver Version (?P<v>[0-9.]+)", "MAILsweeper"),
    (r"McAfee (?:WebShield|VirusScreen) ASaP v(?P<v>[0-9.]+)", "McAfee WebShield"),
    (r"WebShield SMTP V(?P<v>[0-9.]+)", "McAfee WebShield"),
    (r"Lyris ListManager", "Lyris ListManager"),
    (r"WinRoute Pro (?P<v>[0-9.]+)", "WinRoute"),
    (r"ZMailer Server (?P<v>[0-9.]+)", "ZMailer"),
    (r"NO UCE NO UBE NO RELAY PROBES", "Twisted"),
    (r"David\.fx \((?P<v>[0-9]+)\)", "Tobit David"),
    (r"NTMail \(v(?P<v>[0-9.]+)", "NTMail"),
    (r"AppleShare IP Mail Server (?P<v>[0-9.]+)", "AppleShare IP"),
    (r"Mail-Max Version (?P<v>[0-9.]+)", "Mail-Max"),
    (r"PMailServer(?: \[Free Edition\])? (?P<v>[0-9.]+)", "PMail Server"),
    (r"VPOP3 E?SMTP", "VPOP3"),
    (r"AnalogX Proxy (?P<v>[0-9.]+)", "AnalogX Proxy"),
    (r"CCProxy (?P<v>[0-9.]+)", "CCProxy"),
    (r"FTGate server", "FTGate"),
    (r"CheckPoint FireWall-1", "Check Point FireWall-1"),
    (r"IBM VM SMTP", "IBM VM"),
    (r"Sun Internet Mail Server sims\.(?P<v>[0-9.]+[0-9])", "Sun Internet Mail Server"),
    (r"WinWebMail \[(?P<v>[0-9.]+)\]", "WinWebMail"),
    (r"Cellopoint E-mail Firewall v(?P<v>[0-9.]+)", "Cellopoint"),
    (r"SubEthaSMTP(?: (?P<v>[0-9.]+[0-9]))?", "SubEtha SMTP"),
    (r"\bMailpit\b", "Mailpit"),
    (r"\bMailHog\b", "MailHog"),
    (r"GreenMail SMTP Service v?(?P<v>[0-9.]+[0-9])?", "GreenMail"),
    (r"smtp4dev", "smtp4dev"),
    (r"[Mm]addy\b", "maddy"),
    (r"\bProofpoint Protection Server\b|PPS-", "Proofpoint"),
    (r"Barracuda", "Barracuda"),
    (r"\bMailtrap\b", "Mailtrap"),
    (r"Courier", "Courier"),
    (r"qmail|netqmail", "qmail"),
    (r"(?i:E?SMTP Perl)", "Perl"),
)
# "We do not authorize the use of this system" is cPanel's text, on Exim.
_CPANEL = re.compile(r"ESMTP Exim (?P<v>[0-9][0-9.]*) #[0-9]")
_HOSTNAME = re.compile(r" *([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f.:]+\])(?=[ ;,]|$)")
_NO_HOSTS = {
    "esmtp",
    "smtp",
    "simple",
    "microsoft",
    "service",
    "welcome",
    "ready",
    "hello",
    "the",
    "argosoft",
    "mercur",
    "server",
}
_MASKED = re.compile(r"[*]{2,}[* ]*\Z")


class Greeting(Record):
    """What one line of a greeting says. Spans count characters of the line."""

    ready: bool
    why_not: str
    """Why the peer is not ready for commands; empty where it is."""
    fields: list[Field]
    note: str = ""


_IMAP = "This is an IMAP server, not SMTP: another port (SMTP is 587, 465 or 25)."
_FTP = "This is an FTP server, which also greets with 220: another port."
_OTHERS: tuple[tuple[bytes, str, str], ...] = (
    (rb"\* OK \[CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS", "IMAP (Dovecot)", _IMAP),
    (rb"\* (?:OK|BYE|PREAUTH)\b", "IMAP", _IMAP),
    (rb"\+OK\b", "POP3", "This is a POP3 server, not SMTP: another port (SMTP is 587, 465 or 25)."),
    (rb"SSH-[12]", "SSH", "This is an SSH server, not SMTP: another port."),
    (rb"HTTP/[0-9]|<!DOCTYPE|<html", "HTTP", "This is a web server, not SMTP: another port."),
    (rb"[\x14-\x17]\x03[\x00-\x04]", "TLS", "These are TLS records: this port speaks TLS from the first byte (465)."),
    (rb"220[- ].*Pure-FTPd", "Pure-FTPd", _FTP),
    (rb"(?i)220[- ].*(?:\bFTP\b|FTPd|vsFTP|FileZilla Server)", "FTP", _FTP),
)


def other_protocol(line: bytes) -> tuple[str, str] | None:
    """(protocol, sentence) where a first line is another protocol's greeting."""
    for pattern, name, sentence in _OTHERS:
        if re.match(pattern, line):
            return name, sentence
    return None


def read(code: int, last: bool, text: bytes, offset: int) -> Greeting:
    """Read one reply line as a greeting; `text` begins at `offset` in the line."""
    words = text.decode("utf-8", "surrogateescape")
    if code != 220:
        found = []
        if words.startswith("Connection not authorised from this address"):
            found.append(
                Field("software", Span(offset, offset + len(text)), "Mercury", "The server, by its wording.", "")
            )
        return Greeting(False, _why_not(code), found)
    if _MASKED.fullmatch(words.strip()):
        software = "Cisco PIX/ASA ESMTP inspection"
        field = Field("software", Span(offset, offset + len(text)), software, "A firewall hides the greeting.", "")
        note = "A firewall rewrites the greeting; it may hide STARTTLS and AUTH too (as XXXA). Look there first."
        return Greeting(last, "" if last else _UNFINISHED, [field], note)
    fields = _fields(words, offset)
    return Greeting(last, "" if last else _UNFINISHED, fields)


_UNFINISHED = (
    "Not finished: `220-` means that more lines follow; wait for the line that begins `220 ` (RFC 5321 section 4.2.1)."
)


def _why_not(code: int) -> str:
    if code == 554:
        return "554: no SMTP service here for you; the server refuses every command but QUIT (RFC 5321 section 3.1)."
    if code == 421:
        return "421: the service is not available now and closes the connection; try later (RFC 5321 section 3.8)."
    if code == 521:
        return "521: this host never accepts mail (RFC 7504)."
    if code == 221:
        return "221: the server is closing the connection instead of greeting."
    if code // 100 == 5:
        return f"{code}: the server refuses this client for good; its text says why."
    if code // 100 == 4:
        return f"{code}: the server refuses for now; try later."
    return f"{code} is no SMTP greeting; a server that is ready says 220 (RFC 5321 section 3.1)."


def _fields(words: str, offset: int) -> list[Field]:
    found: list[Field] = []
    # Some servers put an enhanced code in front, which RFC 2034 section 4 does not allow there.
    skip = re.match(r"2\.\d{1,3}\.\d{1,3} ", words)
    at = skip.end() if skip else 0
    host = _HOSTNAME.match(words, at)
    if host and _is_host(host[1], words[host.end() :]):
        start, end = (len(words[:place].encode("utf-8", "surrogateescape")) for place in host.span(1))
        meaning = "The server's own name (or what it says)."
        found.append(Field("hostname", Span(offset + start, offset + end), host[1], meaning, SOURCE))
    for name, span, value in _software(words):
        meaning = "The server software, by its wording." if name == "software" else "Its version, as it says itself."
        place = Span(offset + span.start, offset + span.end)
        # Where the host's own name gives the software away, it is a part of the name.
        inside = bool(found) and place.start >= found[0].span.start and place.end <= found[0].span.end
        found.append(Field(name, place, value, meaning, "", level=int(inside)))
    return found


def _is_host(word: str, rest: str) -> bool:
    if word.lower() in _NO_HOSTS:
        return False
    return "." in word or word.startswith("[") or bool(re.match(r"[; ] *(?:ESMTP|SMTP|Microsoft|Esmtp)\b", rest))


@lru_cache(maxsize=64)
def _software(words: str) -> "tuple[tuple[str, Span, str], ...]":
    cpanel = _CPANEL.search(words)
    if cpanel:
        return tuple(_hit(words, cpanel, "Exim (cPanel)"))
    lower = words.lower()
    for pattern, name in PRODUCTS:
        match = re.search(pattern, words) if any(needle in lower for needle in needles(pattern)) else None
        if match:
            return tuple(_hit(words, match, name))
    return ()


def _hit(words: str, match: "re.Match[str]", name: str) -> list[tuple[str, Span, str]]:
    def octets(start: int, end: int) -> Span:
        return Span(*(len(words[:place].encode("utf-8", "surrogateescape")) for place in (start, end)))

    groups = match.groupdict()
    if groups.get("v"):
        found = [("software", octets(match.start(), match.start("v")), name)]
        found.append(("version", octets(*match.span("v")), groups["v"]))
        return found
    return [("software", octets(*match.span()), name)]
