"""A studio over some runs, asked as a browser asks."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
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
