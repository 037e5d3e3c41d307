"""Fixtures that all tests share: a small data set, a run on it, and the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dojang.app.cli import run as run_command
from dojang.core.i18n import use_language
from shapes import QUICK, Answer, Dojang, draw_shapes
from tests.chromium import FLAGS, require


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Messages are compared in English unless a test says otherwise."""
    with use_language("en"):
        yield


@pytest.fixture(autouse=True, scope="session")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests keep decoded pixels to themselves and print as to a file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOJANG_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.delenv("COLUMNS", raising=False)  # the width of whoever runs the tests
        yield


@pytest.fixture
def dojang(capsys: pytest.CaptureFixture[str]) -> Dojang:
    """Run a command line in this process, as a user would type it."""

    def call(*arguments: object) -> Answer:
        capsys.readouterr()
        code = run_command([str(a) for a in arguments])
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return call


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_shapes(tmp_path_factory.mktemp("data") / "photos")


@pytest.fixture(scope="session")
def trained(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A finished run whose test part is still sealed. Tests that open it work on a copy."""
    path = tmp_path_factory.mktemp("runs") / "shapes"
    assert run_command(["train", str(photos), "--run", str(path), *QUICK]) == 0
    yield path


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium; while it is open, a module cannot open another one."""
    path = require()
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield found
        found.close()
