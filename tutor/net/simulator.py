"""The SMTP AUTH server for real clients: asyncio around `ServerSession`. Knows no protocol text.

Bounded in every direction: connections, idle time, whole time, line length (in the
session), and what waits to be sent to a client that does not read.
"""

import asyncio
import secrets
import ssl
import time
from collections.abc import Callable
from typing import NamedTuple

from tutor.net.binding import bindings
from tutor.net.narration import Happened, Narrated, Narrator
from tutor.sasl.identity import Credentials, UserTable
from tutor.sasl.mechanism import Scenario
from tutor.smtp.dialects import PLAIN, Dialect
from tutor.smtp.faults import NO_FAULT, Fault
from tutor.smtp.server import ServerSession

Subscriber = Callable[[Narrated | Happened], None]


class Options(NamedTuple):
    """How the simulator behaves."""

    users: UserTable
    host: str = "127.0.0.1"
    port: int = 0
    """0: any free one."""
    mechanisms: tuple[str, ...] = ("LOGIN", "PLAIN", "CRAM-MD5")
    dialect: Dialect = PLAIN
    tls: str = "none"
    context: ssl.SSLContext | None = None
    """Needed for `starttls` and `implicit`."""
    certificate: bytes | None = None
    """The DER of the context's own certificate, which tls-server-end-point binds to."""
    fault: Fault = NO_FAULT
    auth_required: bool = False
    hostname: str = "mail.example.org"
    connections: int = 64
    """At the same time."""
    idle: float = 300.0
    """Seconds without an octet from the client (RFC 5321 section 4.5.3.2.7: at least five minutes)."""
    longest: float = 3600.0
    """Seconds that a connection may last."""
    farewell: float = 5.0
    """Seconds for a client to read our last words."""


class Simulator:
    """One listening server. `subscriber` is called for each line and must not block."""

    def __init__(self, options: Options, subscriber: Subscriber | None = None) -> None:
        if options.tls != "none" and options.context is None:
            raise ValueError("TLS needs a context; see tutor.net.tls.server_context")
        self.options = options
        self._subscriber = subscriber
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()
        self._counted = 0
        self._salt = secrets.token_bytes(12)  # one for all exchanges: a server stores it with its users (RFC 5802)

    async def start(self) -> tuple[str, int]:
        """Listen; the address. OSError where that cannot be."""
        loop = asyncio.get_running_loop()
        implicit = self.options.context if self.options.tls == "implicit" else None
        self._server = await loop.create_server(
            lambda: _Connection(self), self.options.host, self.options.port, ssl=implicit, backlog=128
        )
        host, port = self._server.sockets[0].getsockname()[:2]
        return str(host), int(port)

    async def stop(self) -> None:
        """Say goodbye to every client and stop listening."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.shut_down()
        # Give the last words one turn of the loop to leave; nobody is waited for.
        await asyncio.sleep(0)
        for connection in list(self._connections):
            connection.abort()
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._connections)

    def tell(self, item: Narrated | Happened) -> None:
        """Pass an item on."""
        if self._subscriber is not None:
            self._subscriber(item)

    @property
    def heard(self) -> bool:
        """Whether anybody wants to know what happens."""
        return self._subscriber is not None

    def open(self, connection: "_Connection") -> int | None:
        """A number for a new connection; None where there are too many."""
        if len(self._connections) >= self.options.connections:
            return None
        self._connections.add(connection)
        self._counted += 1
        return self._counted

    def close(self, connection: "_Connection") -> None:
        """It is gone."""
        self._connections.discard(connection)

    def session(self) -> ServerSession:
        """A fresh session, with nonces and a clock that no other exchange has."""
        options = self.options
        return ServerSession(
            self._scenario,
            mechanisms=options.mechanisms,
            dialect=options.dialect,
            tls=options.tls,
            fault=options.fault,
            auth_required=options.auth_required,
        )

    def _scenario(self) -> Scenario:
        options = self.options
        first = next(iter(options.users), "")
        return Scenario(
            Credentials(first, options.users.password(first)),
            options.users,
            hostname=options.hostname,
            server_nonce=secrets.token_urlsafe(18).encode("ascii"),
            process_id=secrets.randbelow(2**31),
            timestamp=int(time.time()),
            salt=self._salt,
        )


class _Connection(asyncio.Protocol):
    """Copies octets between one socket and its session."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._transport: asyncio.Transport | None = None
        self._session: ServerSession | None = None
        self._narrator: Narrator | None = None
        self._number: int | None = None
        self._timers: list[asyncio.TimerHandle] = []
        self._idle: asyncio.TimerHandle | None = None
        self._heard = 0.0
        self._handshake: asyncio.Task[None] | None = None
        self._early = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if self._session is not None:
            return  # asyncio calls again where TLS began in the middle
        self._transport = transport
        simulator = self._simulator
        self._number = simulator.open(self)
        self._session = simulator.session()
        self._bind(transport)
        if self._number is None:
            self._session.data_to_send()
            self._session.close("too-many-connections")
            transport.write(self._session.data_to_send())
            transport.close()
            simulator.tell(Happened(0, "closed", "One connection too many was turned away."))
            return
        options = simulator.options
        self._narrator = Narrator(self._number, options.users, tls=options.tls == "implicit")
        peer = transport.get_extra_info("peername")
        where = f" from {peer[0]}:{peer[1]}" if isinstance(peer, tuple) and len(peer) >= 2 else ""
        simulator.tell(Happened(self._number, "opened", f"Connection {self._number}{where}."))
        loop = asyncio.get_running_loop()
        self._heard = loop.time()
        self._idle = loop.call_later(options.idle, self._check_idle)
        self._timers.append(loop.call_later(options.longest, self._time_out))
        self._flush()

    def _bind(self, transport: asyncio.BaseTransport) -> None:
        secured = transport.get_extra_info("ssl_object")
        if self._session is not None and secured is not None:
            self._session.bind(bindings(secured, self._simulator.options.certificate))

    def data_received(self, data: bytes) -> None:
        session = self._session
        if session is None or self._number is None:
            return
        self._heard = asyncio.get_running_loop().time()
        if self._handshake is not None:
            # From inside TLS: asyncio hands on what came with the last octets of the handshake before it says so.
            self._early += data
            return
        session.receive_data(data)
        self._flush()
        if session.wants_tls and self._handshake is None and self._transport is not None:
            # The next octets are the handshake's: they must find the TLS layer in place, not us.
            self._transport.pause_reading()
            self._handshake = asyncio.get_running_loop().create_task(self._start_tls())

    def eof_received(self) -> bool:
        return False  # close our side too

    def pause_writing(self) -> None:
        """The client does not read: do not read from it either, or its replies would fill the memory."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        if self._transport is not None and not self._transport.is_closing() and self._handshake is None:
            self._transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (*self._timers, *([self._idle] if self._idle is not None else [])):
            timer.cancel()
        if self._handshake is not None and not self._handshake.done():
            self._handshake.cancel()
        if self._number is not None:
            self._simulator.close(self)
            self._simulator.tell(Happened(self._number, "closed", f"Connection {self._number} is closed."))

    def shut_down(self) -> None:
        """The server stops."""
        self._end("shutting-down")

    def abort(self) -> None:
        """Do not wait for the client."""
        if self._transport is not None:
            self._transport.abort()

    def _end(self, key: str) -> None:
        if self._handshake is not None:
            self.abort()  # words in clear would break into the handshake
        elif self._session is not None and not self._session.closed:
            self._session.close(key)
            self._flush()

    def _check_idle(self) -> None:
        loop = asyncio.get_running_loop()
        left = self._heard + self._simulator.options.idle - loop.time()
        if left > 0:
            self._idle = loop.call_later(left, self._check_idle)
        else:
            self._end("idle")

    def _time_out(self) -> None:
        self._end("idle")

    def _flush(self) -> None:
        """Send what there is to send, and tell what was said."""
        session, transport, narrator = self._session, self._transport, self._narrator
        if session is None or transport is None or narrator is None:
            return
        data = session.data_to_send()
        if data and not transport.is_closing():
            transport.write(data)
        seen = session.lines_seen()
        if self._simulator.heard:
            for line in seen:
                self._simulator.tell(narrator.narrate(line, session.scenario))
        if session.closed and not transport.is_closing():
            transport.close()
            loop = asyncio.get_running_loop()
            self._timers.append(loop.call_later(self._simulator.options.farewell, transport.abort))

    async def _start_tls(self) -> None:
        transport, session, context = self._transport, self._session, self._simulator.options.context
        assert transport is not None
        assert session is not None
        assert context is not None
        number = self._number or 0
        loop = asyncio.get_running_loop()
        try:
            secured = await loop.start_tls(transport, self, context, server_side=True, ssl_handshake_timeout=30)
        except (ssl.SSLError, OSError) as error:
            reason = getattr(error, "reason", None) or type(error).__name__
            sentence = f"Connection {number}: the TLS handshake failed ({str(reason).replace('_', ' ').lower()})."
            self._simulator.tell(Happened(number, "tls-failed", sentence))
            transport.abort()
            return
        if secured is None:
            return
        self._transport = secured
        session.tls_started()
        self._bind(secured)
        self._handshake = None
        self._simulator.tell(Happened(number, "tls", f"Connection {number}: TLS is active."))
        early, self._early = self._early, b""
        if early:
            self.data_received(early)
