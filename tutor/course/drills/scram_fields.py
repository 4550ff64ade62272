"""SCRAM value by value: reading the messages, building one's own, and the arithmetic of the proof."""

from random import Random

from tutor.course.drills.base import Drill, secret, step, typed, user
from tutor.course.lesson import Cast, Mistake, Step
from tutor.records import Record


class Asked(Record):
    """One value to be said."""

    level: int
    """The level that asks for it; later ones do too."""
    goal: str
    before: str
    """What stands in front of the values that are shown."""
    answer: str
    form: str
    after: str
    hints: tuple[str, str]
    mistakes: tuple[Mistake, ...]
    source: str


FIRST = "The client begins:\n\n    n,,{client-first-message-bare}"
SERVER = "The server's first message:\n\n    {server-first-message}"
BOTH = "The two first messages:\n\n    C: n,,{client-first-message-bare}\n    S: {server-first-message}"
ASKED = (
    Asked(1, "Say the client's nonce.", FIRST, "{client_nonce}", "text", "`r=` is the nonce: `{client_nonce}`.",
          ("It stands behind `r=`.", "It has {length {client_nonce}} characters, and ends the message."),
          (typed("{authcid}", "lesson.value-length", "lesson.value"),
           typed("r={client_nonce}", "lesson.value-length")), "RFC 5802 section 5.1"),
    Asked(1, "Say how many iterations the server wants.", SERVER, "{iterations}", "number",
          "`i=` is the iteration count: `{iterations}`.", ("It stands behind `i=`.", "It ends the message."),
          (typed("1{iterations}", "lesson.value"), typed("x", "lesson.no-number")), "RFC 5802 section 5.1"),
    Asked(2, "Say the salt, as it stands in the message.", SERVER, "{b64 {salt}}", "text",
          "`s=` is the salt, in Base64: `{b64 {salt}}`.", ("It stands behind `s=`.", "It is in Base64; leave it so."),
          (typed("{hex {salt}}", "lesson.value-length"), typed("s={b64 {salt}}", "lesson.value-length")),
          "RFC 5802 section 5.1"),
    Asked(2, "Say the server's own part of the nonce.", BOTH, "{server_nonce}", "text",
          "The server adds `{server_nonce}` behind the client's nonce.",
          ("The server's `r=` begins with the client's.", "It has {length {server_nonce}} characters."),
          (typed("{client_nonce}", "lesson.value", "lesson.value-length"),
           typed("{client_nonce}{server_nonce}", "lesson.value-length")), "RFC 5802 section 5.1"),
    Asked(3, "Say the salt in hexadecimal.", SERVER, "{hex {salt}}", "hex", "The Base64 behind `s=` is `{hex {salt}}`.",
          ("Decode what stands behind `s=`.", "It has {length {salt}} bytes."),
          (typed("{b64 {salt}}", "lesson.no-hex", "lesson.value-length"), typed("00", "lesson.value-length")),
          "RFC 5802 section 5.1"),
    Asked(3, "Say what stands behind `c=` in the client's last message.",
          "There is no channel binding here. " + FIRST, "{b64 n,,}", "text",
          "`c=` is the Base64 of the GS2 header, `n,,`.",
          ("It is Base64 of what stood in front of `n=` in the first message.", "The GS2 header ends with a comma."),
          (typed("n,,", "lesson.value-length"), typed("{b64 n,}", "lesson.value", "lesson.value-length")),
          "RFC 5802 section 5.1; RFC 5802 section 6"),
    Asked(4, "Write the client's last message, without its proof.", BOTH, "{client-final-message-without-proof}",
          "text", "Header and nonce, and the proof covers both: `{client-final-message-without-proof}`.",
          ("It is `c=`, a comma, and `r=`.", "The nonce is the whole one: the client's and the server's part."),
          (typed("c=biws,r={client_nonce}", "lesson.value-length"),
           typed("r={client_nonce}{server_nonce}", "lesson.value-length")), "RFC 5802 section 5.1"),
    Asked(5, "Say the first byte of the ClientProof, in hexadecimal.",
          "ClientKey begins with `{hex {first {ClientKey}}}`, ClientSignature with `{hex {first {ClientSignature}}}`.",
          "{hex {first {ClientProof}}}", "hex", "ClientKey XOR ClientSignature, byte by byte.",
          ("The proof is ClientKey XOR ClientSignature.",
           "In bits: `{bits {first {ClientKey}}}` and `{bits {first {ClientSignature}}}`; where they differ is a 1."),
          (typed("g", "lesson.no-hex"), typed("{hex {ClientProof}}", "lesson.value-length")), "RFC 5802 section 3"),
    Asked(5, "Say the first byte of the ClientKey that the server computes, in hexadecimal.",
          "The ClientProof that came begins with `{hex {first {ClientProof}}}`; the server computed a ClientSignature "
          "that begins with `{hex {first {ClientSignature}}}`.",
          "{hex {first {ClientKey}}}", "hex",
          "ClientProof XOR ClientSignature gives the ClientKey back; its hash must be the StoredKey.",
          ("XOR undoes XOR.",
           "In bits: `{bits {first {ClientProof}}}` and `{bits {first {ClientSignature}}}`; where they differ is a 1."),
          (typed("g", "lesson.no-hex"), typed("{hex {ClientKey}}", "lesson.value-length")), "RFC 5802 section 3"),
)  # fmt: skip


def make(random: Random, level: int) -> Step:
    """One value."""
    newest = [each for each in ASKED if level - 1 <= each.level <= level]
    asked = random.choice(newest)
    mechanism = random.choice(("SCRAM-SHA-1", "SCRAM-SHA-256") if level < 4 else ("SCRAM-SHA-256", "SCRAM-SHA-512"))
    count = random.choice((4096, 5000, 8192, 10000, 15000))
    cast = Cast(mechanism, authcid=user(random, min(level, 3)), password=secret(random, 2),
                fresh=random.randrange(1 << 20), iterations=count)  # fmt: skip
    number = str(count)
    before, after = (text.replace("{iterations}", number) for text in (asked.before, asked.after))
    return step(
        "arithmetic", asked.goal, before, after, asked.hints, asked.source,
        {"answer": asked.answer.replace("{iterations}", number), "form": asked.form, "turn": 1, "values": (),
         "literal": None},
        cast=cast,
        mistakes=[each._replace(text=(each.text or "").replace("{iterations}", number)) for each in asked.mistakes],
    )  # fmt: skip


DRILL = Drill(
    "scram.fields", "SCRAM, value by value",
    "Nonce, salt and iterations are read; then `c=`, the last message, and the proof's arithmetic.", 4, make,
)  # fmt: skip
