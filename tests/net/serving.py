"""Starts `sasl-tutor serve` as a program of its own, and reads what it says."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.tools import ROOT

PASSWORD = "correct horse"
PATIENCE = 30.0


class Served:
    """A running server: where it listens, and its narration so far."""

    def __init__(self, process: "subprocess.Popen[bytes]", read: bool) -> None:
        self.process = process
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first, process.stderr.read() if process.stderr else b""
        self.host, _, port = json.loads(first)["listening"].rpartition(":")
        self.port = int(port)
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self.raw: list[bytes] = []
        self._thread: threading.Thread | None = None
        if read:
            self.start_reading()

    def start_reading(self) -> None:
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """The program has ended: let go of its pipes."""
        if self._thread is not None:
            self._thread.join(PATIENCE)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def items(self) -> Iterator[dict[str, Any]]:
        """The objects as they come, to the end of the output."""
        while True:
            line = self._lines.get(timeout=PATIENCE)
            if line is None:
                return
            self.raw.append(line)
            yield json.loads(line)

    def until(self, start: str, connection: int | None = None) -> list[dict[str, Any]]:
        """The objects up to the one whose line begins so."""
        seen = []
        for item in self.items():
            seen.append(item)
            if (item["line"] or "").startswith(start) and connection in (None, item["connection"]):
                return seen
        raise AssertionError(f"the narration ended before {start!r}: {seen}")


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tutor", "serve", *arguments]


@contextmanager
def serving(*arguments: str, read: bool = True) -> Iterator[Served]:
    process = subprocess.Popen(
        command("--json", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    served: Served | None = None
    try:
        served = Served(process, read)
        yield served
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()
            process.wait()
            if served is not None:
                served.close()
