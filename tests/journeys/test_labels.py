"""From a run to a corrected manifest, a second run and a comparison, as a user types it."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from dojang.analysis.labels import LabelReview, review_labels
from dojang.analysis.report.labels import chosen_ids, write_labels_page
from dojang.analysis.report.render import script
from dojang.app.cli import run as run_command
from dojang.core.i18n import use_language
from dojang.core.store import read_json
from dojang.core.types import Predictions
from shapes import QUICK, Dojang, draw_shapes
from tests.fakes import fake_run
from tests.makers import make_manifest

FOLDS = ["--set", "split.kind=kfold", "--set", "split.folds=2"]


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A zip of shapes; three images lie in the wrong folder."""
    root = tmp_path_factory.mktemp("data")
    photos = draw_shapes(root / "photos")
    for i in range(3):
        name = f"사진 {i:02}.png"
        (photos / "고양이" / name).rename(photos / "circle" / f"flipped {i}.png")
    archive = root / "photos.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(photos.rglob("*.png")):
            file.write(path, path.relative_to(photos).as_posix())
    return archive


@pytest.fixture(scope="module")
def folded(noisy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("runs") / "old"
    assert run_command(["train", str(noisy), "--run", str(path), *QUICK, *FOLDS]) == 0
    return path


def test_labels_are_corrected_without_touching_images_or_the_run(
    folded: Path, noisy: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run = tmp_path / "old"
    shutil.copytree(folded, run)
    found = dojang("labels", run, "--json")
    assert found.code == 0, found.err
    assert found.json["judged"] == len(found.json["labels"]) and found.json["unjudged"] == 0
    sealed = set(pd.read_parquet(run / "split.parquet").query("part == 'test'")["id"])
    assert not sealed & {row["id"] for row in found.json["labels"]}
    before = {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in [noisy, *run.rglob("*.*")]}

    table = pd.read_csv(found.json["csv"], dtype=str, keep_default_na=False)
    flipped = table["id"].str.contains("flipped")
    assert flipped.any()
    table.loc[flipped, "new_label"] = "고양이"
    edited, out = tmp_path / "edited.csv", tmp_path / "fixed.parquet"
    table.to_csv(edited, index=False)
    fixed = dojang("labels", run, "--fix", edited, "--out", out, "--json")
    assert fixed.code == 0, fixed.err
    assert fixed.json["changed"] == flipped.sum() and fixed.json["dropped"] == 0
    assert all(hashlib.sha256(p.read_bytes()).hexdigest() == h for p, h in before.items())
    record = json.loads(pq.read_schema(out).metadata[b"dojang.labels"])
    assert record["run"] == "old" and record["changes"][0]["to"] == "고양이"
    assert dojang("labels", run, "--fix", edited, "--out", out).code == 2  # never overwritten

    words = [*fixed.json["command"].split()[1:], "--run", tmp_path / "new"]
    assert dojang(*words).code == 0
    old, new = (pd.read_parquet(r / "split.parquet") for r in (run, tmp_path / "new"))
    assert set(old.query("part == 'test'")["id"]) == set(new.query("part == 'test'")["id"])
    assert read_json(tmp_path / "new" / "run.json")["data"]["kind"] == "zip"
    answer = dojang("labels", tmp_path / "new", "--against", run, "--json")
    assert answer.code == 0, answer.err
    assert answer.json["n"] == len(table) and answer.json["relabelled"] == flipped.sum()
    gain = answer.json["metrics"]["accuracy"]
    assert gain["low"] <= gain["difference"] <= gain["high"]
    assert gain["difference"] == pytest.approx(gain["after"] - gain["before"])
    said = dojang("labels", tmp_path / "new", "--against", run).out
    assert "before" in said and "favours the old" in said


def test_an_edited_table_survives_and_a_plain_one_is_written_again(
    folded: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run = tmp_path / "old"
    shutil.copytree(folded, run)
    assert dojang("labels", run).code == 0
    table = run / "labels.csv"
    assert "Table to edit" in dojang("labels", run).out
    text = table.read_text("utf-8-sig").splitlines()
    text[1] = "drop" + text[1]
    table.write_text("\n".join(text), "utf-8")
    kept = dojang("labels", run)
    assert kept.code == 0 and "left as it was" in kept.out
    assert table.read_text("utf-8").splitlines()[1].startswith("drop,")
    elsewhere = tmp_path / "mine.csv"
    assert dojang("labels", run, "--out", elsewhere).code == 0 and elsewhere.is_file()
    assert dojang("labels", run, "--out", elsewhere).code == 2


def test_without_folds_it_says_how_little_was_judged(
    trained: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run = tmp_path / "run"
    shutil.copytree(trained, run)
    answer = dojang("labels", run, "--top", "2")
    assert answer.code == 0
    assert "Only the" in answer.out and "split.kind=kfold" in answer.out
    assert len([line for line in answer.out.splitlines() if line.rstrip().endswith(".png")]) == 2
    with use_language("ko"):
        korean = dojang("labels", run).out
    assert "추정 오류율" in korean and "검증 파트" in korean
    assert not (run / "predictions" / "test.parquet").exists()


def test_python_gives_the_same(folded: Path) -> None:
    import dojang

    before = sorted(p.name for p in folded.iterdir())
    found = dojang.load(folded).labels()
    assert isinstance(found, LabelReview) and len(found) == len(found.table)
    assert sorted(p.name for p in folded.iterdir()) == before


def test_mistakes_are_said_in_words(folded: Path, tmp_path: Path, dojang: Dojang) -> None:
    table = tmp_path / "t.csv"
    table.write_text("id,action,new_label\nnone.png,drop,\n,,\nphotos,burn,\n")
    for arguments, expected in (
        ((folded, "--fix", table), "none.png"),
        ((folded, "--fix", tmp_path / "no.csv"), "nothing at"),
        ((folded, "--fix", table, "--out", tmp_path / "x.csv"), ".parquet"),
        ((folded, "--fix", table, "--top", "3"), "--top"),
        ((folded, "--against", folded, "--fix", table), "--against"),
        ((folded, "--against", tmp_path), "not a run folder"),
        ((tmp_path / "none",), "none"),
    ):
        answer = dojang("labels", *arguments)
        assert answer.code == 2 and expected in answer.err, answer.err
        assert "Traceback" not in answer.err


def test_a_run_without_predictions_is_told_to_go_on(
    folded: Path, tmp_path: Path, dojang: Dojang
) -> None:
    run = tmp_path / "old"
    shutil.copytree(folded, run)
    (run / "predictions" / "valid.parquet").unlink()
    answer = dojang("labels", run)
    assert answer.code == 2 and "dojang resume" in answer.err


# --- The gallery ------------------------------------------------------------------------------------

NAMES = ("<script>window.hit=1</script>", '"><img src=x onerror="window.hit=2">', "고양이", "مرحبا")


def made_page(tmp_path: Path, lang: str) -> Path:
    """A gallery of made-up predictions with hostile names; one image cannot be read."""
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.full(4, 0.2), 200).astype(np.float32)
    targets = np.where(rng.random(200) < 0.15, rng.integers(0, 4, 200), shares.argmax(axis=1))
    made = make_manifest([NAMES[t] for t in targets])
    frame = made.samples.assign(sha256=[f"{i // 2:064x}" for i in range(200)])
    manifest = type(made)(frame, NAMES, (), made.source)
    predictions = Predictions(
        tuple(frame["id"]), shares, NAMES, targets, "valid", np.zeros(200, dtype=np.int64)
    )
    review = review_labels(predictions, manifest, unjudged=17)
    ids = chosen_ids(review)
    pictures = {i: np.full((160, 160, 3), 90, dtype=np.uint8) for i in ids[1:]}
    _, record = fake_run(tmp_path / "run-1", classes=NAMES)
    steps = [("edit", ("labels.csv",)), ("fix", ("dojang labels run-1 --fix labels.csv",))]
    return write_labels_page(tmp_path / "labels.html", record, review, pictures, steps, lang)


def test_names_are_escaped_and_nothing_is_loaded(tmp_path: Path) -> None:
    html = made_page(tmp_path, "en").read_text("utf-8")
    assert html.count("<script") == 1 and f"<script>{script()}</script>" in html, "our own"
    assert "<img src=x" not in html
    assert "&lt;script&gt;" in html and "http://" not in html and "https://" not in html
    assert "cannot be read any more" in html
    assert html.index('id="worst"') < html.index('id="rivals"') < html.index('id="next"')


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_gallery_is_whole_at_every_width(browser: Any, tmp_path: Path, lang: str) -> None:
    path = made_page(tmp_path, lang)
    for width, scheme in ((1280, "light"), (390, "dark"), (320, "light")):
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        errors: list[str] = []
        page.on("pageerror", lambda error, kept=errors: kept.append(str(error)))
        page.goto(path.as_uri(), wait_until="load")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert page.evaluate("window.hit") is None and not errors
        assert page.evaluate("document.scripts.length") == 1, "our own"
        assert page.evaluate("[...document.images].every(i => i.naturalWidth > 0 && i.alt)")
        assert page.locator("section h2:visible").count() == 6
        page.close()
