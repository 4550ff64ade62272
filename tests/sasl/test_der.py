"""DER: against pyspnego's writer, the examples of X.690, and any bytes."""

import time

import pytest
from hypothesis import given
from hypothesis.strategies import binary, integers, lists, sampled_from, text

from tests.sasl.judges import need_module
from tutor.sasl import der
from tutor.spans import Span


def whole(message: bytes) -> der.Node:
    node = der.read(message, 0, len(message))
    assert node is not None
    assert (node.start, node.end, node.cut) == (0, len(message), False)
    return node


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("06062a864886f70d", "1.2.840.113549"),  # RSA's arc, as X.690's readers know it
        ("0603883703", "2.999.3"),  # X.690 section 8.19.5's example
        ("06092a864886f712010202", "1.2.840.113554.1.2.2"),
        ("06062b0601050502", "1.3.6.1.5.5.2"),
        ("060a2b06010401823702020a", "1.3.6.1.4.1.311.2.2.10"),
        ("0600", ""),
        ("06022a80", "2a80"),
    ],
)
def test_object_identifiers(message: str, expected: str) -> None:
    octets = bytes.fromhex(message)
    assert der.value(octets, whole(octets)) == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("020100", "0"),
        ("0201ff", "-1"),
        ("02020080", "128"),
        ("0a0103", "3"),
        ("0101ff", "true"),
        ("1b03616263", "abc"),
        ("0c02c3a4", "ä"),
        ("0402c3a4", "c3a4"),
        ("03040186a0b0", "86a0b0"),
        ("0500", ""),
    ],
)
def test_values(message: str, expected: str) -> None:
    octets = bytes.fromhex(message)
    assert der.value(octets, whole(octets)) == expected


@pytest.mark.parametrize(
    "message", ["3080", "308005000000", "30850000000000", "3003020100ff"[:8], "3084ffffffff", "30"]
)
def test_lengths_that_der_does_not_have(message: str) -> None:
    """The indefinite form, more than four octets of length, more length than bytes."""
    octets = bytes.fromhex(message)
    node = der.read(octets, 0, len(octets))
    assert node is None or node.cut
    assert node is None or node.end <= len(octets)


def test_tags_of_more_octets() -> None:
    node = whole(bytes.fromhex("7f81490100"))
    assert (node.number, node.kind, node.content) == (201, "[APPLICATION 201]", 4)


@given(integers(-(2**63), 2**63 - 1), text(max_size=9), binary(max_size=300))
def test_what_pyspnego_writes_we_read(number: int, word: str, octets: bytes) -> None:
    need_module("spnego")
    from spnego._asn1 import (
        TagClass,
        pack_asn1,
        pack_asn1_integer,
        pack_asn1_octet_string,
        pack_asn1_sequence,
    )

    clean = word.encode("utf-8", "replace").decode()
    members = [
        pack_asn1(TagClass.context_specific, True, 0, pack_asn1_integer(number)),
        pack_asn1(TagClass.universal, False, 12, clean.encode()),
        pack_asn1(TagClass.application, True, 3, pack_asn1_octet_string(octets)),
    ]
    message = pack_asn1_sequence(members)
    found = der.walk(message, whole(message))
    assert [field.value for field in found] == ["", str(number), clean, octets.hex()]
    assert [field.level for field in found] == [1, 2, 2, 2]
    edge = 0
    for field, member in zip(found[1:], members, strict=True):
        edge = message.index(member, edge)
        assert field.span == Span(edge, edge + len(member))


@given(binary(max_size=200))
def test_any_bytes(message: bytes) -> None:
    for at in range(min(len(message), 12)):
        node = der.read(message, at, len(message))
        if node is not None:
            assert at < node.content <= node.end <= len(message)
            for field in der.walk(message, node):
                assert at <= field.span.start <= field.span.end <= node.end


@given(lists(sampled_from([b"\x30", b"\xa0", b"\x80", b"\x84", b"\x02", b"\x00", b"\x7f", b"\xff"]), max_size=120))
def test_any_nesting(pieces: list[bytes]) -> None:
    message = b"".join(pieces)
    node = der.read(message, 0, len(message))
    if node is not None:
        assert len(der.walk(message, node)) <= der.MOST


@pytest.mark.parametrize(
    "unit", [b"\x30\x80", b"\x30\x82\xff\xff", b"\xa0\x84\x7f\xff\xff\xff", b"\x05\x00", b"\x30\x00"]
)
def test_bounded_in_depth_and_number(unit: bytes) -> None:
    message = unit * 20_000
    began = time.perf_counter()
    node = der.read(message, 0, len(message))
    assert node is not None
    outer = node._replace(tag=0x30, number=16, content=0, end=len(message))
    assert len(der.walk(message, outer)) <= der.MOST
    assert time.perf_counter() - began < 2


def test_nesting_ends_at_the_deepest_level() -> None:
    message = b"\x05\x00"
    for _ in range(60):
        message = b"\x30\x82" + len(message).to_bytes(2, "big") + message
    assert max(field.level for field in der.walk(message, whole(message))) == der.DEEPEST
