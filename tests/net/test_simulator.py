"""The simulator inside a loop of our own: its bounds, its ends, and that nobody is kept waiting."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest

from tutor.net import tls
from tutor.net.narration import Happened, Narrated
from tutor.net.simulator import Options, Simulator
from tutor.sasl.identity import UserTable
from tutor.smtp import faults

USERS = UserTable({"ada": "correct horse", "bob": "x"})
PATIENCE = 20


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(main, PATIENCE))


@contextlib.asynccontextmanager
async def simulator(**options: Any) -> AsyncIterator[tuple[Simulator, int, list[Narrated | Happened]]]:
    told: list[Narrated | Happened] = []
    running = Simulator(Options(USERS, **options), told.append)
    _, port = await running.start()
    try:
        yield running, port, told
    finally:
        await running.stop()


async def dial(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port)


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


def test_one_connection_too_many_is_told_so_and_the_others_go_on() -> None:
    async def main() -> None:
        async with simulator(connections=2) as (running, port, _):
            first, second = await dial(port), await dial(port)
            for reader, _writer in (first, second):
                assert (await reader.readline()).startswith(b"220 ")
            reader, writer = await dial(port)
            assert (await reader.read()).startswith(b"421 4.3.2 ")
            await hang_up(writer)
            assert running.connections == 2
            first[1].write(b"QUIT\r\n")
            assert (await first[0].read()).startswith(b"221 ")
            await hang_up(first[1])
            third = await dial(port)
            assert (await third[0].readline()).startswith(b"220 ")
            for _reader, writer in (second, third):
                await hang_up(writer)

    run(main())


def test_a_client_that_says_nothing_is_sent_away() -> None:
    async def main() -> None:
        async with simulator(idle=0.05) as (_, port, _told):
            reader, writer = await dial(port)
            data = await reader.read()
            assert data.splitlines()[-1].startswith(b"421 4.4.2 ")
            await hang_up(writer)

    run(main())


def test_no_connection_lasts_for_ever() -> None:
    async def main() -> None:
        async with simulator(longest=0.05) as (_, port, _told):
            reader, writer = await dial(port)
            assert (await reader.read()).splitlines()[-1].startswith(b"421 ")
            await hang_up(writer)

    run(main())


def test_a_client_that_does_not_read_is_not_read_from() -> None:
    """Its replies would fill the memory: what waits for it stays bounded, and others are served."""

    async def main() -> None:
        running = Simulator(Options(USERS))  # nobody listens to it: narrating so much would take long
        _, port = await running.start()
        try:
            _deaf_reader, deaf = await asyncio.open_connection("127.0.0.1", port, limit=1024)
            sent = 0
            flood = b"HELP\r\n" * 10_000
            with contextlib.suppress(asyncio.TimeoutError):
                while sent < 200 * len(flood):
                    deaf.write(flood)
                    await asyncio.wait_for(deaf.drain(), 0.3)
                    sent += len(flood)
            connection = next(iter(running._connections))
            assert connection._transport is not None
            assert sent < 200 * len(flood)
            assert connection._transport.get_write_buffer_size() < 16 * 1024 * 1024
            reader, writer = await dial(port)
            assert (await reader.readline()).startswith(b"220 ")
            await hang_up(writer)
            deaf.transport.abort()
        finally:
            await running.stop()

    run(main())


def test_stopping_says_goodbye() -> None:
    async def main() -> None:
        told: list[Narrated | Happened] = []
        running = Simulator(Options(USERS), told.append)
        _, port = await running.start()
        reader, writer = await dial(port)
        await reader.readline()
        await running.stop()
        assert (await reader.read()).startswith(b"421 4.3.2 ")
        await hang_up(writer)
        assert running.connections == 0

    run(main())


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
def test_a_handshake_that_fails_is_told_and_harms_nobody(mode: str) -> None:
    async def main() -> None:
        context = tls.server_context(tls.make_certificate())
        async with simulator(tls=mode, context=context) as (_, port, told):
            reader, writer = await dial(port)
            if mode == "starttls":
                await reader.readline()
                writer.write(b"EHLO me\r\nSTARTTLS\r\n")
                while not (await reader.readline()).startswith(b"220 "):
                    pass
            writer.write(b"this is not TLS at all\r\n" * 20)
            with contextlib.suppress(OSError):
                await reader.read()
            await hang_up(writer)
            if mode == "starttls":
                while not any(isinstance(item, Happened) and item.what == "closed" for item in told):
                    await asyncio.sleep(0)
                assert [item.what for item in told if isinstance(item, Happened)][:2] == ["opened", "tls-failed"]
            reader, writer = await dial(port)
            await hang_up(writer)

    run(main())


def test_what_comes_with_the_handshakes_last_octets_is_not_lost() -> None:
    """A client may send its EHLO in the very segment that ends the handshake."""

    async def main() -> None:
        made = tls.make_certificate()
        async with simulator(tls="starttls", context=tls.server_context(made)) as (_, port, _told):
            reader, writer = await dial(port)
            writer.write(b"EHLO me\r\nSTARTTLS\r\n")
            while not (await reader.readline()).startswith(b"220 2.0.0"):
                pass
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            context = ssl.create_default_context(cadata=made.certificate)
            secured = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
            while True:
                try:
                    secured.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    writer.write(outgoing.read())
                    incoming.write(await reader.read(65536))
            secured.write(b"EHLO again\r\n")
            writer.write(outgoing.read())  # the client's Finished and its EHLO, in one piece
            heard = b""
            while not heard.endswith(b"AUTH LOGIN PLAIN CRAM-MD5\r\n"):
                incoming.write(await reader.read(65536))
                with contextlib.suppress(ssl.SSLWantReadError):
                    heard += secured.read(65536)
            assert b"greets again" in heard
            writer.transport.abort()

    run(main())


def test_tls_needs_a_context() -> None:
    with pytest.raises(ValueError, match="context"):
        Simulator(Options(USERS, tls="starttls"))


def test_answers_are_judged_for_the_user_that_the_client_names() -> None:
    async def main() -> None:
        async with simulator() as (_, port, told):
            reader, writer = await dial(port)
            writer.write(b"EHLO me\r\nAUTH LOGIN\r\nYm9i\r\neA==\r\nQUIT\r\n")
            assert b"235 2.7.0" in await reader.read()
            await hang_up(writer)
            judged = [item.judged() for item in told if isinstance(item, Narrated) and item.due is not None]
            assert [judgement is not None and judgement.verdict.correct for judgement in judged] == [True, True]

    run(main())


def test_challenges_differ_between_connections_and_exchanges() -> None:
    async def main() -> None:
        challenges: set[bytes] = set()
        async with simulator() as (_, port, _told):
            for _ in range(3):
                reader, writer = await dial(port)
                writer.write(b"EHLO me\r\nAUTH CRAM-MD5\r\n*\r\nAUTH CRAM-MD5\r\n*\r\nQUIT\r\n")
                challenges |= {line for line in (await reader.read()).splitlines() if line.startswith(b"334 ")}
                await hang_up(writer)
        assert len(challenges) == 6

    run(main())


@pytest.mark.parametrize("name", ["drop", "drop-at-connect", "drop-at-auth", "drop-at-challenge"])
def test_faults_that_hang_up(name: str) -> None:
    async def main() -> None:
        fault = faults.get(name)
        assert fault is not None
        async with simulator(fault=fault) as (_, port, _told):
            reader, writer = await dial(port)
            with contextlib.suppress(OSError):
                writer.write(b"EHLO me\r\nAUTH PLAIN\r\nAGFkYQBjb3JyZWN0IGhvcnNl\r\n")
                assert b"235" not in await reader.read()
            await hang_up(writer)

    run(main())


def test_a_certificate_is_made_that_openssl_verifies() -> None:
    made = tls.make_certificate(("localhost", "mail.example.org"), ("127.0.0.1",))
    assert "PRIVATE" not in repr(made)
    server = tls.server_context(made)
    client = ssl.create_default_context(cadata=made.certificate)
    for name in ("localhost", "mail.example.org", "127.0.0.1"):
        assert _handshake(server, client, name) in ("TLSv1.2", "TLSv1.3")
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        _handshake(server, client, "other.example.org")
    other = ssl.create_default_context(cadata=tls.make_certificate().certificate)
    with pytest.raises(ssl.SSLCertVerificationError):
        _handshake(server, other, "localhost")


def _handshake(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> str | None:
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname=name),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    waiting = True
    while waiting:
        waiting = False
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                waiting = True
    return ends[0].version()
