"""Random and mutated messages into everything that reads bytes: nothing raised, nothing slow, memory flat.

    python tests/fuzz/fuzz.py --seconds 300
    python tests/fuzz/fuzz.py --seed 7 --only SCRAM-SHA-256
    python tests/fuzz/fuzz.py --atheris --seconds 300      where atheris is installed (coverage guides it)

Exit code 0: nothing found; 1: something was, and is printed with the bytes that do it again
(`--again HEX`). The same `--seed` makes the same messages.
"""

import argparse
import base64
import gc
import os
import random
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tutor.explain.annotate import Annotator, annotate_line  # noqa: E402 - the checkout comes first on the path
from tutor.explain.check import check_answer  # noqa: E402
from tutor.sasl import registry  # noqa: E402
from tutor.sasl.exchange import ClientExchange, ServerExchange  # noqa: E402
from tutor.sasl.identity import Credentials, UserTable  # noqa: E402
from tutor.sasl.mechanism import Mechanism, Scenario, Side, Turn, Turns  # noqa: E402
from tutor.spans import tile  # noqa: E402
from tutor.wire.lines import Line  # noqa: E402

SLOW = 1.0
"""Seconds of processor time that no single call may take; a message is 64 kB at most."""
GROWTH = 48 * 1024 * 1024
"""Bytes that the process may grow by once it is warm."""
LARGEST = 65_536
CREDENTIALS = Credentials("ada", "correct-horse")
INTERESTING = [
    b"\0", b"\x01", b",", b"=", b'"', b"\\", b"{", b"[", b"]", b"}", b":", b"@", b"<", b">", b" ", b"\r\n", b"*",
    b"\xff", b"n,,", b"n,a=", b"p=", b"y,,", b",r=", b",s=", b",i=", b",v=", b",e=", b",m=", b"=2C", b"=3D", b"auth=",
    b"Bearer ", b"user=", b'"status":', b"NTLMSSP\0", b"\x30\x80", b"\xa0\x84\xff\xff\xff\xff", b"\x06\x09", b"\x60",
    b"\x05\x04", b"\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f", b"9999999999999999999999", b"-1",
    b'realm="', b'nonce="', b"qop=auth", b"algorithm=md5-sess", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"220-", b"334 ",
    "\u202e\u0301".encode(), b"\\u0000", b"eyJhbGciOiJub25lIn0.e30.", b"i=2147483647,", b"i=99999999999,",
]  # fmt: skip


class Finding(Exception):
    """Something that must not be: its text says what."""


def scenario_for(mechanism: Mechanism) -> Scenario:
    """One user, whom the server knows; few iterations, so that the time goes into reading."""
    binding = ("tls-server-end-point", b"\x17" * 32) if mechanism.name.endswith("-PLUS") else None
    users = UserTable({CREDENTIALS.authcid: CREDENTIALS.password or ""})
    return Scenario(CREDENTIALS, users, tls=True, channel_binding=binding)


def real_messages() -> list[bytes]:
    """What a mutation starts from: the corpus, and both sides of an exchange of every mechanism."""
    import json

    found: list[bytes] = []
    for name in ("challenges.jsonl", "banners.jsonl"):
        for row in map(json.loads, (ROOT / "tests" / "vectors" / name).read_text(encoding="utf-8").splitlines()):
            for line in [row["line"]] if "line" in row else row["lines"]:
                octets = line.encode()
                found.append(octets)
                try:
                    found.append(base64.b64decode(octets[4:]))
                except ValueError:
                    pass
    for mechanism in registry.played():
        scenario = scenario_for(mechanism)
        client = ClientExchange(mechanism, scenario)
        server = ServerExchange(mechanism, scenario, client.initial_response)
        while server.outcome is None and client.outcome is None:
            answer = client.response(server.challenge or b"")
            if answer is None:
                break
            server.respond(answer)
        found += [turn.message for turn in server.turns.said]
    return found


class Mutator:
    """Messages without end: new ones, and real ones changed in one to five places."""

    def __init__(self, seed: int, real: list[bytes]) -> None:
        self._random = random.Random(seed)
        self._pool = list(real)
        self._real = len(real)

    def next(self) -> bytes:
        """The next message; what was made before is mutated again now and then."""
        chance = self._random.random()
        if chance < 0.15:
            message = self._random.randbytes(int(self._random.expovariate(1 / 60)))
        elif chance < 0.25:
            message = b"".join(self._random.choices(INTERESTING, k=self._random.randrange(1, 12)))
        else:
            message = self._random.choice(self._pool)
            for _ in range(self._random.randrange(1, 6)):
                message = self._changed(message)
        if self._random.random() < 0.002:
            message = message * (LARGEST // max(len(message), 1))
        message = message[:LARGEST]
        if len(message) < 2_000 and self._random.random() < 0.05:
            if len(self._pool) < self._real + 2_000:
                self._pool.append(message)
            else:
                self._pool[self._random.randrange(self._real, len(self._pool))] = message
        return message

    def _changed(self, message: bytes) -> bytes:
        draw = self._random
        at = draw.randrange(len(message) + 1)
        to = min(len(message), at + int(draw.expovariate(1 / 6)))
        choice = draw.randrange(8)
        if choice == 0:
            return message[:at] + bytes([draw.randrange(256)]) + message[at + 1 :]
        if choice == 1:
            return message[:at] + message[to:]
        if choice == 2:
            return message[:at] + message[at:to] * draw.randrange(2, 5) + message[to:]
        if choice == 3:
            return message[:at] + draw.choice(INTERESTING) + message[at:]
        if choice == 4:
            return message[:at] + draw.choice(INTERESTING) + message[to:]
        if choice == 5:
            other = draw.choice(self._pool)
            return message[:at] + other[draw.randrange(len(other) + 1) :]
        if choice == 6:
            return message[:at]
        return message[:at] + draw.randbytes(4) + message[at + 4 :]


def targets(message: bytes, mechanisms: list[Mechanism], number: int = 0) -> Iterator[tuple[str, Callable[[], object]]]:
    """Everything that reads a message, each with the name that a report gives it.

    Judging an answer makes thousands of wrong ones to compare with, so only every 50th `number` does it.
    """
    for mechanism in mechanisms:
        for side in Side:
            for turn in (0, 1, 2):
                yield f"{mechanism}.fields({side}, {turn})", partial(_fields, mechanism, side, turn, message)
            for clear in (False, True):
                yield f"{mechanism}.recognises({side})", partial(mechanism.recognises, side, message, clear)
        if mechanism.serve is not None:
            yield f"{mechanism}.serve", partial(_server, mechanism, message)
        if mechanism.answer is not None:
            yield f"{mechanism}.answer", partial(_client, mechanism, message)
            yield f"{mechanism}.reads", partial(_read, mechanism, message)
            if number % 50 == 0 and len(message) < 2_000:
                yield f"{mechanism}.check_answer", partial(_judged, mechanism, message)
    line = message.replace(b"\r", b" ").replace(b"\n", b" ")
    encoded = base64.b64encode(message)
    yield "annotate_line", partial(annotate_line, line)
    for head in (b"334 ", b"AUTH PLAIN ", b""):
        yield f"annotate_line({head!r} and Base64)", partial(annotate_line, head + encoded)
    yield "Annotator", partial(_session, line, encoded)


def _fields(mechanism: Mechanism, side: Side, turn: int, message: bytes) -> None:
    found = tile(len(message), mechanism.fields(side, turn, message))
    covered = b"".join(message[field.span.start : field.span.end] for field in found if field.level == 0)
    if covered != message:
        raise Finding("the fields do not tile the message")
    if not mechanism.stage(side, turn, message) or not mechanism.expects(side, turn, message):
        raise Finding("no stage, or nothing expected")


def _server(mechanism: Mechanism, message: bytes) -> None:
    """The message as the first answer and as every later one, behind right answers too."""
    scenario = scenario_for(mechanism)
    right = ClientExchange(mechanism, scenario).initial_response
    for initial in (None, message, right):
        server = ServerExchange(mechanism, scenario, initial)
        for _ in range(6):
            if server.outcome is None:
                server.respond(message)
        if server.outcome is None:
            raise Finding("no verdict after six answers")


def _client(mechanism: Mechanism, message: bytes) -> None:
    scenario = scenario_for(mechanism)
    client = ClientExchange(mechanism, scenario)
    for _ in range(6):
        if client.outcome is None:
            client.response(message)
    client = ClientExchange(mechanism, scenario)
    server = ServerExchange(mechanism, scenario, client.initial_response)
    if server.challenge is not None and client.outcome is None:
        client.response(server.challenge)
        if client.outcome is None:
            client.response(message)


def _read(mechanism: Mechanism, message: bytes) -> None:
    scenario = scenario_for(mechanism)
    after = Turns((Turn(Side.SERVER, message),))
    for turns in (Turns(), after):
        if mechanism.reads is not None:
            mechanism.reads(scenario, turns, message)
        if len(message) < 500:
            for misconception in mechanism.misconceptions:
                for _ in misconception.wrong(scenario, turns):
                    pass
            if mechanism.steps is not None:
                mechanism.steps(scenario, turns)


def _judged(mechanism: Mechanism, message: bytes) -> None:
    scenario = scenario_for(mechanism)
    check_answer(mechanism, scenario, Turns(), base64.b64encode(message))
    check_answer(mechanism, scenario, Turns((Turn(Side.SERVER, message),)), message)


def _session(line: bytes, encoded: bytes) -> None:
    annotator = Annotator()
    for side, said in (
        (Side.SERVER, b"220 mail.example.org ESMTP"),
        (Side.CLIENT, b"EHLO me"),
        (Side.SERVER, b"250 AUTH LOGIN PLAIN NTLM SCRAM-SHA-256"),
        (Side.CLIENT, line),
        (Side.SERVER, b"334 " + encoded),
        (Side.CLIENT, encoded),
        (Side.SERVER, line),
        (None, line),
    ):
        annotator.feed(Line(side, said))


def one(message: bytes, mechanisms: list[Mechanism], number: int = 0) -> None:
    """Run a message through every target; raises Finding, with the target's name."""
    for name, target in targets(message, mechanisms, number):
        began = time.process_time()
        try:
            target()
        except Finding as finding:
            raise Finding(f"{name}: {finding}") from None
        except Exception:
            raise Finding(f"{name} raised\n{traceback.format_exc()}") from None
        took = time.process_time() - began
        if took > SLOW:
            raise Finding(f"{name} took {took:.1f} s for {len(message)} bytes")


def resident() -> int:
    """Bytes of memory that this process holds now; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def run(seconds: float, seed: int, mechanisms: list[Mechanism], limit: int = 10) -> tuple[int, list[tuple[bytes, str]]]:
    """Fuzz until the time is over: how many messages, and the findings (a target is reported once)."""
    mutator = Mutator(seed, real_messages())
    findings: dict[str, tuple[bytes, str]] = {}
    began = time.monotonic()
    warm = 0
    count = 0
    while time.monotonic() - began < seconds and len(findings) < limit:
        message = mutator.next()
        count += 1
        try:
            one(message, mechanisms, count)
        except Finding as finding:
            findings.setdefault(str(finding).partition("(")[0].split(":")[0], (message, str(finding)))
        if not warm and time.monotonic() - began > seconds / 4:
            gc.collect()
            warm = resident()
    gc.collect()
    grown = resident() - warm if warm else 0
    if grown > GROWTH:
        findings["memory"] = (b"", f"the process grew by {grown // 1024} kB since a quarter of the time")
    return count, list(findings.values())


def _atheris(seconds: float, mechanisms: list[Mechanism]) -> None:
    atheris = import_module("atheris")
    atheris.instrument_all()
    with TemporaryDirectory() as corpus:
        for number, message in enumerate(real_messages()):
            (Path(corpus) / str(number)).write_bytes(message)
        # Its own engine counts, saves what it finds as crash-…, and ends the process.
        options = [f"-max_total_time={int(seconds)}", "-max_len=4096", "-len_control=0"]
        atheris.Setup([sys.argv[0], *options, corpus], lambda data: one(data, mechanisms, 1))
        atheris.Fuzz()


def main(argv: list[str] | None = None) -> int:
    """The command; see the module."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=300.0, help="how long (default: 300)")
    parser.add_argument("--seed", type=int, default=None, help="the same seed makes the same messages (default: drawn)")
    parser.add_argument("--only", metavar="MECHANISM", help="this mechanism alone")
    parser.add_argument("--again", metavar="HEX", help="run one message, such as a finding printed")
    parser.add_argument("--atheris", action="store_true", help="let atheris guide by coverage (must be installed)")
    arguments = parser.parse_args(argv)
    mechanisms = [registry.require(arguments.only)] if arguments.only else registry.all()
    if arguments.again is not None:
        one(bytes.fromhex(arguments.again), mechanisms)
        return 0
    if arguments.atheris:
        _atheris(arguments.seconds, mechanisms)
        return 0
    seed = random.randrange(2**32) if arguments.seed is None else arguments.seed
    print(f"seed {seed}, {len(mechanisms)} mechanisms, {arguments.seconds:g} seconds", flush=True)
    count, findings = run(arguments.seconds, seed, mechanisms)
    for message, finding in findings:
        print(f"\n{finding}\nagain: --again {message[:4096].hex()}")
    print(f"{count} messages, {len(findings)} findings, {resident() // 2**20} MB at the end")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
