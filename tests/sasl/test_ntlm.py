"""NTLM against MS-NLMP 4.2, MS-SMTPNTLM 4.2, real servers' challenges, and pyspnego."""

import base64
import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import binary, integers, sampled_from

from tests.sasl.judges import need_module
from tests.tools import VECTORS
from tutor.sasl import registry
from tutor.sasl.mechanism import Certainty, Side
from tutor.sasl.mechanisms import ntlm
from tutor.spans import GAP, Field, tile

NTLM = registry.require("NTLM")


def octets(hexadecimal: str) -> bytes:
    return bytes.fromhex(hexadecimal)


# MS-NLMP 4.2.2.3 (NTLMv1) and 4.2.4.3 (NTLMv2): user `User`, password `Password`, domain `Domain`.
V1_CHALLENGE = octets(
    "4e544c4d53535000020000000c000c0038000000338202e20123456789abcdef0000000000000000"
    "0000000000000000060070170000000f"
    "530065007200760065007200"
)
V1_AUTHENTICATE = octets(
    "4e544c4d5353500003000000180018006c00000018001800840000000c000c00480000000800080054000000"
    "100010005c000000100010009c000000358280e20501280a0000000f"
    "44006f006d00610069006e00550073006500720043004f004d0050005500540045005200"
    "98def7b87f88aa5dafe2df779688a172def11c7d5ccdef13"
    "67c43011f30298a2ad35ece64f16331c44bdbed927841f94"
    "518822b1b3f350c8958682ecbb3e3cb7"
)
V2_CHALLENGE = octets(
    "4e544c4d53535000020000000c000c003800000033828ae20123456789abcdef0000000000000000"
    "2400240044000000060070170000000f"
    "530065007200760065007200"
    "02000c0044006f006d00610069006e0001000c0053006500720076006500720000000000"
)
V2_AUTHENTICATE = octets(
    "4e544c4d5353500003000000180018006c00000054005400840000000c000c00480000000800080054000000"
    "100010005c00000010001000d8000000358288e20501280a0000000f"
    "44006f006d00610069006e00550073006500720043004f004d0050005500540045005200"
    "86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa"
    "68cd0ab851e51c96aabc927bebef6a1c"
    "0101000000000000" + "0000000000000000" + "aaaaaaaaaaaaaaaa" + "00000000"
    "02000c0044006f006d00610069006e0001000c00530065007200760065007200" + "00000000" + "00000000"
    "c5dad2544fc9799094ce1ce90bc9d03e"
)
# MS-SMTPNTLM 4.2: the client's two messages of a whole session.
SMTP_NEGOTIATE = base64.b64decode("TlRMTVNTUAABAAAAt4II4gAAAAAAAAAAAAAAAAAAAAAFAs4OAAAADw==")
SMTP_AUTHENTICATE = base64.b64decode(
    "TlRMTVNTUAADAAAAGAAYAHwAAAAYABgAlAAAABYAFgBIAAAACAAIAF4AAAAWABYAZgAAABAAEACsAAAANYKI4gUCzg4AAAAPZQB4AGMAaAAt"
    "AGMAbABpAC0ANgA2AHQAZQBzAHQARQBYAEMASAAtAEMATABJAC0ANgA2AIqeV65hhASwAAAAAAAAAAAAAAAAAAAAAHZHDVfwTU5ci0RY04eR"
    "mWy0/VWZfIfjsqdUu2WmxYUKy83PyyxzbA8="
)
EVERY = (SMTP_NEGOTIATE, V1_CHALLENGE, V2_CHALLENGE, V1_AUTHENTICATE, V2_AUTHENTICATE, SMTP_AUTHENTICATE)


def side_of(message: bytes) -> Side:
    return Side.SERVER if ntlm.message_type(message) == 2 else Side.CLIENT


def read(message: bytes, side: Side | None = None) -> list[Field]:
    found = tile(len(message), NTLM.fields(side or side_of(message), 1, message))
    assert b"".join(message[f.span.start : f.span.end] for f in found if f.level == 0) == message
    return found


def by_name(message: bytes) -> dict[str, Field]:
    return {field.name: field for field in reversed(read(message))}


def values(message: bytes) -> dict[str, str]:
    return {name: field.value for name, field in by_name(message).items()}


def test_ms_nlmp_4_2_2_3_ntlm_version_1() -> None:
    found = values(V1_CHALLENGE)
    assert found["target_name"] == "Server"
    assert found["server_challenge"] == "0123456789abcdef"
    assert found["flags"] == "0xe2028233"
    assert found["version"] == "6.0.6000"
    found = values(V1_AUTHENTICATE)
    assert (found["domain_name"], found["user_name"], found["workstation"]) == ("Domain", "User", "COMPUTER")
    assert found["lm_response"] == "98def7b87f88aa5dafe2df779688a172def11c7d5ccdef13"
    assert found["nt_response"] == found["nt_proof"] == "67c43011f30298a2ad35ece64f16331c44bdbed927841f94"
    assert found["session_key"] == "518822b1b3f350c8958682ecbb3e3cb7"
    assert found["version"] == "5.1.2600"


def test_ms_nlmp_4_2_4_3_ntlm_version_2() -> None:
    found = values(V2_CHALLENGE)
    assert (found["nb_domain"], found["nb_computer"]) == ("Domain", "Server")
    found = values(V2_AUTHENTICATE)
    assert (found["domain_name"], found["user_name"], found["workstation"]) == ("Domain", "User", "COMPUTER")
    assert found["nt_proof"] == "68cd0ab851e51c96aabc927bebef6a1c"
    assert found["client_challenge"] == "aaaaaaaaaaaaaaaa"
    assert found["timestamp"] == "0"
    assert (found["nb_domain"], found["nb_computer"]) == ("Domain", "Server")
    assert "1601: " not in by_name(V2_AUTHENTICATE)["timestamp"].meaning


def test_ms_smtpntlm_4_2() -> None:
    assert NTLM.stage(Side.CLIENT, 0, SMTP_NEGOTIATE) == "type-1"
    assert values(SMTP_NEGOTIATE)["version"] == "5.2.3790"
    assert NTLM.stage(Side.CLIENT, 1, SMTP_AUTHENTICATE) == "type-3"
    found = values(SMTP_AUTHENTICATE)
    assert (found["domain_name"], found["user_name"], found["workstation"]) == ("exch-cli-66", "test", "EXCH-CLI-66")


def test_answers_are_masked_and_names_are_not() -> None:
    for message in (V1_AUTHENTICATE, V2_AUTHENTICATE, SMTP_AUTHENTICATE):
        found = by_name(message)
        assert all(found[name].secret for name in ("lm_response", "nt_response", "nt_proof", "session_key"))
        assert not any(found[name].secret for name in ("domain_name", "user_name", "workstation", "flags"))


def rows() -> list[dict[str, Any]]:
    with (VECTORS / "challenges.jsonl").open(encoding="utf-8") as lines:
        every = [json.loads(line) for line in lines]
    return [row for row in every if row["mechanism"] == "NTLM" and row["stage"] == "type-2"]


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row["id"]))
def test_challenges_of_real_servers(row: dict[str, Any]) -> None:
    message, facts = base64.b64decode(row["line"][4:]), row["facts"]
    found = by_name(message)
    assert NTLM.stage(Side.SERVER, 1, message) == row["stage"]
    own = NTLM.recognises(Side.SERVER, message, False)
    assert own is not None
    assert (own.stage, own.certainty) == ("type-2", Certainty.CERTAIN)
    assert found["message_type"].value == "2"
    for name in ("flags", "server_challenge", "target_name", "version"):
        if name in facts:
            assert found[name].value == facts[name]
    if "flag_names" in facts:
        named = [field.value for field in read(message) if field.name == "flag"]
        # The row of Exim's OEM challenge leaves the LM key out.
        assert [name for name in named if name != "LM_KEY"] == facts["flag_names"]
    for name, value in facts.get("target_info", {}).items():
        if name == "timestamp":
            assert value.replace("T", " ").replace("Z", " UTC") in found[name].meaning
        else:
            assert found[name].value == value
    assert ("truncated" in facts) is ("Truncated" in found["message_type"].meaning)
    if "target_name_offset_nonsense" in facts:
        assert str(facts["target_name_offset_nonsense"]) in found["target_name_fields"].meaning
    if "target_info_out_of_range" in facts:
        assert "only" in found["target_info_fields"].meaning


@pytest.mark.parametrize(
    ("side", "turn", "message", "stage"),
    [
        (Side.SERVER, 0, b"", "empty"),
        # `334 NTLM` and `334 NTLM supported`: decided by position, whatever Base64 makes of them.
        (Side.SERVER, 0, base64.b64decode("NTLM"), "text"),
        (Side.SERVER, 0, b"NTLM supported", "text"),
        (Side.SERVER, 1, V1_CHALLENGE, "type-2"),
        (Side.CLIENT, 0, SMTP_NEGOTIATE, "type-1"),
        (Side.CLIENT, 1, V2_AUTHENTICATE, "type-3"),
    ],
)
def test_stages(side: Side, turn: int, message: bytes, stage: str) -> None:
    assert NTLM.stage(side, turn, message) == stage


@pytest.mark.parametrize("text", [b"NTLM supported", b"ntlm supported", b"NTLM"])
def test_clear_text_after_334(text: bytes) -> None:
    own = NTLM.recognises(Side.SERVER, text, True)
    assert own is not None
    assert own.stage == "text"


def test_text_that_is_valid_base64() -> None:
    own = NTLM.recognises(Side.SERVER, base64.b64decode("NTLM"), False)
    assert own is not None
    assert own.stage == "text"


@pytest.mark.parametrize("message", EVERY)
def test_pyspnego_reads_the_same(message: bytes) -> None:
    need_module("spnego")
    from spnego.__main__ import parse_token

    theirs = parse_token(message)["Data"]
    ours = by_name(message)
    assert int(ours["flags"].value, 16) == theirs["NegotiateFlags"]["raw"]
    their_flags = {flag.split(" ")[0].removeprefix("NTLMSSP_") for flag in theirs["NegotiateFlags"]["flags"]}
    our_flags = {field.value for field in read(message) if field.name == "flag"}
    assert {flag.removeprefix("NEGOTIATE_") for flag in their_flags} == our_flags
    version = theirs["Version"]
    assert ours["version"].value == f"{version['Major']}.{version['Minor']}.{version['Build']}"
    pairs = {
        "TargetName": "target_name",
        "DomainName": "domain_name",
        "UserName": "user_name",
        "Workstation": "workstation",
    }
    for theirs_name, our_name in pairs.items():
        if theirs_name in theirs["Payload"]:
            assert ours[our_name].value == (theirs["Payload"][theirs_name] or "")


@given(
    sampled_from(["ada", "ädä", "名前", "a b"]),
    sampled_from(["", "DOMAIN", "d.example.org"]),
    binary(min_size=8, max_size=8),
)
def test_what_pyspnego_writes_we_read(name: str, domain: str, challenge: bytes) -> None:
    need_module("spnego")
    import datetime

    from spnego._ntlm_raw.messages import AvId, Challenge, FileTime, NegotiateFlags, TargetInfo, Version

    info = TargetInfo()
    info[AvId.dns_computer_name] = name
    info[AvId.dns_tree_name] = domain
    clock = datetime.datetime(2026, 11, 24, 1, 2, 3, tzinfo=datetime.UTC)
    info[AvId.timestamp] = FileTime.unpack(struct.pack("<Q", int(clock.timestamp() + 11644473600) * 10**7))
    message = Challenge(
        flags=NegotiateFlags.unicode,
        server_challenge=challenge,
        target_name=domain or None,
        target_info=info,
        version=Version(10, 0, 20348),
    ).pack()
    found = by_name(message)
    assert found["dns_computer"].value == name
    assert found["dns_forest"].value == domain
    assert found["target_name"].value == domain
    assert found["server_challenge"].value == challenge.hex()
    assert found["version"].value == "10.0.20348"
    assert "2026-11-24 01:02:03 UTC" in found["timestamp"].meaning


numbers = sampled_from([0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0xFFFFFFFF])


@given(sampled_from(EVERY), integers(0, 260), numbers, integers(0, 260))
def test_nonsense_survives(message: bytes, at: int, number: int, length: int) -> None:
    """Any four bytes replaced, and the message cut anywhere: nothing uncovered, secrets still masked."""
    damaged = (message[:at] + struct.pack("<I", number) + message[at + 4 :])[:length]
    for side in Side:
        found = read(damaged, side)
        if side is Side.CLIENT and ntlm.message_type(damaged) == 3:
            assert all(field.name != GAP for field in found)


@given(sampled_from([b"", b"NTLMSSP", b"NTLMSSP\0", *(b"NTLMSSP\0" + bytes([n, 0, 0, 0]) for n in range(5))]), binary())
def test_any_bytes(start: bytes, rest: bytes) -> None:
    for side in Side:
        read(start + rest, side)
        NTLM.recognises(side, start + rest, False)
        assert NTLM.expects(side, 0, start + rest)


@given(sampled_from([0, 12, 0xFF000000, 0xFFFFFFFF]), integers(0, 15))
def test_what_nothing_points_at_is_masked_in_a_type_3(nonsense: int, offset: int) -> None:
    """The answer is there, but its offset is nonsense: it must not appear as an unnamed gap."""
    damaged = V2_AUTHENTICATE[:24] + struct.pack("<I", nonsense) + V2_AUTHENTICATE[28:]
    found = read(damaged, Side.CLIENT)
    proof = V2_AUTHENTICATE.index(octets("68cd0ab851e51c96aabc927bebef6a1c")) + offset
    (over,) = (field for field in found if field.level == 0 and field.span.start <= proof < field.span.end)
    assert over.secret


def test_the_oldest_challenge_has_its_name_where_others_have_reserved_bytes() -> None:
    """Version 1 of the challenge: 32 bytes of header, then the payload."""
    name = "DOMAIN".encode("utf-16-le")
    message = b"NTLMSSP\0" + struct.pack("<IHHII", 2, len(name), len(name), 32, 1) + b"12345678" + name
    found = by_name(message)
    assert found["target_name"].value == "DOMAIN"
    assert found["target_name"].span == (32, 44)
    assert "reserved" not in found


@pytest.mark.parametrize("offset", [0, 12, 31, 0xFFFFFFFF])
def test_a_name_that_would_lie_in_the_header_is_empty(offset: int) -> None:
    damaged = V1_CHALLENGE[:16] + struct.pack("<I", offset) + V1_CHALLENGE[20:]
    found = by_name(damaged)
    assert found["target_name"].value == ""
    assert "outside" in found["target_name_fields"].meaning
    assert found["flags"].value == "0xe2028233"
