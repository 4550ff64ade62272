"""The shapes of Kerberos and SPNEGO messages, as far as they are in clear (RFC 4120, RFC 4178)."""

from tutor.sasl.der import ANY, Shape

_K = "RFC 4120 section"

ETYPES = {
    1: "des-cbc-crc, broken", 3: "des-cbc-md5, broken", 16: "des3-cbc-sha1-kd", 17: "aes128-cts-hmac-sha1-96",
    18: "aes256-cts-hmac-sha1-96", 19: "aes128-cts-hmac-sha256-128", 20: "aes256-cts-hmac-sha384-192",
    23: "rc4-hmac, weak", 24: "rc4-hmac-exp, broken", 25: "camellia128-cts-cmac", 26: "camellia256-cts-cmac",
}  # fmt: skip
_NAME_TYPES = {
    0: "unknown", 1: "a user", 2: "a service with its instance", 3: "a service with its host", 10: "an enterprise name",
}  # fmt: skip
_MESSAGES = {
    10: "AS-REQ", 11: "AS-REP", 12: "TGS-REQ", 13: "TGS-REP", 14: "AP-REQ", 15: "AP-REP", 16: "TGT-REQ",
    17: "TGT-REP", 20: "KRB-SAFE", 21: "KRB-PRIV", 22: "KRB-CRED", 30: "KRB-ERROR",
}  # fmt: skip
_ERRORS = {
    6: "client not found", 7: "server not found", 13: "cannot do that option", 14: "no such encryption type",
    18: "account revoked", 23: "password expired", 24: "pre-authentication failed",
    25: "pre-authentication needed", 31: "the ticket does not decrypt", 32: "the ticket has expired",
    33: "the ticket is not yet valid", 34: "a replay", 35: "the ticket is not for us",
    36: "ticket and authenticator do not match", 37: "the clocks differ too much", 41: "changed on its way",
    44: "no such key version", 45: "no key for this service: look into the keytab", 60: "generic error",
}  # fmt: skip


def _principal(name: str, meaning: str) -> Shape:
    source = f"{_K} 5.2.2"
    return Shape(
        name,
        meaning,
        source,
        parts={
            0: Shape("name-type", "What kind of name", source, labels=_NAME_TYPES),
            1: Shape("name-string", "The parts of the name.", source, each=Shape("part", "One part.", source)),
        },
    )


def _encrypted(name: str, meaning: str, *, secret: bool) -> Shape:
    source = f"{_K} 5.2.9"
    return Shape(
        name,
        meaning,
        source,
        parts={
            0: Shape("etype", "How it is encrypted", source, labels=ETYPES),
            1: Shape("kvno", "Which version of the key.", source),
            2: Shape("cipher", "Encrypted: nobody without the key can read on.", source, secret=secret),
        },
    )


_PVNO = Shape("pvno", "Kerberos version; always 5.", f"{_K} 5.5.1")
_TYPE = Shape("msg-type", "Which message", f"{_K} 5.5.1", labels=_MESSAGES)

TICKET = Shape(
    "Ticket",
    "What the client got from the KDC for this service.",
    f"{_K} 5.3",
    parts={
        0: Shape("tkt-vno", "Ticket version; always 5.", f"{_K} 5.3"),
        1: Shape("realm", "The service's realm.", f"{_K} 5.3"),
        2: _principal("sname", "The service."),
        3: _encrypted("enc-part", "Encrypted for the service: who the client is, and a session key.", secret=True),
    },
)
AP_REQ = Shape(
    "AP-REQ",
    "A ticket, and the proof that the client may use it.",
    f"{_K} 5.5.1",
    parts={
        0: _PVNO,
        1: _TYPE,
        2: Shape(
            "ap-options", "Options", f"{_K} 5.5.1", bits=("reserved", "use-session-key", "mutual-required")
        ),
        3: Shape("ticket", "The ticket.", f"{_K} 5.5.1", parts={1: TICKET}),
        4: _encrypted("authenticator", "The client's name and clock, encrypted with the session key.", secret=True),
    },
)  # fmt: skip
AP_REP = Shape(
    "AP-REP",
    "The service's proof that it could open the ticket.",
    f"{_K} 5.5.2",
    parts={0: _PVNO, 1: _TYPE, 2: _encrypted("enc-part", "The client's clock, sent back encrypted.", secret=False)},
)
KRB_ERROR = Shape(
    "KRB-ERROR",
    "Kerberos says no.",
    f"{_K} 5.9.1",
    parts={
        0: _PVNO,
        1: _TYPE,
        2: Shape("ctime", "The client's clock.", f"{_K} 5.9.1"),
        3: Shape("cusec", "Its microseconds.", f"{_K} 5.9.1"),
        4: Shape("stime", "The server's clock.", f"{_K} 5.9.1"),
        5: Shape("susec", "Its microseconds.", f"{_K} 5.9.1"),
        6: Shape("error-code", "Why", f"{_K} 7.5.9", labels=_ERRORS),
        7: Shape("crealm", "The client's realm.", f"{_K} 5.9.1"),
        8: _principal("cname", "The client."),
        9: Shape("realm", "The service's realm.", f"{_K} 5.9.1"),
        10: _principal("sname", "The service."),
        11: Shape("e-text", "More in words.", f"{_K} 5.9.1"),
        12: Shape("e-data", "More for programs.", f"{_K} 5.9.1"),
    },
)
MESSAGES = {14: AP_REQ, 15: AP_REP, 30: KRB_ERROR}
"""By the number of the application tag."""

_S = "RFC 4178 section"
_MECH = Shape("mech", "A mechanism", f"{_S} 4.1")
NEG_TOKEN_INIT = Shape(
    "negTokenInit",
    "The client's offer.",
    f"{_S} 4.2.1",
    parts={
        0: Shape("mechTypes", "The mechanisms, the best first.", f"{_S} 4.2.1", each=_MECH),
        1: Shape("reqFlags", "Flags, not used.", f"{_S} 4.2.1"),
        2: Shape("mechToken", "The first mechanism's own token.", f"{_S} 4.2.1"),
        3: Shape("mechListMIC", "Protects the list; from Microsoft's servers a hint.", f"{_S} 4.2.1"),
        4: Shape("mechListMIC", "Protects the list.", "MS-SPNG section 2.2.1"),
    },
)
NEG_TOKEN_RESP = Shape(
    "negTokenResp",
    "The answer to the offer.",
    f"{_S} 4.2.2",
    parts={
        0: Shape(
            "negState",
            "Where it stands",
            f"{_S} 4.2.2",
            labels={0: "accept-completed", 1: "accept-incomplete", 2: "reject", 3: "request-mic"},
        ),
        1: Shape("supportedMech", "The mechanism that was chosen", f"{_S} 4.2.2"),
        2: Shape("responseToken", "The chosen mechanism's own token.", f"{_S} 4.2.2"),
        3: Shape("mechListMIC", "Protects the list.", f"{_S} 4.2.2"),
    },
)
NEGOTIATION = {0: NEG_TOKEN_INIT, 1: NEG_TOKEN_RESP}
"""By the number of the context tag."""

__all__ = ["ANY", "ETYPES", "MESSAGES", "NEGOTIATION"]
