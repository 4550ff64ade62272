"""`explain --json` over large synthetic logs, against the bare loop `for line in file`: ratios, and peak memory.

    python tests/benchmarks/explain_logs.py [--mb 100]

Aims: twice the bare loop where one session in seven has AUTH, eight times where every
session has; at most 64 MiB at any size, also from a pipe and for one endless line. Where
sessions stand one behind the other, more processors help: the table says how many there are.
"""

import os
import random
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, sleep

BARE = "import sys\nfor line in open(sys.argv[1], 'rb'): pass"


def login(rng: random.Random) -> Iterator[tuple[str, str]]:
    """One exchange; one in twenty is malformed, one in five refused."""
    name, password = f"user{rng.randrange(10**5)}@example.com", f"p{rng.getrandbits(48):x}"
    bad = rng.random() < 0.05
    kind = rng.choice(("LOGIN", "LOGIN", "PLAIN", "PLAIN at once", "CRAM-MD5", "SCRAM-SHA-256"))
    if kind == "LOGIN":
        yield "C", "AUTH LOGIN"
        yield "S", "334 VXNlcm5hbWU6"
        yield "C", encoded(name)[:-1] if bad else encoded(name)
        yield "S", "334 UGFzc3dvcmQ6"
        yield "C", encoded(password)
    elif kind == "PLAIN":
        yield "C", "AUTH PLAIN"
        yield "S", "334 "
        yield "C", encoded(f"{name}\0{password}" if bad else f"\0{name}\0{password}")
    elif kind == "PLAIN at once":
        yield "C", "AUTH PLAIN " + encoded(f"\0{name}\0{password}")
    elif kind == "CRAM-MD5":
        yield "C", "AUTH CRAM-MD5"
        yield "S", "334 " + encoded(f"<{rng.getrandbits(40)}.{rng.getrandbits(30)}@mx.example.com>")
        yield "C", encoded(f"{name} {rng.getrandbits(128):032x}")
    else:
        nonce = f"{rng.getrandbits(96):x}"
        yield "C", "AUTH SCRAM-SHA-256 " + encoded(f"n,,n={name},r={nonce}")
        nonce += f"{rng.getrandbits(96):x}"
        yield "S", "334 " + encoded(f"r={nonce},s={b64encode(rng.randbytes(16)).decode()},i=4096")
        yield "C", encoded(f"c=biws,r={nonce},p={b64encode(rng.randbytes(32)).decode()}")
        yield "S", "334 " + encoded(f"v={b64encode(rng.randbytes(32)).decode()}")
        yield "C", ""
    no = bad or rng.random() < 0.2
    yield "S", "535 5.7.8 Error: authentication failed" if no else "235 2.7.0 Authentication successful"


def encoded(text: str) -> str:
    """Base64, as the standard library writes it."""
    return b64encode(text.encode()).decode()


def session(rng: random.Random, share: float) -> Iterator[tuple[str, str]]:
    """One connection: (side, line)."""
    yield "S", "220 mx.example.com ESMTP ready"
    yield "C", f"EHLO client{rng.randrange(10**4)}.example.net"
    for word in ("mx.example.com", "PIPELINING", "SIZE 52428800", "8BITMIME"):
        yield "S", f"250-{word}"
    yield "S", "250 AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256"
    if rng.random() < share:
        yield from login(rng)
    yield "C", f"MAIL FROM:<user{rng.randrange(10**6)}@example.com>"
    yield "S", "250 2.1.0 Ok"
    yield "C", "DATA"
    yield "S", "354 End data with <CR><LF>.<CR><LF>"
    for _ in range(rng.randrange(4, 14)):
        yield "C", "".join(rng.choice("abcdefghij klmno") for _ in range(rng.randrange(20, 76)))
    yield "C", "."
    yield "S", "250 2.0.0 Ok: queued"
    yield "C", "QUIT"
    yield "S", "221 2.0.0 Bye"


def write(path: Path, size: int, share: float, marks: dict[str, str]) -> None:
    """A log of about `size` octets."""
    rng = random.Random(1)
    # The same sessions again and again: to make 100 MB of fresh ones takes longer than to read them.
    piece = "".join(f"{marks[side]}{line}\n" for _ in range(2000) for side, line in session(rng, share)).encode()
    with open(path, "wb") as file:
        for _ in range(max(1, size // len(piece))):
            file.write(piece)


def bare(path: Path) -> float:
    """Seconds of the bare loop, the best of five."""
    return min(timed([sys.executable, "-c", BARE, str(path)]) for _ in range(5))


def timed(command: list[str]) -> float:
    """Seconds of a command, to its end."""
    begin = perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return perf_counter() - begin


def peak(command: list[str], stdin: Path | None = None) -> float:
    """MiB of a command and its processes at the peak, what they share counted once (PSS; Linux)."""
    with open(stdin or "/dev/null", "rb") as file:
        feeder = subprocess.Popen(["cat"], stdin=file, stdout=subprocess.PIPE) if stdin else None
        run = subprocess.Popen(command, stdin=feeder.stdout if feeder else file, stdout=subprocess.DEVNULL)
        most = 0.0
        while run.poll() is None:
            most = max(most, sum(map(share, [run.pid, *children(run.pid)])))
            sleep(0.005)
        if feeder is not None:
            feeder.wait()
    return most / 1024


def children(pid: int) -> list[int]:
    """The processes of a process."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []  # it has just ended


def share(pid: int) -> float:
    """KiB of a process; of what it shares, its part."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) for line in lines if line.startswith("Pss:")), 0.0)


def main() -> None:
    """Print the table."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=int, default=100)
    size = parser.parse_args().mb * 1_000_000
    print(f"{len(os.sched_getaffinity(0))} processors")
    explain = [sys.executable, "-m", "tutor", "explain", "--json"]
    kinds = {
        "swaks": {"S": "<-  ", "C": " -> "},
        "plain": {"S": "S: ", "C": "C: "},
        "postfix": {
            "S": "Nov 23 00:08:41 mx postfix/smtpd[7]: > c[192.0.2.1]: ",
            "C": "Nov 23 00:08:41 mx postfix/smtpd[7]: < c[192.0.2.1]: ",
        },
    }
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        for name, marks in kinds.items():
            for part, aim in ((0.15, 2), (1.0, 8)):
                write(log, size, part, marks)
                floor = bare(log)
                ratio = min(timed([*explain, str(log)]) for _ in range(3)) / floor
                memory = peak([*explain, str(log)])
                print(f"{name:8} AUTH in {part:4.0%}: {ratio:7.1f} x (aim {aim}), {memory:.0f} MiB", flush=True)
        print(f"from a pipe: {peak([*explain, '-'], stdin=log):.0f} MiB")
        with open(log, "wb") as file:
            for _ in range(size // 1_000_000):
                file.write(b"x" * 1_000_000)
        print(f"one endless line: {peak([*explain, str(log)]):.0f} MiB")


if __name__ == "__main__":
    main()
