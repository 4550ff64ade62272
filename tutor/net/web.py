"""The app in a browser, on this machine alone.

The page, the doors and the processes are ours; textual-serve brings the terminal (its
JavaScript) and the talk with the app's process. Each visitor has an address that works
once: it is exchanged for a cookie. Nothing is loaded from elsewhere, and a page of another
site reaches neither the app (Host, Origin, SameSite) nor the cookie (HttpOnly).
"""

import asyncio
import json
import os
import secrets
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from importlib.resources import files
from typing import Any

from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

COOKIE = "sasl_tutor_visit"
LARGEST = 1 << 16
"""Octets of one message from the browser: a paste."""
PATIENCE = 5.0
"""Seconds that an app has to end by itself."""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>sasl-tutor</title>
<link rel="stylesheet" href="/static/css/xterm.css"><link rel="stylesheet" href="/look.css">
<script src="/static/js/textual.js"></script></head>
<body><div class="closed-dialog">The session has ended. Load the page again to go on.</div>
<div id="terminal" class="textual-terminal" data-session-websocket-url="ws://{host}/ws" data-font-size="16"></div>
</body></html>
"""
_LOOK = """\
@font-face { font-family: "Roboto Mono"; src: url("/static/fonts/RobotoMono-VariableFont_wght.ttf"); }
html, body { margin: 0; height: 100%; background: #11141c; color: #d5daee; font: 16px "Roboto Mono", monospace; }
.textual-terminal { position: absolute; inset: 0; }
.closed-dialog { display: none; padding: 2em; }
body.-closed .closed-dialog { display: block; position: relative; z-index: 1; }
"""


class _AppProcess(AppService):
    """One app, as a process of its own that ends with its visitor."""

    def __init__(self, command: list[str], extra: dict[str, str], socket: web.WebSocketResponse) -> None:
        super().__init__(
            "", write_bytes=socket.send_bytes, write_str=socket.send_str, close=self._closed,
            download_manager=DownloadManager(),
        )  # fmt: skip
        self._socket = socket
        self._argv = command
        self._extra = extra

    async def _closed(self) -> None:
        await self._socket.close()

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        environment = self._build_environment(width=width, height=height) | self._extra
        process = await asyncio.create_subprocess_exec(
            *self._argv, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment
        )
        assert process.stdin is not None
        self._process, self._stdin = process, process.stdin
        return process

    async def end(self) -> None:
        """Ask it to end; where it does not, end it by its id."""
        process = self._process
        with suppress(asyncio.TimeoutError, ConnectionError):
            await asyncio.wait_for(self.stop(), PATIENCE)
        if process is None or process.returncode is not None:
            return
        # What it still writes must be read, or its end is never seen.
        try:
            await asyncio.wait_for(process.communicate(), PATIENCE)
        except TimeoutError:
            process.kill()
            await process.communicate()


class Door:
    """Who may come in, and the apps of those who did. `visitors`: how many, each with an address of their own."""

    def __init__(self, visitors: int = 1, command: list[str] | None = None) -> None:
        self.command = command or [sys.executable, "-m", "tutor"]
        self.tokens = [secrets.token_urlsafe(24) for _ in range(visitors)]
        """Of those who have not come yet."""
        self.processes: list[int] = []
        """The ids of the apps that run."""
        self._apart = visitors > 1
        self._visits: dict[str, tempfile.TemporaryDirectory[str] | None] = {}
        self._busy: set[str] = set()
        self._running: set[_AppProcess] = set()
        self._leaving: set[asyncio.Task[None]] = set()

    def app(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application(middlewares=[self._guard], client_max_size=1024)
        static = str(files("textual_serve").joinpath("static"))
        app.add_routes(
            [web.get("/", self._index), web.get("/ws", self._socket), web.get("/look.css", self._look),
             web.static("/static", static)]
        )  # fmt: skip
        app.on_shutdown.append(self._close)
        return app

    # Who may come in

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        host = request.host
        name, _, port = host.rpartition(":")
        here = request.transport.get_extra_info("sockname")[1] if request.transport is not None else 0
        if name not in ("127.0.0.1", "localhost") or port != str(here):
            return _no("This server is for 127.0.0.1 alone.")
        origin = request.headers.get("Origin")
        if origin not in (None, f"http://{host}") or (request.path == "/ws" and origin is None):
            return _no("Another site may not come in here.")
        entering = request.path == "/" and "t" in request.query
        if not entering and self._visit(request) is None:
            return _no("Use the address that was printed in the terminal. Each works once.")
        try:
            response: web.StreamResponse = await handler(request)
        except web.HTTPException as error:
            response = error
        if not response.prepared:
            response.headers.update(
                {
                    "Content-Security-Policy": _POLICY.format(host=host), "X-Content-Type-Options": "nosniff",
                    "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
                    "Cross-Origin-Opener-Policy": "same-origin",
                }
            )  # fmt: skip
        return response

    def _visit(self, request: web.Request) -> str | None:
        given = request.cookies.get(COOKIE, "")
        return next((visit for visit in self._visits if secrets.compare_digest(visit.encode(), given.encode())), None)

    async def _index(self, request: web.Request) -> web.StreamResponse:
        given = request.query.get("t")
        if given is None:
            return web.Response(text=_PAGE.format(host=request.host), content_type="text/html")
        token = next((one for one in self.tokens if secrets.compare_digest(one.encode(), given.encode())), None)
        if token is None:
            return _no("This address was used already, or is none of ours. Start `sasl-tutor web` again for a new one.")
        self.tokens.remove(token)
        visit = secrets.token_urlsafe(24)
        self._visits[visit] = tempfile.TemporaryDirectory(prefix="sasl-tutor-") if self._apart else None
        response = web.Response(status=303, headers={"Location": "/"})
        response.set_cookie(COOKIE, visit, httponly=True, samesite="Strict", path="/")
        return response

    async def _look(self, request: web.Request) -> web.Response:
        return web.Response(text=_LOOK, content_type="text/css")

    # The app of a visitor

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        visit = self._visit(request)
        assert visit is not None
        if visit in self._busy:
            return _no("You are in already, in another window.")
        self._busy.add(visit)
        socket = web.WebSocketResponse(heartbeat=15, max_msg_size=LARGEST)
        process = _AppProcess(self.command, self._folders(visit), socket)
        try:
            await socket.prepare(request)
            await process.start(*_size(request.query.get("width"), request.query.get("height")))
            assert process._process is not None
            self.processes.append(process._process.pid)
            self._running.add(process)
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await _told(process, socket, message.data)
        finally:
            # A task of its own: aiohttp may cancel this handler when the browser goes.
            leaving = asyncio.create_task(self._leave(process, visit))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)
            await asyncio.shield(leaving)
        return socket

    async def _leave(self, process: _AppProcess, visit: str) -> None:
        """End the app of a visitor who went."""
        await process.end()
        if process._process is not None and process._process.pid in self.processes:
            self.processes.remove(process._process.pid)
        self._running.discard(process)
        self._busy.discard(visit)

    def _folders(self, visit: str) -> dict[str, str]:
        """One visitor alone has the owner's progress; of several, each has their own, for this time."""
        folder = self._visits[visit]
        if folder is None:
            return {}
        return {name: os.path.join(folder.name, name.lower()) for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME")}

    async def _close(self, app: web.Application) -> None:
        await asyncio.gather(*self._leaving)
        await asyncio.gather(*(process.end() for process in list(self._running)))
        for folder in self._visits.values():
            if folder is not None:
                folder.cleanup()


async def _told(process: _AppProcess, socket: web.WebSocketResponse, text: str) -> None:
    """One message of the browser; what is none is passed over."""
    try:
        kind, data = [*json.loads(text), None, None][:2]
    except (ValueError, TypeError):
        return
    if kind == "stdin" and isinstance(data, str):
        await process.send_bytes(data.encode("utf-8", "replace"))
    elif kind == "resize" and isinstance(data, dict):
        await process.set_terminal_size(*_size(data.get("width"), data.get("height")))
    elif kind == "ping":
        await socket.send_json(["pong", data])
    elif kind == "blur":
        await process.blur()
    elif kind == "focus":
        await process.focus()


def _size(width: object, height: object) -> tuple[int, int]:
    """Columns and lines, within reason."""
    values = []
    for value, usual, most in ((width, 80, 500), (height, 24, 200)):
        number = int(value) if isinstance(value, int | str) and str(value).isdecimal() else usual
        values.append(min(max(number, 1), most))
    return values[0], values[1]


def _no(sentence: str) -> web.Response:
    return web.Response(status=403, text=sentence + "\n")


async def serve(door: Door, port: int, minutes: int, ready: Any, stop: asyncio.Event) -> None:
    """Listen on 127.0.0.1 until `stop` or for so many minutes; `ready` is told the port. Raises OSError."""
    runner = web.AppRunner(door.app(), access_log=None, shutdown_timeout=PATIENCE)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        ready(runner.addresses[0][1])
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(stop.wait(), minutes * 60)
    finally:
        await runner.cleanup()
