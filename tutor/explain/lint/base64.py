"""Base64 on the wire: challenges and responses."""

import re
from collections.abc import Iterator

from tutor.explain.lint import Seen, Violation, broken, rule
from tutor.wire import b64
from tutor.wire.lines import Side

_ENCODED = re.compile(rb"[A-Za-z0-9+/=_-]+")
"""What may be meant as Base64; anything else from a client may be what a log put in its place."""
_WORDS = {
    "b64.padding": ("padding", "The padding is wrong: `=` stands at the end alone, and fills the last four.", "4"),
    "b64.length": ("base64-length", "No Base64 has this length: four characters for three bytes.", "4"),
    "b64.non-canonical": ("trailing-bits", "The bits behind the last byte are not zero.", "3.5"),
    "b64.url-safe": ("alphabet", "`-` and `_` belong to the URL-safe alphabet, not to SASL's Base64.", "4"),
    "b64.wrapped": ("wrapped", "Base64 in SASL is one line; it is not wrapped.", "3.1"),
}


@rule
def texts(lines: list[Seen]) -> Iterator[Violation]:
    """Each challenge and each response."""
    for seen in lines:
        text, side = seen.what.text, seen.what.side
        if not text or side is None or (side is Side.CLIENT and not _ENCODED.fullmatch(text)) or text in (b"=", b"*"):
            continue
        if b"..." in text or b"*" in text or not text.isascii():
            continue  # somebody shortened or hid it in the log
        decoding = b64.decode(text)
        for problem in decoding.problems[:1]:
            name, summary, section = _WORDS.get(problem.code, ("", "", ""))
            if name:
                yield broken(name, seen, side, summary, f"RFC 4648 section {section}")
            else:
                yield broken("not-base64", seen, side, "What stands here is no Base64.", "RFC 4954 section 4")


@rule
def equals(lines: list[Seen]) -> Iterator[Violation]:
    """`=` is the empty initial response, and nothing else."""
    for seen in lines:
        if seen.what.kind == "response" and seen.line == b"=":
            yield broken(
                "response-equals",
                seen,
                Side.CLIENT,
                "`=` stands for nothing behind AUTH's mechanism alone; an empty response is an empty line.",
                "RFC 4954 section 4",
            )
