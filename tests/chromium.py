"""A Chromium for the tests that look at pages as a reader would."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from pathlib import Path

import pytest

# What keeps Chromium from calling home, and lets it run in a container.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_NAMES = ("chromium", "chromium-browser", "google-chrome")


@functools.cache
def find_or_install() -> str | None:
    """Return the path of a Chromium; as root on Debian it is installed where there is none."""
    found = _find()
    if found or not _may_install():
        return found
    # Fonts with Hangul come along: without them every Korean page is a page of boxes.
    for command in (
        ["update"],
        ["install", "-y", "--no-install-recommends", "chromium", "fonts-noto-cjk"],
    ):
        done = subprocess.run(
            ["apt-get", "-qq", *command], capture_output=True, timeout=900, check=False
        )
        if done.returncode:
            return None
    return _find()


def require() -> str:
    """Return the path of a Chromium, or skip the test; in CI a missing one is a failure."""
    found = find_or_install()
    if found:
        return found
    reason = "no Chromium: this page was NOT looked at (apt-get install chromium)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _find() -> str | None:
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def _may_install() -> bool:
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return root and Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None
