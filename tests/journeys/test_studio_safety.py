"""The promises of the studio on who may ask, held against a real browser: S1 and S9 to S12."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from dojang.core.store import RunFolder
from tests.chromium import FLAGS, require
from tests.studios import copied, home, studio

pytestmark = pytest.mark.browser

SECRET = "shapes"  # name of a run: whoever reads it was let in


@pytest.fixture(scope="module")
def place(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    root = tmp_path_factory.mktemp("guarded")
    copied(trained, root, SECRET)
    with studio(root) as (url, _):
        yield root, url


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium for which ``evil.test`` is this machine, as after DNS rebinding."""
    path = require()
    playwright = pytest.importorskip("playwright.sync_api")
    rules = "--host-resolver-rules=MAP evil.test 127.0.0.1"
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=path, args=[*FLAGS, rules])
        yield found
        found.close()


@pytest.fixture
def signed_in(browser: Any, place: tuple[Path, str]) -> Iterator[Any]:
    """A browser that has opened the studio as its address says."""
    context = browser.new_context()
    context.new_page().goto(place[1])
    yield context
    context.close()


def run_path(context: Any, url: str) -> str:
    page = context.new_page()
    page.goto(home(url))
    return str(page.locator(".runname", has_text=SECRET).get_attribute("href"))


def test_other_addresses_of_this_machine_are_not_listened_on(
    browser: Any, place: tuple[Path, str]
) -> None:
    """S1."""
    _, url = place
    port = urlsplit(url).port
    page = browser.new_page()
    with pytest.raises(Exception, match="ERR_CONNECTION_REFUSED"):
        page.goto(f"http://127.0.0.2:{port}/")
    page.close()


def test_without_the_token_nothing_is_shown(
    browser: Any, place: tuple[Path, str], signed_in: Any
) -> None:
    """S9: the pages that a user sees, and what they are made of."""
    _, url = place
    run = run_path(signed_in, url)
    paths = ("/", run, f"{run}/images", f"{run}/images/valid/0", f"{run}/pictures/valid/0/small",
             f"{run}/pages/report", f"{run}/fixes", "/api/curves", "/static/studio.js",
             "/?token=guess")  # fmt: skip
    page = browser.new_page()
    for path in paths:
        answer = page.goto(f"{home(url)}{path}")
        assert answer is not None and answer.status == 401, path
        assert SECRET not in page.content()
    live = page.goto(f"{home(url)}/live")
    assert live is not None and live.status == 200
    page.close()


def test_a_name_that_was_pointed_here_reads_nothing(
    place: tuple[Path, str], signed_in: Any
) -> None:
    """S10: DNS rebinding, with the cookie in the same browser."""
    _, url = place
    page = signed_in.new_page()
    for path in ("/", "/live", f"/?{urlsplit(url).query}"):
        answer = page.goto(f"http://evil.test:{urlsplit(url).port}{path}")
        assert answer is not None and answer.status == 421, path
        assert SECRET not in page.content()


def test_a_page_of_another_port_can_neither_write_nor_read(
    place: tuple[Path, str], signed_in: Any
) -> None:
    """S10: to a browser another port is the same site, and it sends the cookie along."""
    root, url = place
    run = run_path(signed_in, url)
    label = f"{home(url)}{run}/images/valid/0/label"
    attack = f"""<form id=f method=post action="{label}"><input name=choice value=drop></form>
<script>
fetch("{label}", {{method: "POST", mode: "no-cors", credentials: "include",
  headers: {{"content-type": "application/x-www-form-urlencoded"}}, body: "choice=drop"}})
  .finally(() => fetch("{home(url)}/", {{credentials: "include"}})
    .then(r => r.text()).then(t => {{ document.title = t; }}, () => {{ document.title = "none"; }}));
</script>"""
    with page_server(attack) as address:
        page = signed_in.new_page()
        page.goto(address)
        page.wait_for_function("document.title")
        assert page.title() == "none"
        with page.expect_navigation() as arrived:
            page.evaluate("document.getElementById('f').submit()")
        assert arrived.value.status == 403
    assert not RunFolder(root / SECRET).labels.exists()


def test_no_address_that_a_client_names_is_fetched(place: tuple[Path, str], signed_in: Any) -> None:
    """S11: whatever is given as a parameter, the server opens no connection."""
    _, url = place
    run = run_path(signed_in, url)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(1.0)
        bait = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        page = signed_in.new_page()
        for path in (f"/?q={bait}&status={bait}&lang={bait}", f"/compare?run={bait}",
                     f"{run}/images?part={bait}&q={bait}&slice={bait}&order={bait}",
                     f"/api/curves?run={bait}&known={bait}", f"{run}/why/valid/0?class={bait}"):  # fmt: skip
            answer = page.goto(f"{home(url)}{path}")
            assert answer is not None and answer.status < 500, path
        with pytest.raises(TimeoutError):
            listener.accept()


def test_no_path_that_a_client_names_is_read(place: tuple[Path, str], signed_in: Any) -> None:
    """S12: as it is typed, encoded once and twice."""
    _, url = place
    run = run_path(signed_in, url)
    page = signed_in.new_page()
    for up in ("..%2f..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
               "..%252f..%252fetc%252fpasswd", "%2fetc%2fpasswd", "....//....//etc/passwd"):  # fmt: skip
        for path in (f"/static/{up}", f"/runs/{up}", f"{run}/pages/{up}", f"{run}/images/{up}/0",
                     f"{run}/pictures/valid/0/{up}", f"/api/curves?run={up}", f"/compare?run={up}"):  # fmt: skip
            answer = page.goto(f"{home(url)}{path}")
            assert answer is not None and answer.status < 500, path
            assert "root:" not in page.content(), path


@contextmanager
def page_server(text: str) -> Iterator[str]:
    """Another server of this machine, with one page; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
