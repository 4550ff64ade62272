"""GSSAPI, GS2-KRB5 and GSS-SPNEGO: tokens that pyspnego writes and reads, a real layer offer, and any bytes."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis.strategies import binary, integers, sampled_from

from tests.sasl.judges import need_module
from tests.tools import VECTORS
from tutor.sasl import registry
from tutor.sasl.mechanism import Certainty, Mechanism, Side
from tutor.spans import GAP, Field, tile

GSSAPI = registry.require("GSSAPI")
GS2_KRB5 = registry.require("GS2-KRB5")
GSS_SPNEGO = registry.require("GSS-SPNEGO")
MECHANISMS = (GSSAPI, GS2_KRB5, GSS_SPNEGO)


def ap_req() -> bytes:
    """An AP-REQ (RFC 4120 section 5.5.1) for smtp/mail.example.org, written by pyspnego's ASN.1."""
    need_module("spnego")
    from spnego._asn1 import (
        TagClass,
        pack_asn1,
        pack_asn1_bit_string,
        pack_asn1_general_string,
        pack_asn1_integer,
        pack_asn1_octet_string,
        pack_asn1_sequence,
    )

    def part(number: int, inner: bytes) -> bytes:
        return pack_asn1(TagClass.context_specific, True, number, inner)

    def encrypted(octets: bytes) -> bytes:
        return pack_asn1_sequence(
            [part(0, pack_asn1_integer(18)), part(1, pack_asn1_integer(2)), part(2, pack_asn1_octet_string(octets))]
        )

    names = pack_asn1_sequence([pack_asn1_general_string("smtp"), pack_asn1_general_string("mail.example.org")])
    ticket = [
        part(0, pack_asn1_integer(5)),
        part(1, pack_asn1_general_string("EXAMPLE.ORG")),
        part(2, pack_asn1_sequence([part(0, pack_asn1_integer(3)), part(1, names)])),
        part(3, encrypted(b"T" * 200)),
    ]
    message = [
        part(0, pack_asn1_integer(5)),
        part(1, pack_asn1_integer(14)),
        part(2, pack_asn1_bit_string(b"\x20\x00\x00\x00")),
        part(3, pack_asn1(TagClass.application, True, 1, pack_asn1_sequence(ticket))),
        part(4, encrypted(b"A" * 60)),
    ]
    return pack_asn1(TagClass.application, True, 14, pack_asn1_sequence(message))


def ap_rep() -> bytes:
    """An AP-REP (RFC 4120 section 5.5.2), written by hand."""
    return bytes.fromhex("6f1d301ba003020105a10302010fa20f300da003020112a2060404deadbeef")


def framed(token: bytes, oid: str = "06092a864886f712010202") -> bytes:
    """RFC 2743 section 3.1: tag 60, length, OID, token; the length in DER's shortest form."""
    body = bytes.fromhex(oid) + token
    if len(body) < 0x80:
        return b"\x60" + bytes([len(body)]) + body
    size = (len(body).bit_length() + 7) // 8
    return b"\x60" + bytes([0x80 + size]) + len(body).to_bytes(size, "big") + body


def read(mechanism: Mechanism, side: Side, turn: int, message: bytes) -> list[Field]:
    found = tile(len(message), mechanism.fields(side, turn, message))
    assert b"".join(message[f.span.start : f.span.end] for f in found if f.level == 0) == message
    return found


def by_name(mechanism: Mechanism, side: Side, turn: int, message: bytes) -> dict[str, Field]:
    found = read(mechanism, side, turn, message)
    assert all(field.name != GAP for field in found)
    return {field.name: field for field in reversed(found)}


def check_ap_req(found: dict[str, Field]) -> None:
    assert found["TOK_ID"].value == "0100"
    assert found["realm"].value == "EXAMPLE.ORG"
    assert found["name-string"].value == "smtp/mail.example.org"
    assert found["etype"].value == "18"
    assert "aes256" in found["etype"].meaning
    assert "mutual-required" in found["ap-options"].meaning
    assert found["cipher"].secret
    assert found["token"].secret
    assert not found["realm"].secret


def test_a_kerberos_ticket_in_gssapi() -> None:
    message = framed(b"\x01\x00" + ap_req())
    found = by_name(GSSAPI, Side.CLIENT, 0, message)
    assert found["oid"].value == "1.2.840.113554.1.2.2"
    assert "Kerberos 5" in found["oid"].meaning
    check_ap_req(found)
    own = GSSAPI.recognises(Side.CLIENT, message, False)
    assert own is not None
    assert (own.stage, own.certainty) == ("initial response", Certainty.CERTAIN)


def test_pyspnego_reads_our_vectors_the_same() -> None:
    """The judge of the vectors themselves, and of our reading."""
    need_module("spnego")
    from spnego.__main__ import parse_token

    theirs = parse_token(framed(b"\x01\x00" + ap_req()))["Data"]
    assert theirs["thisMech"] == "Kerberos (1.2.840.113554.1.2.2)"
    inner = theirs["innerContextToken"]["Data"]
    found = by_name(GSSAPI, Side.CLIENT, 0, framed(b"\x01\x00" + ap_req()))
    assert inner["ticket"]["realm"] == found["realm"].value
    assert "/".join(inner["ticket"]["sname"]["name-string"]) == found["name-string"].value
    assert inner["ticket"]["enc-part"]["cipher"].lower() == found["cipher"].value
    reply = parse_token(framed(b"\x02\x00" + ap_rep()))["Data"]["innerContextToken"]
    assert reply["MessageType"] == "AP-REP (15)"
    assert reply["Data"]["enc-part"]["cipher"].lower() == "deadbeef"


def test_an_ap_rep() -> None:
    message = framed(b"\x02\x00" + ap_rep())
    found = by_name(GSSAPI, Side.SERVER, 1, message)
    assert "AP-REP" in found["msg-type"].meaning
    assert found["cipher"].value == "deadbeef"
    assert GSSAPI.stage(Side.SERVER, 1, message) == "challenge"


def test_a_krb_error() -> None:
    error = "7e1e301ca003020105a10302011ea603020125a9071b05452e4f5247ab031b016e"
    found = by_name(GSSAPI, Side.SERVER, 1, framed(b"\x03\x00" + bytes.fromhex(error)))
    assert found["error-code"].value == "37"
    assert "clocks" in found["error-code"].meaning
    assert found["realm"].value == "E.ORG"


def test_gs2_krb5_has_a_header_and_no_oid() -> None:
    """RFC 5801 section 3.1: the first token travels without its framing."""
    message = b"n,a=ada=2Cx,\x01\x00" + ap_req()
    found = by_name(GS2_KRB5, Side.CLIENT, 0, message)
    assert (found["gs2-header"].value, found["authzid"].value) == ("n,a=ada=2Cx,", "ada,x")
    assert "oid" not in found
    check_ap_req(found)
    own = GS2_KRB5.recognises(Side.CLIENT, message, False)
    assert own is not None
    assert own.certainty is Certainty.CERTAIN
    assert GSSAPI.recognises(Side.CLIENT, message, False) is None


def offer(message: bytes) -> dict[str, str]:
    return {name: field.value for name, field in by_name(GSSAPI, Side.SERVER, 2, message).items()}


@pytest.mark.parametrize("turned", [0, 12])
def test_the_layer_offer_inside_a_wrap_token(turned: int) -> None:
    """RFC 4121 section 4.2.6.2: header 16, data 4 and checksum 12, rotated right by RRC."""
    header = bytes.fromhex("050401ff000c") + turned.to_bytes(2, "big") + (7).to_bytes(8, "big")
    body = b"\x07\x00\x10\x00" + b"c" * 12
    message = header + body[len(body) - turned :] + body[: len(body) - turned]
    found = offer(message)
    assert (found["layers"], found["max_size"], found["checksum"]) == ("0x07", "4096", (b"c" * 12).hex())
    assert (found["EC"], found["RRC"], found["SND_SEQ"]) == ("12", str(turned), "7")
    assert GSSAPI.stage(Side.SERVER, 2, message) == "security-layer"
    assert GS2_KRB5.stage(Side.SERVER, 1, message) == "challenge"
    layers = by_name(GSSAPI, Side.SERVER, 2, message)["layers"]
    assert "none, integrity, confidentiality" in layers.meaning


def test_the_clients_choice_carries_an_authzid() -> None:
    message = bytes.fromhex("050400ff000c0000") + bytes(8) + b"\x01\x00\x00\x00ada" + b"c" * 12
    found = by_name(GSSAPI, Side.CLIENT, 2, message)
    assert (found["layers"].value, found["authzid"].value) == ("0x01", "ada")
    assert GSSAPI.stage(Side.CLIENT, 2, message) == "response"


def test_a_sealed_offer_cannot_be_read() -> None:
    found = offer(bytes.fromhex("050403ff00000000") + bytes(8) + b"\x07\x00\x10\x00" + b"c" * 28)
    assert "layers" not in found
    assert "data" in found


def test_the_old_wrap_token() -> None:
    """RFC 1964 section 1.2.2, not encrypted: confounder, four octets, padding."""
    token = b"\x02\x01\x00\x00\xff\xff\xff\xff" + b"s" * 8 + b"k" * 8 + b"r" * 8 + b"\x07\x00\x10\x00" + b"\x04" * 4
    message = framed(token)
    assert (offer(message)["layers"], offer(message)["max_size"]) == ("0x07", "4096")
    assert GSSAPI.stage(Side.SERVER, 2, message) == "security-layer"


def test_a_real_offer_that_was_damaged() -> None:
    with (VECTORS / "challenges.jsonl").open(encoding="utf-8") as lines:
        (row,) = (json.loads(line) for line in lines if '"ch-070"' in line)
    message = bytes.fromhex(row["facts"]["decoded_lenient"].removeprefix("hex:"))
    assert GSSAPI.stage(Side.SERVER, 1, message) == row["stage"]
    own = GSSAPI.recognises(Side.SERVER, message, False)
    assert own is not None
    assert own.stage == "security-layer"
    assert {"TOK_ID", "EC", "RRC", "checksum", "layers"} <= set(offer(message))


@pytest.fixture
def spoken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Side, bytes]]:
    """A whole exchange of SPNEGO with NTLM inside, between pyspnego's two sides."""
    need_module("spnego")
    import spnego

    users = tmp_path / "users"
    users.write_text("DOMAIN:ada:correct horse\n", encoding="utf-8")
    monkeypatch.setenv("NTLM_USER_FILE", os.fspath(users))
    options = spnego.NegotiateOptions.use_negotiate
    client = spnego.client("DOMAIN\\ada", "correct horse", hostname="mail.example.org", options=options)
    server = spnego.server(options=options)
    said: list[tuple[Side, bytes]] = []
    token = client.step()
    while token:
        said.append((Side.CLIENT, token))
        reply = server.step(token)
        if not reply:
            break
        said.append((Side.SERVER, reply))
        token = None if client.complete else client.step(reply)
    assert server.complete
    return said


def test_a_whole_spnego_exchange(spoken: list[tuple[Side, bytes]]) -> None:
    first, challenge, answer, last = (
        by_name(GSS_SPNEGO, side, at // 2, said) for at, (side, said) in enumerate(spoken)
    )
    assert first["oid"].value == "1.3.6.1.5.5.2"
    assert "NTLM" in first["mech"].meaning
    assert first["message_type"].value == "1"
    assert "accept-incomplete" in challenge["negState"].meaning or "request-mic" in challenge["negState"].meaning
    assert challenge["message_type"].value == "2"
    assert challenge["supportedMech"].value == "1.3.6.1.4.1.311.2.2.10"
    assert (answer["user_name"].value, answer["domain_name"].value) == ("ada", "DOMAIN")
    assert answer["nt_response"].secret
    assert answer["responseToken"].secret
    assert answer["token"].secret
    assert "accept-completed" in last["negState"].meaning
    for side, said in spoken:
        own = GSS_SPNEGO.recognises(side, said, False)
        assert own is not None
        assert own.certainty is Certainty.CERTAIN
        assert GSSAPI.recognises(side, said, False) is None


def test_a_secret_deep_inside_shows_in_no_field(spoken: list[tuple[Side, bytes]]) -> None:
    side, said = spoken[2]
    proof = by_name(GSS_SPNEGO, side, 1, said)["nt_proof"].value
    for field in read(GSS_SPNEGO, side, 1, said):
        assert field.secret or proof not in field.value


def test_the_commands_of_pyspnego_agree(spoken: list[tuple[Side, bytes]]) -> None:
    token = base64.b64encode(spoken[1][1]).decode()
    command = [sys.executable, "-m", "spnego", "--token", token]
    theirs = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    payload = theirs["Data"]["responseToken"]["Data"]["Payload"]
    found = by_name(GSS_SPNEGO, Side.SERVER, 1, spoken[1][1])
    assert found["target_name"].value == payload["TargetName"]
    assert theirs["Data"]["responseToken"]["Data"]["ServerChallenge"].lower() == found["server_challenge"].value


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=str)
def test_texts_and_the_empty_challenge(mechanism: Mechanism) -> None:
    own = mechanism.recognises(Side.SERVER, f"{mechanism.name} supported".encode(), True)
    assert own is not None
    assert own.stage == "text"
    assert mechanism.stage(Side.SERVER, 0, b"") == "empty"
    assert mechanism.stage(Side.SERVER, 0, b"supported") == "text"
    assert mechanism.serve is None
    assert mechanism.answer is None


@given(sampled_from(MECHANISMS), integers(0, 420), integers(0, 255), integers(0, 440))
def test_mutated_tokens(mechanism: Mechanism, at: int, octet: int, length: int) -> None:
    for message in (
        framed(b"\x01\x00" + ap_req()),
        b"n,,\x01\x00" + ap_req(),
        bytes.fromhex("050401ff000c000c0000000000000007") + b"c" * 12 + b"\x07\x00\x10\x00",
    ):
        damaged = (message[:at] + bytes([octet]) + message[at + 1 :])[:length]
        for side in Side:
            read(mechanism, side, 1, damaged)
            mechanism.recognises(side, damaged, False)
            assert mechanism.stage(side, 1, damaged)
            assert mechanism.expects(side, 1, damaged)


STARTS = [b"", b"\x60", b"\xa1", b"\x05\x04", b"\x60\x20\x06\x09*\x86H\x86\xf7\x12\x01\x02\x02\x02\x01", b"n,,\x01\x00"]


@given(sampled_from(MECHANISMS), sampled_from(STARTS), binary(max_size=80))
def test_any_bytes(mechanism: Mechanism, start: bytes, rest: bytes) -> None:
    for side in Side:
        read(mechanism, side, 0, start + rest)
        mechanism.recognises(side, start + rest, False)


def test_tokens_inside_tokens_end() -> None:
    """SPNEGO in SPNEGO in SPNEGO …: read to a depth, then no further."""
    message = b"x"
    for _ in range(60):
        octets = b"\x04" + _length(message) + message
        part = b"\xa2" + _length(octets) + octets
        sequence = b"\x30" + _length(part) + part
        message = b"\xa1" + _length(sequence) + sequence
    layers = [field for field in read(GSS_SPNEGO, Side.SERVER, 1, message) if field.name == "negTokenResp"]
    assert 2 <= len(layers) < 10


def _length(content: bytes) -> bytes:
    return b"\x82" + len(content).to_bytes(2, "big")
