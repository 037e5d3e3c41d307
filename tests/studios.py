"""A studio over some runs, asked as a browser asks, or by one."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from dojang.app.web.access import Access
from dojang.app.web.server import make_app
from dojang.app.web.studio import Studio

TOKEN = "a-token-of-the-tests"
PORT = 8010
HOME = f"http://127.0.0.1:{PORT}"


@contextmanager
def opened(root: Path, data: tuple[Path, ...] = ()) -> Iterator[TestClient]:
    """Yield a client that has the cookie; its application has the studio."""
    studio = Studio.over((root,), data, Access("127.0.0.1", PORT, TOKEN), "en")
    client = TestClient(make_app(studio), base_url=HOME, raise_server_exceptions=False)
    assert client.get(f"/?token={TOKEN}").status_code == 200
    try:
        yield client
    finally:
        studio.close()


def studio_of(client: TestClient) -> Studio:
    app: Any = client.app
    found: Studio = app.state.studio
    return found


def ids(client: TestClient) -> dict[str, str]:
    """Run ids by name."""
    return {line.name: line.id for line in studio_of(client).index.lines()}


def copied(run: Path, root: Path, name: str) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copytree(run, root / name))


def rows_in(html: str) -> list[int]:
    """Rows of the images in a grid, in order."""
    return [int(row) for row in re.findall(r'href="/runs/\w+/images/\w+/(\d+)\?', html)]


@dataclass
class Seen:
    """What a browser met."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@contextmanager
def studio(root: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Start the command as a user would; yield the address that it prints."""
    words = [sys.executable, "-m", "dojang", "studio", str(root), "--port", "0", "--json"]
    environment = {k: v for k, v in os.environ.items() if k != "DOJANG_TOKEN"}
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    text = ""
    while not text.endswith("}\n"):
        line = process.stdout.readline()
        assert line, "the studio did not start"
        text += line
    try:
        yield json.loads(text)["url"], process
    finally:
        process.kill()
        process.wait()


@contextmanager
def visit(browser: Any, url: str, width: int = 1280, **more: Any) -> Iterator[tuple[Any, Seen]]:
    """Open the studio as its address says; whatever goes wrong is kept."""
    context = browser.new_context(viewport={"width": width, "height": 900}, **more)
    page, seen = context.new_page(), Seen()
    page.set_default_timeout(15_000)
    page.on("console", lambda m: seen.errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("request", lambda request: seen.requests.append(request.url))
    page.goto(url)
    page.goto(f"{home(url)}/?lang=en")
    yield page, seen
    assert not [u for u in seen.requests if not u.startswith((f"{home(url)}/", "data:", "blob:"))]
    context.close()


def until(page: Any, expression: str, seconds: float = 15.0) -> None:
    """Wait for something to be true: the policy forbids what Playwright's own way of it does."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, expression
        time.sleep(0.02)


def home(url: str) -> str:
    return url.split("/?")[0]
