"""Write ``requirements.lock``: every package that a checkout needs, with its exact hash.

pip resolves the ranges of ``pyproject.toml`` (the package, its dev extra, and what builds it)
without installing anything, and reports which file it would take. The lock names that file by
version and SHA-256, and no address. It fits the platform that its first line names: the packages of
another one differ.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
EDITABLE = "editables>=0.5"  # what hatchling wants for an editable install
COMMAND = "make lock"


def main() -> None:
    """Resolve and write."""
    requirements = wanted((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    text = lock_text(platform_tag(), resolve(requirements))
    LOCK.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{LOCK.name}: {text.count('--hash')} packages for {platform_tag()}\n")


def wanted(pyproject: str) -> list[str]:
    """Return what ``pyproject`` asks for: the package, its dev extra and what builds it."""
    tree = tomllib.loads(pyproject)
    project = tree["project"]
    extra = flat(project["name"], "dev", project["optional-dependencies"])
    return [*project["dependencies"], *extra, *tree["build-system"]["requires"], EDITABLE]


def flat(name: str, extra: str, extras: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what ``extra`` asks for; in place of ``name[a,b]``, what these extras ask for."""
    found = []
    for entry in extras[extra]:
        others = re.fullmatch(rf"{re.escape(name)}\[(.+)\]", entry)
        nested = others[1].split(",") if others else ()
        found += [line for other in nested for line in flat(name, other.strip(), extras)]
        found += [] if others else [entry]
    return found


def platform_tag() -> str:
    """Name this platform as ``tools/setup.sh`` does, such as ``linux x86_64 cpython 3.11``."""
    major, minor = sys.version_info[:2]
    return f"{sys.platform} {platform.machine()} {sys.implementation.name} {major}.{minor}"


def resolve(requirements: Sequence[str]) -> list[dict[str, Any]]:
    """Ask pip which files it would install; settings of this machine are left out."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PIP_FIND_LINKS", "PIP_PRE")}
    environment |= {"PIP_CONFIG_FILE": os.devnull, "PIP_EXTRA_INDEX_URL": ""}
    command = [
        sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet",
        "--disable-pip-version-check", "--report", "-", *requirements,
    ]  # fmt: skip
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)["install"]
    return found


def lock_text(tag: str, items: Sequence[Mapping[str, Any]]) -> str:
    """Write the lock.

    Raises:
        ValueError: a file has no SHA-256 or does not come from an index.
    """
    lines = sorted(_line(item) for item in items)
    return "\n".join([f"# {tag}", f"# written by: {COMMAND}", *lines]) + "\n"


def _line(item: Mapping[str, Any]) -> str:
    metadata, source = item["metadata"], item["download_info"]
    name = re.sub(r"[-_.]+", "-", metadata["name"]).lower()
    digest = source.get("archive_info", {}).get("hashes", {}).get("sha256")
    if not digest or not source["url"].startswith("https:"):
        raise ValueError(f"{name} has no hash from an index")
    return f"{name}=={metadata['version']} --hash=sha256:{digest}"


if __name__ == "__main__":
    main()
