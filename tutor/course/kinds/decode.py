"""What does this Base64 say? The learner types plain text; what differs is named, kindly."""

import re
from collections.abc import Mapping
from random import Random

from tutor.course.exchanges import due_at
from tutor.course.kinds.base import NOTHING, Play, checked, no
from tutor.course.table import Table
from tutor.diagnosis import Verdict
from tutor.spans import Span
from tutor.wire import b64, reply
from tutor.wire.lines import Line
from tutor.wire.printable import show

_NUL = re.compile(r"\\x00|\\000|\\0|<nul>|\^@|\u2400|%00|\0", re.IGNORECASE)
_QUOTES = (('"', '"'), ("'", "'"), ("`", "`"), ("“", "”"), ("«", "»"))
_WORDS = ("mail", "Hello", "server", "Secret", "login", "letter", "postbox", "Stamp")


class Decode(Play):
    """`line` is a template of the whole line (`S: 334 {b64 {challenge}}`); `literal` what it must say, as a check."""

    DECODED = False
    prompt = "It says"
    placeholder = "the plain text"

    @classmethod
    def read(cls, table: Table) -> Mapping[str, object]:
        """The line; without one, the challenge before the client's message number `turn` is meant."""
        line = checked(table, "line", table.text("line", "S: 334 {b64 {challenge}}"))
        if not line.startswith(("S:", "C:")):
            raise table.error("line", "it must begin with `S:` (the server) or `C:` (the client).")
        found: dict[str, object] = {"values": table.texts("values", ())}
        found |= {"line": line, "turn": table.number("turn", 0), "literal": table.optional("literal")}
        return {**super().read(table), **found}

    def begin(self) -> None:
        """The message that the line carries."""
        self._challenge = b""
        if "{challenge}" in self.option("line"):
            turn = self.step.options["turn"]
            assert isinstance(turn, int)
            self._challenge = due_at(self.scenario, self.step.cast.mechanism, turn).turns.challenge or b""
        drawn = self.options("values")
        self._drawn = Random(f"{self.step.id} {self.seed}").choice(drawn).encode() if drawn else b""
        self._message = b""
        self._line = self.line(self.option("line"))
        parsed = reply.parse_line(self._line.line)
        text = parsed.text if parsed is not None else self._line.line.rpartition(b" ")[2]
        decoding = b64.decode(text)
        self._text = text
        self._message = decoding.lenient if decoding.message is None else decoding.message

    def own_names(self) -> Mapping[str, bytes]:
        """`challenge`, `value` (drawn from `values`), `text` (the Base64), `message` (decoded), `solution`."""
        found = {"challenge": self._challenge, "value": self._drawn}
        if self._message:
            found |= {"text": self._text, "message": self._message, "solution": self._shown.encode()}
        return found

    def lines(self) -> list[Line]:
        """The line to decode stands last."""
        return [*super().lines(), self._line]

    @property
    def _shown(self) -> str:
        return self._message.decode("utf-8", "backslashreplace").replace("\0", "\\0")

    def judge(self, text: str) -> Verdict:
        """Exact but for quotation marks around it, blanks around it, and how a NUL is written."""
        typed, right = _bare(text), _bare(self._shown)
        if not typed:
            return NOTHING
        if typed == right:
            self.passed = True
            return Verdict(True)
        return self._why(typed, right)

    def _why(self, typed: str, right: str) -> Verdict:
        source = "RFC 4648 section 4"
        plain = typed.removeprefix("334").strip()
        if plain == self._text.decode("ascii", "replace"):
            words = "That is the Base64 itself. What does it say, when it is decoded?"
            return no("lesson.still-encoded", words, "Four letters carry three bytes.", source=source)
        bits = self._bits(typed)
        if bits is not None:
            return no("lesson.bits", bits, "A letter for each group of eight bits.", source=source)
        if re.match(r"[2-5]\d\d[ -]", typed) and _bare(typed[4:]) == right:
            words = f"`{typed[:3]}` is the reply code; it is not encoded. The question is about what stands behind it."
            return no("lesson.with-code", words, "Type the decoded text alone.", source="RFC 5321 section 4.2")
        if typed.casefold() == right.casefold():
            words = "The letters are right, but capital and small letters differ. Base64 carries them exactly."
            at = next(n for n, (left, other) in enumerate(zip(typed, right, strict=False)) if left != other)
            return no("lesson.case", words, "Look at them again.", span=Span(at, at + 1), source=source)
        if typed.rstrip("\0") == right.rstrip("\0"):
            if right.endswith("\0"):
                words = "There is one more byte behind it, which no screen shows: a NUL (byte 00)."
            else:
                words = "There is no NUL behind it."
            return no("lesson.nul", words, "A NUL is typed as `\\0`.", source=source)
        return _difference(typed, right, source)

    def _bits(self, typed: str) -> str | None:
        digits = "".join(typed.split())
        if len(digits) < 6 or digits.strip("01"):
            return None
        right = "".join(f"{octet:08b}" for octet in self._message)
        if digits in (right, right + "0" * (-len(right) % 6)):
            return "The bits are right. Which letters are they?"
        if right.startswith(digits):
            return "The bits are right so far."
        return "Those are bits; what is asked for is the text that they stand for."

    def solution(self) -> list[str]:
        """The decoded text; a NUL as `\\0`."""
        return [self._shown]

    def worked(self) -> str | None:
        """Another word, group by group."""
        word = Random(self.seed).choice([word for word in _WORDS if word not in self._shown])
        text = b64.encode(word.encode()).decode()
        rows = []
        for start in range(0, len(text), 4):
            group, bytes_ = text[start : start + 4], word[start // 4 * 3 : start // 4 * 3 + 3]
            sixes = " ".join(f"{b64.ALPHABET.index(letter.encode()):06b}" for letter in group if letter != "=")
            rows.append(f"    {group}  {sixes:<27}  {bytes_}")
        return f"Another one, worked out: `{text}`\n\n" + "\n".join(rows) + f"\n\nTogether: `{word}`."


def _bare(text: str) -> str:
    """Without blanks and quotation marks around it, and with real NULs."""
    text = text.strip()
    for left, right in _QUOTES:
        if len(text) > 1 and text.startswith(left) and text.endswith(right):
            text = text[1:-1]
    return _NUL.sub("\0", text)


def _difference(typed: str, right: str, source: str) -> Verdict:
    near = _almost(typed, right)
    if near is not None:
        return no("lesson.case", near, "Type it exactly as it was decoded.", source=source)
    same = 0
    while same < min(len(typed), len(right)) and typed[same] == right[same]:
        same += 1
    if same == len(typed):
        words = f"`{show(typed)}` is right so far, and there is more behind it."
        return no("lesson.part", words, "Decode the next four letters too.", span=Span(same, same), source=source)
    if same == len(right):
        words = f"It ends before `{show(typed[same:])}`."
        return no("lesson.more", words, "Leave out what stands behind it.", span=Span(same, len(typed)), source=source)
    if same == 0:
        words = "It begins with another letter."
        fix = "Take the first four letters of the Base64 alone; they carry the first three letters."
    else:
        words = (
            f"The first {same} are right (`{show(typed[:same])}`); then comes another one than `{show(typed[same])}`."
        )
        fix = "Take the next group of four letters again."
    return no("lesson.other", words, fix, span=Span(same, same + 1), source=source)


def _almost(typed: str, right: str) -> str | None:
    """The beginning of the right words, written otherwise; None where they are other words."""
    low, wanted = typed.casefold(), right.casefold()
    if not right.startswith(typed) and wanted.startswith(low):
        return "Nearly: capital and small letters differ, and there is more behind it."
    if len(low) > 3 and wanted.startswith("".join(low.split())) and " " in low and " " not in wanted:
        return "Nearly: there is no blank in it, and each character counts, the last one too."
    return None


KIND = Decode
