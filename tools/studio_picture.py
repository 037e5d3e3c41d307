"""Draw docs/images/studio.png: two runs compared in the studio, as a browser shows them.

    python tools/studio_picture.py RUNS [OUT]

RUNS is a folder with at least two runs. Needs Chromium and the extra ``dojang[serve]``.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

SIZE = {"width": 1180, "height": 640}
TARGET = Path(__file__).resolve().parents[1] / "docs" / "images" / "studio.png"
MOST_BYTES = 150_000


def main() -> None:
    """Start the studio, open the comparison of the first two runs, keep a picture of it."""
    root = Path(sys.argv[1])
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else TARGET
    words = [sys.executable, "-m", "dojang", "studio", str(root), "--port", "0", "--json"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    text = ""
    while not text.endswith("}\n"):
        text += process.stdout.readline()
    try:
        draw(json.loads(text), target)
    finally:
        process.terminate()
        process.wait()
    size = target.stat().st_size
    assert size < MOST_BYTES, f"{size} bytes"
    sys.stdout.write(f"{target}: {size} bytes\n")


def draw(tree: dict[str, str], target: Path) -> None:
    """Take the picture."""
    home = tree["url"].split("?")[0]
    request = urllib.request.Request(home, headers={"authorization": f"Bearer {tree['token']}"})
    with urllib.request.urlopen(request) as answer:
        runs = re.findall(r'name="run" value="(\w+)"', answer.read().decode())[:2]
    chromium = next((p for n in ("chromium", "google-chrome") if (p := shutil.which(n))), None)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.goto(tree["url"])
        page.goto(f"{home}compare?run={runs[0]}&run={runs[1]}")
        page.wait_for_selector(".chart path.series")
        box = page.locator(".chart svg").first.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 0.4 * box["height"])
        page.screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    main()
