"""DIGEST-MD5's mistakes that nobody could make beforehand, recognised by reading (RFC 2831 section 2.1.2).

Clients order and quote the directives as they like, so a wrong directive of another client
is found by its value, not by comparing whole messages.
"""

from tutor.diagnosis import Diagnosis, Layer
from tutor.sasl import digest
from tutor.sasl.mechanism import Scenario, Turns
from tutor.spans import Span

SOURCE = "RFC 2831 section 2.1.2"


def reads(scenario: Scenario, turns: Turns, message: bytes) -> Diagnosis | None:
    """The first directive, in the order of the table, that does not answer the challenge."""
    if turns.challenge is None or turns.number:
        return None
    asked, said = digest.parse(turns.challenge), digest.parse(message)
    if said.get("username") is None or said.get("response") is None:
        return None
    for code, name, words, fix in _wrong(scenario, asked, said):
        span = next((Span(one.start, one.end) for one in said.found if one.name == name), None)
        return Diagnosis(code, Layer.STRUCTURE, words, fix, message_span=span, source=SOURCE)
    return None


def _wrong(scenario: Scenario, asked: digest.Directives, said: digest.Directives) -> list[tuple[str, str, str, str]]:
    found: list[tuple[str, str, str, str]] = []
    realms = asked.every("realm")
    service = scenario.service.encode() + b"/"
    uri = said.get("digest-uri") or b""
    host = uri[len(service) :].split(b"/")[0].lower()
    if not uri.lower().startswith(service) or not host:
        found.append((
            "digest-md5.uri", "digest-uri", f"digest-uri does not begin with {service.decode()} and a host behind it.",
            'Write digest-uri="smtp/HOST", and hash the same text in A2.',
        ))  # fmt: skip
    elif host not in {name.lower() for name in (scenario.hostname.encode(), *realms)}:  # curl writes the realm there
        found.append((
            "digest-md5.uri", "digest-uri", "digest-uri names another host than the one that asks.",
            "Write the name of the server that you connected to behind smtp/, and hash the same text in A2.",
        ))  # fmt: skip
    if said.get("nonce") != asked.get("nonce"):
        found.append((
            "digest-md5.nonce", "nonce", "nonce is another one than that of this challenge.",
            "Copy nonce from this very challenge; it changes at each login.",
        ))  # fmt: skip
    if (said.get("realm") or b"") not in (realms or [b""]):
        offered = "offers one" if len(realms) == 1 else f"offers {len(realms)}" if realms else "offers none"
        found.append((
            "digest-md5.realm", "realm", f"realm is invented: the challenge {offered}, and not this.",
            "Copy realm from the challenge; where it offers none, leave it out.",
        ))  # fmt: skip
    if said.get("nc") != b"00000001":
        found.append((
            "digest-md5.nc", "nc", "nc is not the eight hex digits 00000001.", "Send nc=00000001 for a fresh nonce.",
        ))  # fmt: skip
    if (said.get("qop") or b"auth") != b"auth":
        found.append((
            "digest-md5.qop", "qop", "qop is another word than auth.", "Send qop=auth, and hash the same word.",
        ))  # fmt: skip
    return found
