"""A program in a real pseudo-terminal, for benchmarks and for tests of what reaches the terminal.

Every chunk of output is stamped with the time at which it was read, and replayed through
pyte afterwards: nothing is parsed while the clock runs.
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Iterator, Sequence

import pyte

# What pyte does not understand: kitty keys, mode reports, OSC and DCS strings.
_NOT_SHOWN = re.compile(
    rb"\x1b\[[<>=][0-9;:]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\[\?[0-9;]*[uSW]|\x1b[P_^X].*?\x1b\\"
    rb"|\x1b\].*?(?:\x07|\x1b\\)|\x1b\[[0-9;]* q|\x1b\[[0-9;]*t|\x1b\[[0-9;]*\$[a-z]",
    re.DOTALL,
)
_WHOLE = re.compile(
    rb"\x1b(\[[0-9;:<=>? $!]*[@-~]|[()][A-Za-z0-9]|[78=>MDEc]|\].*?(\x07|\x1b\\)|[P_^X].*?\x1b\\|\\)", re.DOTALL
)


class Terminal:
    """A child process on a pseudo-terminal; `chunks` are (seconds, octets)."""

    def __init__(
        self, command: Sequence[str], columns: int = 80, rows: int = 24, environment: dict[str, str] | None = None
    ) -> None:
        self.columns, self.rows = columns, rows
        full = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TMUX")}
        full |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        full |= {"COLUMNS": str(columns), "LINES": str(rows)} | (environment or {})
        self.chunks: list[tuple[float, bytes]] = []
        self.ended = False
        self.status: int | None = None
        self.start = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
                os.execvpe(command[0], list(command), full)
            finally:
                os._exit(127)

    @property
    def output(self) -> bytes:
        """Everything so far."""
        return b"".join(data for _, data in self.chunks)

    def read(self, seconds: float) -> bool:
        """Wait for one chunk; whether one came."""
        if self.ended or not select.select([self.fd], [], [], max(0.0, seconds))[0]:
            return False
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:
            data = b""
        if not data:
            self.ended = True
            return False
        self.chunks.append((time.perf_counter(), data))
        if b"\x1b[?2026$p" in data:  # is synchronized output supported? It is.
            self.send(b"\x1b[?2026;2$y")
        return True

    def read_until(self, deadline: float) -> None:
        """Read until that moment of `time.perf_counter`."""
        while not self.ended and (left := deadline - time.perf_counter()) > 0:
            self.read(left)

    def settle(self, quiet: float = 0.4, limit: float = 20.0) -> None:
        """Read until nothing came for `quiet` seconds."""
        end = time.perf_counter() + limit
        while not self.ended and time.perf_counter() < end:
            if not self.read(quiet) and self.chunks:
                return

    def wait_for(self, text: str, limit: float = 20.0) -> bool:
        """Read until the text stands on the screen."""
        end = time.perf_counter() + limit
        while time.perf_counter() < end:
            if self.first_seen(text) is not None:
                return True
            if self.ended:
                return False
            self.read(0.2)
        return False

    def send(self, data: bytes) -> None:
        """Type."""
        try:
            os.write(self.fd, data)
        except OSError:
            self.ended = True

    def resize(self, columns: int, rows: int) -> None:
        """As a window manager does."""
        self.columns, self.rows = columns, rows
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)

    def wait(self, limit: float = 10.0) -> int | None:
        """Read to the end; the exit status, None where it did not end in time."""
        end = time.perf_counter() + limit
        while time.perf_counter() < end and self.status is None:
            self.read(0.05)
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status

    def close(self) -> None:
        """End this child, and only it."""
        if self.status is None:
            try:
                os.killpg(self.pid, signal.SIGKILL)  # a session of its own: pty.fork has made one
            except OSError:
                os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)

    def replay(self) -> Iterator[tuple[float, str]]:
        """The text of the screen after each chunk; inside a synchronized update that of the last whole frame."""
        screen = pyte.Screen(self.columns, self.rows)
        stream = pyte.ByteStream(screen)
        carry, held, text = b"", False, ""
        for when, data in self.chunks:
            on, off = data.rfind(b"\x1b[?2026h"), data.rfind(b"\x1b[?2026l")
            if on != off:
                held = on > off
            data, carry = carry + data, b""
            at = data.rfind(b"\x1b")
            if at != -1 and len(data) - at < 64 and not _WHOLE.match(data[at:]):
                data, carry = data[:at], data[at:]
            stream.feed(_NOT_SHOWN.sub(b"", data))
            if not held:
                text = "\n".join(screen.display)
            yield when, text

    @property
    def screen(self) -> str:
        """What stands there now."""
        frames = list(self.replay())
        return frames[-1][1] if frames else ""

    def first_seen(self, marker: str) -> float | None:
        """When the text came on the screen."""
        return next((when for when, text in self.replay() if marker in text), None)


def percentile(values: Sequence[float], percent: float) -> float:
    """Nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(percent / 100 * (len(ordered) - 1))))]
