"""Floor 4: every diagnosis code, in the order in which a teacher would name them, and its long explanation."""

from typing import NamedTuple

_ANSWERS = """
    line.empty line.cancelled line.with-code line.with-marker line.echoed-challenge line.shell line.command
    line.too-long
    b64.plain-text b64.accidental b64.alphabet b64.url-safe b64.padding b64.length b64.whitespace b64.wrapped
    b64.non-canonical b64.quoted b64.escaped b64.hex b64.double b64.case-changed b64.masked
    text.trailing-newline text.surrounding-space text.trailing-nul text.utf-16 text.bom text.latin-1
    text.not-normalized text.quotes text.replacement-character text.escape
    structure.form
    login.swapped login.combined
    plain.no-leading-nul plain.separator plain.order plain.nul-count plain.authzid
    cram-md5.no-username cram-md5.no-space cram-md5.digest-form cram-md5.digest-of-base64 cram-md5.swapped
    cram-md5.not-hmac cram-md5.wrong-hash cram-md5.brackets cram-md5.stale cram-md5.password-sent
    digest-md5.uri digest-md5.nonce digest-md5.realm digest-md5.nc digest-md5.qop digest-md5.hash
    scram.gs2-header scram.channel-binding scram.nonce scram.salt scram.iterations scram.hash scram.proof
    scram.auth-message scram.name scram.no-empty-response
    oauth.no-bearer oauth.separator oauth.terminator oauth.user oauth.bare-token oauth.wrong-form
    oauth.no-acknowledgement external.identity anonymous.trace
    value.username value.password value.case value.domain value.mangled value.placeholder value.ses-key
"""
ANSWERS = tuple(_ANSWERS.split())
"""The codes of an answer, in the order of their table: of two that explain the same, the earlier is named."""

ADDED = ("line.with-marker", "line.shell", "structure.form")
"""Codes that the first table did not have, for mistakes that had none."""

_SESSIONS = """
    greeting.none greeting.refused greeting.not-smtp greeting.tls-expected greeting.masked
    session.no-ehlo session.auth-not-offered session.mechanism-not-offered session.starttls-first session.ehlo-again
    session.tls-failed session.auth-required session.auth-twice session.auth-in-transaction
    session.initial-response session.cancelled session.bad-challenge session.prompt-compared
    session.initial-response-required session.out-of-step session.auth-never-sent session.wrong-protocol
    session.line-too-long session.kerberos-ticket session.client-bug session.answer session.dropped session.ok
    server.bad-credentials server.app-password server.basic-auth-disabled server.account server.browser-sign-in
    server.no-clear-password server.token server.too-weak server.temporary server.password-transition
    server.rate-limited server.misconfigured
"""
SESSIONS = tuple(_SESSIONS.split())
"""The codes of a session, in the order of their table."""

_RANK = {code: place for place, code in enumerate((*ANSWERS, *SESSIONS))}


def rank(code: str) -> int:
    """Where a code stands in the table; a code that is not in it stands last."""
    return _RANK.get(code, len(_RANK))


class Entry(NamedTuple):
    """What a diagnosis code means, at length."""

    code: str
    title: str
    """A few words."""
    long: str
    """One or more paragraphs."""
    fix: str
    """What to do; empty where nothing has to be done."""
    source: str


_ENTRIES: dict[str, Entry] = {}


def explain(code: str) -> Entry | None:
    """The long explanation of a code, or None where there is no such code. Reads its data on first use."""
    if not _ENTRIES:
        _load()
    return _ENTRIES.get(code)


def entries() -> list[Entry]:
    """Every code's explanation, in the order of the table."""
    return [entry for code in (*ANSWERS, *SESSIONS) if (entry := explain(code)) is not None]


def _load() -> None:
    # Beside this module, in a checkout as in a wheel; importlib.resources would cost more than the whole start.
    import os
    import tomllib

    for name in ("answers.toml", "sessions.toml"):
        with open(os.path.join(os.path.dirname(__file__), "data", name), "rb") as file:
            table = tomllib.load(file)
        for code, entry in table.items():
            paragraphs = entry["long"].strip().split("\n\n")
            _ENTRIES[code] = Entry(
                code, entry["title"], "\n\n".join(paragraph.strip() for paragraph in paragraphs), entry["fix"],
                entry["source"],
            )  # fmt: skip
