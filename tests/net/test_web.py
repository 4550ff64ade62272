"""The app in a browser: who may come in, what the page loads, and one real Chromium."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestClient, TestServer

from tests.tools import need
from tutor.cli.main import main
from tutor.net.web import COOKIE, LARGEST, Door

if TYPE_CHECKING:
    Client = TestClient[web.Request, web.Application]
else:
    Client = TestClient
Visit = Callable[[Client, Door], Awaitable[None]]


def visit(steps: Visit, visitors: int = 1) -> Door:
    """A server of its own, and a browser without a cookie."""
    door = Door(visitors)

    async def run() -> None:
        client = TestClient(TestServer(door.app(), host="127.0.0.1"))
        async with client:
            await steps(client, door)

    asyncio.run(asyncio.wait_for(run(), 60))
    return door


async def enter(client: Client, door: Door) -> str:
    """Use an address; the cookie."""
    response = await client.get("/", params={"t": door.tokens[0]}, allow_redirects=False)
    assert response.status == 303
    set_cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in set_cookie
    assert "SameSite=Strict" in set_cookie
    client.session.cookie_jar.clear()  # it keeps none for an address; the tests say it by themselves
    return response.cookies[COOKIE].value


def test_an_address_works_once() -> None:
    async def steps(client: Client, door: Door) -> None:
        token = door.tokens[0]
        cookie = {"Cookie": f"{COOKIE}={await enter(client, door)}"}
        assert (await client.get("/", params={"t": token}, allow_redirects=False)).status == 403
        assert (await client.get("/", headers=cookie)).status == 200
        for path in ("/", "/ws", "/look.css", "/static/js/textual.js", "/static/", "/etc"):
            assert (await client.get(path)).status == 403

    visit(steps)


def test_other_hosts_and_other_sites_stay_outside() -> None:
    async def steps(client: Client, door: Door) -> None:
        cookie = {"Cookie": f"{COOKIE}={await enter(client, door)}"}
        for bad in ({"Host": "evil.example"}, {"Host": f"evil.example:{client.port}"}, {"Origin": "http://evil.example"},
                    {"Host": "127.0.0.1:1"}, {"Origin": "null"}):  # fmt: skip
            assert (await client.get("/", headers={**cookie, **bad})).status == 403
        assert (await client.get("/ws", headers=cookie)).status == 403  # no Origin

    visit(steps)


def test_the_page_loads_nothing_from_elsewhere() -> None:
    async def steps(client: Client, door: Door) -> None:
        cookie = {"Cookie": f"{COOKIE}={await enter(client, door)}"}
        response = await client.get("/", headers=cookie)
        page = await response.text()
        addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert len(addresses) == 3
        for address in addresses:
            assert address.startswith("/")
            assert (await client.get(address, headers=cookie)).status == 200
        assert re.findall(r"(?:https?|wss?)://([^/\"]+)", page) == [f"127.0.0.1:{client.port}"]
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"

    visit(steps)


def test_a_visitor_has_one_app_and_it_ends_with_the_visit() -> None:
    async def steps(client: Client, door: Door) -> None:
        origin = f"http://127.0.0.1:{client.port}"
        headers = {"Cookie": f"{COOKIE}={await enter(client, door)}", "Origin": origin}
        async with client.ws_connect("/ws?width=80&height=24", headers=headers) as socket:
            shown = b""
            while b"sasl-tutor" not in shown:
                message = await socket.receive(timeout=30)
                assert message.type is WSMsgType.BINARY
                shown += message.data
            (running,) = door.processes
            os.kill(running, 0)
            for nonsense in ("", "[]", "{}", "[1]", '["stdin"]', '["resize", {"width": -5}]', '["stdin", 5]'):
                await socket.send_str(nonsense)
            await socket.send_str(json.dumps(["ping", "x"]))
            message = await socket.receive(timeout=30)
            while message.type is WSMsgType.BINARY:
                message = await socket.receive(timeout=30)
            assert json.loads(message.data) == ["pong", "x"]
            assert (await client.get("/ws", headers=headers)).status == 403  # in already
        while door.processes:
            await asyncio.sleep(0.01)
        with pytest.raises(ProcessLookupError):
            os.kill(running, 0)

    visit(steps)


def test_a_message_without_bound_ends_the_visit() -> None:
    async def steps(client: Client, door: Door) -> None:
        origin = f"http://127.0.0.1:{client.port}"
        headers = {"Cookie": f"{COOKIE}={await enter(client, door)}", "Origin": origin}
        async with client.ws_connect("/ws", headers=headers) as socket:
            await socket.send_str(json.dumps(["stdin", "x" * (LARGEST + 1)]))
            message = await socket.receive(timeout=30)
            while message.type is WSMsgType.BINARY:
                message = await socket.receive(timeout=30)
            assert message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED)

    assert visit(steps).processes == []


def test_there_are_as_many_addresses_as_visitors_and_their_folders_are_apart() -> None:
    async def steps(client: Client, door: Door) -> None:
        first, second = await enter(client, door), await enter(client, door)
        assert door.tokens == []
        one, other = door._folders(first), door._folders(second)
        assert one["XDG_DATA_HOME"] != other["XDG_DATA_HOME"]
        folders.append(Path(one["XDG_DATA_HOME"]).parent)

    folders: list[Path] = []
    visit(steps, visitors=2)
    assert not folders[0].exists()


@pytest.mark.parametrize("options", [["--visitors", "0"], ["--minutes", "0"], ["--port", "70000"]])
def test_what_cannot_be_is_said(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["web", *options]) == 2
    assert options[0] in capsys.readouterr().err


def test_chromium_opens_it_solves_a_step_and_sees_it_solved(tmp_path: Path) -> None:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    chromium, driver = need("chromium"), need("chromedriver")
    environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path / "data"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    server = subprocess.Popen(
        [sys.executable, "-m", "tutor", "web", "--minutes", "5"], stdout=subprocess.PIPE, env=environment, text=True
    )
    assert server.stdout is not None
    address = server.stdout.readline().strip()
    options = webdriver.ChromeOptions()
    options.binary_location = str(chromium)
    with tempfile.TemporaryDirectory() as profile:
        for option in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                       "--disable-background-networking", "--disable-component-update", "--disable-sync",
                       f"--user-data-dir={profile}", "--window-size=1200,800"):  # fmt: skip
            options.add_argument(option)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        browser = webdriver.Chrome(options, Service(str(driver)))
        try:
            browser.get(address)
            assert "t=" not in browser.current_url
            wait = WebDriverWait(browser, 120)
            wait.until(lambda page: page.find_elements(By.CSS_SELECTOR, ".xterm"))
            wait.until(
                lambda page: "-first-byte" in (page.find_element(By.TAG_NAME, "body").get_attribute("class") or "")
            )
            keys = ActionChains(browser)
            browser.find_element(By.CSS_SELECTOR, ".xterm-helper-textarea").send_keys(
                Keys.DOWN, Keys.DOWN, Keys.ENTER
            )  # the second lesson, on the greeting

            def solved(_: object) -> bool:
                # Enter goes on where a step is read or done; of the letters of a choice one is right.
                for key in (Keys.ENTER, "a", "b", "c", "d"):
                    keys.send_keys(key).perform()
                return '"solved"' in exported(environment)

            wait.until(solved)
            log: Callable[[str], list[dict[str, str]]] = browser.get_log
            requested = [json.loads(entry["message"])["message"] for entry in log("performance")]
            addresses = [one["params"]["request"]["url"] for one in requested
                         if one["method"] == "Network.requestWillBeSent"]  # fmt: skip
            assert addresses
            assert all(re.match(r"(?:http://127\.0\.0\.1:|data:|chrome|about:)", one) for one in addresses), addresses
            assert not [entry for entry in log("browser") if "Content Security Policy" in entry["message"]]
        finally:
            browser.quit()
            server.send_signal(signal.SIGINT)
            server.communicate(timeout=30)
        assert server.returncode == 0


def exported(environment: dict[str, str]) -> str:
    """The learner's progress, as another process of the same user sees it."""
    command = [sys.executable, "-m", "tutor", "progress", "--export", "-"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout
