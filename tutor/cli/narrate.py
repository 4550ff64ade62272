"""One narrated line, as JSON for programs or as text for people; what `serve` and `connect` print."""

from typing import TYPE_CHECKING

from tutor.explain.shown import MASK, masked_octets, masked_text
from tutor.wire.printable import show

if TYPE_CHECKING:
    from tutor.explain.judge import Judgement
    from tutor.net.narration import Narrated
    from tutor.spans import Span


def hidden_characters(item: "Narrated", judgement: "Judgement | None", reveal: bool) -> "tuple[Span, ...]":
    """Characters of the line to mask: what the fields call secret, and in doubt the whole answer."""
    from tutor.explain import secrecy
    from tutor.spans import Span

    if reveal:
        return ()
    if judgement is None or item.due is None:
        return item.said.masked
    marks = secrecy.secret_characters(judgement)
    spans = [Span(item.due.start + at, item.due.start + at + 1) for at, hide in enumerate(marks) if hide]
    return tuple(sorted({*item.said.masked, *spans}))


def as_object(item: "Narrated", reveal: bool = False) -> dict[str, object]:
    """One line as plain values, by the contract."""
    judgement = item.judged()
    diagnoses = list(judgement.verdict.diagnoses) if judgement is not None else []
    diagnoses += [item.refusal] if item.refusal is not None else []
    hidden = hidden_characters(item, judgement, reveal)
    said = item.said
    found: dict[str, object] = {
        "connection": item.connection,
        "side": None if said.side is None else said.side.value,
        "line": masked_text(said.line, hidden),
        "mechanism": said.mechanism,
        "decoded": _decoded(item, hidden, reveal),
        "note": said.note,
        "diagnoses": [
            {
                "code": diagnosis.code,
                "layer": diagnosis.layer.name.lower(),
                "summary": diagnosis.summary,
                "fix": diagnosis.fix,
                "source": diagnosis.source,
            }
            for diagnosis in diagnoses
        ],
        "stage": said.stage,
        "code": said.code,
    }
    if judgement is not None:
        found["correct"] = judgement.verdict.correct
    return found


def _decoded(item: "Narrated", hidden: "tuple[Span, ...]", reveal: bool) -> str | None:
    """The message as text; masked where the line is."""
    said = item.said
    if said.message is None or said.decoded is None:
        return None
    if reveal or not hidden:
        return said.decoded
    secrets = [field.span for field in said.fields if field.secret]
    covered = {place for start, end in hidden for place in range(start, end)}
    whole = item.due is not None and len(covered) >= len((item.due.text or b"").rstrip(b"="))
    return MASK if whole or not secrets else masked_text(said.message, secrets)


def as_text(item: "Narrated", reveal: bool = False) -> str:
    """One line for people: who, what, and what it means."""
    judgement = item.judged()
    diagnoses = list(judgement.verdict.diagnoses) if judgement is not None else []
    diagnoses += [item.refusal] if item.refusal is not None else []
    hidden = hidden_characters(item, judgement, reveal)
    said = item.said
    side = said.side.letter if said.side is not None else "?"
    out = [f"{item.connection} {side}: {masked_octets(said.line, hidden)}"]
    decoded = _decoded(item, hidden, reveal)
    if said.stage is not None or decoded:
        words = [word for word in (said.mechanism, said.stage) if word]
        meaning = " ".join(words) or "decoded"
        out.append(f"       {meaning}{': ' + show(decoded) if decoded else ''}")
    if said.note and said.line[3:4] != b"-":
        out.append(f"       {show(said.note)}")
    for diagnosis in diagnoses:
        out.append(f"     ✗ {diagnosis.code}: {show(diagnosis.summary)}")
        out.append(f"       {show(diagnosis.fix)}{f' ({diagnosis.source})' if diagnosis.source else ''}")
    if judgement is not None and judgement.verdict.correct:
        out.append("     ✓ right")
    return "\n".join(out)
