"""One connection to a live server: asyncio around `ClientSession`. Knows no protocol text.

TLS is always verified. Each line that would be sent is shown to `approve` first, and
nothing leaves where that says no.
"""

import asyncio
import ssl
from collections.abc import Callable
from copy import deepcopy
from typing import NamedTuple

from tutor.net import tls as certificates
from tutor.net.binding import bindings
from tutor.net.narration import Happened, Narrated, Narrator
from tutor.sasl.identity import UserTable
from tutor.sasl.mechanism import Bindings
from tutor.smtp.client import ClientSession
from tutor.wire.lines import Line, Side

Subscriber = Callable[[Narrated | Happened], None]
Approve = Callable[[Narrated], bool]
"""The line that would be sent, annotated -> whether it may leave."""


class Place(NamedTuple):
    """Where to connect, and how."""

    host: str
    port: int
    implicit: bool = False
    """TLS from the first octet (port 465)."""
    ca_file: str | None = None
    """Authorities to trust; None: the system's."""
    timeout: float = 30.0
    """Seconds for each of: to connect, to shake hands, to answer."""


class Unreachable(Exception):
    """No connection, or lost in the middle; the message is one sentence, safe to print."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        """The diagnosis code of a session."""


async def converse(place: Place, session: ClientSession, subscriber: Subscriber, approve: Approve) -> None:
    """Lead `session` (made with `ask`) to its end. Raises Unreachable; the outcome is in the session."""
    context = certificates.client_context(place.ca_file)
    loop = asyncio.get_running_loop()
    peer = _Peer()
    try:
        async with asyncio.timeout(place.timeout):
            transport, _ = await loop.create_connection(
                lambda: peer,
                place.host,
                place.port,
                ssl=context if place.implicit else None,
                server_hostname=place.host if place.implicit else None,
            )
    except (OSError, TimeoutError) as error:
        raise _unreachable(place, error) from None
    if place.implicit:
        subscriber(Happened(1, "tls", _tls_sentence(transport)))
        session.bind(_bindings(transport))
    conversation = _Conversation(place, session, subscriber, approve, context, peer, transport)
    try:
        await conversation.lead()
    finally:
        conversation.transport.abort()


class _Peer(asyncio.Protocol):
    """What has come in, and wakes who waits for it."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.ended = False
        self.error: Exception | None = None
        self.changed = asyncio.Event()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self.data += data
        self.changed.set()
        if len(self.data) > 1 << 20 and self._transport is not None:
            self._transport.abort()  # no server has so much to say before it is asked

    def eof_received(self) -> bool:
        self.ended = True
        self.changed.set()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended, self.error = True, exc
        self.changed.set()


class _Conversation:
    def __init__(
        self,
        place: Place,
        session: ClientSession,
        subscriber: Subscriber,
        approve: Approve,
        context: ssl.SSLContext,
        peer: _Peer,
        transport: asyncio.Transport,
    ) -> None:
        self._place = place
        self._session = session
        self._subscriber = subscriber
        self._approve = approve
        self._context = context
        self._peer = peer
        self.transport = transport
        self._narrator = Narrator(1, UserTable({}), tls=place.implicit)

    async def lead(self) -> None:
        session = self._session
        while not session.closed:
            self._pass_on()
            if session.pending is not None:
                if self._approve(self._preview(session.pending)):
                    session.send()
                else:
                    session.give_up()
                continue
            if session.wants_tls:
                await self._start_tls()
                continue
            await self._listen()
        self._pass_on()

    def _pass_on(self) -> None:
        """Send what may leave, tell what was said."""
        data = self._session.data_to_send()
        if data and not self.transport.is_closing():
            self.transport.write(data)
        for line in self._session.lines_seen():
            self._subscriber(self._narrator.narrate(line))

    def _preview(self, line: bytes) -> Narrated:
        """What the narrator would say of a line, had it been sent."""
        return deepcopy(self._narrator).narrate(Line(Side.CLIENT, line))

    async def _listen(self) -> None:
        peer, session = self._peer, self._session
        if not peer.data and not peer.ended:
            peer.changed.clear()
            try:
                async with asyncio.timeout(self._place.timeout):
                    await peer.changed.wait()
            except TimeoutError:
                raise self._silence() from None
        if peer.data:
            data = bytes(peer.data)
            peer.data.clear()
            session.receive_data(data)
        elif peer.ended:
            quitting = session.outcome is not None or session.quitting
            session.receive_eof()
            self._pass_on()
            if not quitting:
                sentence = session.problem or "The server closed the connection."
                raise Unreachable("session.dropped", sentence)

    def _silence(self) -> Unreachable:
        seconds = f"{self._place.timeout:g} seconds"
        if self._session.heard:
            return Unreachable("session.dropped", f"The server has said nothing for {seconds}.")
        hint = "" if self._place.implicit else " Perhaps it waits for TLS from the first octet: try --tls implicit."
        return Unreachable("greeting.none", f"Connected, but no greeting came within {seconds}.{hint}")

    async def _start_tls(self) -> None:
        loop = asyncio.get_running_loop()
        place = self._place
        self._peer.data.clear()  # nothing that came in clear behind the go-ahead is read (RFC 3207 section 6)
        try:
            async with asyncio.timeout(place.timeout):
                secured = await loop.start_tls(self.transport, self._peer, self._context, server_hostname=place.host)
        except (OSError, TimeoutError) as error:
            raise _unreachable(place, error) from None
        if secured is None:
            raise Unreachable("session.tls-failed", "The server closed the connection during the TLS handshake.")
        self.transport = secured
        self._subscriber(Happened(1, "tls", _tls_sentence(secured)))
        self._session.bind(_bindings(secured))
        self._session.tls_started()


def _bindings(transport: asyncio.Transport) -> Bindings:
    secured = transport.get_extra_info("ssl_object")
    return bindings(secured, secured.getpeercert(True)) if secured is not None else ()


def _tls_sentence(transport: asyncio.Transport) -> str:
    secured = transport.get_extra_info("ssl_object")
    version = secured.version() if secured is not None else None
    return f"TLS is active ({version}), the certificate is verified."


def _unreachable(place: Place, error: Exception) -> Unreachable:
    """An error of the network in a sentence: what, where, what to do."""
    import socket

    from tutor.wire.printable import show

    where = f"{show(place.host)} port {place.port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return Unreachable(
            "session.tls-failed",
            f"The certificate of {where} is refused: {show(error.verify_message)}. "
            "If it is your own server's, give its certificate with --ca FILE.",
        )
    if isinstance(error, ssl.SSLError):
        return Unreachable(
            "session.tls-failed",
            f"The TLS handshake with {where} failed ({show(str(error.reason or 'no reason given')).lower()}). "
            "Port 465 speaks TLS from the first octet, 587 and 25 after STARTTLS.",
        )
    if isinstance(error, socket.gaierror):
        return Unreachable("greeting.none", f"There is no host {show(place.host)}. Check its spelling.")
    if isinstance(error, ConnectionRefusedError):
        return Unreachable("greeting.none", f"Nobody listens at {where}. Check the port: 587, 465 or 25.")
    if isinstance(error, TimeoutError):
        return Unreachable(
            "greeting.none",
            f"{where} did not answer within {place.timeout:g} seconds. A firewall may be in between; many networks "
            "block port 25.",
        )
    if isinstance(error, ConnectionError):
        return Unreachable("session.dropped", f"{where} closed the connection.")
    return Unreachable(
        "greeting.none", f"{where} cannot be reached: {show(getattr(error, 'strerror', None) or str(error))}."
    )
