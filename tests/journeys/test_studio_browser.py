"""The studio in a real browser: found, compared, looked at, corrected, and followed live."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dojang.analysis.label_table import read_decisions
from dojang.core.store import RunFolder, read_json, read_parquet
from shapes import draw_shapes
from tests.fakes import fake_run
from tests.studios import copied, home, studio, until, visit

pytestmark = pytest.mark.browser

HOSTILE = ("<script>window.hit=1</script>", '"><img src=x onerror="window.hit=2">', "고양이" * 30)
WITHIN = 2.0  # seconds from the end of an epoch to its point on the page
LEAVES = 3.0  # seconds; under one where nothing else is at work


@pytest.fixture(scope="module")
def place(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    root = tmp_path_factory.mktemp("watched")
    copied(trained, root, "shapes")
    fake_run(root / "hostile <b>", classes=HOSTILE, per_class=6, studied=False)
    fake_run(root / "folds", folds=2, per_class=6, studied=False)
    with studio(root) as (url, _):
        yield root, url


def open_run(page: Any, url: str, name: str) -> str:
    """Go to a run by its name and return the path of its page."""
    page.goto(f"{home(url)}/")
    page.locator(".runname", has_text=name).first.click()
    page.wait_for_selector("h1.run-title")
    return str(page.evaluate("location.pathname"))


def test_from_the_list_to_a_corrected_label_and_back(browser: Any, place: tuple[Path, str]) -> None:
    root, url = place
    folder = RunFolder(root / "shapes")
    with visit(browser, url) as (page, seen):
        assert "token" not in page.url
        for name in ("shapes", "folds"):
            page.locator("tr", has=page.locator(".runname", has_text=name)).locator("input").check()
        page.locator("[data-compare-button]").click()
        page.wait_for_selector(".chart path.series")
        assert page.locator(".chart").count() == 3
        assert page.locator("table.recipe tbody tr").count() > 3
        page.locator(".chart-legend button").first.click()
        page.select_option("[data-axis]", "step")
        page.focus(".chart svg")
        page.keyboard.press("End")
        assert page.locator(".tip").first.inner_text()
        assert "Loss" in page.locator("#said").inner_text()
        open_run(page, url, "shapes")
        page.get_by_role("link", name="Images", exact=True).click()
        until(page, "[...document.images].every(i => i.complete && i.naturalWidth > 0)")
        page.select_option("[name=sort]", "loss")
        page.wait_for_url("**sort=loss**")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        page.wait_for_selector("#photo")
        row = int(page.url.split("?")[0].rsplit("/", 1)[1])
        until(page, "document.getElementById('photo').naturalWidth > 1")
        name = read_parquet(folder.predictions("valid"))["id"][row]
        classes = read_json(folder.record)["classes"]
        other = next(c for c in classes if c != name.split("/")[0])
        page.keyboard.press("f")
        page.select_option("[data-choice]", str(classes.index(other)))
        page.get_by_role("button", name="Save").click()
        page.wait_for_selector("[data-fixed].is")
        manifest = read_parquet(folder.manifest)
        found = read_decisions(folder.labels, manifest, classes)
        assert [(c.id, c.new_label) for c in found.changes] == [(name, other)]
        page.goto(f"{page.url.split('/images/')[0]}/fixes")
        assert "--fix" in page.locator("main").inner_text()
        page.go_back()
        page.get_by_role("button", name="Undo").click()
        page.wait_for_selector("[data-fixed]:not(.is)")
        assert not read_decisions(folder.labels, manifest, classes).changes
        page.keyboard.press("ArrowRight")
        page.wait_for_url(lambda found: f"/{row}?" not in found)
        assert not seen.errors


def test_it_says_where_the_model_looked(browser: Any, place: tuple[Path, str]) -> None:
    _, url = place
    with visit(browser, url) as (page, seen):
        run = open_run(page, url, "shapes")
        page.goto(f"{home(url)}{run}/images/valid/0")
        page.keyboard.press("x")
        until(page, "document.getElementById('photo').src.includes('/why/')", 60)
        until(page, "document.getElementById('photo').naturalWidth > 1")
        page.keyboard.press("x")
        assert "/pictures/" in page.evaluate("document.getElementById('photo').src")
        assert not seen.errors


def test_hostile_names_make_no_script(browser: Any, place: tuple[Path, str]) -> None:
    """S13."""
    _, url = place
    with visit(browser, url) as (page, seen):
        run = open_run(page, url, "hostile")
        for path in (run, f"{run}/images", f"{run}/images/valid/0", f"/compare?run={run[6:]}", "/"):
            page.goto(f"{home(url)}{path}")
            page.wait_for_timeout(150)
            assert page.evaluate("window.hit") is None
            inline = "[...document.scripts].filter(s => !s.src && s.type !== 'application/json')"
            assert page.evaluate(f"{inline}.length") == 0
            assert (
                page.evaluate("document.querySelectorAll('[onerror],[onload],[style]').length") <= 9
            )
        assert not seen.errors


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_pages_are_whole_and_open_to_everybody(
    browser: Any, place: tuple[Path, str], lang: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    _, url = place
    kinds = ((1280, "light"), (390, "dark")) if lang == "en" else ((390, "light"),)
    for width, scheme in kinds:
        more = {"color_scheme": scheme, "bypass_csp": True}
        with visit(browser, url, width, **more) as (page, seen):
            run = open_run(page, url, "shapes")
            ids = page.evaluate("location.pathname").rsplit("/", 1)[1]
            page.goto(f"{home(url)}/?lang={lang}")
            paths = ("/", run, f"/compare?run={ids}", f"{run}/images", f"{run}/images/valid/1",
                     f"{run}/fixes", "/nothing-here")  # fmt: skip
            for path in paths:
                page.goto(f"{home(url)}{path}")
                assert page.evaluate("document.documentElement.lang") == lang
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
                found = Axe().run(page).response["violations"]
                bad = [v for v in found if v["impact"] in ("serious", "critical")]
                told = [(v["id"], v["nodes"][0]["html"][:200]) for v in bad]
                assert not told, (path, width, scheme)
            assert [e for e in seen.errors if "404" not in e] == []


def test_a_training_is_followed_while_it_runs(
    browser: Any, place: tuple[Path, str], tmp_path: Path
) -> None:
    root, url = place
    photos = draw_shapes(tmp_path / "photos", count=30)
    run = root / "live"
    words = [sys.executable, "-m", "dojang", "train", str(photos), "--run", str(run),
             "--set", "train.epochs=400", "--set", "model.width=8", "--set", "train.patience=null"]  # fmt: skip
    with visit(browser, url) as (page, seen):
        log = (tmp_path / "log").open("w")
        training = subprocess.Popen(words, stderr=log, stdout=log)
        try:
            end = time.monotonic() + 60
            while time.monotonic() < end and not RunFolder(run).live.is_file():
                time.sleep(0.05)
            open_run(page, url, "live")
            assert "running" in page.locator(".lead").inner_text()
            page.wait_for_selector("[data-progress]:not([hidden])")
            until(page, "+document.querySelector('[data-live]').dataset.points > 1")
            lags = []
            for _ in range(2):
                told = _epochs_told(tmp_path / "log")
                while (now := _epochs_told(tmp_path / "log")) == told:
                    time.sleep(0.005)
                began = time.monotonic()
                until(page, f"+document.querySelector('[data-live]').dataset.points >= {now}")
                lags.append(time.monotonic() - began)
            assert max(lags) < WITHIN, lags
            training.send_signal(signal.SIGTERM)
            training.wait(30)
            page.wait_for_selector(".status.interrupted")
            assert not seen.errors
            shutil.rmtree(run)
            until(page, "!document.getElementById('offline').hidden")
            assert "deleted" in page.locator("#offline").inner_text()
            page.goto(f"{home(url)}/")
            assert page.locator(".runname", has_text="live").count() == 0
        finally:
            training.kill()
            training.wait()
            log.close()


def _epochs_told(log: Path) -> int:
    return log.read_text("utf-8").count("objective")


def _swallow(opener: Any, address: str) -> None:
    with contextlib.suppress(OSError):
        opener.open(address)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_once(place: tuple[Path, str], number: int) -> None:
    """Also in the middle of an explanation, for which torch is loaded first."""
    import re
    import threading
    import urllib.request

    root, _ = place
    with studio(root) as (url, process):
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with opener.open(url) as answer:
            assert answer.status == 200
            runs = re.findall(r'href="/runs/(\w+)">shapes', answer.read().decode())
        why = f"{home(url)}/runs/{runs[0]}/why/valid/0"
        threading.Thread(target=lambda: _swallow(opener, why), daemon=True).start()
        time.sleep(1.0)
        began = time.monotonic()
        process.send_signal(number)
        assert process.wait(5) == 0
        assert time.monotonic() - began < LEAVES
