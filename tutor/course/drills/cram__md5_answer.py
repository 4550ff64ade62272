"""CRAM-MD5's answer by hand: first with the digest given, then with an HMAC of one's own."""

from random import Random

from tutor.course.drills.base import Drill, made, secret, step, typed, user
from tutor.course.lesson import Cast, Step

TOOL = "printf %s 'the challenge' | openssl dgst -md5 -hmac 'the password'"


def make(random: Random, level: int) -> Step:
    """One answer."""
    name, password = user(random, level), secret(random, min(level, 4) if level < 5 else 5)
    digest = "The digest for this challenge is `{digest}`." if level <= 2 else (
        f"Let a tool compute the HMAC, over the decoded challenge:\n\n    {TOOL}")  # fmt: skip
    decoded = " Decoded, the challenge is `{challenge}`." if level in (2, 3) else ""
    return step(
        "answer",
        "Answer the challenge of CRAM-MD5.",
        f"You are `{{authcid}}`, and your password is `{{password}}`.{decoded} {digest}",
        "The user name, a space, the digest: `{message}`.",
        ["The message is: user name, a space, 32 hexadecimal digits in small letters.",
         "The HMAC's key is the password, its text the decoded challenge, with its brackets: `{challenge}`."],
        "RFC 2195 section 2",
        {"turn": 0, "initial": False, "exact": True},
        cast=Cast("CRAM-MD5", authcid=name, password=password, fresh=random.randrange(1 << 20)),
        mistakes=[
            typed("{b64 {digest}}", "cram-md5.no-username"),
            typed("{b64 {authcid}{digest}}", "cram-md5.no-space"),
            typed("{b64 {authcid} {upper {digest}}}", "cram-md5.digest-form"),
            typed("{b64 {authcid} {password}}", "cram-md5.password-sent"),
            made("cram-md5.not-hmac"), made("cram-md5.swapped"), made("cram-md5.digest-of-base64"),
            made("cram-md5.brackets"),
        ],
    )  # fmt: skip


DRILL = Drill(
    "cram-md5.answer", "CRAM-MD5 by hand",
    "User name, space, digest: first the digest is given, later it is yours to compute.", 3, make,
)  # fmt: skip
