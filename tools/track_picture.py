"""Draw ``docs/images/track.jpg``: the pictures of a run in TensorBoard's own server.

    python tools/track_picture.py RUNS

``RUNS`` is a folder with runs that were tracked with TensorBoard; Chromium must be installed.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

OUT = Path(__file__).resolve().parents[1] / "docs/images/track.jpg"
PORT, LOADED = "6124", 10  # seconds until all is drawn


def main(runs: str) -> None:
    """Serve the runs, look at their pictures, and keep what is seen."""
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", runs]
    server = subprocess.Popen([*command, "--host", "127.0.0.1", "--port", PORT])
    try:
        time.sleep(LOADED)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            page = browser.new_page(viewport={"width": 1180, "height": 760})
            page.goto(f"http://127.0.0.1:{PORT}/#images")
            time.sleep(LOADED)
            picture = page.screenshot()
            browser.close()
    finally:
        server.terminate()
        server.wait()
    with Image.open(io.BytesIO(picture)) as image:
        image.convert("RGB").save(OUT, quality=82, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1])
